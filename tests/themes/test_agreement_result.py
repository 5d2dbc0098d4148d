"""`agreement` of the coders of one coding, and of two codings of the same texts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from closeloop.errors import ColumnNotFoundError
from closeloop.stats.agreement import cohen_kappa, krippendorff_alpha
from closeloop.stats.set_agreement import set_alpha
from closeloop.text import set_language
from closeloop.themes.codings.coding import Coding
from closeloop.themes.mece.agreement import agreement

# Krippendorff (2011), example B: two observers, twelve things, α = 0.692
FIRST, SECOND = "aabbdcccedda", "babbbccceddd"


def table(*coders: str | list[list[str]], unit: str = "response", **more: Any) -> Coding:
    """Return a coding by several coders: for each a code per thing, or a list of codes."""
    rows = [
        (i, code, f"coder {k}")
        for k, given in enumerate(coders)
        for i, codes in enumerate(given)
        if codes != "*"
        for code in (list(codes) or [None])
    ]
    frame = pd.DataFrame(rows, columns=["id", "code", "coder"])
    return Coding.from_table(frame, unit=unit, coder="coder", **more)


def spans(rows: list[tuple[int, int, int, str | None]], coder: str) -> Coding:
    """Return a coding of mentions: response, start, end, code."""
    frame = pd.DataFrame(rows, columns=["id", "start", "end", "code"])
    frame["coder"] = coder
    return Coding.from_table(frame, unit="mention", start="start", end="end", coder="coder")


def test_the_published_example_of_two_observers() -> None:
    report = agreement(table(FIRST, SECOND))
    assert report.n == 12
    assert report.alpha.kappa == pytest.approx(0.6919642857142858, abs=1e-12)
    assert report.nominal.kappa == report.alpha.kappa  # no thing has two codes
    assert report.alpha.ci_low < report.alpha.kappa < report.alpha.ci_high


def test_the_published_example_with_gaps_and_four_observers() -> None:
    # Krippendorff (2011), example C: α = 0.743; the twelfth thing was judged once and is left out
    report = agreement(table("123321412***", "1233224125*3", "*3332342251*", "12332441251*"))
    assert report.alpha.kappa == pytest.approx(0.743421052631579, abs=1e-12)
    assert (report.n, report.n_once) == (11, 1)
    assert len(report.coders) == 4
    assert all(row.kappa is None for row in report.codes)
    assert any("1 responses were judged by fewer than two" in note.en for note in report.notes)


def test_each_code_has_its_own_alpha_and_kappa() -> None:
    report = agreement(table(FIRST, SECOND))
    for code in "abcde":
        one, two = (np.array([int(x == code) for x in given]) for given in (FIRST, SECOND))
        row = report[code]
        assert row.alpha.kappa == pytest.approx(krippendorff_alpha(np.stack([one, two], axis=1)).kappa)
        assert row.kappa is not None
        assert row.kappa.kappa == pytest.approx(cohen_kappa(one, two).kappa)
        assert row.n_any == (one | two).sum()
        assert row.n_all == (one & two).sum()
    with pytest.raises(ColumnNotFoundError):
        report["z"]


def test_several_codes_of_a_thing_are_a_set() -> None:
    # {a}{a} · {a,b}{a} · {b}{b} · {}{}: 0.78125, see tests/stats/test_agreement.py
    report = agreement(table([["a"], ["a", "b"], ["b"], []], [["a"], ["a"], ["b"], []]))
    assert report.alpha.kappa == pytest.approx(0.78125, abs=1e-12)
    assert report.nominal.kappa == pytest.approx(1 - 14 / 46, abs=1e-12)


def test_to_give_no_code_is_a_judgement_and_not_to_look_is_none() -> None:
    looked = agreement(table([["a"], ["b"], ["a"]], [["a"], ["b"], []]))
    away = agreement(table([["a"], ["b"], ["a"]], ["a", "b", "*"]))
    assert looked.n == 3
    assert looked.alpha.kappa < 1
    assert (away.n, away.n_once) == (2, 1)
    assert away.alpha.kappa == 1
    assert any("never disagree" in note.en for note in away.notes)
    assert away.alpha.ci_low < 0.5


def test_the_codes_that_are_mixed_up_are_named() -> None:
    report = agreement(table("aaaabbbccc", "aabbbbaccc"))
    assert [(c.first, c.second, c.count) for c in report.confusions] == [("a", "b", 3)]
    assert "“a” and “b” (3×)" in report.sentence.en
    assert "“a”与“b”（3 次）" in report.sentence.zh
    alone = agreement(table([["a"], ["a", "b"]], [["a"], ["a"]]))
    assert [(c.first, c.second, c.count) for c in alone.confusions] == [("b", None, 1)]


@pytest.mark.parametrize(
    ("errors", "worth", "words"),
    [(0, "reliable", "reliable"), (30, "tentative", "tentative conclusions"), (60, "unreliable", "too little")],
)
def test_what_the_agreement_is_good_for(errors: int, worth: str, words: str) -> None:
    first = list("abcd" * 50)
    second = ["abcd"[("abcd".index(x) + (i < errors)) % 4] for i, x in enumerate(first)]
    report = agreement(table("".join(first), "".join(second)))
    assert report.worth == worth
    assert words in report.sentence.en
    assert report.nominal.observed == pytest.approx(1 - errors / 200)


def test_two_codings_meet_at_the_same_spans() -> None:
    one = spans([(1, 0, 9, "late"), (1, 10, 19, "rude"), (2, 0, 5, None), (3, 0, 4, "late")], "Ann")
    two = spans([(1, 0, 9, "late"), (1, 10, 19, "price"), (2, 0, 5, None)], "Bo")
    report = agreement(one, two)
    assert report.unit == "mention"
    assert report.coders == ("Ann", "Bo")
    assert (report.n, report.n_once) == (3, 1)  # response 3 was coded by one only
    sets = np.array([[[1, 0, 0], [1, 0, 0]], [[0, 1, 0], [0, 0, 1]], [[0, 0, 0], [0, 0, 0]]])
    assert report.alpha == set_alpha(sets) or report.alpha.kappa == pytest.approx(set_alpha(sets).kappa)
    assert not report.by_response
    assert {str(report.confusions[0].first), str(report.confusions[0].second)} == {"rude", "price"}
    assert one.agreement(two).alpha == report.alpha


def test_texts_split_differently_are_compared_by_response() -> None:
    one = spans([(1, 0, 9, "late"), (1, 10, 19, "rude"), (2, 0, 5, "late")], "Ann")
    two = spans([(1, 0, 19, "late"), (1, 0, 19, "rude"), (2, 0, 5, "rude")], "Ann")
    report = agreement(one, two)
    assert report.by_response
    assert report.unit == "response"
    assert report.n == 2
    assert report.nominal.observed == 0.5
    assert report.coders == ("Ann", "Ann (2)")
    assert any("split the texts differently" in note.en for note in report.notes)


def test_one_coder_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two coders; found: coder 0"):
        agreement(table("abc"))


def test_coders_who_met_nowhere_and_coders_who_saw_one_code() -> None:
    apart = agreement(table("ab**", "**ab"))
    assert apart.n == 0
    assert math.isnan(apart.alpha.kappa)
    assert "No responses were judged by at least two" in apart.sentence.en
    same = agreement(table("aaaa", "aaaa"))
    assert math.isnan(same.alpha.kappa)
    assert "cannot be measured" in same.sentence.en
    for report in (apart, same):
        assert str(report)
        assert report.plot().alt
        assert report.to_dict()["alpha"] is None


def test_the_report_shows_itself_in_both_languages() -> None:
    report = agreement(table(FIRST, SECOND))
    assert list(report.to_frame()["code"]) == [row.code for row in report.codes]
    assert report.to_dict()["kind"] == "agreement"
    for tag, words in (("en", "given by all"), ("zh", "全部给出")):
        set_language(tag)
        assert words in str(report)
        assert words in report._repr_html_()
        assert report.plot().title in ("Agreement of coders", "编码员一致性")


def test_hostile_names_stay_text() -> None:
    report = agreement(table([["<b>x</b>"], ["$y$"]], [["<b>x</b>"], ["<b>x</b>"]]))
    assert "<b>x</b>" not in report._repr_html_()
    assert report.plot().to_html()


def test_mentions_told_apart_by_their_words_meet_by_their_words() -> None:
    rows = {"id": [1, 1, 2], "text": ["slow", "dear", "slow"], "code": ["late", "price", "late"]}
    one = Coding.from_table(rows, unit="mention", text="text")
    two = Coding.from_table(rows | {"code": ["price", "late", "late"]}, unit="mention", text="text")
    report = agreement(one, two)
    assert (report.n, report.by_response) == (3, False)
    assert report.nominal.observed == pytest.approx(1 / 3)
