"""Google Forms, and the sheet its answers go to: one header row, a time stamp first, no response id.

A grid has one column a row, ``question [row]``. Several choices stand in one cell, parted by ``, `` (through a sheet)
or ``;`` (downloaded directly), and nothing marks a comma inside an option: the survey's options have to. Rankings,
which Google Forms lacks, are made of grids there; what was written beside "Other" stands in the place of the option.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "google_forms"
LABEL = LocalText({"en": "Google Forms", "zh-CN": "Google 表单"})

_STAMPS = frozenset({
    "Timestamp", "Zeitstempel", "Horodateur", "Marca temporal", "Carimbo de data/hora", "Informazioni cronologiche",
    "Tijdstempel", "Tidsstempel", "Tidstämpel", "Aikaleima", "Sygnatura czasowa", "Časové razítko", "Časová pečiatka",
    "Időbélyeg", "Marcaj de timp", "Отметка времени", "Позначка часу", "Zaman damgası", "Χρονική σήμανση", "חותמת זמן",
    "طابع زمني", "ประทับเวลา", "Dấu thời gian", "Stempel Waktu", "Cap masa", "タイムスタンプ", "타임스탬프",
    "时间戳记", "时间戳", "時間戳記",
})  # fmt: skip
_MAILS = frozenset({
    "Email Address", "Email address", "Email", "Username", "E-Mail-Adresse", "Adresse e-mail", "Nom d'utilisateur",
    "Dirección de correo electrónico", "Endereço de e-mail", "Indirizzo email", "E-mailadres", "メールアドレス",
    "电子邮件地址", "電子郵件地址", "이메일 주소", "Адрес электронной почты",
})  # fmt: skip
_SCORES = frozenset(
    {
        "Score",
        "Total score",
        "Punktzahl",
        "Score total",
        "Puntuación",
        "Pontuação",
        "Punteggio",
        "分数",
        "分數",
        "スコア",
    }
)
_TIME = re.compile(r"\d{1,4}[/.\-年]\s?\d{1,2}[/.\-月]\s?\d{1,4}\D.*\d{1,2}[:.]\d{2}.*")
_POINTS = re.compile(r"\d+([.,]\d+)?\s*/\s*\d+([.,]\d+)?")


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return Google Forms' layout, or why the source is not from there."""
    headers = [cell.strip() for cell in head[0]] if head else []
    stamps = [row[0].strip() for row in head[1:] if row and row[0].strip()]
    if len(headers) < 2 or headers[0] not in _STAMPS or not all(map(_TIME.fullmatch, stamps)):
        return message("dialects.google_none")
    rows = _rows(headers)
    columns = tuple(_column(i, header, head, rows) for i, header in enumerate(head[0]))
    return Layout(
        platform=NAME,
        label=LABEL,
        reason=message("dialects.google_stamp", stamp=headers[0]),
        header_rows=1,
        columns=columns,
        separators=(";", ", "),
        write_ins=True,
    )


def _column(
    position: int, header: str, head: Sequence[Sequence[str]], rows: Mapping[int, tuple[str, str]]
) -> SourceColumn:
    name = header.strip()
    if position == 0:
        reason = message("responses.reason_platform_column", name=name)
        return SourceColumn(position=0, header=header, role="system", target="answered_at", reason=reason)
    if position <= 2 and name in _MAILS:
        return SourceColumn(position=position, header=header, role="unused", reason=message("dialects.personal"))
    if position <= 2 and name in _SCORES and _are_points(head, position):
        return SourceColumn(position=position, header=header, role="unused", reason=message("dialects.points"))
    if position in rows:
        question, row = rows[position]
        return SourceColumn(
            position=position, header=header, question=question, option=row, group=question, role="option"
        )
    return SourceColumn(position=position, header=header, question=name)


def _are_points(head: Sequence[Sequence[str]], position: int) -> bool:
    cells = [row[position].strip() for row in head[1:] if position < len(row) and row[position].strip()]
    return all(map(_POINTS.fullmatch, cells))


def _rows(headers: Sequence[str]) -> dict[int, tuple[str, str]]:
    """Return the columns of grids, each with its question and row; a question ending in one pair of brackets is none.

    Brackets may stand in the question or in the row too: it is parted where most columns agree.
    """
    ways = {
        i: [(header[: m.start()].strip(), header[m.end() : -1].strip()) for m in re.finditer(r"\[", header)]
        for i, header in enumerate(headers)
        if header.endswith("]")
    }
    often = Counter(question for parted in ways.values() for question in {question for question, _ in parted})
    result: dict[int, tuple[str, str]] = {}
    for i, parted in ways.items():
        question, row = max(parted, key=lambda way: (often[way[0]], len(way[0])), default=("", ""))
        if question and row and often[question] > 1:
            result[i] = (question, row)
    return result
