"""Whether the counts of a loop report add up: every response is in one place, and in one only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.measure.loop_report import LoopReport
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.written import told


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reconciliation(TableResult):
    """Where the responses of a period are; made by `reconciliation`.

    Attributes
    ----------
    n_responses : int
        In the period.
    n_qualifying : int
        Of these, how many call for somebody.
    n_cases : int
        How many of those have a case of their own.
    left_out : mapping of LocalText to int
        Reason → how many have none.
    n_lost : int
        Of how many nothing is known.

    Examples
    --------
    >>> counted = Reconciliation(n_responses=40, n_qualifying=3, n_cases=2, left_out={LocalText("quiet"): 1}, n_lost=0)
    >>> counted.adds_up
    True
    """

    kind: ClassVar[str] = "reconciliation"

    n_responses: int
    n_qualifying: int
    n_cases: int
    left_out: Mapping[LocalText, int]
    n_lost: int

    @property
    def adds_up(self) -> bool:
        """Whether cases and logged reasons account for every response that calls for somebody."""
        return not self.n_lost and self.n_cases + sum(self.left_out.values()) == self.n_qualifying

    @property
    def title(self) -> LocalText:
        """What it is."""
        return message("loop_report.reconciliation_title")

    @property
    def sentence(self) -> LocalText:
        """Whether it adds up."""
        counts = {
            "n": told(self.n_qualifying, "count"), "cases": told(self.n_cases, "count"),
            "left": told(sum(self.left_out.values()), "count"), "lost": told(self.n_lost, "count"),
        }  # fmt: skip
        return message("loop_report.reconciled" if self.adds_up else "loop_report.not_reconciled", **counts)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What, and how many."""
        return (
            Shown("what", message("loop_report.col_responses")),
            Shown("n", message("measure.col_n"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per place."""
        rows: list[tuple[LocalText, int]] = [
            (message("loop_report.in_period"), self.n_responses),
            (message("loop_report.for_nobody"), self.n_responses - self.n_qualifying),
            (message("loop_report.for_somebody"), self.n_qualifying),
            (message("loop_report.with_case"), self.n_cases),
            *((message("loop_report.without_case", reason=reason), n) for reason, n in self.left_out.items()),
            (message("loop_report.nothing_known"), self.n_lost),
        ]
        return [{"what": what, "n": n} for what, n in rows]

    def facts(self) -> Mapping[str, Any]:
        """Return whether it adds up."""
        return {"adds_up": self.adds_up}

    def plot(self, ax: Any = None) -> Any:
        """Draw how many are where."""
        from closeloop.views.count_chart import plot_counts

        return plot_counts(self, [(row["what"], row["n"]) for row in self.rows()], ax)


def reconciliation(report: LoopReport) -> Reconciliation:
    """Return where the responses of a loop report's period are.

    Parameters
    ----------
    report : LoopReport

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.measure.measure import measure
    >>> rows = [{"survey_id": "s", "response_id": str(i), "qualifies": i < 2} for i in range(10)]
    >>> print(reconciliation(measure([], rows, now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))).sentence)
    It does not add up: of 2 responses that call for somebody, 0 have a case, 0 were left out for a logged reason, and of 2 nothing is known.
    """  # noqa: E501  # a sentence as it is printed
    section = report.section("capture")
    steps = dict(section.details["funnel"])
    left_out = {
        line["group"]: int(line["n"]) for table in section.tables if table.name == "suppressed" for line in table.lines
    }
    qualified, captured = steps["qualified"], steps["captured"]
    return Reconciliation(
        n_responses=report.n_responses, n_qualifying=qualified, n_cases=captured - sum(left_out.values()),
        left_out=left_out, n_lost=qualified - captured,
    )  # fmt: skip
