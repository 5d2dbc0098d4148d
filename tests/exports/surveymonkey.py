"""Writes SurveyMonkey exports: two header rows; condensed or expanded; in words or by number; CSV, TSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import Answers, asked, choices, numbers, other_label, spread, write_table

_LEAD = ("Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
         "Last Name", "Custom Data 1")  # fmt: skip
_LEAD_ZH = ("受访者 ID", "收集器 ID", "开始日期", "结束日期", "IP 地址", "电子邮件地址", "名字", "姓氏", "自定义数据 1")


def write(
    survey: Survey, answers: Sequence[Answers], path: Path, *, labels: bool, tag: str = "en", expanded: bool = False
) -> list[Answers]:
    """Write answers and return them; `expanded` gives a question of one choice a column an option too."""
    hidden = [item for item in survey.items if item.type == "hidden"]
    items = [item for item in survey.items if item.type not in ("note", "hidden")]
    lead = _LEAD_ZH if tag == "zh-CN" else _LEAD
    above, below = [*lead, *(item.name for item in hidden)], [""] * (len(lead) + len(hidden))
    for item in items:
        heads = list(_heads(item, tag, expanded=expanded))
        above += [asked(item, tag), *[""] * (len(heads) - 1)]
        below += heads
    rows = [above, below]
    for place, given in enumerate(answers):
        row = [f"1189{place:06d}", "400123456", "2026-05-03 07:00:00", f"2026-05-03 07:{place:02d}:30", "203.0.113.7"]
        row += ["", "", "", "", *(given.get(item.name, "") for item in hidden)]
        for item in items:
            row += _cells(item, given, tag, labels=labels, expanded=expanded)
        rows.append(row)
    write_table(path, rows)
    return list(answers)


def _heads(item: Any, tag: str, *, expanded: bool) -> Iterator[str]:
    response, open_ended = ("回复", "开放式回复") if tag == "zh-CN" else ("Response", "Open-Ended Response")
    if item.type in ("single", "multi"):
        if item.type == "multi" or expanded:
            yield from (label for value, label in choices(item, tag).items() if value != "other")
        else:
            yield response
        if item.other:
            yield other_label(item, tag)
    elif item.type == "matrix":
        yield from (row.text[tag] for row in item.rows)
    elif item.type == "ranking":
        yield from (option.text[tag] for option in item.options)
    elif item.type == "date":
        yield "Date / Time"
    else:
        yield open_ended if item.type in ("text", "comment", "number") else response


def _cells(item: Any, given: Answers, tag: str, *, labels: bool, expanded: bool) -> Iterator[str]:
    value = given.get(item.name)
    if item.type in ("single", "multi"):
        spelled = choices(item, tag) if labels else numbers(item)
        chosen = () if value is None else (value,) if item.type == "single" else value
        if item.type == "multi" or expanded:
            yield from (spelled[each] if each in chosen else "" for each in spelled if each != "other")
        else:
            yield "" if value in (None, "other") else spelled[value]
        if item.other:
            yield given.get(f"{item.name}__other_text", "")
    else:
        yield from spread(item, value, tag, labels=labels)
