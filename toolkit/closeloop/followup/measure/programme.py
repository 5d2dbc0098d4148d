"""Two readings of a loop report: what the programme is good for, in four blocks; and what the public is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from closeloop.followup.measure.figure import Figure
from closeloop.followup.measure.group_table import GroupTable, with_small_hidden
from closeloop.followup.measure.loop_report import LoopReport
from closeloop.followup.measure.section import FigureResult
from closeloop.metrics.result import Shown
from closeloop.text import LocalText, message
from closeloop.written import told

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "satisfaction": ("handling_satisfied", "felt_heard", "fair_outcome", "net_effect"),
    "improvement": ("effects_reached", "complaint_rate_ratio", "repeated"),
    "image": ("nps", "trust_change", "public_share"),
    "churn": ("retention_difference", "value_at_risk"),
}
"""What following up is said to be good for → the figures that could show it."""

_PUBLIC = ("captured", "first_response_within", "resolution_median", "promises_kept", "handling_satisfied", "reopened")
_EXACT = ("captured",)
"""A figure about the system and not about a group of people: it is told however few there were."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ProgrammeReport(FigureResult):
    """The four benefits, each with a figure and its interval, or the words that it was not measured.

    Attributes
    ----------
    figures : tuple of Figure
        Of every block; its section is the block.
    period : LocalText
    confidence_level : float

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.measure.measure import measure
    >>> report = measure([], [], now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    >>> programme_report(report).unmeasured
    ('satisfaction', 'improvement', 'image', 'churn')
    """

    kind: ClassVar[str] = "programme_report"

    figures: tuple[Figure, ...]
    period: LocalText
    confidence_level: float = 0.95

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """The blocks of which nothing is known."""
        known = {figure.section for figure in self.figures if figure.is_measured}
        return tuple(block for block in BLOCKS if block not in known)

    @property
    def title(self) -> LocalText:
        """What it is."""
        return message("measure.programme_title")

    @property
    def sentence(self) -> LocalText:
        """How many of the four have been measured."""
        measured = len(BLOCKS) - len(self.unmeasured)
        return message("measure.programme_said", measured=told(measured, "count"), period=self.period)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What a benefit that was not measured is worth."""
        return (message("measure.programme_note"),)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Block, then as in every table of figures."""
        inherited = FigureResult.columns.fget(self)  # type: ignore[attr-defined]
        return (Shown("block", message("measure.col_block")), *inherited)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per figure."""
        return [figure.row() | {"block": message(f"measure.block_{figure.section}")} for figure in self.figures]

    def plot(self, ax: Any = None) -> Any:
        """Draw the figures that are shares or points, with their intervals."""
        from closeloop.views.loop_report_chart import plot_figures

        return plot_figures(self, ax)


def programme_report(report: LoopReport) -> ProgrammeReport:
    """Return what the follow-up programme is good for: satisfaction, improvement, image, churn.

    Parameters
    ----------
    report : LoopReport

    Returns
    -------
    ProgrammeReport
        Nothing is estimated anew; a benefit nobody measured says so.

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.measure.measure import measure
    >>> len(programme_report(measure([], [], now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))).figures) > 3
    True
    """
    figures: list[Figure] = []
    for block, names in BLOCKS.items():
        for name in names:
            found = [figure for figure in report.figures if figure.name == name or figure.name.startswith(f"{name}_")]
            figures += [replace(figure, section=block) for figure in found]
    return ProgrammeReport(figures=tuple(figures), period=report.title, confidence_level=report.confidence_level)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PublicReport(FigureResult):
    """What the public may be told about how complaints are handled; small cells hidden.

    Attributes
    ----------
    figures : tuple of Figure
    tables : tuple of GroupTable
        How cases ended, and what they were about.
    period : LocalText
    hidden : int
        Figures and groups that are not told.
    min_n : int
    confidence_level : float
    """

    kind: ClassVar[str] = "public_report"

    figures: tuple[Figure, ...]
    tables: tuple[GroupTable, ...]
    period: LocalText
    hidden: int
    min_n: int
    confidence_level: float = 0.95

    @property
    def title(self) -> LocalText:
        """What it is."""
        return message("measure.public_title")

    @property
    def sentence(self) -> LocalText:
        """Of when, and what is hidden."""
        return message("measure.public_said", period=self.period, count=told(self.hidden, "count"))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Why some figures are not told."""
        return (message("measure.public_note", least=told(self.min_n, "count")),)

    def parts(self) -> list[Any]:
        """Return the parts of `closeloop.report`."""
        return [self, *self.tables]

    def plot(self, ax: Any = None) -> Any:
        """Draw the figures that are shares, with their intervals."""
        from closeloop.views.loop_report_chart import plot_figures

        return plot_figures(self, ax)


def public_report(report: LoopReport) -> PublicReport:
    """Return what of a loop report may be published.

    A share is told only if both those who are in it and those who are not are `min_n` or more, or nobody; the endings
    and the kinds of complaint are hidden where they are small, and as many more as are needed to keep them hidden.

    Parameters
    ----------
    report : LoopReport

    Returns
    -------
    PublicReport

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.measure.measure import measure
    >>> public_report(measure([], [], now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))).hidden
    0
    """
    chosen = [figure for figure in report.figures if figure.name in _PUBLIC and figure.is_measured]
    told_figures = [
        replace(figure, base=message("measure.base_cases"))
        if figure.section == "speed"
        else figure  # no count of open ones
        for figure in chosen
        if figure.name in _EXACT or not _is_small(figure, report.min_n)
    ]
    mix = _mix(report)
    codes = [table for section in report.sections for table in section.tables if table.name == "codes"]
    tables = tuple(table for table in (mix, *codes) if table.lines)
    hidden = len(chosen) - len(told_figures)
    hidden += sum(line.get("hidden") is not None for table in tables for line in table.lines)
    return PublicReport(
        figures=tuple(told_figures), tables=tables, period=report.title, hidden=hidden, min_n=report.min_n,
        confidence_level=report.confidence_level,
    )  # fmt: skip


def _is_small(figure: Figure, min_n: int) -> bool:
    if figure.form != "percent":
        return figure.n < min_n
    inside = round(figure.estimate * figure.n)
    return any(0 < count < min_n for count in (figure.n, inside, figure.n - inside))


def _mix(report: LoopReport) -> GroupTable:
    section = report.section("closing")
    counts: Mapping[str, int] = section.details["mix"]
    total = sum(counts.values())
    lines = [
        {"group": message(f"measure.end_{name}"), "n": count, "estimate": count / total if total else float("nan")}
        for name, count in counts.items()
    ]
    shown, _ = with_small_hidden(lines if total else [], report.min_n)
    return GroupTable(
        name="endings", heading=message("measure.table_endings"), lines=shown,
        said=message("measure.said_endings", n=told(total, "count")),
        shown=(Shown("group", message("measure.col_ending")), Shown("n", message("measure.col_n"), "count"),
               Shown("estimate", message("measure.col_share"), "percent", digits=0)),
        axis=message("measure.axis_cases"),
    )  # fmt: skip
