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
_BEHIND = frozenset({*_SYSTEM, *_UNUSED} - {"#"})
_RECALL = re.compile(r"\{\{\s*(?:field|hidden|var|score|answer)[^{}]*\}\}")
_ROW = re.compile(r"(?P<question>.+) - (?P<row>[^-].*)", re.DOTALL)
_STATUSES = {"complete": ("completed",), "partial": ("partial", "started")}


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return Typeform's layout, or why the source is not from there."""
    headers = [cell.strip() for cell in head[0]] if head else []
    mark = next((h for h in ("Submit Date (UTC)", "Submitted At", "Network ID") if h in headers), None)
    if mark is None or headers[0] != "#" or "Submit Date (UTC)" not in headers:
        return message("dialects.typeform_none")
    last = next(i for i in range(1, len(headers)) if headers[i] in _BEHIND)
    columns = [_own(0, head[0][0])]
    columns += _questions(head, headers, last)
    columns += [_own(i, head[0][i]) for i in range(last, len(headers))]
    return Layout(
        platform=NAME,
        label=LABEL,
        reason=message("dialects.typeform_ends", mark=mark),
        header_rows=1,
        columns=tuple(columns),
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
    if name in _UNUSED:
        return SourceColumn(
            position=position, header=header, role="unused", reason=message(f"dialects.{_UNUSED[name]}")
        )
    return SourceColumn(position=position, header=header, question=name)


def _questions(head: Sequence[Sequence[str]], headers: Sequence[str], last: int) -> Iterator[SourceColumn]:
    kinds = [_kind(head, headers[i], i) for i in range(last)]
    rows = _rows(headers, last)
    start = 1
    while start < last:
        end = start
        if start in rows:
            question, row = rows[start]
            yield SourceColumn(
                position=start, header=head[0][start], question=question, option=row, role="option", group=question
            )
            start += 1
            continue
        while end < last and kinds[end] in ("option", "blank") and end not in rows:
            end += 1
        if "option" not in kinds[start:end]:
            end = max(start + 1, end)
            for i in range(start, end):
                yield _alone(i, head[0][i])
        else:
            for i in range(start, end):
                yield _option(i, head[0][i], start)
        if end < last and kinds[end] == "other":
            spread = "option" in kinds[start:end]
            group = f"column {start + 1}" if spread else ""
            yield _beside(end, head[0][end], group, "" if spread else headers[end - 1])
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
    """Say what a column can be: an option (it holds its own header), blank so far, "other", or a question."""
    if plain_text(header) in _OTHERS:
        return "other"
    cells = {row[position].strip() for row in head[1:] if position < len(row)} - {""}
    if not cells:
        return "question" if header.endswith(("?", "？", ":", "…")) or not header else "blank"
    return "option" if cells == {header} else "question"


def _rows(headers: Sequence[str], last: int) -> dict[int, tuple[str, str]]:
    """Return the columns of matrices: neighbours "question - row" whose question is the same."""
    parted = {i: m for i in range(1, last) if (m := _ROW.fullmatch(headers[i]))}
    same = {i for i in parted if i + 1 in parted and parted[i]["question"] == parted[i + 1]["question"]}
    return {i: (parted[i]["question"].strip(), parted[i]["row"].strip()) for i in same | {i + 1 for i in same}}


_OTHERS = frozenset(map(plain_text, OTHER_LABELS))
