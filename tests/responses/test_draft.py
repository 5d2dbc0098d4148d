"""Surveys drafted from exports: what is guessed, why, and that the export can be read with the guess at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


def kinds(survey: Survey) -> dict[str, str]:
    return {item.name: item.type for item in survey.items}


def column(*texts: str, name: str = "x") -> Survey:
    return cl.draft_survey(pd.DataFrame({name: list(texts)}), id="one")


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("9", "10", "0", "3"), "rating"),
        (("1", "5", "3"), "rating"),
        (("0", "1", "1"), "yesno"),
        (("yes", "No", "yes"), "yesno"),
        (("是", "否", "是"), "yesno"),
        (("12", "150", "3"), "number"),
        (("1.5", "2", "3"), "number"),
        (("2026-05-03", "2026/5/4"), "date"),
        (("East", "West", "East"), "single"),
        (("a;b", "b", "a;b", "a"), "multi"),
        (("a┋b", "b┋c", "a", "c", "b┋a"), "multi"),
        (("one thing", "another thing", "a third"), "text"),
        (("A long answer about what went wrong on the day", "Another one, at least as long as the first"), "comment"),
        (("", "", ""), "text"),
    ],
)
def test_the_type_is_guessed_from_the_answers(texts: tuple[str, ...], kind: str) -> None:
    survey = column(*texts, "")
    assert kinds(survey) == {"x": kind}
    reason = survey.items[0].to_confirm
    assert reason is not None
    assert reason.en != reason.zh


def test_an_nps_is_never_guessed_even_if_it_is_asked_for() -> None:
    survey = column(*(str(i % 11) for i in range(200)), name="How likely are you to recommend us?")
    assert {item.type for item in survey.items} == {"rating"}
    assert survey.metrics == {}
    reason = survey.items[0].to_confirm
    assert reason is not None
    assert "type: nps yourself" in reason.en


def test_a_draft_is_confirmed_item_by_item(write: Write) -> None:
    path = write("score,branch\n" + "9,East\n3,West\n" * 5)
    survey = cl.draft_survey(path, id="visit")
    assert survey.unconfirmed == ("score", "branch")
    assert survey.confirm("score").unconfirmed == ("branch",)
    confirmed = survey.confirm(*survey.unconfirmed)
    assert confirmed.unconfirmed == ()
    assert survey.unconfirmed == ("score", "branch")
    said = [set(cl.read_responses(path, s).issues["code"].astype(str)) for s in (survey, confirmed)]
    assert ["unconfirmed" in codes for codes in said] == [True, False]


def test_confirming_an_item_that_is_not_there_is_an_error(write: Write) -> None:
    with pytest.raises(cl.ColumnNotFoundError, match="score"):
        cl.draft_survey(write("score\n9\n3\n")).confirm("scores")


def test_a_draft_saved_and_loaded_reads_the_export_in_the_same_way(write: Write, tmp_path: Path) -> None:
    path = write("How was it?,Which?\n" + "9,East\n3,West\n" * 5, "visits 2026.csv")
    survey = cl.draft_survey(path)
    loaded = cl.load_survey(survey.save(tmp_path / "d.survey.yaml"))
    assert loaded.to_dict() == survey.to_dict()
    assert survey.id == "visits-2026"
    left, right = (cl.read_responses(path, s).accepted for s in (survey, loaded))
    assert left.equals(right)


def test_items_get_names_that_a_survey_may_have() -> None:
    names = ["Score", "Score", "1 st", "status?", "a__b", "您有多大可能推荐我们？", "if", "source_row", "x" * 80]
    survey = cl.draft_survey(pd.DataFrame([["a"] * 9, ["b"] * 9, ["a"] * 9], columns=names), id="names")
    found = [item.name for item in survey.items]
    assert len(set(found)) == 9
    assert all(name.isidentifier() and name.isascii() and "__" not in name and len(name) <= 32 for name in found)
    assert [item.ask.en for item in survey.items if item.ask][:2] == ["Score", "Score"]


def test_the_language_is_that_of_the_questions() -> None:
    assert column("东", "西", "东").languages == ("zh-CN",)
    assert column("a", "b", "a").languages == ("en",)


def test_numbered_labels_stand_in_their_order_and_a_write_in_means_other() -> None:
    (item,) = column("5-10", "1-4", "11-20", "1-4", "其他〖很多〗", "11-20", "5-10").items
    assert [option.value for option in item.options] == ["1-4", "5-10", "11-20"]
    assert item.other is True


@pytest.mark.parametrize("text", ["status\ntest\n", "response_id,language\na,en\n"])
def test_an_export_without_a_question_is_said(write: Write, text: str) -> None:
    with pytest.raises(cl.InsufficientDataError, match="no column that could be a question") as error:
        cl.draft_survey(write(text))
    assert "没有可作题目的列" in error.value.text.zh


def test_a_header_without_answers_is_said(write: Write) -> None:
    with pytest.raises(cl.InsufficientDataError, match="header but no answer"):
        cl.draft_survey(write("score,why\n"))


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "2",
            "10",
            "0",
            "yes",
            "No",
            "a;b",
            "a, b",
            "a┋b",
            "<18",
            ">18",
            "18+",
            "C",
            "C++",
            "c",
            "Other",
            "其他",
            "其他〖x〗",
            "N/A",
            "2026-01-02",
            "2026/1/2",
            "1.5",
            "1,200",
            "😀",
            "😡",
            "none",
            "null",
            "-",
            "…",
            "5-10",
            "510",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8),
)
NAME = st.one_of(
    st.sampled_from(["a", "b", "Other", "status", "response_id", "1、题", "a__b", "if", "null", "第6题(x)", "not"]),
    st.text(max_size=6),
)
TABLE = st.integers(1, 4).flatmap(
    lambda k: st.tuples(
        st.lists(NAME, min_size=k, max_size=k),
        st.lists(st.lists(CELL, min_size=k, max_size=k), min_size=1, max_size=12),
    )
)


@given(TABLE)
@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_export_can_be_read_with_its_own_draft(
    tmp_path_factory: pytest.TempPathFactory, table: tuple[list[str], list[list[str]]]
) -> None:
    names, rows = table
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([names, *rows])
    path = tmp_path_factory.mktemp("draft") / "any.csv"
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
    try:
        survey = cl.draft_survey(path)
    except (cl.InsufficientDataError, cl.ResponseValidationError):
        return  # nothing to guess from
    responses = cl.read_responses(path, survey)
    unread = responses.issues.query("severity == 'error' and item != '' and code != 'no_response_id'")
    assert unread[["item", "code", "raw_value"]].astype(str).values.tolist() == []
    places = dict(zip(responses.columns["item"], responses.columns["position"], strict=True))
    for item in survey.items:
        if item.type == "single" and item.name in places:
            chosen = responses.accepted[item.name].astype("str").fillna("")
            raw = responses.raw.set_index("source_row").iloc[:, 2 + places[item.name]]
            written = raw.loc[responses.accepted["source_row"]].astype(str)
            for value, text in zip(chosen, written, strict=True):
                assert value in ("", "other") or value.casefold() == text.strip().casefold()
