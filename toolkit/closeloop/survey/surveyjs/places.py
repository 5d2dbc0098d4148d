"""Where in SurveyJS JSON stands what a check of the survey file complains about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from closeloop.survey.findings import Finding
from closeloop.survey.surveyjs.pairs import FEEDBACK, PAIRS

_PLACE = re.compile(r"pages\[(\d+)\](?:\.items\[(\d+)\])?(?:\.(.*))?")
_WITHIN = {
    "options": "choices", "checks": "validators", "expr": "expression", "message": "text", "points": "columns",
    "pattern": "validators", "min_length": "validators", "format": "inputType", "look": "rateType",
}  # fmt: skip
_OF_SCALES = {"labels": "rateValues", "min": "rateMin", "max": "rateMax", "step": "rateStep", "points": "rateMax"}
_SAME_IN_ITEMS = frozenset({"name", "type", "rows", "columns", "extra"})
_SAME = frozenset({"title", "extra", "pages"})


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the JSON the parts of a survey came from.

    Attributes
    ----------
    pages : list of str
        JSON path of each page.
    items : dict
        Number of the page and of the item on it → JSON path.
    types : dict
        JSON path of an item → its type.
    ends : dict
        ``end_if[0]``, ``thanks[1]`` → JSON path.
    """

    pages: list[str] = field(default_factory=list)
    items: dict[tuple[int, int], str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)


def in_json(finding: Finding, places: Places) -> Finding:
    """Return a finding about a survey file as one about the JSON that it was read from."""
    place = _PLACE.fullmatch(finding.field)
    if place is None:
        return replace(finding, field=_of_survey(finding.field, places))
    page, item, rest = int(place[1]), place[2], place[3] or ""
    if item is None:
        named = rest.replace("show_if", "visibleIf").replace("items", "elements")
        return replace(finding, field=_joined(places.pages[page], named))
    path = places.items[page, int(item)]
    return replace(finding, field=_joined(path, _of_item(rest, places.types.get(path, ""))))


def _of_survey(field: str, places: Places) -> str:
    end = next((end for end in places.ends if field == end or field.startswith(f"{end}.")), None)
    if end is not None:
        return places.ends[end]
    head = re.split(r"[.\[]", field, maxsplit=1)[0]
    return field if head in _SAME else f"{FEEDBACK}.{field}"


def _of_item(field: str, kind: str) -> str:
    names = {pair.key: pair.prop for pair in PAIRS.get(kind, ())}
    own = _OF_SCALES if kind in {"nps", "csat", "ces", "rating"} else {}
    head, *tail = field.split(".")
    known = {**_WITHIN, **own, **names}
    if not field or head.partition("[")[0] not in known.keys() | _SAME_IN_ITEMS:
        return f"{FEEDBACK}.{field}" if field else ""
    if head.startswith("checks"):
        return "validators"  # there are others between them
    return ".".join([_renamed(head, known), *(_renamed(part, _INNER) for part in tail)])


_INNER = {"show_if": "visibleIf", "exclusive": "isExclusive", "expr": "expression", "message": "text"}


def _renamed(part: str, names: Mapping[str, str]) -> str:
    head = part.partition("[")[0]
    return names.get(head, head) + part.removeprefix(head)


def _joined(path: str, rest: str) -> str:
    return f"{path}.{rest}" if rest else path
