"""The results of checking a driver tree: what holds, what does not, and what moved the quantity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.frames import plain_value
from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.tree.driver_change import ChangePart
from closeloop.rootcause.tree.driver_change_result import DriverChange, digits_for, part_row, told_size
from closeloop.text import LocalText, message
from closeloop.written import told, told_list

_OFFENDERS_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One quantity in one period.

    Attributes
    ----------
    node, text : str
        Its id and words.
    period : object
        The period; None without.
    n, n_hold, n_missing : int
        Rows that could be checked, those that hold, and those that could not be checked (a value is missing, or a
        division by zero).
    recorded, recomputed : float
        Sums over the checked rows.
    """

    node: str
    text: str
    period: object
    n: int
    n_hold: int
    n_missing: int
    recorded: float
    recomputed: float

    @property
    def residual(self) -> float:
        """Recorded minus recomputed: above zero something is left out, below zero something counts twice."""
        return self.recorded - self.recomputed


@dataclass(frozen=True, slots=True, kw_only=True)
class Offender:
    """A row on which the children do not recompute their parent.

    Attributes
    ----------
    text : str
        The quantity.
    period : object
        Its period; None without.
    key : tuple
        What tells the row apart from the others of its period.
    row : int or None
        Its position, from 0; None for a total.
    recorded, recomputed : float
        Both values.
    """

    text: str
    period: object
    key: tuple[object, ...]
    row: int | None
    recorded: float
    recomputed: float

    @property
    def residual(self) -> float:
        """Recorded minus recomputed."""
        return self.recorded - self.recomputed

    @property
    def place(self) -> LocalText:
        """Where it stands, as a reader finds it."""
        names = [str(part) for part in (self.period, *self.key) if part is not None]
        if self.row is not None and not self.key:
            names.append("")
            row = message("tree.row", row=self.row + 1)
            return LocalText({tag: ", ".join([*names[:-1], row.in_language(tag)]) for tag in row})
        return LocalText(", ".join(names)) if names else message("tree.total")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DriverCheck(TableResult):
    """Whether a driver tree is complete and free of overlap, by arithmetic: a row per quantity and period.

    Attributes
    ----------
    rows_ : tuple of CheckRow
        The checks.
    offenders : tuple of Offender
        The rows that are off most, at most ten.
    n_offenders : int
        All rows that are off.
    parts : tuple of ChangePart
        What moved each quantity, from the first period to the last and from each to the next.
    root : str
        Id of the topmost quantity with a formula.
    tolerance : float
        Relative; the default of 0.5 % is ours.
    n_rows, n_no_period : int
        Rows of the data, and those without a period.
    computed : tuple of str
        Quantities without a column: computed, not checked.
    unsplit : tuple of str
        Quantities whose change is not taken apart, because several rows of a period cannot be added up or told apart.

    Examples
    --------
    >>> from closeloop.rootcause.tree.issue_tree import IssueTree
    >>> tree = IssueTree("Revenue", kind="driver", code="revenue")
    >>> parts = tree.add(None, "Price", code="price"), tree.add(None, "Volume", code="volume")
    >>> tree.formula(None, "price * volume")
    >>> tree.mece({"revenue": [200, 170], "price": [10, 9], "volume": [20, 20]}).verdict
    'fail'
    """

    kind = "driver_check"

    rows_: tuple[CheckRow, ...]
    offenders: tuple[Offender, ...]
    n_offenders: int
    parts: tuple[ChangePart, ...]
    root: str
    tolerance: float
    n_rows: int
    n_no_period: int
    computed: tuple[str, ...]
    unsplit: tuple[str, ...]

    @property
    def n(self) -> int:
        """Rows that could be checked, over all quantities."""
        return sum(row.n for row in self.rows_)

    @property
    def n_hold(self) -> int:
        """Those that hold."""
        return sum(row.n_hold for row in self.rows_)

    @property
    def n_missing(self) -> int:
        """Rows that could not be checked."""
        return sum(row.n_missing for row in self.rows_)

    @property
    def share(self) -> float:
        """Share of the checked rows that hold; NaN where none could be checked."""
        return self.n_hold / self.n if self.n else math.nan

    @property
    def verdict(self) -> str:
        """``"pass"``: all rows hold; ``"fail"``: one does not; ``"cannot tell"``: rows could not be checked."""
        if self.n_hold < self.n:
            return "fail"
        return "cannot tell" if self.n_missing or not self.n else "pass"

    def change(self, node: str | None = None, before: object = None, after: object = None) -> DriverChange:
        """Return what moved a quantity between two periods.

        Parameters
        ----------
        node : str, optional
            Id of the quantity; default the topmost.
        before, after : object, optional
            Periods; default the first and the last, otherwise two that follow each other.

        Raises
        ------
        ValueError
            If that was not taken apart.
        """
        wanted = self.root if node is None else node
        mine = [part for part in self.parts if part.node == wanted]
        pairs = list(dict.fromkeys((part.before_period, part.after_period) for part in mine))
        chosen = pairs[:1] if before is None and after is None else [
            pair for pair in pairs if pair == (plain_value(before), plain_value(after))
        ]  # fmt: skip
        if not chosen:
            known = "; ".join(f"{a} → {b}" for a, b in pairs) or "–"
            raise ValueError(message("tree.no_change", known=known))
        return DriverChange(parts=tuple(part for part in mine if (part.before_period, part.after_period) == chosen[0]))

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("tree.check_title")

    @property
    def sentence(self) -> LocalText:
        """How many rows hold, and where the worst is."""
        tolerance = told(self.tolerance, "percent", 1)
        counts = {"n": told(self.n, "count"), "hold": told(self.n_hold, "count"), "tolerance": tolerance}
        if not self.n:
            return message("tree.check_nothing")
        if not self.n_offenders:
            key = "tree.check_pass_some" if self.n_missing else "tree.check_pass"
            return message(key, missing=told(self.n_missing, "count"), **counts)
        worst = self.offenders[0]
        return message(
            "tree.check_fail", share=told(self.share, "percent", 1), text=worst.text, place=worst.place,
            recorded=told_size(worst.recorded), recomputed=told_size(worst.recomputed),
            residual=told_size(worst.residual, worst.recorded, signed=True), **counts,
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The next offenders, what moved the quantity, and what could not be checked."""
        found = []
        more = self.offenders[1 : 1 + _OFFENDERS_TOLD]
        if more:
            shown = [
                message(
                    "tree.offender",
                    text=one.text,
                    place=one.place,
                    residual=told_size(one.residual, one.recorded, signed=True),
                )
                for one in more
            ]
            found.append(message("tree.note_offenders", offenders=told_list(shown)))
        if self.n_offenders:
            found.append(message("tree.note_sign"))
        if any(part.node == self.root for part in self.parts):
            found.append(self.change().sentence)
        if self.computed:
            found.append(message("tree.note_computed", nodes=told_list(self.computed)))
        if self.unsplit and len({row.period for row in self.rows_}) != 1:
            found.append(message("tree.note_unsplit", nodes=told_list(self.unsplit)))
        holes = list(dict.fromkeys(str(row.period) for row in self.rows_ if row.n_missing and row.period is not None))
        if self.n_missing:
            key = "tree.note_missing_in" if holes else "tree.note_missing"
            found.append(message(key, count=told(self.n_missing, "count"), periods=told_list(holes[:5])))
        if self.n_no_period:
            found.append(message("tree.note_no_period", count=told(self.n_no_period, "count")))
        found.append(message("tree.note_tolerance", tolerance=told(self.tolerance, "percent", 1)))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        digits = digits_for([value for row in self.rows_ for value in (row.recorded, row.recomputed)])
        period = (Shown("period", message("tree.period")),) if any(row.period is not None for row in self.rows_) else ()
        return (
            Shown("text", message("tree.quantity")), *period,
            Shown("n", message("tree.n_checked"), "count"),
            Shown("share", message("tree.share_hold"), "percent"),
            Shown("recorded", message("tree.recorded"), "decimal", digits=digits),
            Shown("recomputed", message("tree.recomputed"), "decimal", digits=digits),
            Shown("residual", message("tree.residual"), "decimal", digits=digits),
        )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per quantity and period."""
        return [
            {
                "node": row.node, "text": row.text, "period": None if row.period is None else str(row.period),
                "n": row.n, "n_hold": row.n_hold, "n_missing": row.n_missing,
                "share": row.n_hold / row.n if row.n else math.nan, "recorded": row.recorded,
                "recomputed": row.recomputed, "residual": row.residual,
            }
            for row in self.rows_
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole, the worst rows, and the parts of the changes."""
        return {
            "verdict": self.verdict, "share": self.share, "n": self.n, "n_hold": self.n_hold,
            "n_missing": self.n_missing, "tolerance": self.tolerance, "n_rows": self.n_rows,
            "n_no_period": self.n_no_period, "n_offenders": self.n_offenders,
            "offenders": [
                {"text": one.text, "place": one.place, "recorded": one.recorded, "recomputed": one.recomputed,
                 "residual": one.residual} for one in self.offenders
            ],
            "changes": [part_row(part) for part in self.parts],
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the residuals of the quantities by period."""
        from closeloop.views.driver_chart import plot_check

        return plot_check(self, ax)
