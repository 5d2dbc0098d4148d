"""Write answers as 腾讯问卷 exports them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import Answers, asked, choices, plain, point, write_table

_LEAD = ["编号", "开始答题时间", "结束答题时间", "答题时长"]
_TAIL = [
    "语言", "清洗数据结果", "智能清洗数据无效概率", "地理位置国家和地区", "地理位置省", "地理位置市", "用户类型",
    "用户标识", "昵称", "自定义字段", "IP", "UA", "Referrer", "",
]  # fmt: skip


def write(
    survey: Survey, answers: Sequence[Answers], path: Path, *, encoding: str = "utf-8-sig", lettered: bool = True
) -> list[Answers]:
    """Write answers; return them in the order of the file, as the platform holds them: of hidden items, only whose.

    Parameters
    ----------
    lettered : bool
        Choices carry the letter of their place.
    """
    tag = survey.languages[0]
    hidden = {item.name for item in survey.items if item.type == "hidden" and item.name != "respondent_id"}
    items = [item for item in survey.items if item.type not in ("note", "hidden")]
    headers = [f"{n}.{text}" for n, item in enumerate(items, start=1) for text in _headers(item, tag)]
    rows = []
    for number, each in enumerate(answers, start=1):
        cells = [cell for item in items for cell in _cells(item, each, tag, lettered=lettered)]
        lead = [str(number), f"2026/5/{number} 12:00", f"2026/5/{number} 12:01", "30"]
        tail = ["简体中文" if tag == "zh-CN" else "English", "", "0.02", "中国", "江苏省", "南京市", ""]
        rows.append([*lead, *cells, *tail, str(each.get("respondent_id", "")), "", "", "203.0.113.1", "UA", "", ""])
    write_table(path, [[*_LEAD, *headers, *_TAIL], *reversed(rows)], encoding)
    return [{name: v for name, v in each.items() if name not in hidden} for each in reversed(answers)]


def _headers(item: Any, tag: str) -> list[str]:
    text = asked(item, tag)
    if item.type == "multi":
        labels = choices(item, tag)
        beside = [f"{text}:{labels['other']}_填空1"] if item.other else []
        return [*(f"{text}:{label}" for label in labels.values()), *beside]
    if item.type == "matrix":
        return [f"{text}:{row.text[tag]}" for row in item.rows]
    if item.type == "ranking":
        return [f"{text}:{label}" for label in choices(item, tag).values()]
    if item.type == "text":
        return [f"{text}_填空1"]
    return [text, f"{text}_填空1"] if item.type == "single" and item.other else [text]


def _cells(item: Any, answers: Answers, tag: str, *, lettered: bool) -> list[str]:
    value = answers.get(item.name)
    written = [str(answers.get(f"{item.name}__other_text", ""))] if getattr(item, "other", False) else []
    if item.type == "multi":
        return [*(label if v in (value or ()) else "" for v, label in choices(item, tag).items()), *written]
    if item.type == "matrix":
        cells = value or {}
        return [point(item, cells[r.value], tag, labels=True) if r.value in cells else "" for r in item.rows]
    if item.type == "ranking":
        places = {v: str(place) for place, v in enumerate(value or (), start=1)}
        return [places.get(option.value, "") for option in item.options]
    if value is None:
        return ["", *written]
    if item.type == "single":
        labels = choices(item, tag)
        letter = f"{chr(65 + list(labels).index(value))}." if lettered else ""
        return [letter + labels[value], *written]
    letter = "AB"[not value] + "." if lettered and item.type == "yesno" else ""
    return [letter + plain(item, value, tag, labels=True)]
