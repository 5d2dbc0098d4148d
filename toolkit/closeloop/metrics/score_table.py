"""The table of scores: blocks of groups with their intervals, and the forms it can be given in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closeloop.errors import InsufficientDataError
from closeloop.metrics.estimate import Result
from closeloop.metrics.score_block import ScoreBlock, group_row
from closeloop.metrics.table_lookup import blocks_of, group_of
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.metrics.compare import Difference
    from closeloop.metrics.league import LeagueTable
    from closeloop.metrics.measured_gap import Gap

COLUMNS = ("n", "n_missing", "estimate", "std_error", "ci_low", "ci_high", "method", "suppressed")
"""The columns of `ScoreTable.to_frame` after the metric and the keys."""


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
            rows += [group_row(block, group) for group in block.groups or (block.total,)]
            totals.setdefault(block.metric.name, group_row(block, block.total))
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
                whole = group_row(block, group)
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
