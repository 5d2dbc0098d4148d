"""`mece_tree`: the MECE check of every node of a codebook at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.themes.mece.mece import mece
from closeloop.themes.mece.mece_report import MeceReport
from closeloop.written import told, told_joined, told_level

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MeceTree(TableResult):
    """A MECE report for every node that has categories below it.

    ``tree["service"]`` is the report of a node, ``tree[None]`` that of the top.

    Attributes
    ----------
    reports : tuple of MeceReport
        The top first, then in the order of the codebook.
    confidence_level : float
        Of the intervals.
    """

    kind = "mece_tree"

    reports: tuple[MeceReport, ...]
    confidence_level: float

    def __iter__(self) -> Iterator[MeceReport]:
        return iter(self.reports)

    def __len__(self) -> int:
        return len(self.reports)

    def __getitem__(self, node: str | None) -> MeceReport:
        """Return the report of a node.

        Raises
        ------
        ColumnNotFoundError
            If there is no such node with categories below it.
        """
        for report in self.reports:
            if report.node == node:
                return report
        names = [report.node for report in self.reports if report.node is not None]
        raise ColumnNotFoundError(str(node), names, message("mece.the_categories"))

    @property
    def title(self) -> LocalText:
        """What was judged."""
        return message("mece.tree_title")

    @property
    def sentence(self) -> LocalText:
        """How many nodes hold, and the first that does not."""
        verdicts = [report.verdict for report in self.reports]
        counts = {
            "holds": told(verdicts.count("pass"), "count"), "fails": told(verdicts.count("fail"), "count"),
            "open": told(verdicts.count("cannot tell"), "count"),
        }  # fmt: skip
        said = [message("mece.tree_found", count=told(len(verdicts), "count"), **counts)]
        failed = [report for report in self.reports if report.verdict == "fail"]
        if failed:
            worst = max(failed, key=lambda report: report.n)
            said.append(message("mece.tree_first", node=_name(worst), reason=worst.reasons[0]))
        return told_joined(said, " ", "")

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What the verdicts rest on."""
        return (message("mece.tree_note"), *self.reports[0].notes[:2])

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        interval = message("analysis.interval", level=told_level(self.confidence_level))
        return (
            Shown("label", message("mece.tree_node")),
            Shown("n", message(f"mece.count_{self.reports[0].unit}"), "count"),
            Shown("residual", message("mece.row_residual"), "percent"),
            Shown("residual_low", interval, "percent", high="residual_high"),
            Shown("overlap", message(f"mece.tree_overlap_{self.reports[0].unit}"), "percent"),
            Shown("overlap_low", interval, "percent", high="overlap_high"),
            Shown("shown_verdict", message("mece.judgement")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per node."""
        return [
            {
                "node": report.node, "label": _name(report), "n": report.n, "coverage": report.coverage.estimate,
                "residual": report.split.residual.estimate, "residual_low": report.split.residual.ci_low,
                "residual_high": report.split.residual.ci_high, "overlap": report.overlap.estimate,
                "overlap_low": report.overlap.ci_low, "overlap_high": report.overlap.ci_high,
                "verdict": report.verdict,
                "shown_verdict": message(f"mece.outcome_{report.verdict.replace(' ', '_')}"),
            }
            for report in self.reports
        ]  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw what is left over and what overlaps, node by node, against what is allowed."""
        from closeloop.views.mece_tree_chart import plot_mece_tree

        return plot_mece_tree(self, ax)


def mece_tree(coding: Coding, **how: Any) -> MeceTree:
    """Return the MECE check of every node of the codebook: the top, and each code that has codes below it.

    Parameters
    ----------
    coding : Coding
        Without a codebook there is one node, the top.
    **how
        As in `closeloop.themes.mece.mece.mece`, but for `parent` and `groups`.

    Returns
    -------
    MeceTree
        Each node is judged by itself, on its own mentions; the verdicts are not corrected for their number.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": list(range(200)), "code": ["late"] * 90 + ["rude"] * 70 + [None] * 40}
    >>> [report.verdict for report in mece_tree(Coding.from_table(table, unit="mention"))]
    ['fail']
    """
    codebook = coding.codebook
    nodes = [] if codebook is None else [code.id for code in codebook.codes if codebook.children(code.id)]
    reports = tuple(mece(coding, parent, **how) for parent in (None, *nodes))
    return MeceTree(reports=reports, confidence_level=reports[0].confidence_level)


def _name(report: MeceReport) -> LocalText | str:
    return message("mece.tree_top") if report.label is None else report.label
