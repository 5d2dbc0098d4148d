"""The survey as an object: its parts, the shipped instruments, and the way to a file and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import ColumnNotFoundError
from closeloop.survey.load import load_survey, shipped_names, survey_from_dict
from closeloop.survey.plan import TopBoxPlan
from closeloop.survey.survey import Survey
from closeloop.text import LocalText


def survey_of(*items: dict[str, Any], **keys: Any) -> Survey:
    head = {"format": 1, "id": "test", "version": 1, "languages": ["en"], "title": "Test"}
    return survey_from_dict({**head, "pages": [{"name": "main", "items": list(items)}], **keys})


def test_one_line_says_what_it_is() -> None:
    assert repr(load_survey("relationship-nps")) == "Survey(relationship-nps v1, 9 items, zh-CN en)"


# -- the shipped instruments -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_survey_is_complete(name: str) -> None:
    survey = load_survey(name)
    assert survey.id == name
    assert survey.languages == ("zh-CN", "en")
    assert (survey.stage, survey.timezone) == ("live", "Asia/Shanghai")
    assert all(item.ask for item in survey.items if item.type != "hidden")
    assert survey.metrics or survey.follow_up, "nothing is made of the answers"
    assert survey.thanks[-1].condition is None
    assert {rule.severity for rule in survey.follow_up if rule.safety} <= {"severe"}
    assert survey.tests
    assert survey.unconfirmed == ()
    assert survey.check({}) != ()
    assert {item.name for item in survey.items if item.type == "comment" and not item.pii} == set()


def test_relationship_nps_has_the_items_that_its_users_rely_on() -> None:
    survey = load_survey("relationship-nps")
    assert {item.name: item.type for item in survey.items} == {
        "respondent_id": "hidden", "region": "single", "touchpoint": "single", "recommend": "nps", "why": "comment",
        "pains": "multi", "overall": "csat", "effort": "ces", "callback": "yesno",
    }  # fmt: skip
    assert survey.item("recommend").ask == LocalText(
        {
            "en": "How likely are you to recommend us to a friend or colleague?",
            "zh-CN": "您有多大可能把我们推荐给朋友或同事？",
        }
    )
    assert survey.item("recommend").required
    assert survey.item("pains").values == ("price", "delivery", "quality", "service", "app", "billing", "other")
    assert {name: (plan.kind, plan.items) for name, plan in survey.metrics.items()} == {
        "nps": ("nps", ("recommend",)),
        "csat": ("csat", ("overall",)),
        "ces": ("ces", ("effort",)),
        "effort_mean": ("mean", ("effort",)),
    }
    assert [(rule.id, rule.when, rule.severity, rule.quiet_days) for rule in survey.follow_up] == [
        ("detractor", "{recommend} <= 6", "major", 30),
        ("callback", "{callback} = true", "minor", None),
    ]
    assert survey.duplicates_by("response_id") == "last"
    assert survey.duplicates_by("respondent_id") == "all"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"recommend": 10, "why": "Fast"}, []),
        ({"recommend": 10, "pains": ("price",)}, [("pains", "answered_while_hidden")]),
        ({"recommend": 8, "pains": ("price", "app", "service", "billing")}, [("pains", "too_many")]),
        ({"recommend": 6, "callback": True, "pains": ("other",), "pains__other_text": "noise"}, []),
        ({"recommend": 7, "callback": True}, [("callback", "answered_while_hidden")]),
        ({"overall": 6}, [("recommend", "required"), ("overall", "out_of_range")]),
    ],
)
def test_branching_of_relationship_nps(answers: dict[str, object], found: list[tuple[str, str]]) -> None:
    problems = load_survey("relationship-nps").check(answers)
    assert [(problem.item, problem.code) for problem in problems] == found


# -- parts -----------------------------------------------------------------------------------------------------------


def test_points_and_top_of_a_metric_come_from_the_item() -> None:
    survey = survey_of(
        {"name": "a", "type": "csat", "points": 10},
        {"name": "b", "type": "ces"},
        {"name": "c", "type": "ces", "points": 5},
        {"name": "d", "type": "rating", "max": 3},
        {"name": "e", "type": "matrix", "rows": ["x"], "points": 4},
        metrics={
            "a": {"kind": "csat", "item": "a"},
            "b": {"kind": "ces", "item": "b"},
            "c": {"kind": "ces", "item": "c"},
            "d": {"kind": "top_box", "item": "d", "top": 1},
            "e": {"kind": "top_box", "item": "e.x"},
        },
    )
    plans = {name: plan for name, plan in survey.metrics.items() if isinstance(plan, TopBoxPlan)}
    assert {name: (plan.points, plan.top) for name, plan in plans.items()} == {
        "a": (10, 2), "b": (7, 3), "c": (5, 2), "d": (3, 1), "e": (4, 2),
    }  # fmt: skip


def test_an_nps_may_be_taken_over_a_rating_that_is_named() -> None:
    rating = {"name": "a", "type": "rating", "min": 0, "max": 10}
    assert survey_of(rating, metrics={"nps": {"kind": "nps", "item": "a"}}).metrics["nps"].items == ("a",)


def test_all_kinds_of_metric_are_read() -> None:
    matrix = {"type": "matrix", "rows": ["tan1", "rel1"], "points": 7}
    survey = survey_of(
        {"name": "e", **matrix}, {"name": "p", **matrix},
        {"name": "f", "type": "rating"}, {"name": "d", "type": "rating"},
        metrics={
            "gap": {"kind": "gap", "expectation": ["e.tan1"], "perception": ["p.tan1"]},
            "servqual": {"kind": "servqual", "expectations": "e", "perceptions": "p", "dimensions": {"t": ["tan1"]}},
            "kano": {"kind": "kano", "pairs": {"speed": {"functional": "f", "dysfunctional": "d"}}},
            "ipa": {"kind": "importance_performance", "outcome": "f", "items": ["d", "e.tan1"]},
        },
    )  # fmt: skip
    assert {name: plan.items for name, plan in survey.metrics.items()} == {
        "gap": ("e.tan1", "p.tan1"),
        "servqual": ("e", "p"),
        "kano": ("f", "d"),
        "ipa": ("f", "d", "e.tan1"),
    }


def test_sources_take_short_and_long_forms() -> None:
    survey = survey_of(
        {"name": "pains", "type": "multi", "options": ["price"], "other": True},
        {"name": "overall", "type": "csat"},
        {"name": "callback", "type": "yesno"},
        sources={
            "wjx": {
                "pains": {
                    "column": "第4题",
                    "options": {"价格": "price"},
                    "codes": {1: "price"},
                    "missing": {-3: "skipped"},
                },
                "pains.other_text": "第4题其他",
                "overall": {"import_id": "QID2", "options": {"满意": 4}},
                "callback": {"options": {"可以": True}},
                "answered_at": "提交答卷时间",
            }
        },
    )
    wjx = survey.sources["wjx"]
    assert (wjx["pains"].options, wjx["pains"].codes, wjx["pains"].missing) == (
        {"价格": "price"},
        {"1": "price"},
        {"-3": "skipped"},
    )
    assert wjx["pains.other_text"].column == "第4题其他"
    assert (wjx["overall"].import_id, wjx["overall"].options) == ("QID2", {"满意": "4"})
    assert wjx["callback"].options == {"可以": "true"}


def test_status_takes_one_spelling_or_several() -> None:
    survey = survey_of({"name": "a", "type": "nps"}, status={"complete": "done", "test": ["Test", "测试"]})
    assert survey.status == {"complete": ("done",), "test": ("Test", "测试")}


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ([], ("last", "all")),
        ({"by": "respondent_id", "keep": "most_complete"}, ("last", "most_complete")),
        ([{"by": "response_id", "keep": "first"}, {"by": "respondent_id", "keep": "last"}], ("first", "last")),
    ],
)
def test_which_duplicate_counts(rules: object, kept: tuple[str, str]) -> None:
    survey = survey_of({"name": "a", "type": "nps"}, duplicates=rules)
    assert (survey.duplicates_by("response_id"), survey.duplicates_by("respondent_id")) == kept


def test_guesses_are_confirmed_by_name() -> None:
    survey = survey_of(
        {"name": "a", "type": "nps", "to_confirm": "whole numbers from 0 to 10"},
        {"name": "b", "type": "text", "to_confirm": {"en": "text", "zh-CN": "文字"}},
    )
    assert survey.unconfirmed == ("a", "b")
    assert survey.confirm("a").unconfirmed == ("b",)
    assert survey.confirm(*survey.unconfirmed).unconfirmed == ()
    assert survey.unconfirmed == ("a", "b")
    with pytest.raises(ColumnNotFoundError):
        survey.confirm("c")


# -- to a file and back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_survey_survives_a_file_and_json(name: str, tmp_path: Path) -> None:
    survey = load_survey(name)
    copy = load_survey(survey.save(tmp_path / "copy.survey.yaml"))
    assert copy == survey
    assert copy.path == tmp_path / "copy.survey.yaml"
    assert survey_from_dict(json.loads(json.dumps(survey.to_dict(), ensure_ascii=False))) == survey


words = st.one_of(
    st.sampled_from(
        ["yes", "no", "on", "~", "null", "true", "1", "1.0", "a: b", "- x", "# y", "{z}", "'q'", '"', "a\nb"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1, max_size=12),
).filter(lambda text: text.strip() == text != "")
texts = st.fixed_dictionaries({"en": words, "zh-CN": words})
option_lists = st.lists(
    st.one_of(words, st.fixed_dictionaries({"value": words, "text": texts}, optional={"code": st.integers(1, 99)})),
    min_size=1,
    max_size=5,
    unique_by=lambda option: (option if isinstance(option, str) else option["value"]).casefold(),
).filter(lambda options: len(codes := [o["code"] for o in options if "code" in o]) == len(set(codes)))  # type: ignore[misc]
common = {
    "ask": texts, "help": texts, "required": st.booleans(), "pii": st.booleans(), "reverse": st.booleans(),
    "dimension": words, "weight": st.floats(0, 10), "show_if": st.sampled_from(["{first} <= 6", "{first} notempty"]),
    "to_confirm": st.one_of(words, texts), "extra": st.dictionaries(words, st.one_of(words, st.integers()), max_size=2),
    "checks": st.lists(st.fixed_dictionaries({"expr": st.just("{first} > 1"), "message": texts}), max_size=2),
}  # fmt: skip
scale = {"low": texts, "high": texts, "labels": st.dictionaries(st.integers(1, 3), texts, max_size=3)}
kinds: dict[str, dict[str, Any]] = {
    "nps": scale,
    "csat": {**scale, "points": st.sampled_from([3, 4, 5, 7, 10])},
    "ces": {**scale, "points": st.sampled_from([5, 7])},
    "rating": {**scale, "max": st.integers(3, 10)},
    "yesno": {"labels": st.dictionaries(st.sampled_from(["yes", "no"]), texts)},
    "text": {"format": st.sampled_from(["email", "tel"]), "max_length": st.integers(1, 99)},
    "number": {"min": st.integers(-5, 0), "max": st.floats(1, 9), "integer": st.booleans()},
    "date": {"min": st.dates().map(str)},
    "comment": {"max_length": st.integers(1, 99)},
    "hidden": {},
}
plain_items = st.sampled_from(sorted(kinds)).flatmap(
    lambda kind: st.fixed_dictionaries({"type": st.just(kind)}, optional={**common, **kinds[kind]})
)
choice_items = st.fixed_dictionaries(
    {"type": st.sampled_from(["single", "ranking"]), "options": option_lists}, optional=common
)
items = st.lists(st.one_of(plain_items, choice_items), max_size=4)


@settings(max_examples=150, deadline=None)
@given(items=items, title=texts)
def test_loading_what_was_saved_gives_the_same_survey(
    items: list[dict[str, Any]], title: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    named = [{"name": f"item_{number}", **item} for number, item in enumerate(items)]
    survey = survey_of({"name": "first", "type": "nps"}, *named, languages=["zh-CN", "en"], title=title)
    path = tmp_path_factory.mktemp("saved") / "x.survey.yaml"
    assert load_survey(survey.save(path)) == survey
    assert survey_from_dict(json.loads(json.dumps(survey.to_dict()))) == survey
