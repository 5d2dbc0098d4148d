"""A recovery beside the benchmark for just those opening scores that the followed up had."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from closeloop.analysis.effect.recovery_result import Recovery, nps_of
from closeloop.followup.measure.columns import FloatArray
from closeloop.stats.intervals import Interval
from closeloop.stats.polychoric import cell_probabilities, margin_cuts
from closeloop.text import LocalText, message
from closeloop.written import told

_DETRACTOR_BELOW, _PROMOTER_FROM = 7, 9
_VALUES = np.array([-1.0, 0.0, 1.0])
_NOTABLE = 0.5
"""Points of a shift from which on a note tells of it."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FollowedRecovery(Recovery):
    """A recovery of those who were followed up.

    Attributes
    ----------
    asked : int
        Detractors who were followed up, silent ones included.
    shift : float
        By how much the benchmark of all detractors was moved, in points, because those who answered again opened at
        other scores than detractors at large.
    """

    kind: ClassVar[str] = "followed_recovery"

    asked: int
    shift: float

    def rows(self) -> list[dict[str, Any]]:
        """Return start, observed, expected and net NPS; untouched detractors only where they opened alike."""
        return [
            row for row in Recovery.rows(self)
            if abs(self.shift) < _NOTABLE or row["quantity"] not in {"control", "direct"}
        ]  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Where the benchmark comes from, what was moved, who is silent."""
        found = [self._method]
        if self.source == "reliability" and self.rho_std_error == 0:
            found.append(message("recovery.note_exact"))
        if abs(self.shift) >= _NOTABLE:
            found.append(message("measure.note_shift", shift=told(self.shift, "points", 0)))
        silent = self.asked - self.n
        if self.n and silent > 0:
            d, n0, p = self.second
            found.append(
                message(
                    "measure.note_asked", n=told(self.n, "count"), asked=told(self.asked, "count"),
                    worst=told(nps_of((d + silent, n0, p)), "points", 0),
                    best=told(nps_of((d, n0, p + silent)), "points", 0),
                )
            )  # fmt: skip
        return tuple(found)


def untreated(everybody: FloatArray, opening: FloatArray, rho: float) -> FloatArray:
    """Return the shares of detractors, passives and promoters when people are asked again with nothing done.

    Parameters
    ----------
    everybody : numpy.ndarray
        The first answers of all, 0 to 10: what the scores are worth is read off them.
    opening : numpy.ndarray
        The first answers of those of whom it is asked; each is among `everybody`'s.
    rho : float
        Latent test–retest correlation.

    Returns
    -------
    numpy.ndarray
        NaN where nobody is asked about.

    Notes
    -----
    A bivariate normal variable cut at the margins of all scores: P(group of y₂ | y₁), exact; see
    `closeloop.stats.regression_to_mean` for the same with three groups.

    Examples
    --------
    >>> everybody = np.repeat([3.0, 8.0, 10.0], [34, 30, 36])
    >>> untreated(everybody, np.array([3.0]), 0.6).round(3).tolist()
    [0.604, 0.275, 0.121]
    """
    levels, counts = np.unique(everybody, return_counts=True)
    known = np.isin(opening, levels)
    if not known.any():
        return np.full(3, np.nan)
    shares = np.array(
        [(everybody < _DETRACTOR_BELOW).mean(), ((everybody >= _DETRACTOR_BELOW) & (everybody < _PROMOTER_FROM)).mean(),
         (everybody >= _PROMOTER_FROM).mean()]
    )  # fmt: skip
    cells, _ = cell_probabilities(margin_cuts(counts), margin_cuts(shares), rho)
    rows = np.searchsorted(levels, opening[known])
    weight = np.bincount(rows, minlength=len(levels)) / len(rows)
    given: FloatArray = weight @ (cells / cells.sum(axis=1, keepdims=True))
    return given


def at_their_scores(found: Recovery, everybody: FloatArray, opening: FloatArray, asked: int) -> FollowedRecovery:
    """Return a recovery whose benchmark holds for the opening scores of those who answered again.

    Who is followed up first is often who scored lowest, and the lowest come back least far: the benchmark of all
    detractors would be too high for them. The shift is exact given the correlation; the limits move along.

    Parameters
    ----------
    found : Recovery
        With the benchmark of all detractors.
    everybody, opening : numpy.ndarray
        The first answers of all, and of those who were followed up and answered again.
    asked : int
        Detractors who were followed up.
    """
    shift = 0.0
    if math.isfinite(found.rho) and len(opening):
        rho = min(max(found.rho, 0.001), 0.999)
        detractors = everybody[everybody < _DETRACTOR_BELOW]
        theirs, all_of_them = (untreated(everybody, scores, rho) @ _VALUES for scores in (opening, detractors))
        shift = 100 * float(theirs - all_of_them)
    given = {field.name: getattr(found, field.name) for field in fields(found)}
    moved = {
        "expected": found.expected + shift,
        "expected_interval": Interval(found.expected_interval.low + shift, found.expected_interval.high + shift),
        "net_interval": Interval(found.net_interval.low - shift, found.net_interval.high - shift),
    }
    return FollowedRecovery(**given | moved, asked=asked, shift=shift)
