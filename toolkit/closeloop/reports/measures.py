"""Countermeasures in one table, with what each lacks to be SMART below."""

from __future__ import annotations

from dataclasses import dataclass

from closeloop.html import Html, element
from closeloop.reports.block import Block
from closeloop.reports.slots import filled_css
from closeloop.rootcause.findings import Findings
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.views.countermeasure_table import countermeasure_table
from closeloop.views.findings_table import findings_table
from closeloop.views.words import say


@dataclass(frozen=True, slots=True)
class Measures(Block):
    """Countermeasures with their SMART check.

    Examples
    --------
    >>> one = Countermeasure(cause="no sign-off", what="have operations sign")
    >>> "have operations sign" in Measures((one,)).block("en")
    True
    """

    measures: tuple[Countermeasure, ...]

    def block(self, tag: str) -> Html:
        """Return the table, and what is weak."""
        weak = [finding for one in self.measures for finding in one.findings() if finding.level != "info"]
        found = Findings(weak)  # what only a person can answer is asked where the countermeasure is written
        said = findings_table(found, tag) if found else element("p", say("problem_report.smart", tag), class_="note")
        return element("div", countermeasure_table(self.measures, tag), said, class_="block")

    def css(self) -> Html:
        """Return the style sheet of filled documents."""
        return filled_css()
