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
_PHRASE = re.compile(r"[^\W\d]\W+[^\W\d]{2}|[\u4e00-\u9fff]{4}")
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
    """Say whether row 2 holds questions, not answers: codes above it, phrases in it, numbers below it.

    A first respondent who writes "ten" for a number and asks something in a comment must not be taken for a header, so
    whatever stands above numbers has to be a phrase.
    """
    if len(head) < 3 or len(head[1]) != len(head[0]):
        return False
    codes, labels, below = head[0], [label.strip() for label in head[1]], head[2:]
    if not all(_CODE.fullmatch(code.strip()) for code in codes) or not all(labels):
        return False
    columns = ([row[i].strip() for row in below if len(row) > i and row[i].strip()] for i in range(len(codes)))
    above_numbers = [labels[i] for i, cells in enumerate(columns) if cells and all(map(_NUMBER.fullmatch, cells))]
    asks = any(label.endswith(("?", "？")) for label in labels)
    repeated = set(labels) & {cell.strip() for row in below for cell in row}
    return asks and bool(above_numbers) and all(map(_PHRASE.search, above_numbers)) and not repeated
