"""The lines of a theme trend: each theme's chart, its alarms among many themes, and its lasting change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from closeloop.analysis.trend.charted import PeriodFigure, TrendPoint, chart_points
from closeloop.analysis.trend.series import TrendSeries
from closeloop.stats.change import Change, change_in_counts, change_in_means
from closeloop.stats.control import p_chart
from closeloop.stats.intervals import normal_quantile, share_interval
from closeloop.stats.multiplicity import benjamini_hochberg, holm
from closeloop.themes.theme_groups import ThemeGroup
from closeloop.themes.trend.theme_trend_result import ThemeChange

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

RULE = "beyond-limits"
PERMUTATIONS = 1_999

SINGLE = 0.0026997960632601866
"""How often chance alone puts a figure beyond three standard errors."""


def family_width(k: int) -> float:
    """Return how many standard errors out the limits of k charts lie, so that all together alarm as seldom as one."""
    return normal_quantile(1 - SINGLE / k)


def theme_line(
    group: ThemeGroup, periods: Sequence[str], count: FloatArray, n: FloatArray, people: IntArray, shown: Mask,
    mask: Mask, effect: float, width: float, sigma: str, level: float,
) -> TrendSeries | None:  # fmt: skip
    """Return the line of one theme; None where its baseline has nothing to measure by."""
    hits, sizes = np.where(shown, count / effect, np.nan), np.where(shown, n / effect, np.nan)
    drawn = p_chart(hits, sizes, baseline=mask & shown, sigma=sigma, floor=1.0, width=width)
    if np.isnan(drawn.score[shown]).all():
        return None
    low, high = np.full(len(n), np.nan), np.full(len(n), np.nan)
    low[shown], high[shown] = share_interval(hits[shown], sizes[shown], level)
    share = hits / sizes
    error = np.sqrt(share * (1 - share) / sizes)
    few = [None if p and not s else int(p) for p, s in zip(people.tolist(), shown.tolist(), strict=True)]
    figures = [
        PeriodFigure(*row) for row in zip(few, share.tolist(), error.tolist(), low.tolist(), high.tolist(), strict=True)
    ]
    points = chart_points(periods, figures, drawn, mask & shown, chart="shewhart", rules=(RULE,))
    tail = _tails(hits, sizes, drawn.centre)
    return TrendSeries(
        key=(group.code,), label=group.label, results=(), centre=drawn.centre, sigma_z=drawn.sigma,
        n_baseline=int((mask & shown).sum()), excluded=(),
        points=tuple(_judged(point, width, one) for point, one in zip(points, tail.tolist(), strict=True)),
    )  # fmt: skip


def _tails(hits: FloatArray, sizes: FloatArray, centre: float) -> FloatArray:
    """Return the probability of a count as far from the centre as each, on its side, by the exact binomial."""
    from scipy.special import betainc

    with np.errstate(invalid="ignore"):
        above = np.where(hits > 0, betainc(np.maximum(hits, 1e-9), sizes - hits + 1, centre), 1.0)
        below = np.where(hits < sizes, 1 - betainc(hits + 1, np.maximum(sizes - hits, 1e-9), centre), 1.0)
    return np.where(hits > sizes * centre, above, below)


def _judged(point: TrendPoint, width: float, tail: float) -> TrendPoint:
    """Return a point whose alarm holds for all themes together, too; else it is one to watch."""
    if not point.alarm:
        return point
    bound = (1 - _level(width)) / 2
    if abs(point.z) > width and tail <= bound:
        return point
    return replace(point, rules=(), side=0, watch=True)


def _level(width: float) -> float:
    return math.erf(width / math.sqrt(2))


def discovered(series: list[TrendSeries]) -> list[TrendSeries]:
    """Give each point its q over the themes of its period."""
    p = np.array([[math.nan if math.isnan(point.z) else point.p_value for point in one.points] for one in series])
    q = np.column_stack([benjamini_hochberg(column) for column in p.T])
    return [
        replace(one, points=tuple(replace(point, q_value=float(v)) for point, v in zip(one.points, row, strict=True)))
        for one, row in zip(series, q, strict=True)
    ]


def theme_changes(
    groups: Sequence[ThemeGroup], counts: FloatArray, n: FloatArray, shown: Mask, effect: FloatArray,
    periods: Sequence[str], seed: int, unit: str,
) -> list[ThemeChange]:  # fmt: skip
    """Return the likeliest change of level of each theme, with its p over all themes."""
    names = [period for period, one in zip(periods, shown.tolist(), strict=True) if one]
    if len(names) < 2:
        return []
    found: list[Change] = []
    for count, one in zip(counts[:, shown], effect.tolist(), strict=True):
        size = n[shown]
        if unit == "response":
            rows = np.column_stack([count, size - count])
            found.append(change_in_counts(rows, permutations=PERMUTATIONS, seed=seed))
        else:
            level = count.sum() / size.sum()
            spread = max(level * (1 - level), 1e-12)
            means = count / size
            found.append(change_in_means(means, size / one, spread, permutations=PERMUTATIONS, seed=seed))
    adjusted = holm([change.p_value for change in found]).tolist()
    rows_of = zip(groups, found, counts[:, shown], adjusted, strict=True)
    return [
        ThemeChange(
            code=group.code, label=group.label, last=names[change.after], first=names[change.after + 1],
            before=float(count[: change.after + 1].sum() / n[shown][: change.after + 1].sum()),
            after=float(count[change.after + 1 :].sum() / n[shown][change.after + 1 :].sum()),
            p_value=change.p_value, p_adjusted=p,
        )
        for group, change, count, p in rows_of
    ]  # fmt: skip
