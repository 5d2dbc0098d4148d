"""Questions of SurveyJS as items."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from closeloop.survey.surveyjs.markup import has_markup, read_html
from closeloop.survey.surveyjs.pairs import PAIRS
from closeloop.survey.surveyjs.read_choices import is_one_to_n, read_choices, read_points, steps_of
from closeloop.survey.surveyjs.read_validators import read_validators
from closeloop.survey.surveyjs.reading import Data, Reading, with_verbatim
from closeloop.text import message

# Properties that change what an answer is called or what it is: kept as they are, they would be misunderstood.
_MEANING = (
    "valueName", "valueTrue", "valueFalse", "valuePropertyName", "choicesFromQuestion", "choicesByUrl",
    "showRefuseItem", "showDontKnowItem",
)  # fmt: skip
_FORMATS = ("email", "tel", "url")
_KIND_POINTS: Mapping[str, tuple[range, ...]] = {
    "nps": (range(11),),
    "csat": tuple(range(1, points + 1) for points in (3, 4, 5, 7, 10)),
    "ces": (range(1, 6), range(1, 8)),
}
_NUMBER_TEXT = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One question on its way: `rest` is what is not yet read, `item` what is."""

    path: str
    rest: Data
    feedback: Data
    item: Data
    reading: Reading


def read_question(raw: object, path: str, reading: Reading) -> Data:
    """Return a question as an item; faults are noted in `reading`.

    Parameters
    ----------
    raw : object
        The question, as JSON has it.
    path : str
        Its JSON path.
    reading : Reading
        The languages and the faults so far.
    """
    rest = reading.mapping(raw, path)
    if rest is None:
        return {}
    js_type, name = rest.pop("type", None), rest.pop("name", None)
    if not isinstance(rest.get("inputType", ""), str):
        reading.fault(f"{path}.inputType", "not_text")
        rest.pop("inputType")
    kind = _kind(js_type, rest)
    if kind is None:
        key = "panel" if js_type in ("panel", "paneldynamic") else "unsupported"
        reading.fault(path, key, type=str(js_type)[:60], name=str(name)[:60])
        return {}
    for prop in _MEANING:
        if rest.get(prop):
            reading.fault(f"{path}.{prop}", "meaning", prop=prop)
    feedback = reading.feedback(rest, path)
    item: Data = {"name": name, "type": kind}
    if kind == "hidden":
        rest.pop("visible")
        rest.pop("clearIfInvisible")
    else:
        item |= reading.shown(rest, path)
    if rest.get("requiredIf"):
        rest.pop("isRequired", None)  # SurveyJS writes how it stands at the moment
    if rest.get("enableIf"):
        rest.pop("readOnly", None)
    look = _LOOKS.get(str(js_type))
    if look is not None:
        item["look"] = look
    item |= reading.pairs(PAIRS[kind], rest)
    _READERS[kind](_Sheet(path, rest, feedback, item, reading))
    kept = read_validators(item, rest.pop("validators", []), path, reading)
    if kept:
        rest["validators"] = kept
    extra = with_verbatim(feedback, rest)
    feedback.pop("kind", None)
    return {**feedback, **item, **extra}


def _kind(js_type: object, rest: Data) -> str | None:
    """Return the type of item that a question is; None if there is none like it."""
    if js_type != "text":
        return _KINDS.get(js_type) if isinstance(js_type, str) else None
    given = rest.get("inputType", "text")
    if rest.get("visible") is False and rest.get("clearIfInvisible") == "none" and not rest.get("visibleIf"):
        return "hidden" if given == "text" else "text"
    if given in {"number", "range"}:
        return "number"
    return "date" if given == "date" else "text"


def _scale(sheet: _Sheet) -> None:
    rest, item = sheet.rest, sheet.item
    look = rest.pop("rateType", "labels")
    if look != "labels":
        item["look"] = look
    generated = rest.pop("autoGenerate", None)
    values = rest.get("rateValues")
    if values and generated is not True:
        rest.pop("rateValues")
        numbers = _from_values(sheet, values)
    else:
        numbers = _from_numbers(rest)
    for prop in ("rateMin", "rateMax", "rateStep", "rateCount"):
        rest.pop(prop, None)
    wanted = sheet.feedback.get("kind", "rating")
    known = wanted if isinstance(wanted, str) else "rating"
    if known == "rating" or numbers in _KIND_POINTS.get(known, ()):
        item["type"] = known
    else:
        item |= {"type": "rating", "to_confirm": dict(message("surveyjs.kind_lost", kind=known))}
    if item["type"] in {"csat", "ces"} and isinstance(numbers, range):
        item["points"] = numbers[-1]
    elif item["type"] == "rating":
        low, high, step = (numbers[0], numbers[-1], numbers.step) if isinstance(numbers, range) else numbers
        item |= {"min": low, "max": high, "step": step}


def _from_values(sheet: _Sheet, values: object) -> range | tuple[object, object, object]:
    """Read the points that are listed one by one."""
    points, labels, _ = read_points(values, sheet.reading)
    steps = steps_of(points)
    if steps is None:
        sheet.reading.fault(f"{sheet.path}.rateValues", "rate_values")
        return range(1, 6)
    _add_labels(sheet, labels)
    return steps


def _from_numbers(rest: Data) -> range | tuple[object, object, object]:
    """Read the points that SurveyJS makes from the smallest, the largest and the distance; as it does."""
    given = {prop: rest[prop] for prop in ("rateMin", "rateMax", "rateStep", "rateCount") if prop in rest}
    numbers = {
        prop: int(value) if isinstance(value, float) and value.is_integer() else value for prop, value in given.items()
    }
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in numbers.values()):
        return numbers.get("rateMin", 1), numbers.get("rateMax", 5), numbers.get("rateStep", 1)  # refused there
    step, count = numbers.get("rateStep", 1), numbers.get("rateCount", 5)
    low, high = numbers.get("rateMin", 1), numbers.get("rateMax", 5)
    if "rateCount" in numbers and "rateMin" in numbers and "rateMax" not in numbers:
        high = low + step * (count - 1)
    if "rateCount" in numbers and "rateMax" in numbers and "rateMin" not in numbers:
        low = high - step * (count - 1)
    if step < 1 or high <= low or (high - low) // step > 1000:
        return low, high, step
    return range(low, low + (high - low) // step * step + 1, step)


def _add_labels(sheet: _Sheet, labels: Mapping[int, object]) -> None:
    kept = sheet.feedback.pop("labels", {})
    both = {**(kept if isinstance(kept, Mapping) else {}), **{str(point): text for point, text in labels.items()}}
    if both:
        sheet.item["labels"] = both


def _choices(sheet: _Sheet) -> None:
    if sheet.rest.get("storeOthersAsComment") is False:
        sheet.reading.fault(f"{sheet.path}.storeOthersAsComment", "meaning", prop="storeOthersAsComment")
    if "choices" in sheet.rest:
        sheet.item["options"] = read_choices(sheet.rest.pop("choices"), f"{sheet.path}.choices", sheet.reading)


def _matrix(sheet: _Sheet) -> None:
    if sheet.rest.get("cellType", "radio") != "radio":
        sheet.reading.fault(f"{sheet.path}.cellType", "meaning", prop="cellType")
    columns = sheet.rest.pop("columns", None)
    points, labels, ends = read_points(columns, sheet.reading)
    if is_one_to_n(points):
        sheet.item["points"] = len(points)
        _add_labels(sheet, labels)
        sheet.item.update(ends)
    elif columns is not None:
        sheet.item["columns"] = read_choices(columns, f"{sheet.path}.columns", sheet.reading)
    if "rows" in sheet.rest:
        sheet.item["rows"] = read_choices(sheet.rest.pop("rows"), f"{sheet.path}.rows", sheet.reading)


def _yesno(sheet: _Sheet) -> None:
    texts = {key: sheet.rest.pop(prop, None) for key, prop in (("yes", "labelTrue"), ("no", "labelFalse"))}
    labels = {key: sheet.reading.texts.read(text) for key, text in texts.items() if text not in (None, "")}
    if labels:
        sheet.item["labels"] = labels


def _line(sheet: _Sheet) -> None:
    given = sheet.rest.get("inputType", "text")
    if given == "text" or given in _FORMATS:
        sheet.rest.pop("inputType", None)
        sheet.item["format"] = given


def _number(sheet: _Sheet) -> None:
    if sheet.rest.get("inputType") == "number":
        sheet.rest.pop("inputType")
    if sheet.rest.get("step") == 1 and not isinstance(sheet.rest["step"], bool):
        sheet.rest.pop("step")
        sheet.item["integer"] = True
    for key in ("min", "max"):
        limit = sheet.item.get(key)
        if isinstance(limit, str) and _NUMBER_TEXT.fullmatch(limit):
            sheet.item[key] = float(limit) if "." in limit else int(limit)


def _date(sheet: _Sheet) -> None:
    sheet.rest.pop("inputType", None)


def _note(sheet: _Sheet) -> None:
    html = sheet.rest.pop("html", None)
    if html in (None, ""):
        return
    text = read_html(html, sheet.reading.texts)
    sheet.item["ask"] = text
    if has_markup(html):
        sheet.rest["html"] = html


def _nothing(sheet: _Sheet) -> None:
    """Read nothing beside what only has another name."""


_KINDS: Mapping[str, str] = {
    "rating": "rating", "radiogroup": "single", "dropdown": "single", "checkbox": "multi", "tagbox": "multi",
    "matrix": "matrix", "ranking": "ranking", "boolean": "yesno", "comment": "comment", "html": "note",
}  # fmt: skip
_LOOKS = {"dropdown": "dropdown", "tagbox": "tags"}
_READERS: Mapping[str, Callable[[_Sheet], None]] = {
    "rating": _scale, **dict.fromkeys(("single", "multi", "ranking"), _choices), "matrix": _matrix, "yesno": _yesno,
    "text": _line, "number": _number, "date": _date, "comment": _nothing, "note": _note, "hidden": _nothing,
}  # fmt: skip
