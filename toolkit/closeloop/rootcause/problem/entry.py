"""Small immutable records that people write: a wrong field is named in a sentence, not in a program's report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from closeloop.errors import closest
from closeloop.html import harmless
from closeloop.text import LocalText, message
from closeloop.versioned import State
from closeloop.written import told_joined

_EXPECTED = {
    "date_type": "day", "date_parsing": "day", "date_from_datetime_parsing": "day", "date_from_datetime_inexact": "day",
    "float_type": "number", "float_parsing": "number", "finite_number": "number", "int_type": "number",
    "int_parsing": "number", "bool_type": "yes_no", "bool_parsing": "yes_no", "string_type": "text",
    "tuple_type": "list", "dict_type": "object", "model_type": "object", "dataclass_type": "object",
    "is_instance_of": "object",
}  # fmt: skip
"""Kind of fault → the word for what was expected."""


class Entry(State):
    """Base of countermeasures, tasks, turns of the PDCA cycle and lessons; made with keywords.

    Raises
    ------
    ValueError
        If a field is missing, unknown or of the wrong kind.
    """

    def __init__(self, **fields: Any) -> None:
        shown = {name: harmless(value) if isinstance(value, str) else value for name, value in fields.items()}
        try:
            super().__init__(**shown)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise ValueError(_refusal(type(self).__name__, first, list(type(self).model_fields))) from None


def _refusal(what: str, fault: Mapping[str, Any], names: list[str]) -> LocalText:
    """Return in our own words, in both languages, what is wrong with a field."""
    kind, where = fault["type"], ".".join(map(str, fault["loc"]))
    own = fault.get("ctx", {}).get("error")  # our own words, where it was we who refused
    if isinstance(own, ValueError):
        reason = own.args[0] if own.args and isinstance(own.args[0], LocalText) else LocalText(str(own))
        return message("problem.wrong_field", what=what, field=where, reason=reason) if where else reason
    if kind == "missing":
        return message("problem.field_missing", what=what, field=where)
    if kind == "extra_forbidden":
        near = closest(where, names, n=1)
        hint = message("whys.did_you_mean", name=near[0]) if near else message("problem.fields", names=", ".join(names))
        return told_joined([message("problem.field_unknown", what=what, field=where), hint], " ", "")
    return message("problem.wrong_field", what=what, field=where, reason=_reason(kind, fault))


def _reason(kind: str, fault: Mapping[str, Any]) -> LocalText:
    found, limits = repr(fault["input"])[:80], fault.get("ctx", {})
    if kind == "literal_error":
        choices = str(limits["expected"]).replace(" or ", ", ").replace("'", "")
        text = message("problem.expected_choice", choices=choices, found=found)
        near = closest(str(fault["input"]), choices.split(", "), n=1)
        return told_joined([text, message("whys.did_you_mean", name=near[0])], " ", "") if near else text
    if kind == "string_too_short":
        return message("problem.expected_words")
    if kind == "greater_than_equal":
        return message("problem.expected_least", least=limits["ge"], found=found)
    if kind in _EXPECTED:
        return message(f"problem.expected_{_EXPECTED[kind]}", found=found)
    return LocalText(str(fault["msg"]))
