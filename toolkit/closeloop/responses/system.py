"""The columns that every response has: its id, whose it is, when, in what state, in what language, from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from closeloop.responses.dialects.layout import Layout
from closeloop.responses.issues import NO_TEXT, Batch, IssueLog
from closeloop.responses.match import Match
from closeloop.responses.source import Cells, codes_of
from closeloop.responses.timed import read_times
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATUSES = ("complete", "partial", "test", "screened_out", "late")
"""The states of a response, as the survey file names them."""
_SPACE = r"[\x09-\x0d\x1c-\x20\x85\p{Z}]"
_SPACED = f"^{_SPACE}|{_SPACE}$"
_UNFINISHED = {"0", "false", "no", "n", "否", "incomplete", "partial", "未完成"}
_LANGUAGES = {
    "zh-s": "zh-CN",
    "zh": "zh-CN",
    "zh-cn": "zh-CN",
    "zh_cn": "zh-CN",
    "简体中文": "zh-CN",
    "中文": "zh-CN",
    "en": "en",
    "english": "en",
    "en-us": "en",
    "en-gb": "en",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The system columns of one source, and the rows that have no id though the source has a column for it.

    `repeats` says that ids are made of content and of equal ones the second, third … is to be numbered.
    """

    columns: dict[str, pd.Series]
    without_id: NDArray[np.bool_]
    repeats: bool


def read_system(
    cells: Cells,
    matches: Sequence[Match],
    layout: Layout,
    log: IssueLog,
    *,
    statuses: Mapping[str, Sequence[str]],
    naive_zone: str,
    zone: str,
    file: str,
) -> System:
    """Read the system columns.

    Parameters
    ----------
    statuses : mapping
        The survey's own spellings of each status; they win over the platform's.
    naive_zone, zone : str
        In which zone the source's times are where they do not say so, and the zone to bring them to.
    file : str
        What tells this source from another where the platform's rows carry no id and no time.
    """
    found = {m.system: m for m in matches if m.system}
    n = len(cells.source_rows)
    reader = _SystemReader(cells, layout, log)
    telling = not found.keys().isdisjoint(("answered_at", "respondent_id"))
    given = found.get("response_id")
    ids, without = reader.ids(given, file, n)
    local, instant = reader.times(found.get("answered_at"), naive_zone, zone, n)
    columns = {
        "response_id": ids,
        "respondent_id": reader.texts(found.get("respondent_id"), n),
        "answered_at": local,
        "answered_at_utc": instant,
        "status": reader.statuses(found.get("status"), found.get("finished"), statuses, n),
        "language": reader.coded(found.get("language"), n, _LANGUAGES),
        "wave": reader.coded(found.get("wave"), n),
        "channel_source": reader.coded(found.get("channel_source"), n),
    }
    return System(
        columns=columns, without_id=without, repeats=given is None and telling and not layout.key_columns
    )  # fmt: skip


class _SystemReader:
    def __init__(self, cells: Cells, layout: Layout, log: IssueLog) -> None:
        self.cells = cells
        self.layout = layout
        self.log = log

    def _column(self, match: Match) -> tuple[NDArray[np.int32], list[str]]:
        column = self.cells.columns[match.column.position]
        gone = self.layout.missing if self.layout.everywhere else {}
        return codes_of(column), _stripped(column.dictionary, gone)

    def ids(self, match: Match | None, file: str, n: int) -> tuple[pd.Series, NDArray[np.bool_]]:
        """Return response ids: the source's own, else a hash of what tells one response from another."""
        without = np.zeros(n, dtype=bool)
        if match is None:
            return pd.Series(self._hashed(file, n), dtype="str"), without
        codes, texts = self._column(match)
        without = np.array([not text for text in texts] or [False])[codes] if n else without
        self._note(
            "error",
            "no_response_id",
            "quarantined",
            match,
            np.flatnonzero(without),
            message("responses.no_response_id"),
            message("responses.remedy_response_id"),
        )
        return text_series(codes, texts), without

    def _hashed(self, file: str, n: int) -> NDArray[np.object_]:
        """Return a stable id a row, made of its content: equal rows have equal ids."""
        places = self.layout.key_columns or tuple(range(len(self.cells.columns)))
        total = np.full(n, _salt(file) if self._keys_say_little(places) else np.uint64(0), dtype=np.uint64)
        with np.errstate(over="ignore"):
            for place in places:
                column = self.cells.columns[place]
                texts = np.array(column.dictionary.to_pylist() or [""], dtype=object)
                hashes = pd.util.hash_array(texts, categorize=False)
                total = (total ^ hashes[codes_of(column)]) * np.uint64(0x9E3779B97F4A7C15)
                total ^= total >> np.uint64(29)
        return np.array([f"{value:016x}" for value in total.tolist()], dtype=object)

    def _keys_say_little(self, places: Sequence[int]) -> bool:
        """Say whether only one of the platform's key columns is filled: a row number, say, which every file has."""
        filled = sum(any(self.cells.columns[p].dictionary.to_pylist()) for p in places)
        return bool(self.layout.key_columns) and filled <= 1

    def times(self, match: Match | None, naive_zone: str, zone: str, n: int) -> tuple[pd.Series, pd.Series]:
        """Return local times and instants; a text that is no time is blanked and noted."""
        if match is None:
            nothing = np.full(n, np.datetime64("NaT"), dtype="datetime64[us]")
            return pd.Series(nothing), pd.Series(nothing).dt.tz_localize("UTC")
        codes, texts = self._column(match)
        return read_times(match, codes, texts, self.cells, self.layout, self.log, (naive_zone, zone))

    def texts(self, match: Match | None, n: int) -> pd.Series:
        """Return a text column, missing where the source has nothing."""
        if match is None:
            return pd.Series([None] * n, dtype="str")
        return text_series(*self._column(match))

    def coded(self, match: Match | None, n: int, names: Mapping[str, str] | None = None) -> pd.Series:
        """Return a column of few distinct texts as categories."""
        if match is None:
            return pd.Series(pd.Categorical.from_codes(np.full(n, -1), categories=pd.Index([], dtype="str")))
        codes, texts = self._column(match)
        return categories(codes, [(names or {}).get(text.casefold(), text) for text in texts])

    def statuses(
        self, status: Match | None, finished: Match | None, own: Mapping[str, Sequence[str]], n: int
    ) -> pd.Series:
        """Return the canonical status of each row: complete, unless the source says otherwise."""
        spelled = {s.casefold(): name for name, texts in self.layout.statuses.items() for s in texts}
        spelled |= {s.casefold(): name for name, texts in own.items() for s in texts}
        spelled |= {name: name for name in STATUSES}
        result = np.zeros(n, dtype=np.int8)
        if finished is not None:
            codes, texts = self._column(finished)
            partial = np.array([text.casefold() in _UNFINISHED for text in texts] or [False])
            if n:
                result[partial[codes]] = STATUSES.index("partial")
        if self.layout.submitted is not None and n:
            column = self.cells.columns[self.layout.submitted]
            blank = np.array([not text.strip() for text in column.dictionary.to_pylist()])
            result[blank[codes_of(column)]] = STATUSES.index("partial")
        if status is not None and n:
            codes, texts = self._column(status)
            known = np.array([STATUSES.index(_status(t.casefold(), spelled)) for t in texts] or [0])
            result = np.where(known[codes] > 0, known[codes], result).astype(np.int8)
        return pd.Series(pd.Categorical.from_codes(result, categories=pd.Index(STATUSES, dtype="str")))

    def _note(
        self,
        severity: str,
        code: str,
        effect: str,
        match: Match,
        rows: NDArray[np.intp],
        text: LocalText,
        suggestion: LocalText = NO_TEXT,
    ) -> None:
        self.log.add(
            Batch(
                severity=severity,
                code=code,
                effect=effect,
                rows=rows,
                which=np.zeros(len(rows), dtype=np.intp),
                texts=[""],
                messages=[text],
                suggestions=[suggestion],
                position=match.column.position,
                column=match.column.header,
                item=match.system or "",
            )
        )


def _stripped(distinct: pa.StringArray, gone: Mapping[str, object]) -> list[str]:
    """Return texts without the space around them, those that mean "nothing" empty; few of a million have any."""
    texts: list[str] = distinct.to_pylist()
    spaced = pc.match_substring_regex(distinct, _SPACED).to_numpy(zero_copy_only=False)
    for i in np.flatnonzero(spaced).tolist():
        texts[i] = texts[i].strip()
    return ["" if text in gone else text for text in texts] if gone else texts


def _status(text: str, spelled: Mapping[str, str]) -> str:
    """Return the status that a text spells; a spelling that ends in ``*`` stands for all that begin with it."""
    if text in spelled:
        return spelled[text]
    starts = (name for start, name in spelled.items() if start.endswith("*") and text.startswith(start[:-1]))
    return next(starts, "complete")


def _salt(file: str) -> np.uint64:
    return np.uint64(pd.util.hash_array(np.array([file], dtype=object), categorize=False)[0])


def text_series(codes: NDArray[np.integer[Any]], texts: Sequence[str | None]) -> pd.Series:
    """Return coded texts as a text column; an empty text is missing."""
    distinct = pa.array([text or None for text in texts], pa.large_string())
    index = pa.array(codes, mask=codes < 0) if len(codes) else pa.array([], pa.int32())
    return pd.Series(pd.array(distinct.take(index), dtype=pd.StringDtype("pyarrow", na_value=np.nan)))


def categories(codes: NDArray[np.integer[Any]], texts: Sequence[str], order: Sequence[str] = ()) -> pd.Series:
    """Return coded texts as categories in `order` (else as they come); an empty text is missing."""
    distinct = list(dict.fromkeys([*order, *(t for t in texts if t)]))
    place = {text: i for i, text in enumerate(distinct)}
    mapping = np.array([place.get(text, -1) for text in texts] + [-1])
    return pd.Series(pd.Categorical.from_codes(mapping[codes], categories=pd.Index(distinct, dtype="str")))
