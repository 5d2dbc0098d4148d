"""Write answers as 问卷星 exports them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import SCALES, Answers, asked, choices, numbers, plain, point, write_table

_LEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
_SPREAD = ("multi", "ranking", "matrix")


def sources(survey: Survey) -> dict[str, Any]:
    """Return which question number each item has: columns of one option do not say their question."""
    return {item.name: f"第{n}题" for n, item in enumerate(_items(survey), start=1)}


def _items(survey: Survey) -> list[Any]:
    return [item for item in survey.items if item.type not in ("note", "hidden")]


def write(
    survey: Survey, answers: Sequence[Answers], path: Path, *, mode: int, encoding: str = "utf-8-sig"
) -> list[Answers]:
    """Write answers; return them as held: without hidden items, −3 and −2, and what is written beside a number.

    Parameters
    ----------
    mode : int
        0 by text, 1 by score, 2 by place.
    """
    tag = survey.languages[0]
    items = _items(survey)
    gone = {item.name for item in items if _unheld(item, answers)} | {
        i.name for i in survey.items if i.type == "hidden"
    }
    shown = [(n, item) for n, item in enumerate(items, start=1) if item.name not in gone]
    headers = [text for n, item in shown for text in _headers(n, item, tag, mode)]
    rows = []
    for number, each in enumerate(answers, start=1):
        lead = [str(number), f"2026/5/{number} 12:24:22", "137秒", "微信", "", f"192.0.2.{number}(上海-上海)"]
        rows.append([*lead, *(cell for _, item in shown for cell in _cells(item, each, tag, mode))])
    write_table(path, [[*_LEAD, *headers], *rows], encoding)
    beside = {f"{item.name}__other_text" for item in items} if mode else set()
    return [{name: value for name, value in each.items() if name not in gone | beside} for each in answers]


def _unheld(item: Any, answers: Sequence[Answers]) -> bool:
    """Say whether −3 or −2 would be an answer."""
    return item.type in (*SCALES, "number") and any(each.get(item.name) in (-3, -2) for each in answers)


def _headers(number: int, item: Any, tag: str, mode: int) -> list[str]:
    if item.type == "matrix":
        return [f"第{number}题({row.text[tag]})" for row in item.rows]
    if item.type in _SPREAD and mode:
        return [f"第{number}题({label})" for label in choices(item, tag).values()]
    return [f"{number}、{asked(item, tag)} "]


def _cells(item: Any, answers: Answers, tag: str, mode: int) -> list[str]:
    value = answers.get(item.name)
    written = answers.get(f"{item.name}__other_text")
    blank = "-2" if mode else "(空)"
    if item.type == "matrix":
        cells = value or {}
        return [point(item, cells[r.value], tag, labels=not mode) if r.value in cells else blank for r in item.rows]
    if item.type in _SPREAD and mode:
        if value is None:
            return ["-3"] * len(choices(item, tag))
        if item.type == "ranking":
            return [str(value.index(v) + 1) if v in value else "-2" for v in item.values]
        return ["1" if v in value else "0" for v in choices(item, tag)]
    if value is None:
        return [blank]
    if item.type in ("single", "multi", "ranking"):
        return [_choice(item, value, written, tag, mode)]
    return [plain(item, value, tag, labels=not mode)]


def _choice(item: Any, value: Any, written: Any, tag: str, mode: int) -> str:
    if mode:
        return str(numbers(item)[value])
    labels = choices(item, tag)
    if written:
        labels["other"] += f"〖{written}〗"
    if item.type == "single":
        return str(labels[value])
    return ("→" if item.type == "ranking" else "┋").join(labels[v] for v in value)
