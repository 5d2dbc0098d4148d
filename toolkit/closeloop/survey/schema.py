"""The JSON Schema of the survey file, for editors: completion, the meaning of a key, and faults as one types.

It is made from the models, so that it knows every key they do. What validators of the models turn into their form, such
as ``options: [price, app]``, is allowed for here. Which keys an item has follows from its ``type`` by ``if``/``then``:
an editor then tells the fault in the item that is meant instead of in all fifteen.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from closeloop.forms.items import ITEM_TYPES
from closeloop.survey.definition import SurveyFile
from closeloop.text import message

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAME = "survey-1.schema.json"
"""The file beside the shipped surveys."""

_SCALAR = ["string", "integer"]
_DEFINED = "#/$defs/"


def survey_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a survey file of format 1.

    Examples
    --------
    >>> schema = survey_schema()
    >>> schema["$schema"], schema["$defs"]["Item"]["required"]
    ('https://json-schema.org/draft/2020-12/schema', ['name', 'type'])
    """
    return deepcopy(_made())


@cache
def _made() -> dict[str, Any]:
    schema = SurveyFile.model_json_schema(by_alias=True)
    parts: dict[str, Any] = schema.pop("$defs")
    parts["Item"] = _switched("type", {name: model.__name__ for name, model in ITEM_TYPES.items()}, ["name", "type"])
    parts["Page"]["properties"]["items"]["items"] = {"$ref": f"{_DEFINED}Item"}
    plans = schema["properties"]["metrics"]["patternProperties"]
    for pattern, content in plans.items():
        kinds = {kind: ref.removeprefix(_DEFINED) for kind, ref in content["discriminator"]["mapping"].items()}
        parts["Metric"] = _switched("kind", kinds, ["kind"])
        plans[pattern] = {"$ref": f"{_DEFINED}Metric"}
    for name in ("metrics", "sources"):
        schema["properties"][name]["additionalProperties"] = False
    _shorthands(schema, parts)
    head = {"$schema": DIALECT, "$id": f"urn:closeloop:{NAME.removesuffix('.json')}"}
    made: dict[str, Any] = _tidy({**head, **schema, "$defs": dict(sorted(parts.items()))})
    made["title"] = "closeloop survey, format 1"
    _described(made)
    return made


def _switched(key: str, models: Mapping[str, str], required: list[str]) -> dict[str, Any]:
    """Return a schema that chooses among models by the value of a key."""
    return {
        "type": "object",
        "required": required,
        "properties": {key: {"enum": list(models)}},
        "allOf": [
            {
                "if": {"properties": {key: {"const": value}}, "required": [key]},
                "then": {"$ref": f"{_DEFINED}{model}"},
            }
            for value, model in models.items()
        ],
    }


def _shorthands(schema: dict[str, Any], parts: dict[str, Any]) -> None:
    """Allow for what validators expand before the models see it."""
    # What a schema says of an object (its keys) does not concern a text; so both stand side by side, and a fault is
    # told of the one that is meant.
    option = parts["Option"]
    option |= {"type": [*_SCALAR, "object"], "required": ["value"]}
    option["properties"]["value"] = {"type": _SCALAR}
    parts["SourceMap"]["type"] = ["string", "object"]
    translation = {"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean"]}}
    for key in ("options", "codes", "missing"):
        parts["SourceMap"]["properties"][key] = translation
    parts["Migration"]["properties"]["recode"] = {"type": "object", "additionalProperties": translation}
    several = schema["properties"]["duplicates"]
    one = {"$ref": f"{_DEFINED}DuplicateRule"}
    schema["properties"]["duplicates"] = {"if": {"type": "array"}, "then": several, "else": one}
    commands = ["set", "setDirectly", "clear", "setComment", "nextPage", "prevPage", "complete", "expect"]
    remarks = {"name": {"type": "string"}, "description": {"type": "string"}}
    step = {
        "type": "object",
        "properties": {**remarks, **{command: {"type": "object", "minProperties": 1} for command in commands}},
        "oneOf": [{"required": [command]} for command in commands],
        "additionalProperties": False,
    }
    parts["BranchTest"]["properties"]["steps"]["items"] = step


def _tidy(value: Any) -> Any:
    """Return a schema without generated titles and defaults, and with alternatives of different types side by side.

    The alternative “null” goes: a file leaves out what there is not.
    """
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidy(entry) for key, entry in value.items() if not _is_noise(key, entry)}
    alternatives = [each for each in kept.pop("anyOf", ()) if each != {"type": "null"}]
    if not alternatives:
        return kept
    merged: dict[str, Any] = {}
    for each in alternatives:
        merged |= each
    merged["type"] = list(dict.fromkeys(each["type"] for each in alternatives))
    return {**merged, **kept, "type": merged["type"][0] if len(merged["type"]) == 1 else merged["type"]}


def _is_noise(key: str, entry: object) -> bool:
    return (key == "title" and isinstance(entry, str)) or key in {"default", "discriminator"}


def _described(schema: dict[str, Any]) -> None:
    """Say in both languages what the keys mean: editors show it beside the key."""
    step = schema["$defs"]["BranchTest"]["properties"]["steps"]["items"]
    for holder in (schema, step, *schema["$defs"].values()):
        holder.pop("description", None)
        for key, content in holder.get("properties", {}).items():
            text = message(f"schema.{key}")
            content["description"] = f"{text.in_language('en')} {text.in_language('zh-CN')}"
