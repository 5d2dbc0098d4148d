"""Faults that a review of themes found, each with what is promised instead."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from closeloop.stats.agreement import krippendorff_alpha
from closeloop.stats.unseen import unseen
from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.themes.codings.recode import recode
from closeloop.themes.mece.mece import mece
from closeloop.themes.mece.mece_tree import mece_tree
from closeloop.themes.pareto.pareto import pareto

FILLER = ["rain", "blue", "tall trees", "half past nine", "see you", "so so", "came by bus", "long ago"]
PARKING = ["no parking here", "parking is full", "no parking at night", "where is parking", "parking lot closed"]
LABEL = {"en": "Parking", "zh-CN": "停车"}


def both(text: str) -> dict[str, str]:
    return {"en": text, "zh-CN": text}


def small_book() -> Codebook:
    codes: list[dict[str, Any]] = [
        {"id": "service", "split": both("which part?")}, {"id": "speed", "parent": "service"},
        {"id": "staff", "parent": "service"}, {"id": "price", "rules": {"terms": {"en": ["price"]}}},
        {"id": "other", "other": True},
    ]  # fmt: skip
    told = [{"label": both(code["id"]), "definition": both("d"), **code} for code in codes]
    state = {"id": "small", "version": 1, "languages": ("en", "zh-CN"), "title": both("B"), "split": both("Which?")}
    return Codebook(CodebookState.model_validate(state | {"codes": told}, context={"languages": ("en", "zh-CN")}))


def singly(codes: list[str | None], **columns: Any) -> Coding:
    """Return a mention each, of a person of its own."""
    table = {"id": list(range(len(codes))), "code": codes, **columns}
    return Coding.from_table(table, "mention", codebook=small_book(), weights="w" if columns else None)


@pytest.mark.parametrize("said", ["no parking at all", "停车位太少"])
def test_what_many_wrote_word_for_word_is_a_group(said: str) -> None:
    found = code_mentions([said] * 30 + FILLER, small_book()).suggest()
    assert [one.n for one in found] == [30]
    assert found[0].quotes[0].count == 30
    assert found[0].rule_terms


def test_a_residual_of_one_text_only_is_a_group() -> None:
    found = code_mentions(["same words here"] * 50, small_book()).suggest()
    assert [(one.n, one.share) for one in found] == [(50, 1.0)]


def test_one_suggestion_does_not_make_two_codes() -> None:
    coding = code_mentions(PARKING * 2 + FILLER, small_book())
    assert coding.codebook is not None
    found = coding.suggest()[0]
    once = coding.codebook.accept(found, by="Li Na", id="parking", label=LABEL, definition=LABEL)
    with pytest.raises(ValueError, match="'parking' looks for all of these terms already"):
        once.accept(found, by="Li Na", id="parking_lot", label=LABEL, definition=LABEL)
    others = once.accept(found, by="Li Na", id="parking_lot", label=LABEL, definition=LABEL, terms=["garage"])
    assert others.version == 3


def test_nothing_to_recode_says_so() -> None:
    coding = code_mentions([], small_book())
    assert coding.codebook is not None
    assert recode(coding, coding.codebook).sentence.en == "There is no mention to code anew."


@pytest.mark.parametrize("n", [2, 3, 5])
def test_a_few_responses_of_one_theme_do_not_rank_the_others(n: int) -> None:
    # all alike: the difference has no spread, which must not pass for certainty
    first = pareto(singly(["price"] * n)).themes[0]
    assert (first.rank_low, first.rank_high) == (1, 2)


def test_many_responses_of_one_theme_do() -> None:
    first = pareto(singly(["price"] * 60)).themes[0]
    assert (first.rank_low, first.rank_high) == (1, 1)


def test_a_single_theme_is_told_without_a_ranking() -> None:
    assert (
        pareto(singly(["price"])).sentence.en
        == "“price” is the only theme: 100\xa0% of 1 mention (95\xa0% interval –)."
    )


@pytest.mark.parametrize("parent", [None, "service"])
def test_weights_that_are_all_zero_are_refused(parent: str | None) -> None:
    with pytest.raises(ValueError, match="All weights are 0"):
        pareto(singly(["staff", "speed"], w=[0, 0]), parent=parent)


def test_a_node_without_weight_is_not_judged_by_it() -> None:
    report = mece(singly(["price", "staff", "speed"], w=[1, 0, 0]), "service")
    assert math.isnan(report.check("residual_weighted").estimate)
    assert "The mentions here have no weight, so nothing can be judged by it." in [text.en for text in report.reasons]
    assert not any("By weight –" in note.en for note in report.notes)


def test_one_mention_of_three_does_not_fail_a_node() -> None:
    # Wilson's lower limit of 1/3 is 6.1 %, the exact one 0.8 %
    report = mece(singly(["price", "staff", None]))
    assert report.split.residual.ci_low > 0.05
    assert report.check("residual").outcome == "cannot tell"
    assert [one.verdict for one in mece_tree(singly(["price", "staff", None]))] == ["cannot tell", "cannot tell"]
    assert mece(singly([None] * 3)).check("residual").outcome == "fail"


def test_a_true_share_at_the_threshold_seldom_fails() -> None:
    draw = np.random.default_rng(1)
    failed = 0
    for _ in range(120):
        left = draw.random(10) < 0.05
        report = mece(singly(["price" if not one else None for one in left]))
        failed += report.check("residual").outcome == "fail"
    assert failed <= 3  # 2.5 % at most, one-sided


def test_limits_of_the_kinds_do_not_depend_on_mentions_without_one() -> None:
    # EstimateS, appendix B: P = exp(−n/S) with n the things that have a kind
    assert unseen([5, 5], n=1000).kinds_high == unseen([5, 5]).kinds_high
    missed = math.exp(-10 / 2)
    assert unseen([5, 5]).kinds_high == pytest.approx(
        2 / (1 - missed) + 1.959964 * math.sqrt(2 * missed) / (1 - missed)
    )


def test_one_thing_judged_twice_has_no_interval() -> None:
    found = krippendorff_alpha([[0, 1]])
    assert found.kappa == 0
    assert math.isnan(found.ci_low)
    assert math.isnan(found.ci_high)


def test_a_missing_comment_of_pyarrow_is_no_text() -> None:
    for texts in (pa.array(["late", None]), pa.chunked_array([["late"], [None]])):
        coding = code_mentions(texts, small_book())
        assert coding.texts is not None
        assert coding.texts.tolist() == ["late", ""]


def test_a_blank_code_is_none() -> None:
    for column in (["price", "", "  "], pd.Categorical(["price", "", None])):
        coding = Coding.from_table({"id": [1, 2, 3], "code": column}, "mention")
        assert coding.codes == ("price",)
        assert coding.matrix().tolist() == [[1], [0], [0]]


def test_half_characters_do_not_stop_a_list_with_a_missing_comment() -> None:
    coding = code_mentions(["price \ud800", None], small_book())
    assert coding.texts is not None
    assert coding.texts.tolist() == ["price �", ""]
    assert coding.matrix().sum() == 1
    table = {"id": [1, 2], "said": ["half \udc00", "whole"], "code": ["x", None]}
    written = Coding.from_table(table, "mention", text="said")
    assert written.texts is not None
    assert written.texts.tolist() == ["half �", "whole"]


def test_a_tuple_of_comments_takes_no_more_than_the_comments() -> None:
    # as an array of texts of equal width these would take 80 GB
    texts = ("price " * 20_000, *["late"] * 200_000)
    assert code_mentions(texts, small_book()).n_responses == 200_001


def test_two_coders_who_agree_measure_no_more_than_one() -> None:
    rows = {"id": np.repeat(np.arange(60), 2), "text": ["p", "q"] * 60, "code": ["price", "speed", None] * 40}
    one = pd.DataFrame(rows | {"coder": "A"})
    two = pd.concat([one, one.assign(coder="B")])
    first, both_of_them = (
        mece(Coding.from_table(table, "mention", text="text", coder="coder", codebook=small_book()))
        for table in (one, two)
    )
    assert both_of_them.coverage.estimate == first.coverage.estimate
    assert both_of_them.coverage.ci_low == pytest.approx(first.coverage.ci_low)
    assert both_of_them.coverage.ci_high == pytest.approx(first.coverage.ci_high)


def test_an_id_that_stands_twice_is_compared_with_all_its_codes() -> None:
    coding = code_mentions(["late", "price"], small_book(), ids=[1, 1])
    people = Coding.from_table({"id": [1], "code": ["price"]}, "response", codebook=small_book())
    reversed_ = code_mentions(["price", "late"], small_book(), ids=[1, 1])
    assert coding.agreement(people).nominal.observed == reversed_.agreement(people).nominal.observed == 1


def test_other_may_be_one_name() -> None:
    assert mece(singly(["price"] * 3 + [None]), other="price").residual.other.estimate == 0.75
