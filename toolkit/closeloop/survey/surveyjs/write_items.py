"""Items as questions of SurveyJS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.forms.items import BaseItem
from closeloop.survey.surveyjs.locales import Texts
from closeloop.survey.surveyjs.markup import written_html
from closeloop.survey.surveyjs.pairs import FEEDBACK, PAIRS, SCALES
from closeloop.survey.surveyjs.write_choices import Data, foreign_parts, written_choice, written_points

_ALWAYS_READ = frozenset({"type", "name", "visible", FEEDBACK})
_READ: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        SCALES, frozenset({"rateMin", "rateMax", "rateStep", "rateCount", "rateValues", "autoGenerate", "rateType"})
    ),
    **dict.fromkeys(("single", "multi", "ranking"), frozenset({"choices"})),
    "matrix": frozenset({"columns", "rows"}),
    "yesno": frozenset({"labelTrue", "labelFalse"}),
    "date": frozenset({"inputType"}),
    "hidden": frozenset({"inputType", "clearIfInvisible", "visibleIf"}),
}
_WHAT = {"regex": "regex", "text": "minLength", "expression": "expression"}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One item on its way: `rest` are the keys not yet written, `question` and `own` what is written of it."""

    item: BaseItem
    rest: Data
    question: Data
    own: list[Data]
    texts: Texts


def written_question(item: BaseItem, data: Mapping[str, Any], texts: Texts) -> Data:
    """Return an item as a question: what SurveyJS knows under its names, the rest below ``feedback``.

    Parameters
    ----------
    item : BaseItem
    data : mapping
        The item as it stands in the file.
    texts : Texts
        How texts are written.
    """
    rest = {key: value for key, value in data.items() if key not in {"name", "type", "extra"}}
    # SurveyJS would let requiredIf alone decide.
    held_back = {"require_if": rest.pop("require_if")} if item.required and item.require_if is not None else {}
    question: Data = {"type": _TYPES[item.type], "name": item.name}
    for pair in PAIRS[item.type]:
        if pair.key in rest and rest[pair.key] not in pair.unset:
            value = rest.pop(pair.key)
            question[pair.prop] = texts.write(value) if pair.text else value
    read = {pair.prop for pair in PAIRS[item.type]} | _ALWAYS_READ | _READ.get(item.type, frozenset())
    known, kept = foreign_parts(data.get("extra", {}), read)
    sheet = _Sheet(item, rest, question, [], texts)
    _WRITERS[item.type](sheet)
    if item.type == "note":
        question["html"] = written_html(rest.pop("ask"), texts, known.pop("html", None))
    own = sheet.own + [
        {"type": "expression", "expression": check["expr"], "text": texts.write(check["message"])}
        for check in rest.pop("checks", [])
    ]
    if item.type in {"text", "number"} and "inputType" in known:
        question.pop("inputType", None)  # a kind of input that a survey file does not tell from others, such as a time
    foreign = known.pop("validators", [])
    validators = [*(each for each in own if not _among(each, foreign)), *foreign]
    if validators:
        question["validators"] = validators
    feedback = rest | held_back | ({"extra": kept} if kept else {})
    return {**known, **question} | ({FEEDBACK: feedback} if feedback else {})


def _among(validator: Data, foreign: Sequence[Any]) -> bool:
    """Say whether a validator is also among those that were kept whole because they say more than we know."""
    what = _WHAT.get(validator["type"])
    same = [each for each in foreign if isinstance(each, Mapping) and each.get("type") == validator["type"]]
    return any(what is None or each.get(what) == validator[what] for each in same)


def _scale(sheet: _Sheet) -> None:
    points = sheet.item.scale or range(0)
    values, left = written_points(points, sheet.rest.pop("labels", {}), sheet.texts)
    for key in ("points", "min", "max", "step"):
        sheet.rest.pop(key, None)
    if any(isinstance(value, dict) for value in values):
        sheet.question.update({"autoGenerate": False, "rateCount": len(points), "rateValues": values})
    else:
        numbers = {"rateMin": points[0], "rateMax": points[-1], "rateStep": points.step, "rateCount": len(points)}
        usual = {"rateMin": 1, "rateMax": 5, "rateStep": 1, "rateCount": 5}
        sheet.question.update({prop: number for prop, number in numbers.items() if number != usual[prop]})
    if "look" in sheet.rest:
        sheet.question["rateType"] = sheet.rest.pop("look")
    if left:
        sheet.rest["labels"] = left
    if sheet.item.type != "rating":
        sheet.rest["kind"] = sheet.item.type


def _choices(sheet: _Sheet) -> None:
    look = sheet.rest.pop("look", None)
    if look is not None:
        sheet.question["type"] = {"dropdown": "dropdown", "tags": "tagbox"}[look]
    ticked = sheet.item.type == "multi"
    sheet.question["choices"] = [
        written_choice(option, sheet.texts, ticked=ticked) for option in sheet.rest.pop("options")
    ]


def _matrix(sheet: _Sheet) -> None:
    if "columns" in sheet.rest:
        sheet.question["columns"] = [written_choice(column, sheet.texts) for column in sheet.rest.pop("columns")]
    else:
        sheet.rest.pop("points")
        points = sheet.item.scale or range(0)
        columns, left = written_points(points, sheet.rest.pop("labels", {}), sheet.texts)
        # A matrix of SurveyJS has no words for its ends, so they stand over the first and the last column.
        for end, place in (("low", 0), ("high", -1)):
            text = sheet.rest.get(end)
            if text is not None and columns[place] == points[place] and set(text.values()) != {str(points[place])}:
                columns[place] = {
                    "value": points[place],
                    "text": sheet.texts.write(sheet.rest.pop(end)),
                    FEEDBACK: {"end": end},
                }
        sheet.question["columns"] = columns
        if left:
            sheet.rest["labels"] = left
    sheet.question["rows"] = [written_choice(row, sheet.texts) for row in sheet.rest.pop("rows")]


def _yesno(sheet: _Sheet) -> None:
    labels = sheet.rest.pop("labels", {})
    for key, prop in (("yes", "labelTrue"), ("no", "labelFalse")):
        if key in labels:
            sheet.question[prop] = sheet.texts.write(labels[key])


def _line(sheet: _Sheet) -> None:
    if "format" in sheet.rest:
        sheet.question["inputType"] = sheet.rest.pop("format")
        if sheet.question["inputType"] == "email":
            sheet.own.append({"type": "email"})
    if sheet.rest.get("min_length"):
        sheet.own.append({"type": "text", "minLength": sheet.rest.pop("min_length")})
    if "pattern" in sheet.rest:
        sheet.own.append({"type": "regex", "regex": sheet.rest.pop("pattern")})


def _number(sheet: _Sheet) -> None:
    sheet.question["inputType"] = "number"
    if sheet.rest.pop("integer", False):
        sheet.question["step"] = 1
    sheet.own.append({"type": "numeric"})


def _date(sheet: _Sheet) -> None:
    sheet.question["inputType"] = "date"


def _hidden(sheet: _Sheet) -> None:
    # Without clearIfInvisible, SurveyJS would erase the value when the survey is completed.
    sheet.question.update({"visible": False, "clearIfInvisible": "none"})


def _plain(sheet: _Sheet) -> None:
    """Write nothing beside the keys that only have another name."""


_TYPES: Mapping[str, str] = {
    **dict.fromkeys(SCALES, "rating"), "single": "radiogroup", "multi": "checkbox", "matrix": "matrix",
    "ranking": "ranking", "yesno": "boolean", "text": "text", "number": "text", "date": "text", "hidden": "text",
    "comment": "comment", "note": "html",
}  # fmt: skip
_WRITERS: Mapping[str, Callable[[_Sheet], None]] = {
    **dict.fromkeys(SCALES, _scale), "single": _choices, "multi": _choices, "ranking": _choices, "matrix": _matrix,
    "yesno": _yesno, "text": _line, "number": _number, "date": _date, "comment": _plain, "note": _plain,
    "hidden": _hidden,
}  # fmt: skip
