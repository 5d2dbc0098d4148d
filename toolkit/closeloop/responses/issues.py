"""The list of everything that was not as it should be: one row per problem, with its place and a remedy.

Issues are kept as batches of codes over distinct texts, so that a column with a million bad cells costs a million small
numbers and a handful of messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.text import LocalText, message

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from closeloop.responses.match import Match

COLUMNS = (
    "severity",
    "code",
    "effect",
    "source_file",
    "source_row",
    "position",
    "source_column",
    "item",
    "raw_value",
    "message_en",
    "message_zh",
    "suggestion_en",
    "suggestion_zh",
)
_CODED = (
    "severity",
    "code",
    "effect",
    "source_file",
    "source_column",
    "item",
    "raw_value",
    "message_en",
    "message_zh",
    "suggestion_en",
    "suggestion_zh",
)
NO_TEXT = LocalText({"en": "", "zh-CN": ""})
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Issues of one kind in one column: `which` points from each row to its text among the distinct ones.

    `rows` are row indices below the header, or -1 for the file as a whole; `position` counts from 0, or is -1. The
    frame counts from 1, as people do, and has 0 there.
    """

    severity: str
    code: str
    effect: str
    rows: NDArray[np.intp]
    which: NDArray[np.intp]
    texts: Sequence[str]
    messages: Sequence[LocalText]
    suggestions: Sequence[LocalText]
    position: int = -1
    column: str = ""
    item: str = ""


@dataclass(slots=True)
class IssueLog:
    """Collects the issues of one source while it is read."""

    file: str
    batches: list[Batch] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Note a batch; one without rows is nothing."""
        if batch.rows.size:
            self.batches.append(batch)

    def add_found(
        self,
        severity: str,
        code: str,
        effect: str,
        item: str,
        match: Match,
        codes: NDArray[np.integer[Any]],
        texts: Sequence[str],
        found: Mapping[int, tuple[LocalText, LocalText]],
        among: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.intp]:
        """Note one kind of issue for all rows whose text is among those found; return those rows.

        Parameters
        ----------
        codes, texts : array, sequence
            The column: a code a row (negative: nothing there), and the distinct texts.
        found : mapping
            Place of a text → message and suggestion.
        among : bool array, optional
            Look at these rows only.
        """
        if not found:
            return np.zeros(0, dtype=np.intp)
        order = sorted(found)
        place = np.full(len(texts) + 1, -1, dtype=np.intp)  # one more: unanswered is -1
        place[order] = np.arange(len(order))
        hit = place[codes]
        wanted = (hit >= 0) & (codes >= 0)
        rows = np.flatnonzero(wanted if among is None else wanted & among)
        self.add(
            Batch(
                severity=severity,
                code=code,
                effect=effect,
                rows=rows,
                which=hit[rows],
                texts=[texts[i] for i in order],
                messages=[found[i][0] for i in order],
                suggestions=[found[i][1] for i in order],
                position=match.column.position,
                column=match.column.header,
                item=item,
            )
        )
        return rows

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
        """Note something about the file as a whole."""
        one = np.zeros(1, dtype=np.intp)
        self.add(
            Batch(
                severity=severity,
                code=code,
                effect="noted",
                rows=one - 1,
                which=one,
                texts=[raw],
                messages=[text],
                suggestions=[suggestion],
                position=position,
                column=column,
                item=item,
            )
        )

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
        """Note for the file as a whole how often something is in it: where it is read in parts, they add up.

        `key` and `fields` are those of the message; `n` is one more field.
        """
        text = message(key, n=n, **fields)
        self.file_level(severity, code, text, raw=raw, column=column, item=item, position=position)


def issues_frame(logs: Sequence[tuple[IssueLog, NDArray[np.int32]]]) -> pd.DataFrame:
    """Return the issues of all sources as one frame; row 0 stands for a file as a whole.

    Parameters
    ----------
    logs : sequence of (IssueLog, array)
        Each source's issues, and the numbers of its rows in the file.
    """
    import pandas as pd

    batches = [(log.file, numbers, batch) for log, numbers in logs for batch in log.batches]
    texts = {name: _Texts() for name in _CODED}
    rows: list[NDArray[np.int32]] = []
    positions: list[NDArray[np.int32]] = []
    for file, numbers, batch in batches:
        n = len(batch.rows)
        known = numbers[np.maximum(batch.rows, 0)] if len(numbers) else np.zeros(n, dtype=np.int32)
        rows.append(np.where(batch.rows >= 0, known, 0).astype(np.int32))
        positions.append(np.full(n, batch.position + 1, dtype=np.int32))
        for name, text in (
            ("severity", batch.severity),
            ("code", batch.code),
            ("effect", batch.effect),
            ("source_file", file),
            ("source_column", batch.column),
            ("item", batch.item),
        ):
            texts[name].add([text], np.zeros(n, dtype=np.intp))
        texts["raw_value"].add(batch.texts, batch.which)
        texts["message_en"].add([m.en for m in batch.messages], batch.which)
        texts["message_zh"].add([m.zh for m in batch.messages], batch.which)
        texts["suggestion_en"].add([m.en for m in batch.suggestions], batch.which)
        texts["suggestion_zh"].add([m.zh for m in batch.suggestions], batch.which)
    numbered: dict[str, Any] = {
        "source_row": np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32),
        "position": np.concatenate(positions) if positions else np.zeros(0, dtype=np.int32),
    }
    files = texts["source_file"].codes()
    order = np.lexsort((numbered["position"], numbered["source_row"], files))
    return pd.DataFrame(
        {name: numbered[name][order] if name in numbered else texts[name].column(order) for name in COLUMNS}
    )


class _Texts:
    """A column of texts under construction: each distinct text once, and a code for every row."""

    def __init__(self) -> None:
        self.place: dict[str, int] = {}
        self.parts: list[NDArray[np.int32]] = []

    def add(self, texts: Sequence[str], which: NDArray[np.intp]) -> None:
        place = self.place
        mapping = np.array([place.setdefault(text, len(place)) for text in texts], dtype=np.int32)
        self.parts.append(mapping[which])

    def codes(self) -> NDArray[np.int32]:
        return np.concatenate(self.parts) if self.parts else np.zeros(0, dtype=np.int32)

    def column(self, order: NDArray[np.intp]) -> Any:
        import pandas as pd

        names = pd.Index(list(self.place), dtype="str")
        return pd.Categorical.from_codes(self.codes()[order], categories=names, validate=False)


def constant_category(value: str, n: int) -> pd.Series:
    """Return a column of `n` times the same text, which takes `n` bytes."""
    import pandas as pd

    return pd.Series(pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=pd.Index([value], dtype="str")))
