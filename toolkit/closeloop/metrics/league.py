"""League tables that do not mislead: groups drawn towards their mean, ranks as ranges, and who really stands apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.errors import InsufficientDataError
from closeloop.metrics.estimate import Result
from closeloop.metrics.labels import group_label
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.satisfaction import ShareResult
from closeloop.metrics.score_block import ScoreBlock
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.units import FORM, SCALE
from closeloop.stats.limits import normal_quantile, two_sided_p
from closeloop.stats.multiplicity import benjamini_hochberg
from closeloop.stats.shrinkage import funnel_z, rank_limits, shrink
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined, told_level, told_list

FloatArray = npt.NDArray[np.float64]

_BOUNDS = {"nps": (-1.0, 1.0), "top_box": (0.0, 1.0), "mean": (-math.inf, math.inf)}
_LEAST_VARIANCE = 1e-18  # where nobody differs from anybody, ranks are ties and not the order of the rows
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueRow:
    """One group of a league table; figures in public units.

    Attributes
    ----------
    key : tuple
        The group.
    label : LocalText or str
        What it is called.
    n : int
    effective_n : float
        Of a weighted sample so many equal answers; else n.
    estimate, shrunk, ci_low, ci_high : float
        The group's own score; the one drawn towards the mean, with its interval.
    rank_low, rank_high : int
        The best and the worst rank it may well have.
    z, p, q : float
        How far it lies from everybody together, in standard errors; the p value, and the one adjusted for all groups.
    verdict : {"above", "below", "like"}
        Whether it stands apart from everybody together, all groups taken into account.
    """

    key: tuple[object, ...]
    label: LocalText
    n: int
    effective_n: float
    estimate: float
    shrunk: float
    ci_low: float
    ci_high: float
    rank_low: int
    rank_high: int
    z: float
    p: float
    q: float
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeagueTable(TableResult):
    """Groups compared with everybody together; what `league_table` and `ScoreTable.league` return.

    Attributes
    ----------
    groups : tuple of LeagueRow
        The highest shrunk estimate first.
    hidden : int
        Groups left out: hidden in the score table, empty, or one single cluster, of unknown precision.
    centre, spread : float
        Score of everybody together, and the variance of one answer (public units).
    tau : float
        Standard deviation between the groups beyond chance.
    confidence_level, false_discovery_rate : float

    Examples
    --------
    >>> import closeloop as cl
    >>> answers = {"recommend": [10] * 60 + [3] * 60 + [9, 3] * 60, "region": ["E"] * 60 + ["W"] * 60 + ["N"] * 120}
    >>> league = league_table(cl.score(answers, cl.Nps("recommend"), by="region"))
    >>> [(str(row.label), row.verdict) for row in league.groups]
    [('E', 'above'), ('N', 'like'), ('W', 'below')]
    """

    kind = "league_table"

    metric: LocalText
    form: str
    heading: LocalText
    groups: tuple[LeagueRow, ...]
    hidden: int
    centre: float
    spread: float
    tau: float
    confidence_level: float
    false_discovery_rate: float

    @property
    def title(self) -> LocalText:
        """The metric and what it is compared by."""
        return message("quality.league_title", metric=self.metric, by=self.heading)

    @property
    def sentence(self) -> LocalText:
        """Who stands apart from everybody together."""
        apart = {side: [row.label for row in self.groups if row.verdict == side] for side in ("above", "below")}
        centre = told(self.centre, self.form)
        if not any(apart.values()):
            return message("quality.league_none", count=len(self.groups), centre=centre)
        parts = [message(f"quality.league_{side}", names=_named(names)) for side, names in apart.items() if names]
        said = parts[0] if len(parts) == 1 else message("quality.league_both", above=parts[0], below=parts[1])
        if sum(map(len, apart.values())) == len(self.groups):
            return message("quality.league_all", count=len(self.groups), centre=centre, said=said)
        return message(
            "quality.league_some", count=len(self.groups), rest=len(self.groups) - sum(map(len, apart.values())),
            centre=centre, said=said,
        )  # fmt: skip

    @property
    def inner(self) -> float:
        """The z beyond which a group lies outside the funnel's inner limits."""
        return normal_quantile(0.95)

    def funnel(self, size: npt.ArrayLike, level: float = 0.95) -> npt.NDArray[np.float64]:
        """Return how far the score of a group of so many answers may lie from the centre by chance."""
        return np.asarray(normal_quantile(level) * np.sqrt(self.spread / np.asarray(size, dtype=float)))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done, and what is missing."""
        rate = told(self.false_discovery_rate, "percent", 0)
        notes = [message("quality.league_note", level=told_level(self.confidence_level), rate=rate)]
        if self.hidden:
            notes.append(message("quality.league_hidden", count=self.hidden))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Group, own score, score drawn towards the mean, ranks, verdict."""
        level = told_level(self.confidence_level)
        return (
            Shown("label", self.heading),
            Shown("n", message("analysis.n"), "count"),
            Shown("estimate", message("analysis.score"), self.form),
            Shown("shrunk", message("quality.shrunk"), self.form),
            Shown("ci_low", message("analysis.interval", level=level), self.form, high="ci_high"),
            Shown("rank_low", message("quality.ranks"), "count", high="rank_high"),
            Shown("z", message("quality.z"), "decimal", digits=1),
            Shown("q", message("quality.q"), "p"),
            Shown("verdict_text", message("quality.verdict")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per group."""
        return [
            {
                "label": row.label, "n": row.n, "estimate": row.estimate, "shrunk": row.shrunk, "ci_low": row.ci_low,
                "ci_high": row.ci_high, "rank_low": row.rank_low, "rank_high": row.rank_high, "z": row.z, "p": row.p,
                "q": row.q, "verdict": row.verdict, "verdict_text": message(f"quality.is_{row.verdict}"),
            }
            for row in self.groups
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return centre, spread between the groups, and the levels."""
        return {
            "centre": self.centre, "tau": self.tau, "confidence_level": self.confidence_level,
            "false_discovery_rate": self.false_discovery_rate, "hidden": self.hidden,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the funnel: each group's score against its size, with the limits of chance."""
        from closeloop.views.league_chart import plot_league

        return plot_league(self, ax=ax)


def league_table(
    table: ScoreTable,
    metric: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    false_discovery_rate: float = 0.05,
) -> LeagueTable:
    """Compare all groups of a score table with everybody together.

    Parameters
    ----------
    table : ScoreTable
        With at least one breakdown.
    metric : str, optional
        The metric's name; the first, if left out.
    by : str or sequence of str, optional
        Which breakdown, where the table has several.
    false_discovery_rate : float
        Of the groups that are said to stand apart, so many do so by chance (Benjamini–Hochberg).

    Returns
    -------
    LeagueTable

    Raises
    ------
    ValueError
        If it is no score table, or has no such breakdown.
    InsufficientDataError
        If fewer than two groups are shown.

    Notes
    -----
    A plain ranking mixes real differences with chance: small groups fill both its ends. The shrunk estimates draw each
    group towards the mean by what chance contributes to it; the funnel shows how far groups of each size stray by
    chance alone. The overall score includes the group itself: the verdict is slightly cautious for large groups.

    Examples
    --------
    >>> import closeloop as cl
    >>> answers = {"recommend": [10] * 60 + [3] * 60, "region": ["East"] * 60 + ["West"] * 60}
    >>> league = league_table(cl.score(answers, cl.Nps("recommend"), by="region"))
    >>> league.groups[0].verdict
    'above'
    """
    if not isinstance(table, ScoreTable):
        raise ValueError(message("quality.league_of_table", found=type(table).__name__))  # noqa: TRY004  every bad argument is a ValueError
    if not (isinstance(false_discovery_rate, int | float | np.integer) and 0 < false_discovery_rate < 1):
        raise ValueError(message("quality.bad_rate", value=repr(false_discovery_rate)))
    block = _block(table, metric, by)
    shown = [g for g in block.groups if g.result is not None and g.result.n and _is_precise(g.result)]
    if len(shown) < 2:
        raise InsufficientDataError(
            message("quality.league_too_few", shown=len(shown), hidden=len(block.groups) - len(shown))
        )
    unit = SCALE[block.metric.kind]
    found = np.array([_moments(group.result) for group in shown if group.result is not None])
    theta, variance, size = found[:, 0], found[:, 1], found[:, 2]
    total = block.total.result
    if total is None:
        raise InsufficientDataError(message("scores.group_hidden", min_n=table.min_n))
    centre, _, _, spread = _moments(total)
    # A group whose answers are all alike, or only one, does not know its own spread: it takes that of everybody.
    variance = np.maximum(np.where(variance > 0, variance, spread / size), _LEAST_VARIANCE)
    pooled = shrink(theta, variance)
    z = funnel_z(theta, size, centre, spread)
    p = two_sided_p(z)
    q = benjamini_hochberg(p)
    margin = normal_quantile(table.confidence_level) * pooled.std_errors
    low, high = np.clip([pooled.estimates - margin, pooled.estimates + margin], *_BOUNDS[block.metric.kind])
    best, worst = rank_limits(pooled.estimates, pooled.std_errors, table.confidence_level)
    rows = [
        LeagueRow(
            key=group.key, label=group_label(table.labels, block.keys, group.key), n=int(group.n or 0),
            effective_n=float(size[i]),
            estimate=float(unit * theta[i]), shrunk=float(unit * pooled.estimates[i]),
            ci_low=float(unit * low[i]), ci_high=float(unit * high[i]), rank_low=int(best[i]), rank_high=int(worst[i]),
            z=float(z[i]), p=float(p[i]), q=float(q[i]),
            verdict="like" if not q[i] <= false_discovery_rate else "above" if z[i] > 0 else "below",
        )
        for i, group in enumerate(shown)
    ]  # fmt: skip
    titles = [table.titles.get(key, key) for key in block.keys]
    return LeagueTable(
        metric=block.metric.label, form=FORM[block.metric.kind], heading=told_joined(titles, " × "),
        groups=tuple(sorted(rows, key=lambda row: -row.shrunk)), hidden=len(block.groups) - len(shown),
        centre=unit * centre, spread=unit**2 * spread, tau=unit * math.sqrt(pooled.tau2),
        confidence_level=table.confidence_level, false_discovery_rate=false_discovery_rate,
    )  # fmt: skip


def _block(table: ScoreTable, metric: str | None, by: str | Sequence[str] | None) -> ScoreBlock:
    blocks = [b for b in table.blocks if b.keys and metric in (None, b.metric.name)]
    if by is not None:
        wanted = {by} if isinstance(by, str) else set(by)
        blocks = [b for b in blocks if set(b.keys) == wanted]
    if not blocks:
        raise ValueError(message("quality.league_no_groups"))
    return blocks[0]


def _moments(result: Result) -> tuple[float, float, float, float]:
    """Return estimate, its variance (of NPS and shares from adjusted counts), effective n, variance of one answer."""
    if isinstance(result, NpsResult):
        d, n0, p = result.effective_counts()
        n = d + n0 + p
        theta = (p - d) / n
        near = (p - d) / (n + 3)
        spread = (p + d) / n - theta**2
        return theta, ((p + d + 1.5) / (n + 3) - near**2) / (n + 3), n, spread
    if isinstance(result, ShareResult):
        n = sum(result.effective_counts())
        share = result.score
        near = (share * n + 2) / (n + 4)
        return share, near * (1 - near) / (n + 4), n, share * (1 - share)
    n = float(result.n) if result.design is None or result.design.is_census else result.design.n_star
    return result.score, result.std_error**2, n, result.sd**2


def _is_precise(result: Result) -> bool:
    """Return whether it is known how precise a result is: not of a group that is one single cluster."""
    return result.design is None or not math.isnan(result.design.n_star)


def _named(names: Sequence[LocalText | str]) -> LocalText:
    if len(names) <= _NAMED:
        return told_list(names)
    return told_list([*names[:_NAMED], message("quality.and_more", count=len(names) - _NAMED)])
