"""What `measure` returns: whether the loop closes, section by section."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.measure.figure import Figure
from closeloop.followup.measure.section import FigureResult, LoopSection
from closeloop.rootcause.findings import Findings
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined

SECTIONS = ("capture", "speed", "closing", "recovery", "voice", "causes", "work", "money")
"""In the order in which they are shown."""
_DRAWN = ("stages", "codes", "options", "recurrence")
"""Tables that a report shows as a figure, too."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LoopReport(FigureResult):
    """Whether the follow-up loop closes and whether it helped.

    ``report["first_response_within"]`` is one figure, ``report.section("recovery")`` one section, and
    ``report.table("stages")`` one of the tables by group.

    Attributes
    ----------
    sections : tuple of LoopSection
    found : Findings
        What is lost, overdue or not to be concluded.
    since, now : datetime
        The period: cases that reached us in it, looked at now. `since` is None from the first one on.
    n_cases, n_responses : int
        In the period.
    confidence_level : float
    min_n : int
        Groups with fewer are hidden.

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.measure.case_table import CaseTable
    >>> from closeloop.followup.measure.measure import measure
    >>> table = CaseTable.of(cases={"received_at": [0.0, 0.0], "is_open": [True, True]},
    ...                      cycles={"case": [0, 1], "first_response_at": [7200.0, float("nan")]})
    >>> report = measure(table, [], now=dt.datetime(1970, 1, 3, tzinfo=dt.UTC))
    >>> report["first_response_within"].estimate
    0.5
    """

    kind: ClassVar[str] = "loop_report"

    sections: tuple[LoopSection, ...]
    found: Findings
    since: dt.datetime | None
    now: dt.datetime
    n_cases: int
    n_responses: int
    confidence_level: float = 0.95
    min_n: int = 10

    @property
    def figures(self) -> tuple[Figure, ...]:  # type: ignore[override]
        """Every figure of every section."""
        return tuple(figure for section in self.sections for figure in section.figures)

    def section(self, name: str) -> LoopSection:
        """Return one section.

        Raises
        ------
        ValueError
            If there is no such section.
        """
        for section in self.sections:
            if section.name == name:
                return section
        raise ValueError(message("measure.no_section", found=name, known=", ".join(SECTIONS)))

    def table(self, name: str) -> Any:
        """Return one of the tables by group, such as ``"stages"``, ``"codes"`` or ``"options"``.

        Raises
        ------
        ValueError
            If there is no such table.
        """
        tables = {table.name: table for section in self.sections for table in section.tables}
        if name not in tables:
            raise ValueError(message("measure.no_table", found=name, known=", ".join(tables) or "–"))
        return tables[name]

    @property
    def title(self) -> LocalText:
        """What it is, and of when."""
        until = told(f"{self.now:%Y-%m-%d}", "text")
        if self.since is None:
            return message("measure.title_all", until=until)
        return message("measure.title", since=told(f"{self.since:%Y-%m-%d}", "text"), until=until)

    @property
    def sentence(self) -> LocalText:
        """The sentences that matter most: nothing lost, how soon, how it ended, what is left of the recovery."""
        names = ("capture", "speed", "closing", "recovery")
        return told_joined([self.section(name).said for name in names], " ", "")

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What every reader of the figures should know."""
        return (
            message("measure.note_cases", cases=told(self.n_cases, "count"), responses=told(self.n_responses, "count")),
            message("measure.note_paradox"),
        )

    def facts(self) -> Mapping[str, Any]:
        """Return the period, the level, and what was found."""
        return {
            "since": None if self.since is None else self.since.isoformat(),
            "now": self.now.isoformat(),
            "n_cases": self.n_cases,
            "n_responses": self.n_responses,
            "confidence_level": self.confidence_level,
            "min_n": self.min_n,
            "findings": [finding.rule for finding in self.found],
        }

    def findings(self) -> Findings:
        """Return what is lost, overdue, or not to be concluded from these figures."""
        return self.found

    def parts(self) -> list[Any]:
        """Return the report as parts of `closeloop.report`: findings, then each section with its figure and tables."""
        said: list[Any] = [self.sentence]
        if self.found:
            said.append(self.found)
        for section in self.sections:
            said.append(section)
            if any(figure.is_measured for figure in section.figures):
                said.append(section.plot())
            for table in section.tables:
                said += [table, table.plot()] if table.name in _DRAWN else [table]
        return said

    def plot(self, ax: Any = None) -> Any:
        """Draw the funnel: from the responses that qualify to the customers who confirmed."""
        return self.section("capture").plot(ax)

    def _repr_html_(self) -> str:
        from closeloop.views.loop_report import loop_report_html

        return loop_report_html(self)

    def __str__(self) -> str:
        from closeloop.views.loop_report import loop_report_text

        return loop_report_text(self)
