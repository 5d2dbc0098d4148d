"""腾讯问卷 (wj.qq.com): CSV and XLSX, a column an option, choices with the letter of their place (``A.男``).

Times are Beijing time. The platform has no scale below 0, and a 排序题 has one column an option, holding its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.dialects.numbered import numbered, shared_stem
from closeloop.text import LocalText, message

NAME = "tencent"
LABEL = LocalText({"en": "Tencent Survey (腾讯问卷)", "zh-CN": "腾讯问卷"})

_TIMES = ("开始答题时间", "结束答题时间")
_MARKS = (*_TIMES, "编号", "答题时长", "清洗数据结果", "智能清洗数据无效概率", "用户标识", "Referrer")
_SYSTEM = {
    "结束答题时间": "answered_at",
    "清洗数据结果": "status",
    "语言": "language",
    "用户标识": "respondent_id",
}
_OWN = {
    *_MARKS, "地理位置国家和地区", "地理位置国家", "地理位置省", "地理位置市", "用户类型", "昵称", "自定义字段",
    "IP", "UA", "中奖时间", "中奖金额", "审核状态",
}  # fmt: skip
_KEY = ("编号", *_TIMES)  # 编号 starts at 1 in every survey, so it is no id by itself
_QUESTION = re.compile(r"\s*(?P<number>\d+)\s*[.．、](?P<text>.*)", re.DOTALL)
_BLANK = re.compile(r"(?P<text>.*)_填空(?P<place>\d*)\s*", re.DOTALL)
_LETTER = re.compile(r"[A-Z]{1,2}\.(?=.)")


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return 腾讯问卷's layout, or why the source is not from there."""
    headers = [cell.strip() for cell in head[0]] if head else []
    marks = [name for name in _MARKS if name in headers]
    if not set(_TIMES) & set(marks) or len(marks) < 3:
        return message("platforms.tencent_no_lead")
    columns = {place: _own(place, header, headers[place]) for place, header in enumerate(head[0])}
    asked = {place: header for place, header in enumerate(headers) if header not in _OWN}
    for number, places in numbered(asked, _QUESTION).items():
        columns |= _question(number, places, head[0])
    return Layout(
        platform=NAME,
        label=LABEL,
        header_rows=1,
        reason=message("platforms.tencent", names="、".join(marks[:3])),
        columns=tuple(columns[place] for place in range(len(headers))),
        statuses={"screened_out": ("无效", "无效*")},
        key_columns=tuple(headers.index(name) for name in _KEY if name in headers),
        separators=("┋", "|", ";"),
        lettered=True,
        zone="Asia/Shanghai",
    )


def _own(place: int, header: str, name: str) -> SourceColumn:
    """Return a column that is none of the questions."""
    if name in _SYSTEM:
        reason = message(f"platforms.tencent_{_SYSTEM[name]}", name=name)
        return SourceColumn(position=place, header=header, key=name, role="system", target=_SYSTEM[name], reason=reason)
    if name in _OWN:
        return SourceColumn(position=place, header=header, key=name, role="unused")
    if not name:
        return SourceColumn(position=place, header=header, role="unused", reason=message("platforms.no_header"))
    return SourceColumn(position=place, header=header, question=name)


def _question(number: str, places: Sequence[int], headers: Sequence[str]) -> dict[int, SourceColumn]:
    """Return the columns of one question: whole, one an option, and what was written into blanks."""
    texts: dict[int, str] = {}
    blanks: dict[int, str] = {}
    for place in places:
        found = _QUESTION.fullmatch(headers[place].strip())
        text = found["text"].strip() if found else headers[place]
        if blank := _BLANK.fullmatch(text):
            text = blank["text"].strip()
            blanks[place] = blank["place"]
        texts[place] = text
    distinct = list(dict.fromkeys(texts.values()))
    stem, join = shared_stem(distinct, (":", "：")) if len(distinct) > 1 else ("", "")
    options = {p: t[len(stem) + len(join) :].strip() if join else "" for p, t in texts.items()}
    if all(_LETTER.match(option) for option in options.values()):
        options = {place: _LETTER.sub("", option, count=1) for place, option in options.items()}
    columns: dict[int, SourceColumn] = {}
    for place in places:
        beside = place in blanks and (bool(join) or any(p not in blanks and texts[p] == texts[place] for p in places))
        several = place in blanks and not beside and len(blanks) > 1
        columns[place] = SourceColumn(
            position=place,
            header=headers[place],
            key=f"{number}_填空{blanks[place]}" if several else number,
            group=headers[place].strip() if several else number,
            question=f"{texts[place]}_填空{blanks[place]}" if several else stem if join else texts[place],
            role="other_text" if beside else "option" if join else "answer",
            option=options[place] if join and not beside else None,
            reason=message("platforms.written_beside") if beside else None,
        )
    return columns
