"""Experience, loyalty, money at risk: the three reasons for which a company looks after its customers, measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from closeloop.followup.measure.figure import Figure, missing
from closeloop.followup.measure.loop_report import LoopReport
from closeloop.followup.measure.section import FigureResult
from closeloop.metrics.result import Shown
from closeloop.metrics.score_block import ScoreBlock
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.units import DIGITS, FORM
from closeloop.text import LocalText, message

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "experience": ("handling_satisfied", "felt_heard"),
    "loyalty": ("retention_difference",),
    "money": ("value_at_risk", "cost"),
}
"""Block → the figures of the follow-up loop that belong to it, beside the scores of the survey."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ThreeBlocks(FigureResult):
    """The three blocks of a report to the management; made by `three_blocks`.

    Attributes
    ----------
    figures : tuple of Figure
        Of every block; its section is the block.
    month : LocalText
    confidence_level : float

    Examples
    --------
    >>> three_blocks([], None, LocalText("June 2026")).unmeasured
    ('experience', 'loyalty', 'money')
    """

    kind: ClassVar[str] = "three_blocks"

    figures: tuple[Figure, ...]
    month: LocalText
    confidence_level: float = 0.95

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """The blocks of which nothing is known."""
        known = {figure.section for figure in self.figures if figure.is_measured}
        return tuple(block for block in BLOCKS if block not in known)

    @property
    def title(self) -> LocalText:
        """What it is."""
        return message("monthly.blocks_title")

    @property
    def sentence(self) -> LocalText:
        """Which of the three is not measured."""
        if not self.unmeasured:
            return message("monthly.blocks_all", month=self.month)
        from closeloop.written import told_joined

        names = told_joined([message(f"monthly.block_{name}") for name in self.unmeasured], ", ", "、")
        return message("monthly.blocks_lack", month=self.month, names=names)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Block, then as in every table of figures."""
        inherited = FigureResult.columns.fget(self)  # type: ignore[attr-defined]
        return (Shown("block", message("monthly.col_block")), *inherited)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per figure."""
        return [figure.row() | {"block": message(f"monthly.block_{figure.section}")} for figure in self.figures]

    def plot(self, ax: Any = None) -> Any:
        """Draw the figures that are shares or points, with their intervals."""
        from closeloop.views.loop_report_chart import plot_figures

        return plot_figures(self, ax)


def three_blocks(tables: list[ScoreTable], loop: LoopReport | None, month: LocalText) -> ThreeBlocks:
    """Return what is known of experience, loyalty and money at risk; a block nobody measured says so.

    Parameters
    ----------
    tables : list of ScoreTable
        The scores of the month: an NPS stands for loyalty, other metrics for experience.
    loop : LoopReport or None
    month : LocalText
    """
    figures = [_scored(block, table) for table in tables for block in table.blocks]
    unique = {(figure.section, figure.name): figure for figure in figures}
    level = tables[0].confidence_level if tables else 0.95
    ordered: list[Figure] = []
    for block, names in BLOCKS.items():
        ordered += [figure for (section, _), figure in unique.items() if section == block]
        ordered += _of_loop(loop, block, names)
    return ThreeBlocks(figures=tuple(ordered), month=month, confidence_level=level)


def _of_loop(loop: LoopReport | None, block: str, names: tuple[str, ...]) -> list[Figure]:
    known = () if loop is None else loop.figures
    found = [replace(each, section=block) for each in known if any(_is(each, name) for name in names)]
    if found:
        return found
    labels = {"handling_satisfied": "monthly.handling", "retention_difference": "measure.retention",
              "value_at_risk": "measure.value_at_risk"}  # fmt: skip
    first = next(name for name in names if name in labels)
    return [missing(block, first, message(labels[first]), message("monthly.base_loop"), message("monthly.no_loop"))]


def _is(figure: Figure, name: str) -> bool:
    return figure.name == name or figure.name.startswith(f"{name}_")


def _scored(block: ScoreBlock, table: ScoreTable) -> Figure:
    total, spec = block.total, block.metric
    section = "loyalty" if spec.kind == "nps" else "experience"
    base = message("monthly.base_answers")
    if total.result is None:
        why = message("monthly.hidden_figure", min_n=table.min_n)
        return missing(section, spec.name, spec.label, base, why)
    low, high = total.ci or (math.nan, math.nan)
    return Figure(
        section=section, name=spec.name, label=spec.label, base=base, n=int(total.n or 0),
        estimate=total.result.score, ci_low=low, ci_high=high, form=FORM[spec.kind], digits=DIGITS[spec.kind],
        method=total.method or block.method,
    )  # fmt: skip
