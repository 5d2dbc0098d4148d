"""The JSON Schema of survey files: it knows every key of the models, lets every good file pass, and no bad one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from closeloop.forms.fields import Model
from closeloop.forms.items import ITEM_TYPES
from closeloop.survey.definition import SurveyFile
from closeloop.survey.document import read_document
from closeloop.survey.load import shipped_folder, shipped_names
from closeloop.survey.schema import NAME, survey_schema
from lint_examples import CALL, NPS, REGION, item, survey
from random_surveys import random_survey

SCHEMA = survey_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FILES = [*(shipped_folder() / f"{name}.survey.yaml" for name in shipped_names()),
         *sorted(shipped_folder().glob("released/*.survey.yaml")),
         Path(__file__).parents[1] / "widgets" / "all_types.survey.yaml"]  # fmt: skip
RANDOM = int(os.environ.get("CLOSELOOP_SCHEMA_SURVEYS", "60"))


def as_json(value: Any) -> Any:
    """Give data as JSON has it: an editor reads keys and days as text."""
    if isinstance(value, Mapping):
        return {str(key): as_json(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def faults(data: Any) -> list[tuple[str, str]]:
    """Give the place and the message of each fault, the deepest reason of each."""
    return [(error.json_path, error.message) for error in map(deepest, VALIDATOR.iter_errors(as_json(data)))]


def deepest(error: jsonschema.ValidationError) -> jsonschema.ValidationError:
    """Give the reason inside an alternative."""
    return deepest(jsonschema.exceptions.best_match(error.context)) if error.context else error


def test_it_is_a_schema_of_its_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].startswith("urn:")


def models(model: Any) -> Iterator[type[Model]]:
    """Give every model that a survey file is made of."""
    waiting, seen = [SurveyFile, *ITEM_TYPES.values()], set()
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            yield here
            waiting += [found for found in Model.__subclasses__() if found.__name__ in model and found not in seen]


@pytest.mark.parametrize("model", list(models(SCHEMA["$defs"])), ids=lambda model: model.__name__)
def test_the_keys_of_the_schema_are_those_of_the_models(model: type[Model]) -> None:
    part = SCHEMA if model is SurveyFile else SCHEMA["$defs"][model.__name__]
    assert set(part["properties"]) == {field.alias or name for name, field in model.model_fields.items()}
    assert part["additionalProperties"] is False
    assert all(content["description"] for content in part["properties"].values())


def test_every_part_of_the_schema_is_looked_at() -> None:
    made = {model.__name__ for model in models(SCHEMA["$defs"])}
    plans = {name for name in SCHEMA["$defs"] if name.endswith("Plan")}
    assert set(SCHEMA["$defs"]) - made - plans == {"Item", "Metric"}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_shipped_survey_passes(file: Path) -> None:
    assert faults(read_document(file).data) == []


@pytest.mark.parametrize("start", range(0, RANDOM, 10))
def test_a_random_survey_passes(start: int) -> None:
    assert {seed: found for seed in range(start, start + 10) if (found := faults(random_survey(seed)))} == {}


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    (survey({**NPS, "requred": True}), "$.pages[0].items[0]", "requred"),
    (survey({**NPS, "required": "yes"}), "$.pages[0].items[0].required", "boolean"),
    (survey({**NPS, "points": 7}), "$.pages[0].items[0]", "points"),
    (survey({**NPS, "type": "npps"}), "$.pages[0].items[0].type", "npps"),
    (survey({"name": "a"}), "$.pages[0].items[0]", "type"),
    (survey({"type": "nps"}), "$.pages[0].items[0]", "name"),
    (survey(item("a", "csat", points=6)), "$.pages[0].items[0].points", "6"),
    (survey({**REGION, "options": []}), "$.pages[0].items[0].options", "[]"),
    (survey({**REGION, "options": [True]}), "$.pages[0].items[0].options[0]", "True"),
    (survey({**REGION, "options": [{"text": "x"}]}), "$.pages[0].items[0].options[0]", "value"),
    (survey({**NPS, "ask": 7}), "$.pages[0].items[0].ask", "7"),
    (survey(NPS, format=2), "$.format", "1"),
    (survey(NPS, id="My Survey"), "$.id", "My Survey"),
    (survey(NPS, version="2"), "$.version", "integer"),
    (survey(NPS, languages=[]), "$.languages", "[]"),
    (survey(NPS, languages=["english"]), "$.languages[0]", "english"),
    (survey(NPS, metrics={"nps": {"kind": "npss", "item": "recommend"}}), "$.metrics.nps.kind", "npss"),
    (survey(NPS, metrics={"nps": {"kind": "nps"}}), "$.metrics.nps", "item"),
    (survey(NPS, metrics={"1st": {"kind": "nps", "item": "recommend"}}), "$.metrics", "1st"),
    (survey(NPS, metrics={"nps": {"kind": "nps", "item": "recommend", "top": 2}}), "$.metrics.nps", "top"),
    (survey(NPS, sources={"wjx": {"recommend": 7}}), "$.sources.wjx.recommend", "7"),
    (
        survey(NPS, follow_up=[{"id": "a", "when": "{recommend} = 1", "severity": "bad"}]),
        "$.follow_up[0].severity",
        "bad",
    ),
    (survey(NPS, duplicates={"by": "name", "keep": "last"}), "$.duplicates.by", "name"),
    (survey(NPS, status={"done": "x"}), "$.status", "done"),
    (survey(NPS, tests=[{"name": "a", "steps": [{"sett": {"a": 1}}]}]), "$.tests[0].steps[0]", "sett"),
    (
        survey(NPS, tests=[{"name": "a", "steps": [{"set": {"a": 1}, "clear": {"a": True}}]}]),
        "$.tests[0].steps[0]",
        "set",
    ),
    (survey(NPS, thanks=[{"iff": "{recommend} = 1", "text": "x"}]), "$.thanks[0]", "iff"),
    ({**survey(CALL), "titel": "x"}, "$", "titel"),
    ({"format": 1}, "$", "id"),
]


@pytest.mark.parametrize(("data", "place", "named"), BROKEN, ids=[place for _, place, _ in BROKEN])
def test_a_broken_survey_fails_at_the_right_place(data: dict[str, Any], place: str, named: str) -> None:
    assert any(where == place and named in text for where, text in faults(data)), faults(data)


@pytest.mark.parametrize(
    "changed",
    [
        {"options": ["a", 3, {"value": "b"}]},
        {"options": ["a"], "other": True, "none": True},
    ],
)
def test_the_short_forms_pass(changed: dict[str, Any]) -> None:
    assert faults(survey({**REGION, **changed})) == []
    whole = survey({**NPS, "ask": "Recommend?"}, languages=["en"], title="Visit", tests=[])
    short = {"duplicates": {"by": "response_id", "keep": "last"}, "sources": {"wjx": {"recommend": "第3题"}}}
    assert faults({**whole, **short, "status": {"complete": "完成"}}) == []


def test_the_schema_beside_the_shipped_surveys_is_current() -> None:
    kept = json.loads((shipped_folder() / NAME).read_text(encoding="utf-8"))
    assert kept == SCHEMA, f"write it anew: closeloop schema --out surveys/{NAME}"


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_survey_names_its_schema_to_editors(name: str) -> None:
    first = (shipped_folder() / f"{name}.survey.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={NAME}"
