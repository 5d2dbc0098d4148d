"""The random surveys that many tests stand on: valid, varied, the same for the same seed."""

from __future__ import annotations

import random

from closeloop.forms.items import ITEM_TYPES
from closeloop.survey.load import survey_from_dict
from random_surveys import random_answers, random_survey

SEEDS = range(120)


def test_random_surveys_are_valid_and_their_answers_satisfy_them() -> None:
    for seed in SEEDS:
        survey = survey_from_dict(random_survey(seed))
        rng = random.Random(seed)
        for _ in range(4):
            answers = random_answers(survey, rng)
            assert survey.check(answers) == (), (seed, answers)


def test_the_same_seed_gives_the_same_survey_and_the_same_answers() -> None:
    assert random_survey(7) == random_survey(7) != random_survey(8)
    survey = survey_from_dict(random_survey(7))
    assert random_answers(survey, random.Random(1)) == random_answers(survey, random.Random(1))


def test_every_type_and_every_telling_key_occurs_among_few_surveys() -> None:
    surveys = [survey_from_dict(random_survey(seed)) for seed in SEEDS]
    items = [item for survey in surveys for item in survey.items]
    assert {item.type for item in items} == set(ITEM_TYPES)
    assert {survey.languages for survey in surveys} >= {("en", "zh-CN"), ("zh-CN", "en"), ("en",), ("zh-CN",)}
    for key in ("show_if", "require_if", "checks", "required_message", "other", "none", "extra", "help", "every_row"):
        assert any(getattr(item, key, None) for item in items), key
    options = [option for item in items for option in getattr(item, "options", ())]
    assert any(option.exclusive for option in options)
    assert any(option.show_if for option in options)
    assert any("," in option.text.en and '"' in option.text.en for option in options)
    assert any(survey.definition.end_if for survey in surveys)
    assert any(survey.definition.thanks for survey in surveys)
