"""A section of a loop report: figures of one question, a sentence, tables and a figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from closeloop.followup.measure.figure import Figure
from closeloop.followup.measure.group_table import GroupTable
from closeloop.frames import convert
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.written import told_level

FRAME = ("section", "figure", "base", "n", "estimate", "ci_low", "ci_high", "form", "method", "note")
"""The columns of a frame of figures."""


class FigureResult(TableResult):
    """A result whose rows are figures, each found by its name."""

    __slots__ = ()

    figures: tuple[Figure, ...]
    confidence_level: float

    def __getitem__(self, name: str) -> Figure:
        """Return one figure by its name.

        Raises
        ------
        KeyError
            If there is no such figure.
        """
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Figure, value, interval, n, base, remark."""
        level = told_level(self.confidence_level)
        return (
            Shown("label", message("measure.col_figure")),
            Shown("shown", message("measure.col_value")),
            Shown("interval", message("analysis.interval", level=level)),
            Shown("n", message("measure.col_n"), "count"),
            Shown("base", message("measure.col_base")),
            *([Shown("note", message("measure.col_note"))] if any(str(f.remark) for f in self.figures) else []),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per figure."""
        return [figure.row() for figure in self.figures]

    def to_frame(self, backend: str = "pandas") -> Any:
        """Return one row per figure, in numbers; texts in the language in use."""
        import pandas as pd

        rows = [[str(v) if isinstance(v, LocalText) else v for v in map(row.get, FRAME)] for row in self.rows()]
        return convert(pd.DataFrame(rows, columns=list(FRAME)), backend)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LoopSection(FigureResult):
    """The figures of one question.

    Attributes
    ----------
    name : str
        Which section, see `closeloop.followup.measure.loop_report.SECTIONS`.
    figures : tuple of Figure
    said : LocalText
        The sentence.
    cautions : tuple of LocalText
    tables : tuple of GroupTable
    details : mapping
        What the figure is drawn from: curves, a `closeloop.analysis.effect.recovery_result.Recovery`.
    confidence_level : float

    Examples
    --------
    >>> LoopSection(name="speed", figures=(), said=LocalText("No case yet."))
    <LoopSection: No case yet.>
    """

    kind: ClassVar[str] = "loop_section"

    name: str
    figures: tuple[Figure, ...]
    said: LocalText
    cautions: tuple[LocalText, ...] = ()
    tables: tuple[GroupTable, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    confidence_level: float = 0.95

    @property
    def title(self) -> LocalText:
        """The question."""
        return message(f"measure.section_{self.name}")

    @property
    def sentence(self) -> LocalText:
        """What was found."""
        return self.said

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method and cautions."""
        return self.cautions

    def facts(self) -> Mapping[str, Any]:
        """Return which section it is, and the level."""
        return {"section": self.name, "confidence_level": self.confidence_level}

    def plot(self, ax: Any = None) -> Any:
        """Draw the section: a funnel, curves, the mix of closings, the recovery, or dots with intervals."""
        from closeloop.views.loop_report_chart import plot_section

        return plot_section(self, ax)
