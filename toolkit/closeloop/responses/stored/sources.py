"""Files opened for reading in parts: what is known of each before its answers are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from closeloop.errors import InsufficientDataError
from closeloop.responses.delimited import DelimitedSource, columns_of
from closeloop.responses.dialects import closeloop, find_layout
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.long import long_columns
from closeloop.responses.match import Match, match_columns
from closeloop.responses.migrate.written import written_for
from closeloop.responses.opened import Opened, Settings
from closeloop.responses.read import day_first_of, named_apart, open_source, read_whole, seen_as, settings_for
from closeloop.responses.source import Cells, Source, codes_of, encode
from closeloop.responses.stored.parquet_parts import ParquetSource
from closeloop.responses.stored.parts import OnePart, Parts, TextParts
from closeloop.responses.stored.telling import Telling
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.responses.progress import ImportBar
    from closeloop.survey.survey import Survey

_VERSION = ("survey_id", "survey_version")


@dataclass(slots=True, kw_only=True)
class Parted:
    """A source in parts: `opened` has everything but its cells, `matches` say what its columns are."""

    opened: Opened
    parts: Parts
    matches: list[Match]
    telling: Telling | None = None

    def part(self, cells: Cells) -> Opened:
        """Return a part of the source, to be read as the whole would be."""
        source = replace(self.opened.source, rows=len(cells.source_rows))
        if self.telling is None:
            return replace(self.opened, source=source, cells=cells)
        cells = self.telling.informed(cells)
        return replace(
            self.opened, source=source, cells=cells, layout=self.telling.settled(), settled=True, notes=()
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the files are to be read, see `closeloop.read_responses`."""

    dialect: str
    encoding: str
    sheet: str | int | None
    columns: Mapping[str, str | None] | None
    timezone: str | None
    dates: str
    rows: int


def open_parts(
    paths: Sequence[Path], survey: Survey | None, asked: Asked, bar: ImportBar
) -> tuple[list[Parted], Settings]:
    """Open files, look at each of them once, and return them with what the user said about them.

    Raises
    ------
    InsufficientDataError
        If there is no answer in any of them.
    """
    found: list[tuple[DelimitedSource | ParquetSource | None, Opened]] = []
    for path in paths:
        source: Source = _parquet(path) or open_source(path, asked.encoding, asked.sheet)
        layout = find_layout(source.head, asked.dialect, source.facts.name)
        layout = replace(layout, day_first=day_first_of(asked.dates))
        if isinstance(source, DelimitedSource | ParquetSource) and long_columns(layout, source.head) is None:
            found.append((source, _empty(source, layout)))
        else:
            found.append((None, read_whole(source, layout, None)))
    settings = settings_for([opened for _, opened in found], asked.columns, asked.timezone)
    named = named_apart([opened for _, opened in found])
    result: list[Parted] = []
    for (parted, _), opened, path in zip(found, named, paths, strict=True):
        with bar.pass_of(path):
            if parted is None:
                result += _whole(opened, survey, settings)
            else:
                result += _looked_at(parted, opened, survey, settings, asked, bar)
    if not any(each.parts.rows for each in result):
        names = ", ".join(each.opened.source.name for each in result)
        raise InsufficientDataError(message("responses.header_only", file=names))
    return result, settings


def _parquet(path: Path) -> ParquetSource | None:
    return ParquetSource(path) if path.suffix.lower() in (".parquet", ".pq") and path.is_file() else None


def _empty(source: Source, layout: Layout) -> Opened:
    width = max((len(record) for record in source.head[: layout.header_rows]), default=0)
    return seen_as(source, layout, Cells(columns=columns_of([], width), source_rows=np.zeros(0, dtype=np.int32)))


def _whole(opened: Opened, survey: Survey | None, settings: Settings) -> list[Parted]:
    """Return a source that was read whole as one part, or as one for each version that it has answers to."""
    several = [opened] if survey is None else written_for([opened], survey)
    return [
        Parted(
            opened=each,
            parts=OnePart(each.cells),
            matches=match_columns(each.layout, each.asked(survey), settings.columns_of(each.layout)),
        )
        for each in several
    ]


def _looked_at(
    source: DelimitedSource | ParquetSource,
    opened: Opened,
    survey: Survey | None,
    settings: Settings,
    asked: Asked,
    bar: ImportBar,
) -> list[Parted]:
    layout = opened.layout
    versions = _Versions(layout)
    matches = match_columns(layout, survey, settings.columns_of(layout))
    telling, parts = _look(source, opened, survey, matches, versions, asked, bar)
    if survey is not None and layout.platform == closeloop.NAME:
        sources = written_for([replace(opened, cells=versions.cells(len(opened.cells.columns)))], survey)
        if len(sources) > 1:  # rows of several versions stand in another order than in the file
            whole = read_whole(source, layout, None)
            return _whole(replace(whole, source=replace(whole.source, name=opened.source.name)), survey, settings)
        opened = replace(sources[0], cells=opened.cells)
        if opened.lineage:
            matches = match_columns(layout, opened.lineage[0], settings.columns_of(layout))
            telling, parts = _look(source, opened, opened.lineage[0], matches, versions, asked, bar)
    cells = replace(opened.cells, columns=columns_of([], parts.width))
    opened = replace(opened, source=replace(opened.source, rows=parts.rows), cells=cells)
    return [Parted(opened=opened, parts=parts, matches=matches, telling=telling)]


def _look(
    source: DelimitedSource | ParquetSource,
    opened: Opened,
    survey: Survey | None,
    matches: list[Match],
    versions: _Versions,
    asked: Asked,
    bar: ImportBar,
) -> tuple[Telling, Parts]:
    telling = Telling.of(opened.layout, matches, survey)
    watched = {*telling.kinds, *versions.places}
    parts: Parts
    if isinstance(source, DelimitedSource):
        parts = TextParts(source, opened.layout, asked.rows, watched)
    else:
        parts = source.in_parts(opened.layout.header_rows, asked.rows)

    def take(cells: Cells) -> None:
        versions.add(cells)
        telling.add(cells, matches, survey)

    parts.look(take, bar.progress)
    return telling, parts


class _Versions:
    """The versions of a survey that a file of closeloop's forms names in its rows."""

    def __init__(self, layout: Layout) -> None:
        places = {column.header: column.position for column in layout.columns[:3]}
        known = layout.platform == closeloop.NAME and set(_VERSION) <= set(places)
        self.places = tuple(places[name] for name in _VERSION) if known else ()
        self._found: dict[tuple[str, str], None] = {}

    def add(self, cells: Cells) -> None:
        if self.places and len(cells.source_rows):
            ids, numbers = (cells.columns[place] for place in self.places)
            pairs = np.unique(np.stack([codes_of(ids), codes_of(numbers)], axis=1), axis=0)
            for i, n in pairs.tolist():
                self._found.setdefault((ids.dictionary[i].as_py(), numbers.dictionary[n].as_py()))

    def cells(self, width: int) -> Cells:
        """Return a row for each version."""
        texts = list(zip(*self._found, strict=True)) if self._found else [(), ()]
        columns = [encode([""] * len(self._found)) for _ in range(width)]
        for place, each in zip(self.places, texts, strict=False):
            columns[place] = encode(list(each))
        return Cells(columns=tuple(columns), source_rows=np.arange(len(self._found), dtype=np.int32))
