"""A survey as SurveyJS JSON, in the form in which SurveyJS itself would write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import BaseItem, TextItem
from closeloop.survey.document import path_text
from closeloop.survey.findings import Finding, definition_error
from closeloop.survey.surveyjs.locales import Texts, default_language
from closeloop.survey.surveyjs.markup import written_html
from closeloop.survey.surveyjs.pairs import FEEDBACK
from closeloop.survey.surveyjs.write_choices import foreign_parts
from closeloop.survey.surveyjs.write_items import written_question
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_READ = frozenset({"title", "locale", "pages", "elements", "questions", FEEDBACK})
_PAGE_READ = frozenset({"title", "visibleIf", "visible", "elements", "questions", FEEDBACK})
# Every object of JavaScript has these, so SurveyJS would take them for an answer that is always there.
_RESERVED = frozenset(
    {"constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf"}
)
# What a pattern of Python may contain and one of JavaScript may not.
_PYTHON_ONLY = ("(?P", "(?#", "(?a", "(?i", "(?L", "(?m", "(?s", "(?u", "(?x", "(?(", "(?>", "\\A", "\\Z")


def to_surveyjs(survey: Survey) -> dict[str, Any]:
    """Return a survey as SurveyJS JSON; see `Survey.to_surveyjs`."""
    faults = list(_faults(survey))
    if faults:
        raise definition_error(str(survey.path or ""), faults)
    data = survey.to_dict()
    texts = Texts(survey.languages, default_language(survey.languages))
    known, kept = foreign_parts(data.pop("extra", {}), _READ)
    written: dict[str, Any] = {"title": texts.write(data.pop("title"))}
    if texts.locale is not None:
        written["locale"] = texts.locale
    written |= _thanks(data, texts, known)
    page_feedback: dict[str, Any] = {}
    written["pages"] = [_page(page, survey, texts, page_feedback) for page in data.pop("pages")]
    triggers = [{"type": "complete", "expression": text} for text in data.pop("end_if", [])]
    triggers += known.pop("triggers", [])
    if triggers:
        written["triggers"] = triggers
    feedback = data | ({"extra": kept} if kept else {}) | ({"pages": page_feedback} if page_feedback else {})
    return {**known, **written, FEEDBACK: feedback}


def _faults(survey: Survey) -> Iterator[Finding]:
    """Give what is sound in a survey file and would not work in a browser."""
    for number, page in enumerate(survey.definition.pages):
        for position, item in enumerate(page.items):
            path = ("pages", number, "items", position)
            if item.name in _RESERVED:
                text = message("surveyjs.reserved", name=item.name)
                yield Finding(code="surveyjs_reserved", item=item.name, field=path_text((*path, "name")), message=text)
            pattern = item.pattern if isinstance(item, TextItem) else None
            found = next((part for part in _PYTHON_ONLY if pattern is not None and part in pattern), None)
            if found is not None:
                text = message("surveyjs.pattern", found=found)
                yield Finding(
                    code="surveyjs_pattern", item=item.name, field=path_text((*path, "pattern")), message=text
                )


def _page(page: dict[str, Any], survey: Survey, texts: Texts, feedback: dict[str, Any]) -> dict[str, Any]:
    known, kept = foreign_parts(page.get("extra", {}), _PAGE_READ)
    if kept:
        feedback[page["name"]] = {"extra": kept}
    written = {"name": known.pop("name", page["name"])}
    if "title" in page:
        written["title"] = texts.write(page["title"])
    if "show_if" in page:
        written["visibleIf"] = page["show_if"]
    items: list[BaseItem] = [survey.item(item["name"]) for item in page["items"]]
    elements = [written_question(item, data, texts) for item, data in zip(items, page["items"], strict=True)]
    return {**known, **written, "elements": elements}


def _thanks(data: dict[str, Any], texts: Texts, known: dict[str, Any]) -> dict[str, Any]:
    """Return what is said at the end, taken out of `data`; what SurveyJS cannot hold stays there."""
    thanks = data.get("thanks", [])
    marked = {"": known.pop("completedHtml", None)}
    marked |= {each.get("expression"): each.get("html") for each in known.pop("completedHtmlOnCondition", [])}
    conditions = [each.get("if") for each in thanks]
    if None in conditions[:-1] or len(set(conditions)) < len(conditions):
        return {}  # nobody would ever read what comes after a text without a condition
    data.pop("thanks", None)
    written: dict[str, Any] = {}
    branches = [
        {"expression": each["if"], "html": written_html(each["text"], texts, marked.get(each["if"]))}
        for each in thanks
        if "if" in each
    ]
    if branches:
        written["completedHtmlOnCondition"] = branches
    if conditions and conditions[-1] is None:
        written["completedHtml"] = written_html(thanks[-1]["text"], texts, marked.get(""))
    return written
