"""Which column is which item: what people say, what the survey says, names, texts, likeness; and labels told apart."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.responses.labels import by_label, look_up, part_of, plain_text
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


def matched(responses: cl.Responses) -> dict[str, tuple[Any, str]]:
    frame = responses.columns
    items = [None if pd.isna(item) else item for item in frame["item"]]
    return dict(zip(frame["source_column"], zip(items, frame["verdict"], strict=True), strict=True))


def test_the_order_of_proof(write: Write, small_file: dict[str, Any]) -> None:
    survey = survey_from_dict({**small_file, "sources": {"plain": {"why": {"column": "Kommentar"}}}})
    text = "X,Kommentar,branch,call you,Which branch,Visits!!\n9,gut,east,yes,?,2\n"
    responses = cl.read_responses(write(text), survey, columns={"X": "recommend"})
    found = matched(responses)
    assert found["X"] == ("recommend", "certain")
    assert found["Kommentar"] == ("why", "certain")
    assert found["branch"] == ("branch", "certain")
    assert found["call you"] == ("call", "likely")
    assert found["Which branch"] == (None, "check")  # the item is taken already
    assert found["Visits!!"] == ("visits", "likely")
    reasons = responses.columns.set_index("source_column")["reason_en"]
    assert reasons["X"] == "named by you in columns="
    assert "“Kommentar”" in reasons["Kommentar"]


def test_likeness_is_shown_and_not_applied(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,Which branches\n9,east\n"), small)
    row = responses.columns.set_index("source_column").loc["Which branches"]
    assert (row["verdict"], row["role"]) == ("check", "unused")
    assert 0.6 <= row["confidence"] < 1
    assert "columns={" in row["reason_en"]
    assert responses.accepted["branch"].isna().all()
    assert responses.accepted["Which branches"].tolist() == ["east"]
    assert "column_to_check" in set(responses.issues["code"].astype(str))


def test_a_scale_from_zero_to_ten_is_not_taken_for_the_nps(write: Write, small: Survey) -> None:
    found = cl.read_responses(write("why,How satisfied are you (0-10)?\nx,9\n"), small)
    assert found.accepted["recommend"].isna().all()
    assert found.issues.query("code == 'item_not_found'")["item"].astype(str).tolist()[0] == "recommend"


def test_a_column_can_be_left_alone(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,why\n9,x\n"), small, columns={"why": None})
    assert responses.accepted["why"].isna().all()
    assert responses.accepted["why#2"].tolist() == ["x"]


def test_of_two_columns_for_one_item_the_first_counts_and_the_second_is_shown(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,Recommend\n9,3\n"), small)
    assert responses.accepted["recommend"].tolist() == [9]
    assert responses.accepted["Recommend"].tolist() == ["3"]
    assert matched(responses)["Recommend"] == (None, "check")


def test_what_people_say_wins_over_a_column_of_the_right_name(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,NPS score\n3,9\n"), small, columns={"NPS score": "recommend"})
    assert responses.accepted["recommend"].tolist() == [9]
    assert matched(responses) == {"recommend": (None, "check"), "NPS score": ("recommend", "certain")}
    assert responses.accepted["recommend#2"].tolist() == ["3"]


def test_repeated_headers_are_named_by_their_number(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,Other,Other\n9,a,b\n"), small, columns={"Other#2": "why"})
    assert responses.accepted["why"].tolist() == ["b"]


@pytest.mark.parametrize("target", ["pains.price", "pains__price", "PAINS.price"])
def test_parts_are_named_with_a_dot_or_two_lines(write: Write, small: Survey, target: str) -> None:
    responses = cl.read_responses(write("recommend,A\n3,1\n4,0\n"), small, columns={"A": target})
    assert responses.accepted["pains__price"].tolist() == [True, False]


def test_an_unknown_column_is_an_error_with_the_nearest(write: Write, small: Survey) -> None:
    with pytest.raises(cl.ColumnNotFoundError, match=r"no column “recomend” in the file.*“recommend”") as error:
        cl.read_responses(write("recommend\n9\n"), small, columns={"recomend": "recommend"})
    assert "是否指 “recommend”？" in error.value.text.zh


def test_an_unknown_item_is_an_error_with_the_nearest(write: Write, small: Survey) -> None:
    for target, near in (("recomend", "recommend"), ("wavee", "wave"), ("pains.nothing", "")):
        with pytest.raises(cl.ResponseValidationError, match=rf"no item “{target}”.*{near}"):
            cl.read_responses(write("recommend,x\n9,1\n"), small, columns={"x": target})


LABELS = [
    "<18",
    ">18",
    "18+",
    "18",
    "18-25",
    "1825",
    "1-5",
    "15",
    "C",
    "C++",
    "C#",
    "$5",
    "5",
    "5%",
    "😀",
    "😡",
    "a/b",
    "ab",
    "±1",
    "1",
    "1.5",
]


@pytest.mark.parametrize("label", LABELS)
def test_labels_that_differ_by_a_mark_are_different(label: str) -> None:
    assert look_up(by_label((text, text) for text in LABELS), label) == label
    others = by_label((text, text) for text in LABELS if text != label)
    assert look_up(others, label) in ({"a/b": "ab", "ab": "a/b"}.get(label), None)


def test_labels_that_differ_by_a_mark_are_different_answers(write: Write, small_file: dict[str, Any]) -> None:
    items = small_file["pages"][0]["items"]
    items[2]["options"] = [{"value": f"v{i}", "text": {"en": t, "zh-CN": t}} for i, t in enumerate(LABELS)]
    items.append(
        {
            "name": "mood",
            "type": "rating",
            "min": 1,
            "max": 3,
            "ask": {"en": "Mood", "zh-CN": "心情"},
            "labels": {1: {"en": "😡", "zh-CN": "😡"}, 2: {"en": "😐", "zh-CN": "😐"}, 3: {"en": "😀", "zh-CN": "😀"}},
        }
    )
    survey = survey_from_dict(small_file)
    moods = ["😡", "😀", "😐", "…", "🤔"]
    text = "recommend,branch,mood\n" + "".join(f"9,{t},{moods[i % 5]}\n" for i, t in enumerate(LABELS))
    accepted = cl.read_responses(write(text), survey).accepted
    assert accepted["branch"].astype(str).tolist() == [f"v{i}" for i in range(len(LABELS))]
    assert accepted["mood"].tolist()[:5] == [1, 3, 2, pd.NA, pd.NA]


def test_a_label_may_be_written_carelessly_as_long_as_it_is_clear(small_file: dict[str, Any]) -> None:
    options = [("a", "Under 18 years"), ("b", "18–25 years"), ("c", "Over 25 (years)"), ("d", "<b>Don't</b> know!")]
    small_file["pages"][0]["items"][2]["options"] = [{"value": v, "text": {"en": t, "zh-CN": t}} for v, t in options]
    item = survey_from_dict(small_file).item("branch")
    assert [
        part_of(item, t) for t in ("under 18 years", "18-25 Years", "Over 25 years", "Don’t know", "Over 26", "")
    ] == ["a", "b", "c", "d", None, None]


@given(st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_a_careless_comparison_never_overrules_an_exact_one(a: str, b: str) -> None:
    labels = by_label([(a, "a"), (b, "b")])
    assert look_up(labels, a) == "a"
    assert look_up(labels, b) == ("a" if a == b else "b")
    assert plain_text(plain_text(a)) == plain_text(a)


def test_matching_says_the_same_in_every_process(write: Write) -> None:
    # The order of a set of texts changes from process to process; a reason must not.
    source = Path(__file__).parents[2] / "sample_data" / "relationship_qualtrics_2025-07_2026-06.csv"
    head = source.read_text(encoding="utf-8").split("\n")[:4]
    path = write("\n".join(head) + "\n", "head.csv")
    read = f"cl.read_responses({str(path)!r}, 'relationship-nps')"
    code = f"import closeloop as cl; print(list({read}.columns['reason_en']))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": str(seed)}, capture_output=True, text=True, check=True
        ).stdout
        for seed in (1, 2, 3)
    }
    assert len(said) == 1
