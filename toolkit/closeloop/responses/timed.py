"""A column of times: read as a whole, with what it tells about its dates and what is odd in it written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from closeloop.responses.dates import Evidence
from closeloop.responses.issues import NO_TEXT, IssueLog
from closeloop.responses.source import Cells
from closeloop.responses.times import parse_times
from closeloop.text import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.dialects.layout import Layout
    from closeloop.responses.match import Match

_REMEDIED = {"date_order_mixed": "remedy_date", "date_years_open": "remedy_date", "date_serials": "remedy_serials"}


def read_times(
    match: Match,
    codes: NDArray[np.int32],
    texts: Sequence[str],
    cells: Cells,
    layout: Layout,
    log: IssueLog,
    zones: tuple[str, str],
) -> tuple[pd.Series, pd.Series]:
    """Return local times and instants; a text that is no time, or could be two, is blanked and noted.

    Parameters
    ----------
    codes, texts : array, sequence
        The whole column: a code a row, and its distinct texts.
    zones : tuple of str
        The zone of times that do not name one, and the zone to bring them to.
    """
    parsed = parse_times(texts, *zones, day_first=layout.day_first, date1904=layout.date1904)
    filled = np.array([bool(text) for text in texts], dtype=bool)
    bad = filled & np.isnat(parsed.local) & ~parsed.ambiguous
    zone = zones[0]
    for flags, severity, code, effect in (
        (parsed.ambiguous, "warning", "ambiguous_date", "blanked"),
        (bad, "warning", "not_a_date", "blanked"),
        (parsed.skipped, "warning", "time_skipped", "noted"),
        (parsed.twice, "info", "time_twice", "noted"),
    ):
        remedy = message("responses.remedy_date") if effect == "blanked" else NO_TEXT
        key = f"responses.bad_{code}" if effect == "blanked" else f"responses.{code}"
        found = {i: (message(key, value=texts[i], zone=zone), remedy) for i in np.flatnonzero(flags).tolist()}
        log.add_found(severity, code, effect, "answered_at", match, codes, texts, found)
    note_evidence(parsed.evidence, "answered_at", match, codes, texts, cells, log)
    if parsed.date_only.any() and len(codes):
        n = int(parsed.date_only[codes].sum())
        column, position = match.column.header, match.column.position
        log.counted(
            "info", "date_only", "responses.date_only", n, column=column, item="answered_at", position=position
        )  # fmt: skip
    if not len(codes):
        nothing = np.full(0, np.datetime64("NaT"), dtype="datetime64[us]")
        return pd.Series(nothing), pd.Series(nothing).dt.tz_localize("UTC")
    return pd.Series(parsed.local[codes]), pd.Series(parsed.instant[codes]).dt.tz_localize("UTC")


def note_evidence(
    evidence: Sequence[Evidence],
    item: str,
    match: Match,
    codes: NDArray[np.integer[Any]],
    texts: Sequence[str],
    cells: Cells,
    log: IssueLog,
) -> None:
    """Note for the file as a whole what a column tells about its dates, with the row that proves it."""
    firsts = cells.firsts.get(match.column.position, {})
    for each in evidence:
        fields: Mapping[str, Any] = dict(each.fields)
        for name, place in zip(("", "_2"), each.places, strict=False):
            rows = np.flatnonzero(codes == place)
            row = firsts.get(texts[place], int(cells.source_rows[rows[0]]) if rows.size else 0)
            fields = {**fields, f"value{name}": texts[place], f"row{name}": row}
        remedy = _REMEDIED.get(each.code)
        suggestion = message(f"responses.{remedy}") if remedy else NO_TEXT
        raw = texts[each.places[0]] if each.places else ""
        text = message(f"responses.{each.code}", **fields)
        column, position = match.column.header, match.column.position
        log.file_level(
            each.severity, each.code, text, suggestion=suggestion, raw=raw, column=column, item=item, position=position
        )
