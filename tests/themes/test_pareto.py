"""The Pareto of themes: intervals, what is covered together, ranks that are really told apart, and what lies behind."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.design import taylor
from closeloop.stats.effective_size import n_star
from closeloop.stats.intervals import share_interval
from closeloop.text import set_language
from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.themes.pareto.pareto import pareto
from closeloop.themes.shares import clustered_shares


def responses(**counts: int) -> Coding:
    """Code each response once, so many for each code; "none" has no code."""
    rows = [None if code == "none" else code for code, n in counts.items() for _ in range(n)]
    return Coding.from_table({"id": range(len(rows)), "code": rows}, unit="response")


def mentions(rows: list[list[list[str]]]) -> Coding:
    """Code mentions: a list per response, of a list of codes per mention."""
    long = [
        (i, 10 * m, 10 * m + 9, "x" * 200, code)
        for i, response in enumerate(rows)
        for m, codes in enumerate(response)
        for code in (codes or [None])  # type: ignore[list-item]
    ]
    frame = pd.DataFrame(long, columns=["id", "start", "end", "text", "code"])
    return Coding.from_table(frame, unit="mention", start="start", end="end", text="text")


def text(word: str) -> dict[str, str]:
    return {"en": word.title(), "zh-CN": f"{word}类"}


def code(name: str, words: list[str], **more: Any) -> dict[str, Any]:
    return {"id": name, "label": text(name), "definition": text(name), "rules": {"terms": {"en": words}}, **more}


def shop() -> Codebook:
    """Return two codes with children, and an Other."""
    codes = [
        code("price", ["price"], split=text("what of it")),
        code("rise", ["rise"], parent="price"),
        code("discount", ["discount"], parent="price"),
        code("service", ["service"], split=text("which")),
        code("hotline", ["hotline"], parent="service"),
        code("other", ["whatever"], other=True),
    ]
    head = {"id": "shop", "version": 1, "languages": ["en", "zh-CN"], "title": text("shop"), "split": text("what")}
    return Codebook(CodebookState.model_validate({**head, "codes": codes}))


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)],
)
def test_independent_responses_have_the_published_interval_of_wilson(
    hits: int, n: int, low: float, high: float
) -> None:
    # Newcombe R. G. (1998), Statistics in Medicine 17:857–872, table I, method 3.
    bar = responses(price=hits, none=n - hits).pareto()["price"]
    assert bar.share == pytest.approx(hits / n)
    assert (round(bar.ci_low, 4), round(bar.ci_high, 4)) == (low, high)


def test_a_code_without_a_mention_has_an_upper_limit() -> None:
    # Newcombe (1998), table I: 0 of 20 gives 0 to 0.1611.
    rows = {"id": range(20), "price": [1] * 20, "parking": [0] * 20}
    found = Coding.from_table(rows, unit="response", codes=["price", "parking"], absent=0).pareto()
    assert (found["parking"].ci_low, round(found["parking"].ci_high, 4)) == (0, 0.1611)
    assert "Without a single mention: parking" in str(found)


draws = st.lists(
    st.lists(st.lists(st.sampled_from("abcd"), max_size=3, unique=True), min_size=1, max_size=4),
    min_size=2,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(draws)
def test_the_variance_of_shares_is_that_of_the_design_machinery(rows: list[list[list[str]]]) -> None:
    coding = mentions(rows)
    x = coding.matrix().astype(float)
    n, size = x.shape
    if not size:
        return
    row, column = np.nonzero(x)
    found = clustered_shares(row, column, size, np.ones(n), coding.response)
    expected = taylor((x - x.mean(axis=0)) / n, clusters=coding.response)
    assert found.covariance == pytest.approx(expected.covariance, abs=1e-12)
    assert found.df == expected.df
    g = len(rows)
    share = x.mean(axis=0)
    kish = n**2 / float((np.bincount(coding.response) ** 2).sum())
    size_of = n_star(share * (1 - share) * g / (g - 1), np.diag(found.covariance), n, g - 1, kish=kish)
    low, high = share_interval(share * size_of, size_of)
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


def test_clauses_of_one_comment_count_as_one_person() -> None:
    once = mentions([[["price"]]] * 30 + [[[]]] * 70).pareto()["price"]
    twice = mentions([[["price"], ["price"]]] * 30 + [[[], []]] * 70).pareto()["price"]
    assert (twice.count, twice.responses, twice.share) == (60, 30, once.share)
    assert twice.ci_high - twice.ci_low == pytest.approx(once.ci_high - once.ci_low, rel=0.01)


@settings(max_examples=60, deadline=None)
@given(draws)
def test_the_cumulative_share_counts_each_mention_once(rows: list[list[list[str]]]) -> None:
    found = mentions(rows).pareto()
    flat = [set(codes) for response in rows for codes in response]
    seen: set[str] = set()
    for bar in found.themes:
        seen.add(bar.code)
        assert bar.cumulative == pytest.approx(sum(bool(one & seen) for one in flat) / len(flat))
    assert found.bars[-1].cumulative == pytest.approx(1) if found.bars else not flat
    assert [bar.count for bar in found.themes] == sorted((bar.count for bar in found.themes), reverse=True)
    assert sum(bar.count for bar in found.themes) >= round(found.covered * len(flat))


def test_the_vital_few_cover_four_fifths_of_what_has_a_theme() -> None:
    found = responses(price=50, service=32, app=10, parking=8, none=100).pareto()
    assert [bar.code for bar in found.vital] == ["price", "service"]
    assert found.vital[-1].cumulative == 0.41
    assert found.covered == 0.5
    assert "The 2 largest of 4 themes cover 41\u00a0% of all, which is 82\u00a0%" in str(found.sentence)


def test_overlapping_themes_do_not_count_twice_for_the_vital_few() -> None:
    rows: list[list[list[str]]] = [[["late", "delivery"]]] * 60 + [[["price"]]] * 30 + [[["app"]]] * 10
    found = mentions(rows).pareto()
    assert [(bar.code, round(bar.cumulative, 2)) for bar in found.themes[:3]] == [
        ("late", 0.6), ("delivery", 0.6), ("price", 0.9)
    ]  # fmt: skip
    assert [bar.code for bar in found.vital] == ["late", "delivery", "price"]


def test_the_key_issue_is_named_only_if_it_is_surely_the_largest() -> None:
    sure = responses(price=300, service=100, app=80, none=100).pareto()
    assert [bar.code for bar in sure.themes if bar.may_be_first] == ["price"]
    assert "more often than any other theme" in str(sure.sentence)
    unsure = responses(price=100, service=92, app=20, none=100).pareto()
    assert [bar.code for bar in unsure.themes if bar.may_be_first] == ["price", "service"]
    assert "cannot be told apart from service yet" in str(unsure.sentence)
    assert (unsure["app"].rank_low, unsure["app"].rank_high) == (3, 3)


def test_the_true_ranks_lie_within_their_ranges_as_often_as_promised() -> None:
    draw = np.random.default_rng(5)
    shares, inside, runs = np.array([0.3, 0.3, 0.22, 0.1, 0.08]), 0, 300
    for _ in range(runs):
        counts = draw.multinomial(150, shares)
        found = responses(**dict(zip("abcde", counts.tolist(), strict=True))).pareto(confidence_level=0.9)
        # codes that are equal share their ranks: any of the two is right
        ranks = {"a": (1, 2), "b": (1, 2), "c": (3, 3), "d": (4, 4), "e": (5, 5)}
        inside += all(bar.rank_low <= ranks[bar.code][1] and bar.rank_high >= ranks[bar.code][0]  # type: ignore[operator]
                      for bar in found.themes)  # fmt: skip
    assert inside / runs >= 0.9 - 2.5 * (0.09 / runs) ** 0.5


def test_the_difference_of_two_themes_uses_that_they_come_up_together() -> None:
    # 50 mentions with both and 4 with a alone: of the 4 in which they differ, all are for a
    both = mentions([[["a", "b"]]] * 50 + [[["a"]]] * 12 + [[[]]] * 40).pareto()
    apart = mentions([[["a"]]] * 62 + [[["b"]]] * 50).pareto()
    assert (both["b"].rank_low, apart["b"].rank_low) == (2, 1)


def test_other_and_uncoded_stand_last_and_are_shown() -> None:
    said = ["price up", "service slow", "whatever", "whatever else", "whatever again", "so be it", "hm ok", "well", "x"]
    found = code_mentions(said, shop()).pareto()
    assert [bar.role for bar in found.bars] == ["code", "code", "other", "uncoded"]
    assert [bar.count for bar in found.bars] == [1, 1, 3, 4]
    assert found.covered == pytest.approx(2 / 9)
    assert found.bars[2].rank_low is None


def test_a_bar_counts_what_lies_below_its_code_and_opens_into_its_children() -> None:
    coding = code_mentions(["price rise", "a rise", "discount?", "just the price", "hotline", "nothing"], shop())
    top = coding.pareto()
    assert {bar.code: bar.count for bar in top.themes} == {"price": 4, "service": 1}
    inside = coding.pareto(parent="price")
    assert [(bar.code, bar.role, bar.count) for bar in inside.bars] == [
        ("rise", "code", 2), ("discount", "code", 1), ("", "parent_only", 1)
    ]  # fmt: skip
    assert (inside.n, inside["rise"].share) == (4, 0.5)
    leaves = coding.pareto(leaves=True)
    assert (leaves["price"].count, leaves["rise"].count) == (2, 2)


def test_weights_weigh_mentions_and_leave_the_counts_alone() -> None:
    coding = mentions([[["price"]], [["service"], ["service"]], [["price"], []]])
    by_response = coding.pareto([1, 1, 8])
    assert (by_response["price"].weight, by_response["price"].count) == (9, 2)
    assert by_response["price"].share == pytest.approx(9 / 19)
    by_id = coding.pareto({0: 1, 1: 1, 2: 8})
    assert by_id["price"].share == by_response["price"].share
    by_mention = coding.pareto([1, 2, 3, 4, 10])
    assert by_mention["price"].share == pytest.approx(5 / 20)
    assert [bar.code for bar in by_mention.themes] == ["price", "service"]
    assert "Weighted" in str(by_mention)
    assert coding.pareto([2, 2, 2])["price"].ci_low == pytest.approx(coding.pareto()["price"].ci_low)


def test_the_coding_s_own_weights_are_used() -> None:
    rows = {"id": [1, 2, 3], "code": ["a", "b", "b"], "w": [6.0, 1.0, 1.0]}
    found = Coding.from_table(rows, unit="response", weights="w").pareto()
    assert (found["a"].share, found["b"].share) == (0.75, 0.25)


def test_small_themes_are_shown_unless_a_limit_is_asked_for() -> None:
    coding = responses(price=40, app=12, parking=4, music=3, none=5)
    shown = coding.pareto()
    assert shown["music"].count == 3
    assert "no group of people" in str(shown)
    pooled = coding.pareto(min_n=10)
    assert [(bar.role, bar.count) for bar in pooled.bars] == [("code", 40), ("pooled", 19), ("uncoded", 5)]
    assert "3 themes with fewer than 10 responses" in str(pooled)
    with pytest.raises(ValueError, match="app"):
        pooled["app"]


def test_responses_can_be_counted_in_a_coding_of_mentions() -> None:
    coding = mentions([[["price"], ["price"]], [["app"], ["price"]], [[], ["app"]]])
    found = coding.pareto(unit="response")
    assert [(bar.code, bar.count) for bar in found.bars] == [("price", 2), ("app", 2)]
    assert found.n == 3
    with pytest.raises(ValueError, match="Whole responses were coded"):
        responses(price=3).pareto(unit="mention")


def test_from_a_bar_to_its_mentions() -> None:
    said = ["Nice shop! The price rise hurts, <b>really</b>.", "=cmd() price", "hotline never answers"]
    coding = code_mentions(said, shop(), ids=["r1", "r2", "r3"])
    found = coding.pareto()
    behind = found.mentions("price")
    assert behind["id"].tolist() == ["r1", "r2"]
    assert behind["text"][0] == "The price rise hurts, <b>really</b>."
    assert said[0][behind["start"][0] : behind["end"][0]] == behind["text"][0]
    assert behind["codes"][0] == "price, rise"
    assert behind["rules"][1] == "price"
    assert "<b>really" not in behind._repr_html_()
    assert found.mentions("price", 1).shape[0] == 1
    assert found.mentions()["text"].tolist() == ["Nice shop!"]
    assert found.mentions("service", backend="polars").shape == (1, 7)


def test_hostile_names_are_escaped() -> None:
    found = responses(**{"<script>alert(1)</script>": 3}).pareto()
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()


def test_nothing_to_count_is_said() -> None:
    found = code_mentions(["", None, "…"], shop()).pareto()
    assert found.n == 0
    assert "no comment holds a word" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["n"] == 0
    found.plot()


def test_one_response_has_no_interval() -> None:
    found = mentions([[["price"], []]]).pareto()
    assert np.isnan(found["price"].ci_low)
    assert "–" in str(found)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"unit": "word"}, "unit="),
        ({"parent": "price"}, "codebook"),
        ({"weight": [1, 2]}, "Expected 3 values of weight="),
        ({"weight": [1, -2, 1]}, "not below 0"),
        ({"weight": [1, None, 1]}, "every mention has one"),
        ({"weight": ["a", 1, 1]}, "A weight is a number"),
        ({"weight": [0, 0, 0]}, "All weights are 0"),
        ({"weight": "severity"}, "got str"),
        ({"weight": {"r1": 1}}, "first of their ids is 0"),
        ({"confidence_level": 95}, "confidence"),
    ],
)
def test_wrong_arguments_are_refused(ask: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        pareto(responses(price=2, app=1), **ask)


def test_a_leaf_has_no_pareto_of_its_own() -> None:
    with pytest.raises(ValueError, match="nothing below it"):
        code_mentions(["price"], shop()).pareto(parent="rise")


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_is_told_and_drawn_in_both_languages(tag: str) -> None:
    set_language(tag)
    found = code_mentions(["price rise", "hotline", "whatever", "hm"] * 5, shop()).pareto()
    words = {"en": "“Price” comes up most", "zh-CN": "提及最多的是“price类”"}
    assert words[tag] in str(found.sentence)
    chart = found.plot()
    labels = [label.get_text() for label in chart.figure.axes[0].get_yticklabels()]
    assert len(labels) == 4
    assert chart.alt.startswith(str(found.title))
    assert found.to_frame().shape[0] == 4
