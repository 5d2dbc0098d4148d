"""Answers while they are typed: what a page sends, what is shown, what counts, what is wrong and how that is said."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.errors import ColumnNotFoundError
from closeloop.forms.form import Form
from closeloop.forms.items import Page
from closeloop.widgets.form.filling import Filling

SURVEY = cl.load_survey(Path(__file__).with_name("all_types.survey.yaml"))


def filling(**answers: Any) -> Filling:
    return Filling(SURVEY.questions, answers)


def of_one(**keys: Any) -> Filling:
    return Filling(Form((Page.model_validate({"name": "main", "items": [keys | {"name": "x"}]}),)))


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("recommend", 0, 0),
        ("recommend", "10", 10),
        ("change", "-2", -2),
        ("change", -1.0, -1),
        ("channel", "web", "web"),
        ("pains", ["late", "price"], ("price", "late")),
        ("service", {"speed": 3}, {"speed": 3}),
        ("service", {"speed": "4"}, {"speed": 4}),
        ("often", {"app": "daily"}, {"app": "daily"}),
        ("rank", ["care", "price"], ("care", "price")),
        ("contact", True, True),
        ("contact", "no", False),
        ("visits", "12", 12),
        ("visits", "１２", 12),
        ("visits", "+3", 3),
        ("spent", "1,5", 1.5),
        ("spent", "1.50", 1.5),
        ("spent", "1,234,567", 1234567),
        ("spent", "1,234.5", 1234.5),
        ("spent", "－7", -7),
        ("spent", 2.5, 2.5),
        ("day", "2026-03-31", date(2026, 3, 31)),
        ("day", "2026/3/1", date(2026, 3, 1)),
        ("day", "2026年3月1日", date(2026, 3, 1)),
        ("story", "one\r\ntwo\rthree\x00\ud800", "one\ntwo\nthree"),
        ("story", "<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("order_no", " 007 ", "007"),
    ],
)
def test_what_a_page_sends_becomes_a_typed_answer(name: str, raw: object, expected: object) -> None:
    found = filling()
    found.answer(name, raw)
    assert found.answers == {name: expected}
    assert type(found.answers[name]) is type(expected)


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("recommend", "high", "not a point"),
        ("recommend", 7.5, "not a point"),
        ("recommend", True, "not a point"),
        ("visits", "十", "in digits"),
        ("visits", "²", "in digits"),
        ("visits", "inf", "in digits"),
        ("spent", "1,500", "1500 or as 1.500"),
        ("spent", "1,2,3", "in digits"),
        ("visits", "99999999999999999999", "too large"),
        ("day", "2026-02-31", "not a day"),
        ("day", "…", "not a day"),
        ("day", "31.3.2026", "not a day"),
        ("contact", "perhaps", "Yes or no"),
        ("channel", "moon", "not one of the choices"),
        ("pains", "price", "list of choices"),
        ("pains", ["moon"], "not one of the choices"),
        ("service", ["speed"], "per row"),
        ("service", {"moon": 1}, "not one of the choices"),
        ("story", 7, "text is expected"),
        ("hello", "x", "a note"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_words(name: str, raw: object, words: str) -> None:
    found = filling()
    with pytest.raises(ValueError, match=words):
        found.answer(name, raw)
    assert found.answers == {}


@pytest.mark.parametrize(
    ("name", "nothing"),
    [("recommend", None), ("recommend", ""), ("pains", []), ("pains", None), ("story", ""), ("service", None)],
)
def test_an_empty_answer_takes_the_answer_away(name: str, nothing: Any) -> None:
    found = filling(recommend=3, pains=["price"], story="x", service={"kind": 1})
    found.answer(name, nothing)
    assert name not in found.answers


def test_a_text_that_is_no_number_stays_in_its_field_and_is_an_issue() -> None:
    found = filling(recommend=9, visits=3)
    with pytest.raises(ValueError, match="in digits"):
        found.answer("visits", "a few")
    (shown,) = found.described([SURVEY.item("visits")], "en", {"visits"})
    assert shown["value"] == "a few"
    assert "in digits" in shown["issues"][0]
    found.answer("visits", "4")
    assert "visits" not in found.issues()


def test_rows_of_a_matrix_come_one_by_one() -> None:
    found = filling()
    found.answer("service", {"kind": 2})
    found.answer("service", {"speed": 5})
    assert found.answers["service"] == {"speed": 5, "kind": 2}
    found.answer("service", {"kind": None})
    found.answer("service", {"speed": None})
    assert found.answers == {}


def test_an_exclusive_option_and_the_others_push_each_other_out() -> None:
    found = filling(pains=["price"])
    for chosen, expected in (
        (["price", "none"], ("none",)),
        (["none", "late"], ("late",)),
        (["late", "unsure"], ("unsure",)),
        (["unsure", "none"], ("none",)),
        ([], None),
    ):
        found.answer("pains", chosen)
        assert found.answers.get("pains") == expected


def test_what_branching_hides_stays_and_does_not_count() -> None:
    found = filling(recommend=2, story="late again", contact=True, email="a@b.cn")
    assert found.visible()["story"]
    found.answer("recommend", 8)
    assert not found.visible()["story"]
    assert "story" not in found.counting()
    assert found.answers["story"] == "late again"
    found.answer("recommend", 1)
    assert found.counting()["story"] == "late again"


def test_end_if_hides_the_pages_that_follow() -> None:
    assert not any(filling(recommend=10).visible()[name] for name in ("channel", "name"))


def test_an_option_that_is_not_offered_any_more_does_not_count() -> None:
    found = filling(channel="web", pains=["a;b"])
    assert found.counting()["pains"] == ("a;b",)
    found.answer("channel", "shop")
    assert "pains" not in found.counting()
    assert "Please choose at least one." in map(str, found.issues()["pains"])
    (shown,) = found.described([SURVEY.item("pains")], "en", ())
    assert "a;b" not in [option["value"] for option in shown["options"]]


def test_words_beside_other_count_only_with_other() -> None:
    found = filling(channel="other", channel__other_text="  market ")
    assert found.counting()["channel__other_text"] == "market"
    found.answer("channel", "web")
    assert "channel__other_text" not in found.counting()


def test_blank_texts_are_no_answers() -> None:
    assert filling(name=" \n ", story="\t").counting() == {}


def test_require_if_is_asked_of_the_answers() -> None:
    story = SURVEY.item("story")
    assert filling(recommend=3).must(story)
    assert not filling(recommend=5).must(story)
    assert "story" in filling(recommend=3).issues()


@pytest.mark.parametrize(
    ("keys", "answer", "words"),
    [
        ({"type": "nps", "required": True}, None, "a number from 0 to 10"),
        ({"type": "single", "options": ["a"], "required": True}, None, "choose one"),
        ({"type": "yesno", "required": True}, None, "choose one"),
        ({"type": "multi", "options": ["a"], "required": True}, None, "at least one"),
        ({"type": "ranking", "options": ["a"], "required": True}, None, "in order"),
        ({"type": "matrix", "rows": ["a"], "points": 5, "required": True}, None, "at least one row"),
        ({"type": "matrix", "rows": ["a", "b"], "points": 5, "every_row": True}, {"a": 1}, "answer “b”"),
        ({"type": "number", "required": True}, None, "a number"),
        ({"type": "date", "required": True}, None, "a day"),
        ({"type": "comment", "required": True}, None, "write something"),
        ({"type": "comment", "required": True, "required_message": "Tell us!"}, None, "Tell us!"),
        ({"type": "multi", "options": ["a", "b"], "max": 1}, ["a", "b"], "keep 1 at most"),
        ({"type": "multi", "options": ["a", "b"], "min": 2}, ["a"], "at least 2"),
        ({"type": "comment", "max_length": 2}, "abc", "shorten it to 2"),
        ({"type": "text", "min_length": 3}, "a", "at least 3 characters"),
        ({"type": "text", "pattern": "^[0-9]+$"}, "a", "the form that is asked for"),
        ({"type": "text", "format": "email"}, "a", "name@example.org"),
        ({"type": "text", "format": "url"}, "a", "https://"),
        ({"type": "number", "min": 1, "max": 9}, "0", "from 1 to 9"),
        ({"type": "number", "min": 1}, "0", "1 or more"),
        ({"type": "number", "max": 9}, "10", "9 or less"),
        ({"type": "number", "integer": True}, "1.5", "whole number"),
        ({"type": "date", "min": "2026-01-01"}, "2025-01-01", "2026-01-01 or a later day"),
        ({"type": "rating", "max": 3}, 4, "outside 1 to 3"),
    ],
)
def test_issues_are_said_to_the_person_who_answers(keys: dict[str, Any], answer: object, words: str) -> None:
    found = of_one(**keys)
    if answer is not None:
        found.answer("x", answer)
    (text,) = found.issues()["x"]
    assert words in text.en
    assert text.zh != text.en or "required_message" in keys


def test_a_check_of_the_survey_speaks_for_itself() -> None:
    assert str(filling(spent="-1").issues()["spent"][0]) == "Nobody spends less than nothing."


def test_issues_are_shown_only_where_somebody_was() -> None:
    item = SURVEY.item("recommend")
    assert filling().described([item], "en", ())[0]["issues"] == []
    assert filling().described([item], "zh-CN", {"recommend"})[0]["issues"] == ["请选择 0 到 10 之间的一个分值。"]


def test_descriptions_of_every_type_are_json_in_both_languages() -> None:
    found = filling(recommend=3, contact=True, day="2026-01-02", visits="2", pains=["price", "late"])
    for tag in ("en", "zh-CN"):
        described = found.described(SURVEY.items, tag, ())
        json.dumps(described, allow_nan=False)
        by_name = {each["name"]: each for each in described}
        assert "respondent_id" not in by_name
        assert by_name["recommend"]["low"] == {"en": "Not at all likely", "zh-CN": "完全不可能"}[tag]
        assert (by_name["day"]["value"], by_name["visits"]["value"]) == ("2026-01-02", "2")
        assert [o["full"] for o in by_name["pains"]["options"]] == [False, False, False, True, False]


def test_the_limit_of_choices_leaves_open_what_stands_alone() -> None:
    (pains,) = filling(pains=["price", "late"]).described([SURVEY.item("pains")], "en", ())
    assert [o["value"] for o in pains["options"] if o["full"]] == ["other"]
    assert pains["full"]


def test_labels_of_the_ends_alone_stand_at_the_ends() -> None:
    (overall,) = filling().described([SURVEY.item("overall")], "en", ())
    assert (overall["low"], overall["high"], overall["named"]) == ("Bad", "Good", False)


def test_an_unknown_item_names_the_closest() -> None:
    with pytest.raises(ColumnNotFoundError, match="recommend"):
        filling(recomend=3)


def test_a_prefix_tells_the_fields_of_two_entries_apart() -> None:
    found = filling()
    assert [found.described([SURVEY.item("name")], "en", (), prefix=p)[0]["id"] for p in ("a-", "b-")] == [
        "a-name",
        "b-name",
    ]
