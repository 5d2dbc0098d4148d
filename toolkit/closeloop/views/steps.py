"""Where the ticks of an axis stand: at round numbers."""

from __future__ import annotations

import math
from typing import Any


def round_steps(most: int) -> Any:
    """Return what puts about so many ticks at round numbers.

    Examples
    --------
    >>> [float(step) for step in round_steps(4).tick_values(0, 10)]
    [0.0, 5.0, 10.0]
    """
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(most, steps=[1, 2, 5, 10])


def log_steps(low: float, high: float) -> list[float]:
    """Return 1, 2, 5, 10, 20 … within limits, for an axis of numbers of answers on a log scale.

    Examples
    --------
    >>> log_steps(3, 60)
    [5.0, 10.0, 20.0, 50.0]
    """
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step for power in powers for factor in (1, 2, 5) if low <= (step := factor * 10.0**power) <= high]
