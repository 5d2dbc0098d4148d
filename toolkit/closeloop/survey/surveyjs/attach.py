"""What SurveyJS did not carry through, put back from the survey that was exported before.

An editor that does not know ``feedback`` drops it. The survey as it was then supplies it: metrics, version and all else
of the file; the type, the short name, the mark of personal data and the like of an item by its name; the codes of
options by their value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.errors import closest
from closeloop.survey.findings import Finding
from closeloop.survey.surveyjs.pairs import FEEDBACK
from closeloop.survey.surveyjs.reading import Data
from closeloop.survey.surveyjs.write import to_surveyjs
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_LISTS = ("choices", "rows", "columns")


def attached(data: Data, base: Survey) -> Data:
    """Return JSON with what `base` has below ``feedback``, where the JSON has lost it.

    Parameters
    ----------
    data : dict
        SurveyJS JSON. Where the survey itself still has ``feedback``, nothing is put back.
    base : Survey
        The survey from which the JSON was made.
    """
    if FEEDBACK in data:
        return data
    before = to_surveyjs(base)
    known = {question["name"]: question for question in _questions(before)}
    for question in _questions(data):
        name = question.get("name")
        earlier = known.get(name) if isinstance(name, str) else None
        if earlier is not None and FEEDBACK not in question:
            _attach(question, earlier)
    return data | {FEEDBACK: before[FEEDBACK]}


def _questions(data: Mapping[str, Any]) -> Iterator[Data]:
    """Give the questions on all pages."""
    pages = data.get("pages", [])
    for page in [data, *(pages if isinstance(pages, list) else [])]:
        for key in ("elements", "questions"):
            elements = page.get(key, []) if isinstance(page, Mapping) else []
            yield from (each for each in (elements if isinstance(elements, list) else []) if isinstance(each, dict))


def _attach(question: Data, earlier: Data) -> None:
    """Put back what one question and its choices have lost."""
    if FEEDBACK in earlier:
        question[FEEDBACK] = earlier[FEEDBACK]
    for key in _LISTS:
        before = {
            str(each["value"]): each[FEEDBACK]
            for each in earlier.get(key, [])
            if isinstance(each, Mapping) and FEEDBACK in each
        }
        choices = question.get(key, [])
        if before and isinstance(choices, list):
            question[key] = [_with_feedback(choice, before) for choice in choices]


def _with_feedback(choice: Any, before: Mapping[str, Any]) -> Any:
    whole = choice if isinstance(choice, Mapping) else {"value": choice}
    feedback = before.get(str(whole.get("value")))
    return choice if feedback is None or FEEDBACK in whole else {**whole, FEEDBACK: feedback}


def marked_new(survey: Data, base: Survey) -> None:
    """Have a person look at the items that `base` does not know: nothing could be put back into them."""
    items = [item for page in survey["pages"] for item in page.get("items", []) if item.get("name")]
    names = {str(item["name"]) for item in items}
    gone = [item.name for item in base.items if item.name not in names]
    known = {item.name for item in base.items}
    for item in items:
        if str(item["name"]) in known:
            continue
        if not gone:
            item["to_confirm"] = dict(message("surveyjs.new_item"))
            continue
        near = dict.fromkeys((*closest(str(item["name"]), gone), *gone))
        item["to_confirm"] = dict(message("surveyjs.new_item_gone", names=", ".join(list(near)[:3])))


def explained(findings: Sequence[Finding], given: Data, base: Survey | None) -> list[Finding]:
    """Say of what was put back and does not fit that it comes from `base`, and what to do about it."""
    if base is None or FEEDBACK in given:
        return list(findings)
    where = str(base.path or base.id)
    return [
        replace(finding, suggestion=message("surveyjs.from_base", base=where))
        if finding.field.startswith(f"{FEEDBACK}.")
        else finding
        for finding in findings
    ]
