"""A source that was opened, and what the user said about the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closeloop.responses.dialects.layout import Layout
from closeloop.responses.issues import Batch
from closeloop.responses.match import unique_headers
from closeloop.responses.source import Cells, SourceFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from closeloop.survey.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A source whose cells were read and whose layout is known; `notes` were made on the way.

    `lineage` has the versions of the survey before the present one, from that which was answered on; `said` is the
    version that the source itself names, where no survey of it is at hand. Of a long table, `lines` is the source as it
    stood, `of_line` the row of each of its lines, and `joined` the cells (by column) put together from several lines.
    Of a part of a file, `settled` says that its layout knows already whether choices are in words.
    """

    source: SourceFile
    cells: Cells
    layout: Layout
    notes: tuple[Batch, ...] = ()
    lineage: tuple[Survey, ...] = ()
    said: int | None = None
    lines: Opened | None = None
    of_line: NDArray[np.intp] | None = None
    joined: Mapping[int, frozenset[str]] = field(default_factory=dict)
    settled: bool = False

    def asked(self, survey: Survey | None) -> Survey | None:
        """Return the survey that its answers were given to: that of its time, where it is not the present one."""
        return self.lineage[0] if self.lineage else survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user said about the sources."""

    columns: Mapping[str, str | None] | None = None
    timezone: str | None = None

    def columns_of(self, layout: Layout) -> dict[str, str | None]:
        """Return what the user said about the columns that one source has."""
        headers = unique_headers(layout)
        return {header: target for header, target in (self.columns or {}).items() if header.strip() in headers}
