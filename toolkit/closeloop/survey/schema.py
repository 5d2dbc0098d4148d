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

_SCALAR = [{"type": "string"}, {"type": "integer"}]
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
    whole = parts["Option"]
    whole["required"] = ["value"]
    whole["properties"]["value"] = {"anyOf": _SCALAR}
    parts["Option"] = {"anyOf": [*_SCALAR, whole]}
    parts["SourceMap"] = {"anyOf": [{"type": "string"}, parts["SourceMap"]]}
    translation = {"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean"]}}
    for holder in (parts["SourceMap"]["anyOf"][1], parts["Migration"]):
        for key in ("options", "codes", "missing"):
            if key in holder["properties"]:
                holder["properties"][key] = translation
    parts["Migration"]["properties"]["recode"] = {"type": "object", "additionalProperties": translation}
    rules = schema["properties"]["duplicates"]
    one = {"$ref": f"{_DEFINED}DuplicateRule"}
    schema["properties"]["duplicates"] = {"anyOf": [one, {"type": "array", "items": rules["items"]}]}
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
    """Return a schema without generated titles, defaults and the alternative “null”, which a file leaves out."""
    if isinstance(value, list):
        return [_tidy(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidy(entry) for key, entry in value.items() if not _is_noise(key, entry)}
    alternatives = kept.get("anyOf")
    if isinstance(alternatives, list) and {"type": "null"} in alternatives and len(alternatives) == 2:
        first = next(each for each in alternatives if each != {"type": "null"})
        kept.pop("anyOf")
        return {**first, **kept}
    return kept


def _is_noise(key: str, entry: object) -> bool:
    return (key == "title" and isinstance(entry, str)) or key in {"default", "discriminator"}


def _described(schema: dict[str, Any]) -> None:
    """Say in both languages what the keys mean: editors show it beside the key."""
    step = schema["$defs"]["BranchTest"]["properties"]["steps"]["items"]
    for holder in (schema, step, *schema["$defs"].values()):
        for whole in (holder, *(each for each in holder.get("anyOf", ()) if "properties" in each)):
            whole.pop("description", None)
            for key, content in whole.get("properties", {}).items():
                text = message(f"schema.{key}")
                content["description"] = f"{text.in_language('en')} {text.in_language('zh-CN')}"
