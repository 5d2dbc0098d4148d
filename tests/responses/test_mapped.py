"""Columns that are proposed, confirmed once, and remembered in the survey file with its comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.sources_map import with_sources
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
Shared = Callable[[str], Path]

FILE = """\
# Our survey – ask Wang before changing it
format: 1
id: visit   # never change
version: 1
languages: [en, zh-CN]
title: {en: "Visit", zh-CN: "到访"}

sources:   # where the exports have it
  wjx:
    # the old form
    why: "3、原因"   # as they call it
# the pages
pages:
  - name: main
    items:
      - {name: score, type: rating, min: 1, max: 5, ask: {en: "How was your visit?", zh-CN: "您的到访如何？"}}   # 1–5
      - name: branch
        type: single
        ask: {en: "Which branch did you visit?", zh-CN: "您到访了哪家门店？"}
        options:
          - {value: east, text: {en: "East", zh-CN: "东店"}}
          - {value: west, text: {en: "West", zh-CN: "西店"}}
      - name: pains
        type: multi
        other: true
        ask: {en: "What was not good?", zh-CN: "哪里不好？"}
        options:
          - {value: price, text: {en: "Price, fees", zh-CN: "价格、费用"}}
          - {value: wait, text: {en: "Waiting", zh-CN: "等待"}}
      - {name: why, type: comment, ask: {en: "Why did you give this score?", zh-CN: "您为什么打这个分？"}}
# the end
"""
EXPORT = """\
How did you like your visit?,The branch you visited?,"What, if anything, was not good?",Anything else?
5,East,"Price, fees, Waiting",x
3,West,"Waiting, the long road",y
"""


@pytest.fixture
def survey(tmp_path: Path) -> Survey:
    path = tmp_path / "visit.survey.yaml"
    path.write_text(FILE, encoding="utf-8", newline="")
    return cl.load_survey(path)


def test_reworded_columns_are_proposed_confirmed_once_and_certain_ever_after(write: Write, survey: Survey) -> None:
    path = write(EXPORT)
    responses = cl.read_responses(path, survey)
    assert set(responses.columns["verdict"]) == {"check", "unused"}
    assert responses.columns["proposal"].fillna("").tolist() == ["score", "branch", "pains", ""]
    assert responses.accepted["score"].isna().all()
    confirmed = responses.confirm()
    assert confirmed.accepted["score"].tolist() == [5, 3]
    assert confirmed.accepted["pains__other_text"].tolist()[1] == "the long road"
    confirmed.mapped().save(str(survey.path))
    again = cl.read_responses(path, cl.load_survey(str(survey.path)))
    assert again.columns["verdict"].tolist() == ["certain", "certain", "certain", "unused"]
    pd.testing.assert_frame_equal(again.accepted, confirmed.accepted)


def test_the_map_holds_what_was_seen(write: Write, survey: Survey) -> None:
    entry = cl.read_responses(write(EXPORT), survey).confirm().mapped().sources["plain"]["pains"]
    assert entry.column == "What, if anything, was not good?"
    assert entry.options == {"Price, fees": "price", "Waiting": "wait"}


def test_writing_the_map_changes_nothing_else_in_the_file(write: Write, survey: Survey) -> None:
    path = Path(str(survey.path))
    cl.read_responses(write(EXPORT), survey).confirm().mapped().save(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    start, end = lines.index("sources:   # where the exports have it"), lines.index("# the pages")
    before = FILE.splitlines()
    assert lines[:start] + lines[end:] == before[: before.index(lines[start])] + before[before.index("# the pages") :]
    block = lines[start:end]
    assert "    # the old form" in block
    assert any(line.startswith('    why: "3、原因"') and line.endswith("# as they call it") for line in block)
    assert cl.load_survey(path).sources["wjx"] == survey.sources["wjx"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: a\n", "id: a\nsources:\n  plain:\n    x:\n      column: Y\n"),
        ("id: a", "id: a\nsources:\n  plain:\n    x:\n      column: Y\n"),
        ("sources:\n\n# b\nid: a\n", "sources:\n  plain:\n    x:\n      column: Y\n\n# b\nid: a\n"),
        ("sources: {plain: {x: Y}}\nid: a  # c\n", "sources: {plain: {x: Y}}\nid: a  # c\n"),
        ("sources:\n  plain:\n    z: Q  # gone\nid: a\n", "sources:\n  plain:\n    x:\n      column: Y\nid: a\n"),
    ],
)
def test_the_map_is_written_where_it_belongs(text: str, expected: str) -> None:
    assert with_sources(text, {"plain": {"x": {"column": "Y"}}}) == expected


def test_saving_a_survey_that_differs_otherwise_replaces_the_file(survey: Survey) -> None:
    path = Path(str(survey.path))
    other = survey_from_dict({**survey.to_dict(), "version": 2})
    other.save(path)
    assert "ask Wang" not in path.read_text(encoding="utf-8")
    assert cl.load_survey(path) == other


def test_windows_line_ends_and_the_mark_stay(survey: Survey, write: Write) -> None:
    path = Path(str(survey.path))
    path.write_bytes(b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode())
    cl.read_responses(write(EXPORT), cl.load_survey(path)).confirm().mapped().save(path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf#")
    assert raw.count(b"\n") == raw.count(b"\r\n") > FILE.count("\n")


def test_two_columns_alike_are_shown_and_neither_is_taken(write: Write, survey: Survey) -> None:
    text = "score,Which branch you visited,You visited which branch\n5,East,West\n"
    responses = cl.read_responses(write(text), survey)
    assert responses.columns["verdict"].tolist() == ["certain", "check", "check"]
    assert responses.columns["proposal"].isna().all()
    assert "just as much like it" in responses.columns["reason_en"][1]
    assert responses.confirm().accepted["branch"].isna().all()
    told = responses.confirm({"You visited which branch": "branch"})
    assert told.accepted["branch"].astype(str).tolist() == ["west"]


def test_a_column_like_two_items_is_not_given_to_either(small_file: dict[str, Any], write: Write) -> None:
    asks = [("before", "Satisfied before the repair?"), ("after", "Satisfied after the repair?")]
    small_file["pages"][0]["items"] += [
        {"name": name, "type": "text", "ask": {"en": ask, "zh-CN": name}} for name, ask in asks
    ]
    responses = cl.read_responses(write("recommend,Satisfied with the repair\n9,x\n"), survey_from_dict(small_file))
    (row,) = responses.columns.query("verdict == 'check'").to_dict("records")
    assert pd.isna(row["proposal"])
    assert "as much like before as like after" in row["reason_en"]
    assert "同样相近" in row["reason_zh"]


def test_columns_are_given_out_one_to_one_not_first_come(write: Write, small_file: dict[str, Any]) -> None:
    # "speed of the delivery service" is like both; the other column fits only one of them.
    asks = [("fast", "Speed of delivery"), ("kind", "Delivery service")]
    small_file["pages"][0]["items"] += [
        {"name": name, "type": "text", "ask": {"en": ask, "zh-CN": name}} for name, ask in asks
    ]
    text = "recommend,Delivery speed and service,The delivery speed\n9,a,b\n"
    proposal = cl.read_responses(write(text), survey_from_dict(small_file)).columns["proposal"].tolist()
    assert proposal[1:] == ["kind", "fast"]


@pytest.mark.parametrize(
    ("header", "item"),
    [
        ("３．您觉得哪里不好呢？", "pains"),
        ("第2题 您到访的是哪家门店", "branch"),
        ("您为何打这个分数？", "why"),
        ("Q4. Why this score?", "why"),
        ("请问您来了几次？", None),
        ("How many times did you come?", None),
    ],
)
def test_wording_is_compared_in_both_languages(write: Write, survey: Survey, header: str, item: str | None) -> None:
    responses = cl.read_responses(write(f"score,{header}\n5,East\n"), survey)
    found = responses.columns["proposal"].tolist()[1]
    assert (None if pd.isna(found) else found) == item


def test_confirming_an_unknown_column_or_item_is_an_error(write: Write, survey: Survey) -> None:
    responses = cl.read_responses(write(EXPORT), survey)
    with pytest.raises(cl.ColumnNotFoundError, match="Anything else"):
        responses.confirm({"Anything els?": "why"})
    with pytest.raises(cl.ResponseValidationError, match="no item “whi”"):
        responses.confirm({"Anything else?": "whi"})
    with pytest.raises(cl.ResponseValidationError, match="without a survey"):
        cl.read_responses(write(EXPORT)).mapped()


def reworded(survey: Survey) -> Survey:
    """The survey with every item renamed and every question asked in other words, its source map gone."""
    data = survey.to_dict()
    data.pop("sources")
    for number, item in enumerate(data["pages"][0]["items"]):
        item["name"] = f"item_{number}"
        item.pop("to_confirm")
        texts = item["ask"].items()
        item["ask"] = {k: f"Please tell us: {t.rstrip('?.')}?" if k == "en" else f"{t}（请选择）" for k, t in texts}
    return survey_from_dict(data)


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "surveymonkey/538_starwars_head80.csv",
        "surveymonkey/538_steak_head80.csv",
        "typeform/fcc2016_part1_head60.csv",
        "google_forms/dask2021_head60lines.csv",
        "wjx/wjx_800_800_0.xls",
    ],
)
def test_a_real_export_is_matched_again_after_renaming_and_rewording(shared: Shared, name: str) -> None:
    path = shared(f"data/exports/{name}")
    drafted = cl.draft_survey(path)
    truth = cl.read_responses(path, drafted)
    names = {item.name: f"item_{number}" for number, item in enumerate(drafted.items)}
    responses = cl.read_responses(path, reworded(drafted)).confirm()
    assert [names.get(item, item) for item in truth.columns["item"]] == responses.columns["item"].tolist()
    again = cl.read_responses(path, responses.mapped())
    taken = again.columns["item"].notna()
    assert set(again.columns.loc[taken, "verdict"]) == {"certain"}
    pd.testing.assert_frame_equal(again.accepted, responses.accepted)
    for old, new in names.items():
        left = truth.accepted.filter(regex=rf"^{old}(__|$)")
        right = again.accepted.filter(regex=rf"^{new}(__|$)")
        assert [c.removeprefix(old) for c in left] == [c.removeprefix(new) for c in right]
        pd.testing.assert_frame_equal(left.set_axis(right.columns, axis=1), right)
