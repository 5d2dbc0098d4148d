"""What windows before say about a window: the limits that its figure would keep if nothing had changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from closeloop.followup.rules.alert_rule import AlertRule
from closeloop.stats.control_chart import ControlChart

RARE = 5.0
"""Where fewer cases than this are expected, the count itself is judged by the Poisson distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One window against the windows before it.

    Attributes
    ----------
    place : int
        Which window.
    expected, low, high : float
    n_before : int
        How many windows the limits come from; 0 for a fixed limit.
    alarms : bool
    """

    place: int
    expected: float
    low: float
    high: float
    n_before: int
    alarms: bool


def against_before(
    rule: AlertRule,
    usable: Sequence[bool],
    chart: Callable[[NDArray[np.bool_]], ControlChart],
    beyond: Callable[[int, ControlChart], bool],
) -> Iterator[Judged]:
    """Judge each window by the last windows before it in which nothing was amiss.

    Parameters
    ----------
    rule : AlertRule
        How many windows before.
    usable : sequence of bool
        Which windows have enough.
    chart : callable
        Baseline (a mask of windows) → the chart.
    beyond : callable
        Window and chart → whether that is an alarm.

    Notes
    -----
    A window that alarms is no measure for later ones: a long crisis does not become what is usual.
    """
    quiet: list[int] = []
    for place, good in enumerate(usable):
        if not good:
            continue
        if len(quiet) >= rule.min_windows:
            mask = np.zeros(len(usable), dtype=bool)
            mask[quiet[-rule.baseline :]] = True
            drawn = chart(mask)
            alarms = beyond(place, drawn)
            yield Judged(
                place=place, expected=drawn.centre, low=float(drawn.lower[place]), high=float(drawn.upper[place]),
                n_before=int(mask.sum()), alarms=alarms,
            )  # fmt: skip
            if alarms:
                continue
        quiet.append(place)


def poisson_tail(count: int, expected: float) -> float:
    """Return the probability of so many events or more where so many are expected.

    Examples
    --------
    >>> round(poisson_tail(3, 0.5), 4), poisson_tail(0, 2.0)
    (0.0144, 1.0)
    """
    from scipy.special import gammainc

    if count <= 0:
        return 1.0
    tail: Any = gammainc(count, expected) if expected > 0 else 0.0
    return float(tail)


def poisson_limit(expected: float, alpha: float) -> int:
    """Return the highest count that is not less probable than `alpha`.

    Examples
    --------
    >>> poisson_limit(0.5, 0.001)
    4
    """
    count = max(0, math.floor(expected))
    while poisson_tail(count + 1, expected) >= alpha:
        count += 1
    return count
