"""Ratings of two groups compared by their order alone."""

from __future__ import annotations

import math

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.analysis.ordinal_compare import RatingComparison, compare_ratings
from closeloop.errors import ColumnNotFoundError, InsufficientDataError, ResponseValidationError
from closeloop.metrics.score_input import ScoreInput
from closeloop.metrics.spec import MeanScore, Nps, TopBox
from closeloop.text import LANGUAGES, LocalText, language, set_language

EAST = (2, 3, 5, 10, 25, 30, 25)  # chapter 30 § 3, CES
WEST = (5, 6, 9, 15, 25, 25, 15)
CES = TopBox("effort", points=7, top=3, name="ces")


def frame(**groups: tuple[int, ...]) -> pd.DataFrame:
    rows = [(level, name) for name, counts in groups.items() for level, k in enumerate(counts, 1) for _ in range(k)]
    return pd.DataFrame(rows, columns=["effort", "region"])


def test_probability_of_superiority_of_the_chapter() -> None:
    found = compare_ratings(frame(East=EAST, West=WEST), CES, "region", "East", "West")
    assert found.found.probability == pytest.approx(0.60565, abs=1e-12)
    assert found.means == pytest.approx((5.43, 4.84))
    assert [row["n_a"] for row in found.rows()] == list(EAST)
    assert [row["share_b"] for row in found.rows()] == [k / 100 for k in WEST]
    assert found.to_dict()["estimate"] == found.found.probability
    assert "61 % of pairs" in found.sentence.en.replace(chr(0xA0), " ")
    assert "61%" in found.sentence.zh


@pytest.mark.parametrize("engine", [pl.DataFrame, lambda f: pl.DataFrame(f).lazy(), duckdb.from_df])
def test_every_engine_gives_the_same(engine) -> None:  # type: ignore[no-untyped-def]
    data = frame(East=EAST, West=WEST, North=(9,) * 7)
    wanted = compare_ratings(data, CES, "region", "East", "West")
    found = compare_ratings(engine(data), CES, "region", "East", "West")
    assert (found.counts, found.found) == (wanted.counts, wanted.found)


def test_the_other_way_round_is_one_minus() -> None:
    data = frame(East=EAST, West=WEST)
    one, other = (compare_ratings(data, CES, "region", *pair) for pair in (("East", "West"), ("West", "East")))
    assert one.found.probability + other.found.probability == pytest.approx(1)
    assert one.found.interval.low == pytest.approx(1 - other.found.interval.high)
    assert one.found.p_value == pytest.approx(other.found.p_value)


@given(st.lists(st.integers(0, 9), min_size=7, max_size=7).filter(any))
def test_a_group_like_the_other_rates_higher_in_half_of_the_pairs(counts: list[int]) -> None:
    found = compare_ratings(frame(A=tuple(counts), B=tuple(counts)), CES, "region", "A", "B", min_n=0)
    assert found.found.probability == pytest.approx(0.5)


def test_without_a_second_group_all_others_are_it() -> None:
    data = frame(East=EAST, West=WEST, North=(9,) * 7)
    data.loc[len(data)] = [7, None]
    found = compare_ratings(data, CES, "region", "East", min_n=0)
    assert found.counts[1] == (*(k + 9 for k in WEST[:-1]), WEST[-1] + 9 + 1)
    assert found.names[1].en == "all others"


def test_missing_answers_are_told_not_counted() -> None:
    data = pd.concat([frame(East=EAST, West=WEST), pd.DataFrame({"effort": [None, None], "region": ["East", "West"]})])
    found = compare_ratings(data, CES, "region", "East", "West")
    assert (found.n, found.n_missing) == ((100, 100), 2)
    assert any("not counted: 2" in note.en for note in found.notes)


@pytest.mark.parametrize("pair", [("East", "North"), ("North",), ("North", "East")])
def test_a_small_group_is_refused(pair: tuple[str, ...]) -> None:
    with pytest.raises(InsufficientDataError, match="fewer than 10"):
        compare_ratings(frame(East=EAST, West=WEST, North=(1, 1, 1, 1, 1, 1, 1)), CES, "region", *pair)


def test_small_others_and_what_would_give_a_small_group_away_are_refused() -> None:
    with pytest.raises(InsufficientDataError):
        compare_ratings(frame(East=EAST, North=(1,) * 7), CES, "region", "East")
    data = frame(East=EAST, West=(2,) * 7, North=(1,) * 7)  # East against all others, less West, would be North
    refused = 0
    for group in ("East", "West"):
        try:
            compare_ratings(data, CES, "region", group)
        except InsufficientDataError:
            refused += 1
    assert refused >= 1
    with pytest.raises(InsufficientDataError):
        compare_ratings(data, CES, "region", "East", "West")


def test_the_limit_can_be_lifted() -> None:
    data = frame(East=(0, 0, 1, 1, 0, 0, 0), West=(1, 2, 1, 0, 0, 0, 0))
    found = compare_ratings(data, CES, "region", "East", "West", min_n=0)
    assert found.n == (2, 4)


def test_groups_without_overlap_have_no_interval() -> None:
    data = frame(East=(0, 0, 0, 0, 0, 0, 9), West=(9, 0, 0, 0, 0, 0, 0))
    found = compare_ratings(data, CES, "region", "East", "West", min_n=5)
    assert found.found.probability == 1
    assert math.isnan(found.found.p_value)
    assert found.to_dict()["ci_low"] is None
    assert "no interval" in found.sentence.en


def test_nobody_answered_in_a_group() -> None:
    data = pd.DataFrame({"effort": [5, 6, None, None], "region": ["East", "East", "West", "West"]})
    found = compare_ratings(data, CES, "region", "East", "West", min_n=0)
    assert math.isnan(found.found.probability)
    assert "West has no answer" in found.sentence.en
    assert math.isnan(found.rows()[0]["share_b"])
    assert found.plot().figure is not None


@pytest.mark.parametrize(
    ("item", "options", "error", "said"),
    [
        (CES, {"a": "South"}, ValueError, "no group 'South'"),
        (CES, {"b": "East"}, ValueError, "compared with itself"),
        (CES, {"by": "branch"}, ColumnNotFoundError, "branch"),
        (CES, {"min_n": -1}, ValueError, "min_n"),
        (CES, {"confidence_level": 2.0}, ValueError, "2.0"),
        (TopBox("effort", points=5), {}, ResponseValidationError, "effort"),
        ("effort", {}, ValueError, "TopBox"),
        (MeanScore("effort"), {}, ValueError, "MeanScore"),
    ],
)
def test_what_cannot_be_is_refused(item: object, options: dict, error: type[Exception], said: str) -> None:  # type: ignore[type-arg]
    asked = {"by": "region", "a": "East", "b": "West", **options}
    with pytest.raises(error, match=said):
        compare_ratings(frame(East=EAST, West=WEST), item, **asked)  # type: ignore[arg-type]


class Surveyed:
    """Stands for responses: a frame with its metrics and its words."""

    def __init__(self, data: pd.DataFrame) -> None:
        self.data = data

    def __closeloop_scores__(self) -> ScoreInput:
        words: dict[object, LocalText] = {
            "E": LocalText({"en": "East", "zh-CN": "华东"}),
            "W": LocalText({"en": "West", "zh-CN": "华西"}),
        }
        title = LocalText({"en": "Ease", "zh-CN": "便捷度"})
        return ScoreInput(frame=self.data, specs={"ces": CES}, labels={"region": words}, titles={"effort": title})


@pytest.mark.parametrize("item", ["ces", "effort"])
def test_responses_know_scale_and_words(item: str) -> None:
    found = compare_ratings(Surveyed(frame(E=EAST, W=WEST)), item, "region", "华东", "W")
    assert found.title.en == "Ease: East against West"
    assert found.title.zh == "便捷度：华东与华西对比"
    assert found.found.probability == pytest.approx(0.60565, abs=1e-12)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_it_is_shown_in_both_languages(tag: str) -> None:
    before = language()
    set_language(tag)
    try:
        data = frame(East=EAST, West=WEST).assign(recommend=lambda f: f["effort"])
        for found in (compare_ratings(data, CES, "region", "East", "West"),
                      compare_ratings(data, Nps("recommend"), "region", "East")):  # fmt: skip
            assert isinstance(found, RatingComparison)
            assert "<table" in found._repr_html_()
            assert found.plot().figure is not None
            assert len(found.to_frame()) == len(found.levels)
    finally:
        set_language(before)
