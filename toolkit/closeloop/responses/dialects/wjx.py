"""问卷星 (wjx.cn): 按文本 (0, answers as text), 按分数 (1, choices as scores), 按序号 (2, as places counted from 1).

Times are Beijing time. An export by number has no room for what was written beside a choice, and its −3 and −2 mean
"no answer" everywhere, so that a number cannot be −3 or −2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "wjx"
LABEL = LocalText({"en": "WJX (问卷星)", "zh-CN": "问卷星"})

_LEAD = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
_SYSTEM = {"提交答卷时间": "answered_at", "来源": "channel_source"}
_KEY = ("序号", "提交答卷时间", "所用时间", "来自IP")  # 序号 starts at 1 in every survey, so it is no id by itself
_QUESTION = re.compile(r"\s*(?P<number>\d+)\s*[、:：.．](?P<text>.*)", re.DOTALL)
_SPREAD = re.compile(r"\s*第(?P<number>\d+)题[(（](?P<option>.*)[)）]\s*", re.DOTALL)
_FILE = re.compile(r"\d{4,}_(?P<mode>[012])_")
_WRITE_IN = re.compile(r"(?P<option>.*?)【[^】]*】")


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return 问卷星's layout, or why the source is not from there."""
    headers = [cell.strip() for cell in head[0]] if head else []
    led = [name for name in _LEAD if name in headers]
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
        zone="Asia/Shanghai",
    )


def told_by_name(layout: Layout, file: str) -> Layout:
    """Return the layout as the file's name has it, ``{survey}_{0|1|2}_{title}_{n}_{n}``; unchanged where it is silent.

    An export by score and one by place look alike; only the name tells them apart.
    """
    found = _FILE.match(file) if layout.platform == NAME else None
    if found is None:
        return layout
    if found["mode"] == "0":
        return replace(layout, by_number=False, reason=message("responses.wjx_by_text"))
    by_place = found["mode"] == "2"
    reason = message("platforms.wjx_by_place" if by_place else "platforms.wjx_by_score")
    return replace(layout, by_number=True, by_place=by_place, reason=reason)


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
