"""问卷星 (wjx.cn): 按文本 (answers as text) and 按序号 (choices as numbers counted from 1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "wjx"
LABEL = LocalText({"en": "WJX (问卷星)", "zh-CN": "问卷星"})

_LEAD = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
_SYSTEM = {"提交答卷时间": "answered_at", "来源": "channel_source"}
_KEY = ("序号", "提交答卷时间", "所用时间", "来自IP")  # 序号 starts at 1 in every survey, so it is no id by itself
_QUESTION = re.compile(r"\s*(?P<number>\d+)\s*[、:：.．](?P<text>.*)", re.DOTALL)
_SPREAD = re.compile(r"\s*第(?P<number>\d+)题[(（](?P<option>.*)[)）]\s*", re.DOTALL)
_WRITE_IN = re.compile(r"(?P<option>.*?)【[^】]*】")


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return 问卷星's layout, or why the source is not from there."""
    headers = [cell.strip() for cell in head[0]] if head else []
    led = [name for name in _LEAD if name in headers[:8]]
    questions = sum(bool(_QUESTION.match(h) or _SPREAD.match(h)) for h in headers)
    if len(led) < 3 or not questions:
        return message("responses.wjx_no_lead")
    spread = any(_SPREAD.match(h) for h in headers)
    by_number = spread or _all_numbers(head, headers)
    how = "responses.wjx_by_number" if by_number else "responses.wjx_by_text"
    return Layout(
        platform=NAME,
        label=LABEL,
        header_rows=1,
        reason=message(how),
        columns=tuple(_column(i, header) for i, header in enumerate(head[0])),
        missing={
            "-3": message("responses.missing_skipped"),
            "-2": message("responses.missing_unanswered"),
            "(跳过)": message("responses.missing_skipped"),
            "（跳过）": message("responses.missing_skipped"),
            "(空)": message("responses.missing_unanswered"),
            "（空）": message("responses.missing_unanswered"),
        },
        everywhere=True,
        separators=("┋",),
        by_number=by_number,
        key_columns=tuple(headers.index(name) for name in _KEY if name in headers),
    )


def _all_numbers(head: Sequence[Sequence[str]], headers: Sequence[str]) -> bool:
    """Say whether every short answer shown is a number, though no question is spread over columns."""
    places = [i for i, h in enumerate(headers) if _QUESTION.match(h)]
    cells = [row[i].strip() for row in head[1:] for i in places if i < len(row) and row[i].strip()]
    return bool(cells) and len(places) > 1 and all(re.fullmatch(r"-?\d+", cell) for cell in cells)


def _column(position: int, header: str) -> SourceColumn:
    name = header.strip()
    if name in _SYSTEM:
        return SourceColumn(
            position=position,
            header=header,
            key=name,
            role="system",
            target=_SYSTEM[name],
            reason=message("responses.reason_platform_column", name=name),
        )
    if name in _LEAD or name == "总分":
        return SourceColumn(position=position, header=header, key=name, role="unused")
    if spread := _SPREAD.fullmatch(name):
        option = _WRITE_IN.sub(r"\g<option>", spread["option"]).strip()
        return SourceColumn(
            position=position,
            header=header,
            key=f"第{spread['number']}题",
            group=f"第{spread['number']}题",
            role="option",
            option=option,
        )
    if question := _QUESTION.fullmatch(name):
        return SourceColumn(
            position=position,
            header=header,
            key=f"第{question['number']}题",
            group=f"第{question['number']}题",
            question=question["text"].strip(),
        )
    return SourceColumn(position=position, header=header, question=name)
