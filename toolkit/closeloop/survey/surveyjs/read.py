"""SurveyJS JSON as a survey: refused with its JSON paths where a part has no counterpart, never read in part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.findings import definition_error
from closeloop.survey.surveyjs.attach import attached, explained, marked_new
from closeloop.survey.surveyjs.guard import WHAT, checked_json
from closeloop.survey.surveyjs.markup import has_markup, read_html
from closeloop.survey.surveyjs.pairs import FEEDBACK
from closeloop.survey.surveyjs.places import Places, in_json
from closeloop.survey.surveyjs.read_items import read_question
from closeloop.survey.surveyjs.read_languages import read_languages
from closeloop.survey.surveyjs.reading import Data, Reading, with_verbatim

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_UNNAMED = "imported-survey"


def from_surveyjs(data: Mapping[str, Any], *, base: Survey | None = None, id: str | None = None) -> Survey:
    """Return the survey that SurveyJS JSON describes; see `Survey.from_surveyjs`."""
    from closeloop.survey.load import survey_from_dict

    given = checked_json(data)
    whole = given if base is None else attached(given, base)
    reading = Reading(read_languages(whole))
    places = Places()
    survey = _survey(whole, reading, places, id)
    if reading.faults:
        raise definition_error(WHAT, reading.faults)
    if base is not None and FEEDBACK not in given:
        marked_new(survey, base)
    try:
        return survey_from_dict(survey)
    except SurveyDefinitionError as error:
        findings = [in_json(finding, places) for finding in error.findings]
        raise definition_error(WHAT, explained(findings, given, base)) from None


def _survey(data: Data, reading: Reading, places: Places, id: str | None) -> Data:
    rest = reading.mapping(data, "") or {}
    feedback = reading.feedback(rest, "")
    page_feedback = feedback.pop("pages", {})
    survey: Data = {"format": 1, "version": 1, **feedback, "languages": list(reading.texts.languages)}
    survey["id"] = id or feedback.get("id") or _slug(rest.get("title"))
    rest.pop("locale", None)
    title = rest.pop("title", None)
    if title not in (None, ""):
        survey["title"] = reading.texts.read(title)
    if rest.get("storeOthersAsComment") is False:
        reading.fault("storeOthersAsComment", "meaning", prop="storeOthersAsComment")
    survey |= _thanks(rest, reading, places) | _ends(rest, reading, places)
    pages = _list_of(rest.pop("pages", None), "pages", reading)
    elements = rest.pop("elements", None)
    if elements is not None:
        pages.insert(0, ("", {"elements": elements}))
    names = {str(page.get("name")) for _, page in pages if isinstance(page, Mapping)}
    survey["pages"] = [
        _page(page, path, number, page_feedback, names, reading, places) for number, (path, page) in enumerate(pages)
    ]
    survey |= with_verbatim(survey, rest)
    return survey


def _slug(title: object) -> str:
    """Return an id made of a title; a fixed one where the title has no Latin letters."""
    text = next(iter(title.values()), "") if isinstance(title, Mapping) else title
    words = re.findall(r"[a-z0-9]+", text.lower()) if isinstance(text, str) else []
    slug = "-".join(words)[:60].strip("-")
    return slug if slug[:1].isalpha() else _UNNAMED


def _list_of(value: object, path: str, reading: Reading) -> list[tuple[str, Any]]:
    """Return the entries of a list with their JSON paths; note a fault where it is none."""
    if value is None:
        return []
    if not isinstance(value, list):
        reading.fault(path, "not_a_list")
        return []
    return [(f"{path}[{place}]", entry) for place, entry in enumerate(value)]


def _page(
    raw: object,
    path: str,
    number: int,
    page_feedback: object,
    names: set[str],
    reading: Reading,
    places: Places,
) -> Data:
    places.pages.append(path)
    rest = reading.mapping(raw, path)
    if rest is None:
        return {}
    page = reading.shown(rest, path)
    name = rest.pop("name", None)
    page["name"] = name if _is_name(name) else _free_name(f"page{number + 1}", names)
    if name is not None and page["name"] != name:
        rest["name"] = name
    if rest.get("title"):
        page["title"] = reading.texts.read(rest.pop("title"))
    rest.pop("title", None)
    condition = rest.pop("visibleIf", None)
    if condition not in (None, ""):
        page["show_if"] = condition
    where = f"{path}.elements".lstrip(".")
    page["items"] = []
    for position, (place, element) in enumerate(_list_of(rest.pop("elements", []), where, reading)):
        item = read_question(element, place, reading)
        places.items[number, position] = place
        places.types[place] = str(item.get("type"))
        page["items"].append(item)
    own = page_feedback.get(page["name"], {}) if isinstance(page_feedback, Mapping) else {}
    kept = dict(own) if isinstance(own, Mapping) else {}
    return page | with_verbatim(kept, rest)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isascii() and name.isidentifier() and "__" not in name


def _free_name(name: str, names: set[str]) -> str:
    while name in names:
        name += "x"
    names.add(name)
    return name


def _ends(rest: Data, reading: Reading, places: Places) -> Data:
    """Read the triggers that complete the survey; the others are kept."""
    ends: list[Any] = []
    others: list[Any] = []
    for path, trigger in _list_of(rest.pop("triggers", None), "triggers", reading):
        if not isinstance(trigger, Mapping):
            reading.fault(path, "not_an_object")
        elif trigger.get("type") != "complete":
            others.append(trigger)
        elif trigger.keys() != {"type", "expression"}:
            reading.fault(path, "only_these", known="type, expression")
        else:
            places.ends[f"end_if[{len(ends)}]"] = f"{path}.expression"
            ends.append(trigger["expression"])
    if others:
        rest["triggers"] = others
    return {"end_if": ends} if ends else {}


def _thanks(rest: Data, reading: Reading, places: Places) -> Data:
    """Read what is said at the end; its markup is kept."""
    thanks: list[Data] = []
    marked: list[Data] = []
    for path, branch in _list_of(rest.pop("completedHtmlOnCondition", None), "completedHtmlOnCondition", reading):
        if not isinstance(branch, Mapping):
            reading.fault(path, "not_an_object")
        elif branch.keys() != {"expression", "html"}:
            reading.fault(path, "only_these", known="expression, html")
        else:
            places.ends[f"thanks[{len(thanks)}]"] = path
            thanks.append({"if": branch["expression"], "text": read_html(branch["html"], reading.texts)})
            if has_markup(branch["html"]):
                marked.append(dict(branch))
    html = rest.pop("completedHtml", None)
    if html not in (None, ""):
        places.ends[f"thanks[{len(thanks)}]"] = "completedHtml"
        thanks.append({"text": read_html(html, reading.texts)})
        if has_markup(html):
            rest["completedHtml"] = html
    if marked:
        rest["completedHtmlOnCondition"] = marked
    return {"thanks": thanks} if thanks else {}
