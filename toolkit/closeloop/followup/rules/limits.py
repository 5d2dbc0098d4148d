"""What windows before say about a window: the limits that its figure would keep if nothing had changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

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
