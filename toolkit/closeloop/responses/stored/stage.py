"""Rows read part by part: what is theirs alone is written at once, what they share with others is kept on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from closeloop.responses.assemble import ReadRows, below_each_other, read_rows
from closeloop.responses.fates import ACCEPTED, QUARANTINED, answered_cells, kept_of
from closeloop.responses.issues import IssueLog, issues_frame
from closeloop.responses.raw import raw_frame, rows_of_lines, with_problems
from closeloop.responses.source import Cells, encode
from closeloop.responses.stored.ids import CONTENT_ID, Buckets
from closeloop.responses.stored.noted import PartLog
from closeloop.responses.stored.tables import CsvParts, coded_table, set_aside, typed_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.opened import Opened, Settings
    from closeloop.responses.stored.sources import Parted
    from closeloop.survey.survey import Survey

KEYS = ("response_id", "respondent_id")
_TELLING = frozenset({"response_id", "answered_at", "respondent_id"})


@dataclass(slots=True, kw_only=True)
class StagedPart:
    """A part that was read: which source, its rows among all (`start`, `stop`), and where its tables lie."""

    source: int
    start: int
    stop: int
    source_rows: NDArray[np.int32]
    accepted: Path
    issues: Path | None


@dataclass(slots=True, kw_only=True)
class Stage:
    """Takes the parts of all sources in their order."""

    sources: Sequence[Parted]
    survey: Survey | None
    settings: Settings
    zone: str
    folder: Path
    fate: NDArray[np.int8]
    logs: list[PartLog] = field(default_factory=list)
    parts: list[StagedPart] = field(default_factory=list)
    duplicates: dict[str, Buckets] = field(default_factory=dict)
    contents: dict[int, Buckets] = field(default_factory=dict)
    counts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    agreements: list[dict[int, tuple[int, int]]] = field(default_factory=list)
    read: list[ReadRows] = field(default_factory=list)
    union: pd.DataFrame = field(default_factory=pd.DataFrame)
    raw_names: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        """Find the columns, types and categories of all rows, and open what is kept on disk."""
        probes = []
        raw: dict[str, None] = {}
        for each in self.sources:
            opened = each.part(_no_rows(each))
            probe = read_rows(
                opened, each.matches, self.survey, self.settings, self.zone, IssueLog(file=opened.source.name)
            )
            probes.append(probe.frame)
            self.read.append(probe)
            self.logs.append(PartLog(file=opened.source.name))
            self.agreements.append({})
            raw |= dict.fromkeys(raw_frame(replace(opened, lines=_empty_lines(opened))).columns)
        self.union = below_each_other(probes)
        self.raw_names = list(raw)
        n = len(self.fate)
        made = any(self._made_of_content(at) for at in range(len(self.sources)))
        prefix = CONTENT_ID if made else None
        for key in KEYS:
            alone = key == "response_id" and made and len(self.sources) == 1  # numbered, they are all different
            if kept_of(self.survey, key) != "all" and not alone:
                self.duplicates[key] = Buckets(self.folder / key, n, prefix if key == "response_id" else None)
        for at in range(len(self.sources)):
            if self._made_of_content(at):
                first = self.numbered_with(at)
                self.contents.setdefault(first, Buckets(self.folder / f"content-{first}", n))

    def _made_of_content(self, at: int) -> bool:
        return self.read[at].repeats or self.is_silent(at)

    def is_silent(self, at: int) -> bool:
        """Say whether nothing in the rows of a source tells that two of them are the same response."""
        source = self.sources[at]
        return not source.opened.layout.key_columns and not _TELLING & {m.system for m in source.matches}

    def numbered_with(self, at: int) -> int:
        """Return the first of the sources whose equal rows are numbered together with this one's."""
        return next(i for i in range(len(self.sources)) if self.is_silent(i)) if self.is_silent(at) else at

    def same_as(self, at: int) -> int | None:
        """Return the earlier source that is the same file, where rows have no ids of their own."""
        hashes = [each.opened.source.sha256 for each in self.sources]
        return next(
            (i for i in range(at) if hashes[i] == hashes[at] and self.is_silent(i) and self.is_silent(at)), None
        )

    def add(self, at: int, cells: Cells, quarantined: CsvParts, start: int) -> None:
        """Read one part of a source; its rows begin at `start` among all."""
        each = self.sources[at]
        opened = each.part(cells)
        log = self.logs[at]
        rows = read_rows(opened, each.matches, self.survey, self.settings, self.zone, log)
        for position, (agree, of) in rows.agreements.items():
            before = self.agreements[at].get(position, (0, 0))
            self.agreements[at][position] = (before[0] + agree, before[1] + of)
        self.read[at] = replace(rows, frame=rows.frame.iloc[:0])
        n = len(rows.fate)
        stop = start + n
        self.fate[start:stop] = rows.fate
        frame = self._aligned(rows.frame)
        self._remember(at, frame, rows, start)
        issues = self._issues(log.taken(), cells)
        if (rows.fate == QUARANTINED).any():
            quarantined.add(self._set_aside(opened, rows.fate == QUARANTINED, issues))
        number = len(self.parts)
        part = StagedPart(
            source=at,
            start=start,
            stop=stop,
            source_rows=cells.source_rows,
            accepted=self.folder / f"rows-{number:05}.arrow",
            issues=self.folder / f"issues-{number:05}.arrow" if len(issues) else None,
        )
        stands = rows.fate == ACCEPTED
        set_aside(typed_table(frame if stands.all() else frame[stands]), part.accepted)
        if part.issues is not None:
            set_aside(coded_table(issues), part.issues)
        self.parts.append(part)

    def close(self) -> None:
        """End what is written on the way."""
        for buckets in [*self.contents.values(), *self.duplicates.values()]:
            buckets.close()

    def header_of_quarantined(self) -> pa.Table:
        """Return the table of rows set aside, without a row."""
        nothing = issues_frame([])
        frame = pd.DataFrame({name: pd.Series([], dtype="str") for name in self.raw_names})
        frame["source_row"] = frame["source_row"].astype("int32")
        return typed_table(with_problems(frame, np.zeros(0, dtype=np.int32), nothing).astype({"source_row": "int32"}))

    def _aligned(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows with the columns and categories of all sources."""
        columns: dict[str, Any] = {}
        for name in self.union.columns:
            like = self.union[name].dtype
            if name not in frame:
                columns[name] = pd.Series(index=frame.index, dtype=like)
            elif isinstance(like, pd.CategoricalDtype) and frame[name].dtype != like:
                columns[name] = frame[name].cat.set_categories(like.categories)
            else:
                columns[name] = frame[name]
        return pd.DataFrame(columns)

    def _remember(self, at: int, frame: pd.DataFrame, rows: ReadRows, start: int) -> None:
        """Keep the ids of the rows that stand, and those made of content of all rows."""
        numbers = np.arange(start, start + len(frame), dtype=np.int64)
        if self._made_of_content(at) and self.same_as(at) is None:
            self.contents[self.numbered_with(at)].add(frame["response_id"], row=numbers)
        stands = np.flatnonzero(rows.fate == ACCEPTED)
        standing = frame.iloc[stands] if self.duplicates else frame
        for key, buckets in self.duplicates.items():
            if key == "respondent_id" and not standing[key].notna().any():
                continue
            most = kept_of(self.survey, key) == "most_complete"
            buckets.add(
                standing[key].reset_index(drop=True),
                row=numbers[stands],
                answered_at=standing["answered_at"].to_numpy(),
                filled=answered_cells(standing) if most else np.zeros(len(stands), dtype=np.int64),
                file=np.full(len(stands), at, dtype=np.int32),
                source_row=standing["source_row"].to_numpy(),
            )

    def _issues(self, log: IssueLog, cells: Cells) -> pd.DataFrame:
        for batch in log.batches:
            self.counts[batch.severity, batch.effect, batch.item, batch.code] += len(batch.rows)
        return issues_frame([(log, cells.source_rows)])

    def _set_aside(self, opened: Opened, aside: NDArray[np.bool_], issues: pd.DataFrame) -> pa.Table:
        of_line = rows_of_lines(opened)
        lines = np.flatnonzero(aside[of_line])
        stood = opened.lines or opened
        few = Cells(
            columns=tuple(encode(c.take(pa.array(lines)).cast(pa.string())) for c in stood.cells.columns),
            source_rows=stood.cells.source_rows[lines],
        )
        rows = raw_frame(replace(stood, lines=None, source=replace(stood.source, rows=len(lines)), cells=few))
        first = opened.cells.source_rows[of_line[lines]]
        plain = {name: rows[name].astype("str") if name != "source_row" else rows[name] for name in rows}
        wide = pd.DataFrame(
            {name: plain.get(name, pd.Series([None] * len(rows), dtype="str")) for name in self.raw_names}
        )
        return typed_table(with_problems(wide, first, issues))


def _no_rows(each: Parted) -> Cells:
    """Return cells without a row, but with every distinct text that the source at hand has."""
    cells = each.opened.cells
    return Cells(columns=tuple(column.slice(0, 0) for column in cells.columns), source_rows=cells.source_rows[:0])


def _empty_lines(opened: Opened) -> Opened | None:
    if opened.lines is None:
        return None
    lines = opened.lines
    cells = Cells(
        columns=tuple(column.slice(0, 0) for column in lines.cells.columns), source_rows=lines.cells.source_rows[:0]
    )  # fmt: skip
    return replace(lines, cells=cells, source=replace(lines.source, rows=0))
