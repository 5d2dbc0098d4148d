"""The list of everything that was not as it should be: one row per problem, with its place and a remedy.

Issues are kept as batches of codes over distinct texts, so that a column with a million bad cells costs a million small
numbers and a handful of messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from closeloop.text import LocalText

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

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

    def to_frame(self, source_rows: NDArray[np.int32]) -> pd.DataFrame:
        """Return the issues as a frame; row 0 stands for the file as a whole."""
        import pandas as pd

        parts = [_batch_columns(b, self.file, source_rows) for b in self.batches]
        if not parts:
            return empty_issues()
        frame = pd.DataFrame(
            {
                name: pd.concat([p[name] for p in parts], ignore_index=True)
                if name not in _CODED
                else _union([p[name] for p in parts])
                for name in COLUMNS
            }
        )
        order = np.lexsort((frame["position"].to_numpy(), frame["source_row"].to_numpy()))
        return frame.iloc[order].reset_index(drop=True)


def _batch_columns(batch: Batch, file: str, source_rows: NDArray[np.int32]) -> dict[str, pd.Series]:
    import pandas as pd

    n = len(batch.rows)
    numbers = np.where(batch.rows >= 0, source_rows[np.maximum(batch.rows, 0)] if len(source_rows) else 0, 0)

    def looked_up(values: Sequence[str]) -> pd.Series:
        distinct = list(dict.fromkeys(values))
        codes = np.array([distinct.index(v) for v in values] if len(distinct) < 50 else _positions(values, distinct))
        return pd.Series(pd.Categorical.from_codes(codes[batch.which], categories=pd.Index(distinct, dtype="str")))

    return {
        "severity": constant_category(batch.severity, n),
        "code": constant_category(batch.code, n),
        "effect": constant_category(batch.effect, n),
        "source_file": constant_category(file, n),
        "source_row": pd.Series(numbers.astype(np.int32)),
        "position": pd.Series(np.full(n, batch.position + 1, dtype=np.int16)),
        "source_column": constant_category(batch.column, n),
        "item": constant_category(batch.item, n),
        "raw_value": looked_up(batch.texts),
        "message_en": looked_up([m.en for m in batch.messages]),
        "message_zh": looked_up([m.zh for m in batch.messages]),
        "suggestion_en": looked_up([m.en for m in batch.suggestions]),
        "suggestion_zh": looked_up([m.zh for m in batch.suggestions]),
    }


def constant_category(value: str, n: int) -> pd.Series:
    """Return a column of `n` times the same text, which takes `n` bytes."""
    import pandas as pd

    return pd.Series(pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=pd.Index([value], dtype="str")))


def _positions(values: Sequence[str], distinct: Sequence[str]) -> list[int]:
    place = {value: i for i, value in enumerate(distinct)}
    return [place[value] for value in values]


def _union(parts: Sequence[pd.Series]) -> pd.Series:
    import pandas as pd
    from pandas.api.types import union_categoricals

    return pd.Series(union_categoricals(list(parts), ignore_order=True))


def join_issues(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the issues of several sources as one frame."""
    import pandas as pd

    filled = [f for f in frames if len(f)]
    if len(filled) < 2:
        return filled[0] if filled else empty_issues()
    return pd.DataFrame(
        {
            name: _union([f[name] for f in filled])
            if name in _CODED
            else pd.concat([f[name] for f in filled], ignore_index=True)
            for name in COLUMNS
        }
    )


def empty_issues() -> pd.DataFrame:
    """Return the frame of issues with no row in it, its columns typed as ever."""
    import pandas as pd

    frame = pd.DataFrame({name: pd.Series(dtype="category" if name in _CODED else "int32") for name in COLUMNS})
    return frame.astype({"position": "int16"})
