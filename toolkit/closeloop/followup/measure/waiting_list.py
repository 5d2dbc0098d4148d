"""A waiting list drawn by lot: the clean answer to whether following up helps, where not everybody can be first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from closeloop.followup.measure.columns import BoolArray
from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.ancova import ancova
from closeloop.stats.effect import EstimatedEffect, group_difference
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

NOW, WAIT, EXEMPT = "now", "wait", "exempt"
"""Whose turn it is: at once; later, by lot; at once because it must not wait (safety, severe harm)."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WaitingListEffect(TableResult):
    """What following up did to a score, compared with customers who had to wait.

    Attributes
    ----------
    adjusted, plain : EstimatedEffect
        Compared at the same opening score (ANCOVA), and without looking at it.
    naive : float
        How much those followed up at once have risen: what is usually reported, and mostly regression to the mean.
    by_lot : bool
        Whether a lot decided who waited. If not, the comparison is observational.
    n_now, n_wait, n_exempt, n_silent : int
        With both scores; left out because they could not wait; left out because they did not answer again.
    confidence_level : float

    Examples
    --------
    >>> effect = waiting_list_effect([2, 4, 6, 3, 5, 6], [5, 6, 8, 4, 5, 7], ["now"] * 3 + ["wait"] * 3)
    >>> round(effect.adjusted.estimate, 2), round(effect.naive, 2)
    (1.54, 2.33)
    """

    kind: ClassVar[str] = "waiting_list_effect"

    adjusted: EstimatedEffect
    plain: EstimatedEffect
    naive: float
    by_lot: bool
    n_now: int
    n_wait: int
    n_exempt: int
    n_silent: int
    confidence_level: float

    @property
    def title(self) -> LocalText:
        """What it is."""
        return message("measure.waiting_title" if self.by_lot else "measure.waiting_title_observed")

    @property
    def sentence(self) -> LocalText:
        """The effect beside what would be said naively."""
        effect = self.adjusted
        if math.isnan(effect.estimate):
            return message("measure.waiting_none", now=told(self.n_now, "count"), wait=told(self.n_wait, "count"))
        verdict = "better" if effect.low > 0 else "worse" if effect.high < 0 else "neither"
        return message(
            "measure.waiting_found", naive=told(self.naive, "points", 2), effect=told(effect.estimate, "points", 2),
            level=told_level(self.confidence_level), interval=told_interval(effect.low, effect.high, "points", 2),
            verdict=message(f"measure.waiting_{verdict}"),
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method, who was left out, and what an observational comparison is worth."""
        notes = [message("measure.waiting_method" if self.by_lot else "measure.waiting_observed")]
        if self.n_exempt:
            notes.append(message("measure.waiting_exempt", count=told(self.n_exempt, "count")))
        if self.n_silent:
            notes.append(message("measure.waiting_silent", count=told(self.n_silent, "count")))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Figure, value, interval, n."""
        level = message("analysis.interval", level=told_level(self.confidence_level))
        return (
            Shown("label", message("measure.col_figure")),
            Shown("estimate", message("measure.col_value"), "points", digits=2),
            Shown("ci_low", level, "points", high="ci_high", digits=2),
            Shown("n", message("measure.col_n"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the naive rise, the plain and the adjusted difference."""
        rows: list[dict[str, Any]] = [
            {"figure": "naive", "label": message("measure.waiting_row_naive"), "estimate": self.naive,
             "ci_low": math.nan, "ci_high": math.nan, "n": self.n_now}
        ]  # fmt: skip
        for name, effect in (("plain", self.plain), ("adjusted", self.adjusted)):
            rows.append(
                {"figure": name, "label": message(f"measure.waiting_row_{name}"), "estimate": effect.estimate,
                 "ci_low": effect.low, "ci_high": effect.high, "n": effect.n}
            )  # fmt: skip
        return rows

    def facts(self) -> Mapping[str, Any]:
        """Return whether a lot decided, the counts, and the level."""
        return {
            "by_lot": self.by_lot, "n_now": self.n_now, "n_wait": self.n_wait, "n_exempt": self.n_exempt,
            "n_silent": self.n_silent, "confidence_level": self.confidence_level,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the three figures with their intervals."""
        from closeloop.views.loop_group_chart import plot_waiting_list

        return plot_waiting_list(self, ax)


def waiting_list_effect(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    arm: Sequence[str] | npt.NDArray[Any],
    *,
    by_lot: bool = True,
    confidence_level: float = 0.95,
) -> WaitingListEffect:
    """Return what following up did to a score, from those who were followed up at once and those who had to wait.

    Parameters
    ----------
    before, after : array_like
        The opening score, and the score given before those who waited were followed up; NaN where there is none.
    arm : sequence of str
        ``"now"`` or ``"wait"``; ``"exempt"`` and everything else is left out.
    by_lot : bool
        Whether a lot decided (`Loop.draw_lots`). If people decided, say False: the result is then labelled
        observational.
    confidence_level : float

    Returns
    -------
    WaitingListEffect

    Notes
    -----
    See `closeloop.stats.ancova.ancova`. The opening score of a case is low by choice, and comes back by itself in both
    groups alike; only the difference between them is an effect. Those who were followed up and fell silent, and those
    who waited and fell silent, may differ: the notes count them. A cut-off (all scores up to 6 are followed up, 7 and
    above are not) is no substitute: on whole numbers next to nobody stands close to it.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> before = rng.integers(0, 7, 400).astype(float)
    >>> arm = np.where(rng.random(400) < 0.5, "now", "wait")
    >>> after = 4 + 0.5 * before + 0.5 * (arm == "now") + rng.normal(0, 2, 400)
    >>> effect = waiting_list_effect(before, after, arm)
    >>> effect.adjusted.low < 0.5 < effect.adjusted.high, effect.naive > 2
    (True, True)
    """
    x, y = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    lot = np.asarray(arm, dtype=np.str_)
    drawn = (lot == NOW) | (lot == WAIT)
    answered = drawn & ~np.isnan(x) & ~np.isnan(y)
    treated: BoolArray = np.asarray(lot[answered] == NOW)
    x, y = x[answered], y[answered]
    return WaitingListEffect(
        adjusted=ancova(x, y, treated, confidence_level),
        plain=group_difference(y, treated, confidence_level),
        naive=float((y - x)[treated].mean()) if treated.any() else math.nan,
        by_lot=by_lot,
        n_now=int(treated.sum()),
        n_wait=int((~treated).sum()),
        n_exempt=int((lot == EXEMPT).sum()),
        n_silent=int(drawn.sum() - answered.sum()),
        confidence_level=confidence_level,
    )
