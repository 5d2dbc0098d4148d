"""`compare`: the difference of two independent results of one kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from closeloop.metrics.difference import Difference, DifferenceRow, difference_row
from closeloop.metrics.estimate import Result
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.stats.contrast import Contrast, mean_contrast
from closeloop.stats.limits import known_method, normal_quantile
from closeloop.stats.nps_contrast import NPS_METHODS, nps_contrast, nps_permutation
from closeloop.stats.share_contrast import SHARE_METHODS, share_contrast
from closeloop.stats.weighting import Precision
from closeloop.text import LocalText, message

__all__ = ["METHODS", "Difference", "DifferenceRow", "compare"]

METHODS: dict[str, tuple[str, ...]] = {"nps": NPS_METHODS, "top_box": SHARE_METHODS, "mean": ("welch",)}
"""The methods of each kind of result; the first is the default."""

_CENSUS = 1e12
_FEW = 30
"""Below so many answers in a group a note recommends MOVER for an NPS."""


def compare(
    a: Result,
    b: Result,
    *,
    names: tuple[LocalText | str, LocalText | str] | None = None,
    confidence_level: float = 0.95,
    method: str | Sequence[str] | None = None,
) -> Difference:
    """Return how far `a` lies above `b`: a minus b, with its interval.

    Parameters
    ----------
    a, b : NpsResult, ShareResult or MeanResult
        Two results of one kind, of *different* people who do not depend on one another. For two groups of one design
        use ``table.compare``, for the same people twice `paired_change`.
    names : tuple of str, optional
        What they are called in sentence, table and figure.
    confidence_level : float
        Between 0 and 1.
    method : str or list of them, optional
        For an NPS ``"adjusted-wald"`` (default), ``"mover"`` (for small or unequal groups; its p is that of the
        permutation test, exact up to about a thousand answers in the smaller group) or ``"wald"``; for a share
        ``"newcombe"`` (default) or ``"score"``; for a mean ``"welch"``. Several methods make several rows; the first
        one speaks.

    Returns
    -------
    Difference
        Where nobody answered in a group the figures are NaN and the sentence says so.

    Raises
    ------
    ValueError
        If the results are of different kinds, or the method or the level is not one that can be used.

    Notes
    -----
    Weighted results enter with their effective sample size n*; their answers cannot be permuted, so that MOVER then
    goes with the z test of the adjusted Wald method. Where textbook Wald finds no spread in either group it says
    nothing, and MOVER stands in for it.

    References
    ----------
    See `closeloop.stats.nps_contrast.nps_contrast`, `closeloop.stats.share_contrast.share_contrast` and
    `closeloop.stats.contrast.mean_contrast`.

    Examples
    --------
    >>> found = compare(NpsResult(75, 45, 30), NpsResult(20, 40, 40), names=("East", "West"))
    >>> str(found.sentence).replace(chr(0xA0), " ")
    'East is 50 points above West (95 % interval of the difference +30 to +68; p < 0.001).'
    """
    if type(a) is not type(b) or not isinstance(a, NpsResult | ShareResult | MeanResult):
        raise ValueError(message("compare.mixed_kinds", a=type(a).__name__, b=type(b).__name__))
    normal_quantile(confidence_level)  # refuses an impossible level
    choices = METHODS[a.kind]
    asked = [choices[0]] if method is None else [method] if isinstance(method, str) else list(method)
    if not asked:
        raise ValueError(message("compare.no_method"))
    for one in asked:
        known_method(choices, one, a.kind)
    cautions = []
    rows = []
    for one in dict.fromkeys(asked):
        found = _by_method(a, b, one, confidence_level)
        if one == "wald" and found.ci is None and a.n and b.n:
            found = _by_method(a, b, "mover", confidence_level)
            cautions.append(message("compare.note_wald"))
        rows.append(found)
    return Difference(
        names=names or (message("compare.a"), message("compare.b")),
        a=a,
        b=b,
        std_error=math.hypot(a.std_error, b.std_error),
        by_method=tuple({row.method: row for row in rows}.values()),
        confidence_level=confidence_level,
        cautions=(*cautions, *_cautions(a, b, rows)),
    )


def _by_method(a: Result, b: Result, method: str, level: float) -> DifferenceRow:
    """Return a minus b; the formulae subtract the first group from the second, hence b before a."""
    weighted = a.design is not None or b.design is not None
    shown = f"{method}+n*" if weighted else method
    if isinstance(a, NpsResult) and isinstance(b, NpsResult):
        found = nps_contrast(_counts(b, level), _counts(a, level), level, method)
        if method != "mover":
            return difference_row(found, shown, "z", 100)
        if weighted:
            adjusted = nps_contrast(_counts(b, level), _counts(a, level), level)
            return difference_row(found._replace(p_value=adjusted.p_value), shown, "z", 100)
        permuted = nps_permutation(_counts(b, level), _counts(a, level))
        test = "permutation" if permuted.exact else "permutation z"
        return difference_row(found._replace(p_value=permuted.p_value), shown, test, 100)
    if isinstance(a, ShareResult) and isinstance(b, ShareResult):
        return difference_row(share_contrast(_hits(b, level), _hits(a, level), level, method), shown, "score", 1)
    return difference_row(_means(a, b, level), shown, "t", 1)


def _means(a: Any, b: Any, level: float) -> Contrast:
    return mean_contrast((b.score, a.score), (b.std_error**2, a.std_error**2), (_df(b), _df(a)), level)


def _cautions(a: Result, b: Result, rows: Sequence[DifferenceRow]) -> list[LocalText]:
    if not (a.n and b.n):
        return []
    notes = []
    if any(row.test == "permutation z" for row in rows):
        notes.append(message("compare.note_permutation_z"))
    if a.kind == "nps" and min(a.n, b.n) < _FEW and not any(row.method.startswith("mover") for row in rows):
        notes.append(message("compare.note_few", few=_FEW))
    if a.design is not None or b.design is not None:
        notes.append(message("compare.note_weighted"))
    return notes


def _counts(result: NpsResult, level: float) -> tuple[float, float, float]:
    scale = _certainty(result.design)
    detractors, passives, promoters = result.effective_counts(level)
    return scale * detractors, scale * passives, scale * promoters


def _hits(result: ShareResult, level: float) -> tuple[float, float]:
    scale = _certainty(result.design)
    top, rest = result.effective_counts(level)
    return scale * top, scale * (top + rest)


def _certainty(design: Precision | None) -> float:
    """Return what makes of the counts of a census more answers than anybody can count; 1 for any other sample."""
    return _CENSUS if design is not None and design.is_census else 1.0


def _df(result: MeanResult) -> float:
    return result.n - 1 if result.design is None else result.design.df
