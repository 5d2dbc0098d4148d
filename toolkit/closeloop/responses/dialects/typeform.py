"""Typeform: one header row, ``#`` first, times and network behind the questions; old and new exports.

A question of several choices has one column an option, headed by the option alone: no question, and the same header
again where two questions share an option. So neighbouring columns that hold nothing but their own header are taken for
one question; the survey's options tell whether that is right. Matrices and rankings, whose layout Typeform does not
document, are read as ``question - row`` and as choices in their order, parted by commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.labels import OTHER_LABELS, plain_text
from closeloop.text import LocalText, message

NAME = "typeform"
LABEL = LocalText({"en": "Typeform", "zh-CN": "Typeform"})

_SYSTEM = {"#": "response_id", "Submit Date (UTC)": "answered_at", "Response Type": "status"}
_UNUSED = {
    "Start Date (UTC)": "started",
    "Stage Date (UTC)": "staged",
    "Network ID": "device",
    "Tags": "collector",
    "Ending": "collector",
}
_BEHIND = {"Start Date (UTC)", "Submit Date (UTC)", "Network ID"}  # in old and new exports
_RECALL = re.compile(r"\{\{\s*(?:field|hidden|var|score|answer)[^{}]*\}\}")
_ROW = re.compile(r"(?P<question>.+) - (?P<row>[^-].*)", re.DOTALL)
_STATUSES = {"complete": ("completed",), "partial": ("partial", "started")}


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return Typeform's layout, or why the source is not from there."""
    headers = [cell.strip() for cell in head[0]] if head else []
    if "#" not in headers or not _BEHIND.issubset(headers):
        return message("dialects.typeform_none")
    columns = tuple(_columns(head, headers))
    return Layout(
        platform=NAME,
        label=LABEL,
        reason=message("dialects.typeform_ends", mark="Submit Date (UTC)"),
        header_rows=1,
        columns=columns,
        separators=(", ", "; "),
        statuses=_STATUSES,
        submitted=headers.index("Submit Date (UTC)"),
        zone="UTC",
    )


def _own(position: int, header: str) -> SourceColumn:
    name = header.strip()
    if name in _SYSTEM:
        reason = message("responses.reason_platform_column", name=name)
        return SourceColumn(position=position, header=header, role="system", target=_SYSTEM[name], reason=reason)
    return SourceColumn(position=position, header=header, role="unused", reason=message(f"dialects.{_UNUSED[name]}"))


def _columns(head: Sequence[Sequence[str]], headers: Sequence[str]) -> Iterator[SourceColumn]:
    kinds = [_kind(head, header, i) for i, header in enumerate(headers)]
    rows = _rows(headers)
    start = 0
    while start < len(headers):
        if kinds[start] == "own":
            yield _own(start, head[0][start])
            start += 1
            continue
        if start in rows:
            question, row = rows[start]
            yield SourceColumn(
                position=start, header=head[0][start], question=question, option=row, role="option", group=question
            )
            start += 1
            continue
        end = start
        while end < len(headers) and kinds[end] in ("option", "blank") and end not in rows:
            end += 1
        spread = "option" in kinds[start:end]
        end = max(end, start + 1)
        for i in range(start, end):
            yield _option(i, head[0][i], start) if spread else _alone(i, head[0][i])
        if end < len(headers) and kinds[end] == "other":
            yield _beside(
                end, head[0][end], f"column {start + 1}" if spread else "", "" if spread else headers[end - 1]
            )
            end += 1
        start = end


def _alone(position: int, header: str) -> SourceColumn:
    return SourceColumn(position=position, header=header, question=_RECALL.sub("…", header).strip())


def _option(position: int, header: str, start: int) -> SourceColumn:
    return SourceColumn(
        position=position, header=header, option=header.strip(), role="option", group=f"column {start + 1}"
    )


def _beside(position: int, header: str, group: str, question: str) -> SourceColumn:
    return SourceColumn(position=position, header=header, role="other_text", group=group, question=question)


def _kind(head: Sequence[Sequence[str]], header: str, position: int) -> str:
    """Say what a column can be: the platform's own, an option (it holds its own header), blank, "other", a question."""
    if header in _SYSTEM or header in _UNUSED:
        return "own"
    if plain_text(header) in _OTHERS:
        return "other"
    cells = {row[position].strip() for row in head[1:] if position < len(row)} - {""}
    if not cells:
        return "question" if header.endswith(("?", "？", ":", "…")) or not header else "blank"
    return "option" if cells == {header} else "question"


def _rows(headers: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Return the columns of matrices: neighbours "question - row" whose question is the same."""
    parted = {i: m for i, header in enumerate(headers) if (m := _ROW.fullmatch(header))}
    same = {i for i in parted if i + 1 in parted and parted[i]["question"] == parted[i + 1]["question"]}
    return {i: (parted[i]["question"].strip(), parted[i]["row"].strip()) for i in same | {i + 1 for i in same}}


_OTHERS = frozenset(map(plain_text, OTHER_LABELS))
