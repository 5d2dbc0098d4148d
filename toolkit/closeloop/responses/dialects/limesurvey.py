"""LimeSurvey: CSV and XLSX, headings as codes, as texts, shortened, or both; answers as codes or in full.

Question codes have no underscore there, so an item ``visit_reason`` has another name: the survey's ``sources`` say it.
An empty ``submitdate`` is a response that was not finished; where the survey keeps no dates, it is always 1980-01-01.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "limesurvey"
LABEL = LocalText({"en": "LimeSurvey", "zh-CN": "LimeSurvey"})

_SPELLED = {  # as codes, and as they are called in English, German, French, Spanish and Chinese
    "id": (
        "id", "response id", "antwort id", "antwort-id", "id de la réponse", "id de respuesta", "答案编号", "答复 id",
    ),
    "submitdate": (
        "submitdate", "date submitted", "datum abgeschickt", "date de soumission", "fecha de envío", "提交日期",
    ),
    "lastpage": ("lastpage", "last page", "letzte seite", "dernière page", "última página", "最后一页", "最后页"),
    "startlanguage": (
        "startlanguage", "start language", "start-sprache", "startsprache", "langue de départ", "lenguaje inicial",
        "起始语言", "开始语言",
    ),
    "seed": ("seed", "zufallsstartwert", "tête de série", "semilla", "种子"),
    "token": ("token", "access code", "zugangscode", "zugangsschlüssel", "code d'accès", "código de acceso", "访问码"),
    "startdate": ("startdate", "date started", "datum gestartet", "date de lancement", "fecha de inicio", "开始日期"),
    "datestamp": (
        "datestamp", "date last action", "datum letzte aktivität", "date de la dernière action",
        "fecha de la última acción", "最后操作日期",
    ),
    "ipaddr": ("ipaddr", "ip address", "ip-adresse", "adresse ip", "dirección ip", "ip地址", "ip 地址"),
    "refurl": ("refurl", "referrer url", "weiterleitungs-url", "url référente", "url de referencia", "来源网址"),
    "interviewtime": ("interviewtime", "total time", "gesamtzeit", "temps total", "tiempo total", "总时间"),
}  # fmt: skip
_NAMES = {text: name for name, texts in _SPELLED.items() for text in texts}
_SYSTEM = {"id": "response_id", "token": "respondent_id", "startlanguage": "language", "datestamp": "answered_at"}
_TIMED = re.compile(r"group\s?time.*|question\s?time.*|\w+Time", re.IGNORECASE)
_BRACKETED = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9]*)\[(?P<part>[^\]]*)\](?:\[(?P<scale>[^\]]*)\])?")
_DOTTED = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9]*)\.(?P<part>[^.]*)\.(?:(?P<scale>[^.]+)\.)?")
_JOINED = re.compile(r"(?P<code>[A-Za-z][A-Za-z0-9]*)_(?P<part>[A-Za-z0-9]+)")
_IN_FULL = re.compile(r"(?P<text>.*\S)\s+\[(?P<part>.*)\]\s*", re.DOTALL)
_BOTH = re.compile(r"(?P<head>[A-Za-z][A-Za-z0-9]*(?:\[[^\]]*\])*)\s*[.:,;-]\s+(?P<text>.*)", re.DOTALL)
_OTHERS = {"other", "sonstiges", "autre", "otro", "其他", "其它"}
_RANK = re.compile(r"(?:rank(?:ing)?|rang|platz|rango|排名|排序)\s*(?P<place>\d+)", re.IGNORECASE)
_NO_DATE = "1980-01-01 00:00:00"


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading taken apart: the question's code, the part of it that the column holds, the question's text."""

    code: str = ""
    part: str | None = None
    text: str = ""

    @property
    def question(self) -> str:
        """What all columns of the question have in common."""
        return self.code or self.text


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return LimeSurvey's layout, or why the source is not from there."""
    headers = [cell.strip().strip('"').removeprefix("X.U.FEFF.") for cell in head[0]] if head else []
    both = any(_own_code(header) for header in headers)
    names = [_own_code(header) if both else _NAMES.get(_folded(header), "") for header in headers]
    if not {"id", "submitdate"} <= set(names) or not {"lastpage", "startlanguage", "seed"} & set(names):
        return message("platforms.limesurvey_no_lead")
    headings = [_code_and_text(header) if both else _taken_apart(header) for header in headers]
    rankings = _rankings(headings)
    columns = [
        _own(place, head[0][place], name) if name else _column(place, head[0][place], heading, rankings)
        for place, (heading, name) in enumerate(zip(headings, names, strict=True))
    ]
    submitted = names.index("submitdate")
    if "datestamp" not in names and not _dateless(head, submitted):
        columns[submitted] = _system(submitted, head[0][submitted], "submitdate", "answered_at")
    by_code = any(header in _SPELLED for header in headers)
    how = "codes_and_texts" if both else "codes" if by_code else "texts"
    return Layout(
        platform=NAME,
        label=LABEL,
        header_rows=1,
        reason=message(f"platforms.limesurvey_{how}"),
        columns=tuple(columns),
        missing={"N/A": message("responses.missing_not_applicable")},
        separators=(";", "|"),
        submitted=submitted,
        no=("2",),  # what people have Y and N turned into, if into anything: 1 and 2
    )


def _folded(header: str) -> str:
    """Return a heading as it is looked up among the platform's own."""
    return header if header in _SPELLED else header.casefold().replace("_", " ")


def _own_code(header: str) -> str:
    """Return which of the platform's own columns a heading of the kind "code. text" names; empty if none."""
    both = _BOTH.fullmatch(header)
    return both["head"] if both and both["head"] in _SPELLED else ""


def _dateless(head: Sequence[Sequence[str]], place: int) -> bool:
    said = {row[place].strip() for row in head[1:] if len(row) > place} - {""}
    return said == {_NO_DATE}


def _system(place: int, header: str, name: str, target: str) -> SourceColumn:
    reason = message("responses.reason_platform_column", name=name)
    return SourceColumn(position=place, header=header, key=name, role="system", target=target, reason=reason)


def _own(place: int, header: str, name: str) -> SourceColumn:
    """Return one of the platform's own columns."""
    if name in _SYSTEM:
        return _system(place, header, name, _SYSTEM[name])
    reason = message("platforms.limesurvey_submitdate") if name == "submitdate" else None
    return SourceColumn(position=place, header=header, key=name, role="unused", reason=reason)


def _rankings(headings: Sequence[_Heading]) -> set[str]:
    """Return the questions whose parts are the numbers 1, 2, 3 …, or ranks: one column a place."""
    parts: dict[str, list[str]] = {}
    for heading in headings:
        if heading.part is not None:
            parts.setdefault(heading.question, []).append(heading.part)
    return {
        name
        for name, found in parts.items()
        if len(found) > 1 and {_place(part) for part in found} == set(range(1, len(found) + 1))
    }


def _place(part: str) -> int | None:
    found = _RANK.fullmatch(part.strip())
    digits = found["place"] if found else part.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 4 and not digits.startswith("0") else None


def _code_and_text(header: str) -> _Heading:
    """Take a heading of the kind "code[part]. text [part]" apart."""
    both = _BOTH.fullmatch(header)
    if not both:
        return _taken_apart(header)
    heading = _taken_apart(both["head"])
    full = _IN_FULL.fullmatch(both["text"]) if heading.part is not None else None
    if full is None:
        return _Heading(heading.code, heading.part, both["text"])
    return _Heading(heading.code, full["part"], full["text"])


def _taken_apart(header: str) -> _Heading:
    """Take a heading apart that is a code, as export and statistics programs write it, or a text."""
    for pattern in (_BRACKETED, _DOTTED, _JOINED):
        if found := pattern.fullmatch(header):
            scale = found.groupdict().get("scale")
            return _Heading(found["code"], f"{found['part']}/{scale}" if scale else found["part"])
    if full := _IN_FULL.fullmatch(header):
        return _Heading("", full["part"], full["text"])
    return _Heading("" if " " in header else header, None, header)


def _column(place: int, header: str, heading: _Heading, rankings: set[str]) -> SourceColumn:
    """Return the column of a question, or of a part of one."""
    name = header.strip()
    if not name:
        return SourceColumn(position=place, header=header, role="unused", reason=message("platforms.no_header"))
    code, part, text = heading.code, heading.part, heading.text
    if part is None:
        role = "unused" if _TIMED.fullmatch(name) else "answer"
        return SourceColumn(position=place, header=header, key=code, group=code, question=text, role=role)
    role, reason = "option", None
    if part.casefold() in _OTHERS:
        role, reason = "other_text", message("platforms.written_beside")
    elif code and part.endswith("comment"):
        role = "unused"
    elif heading.question in rankings:
        role, part = "place", str(_place(part))
    group = heading.question
    return SourceColumn(
        position=place, header=header, key=code, group=group, question=text, role=role, option=part, reason=reason
    )
