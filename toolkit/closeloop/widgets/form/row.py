"""One person's answers as a row of a table: the columns that `read_responses` reads back, value for value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.forms.counted import OTHER_TEXT
from closeloop.forms.items import BaseItem, Matrix

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

OWN = ("survey_id", "survey_version", "response_id", "answered_at", "status", "language", "channel_source")
"""The columns of every response file, before those of the survey."""
_INTERVIEWER = "interviewer"


def header(survey: Survey) -> tuple[str, ...]:
    """Return the columns of a survey's response file.

    Examples
    --------
    >>> import closeloop as cl
    >>> header(cl.load_survey("relationship-nps"))[7:12]
    ('interviewer', 'respondent_id', 'region', 'touchpoint', 'recommend')
    """
    names = {item.name for item in survey.items}
    own = [*OWN, *([] if _INTERVIEWER in names else [_INTERVIEWER])]
    asked = [name for item in survey.items if item.name not in own for name in _columns(item)]
    return (*own, *asked)


def _columns(item: BaseItem) -> Iterator[str]:
    """Give the columns of an item, as the accepted frame names them."""
    if item.type == "note":
        return
    if isinstance(item, Matrix):
        yield from (f"{item.name}__{row.value}" for row in item.rows)
    elif item.type in {"multi", "ranking"}:
        yield from (f"{item.name}__{value}" for value in item.values)
    else:
        yield item.name
    if getattr(item, "other", False):
        yield f"{item.name}{OTHER_TEXT}"


def row(
    survey: Survey,
    answers: Mapping[str, Any],
    *,
    response_id: str,
    answered_at: dt.datetime,
    language: str,
    channel: str = "",
    interviewer: str = "",
) -> dict[str, str]:
    """Return the answers that count as a row of text, one cell for each column of `header`.

    Examples
    --------
    >>> import closeloop as cl
    >>> at = dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC)
    >>> answers = {"recommend": 4, "pains": ("price", "app"), "callback": False}
    >>> written = row(cl.load_survey("relationship-nps"), answers, response_id="r1", answered_at=at, language="en")
    >>> {name: cell for name, cell in written.items() if cell and name not in OWN}
    {'recommend': '4', 'pains__price': '1', 'pains__app': '1', 'callback': 'false'}
    """
    cells = dict.fromkeys(header(survey), "")
    cells |= {
        "survey_id": survey.id,
        "survey_version": str(survey.version),
        "response_id": response_id,
        "answered_at": answered_at.isoformat(timespec="seconds"),
        "status": "complete",
        "language": language,
        "channel_source": channel,
        _INTERVIEWER: interviewer,
    }
    for item in survey.items:
        value = answers.get(item.name)
        if value is not None:
            cells |= dict(_cells(item, value))
        written = answers.get(f"{item.name}{OTHER_TEXT}")
        if written:
            cells[f"{item.name}{OTHER_TEXT}"] = written
    return cells


def _cells(item: BaseItem, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from ((f"{item.name}__{name}", _text(answer)) for name, answer in value.items())
    elif item.type == "ranking":
        yield from ((f"{item.name}__{option}", str(place)) for place, option in enumerate(value, 1))
    elif item.type == "multi":
        yield from ((f"{item.name}__{option}", "1") for option in value)
    else:
        yield item.name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)
