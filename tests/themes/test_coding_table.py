"""Codings come in from tables, long and wide, and what is wrong with a table is said with its row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.errors import ColumnNotFoundError, InsufficientDataError
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.coding import Coding


def test_long_rows_of_whole_responses() -> None:
    rows = {"r": ["b", "a", "b", "c"], "theme": ["x", "y", "y", None]}
    coding = Coding.from_table(rows, "response", id="r", code="theme")
    assert coding.ids.tolist() == ["b", "a", "c"]
    assert coding.codes == ("x", "y")
    assert coding.matrix().tolist() == [[1, 1], [0, 1], [0, 0]]
    assert coding.coders == ("coder",)
    assert coding.texts is None
    assert coding.start.tolist() == [-1, -1, -1]
    assert coding.notes == ()


def test_mentions_are_told_apart_by_their_spans() -> None:
    rows = {"id": [1, 1, 1], "s": [5, 0, 0], "e": [9, 4, 4], "t": ["late rude"] * 3, "code": ["b", "a", "b"]}
    coding = Coding.from_table(rows, "mention", start="s", end="e", text="t")
    assert [coding.mention_text(i) for i in range(coding.n_mentions)] == ["late", "rude"]
    assert coding.matrix().tolist() == [[1, 1], [1, 0]]


def test_mentions_are_told_apart_by_their_words_where_there_are_no_spans() -> None:
    rows = {"id": [1, 2, 1, 1], "t": ["late", "late", "rude", "late"], "code": ["a", "a", "b", "c"]}
    coding = Coding.from_table(rows, "mention", text="t")
    assert [coding.mention_text(i) for i in range(coding.n_mentions)] == ["late", "rude", "late"]
    assert coding.response.tolist() == [0, 0, 1]
    assert coding.texts is not None
    assert coding.texts.tolist() == ["late\nrude", "late"]
    assert coding.n_assignments == 4


def test_without_words_and_spans_each_id_is_a_mention() -> None:
    coding = Coding.from_table({"id": [7, 7, 8], "code": ["a", "b", "a"]}, "mention")
    assert (coding.n_mentions, coding.n_responses) == (2, 2)


def test_a_mention_without_a_letter_is_not_substantive() -> None:
    coding = Coding.from_table({"id": [1, 2], "t": ["!!!", "slow"], "code": [None, "a"]}, "mention", text="t")
    assert coding.substantive.tolist() == [False, True]


def test_wide_cells_count_unless_missing_or_absent() -> None:
    frame = pd.DataFrame({"id": [1, 2, 3], "price": [1, -2, None], "taste": [0, -1, -2]})
    coding = Coding.from_table(frame, "response", codes=["price", "taste"], absent=-2)
    assert coding.matrix().tolist() == [[1, 1], [0, 1], [0, 0]]
    both = Coding.from_table(frame, "response", codes=["price", "taste"], absent=[-2, 0])
    assert both.matrix().tolist() == [[1, 0], [0, 1], [0, 0]]
    assert coding.judged.all()


def test_a_wide_table_of_several_coders() -> None:
    frame = pd.DataFrame({"id": [1, 1, 2], "who": ["A", "B", "A"], "x": [1, 0, 1], "y": [0, 1, 1]})
    coding = Coding.from_table(frame, "response", codes=["x", "y"], absent=0, coder="who")
    assert coding.matrix(coder="A").tolist() == [[1, 0], [1, 1]]
    assert coding.matrix(coder="B").tolist() == [[0, 1], [0, 0]]
    assert coding.judged.tolist() == [[True, True], [True, False]]


def test_zeros_are_not_taken_for_yes_without_being_told() -> None:
    frame = pd.DataFrame({"id": [1, 2], "x": [1, 0]})
    with pytest.raises(ValueError, match=r"“x” holds 0.*absent=0"):
        Coding.from_table(frame, "response", codes=["x"])
    assert Coding.from_table(frame, "response", codes=["x"], absent=[]).matrix().tolist() == [[1], [1]]


def test_codes_of_a_codebook_are_all_there_in_its_order() -> None:
    book = load_codebook("4p")
    coding = Coding.from_table({"id": [1], "code": [book.codes[-1].id]}, "response", codebook=book)
    assert coding.codes == tuple(code.id for code in book.codes)
    assert coding.matrix()[0].tolist() == [0] * (len(book.codes) - 1) + [1]


def test_unknown_codes_are_named_with_those_close_to_them() -> None:
    book = load_codebook("emotions")
    with pytest.raises(ValueError, match=r"2 code.*emotions@1: angr, disapointment.*anger"):
        Coding.from_table({"id": [1, 2], "code": ["angr", "disapointment"]}, "response", codebook=book)


def test_an_assignment_that_is_there_twice_counts_once_and_is_noted() -> None:
    coding = Coding.from_table({"id": [1, 1, 1], "code": ["a", "a", "b"]}, "response")
    assert coding.n_assignments == 2
    assert "1 of 3 assignments were in the table twice" in str(coding.notes[0])


def test_any_kind_of_frame_is_taken() -> None:
    polars = pytest.importorskip("polars")
    frame = pd.DataFrame({"id": ["a", "b"], "code": ["x", None], "t": ["late", "ok"]})
    expected = Coding.from_table(frame, "mention", text="t")
    assert Coding.from_table(polars.from_pandas(frame), "mention", text="t") == expected
    assert Coding.from_table(polars.from_pandas(frame).lazy(), "mention", text="t") == expected
    assert Coding.from_table(frame.to_dict("list"), "mention", text="t") == expected


ROW = {
    "id": [1, 2], "code": ["a", "b"], "s": [0, 0], "e": [4, 9], "t": ["late", "rude"], "who": ["A", "B"], "w": [1.0, 2],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "how", "error", "words"),
    [
        ({}, {"id": "key"}, ColumnNotFoundError, "no column “key”"),
        ({}, {"code": "cod"}, ColumnNotFoundError, "“code”"),
        ({}, {"unit": "sentence"}, ValueError, "not “sentence”"),
        ({}, {"start": "s"}, ValueError, "both ends; only “s”"),
        ({"id": [1, None]}, {}, ValueError, "empty in 1 row.*2"),
        ({"who": ["A", None]}, {"coder": "who"}, ValueError, "first in row 2"),
        ({}, {"start": "s", "end": "e", "text": "t"}, ValueError, "row 2: 0 to 9, the text has 4 characters"),
        ({"s": [-1, 0]}, {"start": "s", "end": "e"}, ValueError, "row 1: -1 to 4"),
        ({"s": [5, 0]}, {"start": "s", "end": "e"}, ValueError, "row 1: 5 to 4"),
        ({"s": [0.5, 0]}, {"start": "s", "end": "e"}, ValueError, "“s”, row 1: “0.5” is no position"),
        ({"s": [0, None]}, {"start": "s", "end": "e"}, ValueError, "“s”, row 2"),
        ({"id": [1, 1]}, {"unit": "response", "text": "t"}, ValueError, "different texts.*2"),
        ({"w": [1, -1]}, {"weights": "w"}, ValueError, "“w”, row 2: “-1”"),
        ({"w": [1, None]}, {"weights": "w"}, ValueError, "“w”, row 2"),
        ({"id": [1, 1]}, {"weights": "w", "unit": "response"}, ValueError, "“w”, row 2: “2.0”"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_row(
    change: dict[str, list[object]], how: dict[str, str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Coding.from_table({**ROW, **change}, **{"unit": "mention", **how})  # type: ignore[arg-type]


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InsufficientDataError, match="no rows"):
        Coding.from_table({"id": [], "code": []}, "response")


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b", None]), st.sampled_from(["A", "B"])), min_size=1)
)
def test_a_long_table_comes_back_from_the_coding(rows: list[tuple[int, str | None, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["id", "code", "coder"]).astype({"code": "str"})
    coding = Coding.from_table(frame, "response", coder="coder")
    assert coding.n_responses == len({row[0] for row in rows})
    again = coding.to_frame()
    kept = {(i, c, w) for i, c, w in rows if c is not None}
    there = again[again["code"].notna()]
    assert set(zip(there["id"], there["code"], there["coder"], strict=True)) == kept
    assert len(there) == len(kept)
    looked = {(i, w) for i, _, w in rows}
    assert int(coding.judged.sum()) == len(looked)


@pytest.mark.shared
def test_human_codings_of_chinese_reviews(shared: Callable[[str], Path]) -> None:
    frame = pd.read_csv(shared("data/zh/train_sample.csv"))
    aspects = list(frame.columns[3:])
    coding = Coding.from_table(frame, "response", id="index", text="reviewbody", codes=aspects, absent=-2)
    assert (coding.n_responses, len(coding.codes)) == (100, 18)
    assert np.array_equal(coding.matrix(), (frame[aspects] != -2).to_numpy().astype(np.uint8))
