"""`score`: what is asked for, what is refused, what is hidden, and the forms of the table."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import ColumnNotFoundError, InsufficientDataError, ResponseValidationError
from closeloop.metrics.design import Design
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.period import Period
from closeloop.metrics.satisfaction import MeanResult
from closeloop.metrics.score import ScoreInput, score
from closeloop.metrics.score_block import RESERVED
from closeloop.metrics.spec import GapScore, MeanScore, Nps, TopBox
from closeloop.stats.intervals import nps_interval
from closeloop.text import LocalText, set_language


class Shared(Protocol):
    def __call__(self, name: str) -> Path: ...


def people(**groups: tuple[int, int, int]) -> pd.DataFrame:
    """Make respondents of each group: so many detractors, passives, promoters."""
    rows = [
        (name, answer)
        for name, counts in groups.items()
        for answer, k in zip((3, 8, 10), counts, strict=True)
        for _ in range(k)
    ]
    return pd.DataFrame(rows, columns=["region", "score"])


# --- figures published elsewhere ----------------------------------------------------------------------------------

QUESTION = "How likely are you to recommend this airline?"


@pytest.fixture
def airlines(shared: Shared) -> pd.DataFrame:
    return pd.concat([pd.read_csv(shared(f"data/nps/airlines/input_0{i}.csv")) for i in (1, 2)])


@pytest.mark.shared
def test_prep_air_is_at_twenty_one_point_two(airlines: pd.DataFrame) -> None:
    result = score(airlines, Nps(QUESTION), by="Airline").result(Airline="Prep Air")
    assert isinstance(result, NpsResult)
    assert (result.n, result.promoters, result.passives, result.detractors) == (184, 74, 75, 35)
    assert result.score == pytest.approx(21.1957, abs=5e-5)


@pytest.mark.shared
def test_airlines_with_fifty_answers_equal_the_published_counts_and_scores(
    airlines: pd.DataFrame, shared: Shared
) -> None:
    groups = score(airlines, Nps(QUESTION), by="Airline").blocks[0].groups
    large = [g.result for g in groups if (g.n or 0) >= 50]
    sums = [sum(getattr(r, name) for r in large) for name in ("promoters", "passives", "detractors")]
    assert sums == [1739, 1770, 1253]
    published = pd.read_csv(shared("data/nps/airlines/output_01.csv")).iloc[0]  # from shares cut to whole percents
    shares = np.array([(r.promoters / r.n, r.detractors / r.n) for r in large if isinstance(r, NpsResult)])
    points = np.floor(100 * shares) @ (1, -1)
    at = [g.key for g in groups].index((published["Airline"],))
    assert points[at] == published["NPS"]
    assert (points[at] - points.mean()) / points.std(ddof=1) == pytest.approx(published["Z-Score"], abs=0.005)


# --- shape and order ----------------------------------------------------------------------------------------------


def test_largest_group_first_then_by_name_and_the_missing_key_is_a_group() -> None:
    frame = people(b=(0, 20, 0), a=(0, 20, 0), c=(30, 0, 0))
    frame.loc[frame.index[:15], "region"] = None
    groups = score(frame, Nps("score"), "region", min_n=0).blocks[0].groups
    assert [(g.key, g.n) for g in groups] == [(("c",), 30), (("a",), 20), ((None,), 15), (("b",), 5)]


def test_periods_stand_in_the_order_of_time_whatever_their_size() -> None:
    at = pd.to_datetime(["2024-03-05"] * 30 + ["2023-12-31"] * 12 + ["2024-01-01"] * 50)
    frame = pd.DataFrame({"score": 9, "at": at, "k": ["x", "y"] * 46})
    block = score(frame, Nps("score"), ["k", Period("at")], min_n=0).blocks[0]
    assert block.keys == ("k", "month")
    assert [g.key[1] for g in block.groups] == sorted(["2023-12"] * 2 + ["2024-01"] * 2 + ["2024-03"] * 2)


def test_everybody_together_has_no_groups_but_one_row() -> None:
    table = score(people(a=(1, 2, 9)), Nps("score"))
    assert table.blocks[0].groups == ()
    assert len(table.to_frame()) == len(table.to_dict()["rows"]) == 1
    assert table.result() == NpsResult(9, 2, 1)


def test_groups_add_up_to_the_total_and_totals_stand_apart() -> None:
    table = score(people(a=(4, 5, 6), b=(10, 11, 12), c=(20, 0, 3)), Nps("score"), "region")
    document = table.to_dict()
    assert len(document["rows"]) == 3
    (total,) = document["totals"]
    for name in ("n", "promoters", "passives", "detractors"):
        assert sum(row[name] for row in document["rows"]) == total[name]
    assert "region" not in total


def test_json_row_has_exactly_the_promised_fields() -> None:
    table = score(people(East=(10, 0, 10), West=(2, 0, 2), North=(0, 11, 0), South=(5, 5, 5)), Nps("score"), "region")
    document = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert (document["kind"], document["version"]) == ("score_table", 1)
    east = document["rows"][0]
    assert list(east) == [
        "metric", "region", "n", "n_missing", "promoters", "passives", "detractors", "estimate", "std_error", "ci_low",
        "ci_high", "method", "suppressed", "reason",
    ]  # fmt: skip
    assert (east["metric"], east["region"], east["n"], east["estimate"]) == ("nps", "East", 20, 0.0)
    assert (east["method"], east["suppressed"], east["reason"]) == ("adjusted-wald", False, None)
    west = next(row for row in document["rows"] if row["region"] == "West")
    assert west["suppressed"] is True
    assert west["reason"] == "small"
    figures = [v for k, v in west.items() if k not in ("metric", "region", "method", "suppressed", "reason")]
    assert figures == [None] * len(figures)


def test_frame_has_the_tidy_columns_and_hidden_rows_are_empty() -> None:
    frame = score(people(a=(10, 0, 10), b=(2, 0, 2), c=(0, 11, 0)), Nps("score"), "region").to_frame()
    assert frame.columns.tolist() == [
        "metric", "region", "n", "n_missing", "estimate", "std_error", "ci_low", "ci_high", "method", "suppressed",
    ]  # fmt: skip
    hidden = frame[frame.suppressed]
    assert sorted(hidden.region) == ["b", "c"]
    assert hidden[["n", "n_missing", "estimate", "std_error", "ci_low", "ci_high"]].isna().all(axis=None)


def test_frame_of_several_breakdowns_says_which() -> None:
    frame = people(a=(10, 0, 10), b=(12, 0, 2)).assign(channel="web")
    table = score(frame, Nps("score"), breakdowns=["region", "channel", ["region", "channel"]])
    found = table.to_frame()
    assert found.breakdown.tolist() == ["region", "region", "channel", "region × channel", "region × channel"]
    assert found.columns[:4].tolist() == ["metric", "breakdown", "region", "channel"]
    assert [block.keys for block in table.blocks] == [("region",), ("channel",), ("region", "channel")]


def test_several_metrics_give_a_block_each() -> None:
    frame = people(a=(10, 5, 10)).assign(rating=[1, 2, 3, 4, 5] * 5)
    table = score(frame, [Nps("score"), TopBox("rating"), MeanScore("rating")], "region")
    assert [b.metric.name for b in table.blocks] == ["nps", "csat", "mean"]
    assert [b.method for b in table.blocks] == ["adjusted-wald", "wilson", "t"]
    assert table.result("csat", region="a").score == 0.4
    assert table.result("mean", region="a").score == 3
    rows = table.to_dict()["rows"]
    assert rows[1]["top"] == 10
    assert rows[1]["mean"] == 3
    assert rows[2]["sd"] == pytest.approx(np.std([1, 2, 3, 4, 5] * 5, ddof=1))


def test_group_of_nobody_is_a_row_without_an_estimate() -> None:
    frame = people(a=(10, 5, 10))
    empty = pd.DataFrame({"region": ["z"] * 4, "score": [np.nan] * 4})
    table = score(pd.concat([frame, empty]), [Nps("score"), MeanScore("score")], "region")
    row = next(r for r in table.to_dict()["rows"] if r["region"] == "z")
    assert (row["n"], row["n_missing"], row["estimate"], row["suppressed"]) == (0, 4, None, False)


def test_interval_of_the_table_is_the_interval_of_its_results() -> None:
    frame = people(a=(10, 5, 10), b=(0, 1, 12), c=(3, 30, 9))
    for method, level in itertools.product(("adjusted-wald", "score", "wald"), (0.8, 0.95)):
        for group in score(frame, Nps("score"), "region", method=method, confidence_level=level).blocks[0].groups:
            assert group.result is not None
            assert group.ci == pytest.approx(group.result.confidence_interval(level, method))


# --- hiding -------------------------------------------------------------------------------------------------------


def test_small_group_takes_the_next_smallest_along_and_they_stand_last() -> None:
    table = score(people(a=(10, 10, 20), b=(5, 5, 3), c=(1, 1, 2)), Nps("score"), "region")
    assert [(g.key[0], g.n, g.reason) for g in table.blocks[0].groups] == [
        ("a", 40, None), ("b", None, "complementary"), ("c", None, "small"),
    ]  # fmt: skip
    assert "fewer than 10 answers: 1; hidden too, so that they cannot be had by subtraction: 1" in " ".join(
        map(str, table.notes)
    )


def test_months_hidden_within_a_shown_quarter_cannot_be_subtracted() -> None:
    at = pd.to_datetime(["2024-01-05"] * 30 + ["2024-02-05"] * 4 + ["2024-03-05"] * 15 + ["2024-04-05"] * 60)
    frame = pd.DataFrame({"score": 9, "at": at})
    table = score(frame, Nps("score"), breakdowns=[Period("at"), Period("at", "quarter")])
    hidden = {g.key[0]: g.reason for block in table.blocks for g in block.groups if g.suppressed}
    assert hidden == {"2024-02": "small", "2024-03": "complementary"}


def test_crossing_and_its_margin_protect_each_other() -> None:
    frame = pd.concat([
        people(a=(0, 0, 40), b=(0, 0, 40)).assign(channel="web"),
        people(a=(0, 0, 3), b=(0, 0, 20)).assign(channel="shop"),
    ])  # fmt: skip
    table = score(frame, Nps("score"), breakdowns=["region", "channel", ["region", "channel"]])
    crossed = {g.key: g.suppressed for g in table.blocks[2].groups}
    assert sum(crossed.values()) == 4  # a 2 × 2 table with both margins shown: one cell gives away all
    assert not any(g.suppressed for block in table.blocks[:2] for g in block.groups)


def test_hidden_result_is_not_handed_out() -> None:
    table = score(people(a=(10, 10, 20), b=(5, 5, 3), c=(1, 1, 2)), Nps("score"), "region")
    with pytest.raises(InsufficientDataError, match="fewer than 10 answers"):
        table.result(region="b")
    assert "3.0" not in str(table)


def test_smallness_is_counted_in_people_not_in_weights() -> None:
    frame = people(a=(0, 0, 40), b=(0, 0, 5)).assign(w=lambda d: np.where(d.region == "b", 100.0, 1.0))
    groups = score(frame, Nps("score"), "region", weight="w").blocks[0].groups
    assert all(g.suppressed for g in groups)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.integers(1, 25)), min_size=1, max_size=9))
def test_hidden_rows_never_differ_from_a_shown_sum_by_a_small_number(cells: list[tuple[str, str, int]]) -> None:
    frame = pd.DataFrame([(r, c, 9) for r, c, n in cells for _ in range(n)], columns=["r", "c", "score"])
    table = score(frame, Nps("score"), breakdowns=["r", "c", ["r", "c"]])
    true = {b.keys: frame.groupby(list(b.keys)).size() for b in table.blocks}
    for block in table.blocks:
        for group in block.groups:
            key = group.key if len(group.key) > 1 else group.key[0]
            assert group.suppressed or group.n == true[block.keys][key] >= 10
    for margin in table.blocks[:2]:
        position = table.blocks[2].keys.index(margin.keys[0])
        for whole in margin.groups:
            parts = [g for g in table.blocks[2].groups if g.key[position] == whole.key[0]]
            hidden = [g for g in parts if g.suppressed]
            if not whole.suppressed:
                assert not hidden or len(hidden) > 1
                assert not hidden or sum(true["r", "c"][g.key] for g in hidden) >= 10
            else:
                assert hidden


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [11, 7.5, -1])
def test_invalid_scores_are_refused_with_count_example_and_remedy(bad: float) -> None:
    frame = pd.concat([people(a=(1, 1, 1)), pd.DataFrame({"region": ["a"] * 2, "score": [bad] * 2})])
    with pytest.raises(ResponseValidationError, match=rf"2 answer\(s\) in “score”.*{bad}.*0 to 10.*read_responses"):
        score(frame, Nps("score"), "region")


def test_unknown_columns_name_the_nearest() -> None:
    frame = people(a=(1, 1, 1))
    for ask in (
        {"metric": Nps("scor")},
        {"metric": Nps("score"), "by": "regoin"},
        {"metric": Nps("score"), "weight": "scores"},
    ):
        with pytest.raises(ColumnNotFoundError, match="Did you mean"):
            score(frame, **ask)


@pytest.mark.parametrize("name", RESERVED)
def test_key_that_bears_a_column_name_of_the_table_is_refused(name: str) -> None:
    frame = people(a=(1, 1, 1)).rename(columns={"region": name})
    with pytest.raises(ValueError, match=f"cannot be called “{name}”.*Rename"):
        score(frame, Nps("score"), name)


def test_impossible_requests_are_refused() -> None:
    frame = people(a=(1, 1, 1))
    asks: list[tuple[dict[str, Any], str]] = [
        ({"metric": "nps"}, r"no metric “nps”.*Nps"),
        ({"metric": []}, "No metric"),
        ({"metric": None}, "No metric"),
        ({"metric": [Nps("score"), Nps("region")]}, "called “nps”.*another name="),
        ({"by": "region", "breakdowns": ["region"]}, "not both"),
        ({"by": ["region", "region"]}, "stands twice"),
        ({"method": "wilson"}, 'Choose one of "adjusted-wald", "score",'),
        ({"confidence_level": 95}, "between 0 and 1"),
        ({"weight": "score", "design": Design(weight="region")}, "weights in the design only"),
    ]
    for ask, message in asks:
        with pytest.raises(ValueError, match=message):
            score(frame, **({"metric": Nps("score")} | ask))


def test_result_that_is_not_there_is_explained() -> None:
    table = score(people(East=(10, 5, 5), West=(10, 5, 5)), [Nps("score"), MeanScore("score")], "region")
    with pytest.raises(ValueError, match="Say metric= one of nps, mean"):
        table.result(region="East")
    with pytest.raises(ValueError, match=r"no group region='east'\. It has, for example: East"):
        table.result("nps", region="east")
    with pytest.raises(ColumnNotFoundError, match="Did you mean “region”"):
        table.result("nps", regoin="East")


# --- notes, words, responses --------------------------------------------------------------------------------------


def test_small_shown_groups_recommend_the_score_interval_and_nothing_switches() -> None:
    frame = people(a=(10, 5, 5), b=(30, 30, 30))
    table = score(frame, Nps("score"), "region")
    assert any('fewer than 30 answers: 1; method="score"' in str(note) for note in table.notes)
    assert {b.method for b in table.blocks} == {"adjusted-wald"}
    assert score(frame, Nps("score"), "region", method="score").notes == ()


def test_text_form_is_aligned_in_both_languages() -> None:
    frame = people(华东=(10, 5, 5), West=(30, 30, 30))
    table = score(frame, Nps("score"), "region")
    assert str(table).splitlines()[1:4] == [
        "region    n  missing  score  95% interval",
        "West     90        0    0.0  -16.5 … 16.5",
        "华东     20        0  -25.0  -55.2 … 11.7",
    ]
    set_language("zh-CN")
    assert "净推荐值（NPS）" in str(table)
    assert "95% 置信区间" in str(table)
    assert repr(table) == "<ScoreTable: nps by region; 2 groups, 0 hidden, 110 rows>"


class Answers:
    """Stands for responses: not a frame, but it can hand over what is to be counted."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.given = ScoreInput(
            frame=frame,
            specs={"nps": Nps("score"), "mean": MeanScore("score")},
            source="demo v1",
            labels={"region": {"a": LocalText({"en": "East", "zh-CN": "华东"})}},
            titles={"region": LocalText({"en": "Region", "zh-CN": "大区"})},
        )

    def __closeloop_scores__(self) -> ScoreInput:
        return self.given


def test_declared_metrics_are_taken_by_name_and_all_of_them_by_default() -> None:
    answers = Answers(people(a=(10, 5, 5)))
    assert [b.metric.name for b in score(answers, None).blocks] == ["nps", "mean"]
    table = score(answers, "nps", "region")
    assert table.source == "demo v1"
    assert "Region" in str(table)
    assert "East" in str(table)
    with pytest.raises(ValueError, match="Declared: nps, mean"):
        score(answers, "csat")
    with pytest.raises(ColumnNotFoundError, match="in demo v1"):
        score(answers, "nps", "regions")


def test_codes_are_cached_with_the_responses_only() -> None:
    answers = Answers(people(a=(10, 5, 5)))
    score(answers, "nps", "region")
    first = dict(answers.given.cache)
    score(answers, "nps", "region")
    assert first.keys() == answers.given.cache.keys()
    assert all(answers.given.cache[k] is v for k, v in first.items())


def test_scale_used_as_a_key_keeps_its_order_even_where_a_point_is_hidden() -> None:
    frame = people(few=(10, 10, 10), most=(30, 30, 30), rare=(1, 1, 1), second=(20, 20, 20))
    frame["effort"] = frame.region.map({"few": 7, "most": 2, "rare": 1, "second": 5})
    groups = score(frame, Nps("score"), by="effort").blocks[0].groups
    assert [group.key for group in groups] == [(1,), (2,), (5,), (7,)]
    assert groups[0].suppressed
    crossed = score(frame.assign(part=frame.region.str[0]), Nps("score"), by=["part", "effort"], min_n=0).blocks[0]
    assert [group.key[1] for group in crossed.groups] == [1, 2, 5, 7]
    truth = score(frame.assign(flag=frame.effort > 2), Nps("score"), by="flag").blocks[0].groups
    assert [group.key for group in truth] == [(False,), (True,)]  # the larger first: no scale


def test_group_is_found_by_what_it_is_called_in_any_language() -> None:
    frame = people(east=(10, 10, 10), west=(5, 5, 20))
    labels = {"region": {"east": LocalText({"en": "East", "zh-CN": "东部"}), "west": LocalText({"en": "West"})}}

    class Given:
        def __closeloop_scores__(self) -> ScoreInput:
            return ScoreInput(frame=frame, labels=labels)

    table = score(Given(), Nps("score"), by="region")
    expected = table.result(region="east")
    assert table.result(region="East") == table.result(region="东部") == expected
    assert table.compare("东部", "west").estimate == table.compare("East", "West").estimate == -50
    assert table.compare("east", "west").names == tuple(labels["region"].values())
    with pytest.raises(ValueError, match="no group region='North'"):
        table.result(region="North")
    labels["region"]["west"] = LocalText({"en": "East"})  # said of two: then of none
    with pytest.raises(ValueError, match="no group region='East'"):
        score(Given(), Nps("score"), by="region").result(region="East")


def test_gap_is_paired_within_respondents() -> None:
    frame = pd.DataFrame({
        "e1": [7, 6, 7, None, 5], "e2": [7, 7, 6, 7, 5], "p1": [5, 6, 7, 5, 5], "p2": [6, 4, None, 4, 7],
    })  # fmt: skip
    result = score(frame, GapScore(["e1", "e2"], ["p1", "p2"]), min_n=0).result()
    gaps = np.array([-1.5, -1.5, 1.0])  # whoever left out an item is missing
    assert isinstance(result, MeanResult)
    assert (result.n, result.n_missing) == (3, 2)
    assert result.score == pytest.approx(gaps.mean())
    assert result.std_error == pytest.approx(gaps.std(ddof=1) / math.sqrt(3))


def test_gap_needs_pairs() -> None:
    assert GapScore("e", "p").items == ("e", "p")
    for expectation, perception in ((["a", "b"], ["c"]), ([], [])):
        with pytest.raises(ValueError, match="items in pairs"):
            GapScore(expectation, perception)


@pytest.mark.parametrize("bad", ["often", float("inf")])
def test_gap_of_what_is_no_number_names_the_column(bad: object) -> None:
    frame = pd.DataFrame({"e": [5, 6], "p": pd.Series([bad, bad])})
    for data in (frame, pl.from_pandas(frame).lazy()):
        with pytest.raises(ResponseValidationError, match="in “p” are not allowed"):
            score(data, GapScore(["e"], ["p"]))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_a_word_among_numbers_is_named_alone(make: Callable[[dict[str, list[str]]], Any]) -> None:
    with pytest.raises(ResponseValidationError, match=r"because 1 answer\(s\) in it are no number: 'ten'\. Correct"):
        score(make({"x": ["9", "10", "ten", "3"]}), Nps("x"))
    with pytest.raises(ResponseValidationError, match="numbers written as text"):
        score(make({"x": ["9", "10", "3"]}), Nps("x"))


@pytest.mark.parametrize("method", ["wald", "t", "goodman", "bootstrap"])
def test_group_whose_answers_are_all_alike_gets_the_score_interval_and_a_note(method: str) -> None:
    table = score(people(East=(0, 0, 12), West=(4, 4, 6)), Nps("score"), "region", method=method)
    rows = table.to_frame().set_index("region")
    assert rows["method"].to_dict() == {"East": "score", "West": method}
    assert rows.loc["East", "ci_low"] == pytest.approx(100 * float(nps_interval(0, 0, 12, method="score").low))
    assert any("In 1 group(s) all answers are alike" in str(note) for note in table.notes)


def test_default_method_never_gives_way() -> None:
    table = score(people(East=(0, 0, 12), West=(4, 4, 6)), Nps("score"), "region")
    assert set(table.to_frame()["method"]) == {"adjusted-wald"}
    assert not any("alike" in str(note) for note in table.notes)
