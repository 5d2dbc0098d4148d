"""The table of scores: blocks of groups with their intervals, and the forms it can be given in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closeloop.errors import InsufficientDataError
from closeloop.metrics.doors import number
from closeloop.metrics.estimate import Result
from closeloop.metrics.moments import DesignMoments
from closeloop.metrics.satisfaction import MeanResult
from closeloop.metrics.spec import Metric
from closeloop.metrics.table_lookup import blocks_of, group_of
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.metrics.compare import Difference
    from closeloop.metrics.league import LeagueTable
    from closeloop.metrics.measured_gap import Gap

RESERVED = (
    "metric", "breakdown", "n", "n_missing", "promoters", "passives", "detractors", "top", "mean", "sd", "estimate",
    "std_error", "ci_low", "ci_high", "method", "suppressed", "reason",
)  # fmt: skip
"""Names of the table's own columns; no key may bear one of them."""

COLUMNS = ("n", "n_missing", "estimate", "std_error", "ci_low", "ci_high", "method", "suppressed")
"""The columns of `ScoreTable.to_frame` after the metric and the keys."""

EXTRA = {"nps": ("promoters", "passives", "detractors"), "top_box": ("top", "mean"), "mean": ("sd",)}
"""What `ScoreTable.to_dict` tells of each kind of metric beside the common columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """One group's score, or that it is hidden.

    Attributes
    ----------
    key : tuple
        One value per key of the block; None where the key is missing.
    n, n_missing : int or None
        Respondents who answered and who did not; None where hidden.
    result : NpsResult, ShareResult, MeanResult or None
        None where hidden.
    ci : Interval or None
        In public units, by the table's method and level; None where hidden or without a limit.
    suppressed : bool
        Whether the group is hidden to protect its members.
    reason : {None, "small", "complementary"}
        Why: too few answers, or hidden so that a hidden group cannot be had by subtraction.
    method : str, optional
        The interval method, where it is not the block's.
    """

    key: tuple[object, ...]
    n: int | None
    n_missing: int | None
    result: Result | None
    ci: Interval[float] | None
    suppressed: bool = False
    reason: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBlock:
    """One metric broken down by one set of keys.

    Attributes
    ----------
    metric : Nps, TopBox or MeanScore
    keys : tuple of str
        Names of the key columns; empty for a metric of everybody together.
    groups : tuple of GroupScore
        In display order: periods as time goes, else the largest first and hidden ones last. Empty without keys.
    total : GroupScore
        Everybody together.
    method : str
        The interval method, ``"…+n*"`` in a weighted or otherwise designed sample.
    moments : DesignMoments, optional
        Sums by group and sampling unit, for differences; only in such a sample.
    moment_keys : tuple of tuples
        The key of each group in `moments`.
    """

    metric: Metric
    keys: tuple[str, ...]
    groups: tuple[GroupScore, ...]
    total: GroupScore
    method: str
    moments: DesignMoments | None = field(default=None, repr=False, compare=False)
    moment_keys: tuple[tuple[object, ...], ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ScoreTable:
    """Scores with intervals, by group; what `score` returns.

    Attributes
    ----------
    blocks : tuple of ScoreBlock
    confidence_level : float
    min_n : int
        Groups with fewer answers are hidden.
    n_rows : int
        Rows counted, answered or not.
    notes : tuple of LocalText
        What a reader of the figures should know.
    source : LocalText or str
        Where the answers come from.
    period : tuple of date, optional
        First and last day of the answers.
    labels : mapping
        Key column → value → what the value is called on display.
    titles : mapping
        Key column → what the column is called on display.
    call : str
        The Python call that gave the table; empty where nobody noted it.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> answers = {"recommend": [10, 9, 9, 8, 3] * 4, "region": ["East"] * 10 + ["West"] * 10}
    >>> table = cl.score(pd.DataFrame(answers), cl.Nps("recommend"), by="region")
    >>> table
    <ScoreTable: nps by region; 2 groups, 0 hidden, 20 rows>
    >>> table.result(region="East").score
    40.0
    """

    blocks: tuple[ScoreBlock, ...]
    confidence_level: float
    min_n: int
    n_rows: int
    notes: tuple[LocalText, ...] = ()
    source: LocalText | str = ""
    period: tuple[dt.date, dt.date] | None = None
    labels: Mapping[str, Mapping[object, LocalText]] = field(default_factory=dict)
    titles: Mapping[str, LocalText] = field(default_factory=dict)
    call: str = field(default="", compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the table as JSON-safe values.

        Returns
        -------
        dict
            ``kind``, ``version``, ``rows`` (one per group and metric; without keys, the row of everybody) and
            ``totals`` (one per metric). A hidden row keeps its keys; its figures are null.
        """
        rows: list[dict[str, Any]] = []
        totals: dict[str, dict[str, Any]] = {}
        for block in self.blocks:
            rows += [_row(block, group) for group in block.groups or (block.total,)]
            totals.setdefault(block.metric.name, _row(block, block.total))
        return {"kind": "score_table", "version": 1, "rows": rows, "totals": list(totals.values())}

    def to_frame(self, backend: str = "pandas") -> Any:
        """Return the groups as a tidy frame; without keys, the one row of everybody.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"}
            Which kind of frame.

        Returns
        -------
        DataFrame
            Columns metric, the keys, n, n_missing, estimate, std_error, ci_low, ci_high, method, suppressed. With
            several breakdowns a column ``breakdown`` says which of them a row belongs to; the other keys are empty
            there.
        """
        import pandas as pd

        from closeloop.frames import convert

        keys = self._keys
        several = len({block.keys for block in self.blocks}) > 1
        rows = []
        for block in self.blocks:
            for group in block.groups or (block.total,):
                whole = _row(block, group)
                row = {"metric": whole["metric"], **({"breakdown": " × ".join(block.keys)} if several else {})}
                row |= dict.fromkeys(keys) | dict(zip(block.keys, group.key, strict=False))
                rows.append(row | {column: whole[column] for column in COLUMNS})
        names = ["metric", *(["breakdown"] if several else []), *keys, *COLUMNS]
        frame = pd.DataFrame(rows, columns=names)
        types: dict[str, Any] = {"n": "Int64", "n_missing": "Int64", "suppressed": bool}
        return convert(frame.astype(types | dict.fromkeys(COLUMNS[2:6], float)), backend)

    def result(self, metric: str | None = None, **keys: object) -> Result:
        """Return the result of one group.

        Parameters
        ----------
        metric : str, optional
            The metric's name; needed only where the table has several.
        **keys : object
            Key column = value, or what the value is called on display in any language; None is the group whose key is
            missing. Without any, the result of everybody.

        Returns
        -------
        NpsResult, ShareResult or MeanResult

        Raises
        ------
        ColumnNotFoundError
            If the table is not broken down by these columns.
        ValueError
            If the metric is not told, or there is no such group.
        InsufficientDataError
            If the group is hidden.
        """
        block = blocks_of(self, metric, tuple(keys) or None)[0]
        found = group_of(self, block, keys).result if keys else block.total.result
        if found is None:
            raise InsufficientDataError(message("scores.group_hidden", min_n=self.min_n))
        return found

    def compare(
        self, a: object, b: object = ..., *, metric: str | None = None, by: str | Sequence[str] | None = None
    ) -> Difference:
        """Return how far one group lies above another one, or above all others.

        Parameters
        ----------
        a, b : object
            Values of the key, or what they are called on display; tuples where the table crosses keys, None for the
            group whose key is missing. Without `b`, everybody outside of `a`.
        metric : str, optional
            The metric's name; needed only where the table has several.
        by : str or list of str, optional
            Which breakdown; needed only where the table has several.

        Returns
        -------
        Difference

        Raises
        ------
        InsufficientDataError
            If a group is hidden, or the others are too few.
        ColumnNotFoundError
            If the table is not broken down by these columns.
        ValueError
            If there is no such group.

        Notes
        -----
        In a weighted or otherwise designed sample the influence on the difference is linearised, so that clusters that
        hold both groups count (method ``"taylor"``, Student's t with the degrees of freedom of
        `DesignMoments.difference`). Without a design the groups are independent and
        `closeloop.metrics.compare.compare` does it. Comparing a group with everybody, itself included, asks the same
        question as comparing it with the others.

        Examples
        --------
        >>> from closeloop import Nps, score
        >>> answers = {"recommend": [10, 9, 9, 8, 3] * 8, "region": ["East"] * 10 + ["West"] * 30}
        >>> score(answers, Nps("recommend"), by="region").compare("East", "West").estimate
        0.0
        """
        from closeloop.metrics.table_compare import compare_groups

        return compare_groups(self, a, b, metric, (by,) if isinstance(by, str) else by)

    def gap(
        self,
        standard: float,
        *,
        metric: str | None = None,
        as_of: dt.date | str | None = None,
        higher_is_better: bool = True,
        **keys: object,
    ) -> Gap:
        """Return how far one group, or everybody, is from what should be.

        Parameters
        ----------
        standard : float
            In public units: points of an NPS, 0…1 of a share.
        metric : str, optional
            The metric's name; needed only where the table has several.
        as_of : date or str, optional
            The day of the measurement; needed only where the answers have no dates, else their last one.
        higher_is_better : bool
            False for what should be small.
        **keys : object
            Which group, as in `result`.

        Returns
        -------
        Gap

        Raises
        ------
        InsufficientDataError
            If the group is hidden, or nobody answered.
        ValueError
            If there is no such group, or no date.

        Examples
        --------
        >>> from closeloop import Nps, score
        >>> score({"recommend": [10, 9, 8, 8, 3] * 40}, Nps("recommend")).gap(standard=50, as_of="2026-06-30").verdict
        'missed'
        """
        from closeloop.metrics.table_gap import table_gap

        return table_gap(self, standard, metric, as_of, higher_is_better, keys)

    def league(self, metric: str | None = None, *, by: str | Sequence[str] | None = None) -> LeagueTable:
        """Return who stands apart from everybody together, and the ranks that groups may well have.

        See `closeloop.metrics.league.league_table`.

        Examples
        --------
        >>> from closeloop import Nps, score
        >>> answers = {"recommend": [10] * 60 + [3] * 60, "region": ["East"] * 60 + ["West"] * 60}
        >>> [row.verdict for row in score(answers, Nps("recommend"), by="region").league().groups]
        ['above', 'below']
        """
        from closeloop.metrics.league import league_table

        return league_table(self, metric, by=by)

    @property
    def _keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for block in self.blocks for key in block.keys))

    def plot(self, ax: Any = None) -> Any:
        """Draw the groups with their intervals."""
        from closeloop.views.charts import plot_scores

        return plot_scores(self, ax=ax)

    def _repr_html_(self) -> str:
        from closeloop.views.tables import score_table_html

        return score_table_html(self)

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(block.metric.name for block in self.blocks))
        cuts = ", ".join(dict.fromkeys(" × ".join(block.keys) for block in self.blocks if block.keys))
        by = f" by {cuts}" if cuts else ""
        groups = [group for block in self.blocks for group in block.groups]
        hidden = sum(group.suppressed for group in groups)
        return f"<ScoreTable: {names}{by}; {len(groups)} groups, {hidden} hidden, {self.n_rows} rows>"

    def __str__(self) -> str:
        from closeloop.metrics.score_text import table_text

        return table_text(self)


def _row(block: ScoreBlock, group: GroupScore) -> dict[str, Any]:
    """Return one group as JSON-safe values: metric, keys, figures."""
    result, ci = group.result, group.ci
    row: dict[str, Any] = {"metric": block.metric.name}
    row |= {key: _json_key(value) for key, value in zip(block.keys, group.key, strict=False)}
    row |= {"n": group.n, "n_missing": group.n_missing}
    for name in EXTRA[block.metric.kind]:
        value = getattr(result, name, None)
        value = value.score if isinstance(value, MeanResult) else value
        row[name] = None if value is None else number(value)
    row["estimate"] = None if result is None else number(result.score)
    row["std_error"] = None if result is None else number(result.std_error)
    row["ci_low"] = None if ci is None else number(ci.low)
    row["ci_high"] = None if ci is None else number(ci.high)
    return row | {"method": group.method or block.method, "suppressed": group.suppressed, "reason": group.reason}


def _json_key(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
