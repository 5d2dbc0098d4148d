"""JSON from anywhere, looked through before anything is made of it: its depth, its size, its keys."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from closeloop.survey.findings import Finding, definition_error
from closeloop.text import LocalText, message

WHAT = "SurveyJS JSON"
"""What faults are found in."""

_MOST_DEPTH = 60
_MOST_PARTS = 500_000
_MOST_TEXT = 1_000_000
_MOST_DIGITS = 300
_MOST_FAULTS = 20
# Keys by which one program makes another change what all of its objects are.
_HARMFUL = frozenset({"__proto__", "prototype", "constructor"})


def checked_json(data: object) -> dict[str, Any]:
    """Return JSON that can be read without harm: a mapping, not too deep, not too large, its keys text.

    Raises
    ------
    SurveyDefinitionError
        With the JSON path of what is not as it should be.

    Examples
    --------
    >>> checked_json({"title": "Survey"})
    {'title': 'Survey'}
    """
    if not isinstance(data, Mapping):
        raise definition_error(WHAT, [_finding("not_an_object", "", message("surveyjs.not_an_object"))])
    faults: list[Finding] = []
    waiting: list[tuple[object, str, int]] = [(data, "", 0)]
    parts = 0
    while waiting and len(faults) < _MOST_FAULTS:
        value, path, depth = waiting.pop()
        parts += 1
        text = _fault(value, depth, parts)
        if text is not None:
            faults.append(_finding("not_json", path, text))
            if parts > _MOST_PARTS:
                break
        elif isinstance(value, Mapping):
            for key, entry in value.items():
                if not isinstance(key, str) or key in _HARMFUL:
                    faults.append(_finding("key", path, message("surveyjs.key", key=str(key)[:60])))
                else:
                    waiting.append((entry, f"{path}.{key}".lstrip("."), depth + 1))
        elif isinstance(value, (list, tuple)):
            waiting.extend((entry, f"{path}[{place}]", depth + 1) for place, entry in enumerate(value))
    if faults:
        raise definition_error(WHAT, faults)
    copy: dict[str, Any] = _copied(data)
    return copy


def _fault(value: object, depth: int, parts: int) -> LocalText | None:
    """Return what is wrong with one part of the JSON by itself."""
    if depth > _MOST_DEPTH:
        return message("surveyjs.deep", most=_MOST_DEPTH)
    if parts > _MOST_PARTS:
        return message("surveyjs.large", most=_MOST_PARTS)
    if isinstance(value, str):
        return message("surveyjs.long", most=_MOST_TEXT, found=len(value)) if len(value) > _MOST_TEXT else None
    if isinstance(value, float):
        return None if math.isfinite(value) else message("surveyjs.not_json", found=value)
    if isinstance(value, int):
        too_large = abs(value) >= 10**_MOST_DIGITS
        return message("surveyjs.not_json", found="10^" + str(_MOST_DIGITS)) if too_large else None
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return None
    return message("surveyjs.not_json", found=type(value).__name__)


def _finding(code: str, path: str, text: LocalText) -> Finding:
    return Finding(code=f"surveyjs_{code}", field=path, message=text)


def _copied(value: Any) -> Any:
    """Return a copy of plain dicts and lists."""
    if isinstance(value, Mapping):
        return {key: _copied(entry) for key, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, (list, tuple)) else value
