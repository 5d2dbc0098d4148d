"""What is noted while a file is read in parts: for its rows part by part, for the file as a whole once, added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from closeloop.responses.issues import NO_TEXT, NOTHING, Batch, IssueLog
from closeloop.text import LocalText, message

_FIRST = ("blank_lines",)
_OF_DATES = ("date_only",)
_OF_COLUMNS = ("column_to_check", "item_not_found", "unconfirmed")
_MOVED = ("migrated_dropped", "migrated_renamed")
_LAST = "timezone_unknown"


@dataclass(slots=True)
class PartLog(IssueLog):
    """An `IssueLog` for parts of a file: `taken` gives the issues of one part's rows, `whole` those of the file."""

    _said: dict[tuple[Any, ...], tuple[LocalText, LocalText]] = field(default_factory=dict)
    _counts: dict[tuple[Any, ...], tuple[str, Mapping[str, object], int]] = field(default_factory=dict)

    def file_level(
        self,
        severity: str,
        code: str,
        text: LocalText,
        *,
        suggestion: LocalText = NO_TEXT,
        raw: str = "",
        column: str = "",
        item: str = "",
        position: int = -1,
    ) -> None:
        """Note something about the file as a whole; what several parts say is said once."""
        key = (severity, code, raw, column, item, position, text.en, text.zh)
        self._said.setdefault(key, (text, suggestion))

    def counted(
        self,
        severity: str,
        code: str,
        key: str,
        n: int,
        fields: Mapping[str, object] = NOTHING,
        *,
        raw: str = "",
        column: str = "",
        item: str = "",
        position: int = -1,
    ) -> None:
        """Note how often something is in the file, part by part."""
        place = (severity, code, raw, column, item, position, key, *sorted((k, str(v)) for k, v in fields.items()))
        before = self._counts.get(place, (key, fields, 0))
        self._counts[place] = (key, fields, before[2] + n)

    def taken(self) -> IssueLog:
        """Return the issues of the rows since the last call."""
        part = IssueLog(file=self.file, batches=self.batches)
        self.batches = []
        return part

    def whole(self, notes: Sequence[Batch]) -> IssueLog:
        """Return the issues of the file as a whole, `notes` first, in the order in which one reading makes them."""
        found = [(place, *texts) for place, texts in self._said.items()]
        found += [(at, message(key, n=n, **fields), NO_TEXT) for at, (key, fields, n) in self._counts.items()]
        log = IssueLog(file=self.file, batches=list(notes))
        for (severity, code, raw, column, item, position, *_), text, suggestion in sorted(found, key=_turn):
            log.file_level(
                severity, code, text, suggestion=suggestion, raw=raw, column=column, item=item, position=position
            )
        return log


def _turn(found: tuple[tuple[Any, ...], LocalText, LocalText]) -> int:
    """Return when one reading of a whole file comes to note this."""
    code, item = found[0][1], found[0][4]
    if code in _FIRST:
        return 0
    if code.startswith("date_"):
        return 2 if code in _OF_DATES else 1 if item == "answered_at" else 3
    if code in _OF_COLUMNS:
        return 4
    if code.startswith("migrated_"):
        beside = item.endswith("__other_text")
        return 8 if beside else 5 if code in _MOVED else 6 if code == "migrated_unfit" else 7
    return 9 if code == _LAST else 4
