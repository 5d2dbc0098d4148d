"""LimeSurvey: CSV and XLSX, headings as codes, as texts, shortened, or both; answers as codes or in full.

Question codes have no underscore there, so an item ``visit_reason`` has another name: the survey's ``sources`` say it.
An empty ``submitdate`` is a response that was not finished; where the survey keeps no dates, it is always 1980-01-01.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_BOTH = re.compile(r"(?P<head>[A-Za-z][A-Za-z0-9]*(?:\[[^\]]*\])*)\s*(?:\.|:|,|-|;)\s+(?P<text>.*)", re.DOTALL)
_OTHERS = {"other", "sonstiges", "autre", "otro", "其他", "其它"}
_RANK = re.compile(r"(?:rank(?:ing)?|rang|platz|rango|排名|排序)\s*(?P<place>\d+)", re.IGNORECASE)
_NO_DATE = "1980-01-01 00:00:00"


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return LimeSurvey's layout, or why the source is not from there."""
    headers = [cell.strip().strip('"').removeprefix("X.U.FEFF.") for cell in head[0]] if head else []
    names = [_NAMES.get(_system_text(header), "") for header in headers]
    if not {"id", "submitdate"} <= set(names) or not {"lastpage", "startlanguage", "seed"} & set(names):
        return message("platforms.limesurvey_no_lead")
    by_code = any(header in _SPELLED for header in headers)
    places = _rankings(headers)
    columns = [
        _own(place, head[0][place], name) if name else _column(place, head[0][place], header, places)
        for place, (header, name) in enumerate(zip(headers, names, strict=True))
    ]
    submitted = names.index("submitdate")
    if "datestamp" not in names and not _dateless(head, submitted):
        columns[submitted] = _system(submitted, head[0][submitted], "submitdate", "answered_at")
    return Layout(
        platform=NAME,
        label=LABEL,
        header_rows=1,
        reason=message("platforms.limesurvey_codes" if by_code else "platforms.limesurvey_texts"),
        columns=tuple(columns),
        missing={"N/A": message("responses.missing_not_applicable")},
        separators=(";", "|"),
        submitted=submitted,
    )


def _system_text(header: str) -> str:
    """Return a header as it is looked up among the platform's own, without a code before its text."""
    both = _BOTH.fullmatch(header)
    if both and both["head"] in _SPELLED:
        return both["head"]
    return header.casefold().replace("_", " ") if header not in _SPELLED else header


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


def _rankings(headers: Sequence[str]) -> set[str]:
    """Return the questions whose parts are the numbers 1, 2, 3 …, or ranks: one column a place."""
    parts: dict[str, list[str]] = {}
    for header in headers:
        code, part, text = _taken_apart(header)
        if part is not None:
            parts.setdefault(code or text, []).append(part)
    return {
        name
        for name, found in parts.items()
        if [_place(part) for part in found] == list(range(1, len(found) + 1)) and len(found) > 1
    }


def _place(part: str) -> int | None:
    found = _RANK.fullmatch(part.strip())
    digits = found["place"] if found else part.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 4 and not digits.startswith("0") else None


def _taken_apart(header: str) -> tuple[str, str | None, str]:
    """Return the question's code, the part of it that a column holds, and the question's text."""
    if both := _BOTH.fullmatch(header):
        code, part, _ = _taken_apart(both["head"])
        full = _IN_FULL.fullmatch(both["text"]) if part is not None else None
        return code, full["part"] if full else part, full["text"] if full else both["text"]
    for pattern in (_BRACKETED, _DOTTED, _JOINED):
        if found := pattern.fullmatch(header):
            scale = found.groupdict().get("scale")
            return found["code"], f"{found['part']}/{scale}" if scale else found["part"], ""
    if full := _IN_FULL.fullmatch(header):
        return "", full["part"], full["text"]
    return ("" if " " in header else header), None, header


def _column(place: int, header: str, name: str, rankings: set[str]) -> SourceColumn:
    """Return the column of a question, or of a part of one."""
    if not name:
        return SourceColumn(position=place, header=header, role="unused", reason=message("platforms.no_header"))
    code, part, text = _taken_apart(name)
    if part is None:
        timed = _TIMED.fullmatch(name)
        return SourceColumn(
            position=place, header=header, key=code, group=code, question=text, role="unused" if timed else "answer"
        )
    role = "option"
    reason = None
    if part.casefold() in _OTHERS:
        role, reason = "other_text", message("platforms.written_beside")
    elif part.endswith("comment") and code:
        role = "unused"
    elif (code or text) in rankings:
        role, part = "place", str(_place(part))
    group = code or text
    return SourceColumn(
        position=place, header=header, key=code, group=group, question=text, role=role, option=part, reason=reason
    )
