"""The end of an import in parts: duplicates settled over all rows, and every table brought into its last form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from closeloop.responses.column_table import matched_rows
from closeloop.responses.fates import ACCEPTED, SUPERSEDED, duplicate_batch, kept_of
from closeloop.responses.issues import IssueLog, issues_frame
from closeloop.responses.stored.ids import Superseded, numbered, repeats, settle
from closeloop.responses.stored.tables import (
    CsvParts,
    PartsFolder,
    coded_table,
    in_whole_seconds,
    taken_back,
    typed_table,
)
from closeloop.responses.write import write_csv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.match import Match
    from closeloop.responses.stored.stage import Stage, StagedPart

SHOWN_ISSUES = 100_000
"""How many issues stand in ``issues.csv``; the Parquet files have all."""


@dataclass(slots=True)
class Finish:
    """Writes the tables of all rows into a folder, from what was staged."""

    stage: Stage
    folder: Path
    period: tuple[dt.date, dt.date] | None = None
    again: NDArray[np.uint32] | None = None
    replaced: list[Superseded] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)

    def settle(self) -> None:
        """Tell rows apart that look alike, and apply the policy on duplicates."""
        stage = self.stage
        fate = stage.fate
        if stage.contents:
            self.again = np.zeros(len(fate), dtype=np.uint32)
            for buckets in stage.contents.values():
                self.again += repeats(buckets, len(fate))
            starts = self._starts()
            for at in range(len(stage.sources)):
                same = stage.same_as(at)
                if same is not None:
                    size = stage.sources[at].parts.rows
                    self.again[starts[at] : starts[at] + size] = self.again[starts[same] : starts[same] + size]
        for key, buckets in stage.duplicates.items():
            again = self.again if key == "response_id" else None
            self.replaced.append(settle(buckets, fate, key, kept_of(stage.survey, key), again))

    def _starts(self) -> list[int]:
        rows = (each.parts.rows for each in self.stage.sources)
        return [0, *accumulate(rows)]

    def write(self) -> None:
        """Write accepted and superseded rows, issues and columns."""
        self._write_rows()
        self._write_issues()
        rows = [
            row
            for at, each in enumerate(self.stage.sources)
            for row in matched_rows(each.opened.source.name, self._matches(at))
        ]
        write_csv(pd.DataFrame(rows), self.folder / "columns.csv")

    def _matches(self, at: int) -> list[Match]:
        return self.stage.read[at].matches_with(self.stage.agreements[at])

    def _write_rows(self) -> None:
        accepted, superseded = PartsFolder(self.folder / "accepted"), PartsFolder(self.folder / "superseded")
        first: dt.datetime | None = None
        last: dt.datetime | None = None
        for part in self.stage.parts:
            table, out = self._rows(part)
            span = pc.min_max(table["answered_at"]).as_py()
            if span["min"] is not None:
                first = span["min"] if first is None else min(first, span["min"])
                last = span["max"] if last is None else max(last, span["max"])
            if table.num_rows:
                accepted.add(table)
            if out is not None:
                superseded.add(out)
        empty = typed_table(self.stage.union)
        if not accepted.files:
            accepted.add(empty)
        if not superseded.files:
            superseded.add(_with_successors(empty, []))
        self.period = (first.date(), last.date()) if first is not None and last is not None else None
        whole = in_whole_seconds(pq.read_table(file) for file in superseded.files)
        with CsvParts(self.folder / "superseded.csv") as csv:
            for file in superseded.files:
                csv.add(pq.read_table(file), whole)

    def _rows(self, part: StagedPart) -> tuple[pa.Table, pa.Table | None]:
        """Return the accepted rows of a part, and those that another replaces."""
        fate = self.stage.fate[part.start : part.stop]
        stood = (fate == ACCEPTED) | (fate == SUPERSEDED)
        lost = fate[stood] == SUPERSEDED
        again = None if self.again is None else self.again[part.start : part.stop][stood]
        table = taken_back(part.accepted)
        if again is not None and again.any():
            ids = numbered(table["response_id"].to_pandas(), again)
            place = table.column_names.index("response_id")
            table = table.set_column(place, table.schema.field(place), pa.array(ids, table.schema.field(place).type))
        if not lost.any():
            return table, None
        files = [each.opened.source.name for each in self.stage.sources]
        successors: dict[int, str] = {}
        for found in self.replaced:
            here = slice(*np.searchsorted(found.lost, [part.start, part.stop]).tolist())
            for row, file, number in zip(
                found.lost[here].tolist(), found.file[here].tolist(), found.source_row[here].tolist(), strict=True
            ):
                successors[row] = f"{files[file]}:{number}"
        gone = table.filter(pa.array(lost))
        return table.filter(pa.array(~lost)), _with_successors(gone, [successors[row] for row in sorted(successors)])

    def _write_issues(self) -> None:
        folder = PartsFolder(self.folder / "issues")
        parts = iter(self.stage.parts)
        part = next(parts, None)
        with CsvParts(self.folder / "issues.csv", SHOWN_ISSUES) as csv:
            for at, each in enumerate(self.stage.sources):
                whole = issues_frame([(self.stage.logs[at].whole(each.opened.notes), np.zeros(0, dtype=np.int32))])
                self._count(whole)
                tables = [coded_table(whole)]
                while part is not None and part.source == at:
                    tables.append(self._issues(part))
                    if tables[-1].num_rows:
                        _add(folder, csv, tables)
                        tables = []
                    part = next(parts, None)
                _add(folder, csv, tables)
            if not folder.files:
                _add(folder, csv, [coded_table(issues_frame([]))], always=True)

    def _count(self, whole: pd.DataFrame) -> None:
        for severity, effect, item, code in (
            whole[["severity", "effect", "item", "code"]].astype(str).to_numpy().tolist()
        ):
            self.stage.counts[severity, effect, item, code] += 1
        names = ["severity", "source_file", "message_en", "message_zh"]
        rows = whole[names].astype(str).to_numpy().tolist()
        self.notes += [dict(zip(names, row, strict=True)) for row in rows]

    def _issues(self, part: StagedPart) -> pa.Table:
        """Return the issues of a part's rows, those about duplicates put where one reading puts them."""
        table = taken_back(part.issues) if part.issues is not None else coded_table(issues_frame([]))
        log = IssueLog(file=self.stage.sources[part.source].opened.source.name)
        files = [each.opened.source.name for each in self.stage.sources]
        for found in self.replaced:
            here = slice(*np.searchsorted(found.lost, [part.start, part.stop]).tolist())
            rows = found.lost[here] - part.start
            if rows.size:
                names = [files[file] for file in found.file[here].tolist()]
                ids = found.ids[here].to_pylist()
                log.add(duplicate_batch(found.key, found.keep, rows, ids, names, found.source_row[here].tolist()))
        if not log.batches:
            return table
        for batch in log.batches:
            self.stage.counts[batch.severity, batch.effect, batch.item, batch.code] += len(batch.rows)
        added = coded_table(issues_frame([(log, part.source_rows)]))
        both = pa.concat_tables([table, added.cast(table.schema)])
        order = np.lexsort((both["position"].to_numpy(), both["source_row"].to_numpy()))
        return both.take(pa.array(order))


def _with_successors(table: pa.Table, successors: list[str]) -> pa.Table:
    return table.append_column("superseded_by", pa.array(successors, pa.large_string()))


def _add(folder: PartsFolder, csv: CsvParts, tables: list[pa.Table], *, always: bool = False) -> None:
    """Add issues to the folder, where there are any, and to the CSV."""
    if not tables:
        return
    table = pa.concat_tables(tables) if len(tables) > 1 else tables[0]
    if table.num_rows or always:
        folder.add(table)
        csv.add(table)
