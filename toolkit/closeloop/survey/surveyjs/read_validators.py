"""Validators of SurveyJS as checks, lengths, patterns and limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from closeloop.survey.surveyjs.reading import Data, Reading


def read_validators(item: Data, validators: object, path: str, reading: Reading) -> list[Any]:
    """Put into an item what its validators say, and return those that say more than an item can.

    A validator of which a part is understood is read and kept whole: nothing of it is lost on the way back.

    Parameters
    ----------
    item : dict
        The item so far; changed.
    validators : object
        As JSON has them.
    path : str
        The JSON path of the question.
    reading : Reading
        The languages and the faults so far.
    """
    if not isinstance(validators, list):
        reading.fault(f"{path}.validators", "not_a_list")
        return []
    kept = []
    for place, validator in enumerate(validators):
        if not isinstance(validator, Mapping):
            reading.fault(f"{path}.validators[{place}]", "not_an_object")
        elif not _read(item, validator, reading):
            kept.append(dict(validator))
    return kept


def _read(item: Data, validator: Mapping[str, Any], reading: Reading) -> bool:
    """Read one validator; say whether nothing of it is left."""
    kind, keys = validator.get("type"), validator.keys()
    if kind == "numeric" and item["type"] == "number":
        for key, prop in (("min", "minValue"), ("max", "maxValue")):
            if prop in validator:
                item.setdefault(key, validator[prop])
        return keys == {"type"}
    if kind == "email" and item.get("format") == "email":
        return keys == {"type"}
    if kind == "regex" and item["type"] == "text" and "pattern" not in item and _compiles(validator.get("regex")):
        item["pattern"] = validator["regex"]
        return keys == {"type", "regex"}
    if kind == "text" and item["type"] == "text" and "min_length" not in item and validator.get("minLength"):
        item["min_length"] = validator["minLength"]
        return keys == {"type", "minLength"}
    if kind == "expression" and item["type"] != "note" and validator.get("expression") and validator.get("text"):
        check = {"expr": validator["expression"], "message": reading.texts.read(validator["text"])}
        item["checks"] = [*item.get("checks", ()), check]
        return keys == {"type", "expression", "text"}
    return False


def _compiles(pattern: object) -> bool:
    """Say whether a pattern of JavaScript is one of Python too; the others are kept and not read."""
    if not isinstance(pattern, str):
        return False
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
