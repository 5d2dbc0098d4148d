"""Formbricks: CSV and XLSX, one header row, choices by their labels in the language of the respondent.

Columns about the visit come and go with what the newest response had, so that none of them is relied on. What is
written beside "other" stands among the choices, without a mark: it is what is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.dialects.numbered import numbered, shared_stem
from closeloop.text import LocalText, message

NAME = "formbricks"
LABEL = LocalText({"en": "Formbricks", "zh-CN": "Formbricks"})

_SYSTEM = {
    "Response ID": "response_id",
    "Timestamp": "answered_at",
    "Finished": "finished",
    "User ID": "respondent_id",
    "Language": "language",
    "source": "channel_source",
}
_OWN = {
    "No.", "Quotas", "Survey ID", "Formbricks ID (internal)", "Tags", "Notes", "Verified Email", "url", "action",
    "country", "ipAddress", "userAgent - browser", "userAgent - os", "userAgent - device",
}  # fmt: skip
_MARKS = ("No.", "Response ID", "Timestamp", "Finished", "Survey ID", "Formbricks ID (internal)", "User ID")
_QUESTION = re.compile(r"\s*(?P<number>\d+)\. (?P<text>.*)", re.DOTALL)
_IDS = " - Option ID"
_JOIN = " - "


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return Formbricks' layout, or why the source is not from there."""
    headers = [cell.strip() for cell in head[0]] if head else []
    marks = [name for name in _MARKS if name in headers]
    if "Response ID" not in marks or not {"Survey ID", "Formbricks ID (internal)"} & set(marks) or len(marks) < 4:
        return message("platforms.formbricks_no_marks")
    columns = {place: _own(place, header) for place, header in enumerate(head[0])}
    asked = {place: header for place, header in enumerate(headers) if not header.endswith(_IDS)}
    for number, places in numbered(asked, _QUESTION).items():
        columns |= _question(number, places, head[0])
    return Layout(
        platform=NAME,
        label=LABEL,
        header_rows=1,
        reason=message("platforms.formbricks", names=", ".join(marks[:4])),
        columns=tuple(columns[place] for place in range(len(headers))),
        separators=("; ", ";"),
        zone="UTC",
        write_ins=True,
    )


def _own(place: int, header: str) -> SourceColumn:
    """Return a column that is none of the questions."""
    name = header.strip()
    if name in _SYSTEM:
        reason = message("responses.reason_platform_column", name=name)
        return SourceColumn(position=place, header=header, key=name, role="system", target=_SYSTEM[name], reason=reason)
    if name.endswith(_IDS):
        reason = message("platforms.formbricks_option_ids")
        return SourceColumn(position=place, header=header, role="unused", reason=reason)
    if name in _OWN or name.startswith("person."):
        return SourceColumn(position=place, header=header, key=name, role="unused")
    return SourceColumn(position=place, header=header, question=name)


def _question(number: str, places: Sequence[int], headers: Sequence[str]) -> dict[int, SourceColumn]:
    """Return the columns of one question: whole, or one a row of a matrix."""
    texts = {}
    for place in places:
        found = _QUESTION.fullmatch(headers[place].strip())
        texts[place] = found["text"] if found else headers[place]
    stem, join = shared_stem(list(texts.values()), (_JOIN,)) if len(texts) > 1 else ("", "")
    return {
        place: SourceColumn(
            position=place,
            header=headers[place],
            key=f"{number}." if len(texts) == 1 else "",
            group=f"{number}." if join else "",
            question=stem if join else text,
            role="row" if join else "answer",
            option=text.removeprefix(stem + join).strip() if join else None,
        )
        for place, text in texts.items()
    }
