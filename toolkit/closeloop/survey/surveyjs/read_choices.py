"""The item values of SurveyJS as options, rows, columns and points."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from closeloop.survey.surveyjs.pairs import FEEDBACK, Pair
from closeloop.survey.surveyjs.reading import Data, Reading, with_verbatim

_MOST_POINTS = 20
_PAIRS = (Pair("show_if", "visibleIf"), Pair("exclusive", "isExclusive"))


def read_choices(values: object, path: str, reading: Reading) -> object:
    """Return a list of options, rows or columns as a survey file holds them; what is no list comes back as it is."""
    if not isinstance(values, list):
        return values
    return [_choice(value, f"{path}[{place}]", reading) for place, value in enumerate(values)]


def _choice(raw: object, path: str, reading: Reading) -> object:
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, Mapping):
        return _with_value({}, raw, {}, {})
    rest = reading.mapping(raw, path) or {}
    value = rest.pop("value", None)
    feedback = reading.feedback(rest, path)
    feedback.pop("end", None)
    if rest.get("elements"):
        reading.fault(f"{path}.elements", "choice_elements")
    rest.pop("elements", None)
    option = reading.pairs(_PAIRS, rest)
    text = rest.pop("text", None)
    if text is not None and text != "":
        option["text"] = reading.texts.read(text, _value_text(value))
    return _with_value(option, value, feedback, rest)


def _with_value(option: Data, value: object, feedback: Data, verbatim: Data) -> Data:
    """Return an option whose value is text, as a survey file has it; the value as it was is kept beside."""
    if value is None:
        return {**feedback, **option, **with_verbatim(feedback, verbatim)}  # refused for want of a value
    text = _value_text(value)
    if text != value and text is not None:
        verbatim = {**verbatim, "value": value}
    extra = with_verbatim(feedback, verbatim)
    return {**feedback, "value": value if text is None else text, **option, **extra}


def _value_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (str, int, float)) else None


def read_points(values: object, reading: Reading) -> tuple[list[int], dict[int, object], dict[str, object]]:
    """Return the points that a list of item values stands for, their labels, and what stands at the ends.

    No points are returned where the values are no whole numbers, or say more than a number and a text.
    """
    points: list[int] = []
    labels: dict[int, object] = {}
    ends: dict[str, object] = {}
    for value in values if isinstance(values, list) else ():
        whole: Mapping[str, Any] = value if isinstance(value, Mapping) else {"value": value}
        point, feedback = _whole_number(whole.get("value")), whole.get(FEEDBACK, {})
        end = feedback.get("end") if isinstance(feedback, Mapping) and feedback.keys() <= {"end"} else None
        if point is None or not whole.keys() <= {"value", "text", FEEDBACK} or (feedback and end is None):
            return [], {}, {}
        points.append(point)
        text = whole.get("text")
        if text is not None and text != "":
            words = reading.texts.read(text, str(point))
            if end is None:
                labels[point] = words
            else:
                ends[str(end)] = words
    return points, labels, ends


def _whole_number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if value == int(value) else None


def is_one_to_n(points: list[int]) -> bool:
    """Say whether points are 1, 2, 3 … as the columns of a matrix of points are.

    Examples
    --------
    >>> is_one_to_n([1, 2, 3]), is_one_to_n([0, 1, 2]), is_one_to_n([])
    (True, False, False)
    """
    return 2 <= len(points) <= _MOST_POINTS and points == list(range(1, len(points) + 1))


def steps_of(points: list[int]) -> range | None:
    """Return points of equal distance as a range; None if they are not.

    Examples
    --------
    >>> steps_of([0, 5, 10]), steps_of([1, 2, 4])
    (range(0, 11, 5), None)
    """
    if len(points) < 2 or points[1] <= points[0]:
        return None
    step = points[1] - points[0]
    equal = all(later - earlier == step for earlier, later in pairwise(points))
    return range(points[0], points[-1] + 1, step) if equal else None
