"""Where in SurveyJS JSON stands what a check of the survey file complains about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from closeloop.survey.findings import Finding
from closeloop.survey.surveyjs.pairs import FEEDBACK, PAIRS

_PLACE = re.compile(r"pages\[(\d+)\](?:\.items\[(\d+)\])?(?:\.(.*))?")
_WITHIN = {
    "options": "choices", "checks": "validators", "expr": "expression", "message": "text", "points": "columns",
    "pattern": "validators", "min_length": "validators", "format": "inputType", "look": "rateType",
}  # fmt: skip
_OF_SCALES = {"labels": "rateValues", "min": "rateMin", "max": "rateMax", "step": "rateStep", "points": "rateMax"}
_OF_SURVEY = {"end_if": "triggers", "thanks": "completedHtmlOnCondition", "languages": "locale"}
_SAME_IN_ITEMS = frozenset({"name", "type", "rows", "columns", "extra"})
_SAME = frozenset({"title", "extra"})


def in_json(
    finding: Finding, pages: Sequence[str], items: Mapping[tuple[int, int], str], types: Mapping[str, str]
) -> Finding:
    """Return a finding about a survey file as one about the JSON that it was read from.

    Parameters
    ----------
    finding : Finding
        What was found.
    pages : sequence of str
        JSON path of each page.
    items : mapping
        Number of the page and of the item on it → JSON path.
    types : mapping
        JSON path of an item → its type.
    """
    place = _PLACE.fullmatch(finding.field)
    if place is None:
        return replace(finding, field=_of_survey(finding.field))
    page, item, rest = int(place[1]), place[2], place[3] or ""
    if item is None:
        path = pages[page]
        return replace(finding, field=_joined(path, rest.replace("show_if", "visibleIf").replace("items", "elements")))
    path = items[page, int(item)]
    return replace(finding, field=_joined(path, _of_item(rest, types.get(path, ""))))


def _of_survey(field: str) -> str:
    head = re.split(r"[.\[]", field, maxsplit=1)[0]
    if head in _SAME:
        return field
    return _OF_SURVEY[head] + field.removeprefix(head) if head in _OF_SURVEY else f"{FEEDBACK}.{field}"


def _of_item(field: str, kind: str) -> str:
    names = {pair.key: pair.prop for pair in PAIRS.get(kind, ())}
    own = _OF_SCALES if kind in {"nps", "csat", "ces", "rating"} else {}
    head, *tail = field.split(".")
    known = {**_WITHIN, **own, **names}
    if not field or head.partition("[")[0] not in known.keys() | _SAME_IN_ITEMS:
        return f"{FEEDBACK}.{field}" if field else ""
    return ".".join([_renamed(head, known), *(_renamed(part, _INNER) for part in tail)])


_INNER = {"show_if": "visibleIf", "exclusive": "isExclusive", "expr": "expression", "message": "text"}


def _renamed(part: str, names: Mapping[str, str]) -> str:
    head = part.partition("[")[0]
    return names.get(head, head) + part.removeprefix(head)


def _joined(path: str, rest: str) -> str:
    return f"{path}.{rest}" if rest else path
