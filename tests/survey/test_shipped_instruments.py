"""What the shipped instruments promise to measure: each is held against the words of its method."""

from __future__ import annotations

import pytest

import closeloop as cl
from closeloop.text import LANGUAGES

DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_service_quality_asks_each_dimension_twice_on_the_same_rows(dimension: str) -> None:
    survey = cl.load_survey("service-quality")
    plan = survey.metrics["gap"]
    assert set(plan.dimensions) == set(DIMENSIONS)
    wanted = set(plan.dimensions[dimension])
    assert len(wanted) == 3
    for name in ("expected", "perceived"):
        rows = {row.value: row.text for row in survey.item(name).rows}
        assert wanted <= set(rows)
        assert all(set(LANGUAGES) <= set(rows[row]) for row in wanted)
    assert survey.item("expected").scale == survey.item("perceived").scale


def test_every_feature_is_asked_with_it_and_without_it() -> None:
    survey = cl.load_survey("feature-kano")
    there, missing = ([row.value for row in survey.item(name).rows] for name in ("if_there", "if_missing"))
    assert there == missing
    assert set(survey.metrics["kano"].pairs) == set(there)


def test_a_complaint_asks_for_danger_before_anything_else_about_the_matter() -> None:
    survey = cl.load_survey("complaint-intake")
    asked = [item.name for item in survey.items if item.type != "hidden"]
    assert asked.index("unsafe") < min(asked.index(name) for name in ("about", "words", "happened_on", "remedy"))
    assert any(rule.safety and "unsafe" in rule.when for rule in survey.follow_up)
