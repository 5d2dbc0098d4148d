"""`pareto`: which themes come up most, how sure that is, and how few of them cover most of the mentions."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from closeloop.metrics.protect import checked_min_n
from closeloop.stats.intervals import normal_quantile
from closeloop.text import LocalText, message
from closeloop.themes.pareto.pareto_result import VITAL, Bar, Pareto
from closeloop.themes.shares import Shares, clustered_shares, rank_ranges
from closeloop.themes.theme_groups import ThemeGroup, ThemeHits, of_responses, theme_groups, theme_hits

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def pareto(
    coding: Coding,
    weight: Any = None,
    *,
    parent: str | None = None,
    leaves: bool = False,
    unit: str | None = None,
    confidence_level: float = 0.95,
    min_n: int = 0,
) -> Pareto:
    """Return the themes of a coding by size, with intervals, what they cover together, and their possible ranks.

    Parameters
    ----------
    coding : Coding
        Of several coders, what any of them gave counts.
    weight : sequence, column or mapping, optional
        What a mention weighs: severity, order value. One for each response (in their order, or by id: a mapping, a
        pandas column with the ids as its index), or one for each mention. By default the weights that the coding has.
    parent : str, optional
        The code whose children are the bars, among the mentions of that code; by default the codes at the top. A bar
        counts what lies below its code, too.
    leaves : bool
        Every code by itself, as assigned, in place of the children.
    unit : {"mention", "response"}
        What is counted; by default what was coded.
    confidence_level : float
        Of the intervals and, all codes together, of the ranks.
    min_n : int
        Themes that fewer responses mention are put together in one bar. By default none are: a theme is not a group of
        people whose answers are shown.

    Returns
    -------
    Pareto
        The codes by weight, the largest first; then what was put together, “Other”, what has the parent but none of its
        children, and what has no code: always last, always there when there is some.

    Raises
    ------
    ValueError
        If something asked for cannot be.

    Notes
    -----
    A share is of all mentions of substance. Clauses of one comment are not independent, so its interval is Wilson's at
    the effective number of mentions n*, by linearisation with the responses as clusters (`clustered_shares`). The
    cumulative share is no sum: it is the share of mentions that have at least one of the first k codes. The vital few
    are the first codes, in order of size, that cover 80 % of the mentions that have a code other than “Other”; 80 is a
    convention (Juran), not a law.

    References
    ----------
    Juran J. M. (1951), Quality Control Handbook. Wilson E. B. (1927), JASA 22:209–212.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> frame = {"id": [1, 1, 2, 3, 4], "code": ["price", "staff", "price", "price", "delivery"]}
    >>> found = pareto(Coding.from_table(frame, unit="response"))
    >>> [(bar.code, bar.count, bar.cumulative) for bar in found.bars]
    [('price', 3, 0.75), ('staff', 1, 0.75), ('delivery', 1, 1.0)]
    """
    checked_min_n(min_n)
    normal_quantile(confidence_level)  # refuses an impossible level
    counted = coding.unit if unit is None else unit
    groups = theme_groups(coding, parent, leaves)
    hits = theme_hits(coding, groups, counted, parent)
    w = _weights(weight, coding, hits, counted)
    real = np.array([i for i, group in enumerate(groups) if not group.other], np.int64)
    hits, real, names, pooled = _pooled(groups, hits, real, min_n)
    shares = clustered_shares(hits.row, hits.column, len(names), w, hits.response, confidence_level)
    sums = np.bincount(hits.column, w[hits.row], len(names))
    order = real[np.lexsort((real, -sums[real]))]
    best, worst = rank_ranges(_of(shares, order), confidence_level)
    last = [*([pooled] if pooled is not None else []), *(i for i, group in enumerate(groups) if group.other)]
    first = _first_place(hits, [*order.tolist(), *last], len(w))
    total = float(w.sum())
    covered = np.cumsum(np.bincount(first, w, len(order) + len(last) + 1)) / (total or math.nan)
    n_vital = _vital(covered[: len(order) + (pooled is not None)], len(order))
    count, people = _counts(hits, len(names))
    bars = []
    for place, i in enumerate([*order.tolist(), *last]):
        ranked = place < len(order)
        bars.append(
            Bar(
                code=names[i][0], label=names[i][1], role="code" if ranked else names[i][2], count=int(count[i]),
                responses=int(people[i]), weight=float(sums[i]), share=float(shares.share[i]),
                ci_low=float(shares.low[i]), ci_high=float(shares.high[i]), cumulative=float(covered[place]),
                rank_low=int(best[place]) if ranked else None, rank_high=int(worst[place]) if ranked else None,
                vital=place < n_vital,
            )
        )  # fmt: skip
    bars += _rest(hits, w, confidence_level)
    return Pareto(
        bars=tuple(bars), unit=counted, parent=None if parent is None else _label(coding, parent), n=len(w),
        n_responses=len(np.unique(hits.response)), weighted=weight is not None or coding.weights is not None,
        total=total, confidence_level=confidence_level, min_n=min_n, coding=coding, groups=groups, node=parent,
    )  # fmt: skip


def _label(coding: Coding, code: str) -> LocalText:
    return LocalText(code) if coding.codebook is None else coding.codebook.code(code).label


def _weights(weight: Any, coding: Coding, hits: ThemeHits, unit: str) -> FloatArray:
    """Return the weight of each unit."""
    if weight is None:
        if coding.weights is None:
            return np.ones(len(hits.first))
        weight = coding.weights
    by_mention = unit == "mention" and not hasattr(weight, "keys") and np.ndim(weight) == 1
    if by_mention and len(weight) == coding.n_mentions != coding.n_responses:
        values = np.asarray(list(weight), dtype=object)[hits.first]
    else:
        values = of_responses(weight, coding, "weight")[hits.response]
    try:
        found = np.array([math.nan if one is None else float(one) for one in values], dtype=float)
    except (TypeError, ValueError):
        odd = next(one for one in values if one is not None and not isinstance(one, int | float | np.number))
        raise ValueError(message("pareto.not_a_weight", found=repr(odd))) from None
    wrong = ~(np.isfinite(found) & (found >= 0))
    if wrong.any():
        raise ValueError(message("pareto.not_a_weight", found=repr(values[wrong.argmax()])))
    if len(found) and not found.sum():
        raise ValueError(message("pareto.no_weight"))
    return found


_Name = tuple[str, LocalText, str]


def _pooled(
    groups: tuple[ThemeGroup, ...], hits: ThemeHits, real: IntArray, min_n: int
) -> tuple[ThemeHits, IntArray, list[_Name], int | None]:
    """Put themes that too few responses mention into one, and with them the next smallest until they are enough."""
    names: list[_Name] = [(group.code, group.label, "other" if group.other else "code") for group in groups]
    _, people = _counts(hits, len(groups))
    small = [i for i in real.tolist() if 0 < people[i] < min_n]
    if not small:
        return hits, real, names, None
    rest = sorted((i for i in real.tolist() if people[i] >= min_n), key=lambda i: int(people[i]))
    while rest and len(np.unique(hits.response[hits.row[np.isin(hits.column, small)]])) < min_n:
        small.append(rest.pop(0))
    pooled = len(names)
    names.append(("", message("pareto.pooled", count=len(small), min_n=min_n), "pooled"))
    column = np.where(np.isin(hits.column, small), pooled, hits.column)
    flat = np.unique(hits.row * (pooled + 1) + column)
    merged = ThemeHits(
        response=hits.response, first=hits.first, row=flat // (pooled + 1), column=flat % (pooled + 1),
        coded=hits.coded,
    )  # fmt: skip
    return merged, np.array([i for i in real.tolist() if i not in small], np.int64), names, pooled


def _of(shares: Shares, order: IntArray) -> Shares:
    columns = {name: getattr(shares, name)[order] for name in ("share", "low", "high", "n_star")}
    return replace(shares, covariance=shares.covariance[np.ix_(order, order)], **columns)


def _first_place(hits: ThemeHits, order: list[int], n: int) -> IntArray:
    """Return for each unit the place of the first of the ordered themes that it has; beyond the last without any."""
    place = np.full(max(order, default=-1) + 1, len(order))
    place[order] = np.arange(len(order))
    first = np.full(n, len(order), np.int64)
    np.minimum.at(first, hits.row, place[hits.column])
    return first


def _vital(covered: FloatArray, n_codes: int) -> int:
    """Return how many of the first codes cover 80 % of what the codes cover together."""
    if not n_codes or not covered[-1] > 0:
        return 0
    return min(int(np.argmax(covered >= VITAL * covered[-1] * (1 - 1e-12))) + 1, n_codes)


def _counts(hits: ThemeHits, size: int) -> tuple[IntArray, IntArray]:
    """Return units and responses of each theme."""
    count = np.bincount(hits.column, minlength=size)
    owner = hits.response[hits.row]
    pairs = np.unique(owner * size + hits.column) % max(size, 1)
    return count, np.bincount(pairs, minlength=size)


def _rest(hits: ThemeHits, w: FloatArray, level: float) -> list[Bar]:
    """Return the bars of what has none of the themes: the parent alone, or no code."""
    themed = np.zeros(len(w), bool)
    themed[hits.row] = True
    found = []
    covered = float(w[themed].sum())
    for role, mine in (("parent_only", ~themed & hits.coded), ("uncoded", ~themed & ~hits.coded)):
        at = np.flatnonzero(mine)
        if not len(at):
            continue
        one = clustered_shares(at, np.zeros(len(at), np.int64), 1, w, hits.response, level)
        covered += float(w[at].sum())
        found.append(
            Bar(
                code="", label=message(f"pareto.{role}"), role=role, count=len(at),
                responses=len(np.unique(hits.response[at])), weight=float(w[at].sum()), share=float(one.share[0]),
                ci_low=float(one.low[0]), ci_high=float(one.high[0]), cumulative=covered / (float(w.sum()) or math.nan),
                rank_low=None, rank_high=None, vital=False,
            )
        )  # fmt: skip
    return found
