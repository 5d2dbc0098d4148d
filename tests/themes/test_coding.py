"""A coding keeps everything: responses, mentions, assignments, who coded, and why; in memory, in files, on screen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import StoreError
from closeloop.text import LANGUAGES, set_language
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.versioned import read_content
from closeloop.views.coding_block import coding_block

TEXTS = [
    "The waiter was rude. Delivery was late again!", "价格太贵了。服务员不耐烦", None, "!!!",
    "<script>alert('x')</script> was RUDE & cold", "=cmd()|'late'!A1",
]  # fmt: skip


@pytest.fixture(scope="module")
def coding() -> Coding:
    return code_mentions(TEXTS, load_codebook("conflict-types"), ids=["a", "b", "c", "d", 5, "f"])


@pytest.fixture(scope="module")
def judged() -> Coding:
    """Three mentions; Ann looked at all of them, Bo at two."""
    rows = {
        "id": [1, 1, 1, 2, 2, 2],
        "from": [0, 0, 0, 0, 0, 5],
        "to": [4, 4, 4, 4, 4, 9],
        "said": ["slow cold"] * 3 + ["late rude"] * 3,
        "code": ["speed", "speed", "food", "speed", None, "tone"],
        "who": ["Ann", "Bo", "Bo", "Ann", "Bo", "Ann"],
    }
    return Coding.from_table(rows, "mention", start="from", end="to", text="said", coder="who")


def test_every_response_and_every_mention_is_there(coding: Coding) -> None:
    assert coding.ids.tolist() == ["a", "b", "c", "d", 5, "f"]
    assert (coding.n_responses, coding.n_mentions) == (6, len(coding.to_frame()["mention"].unique()))
    assert coding.codes == tuple(code.id for code in load_codebook("conflict-types").codes)
    assert coding.matrix().shape == (coding.n_mentions, len(coding.codes))
    assert coding.matrix("response").shape == (6, len(coding.codes))
    assert coding.matrix("response")[[2, 3]].sum() == 0
    assert not coding.substantive[coding.response == 3].any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40) | st.sampled_from(["太贵了。价格", "price; advert!", "the product"]), max_size=6))
def test_nothing_is_lost_and_spans_lie_where_they_say(texts: list[str]) -> None:
    coding = code_mentions(texts, load_codebook("4p"))
    assert coding.n_responses == len(texts)
    assert coding.texts is not None
    lengths = np.array([len(text) for text in coding.texts], int)[coding.response]
    assert ((coding.start >= 0) & (coding.start < coding.end) & (coding.end <= lengths)).all()
    assert (np.diff(coding.response) >= 0).all()
    starts, ends = coding.start[coding.mention], coding.end[coding.mention]
    assert ((starts <= coding.found_start) & (coding.found_start < coding.found_end) & (coding.found_end <= ends)).all()
    pairs = list(zip(coding.mention.tolist(), coding.code.tolist(), strict=True))
    assert len(pairs) == len(set(pairs)) == int(coding.matrix().sum())
    assert coding.judged.all()
    assert Coding.from_document(json.loads(json.dumps(coding.to_document()))) == coding


def test_the_arrays_cannot_be_changed(coding: Coding) -> None:
    with pytest.raises(ValueError, match="read-only"):
        coding.code[0] = 1
    with pytest.raises(AttributeError):
        coding.unit = "response"  # type: ignore[misc]


def test_a_matrix_may_be_that_of_one_coder(judged: Coding) -> None:
    assert judged.coders == ("Ann", "Bo")
    assert judged.codes == ("speed", "food", "tone")
    assert judged.matrix().tolist() == [[1, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert judged.matrix(coder="Ann").tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert judged.matrix(coder="Bo").tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert judged.judged.tolist() == [[True, True], [True, True], [True, False]]
    assert judged.matrix("response").tolist() == [[1, 1, 0], [1, 0, 1]]
    with pytest.raises(ValueError, match=r"Nobody called “Bob”.*Bo"):
        judged.matrix(coder="Bob")
    with pytest.raises(ValueError, match="“comment”"):
        judged.matrix("comment")  # type: ignore[arg-type]


def test_under_a_code_its_descendants_count_for_its_children() -> None:
    book = load_codebook("conflict-types")
    leaf = next(code for code in book.codes if code.parent is not None and book.code(code.parent).parent is not None)
    middle, top = book.code(str(leaf.parent)), book.code(str(book.code(str(leaf.parent)).parent))
    rows = {"id": [1, 2, 3], "code": [leaf.id, middle.id, top.id]}
    coding = Coding.from_table(rows, "response", codebook=book)
    names, given = coding.under()
    assert names == tuple(code.id for code in book.children())
    assert given[:, names.index(top.id)].tolist() == [1, 1, 1]
    names, given = coding.under(top.id)
    assert given[:, names.index(middle.id)].tolist() == [1, 1, 0]
    assert given.sum() == 2
    assert coding.matrix().sum() == 3  # a code does not imply its parent


def test_what_is_also_under_a_second_parent_counts_there_too() -> None:
    book = load_codebook("conflict-types")
    twin = next(code for code in book.codes if code.also_under is not None)
    coding = Coding.from_table({"id": [1], "code": [twin.id]}, "response", codebook=book)
    names, given = coding.under()
    tops = {names[at] for at in np.flatnonzero(given[0])}
    assert len(tops) == 2
    assert coding.under(twin.also_under)[1].sum() == 1


def test_without_a_codebook_the_codes_stand_side_by_side(judged: Coding) -> None:
    assert judged.under()[0] == judged.codes
    with pytest.raises(ValueError, match="has no codebook"):
        judged.under("speed")


def test_the_long_table_has_each_assignment_and_each_bare_mention(judged: Coding) -> None:
    table = judged.to_frame()
    assert list(table.columns) == ["id", "mention", "start", "end", "text", "code", "coder", "rule", "found"]
    shown = table[["mention", "text", "code", "coder"]].astype(object).where(table.notna(), None).to_numpy().tolist()
    assert shown == [
        [0, "slow", "speed", "Ann"], [0, "slow", "speed", "Bo"], [0, "slow", "food", "Bo"], [1, "late", None, "Bo"],
        [1, "late", "speed", "Ann"], [2, "rude", "tone", "Ann"],
    ]  # fmt: skip
    assert judged.to_frame("pyarrow").num_rows == 6


def test_the_table_names_the_rule_and_the_words_it_found(coding: Coding) -> None:
    table = coding.to_frame()
    row = table[table["code"] == "wording_tone"].iloc[0]
    assert (row["id"], row["text"], row["found"]) == ("a", "The waiter was rude.", "rude")
    assert row["rule"] in coding.rules
    assert row["coder"] == "conflict-types@1"


def test_a_file_loses_nothing(coding: Coding, judged: Coding, tmp_path: Path) -> None:
    weighted = Coding.from_table({"id": [1, 2], "code": ["a", None], "w": [0.1, 2.5]}, "response", weights="w")
    for each in (coding, judged, weighted):
        content = read_content(each.save(tmp_path / "coding.json"))
        assert (content["closeloop"], content["format"]) == ("coding", 1)
        again = Coding.from_document(content)
        assert again == each
        assert again.codebook == each.codebook
    assert coding != judged


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"closeloop": "codebook"}, "kind “coding” was expected"),
        ({"format": 2}, "format 2"),
        ({"format": "1"}, "whole number"),
        ({"colour": 1}, "at colour: this part is not known"),
        ({"codes": None}, "cannot be read"),
        ({"codes": []}, "at code: this part does not fit"),
        ({"coders": []}, "cannot be read"),
        ({"unit": "page"}, "at unit"),
        ({"texts": ["x"]}, "at texts"),
        ({"ids": ["x"]}, "at response"),
    ],
)
def test_a_broken_file_says_where(change: dict[str, object], words: str, coding: Coding) -> None:
    with pytest.raises(StoreError, match=words):
        Coding.from_document({**coding.to_document(), **change}, "c.json")


def test_a_missing_part_is_named(coding: Coding) -> None:
    content = coding.to_document()
    del content["mentions"]["end"]
    with pytest.raises(StoreError, match="at end: this part is missing"):
        Coding.from_document(content)


def test_html_shows_codes_counts_rules_and_the_words_and_no_markup_of_customers(coding: Coding) -> None:
    for tag in LANGUAGES:
        shown = coding_block(coding, tag)
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown
        assert "was <b>RUDE</b> &amp; cold" in shown
        assert "<samp>rude</samp> 2" in shown
        assert load_codebook("conflict-types").code("wording_tone").label.in_language(tag) in shown
    set_language("zh")
    assert "客户原话" in coding._repr_html_()
    assert "6 份答卷" in str(coding)


def test_long_comments_are_cut_round_what_was_found() -> None:
    text = "很好" * 80 + "太贵" + "很好" * 80
    shown = coding_block(code_mentions([text], load_codebook("conflict-types")), "zh-CN")
    assert "…" in shown
    assert "<b>太贵</b>" in shown
    assert text not in shown


def test_a_response_level_coding_shows_who_coded() -> None:
    rows = {"id": [1, 1, 2], "code": ["a", "b", None], "who": ["Ann", "Ann", "Bo"]}
    coding = Coding.from_table(rows, "response", coder="who")
    shown = coding_block(coding, "en")
    assert "<samp>Ann</samp> 1" in shown
    assert "2 responses, coded as a whole; 1 have a code" in shown.replace("\u00a0", " ")
    assert repr(coding) == "Coding(2 responses, 2 assignments of 2 codes to whole responses)"
