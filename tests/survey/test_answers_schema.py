"""JSON Schema of the answers: what a respondent may answer passes, what `check` refuses for its value does not."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.random_surveys import random_answers, random_survey

import closeloop as cl
from closeloop.survey.load import shipped_names, survey_from_dict
from closeloop.survey.survey import Survey

ROUNDS = int(os.environ.get("CLOSELOOP_ROUND_TRIPS", "20"))
DOMAIN = {
    "out_of_range", "not_integer", "not_a_number", "unknown_option", "unknown_row", "too_many", "too_few", "twice",
    "duplicate_rank", "exclusive_with_others", "not_a_date", "too_long", "too_short", "pattern", "unknown_item",
    "wrong_type",
}  # fmt: skip


def as_json(value: Any) -> Any:
    """Return answers as a program sends them."""
    if isinstance(value, Mapping):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def validator(survey: Survey) -> Draft202012Validator:
    schema = json.loads(json.dumps(survey.answers_schema()))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def wrong_values(item: Any, rng: random.Random) -> list[Any]:
    """Return values near the mark, most of which are wrong."""
    values = [*item.values]
    wrong: list[Any] = [
        11,
        7.5,
        -1,
        "N/A",
        "11",
        True,
        False,
        [],
        ["nobody"],
        {"nobody": 1},
        "2024-02-30",
        "1999-01-01",
    ]
    wrong += ["x" * 3000, "a b@c", "", None, 1e9, "  ", values * 2, values[:1] * 2, values, "other", ["none", "other"]]
    wrong += [
        {row.value: 99 for row in getattr(item, "rows", ())},
        {row.value: None for row in getattr(item, "rows", ())},
    ]
    return rng.sample(wrong, 5)


@pytest.mark.parametrize("name", shipped_names())
def test_the_schema_of_every_shipped_survey_is_one_and_says_what_it_cannot(name: str) -> None:
    survey = cl.load_survey(name)
    assert validator(survey).is_valid({}) == (not survey.answers_schema()["required"])
    assert "show_if" in survey.answers_schema()["$comment"]


def test_possible_answers_pass_and_wrong_ones_fail() -> None:
    passed = failed = 0
    for seed in range(ROUNDS):
        survey = survey_from_dict(random_survey(seed))
        checker, rng = validator(survey), random.Random(seed)
        for _ in range(2):
            answers = random_answers(survey, rng)
            assert checker.is_valid(as_json(answers)), (
                seed,
                [e.message for e in checker.iter_errors(as_json(answers))],
            )
            passed += 1
            for item in survey.items:
                for value in wrong_values(item, rng):
                    changed = {**answers, item.name: value}
                    codes = {
                        problem.code for problem in survey.check(changed) if problem.item.split(".")[0] == item.name
                    }
                    if codes & DOMAIN:
                        failed += 1
                        assert not checker.is_valid(as_json(changed)), (seed, item, value, codes)
    assert passed == 2 * ROUNDS
    assert failed > 10 * ROUNDS


def test_a_required_item_is_required_only_where_it_is_always_asked() -> None:
    items = [
        {"name": "a", "type": "nps", "required": True},
        {"name": "b", "type": "text", "required": True, "show_if": "{a} < 7"},
        {"name": "c", "type": "matrix", "points": 3, "rows": ["r"], "required": True},
        {"name": "d", "type": "multi", "options": ["x", "y"], "required": True, "other": True},
    ]
    last = {"name": "last", "items": [{"name": "e", "type": "yesno", "required": True}]}
    data = {"format": 1, "id": "s", "version": 2, "languages": ["en"], "title": "T", "end_if": ["{a} = 0"]}
    survey = survey_from_dict({**data, "pages": [{"name": "main", "items": items}, last]})
    schema = survey.answers_schema()
    assert schema["required"] == ["a", "d"]
    assert schema["$id"] == "urn:closeloop:survey:s:2:answers"
    checker = validator(survey)
    assert checker.is_valid({"a": 3, "b": "why", "c.r": 2, "d": ["x", "other"], "d__other_text": "z"})
    for wrong in ({"a": None}, {"c.r": 4}, {"d": []}, {"gone": 1}):
        assert not checker.is_valid({"a": 3, "d": ["x"], **wrong})


def test_days_outside_the_limits_fail() -> None:
    item = {"name": "day", "type": "date", "min": "2021-05-01", "max": "2026-11-22"}
    data = {"format": 1, "id": "s", "version": 1, "languages": ["en"], "title": "T"}
    checker = validator(survey_from_dict({**data, "pages": [{"name": "main", "items": [item]}]}))
    days = ["2021-05-01", "2021-04-30", "2024-02-29", "2023-02-29", "2026-11-22", "2026-11-23", "2022-00-10"]
    assert [checker.is_valid({"day": day}) for day in days] == [True, False, True, False, True, False, False]
