"""SurveyMonkey: CSV and XLSX with two header rows, columns condensed or expanded, answers in words or by number.

Row 1 holds a question above its first column only, row 2 the option, the row of a matrix, or a word for "response".
Where the form is not in English, its column names are not either: then the place and the shape of the rows tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.labels import OTHER_LABELS, plain_text
from closeloop.text import LocalText, message

NAME = "surveymonkey"
LABEL = LocalText({"en": "SurveyMonkey", "zh-CN": "SurveyMonkey"})

_IDS = ("respondent id", "befragtenid", "teilnehmerid", "id du répondant", "id de encuestado", "受访者 id", "答卷人 id")
_SYSTEM = {
    "end date": "answered_at",
    "date modified": "answered_at",
    "enddatum": "answered_at",
    "date de fin": "answered_at",
    "结束日期": "answered_at",
}
_UNUSED = {
    "started": ("start date", "date created", "startdatum", "date de début", "开始日期"),
    "collector": ("collector id", "collectorid", "id du collecteur", "收集器 id"),
    "personal": (
        "ip address", "email address", "first name", "last name", "ipadresse", "emailadresse", "vorname", "nachname",
        "adresse ip", "adresse email", "prénom", "nom", "ip 地址", "电子邮件地址", "名字", "姓氏",
    ),
}  # fmt: skip
_WHOLE = (
    "Response", "Open-Ended Response", "Antwort", "Offene Antwort", "Réponse", "Réponse ouverte", "Respuesta",
    "Respuesta abierta", "Resposta", "Risposta", "回复", "回答", "开放式回答", "开放式回复", "開放式回覆",
)  # fmt: skip
_LONG_ID = re.compile(r"\d{8,}")


_ANSWER = re.compile(r"\d")
"""A second row with figures is a response, unless the first one is laid out in groups."""


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return SurveyMonkey's layout, or why the source is not from there."""
    if len(head) < 2 or not head[0] or len(head[0]) != len(head[1]):
        return message("dialects.surveymonkey_none")
    asked, below = [cell.strip() for cell in head[0]], [cell.strip() for cell in head[1]]
    named = plain_text(asked[0]) in _ID_NAMES and "_" not in asked[0]  # a column of our own is no SurveyMonkey's
    ids = [row[0].strip() if row else "" for row in head[2:]]
    numbered = bool(ids) and len(set(ids)) == len(ids) and all(map(_LONG_ID.fullmatch, ids))
    if not asked[0] or below[0] or not (named or numbered) or not any(below):
        return message("dialects.surveymonkey_none")
    groups = _groups(asked, below)
    words = _whole_words(groups, below)
    shaped = any(len(group) > 1 for group in groups) or any(plain_text(below[group[0]]) in words for group in groups)
    if not shaped and (not named or any(_ANSWER.search(cell) for cell in below)):
        return message("dialects.surveymonkey_none")
    columns = [_own(i, asked[i]) for i in range(groups[0][0] if groups else len(asked))]
    for group in groups:
        columns += [_column(i, asked[group[0]], below[i], group, words) for i in group]
    options = [c for c in columns if c.role == "option"]
    worded = any(len(row) > c.position and row[c.position].strip() == c.option for row in head[2:] for c in options)
    return Layout(
        platform=NAME,
        label=LABEL,
        reason=message("dialects.surveymonkey_rows", ids=f"“{asked[0]}”"),
        header_rows=2,
        columns=tuple(columns),
        separators=(", ", ";"),
        by_number=not worded,
    )


def _groups(asked: Sequence[str], below: Sequence[str]) -> list[list[int]]:
    """Return the columns of each question: the one it stands above, and those behind it that have none."""
    first = next((i for i, text in enumerate(below) if text), len(below))
    groups: list[list[int]] = []
    for i in range(first, len(asked)):
        if asked[i] or not groups:
            groups.append([i])
        else:
            groups[-1].append(i)
    return groups


def _whole_words(groups: Sequence[Sequence[int]], below: Sequence[str]) -> frozenset[str]:
    """Return what stands below a question that takes one column: words of many languages, and the most frequent."""
    single = Counter(plain_text(below[group[0]]) for group in groups if len(group) == 1)
    often = {text for text, n in single.most_common(1) if n > 1}
    return frozenset({*(plain_text(word) for word in _WHOLE), "", *often})


def _own(position: int, name: str) -> SourceColumn:
    plain = plain_text(name)
    if position == 0:
        reason = message("responses.reason_platform_column", name=name)
        return SourceColumn(position=position, header=name, role="system", target="response_id", reason=reason)
    if plain in _SYSTEM_NAMES:
        reason = message("responses.reason_platform_column", name=name)
        target = _SYSTEM_NAMES[plain]
        return SourceColumn(position=position, header=name, role="system", target=target, reason=reason)
    for why, names in _UNUSED_NAMES.items():
        if plain in names:
            return SourceColumn(position=position, header=name, role="unused", reason=message(f"dialects.{why}"))
    return SourceColumn(position=position, header=name, question=name)


def _column(position: int, question: str, below: str, group: Sequence[int], words: frozenset[str]) -> SourceColumn:
    header = f"{question} – {below}" if below and len(group) > 1 else question
    plain = plain_text(below)
    role = "option"
    if plain in words and (len(group) == 1 or position == group[0]):
        role = "answer"
    elif plain in _OTHERS and len(group) > 1:
        role = "other_text"
    return SourceColumn(
        position=position,
        header=header,
        group=f"column {group[0] + 1}",
        question=question,
        option=below if role == "option" else None,
        role=role,
    )


_ID_NAMES = frozenset(map(plain_text, _IDS))
_SYSTEM_NAMES = {plain_text(name): target for name, target in _SYSTEM.items()}
_UNUSED_NAMES = {why: frozenset(map(plain_text, names)) for why, names in _UNUSED.items()}
_OTHERS = frozenset(map(plain_text, OTHER_LABELS))
