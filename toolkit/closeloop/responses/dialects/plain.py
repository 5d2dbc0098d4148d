"""A plain table: one header row, one row a response; a second row of labels is seen and used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from closeloop.responses.dialects.layout import SYSTEM, Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "plain"
LABEL = LocalText({"en": "plain table", "zh-CN": "普通表格"})

_CODE = re.compile(r"[A-Za-z_][\w.]*")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_MISSING = ("N/A", "n/a", "NA", "#N/A", "null", "NULL", "NaN", "nan", "None", "<NA>")


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return the layout of a table with one header row, or two where the second explains the first."""
    if not head or not any(cell.strip() for cell in head[0]):
        return message("responses.plain_no_header")
    labelled = _has_labels(head)
    columns = tuple(
        _column(position, header, head[1][position] if labelled else header) for position, header in enumerate(head[0])
    )
    return Layout(
        platform=NAME,
        label=LABEL,
        header_rows=2 if labelled else 1,
        columns=columns,
        reason=message("responses.plain_two_rows" if labelled else "responses.plain_one_row"),
        missing=dict.fromkeys(_MISSING, message("responses.missing_not_applicable")),
    )


def _column(position: int, header: str, question: str) -> SourceColumn:
    name = header.strip().lower()
    target = "answered_at" if name == "timestamp" else name if name in SYSTEM else None
    return SourceColumn(
        position=position,
        header=header,
        question=question.strip(),
        role="system" if target else "answer",
        target=target,
        reason=message("responses.reason_system_name", name=target) if target else None,
    )


def _has_labels(head: Sequence[Sequence[str]]) -> bool:
    """Say whether row 2 holds questions, not answers: codes above it, long texts in it, other things below."""
    if len(head) < 3 or len(head[1]) != len(head[0]):
        return False
    codes, labels, below = head[0], head[1], head[2:]
    if not all(_CODE.fullmatch(code.strip()) for code in codes) or not all(label.strip() for label in labels):
        return False
    asks = sum(label.rstrip().endswith(("?", "？")) for label in labels)
    numeric_below = any(
        not _NUMBER.fullmatch(labels[i].strip()) and all(_NUMBER.fullmatch(r[i].strip()) for r in below if len(r) > i)
        for i in range(len(codes))
    )
    return asks > 0 and numeric_below and not set(labels) & {cell for row in below for cell in row if cell.strip()}
