"""Files that closeloop's own forms write: one row a response, every answer as it is stored, nothing to guess."""

from __future__ import annotations

from collections.abc import Sequence

from closeloop.responses.dialects.layout import SYSTEM, Layout, SourceColumn
from closeloop.text import LocalText, message

NAME = "closeloop"
LABEL = LocalText({"en": "closeloop form", "zh-CN": "closeloop 表单"})

_MARK = ("survey_id", "survey_version", "response_id", "answered_at", "status")
_ANSWERS = frozenset({"finished"})  # names that no form writes for itself: where they are, they are items
_ABOUT = frozenset({"survey_id", "survey_version", "interviewer"})


def recognise(head: Sequence[Sequence[str]]) -> Layout | LocalText:
    """Return the layout of a file that forms wrote, known by its first columns."""
    if not head or tuple(head[0][: len(_MARK)]) != _MARK:
        return message("responses.closeloop_header", columns=", ".join(_MARK))
    columns = tuple(_column(position, header) for position, header in enumerate(head[0]))
    return Layout(
        platform=NAME, label=LABEL, reason=message("responses.closeloop_file"), header_rows=1, columns=columns
    )


def _column(position: int, header: str) -> SourceColumn:
    if position < len(_MARK) + 3 and header in _ABOUT:
        return SourceColumn(
            position=position, header=header, role="unused", reason=message("responses.closeloop_about")
        )
    target = header if header in SYSTEM and header not in _ANSWERS else None
    reason = message("responses.reason_system_name", name=target) if target else None
    role = "system" if target else "answer"
    return SourceColumn(position=position, header=header, question=header, role=role, target=target, reason=reason)
