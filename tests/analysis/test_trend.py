"""Trends: what alarms and what does not, in invented and in made series; words, figures, edges."""

from __future__ import annotations

import datetime as dt
import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from closeloop.analysis.trend.periods import calendar, chosen_baseline, label_of, period_told
from closeloop.analysis.trend.trend import Trend, trend
from closeloop.errors import ColumnNotFoundError, InsufficientDataError, ResponseValidationError
from closeloop.metrics.spec import GapScore, MeanScore, Nps, TopBox
from closeloop.responses.read import read_responses
from closeloop.responses.responses import Responses
from closeloop.text import LocalText, set_language

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
EXPORTS = ("281746093_0_客户关系调查_4008_4008.xlsx", "relationship_qualtrics_2025-07_2026-06.csv")
CALM = ("2025-03", "2025-10")  # after the refund policy, before the price rise (sample_data/truth.yaml)
GOOD, BAD = [10] * 20 + [8] * 20 + [3] * 10, [10] * 10 + [8] * 15 + [3] * 25


@pytest.fixture(scope="module")
def responses() -> Responses:
    return read_responses([SAMPLE / name for name in EXPORTS], "relationship-nps")


def made(months: list[list[int]], start: str = "2024-01-01", **columns: Any) -> pd.DataFrame:
    """Return answers month by month."""
    when = pd.date_range(start, periods=len(months), freq="MS")
    rows = [(day + pd.Timedelta(days=i % 28), score) for day, scores in zip(when, months, strict=True)
            for i, score in enumerate(scores)]  # fmt: skip
    return pd.DataFrame(rows, columns=["answered_at", "recommend"]).assign(**columns)


def alarms(found: Trend) -> list[tuple[Any, ...]]:
    frame = found.alarms()
    return [tuple(row) for row in frame[[*found.by, "period", "direction"]].itertuples(index=False)]


# --- the sample data, whose truth is known ---------------------------------------------------------------------------


def test_the_price_rise_is_found_within_two_months_and_only_where_it_was(responses: Responses) -> None:
    found = trend(responses, "nps", by="region", baseline=CALM)
    first = found.alarms().groupby("region")["period"].min().to_dict()
    assert set(first) == {"east", "south"}
    assert set(first.values()) <= {"2025-11", "2025-12"}
    assert set(found.alarms()["direction"]) == {"below"}
    sharp = found.alarms().query("period == '2025-12'")
    assert (sharp["q_value"] < 0.01).all()
    assert "No alarm: North, Central, Southwest and Northeast." in str(found.sentence)


def test_the_refund_policy_is_found_at_the_hotline_in_its_month(responses: Responses) -> None:
    found = trend(responses, "nps", by="touchpoint", baseline=("2024-07", "2025-02"))
    before_price = found.alarms().query("period < '2025-11'")
    assert set(before_price["touchpoint"]) == {"hotline"}
    assert before_price["period"].min() == "2025-03"


@pytest.mark.parametrize("chart", ["ewma", "cusum"])
def test_charts_with_a_memory_find_it_too(responses: Responses, chart: str) -> None:
    found = trend(responses, "nps", baseline=CALM, chart=chart)
    assert found.alarms()["period"].min() in ("2025-11", "2025-12")
    assert found.rules == (chart,)
    assert {"ewma": 364.75, "cusum": 370.0}[chart] == pytest.approx(found.arl0, abs=0.01)


def test_change_points_are_where_the_events_were(responses: Responses) -> None:
    found = trend(responses, "nps").change_point(most=3)
    assert [one.first for one in found.found][:2] == ["2025-03", "2025-11"]
    assert found.certain
    hotline = trend(responses, "nps", by="touchpoint").change_point(touchpoint="hotline")
    assert [one.first for one in hotline.found] == ["2025-03"]


# --- made series -----------------------------------------------------------------------------------------------------


def test_figures_and_limits_are_in_points_and_those_of_the_formula() -> None:
    found = trend(made([GOOD] * 12 + [BAD]), Nps("recommend"), baseline=12)
    row = found.rows()[-1]
    error = math.sqrt((0.6 - 0.2**2) / 50)
    assert row["estimate"] == -30.0
    assert row["centre"] == pytest.approx(20)
    assert row["z"] == pytest.approx(-0.5 / error)
    assert row["lower"] == pytest.approx(20 - 300 * error)
    assert (row["phase"], row["alarm"], row["rules"], row["side"]) == ("monitored", True, ["beyond-limits"], "below")
    assert row["ci_low"] < -30 < row["ci_high"]


def test_what_comes_later_never_changes_the_baseline() -> None:
    short = trend(made([GOOD] * 12 + [BAD]), Nps("recommend"), baseline=12)
    long = trend(made([GOOD] * 12 + [BAD] * 9), Nps("recommend"), baseline=12)
    assert short.series[0].centre == long.series[0].centre
    assert short.rows()[12]["z"] == long.rows()[12]["z"]


def test_what_comes_before_the_baseline_is_shown_and_not_judged() -> None:
    found = trend(made([BAD] * 4 + [GOOD] * 10), Nps("recommend"), baseline=slice("2024-05", "2024-12"))
    assert [row["phase"] for row in found.rows()] == ["earlier"] * 4 + ["baseline"] * 8 + ["monitored"] * 2
    assert found.rows()[0]["z"] < -3
    assert alarms(found) == []
    assert "no alarm in the 2 months since the baseline" in str(found.sentence)


def test_a_run_of_eight_is_an_alarm_of_the_default_rules_and_not_of_the_first_alone() -> None:
    slightly = [10] * 17 + [8] * 20 + [3] * 13
    frame = made([GOOD] * 12 + [slightly] * 8)
    found = trend(frame, Nps("recommend"), baseline=12)
    assert alarms(found) == [("2025-08", "below")]
    assert found.alarms().loc[0, "rules"] == "8-same-side"
    assert found.alarms().loc[0, "p_value"] > 0.05
    assert alarms(trend(frame, Nps("recommend"), baseline=12, rules="beyond-limits")) == []


def test_the_notes_say_how_often_an_alarm_is_false() -> None:
    frame = made([GOOD] * 20, region=["east", "west"] * 500)
    one = trend(frame, Nps("recommend"))
    assert "expect one false alarm about every 153 months" in str(one)
    assert "first 10 months of 20" in str(one)
    both = trend(frame, Nps("recommend"), by="region", rules=("beyond-limits",))
    assert "every 370 months in each group, so one about every 185 months in the 2 groups" in str(both)
    assert both.arl0 == pytest.approx(370.398, abs=0.001)


def test_a_gap_is_a_gap_and_a_hidden_period_tells_nothing() -> None:
    frame = made([GOOD] * 12 + [[10] * 4] + [[]] + [BAD])
    found = trend(frame, Nps("recommend"), baseline=12)
    hidden, empty, last = found.rows()[12:]
    assert (hidden["n"], empty["n"], last["n"]) == (None, 0, 50)
    figures = ("estimate", "std_error", "ci_low", "lower", "upper", "z", "p_value")
    assert all(math.isnan(row[name]) for row in (hidden, empty) for name in figures)
    assert alarms(found) == [("2025-03", "below")]
    notes = [str(note) for note in found.notes]
    assert any("fewer than 10 answers: 1" in note for note in notes)
    assert any("without any answer: 1" in note for note in notes)
    assert found.to_dict()["rows"][12]["estimate"] is None
    assert trend(frame, Nps("recommend"), baseline=12, min_n=0).rows()[12]["n"] == 4


def test_answers_without_a_date_are_counted_and_in_no_period() -> None:
    frame = made([GOOD] * 12)
    frame.loc[:6, "answered_at"] = pd.NaT
    found = trend(frame, Nps("recommend"))
    assert found.undated == 7
    assert sum(row["n"] for row in found.rows()) == 593
    assert "in no period: 7." in str(found)


def test_a_strange_period_of_the_baseline_is_named_and_left_out_only_on_demand() -> None:
    frame = made([GOOD] * 5 + [BAD] + [GOOD] * 6 + [GOOD])
    kept = trend(frame, Nps("recommend"), baseline=12, sigma="fixed")
    assert [point.period for point in kept.series[0].baseline_alarms] == ["2024-06"]
    assert any("Alarms within the baseline itself: 1 (Jun 2024)" in str(note) for note in kept.notes)
    assert alarms(kept) == []
    left = trend(frame, Nps("recommend"), baseline=12, sigma="fixed", exclude_alarms=True)
    assert left.series[0].excluded == ("2024-06",)
    assert left.series[0].centre == pytest.approx(20)
    assert left.series[0].n_baseline == 11
    assert any("Left out of the baseline, being beyond its limits: Jun 2024" in str(note) for note in left.notes)


def test_shares_and_means_have_charts_of_their_own() -> None:
    frame = made([[5] * 30 + [3] * 20, [5] * 34 + [3] * 16] * 6 + [[5] * 10 + [3] * 40])
    share = trend(frame, TopBox("recommend"), baseline=12)
    assert share.series[0].centre == pytest.approx(0.64)
    assert share.rows()[-1]["estimate"] == 0.2
    assert share.rows()[-1]["z"] == pytest.approx((0.2 - 0.64) / math.sqrt(0.64 * 0.36 / 50) / share.series[0].sigma_z)
    mean = trend(frame, MeanScore("recommend"), baseline=12)
    assert mean.series[0].centre == pytest.approx(3 + 2 * 0.64)
    assert alarms(share) == alarms(mean) == [("2025-01", "below")]
    assert mean.change_point(permutations=499).found[0].first == "2025-01"
    assert share.change_point(permutations=499).by_counts
    assert "p′ chart" in str(share)


def test_a_gap_between_expected_and_found_has_the_chart_of_a_mean() -> None:
    frame = made([GOOD] * 12 + [BAD], expected=9)
    found = trend(frame, GapScore(["expected"], ["recommend"]), baseline=12)
    assert found.series[0].centre == pytest.approx((10 * 20 + 8 * 20 + 3 * 10) / 50 - 9)
    assert alarms(found) == [("2025-01", "below")]


def test_groups_have_baselines_of_their_own_and_q_over_each_period() -> None:
    good, bad = made([GOOD] * 13, region="east"), made([BAD] * 12 + [[3] * 50], region="west")
    found = trend(pd.concat([good, bad]), Nps("recommend"), by="region", baseline=12)
    assert {s.key: round(s.centre, 9) for s in found.series} == {("east",): 20, ("west",): -30}
    assert alarms(found) == [("west", "2025-01", "below")]
    rows = {row["region"]: row for row in found.rows() if row["period"] == "2025-01"}
    assert rows["west"]["q_value"] == pytest.approx(2 * rows["west"]["p_value"])
    assert rows["east"]["q_value"] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="region='east'"):
        found.change_point()
    assert found.change_point(region="west", permutations=99).group == found.series[1].label


def test_a_group_without_a_baseline_is_named_and_not_charted() -> None:
    new = made([GOOD] * 2, start="2024-12-01", region="north")
    found = trend(pd.concat([made([GOOD] * 13, region="east"), new]), Nps("recommend"), by="region", baseline=12)
    assert [str(label) for label in found.left_out] == ["north"]
    assert [s.key for s in found.series] == [("east",)]
    assert any("Not charted" in str(note) and "north" in str(note) for note in found.notes)


def test_weights_count_and_equal_ones_are_none() -> None:
    frame = made([GOOD] * 12 + [BAD], w=1.0)
    plain = trend(frame, Nps("recommend"), baseline=12)
    equal = trend(frame, Nps("recommend"), baseline=12, weight="w")
    assert equal.weight is None
    assert [r["z"] for r in equal.rows()] == [r["z"] for r in plain.rows()]
    frame["w"] = np.where(frame["recommend"] >= 9, 2.0, 1.0)
    weighted = trend(frame, Nps("recommend"), baseline=12, weight="w")
    assert weighted.series[0].centre == pytest.approx(100 * (40 - 10) / 70)
    assert weighted.rows()[-1]["n"] == 50
    assert any("Weighted by “w”" in str(note) for note in weighted.notes)
    change = weighted.change_point(permutations=499)
    assert (change.by_counts, change.found[0].first) == (False, "2025-01")


def test_the_steady_rate_of_false_alarms_over_groups() -> None:
    """Sixty steady groups, rule 1 alone, 12 later months: 720/380 false alarms, hardly one with q ≤ 5 %."""
    rng = np.random.default_rng(4)
    months = pd.date_range("2024-01-01", periods=24, freq="MS")
    frame = pd.DataFrame(
        {"answered_at": np.tile(months.repeat(60), 60), "region": np.repeat(np.arange(60), 24 * 60),
         "recommend": rng.choice([10, 8, 3], 60 * 24 * 60, p=[0.4, 0.35, 0.25])}
    )  # fmt: skip
    found = trend(frame, Nps("recommend"), by="region", rules="beyond-limits")
    assert 0 <= len(found.alarms()) <= 8
    assert (found.alarms()["q_value"] > 0.05).sum() >= len(found.alarms()) - 1


# --- baselines, events, periods --------------------------------------------------------------------------------------

MONTHS = ("2024-11", "2024-12", "2025-01", "2025-02")


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (None, MONTHS[:2]),
        (3, MONTHS[:3]),
        (("2024-12", "2025-01"), MONTHS[1:3]),
        (("2024-12-24", "2025-01"), MONTHS[1:3]),
        (slice("2025-01", None), MONTHS[2:]),
        (slice(None, "2024"), ()),
        (slice(1, 3), MONTHS[1:3]),
        (slice(None), MONTHS),
        (["2025-02", "2024-11"], (MONTHS[0], MONTHS[3])),
    ],
)
def test_the_ways_to_give_a_baseline(baseline: Any, expected: tuple[str, ...]) -> None:
    if expected:
        assert chosen_baseline(baseline, MONTHS, "month") == expected
    else:
        with pytest.raises(ValueError, match="2024-11 to 2025-02"):
            chosen_baseline(baseline, MONTHS, "month")


@pytest.mark.parametrize(
    "baseline", ["2024-11", ("a", "b"), ("2024-11",), ["2023-01"], [], 0, ("2026-01", "2026-02"), 1.5]
)
def test_a_baseline_that_is_none_is_refused(baseline: Any) -> None:
    with pytest.raises(ValueError, match=r"baseline|Expected a date"):
        chosen_baseline(baseline, MONTHS, "month")


def test_calendars_have_every_period() -> None:
    assert calendar(["2024-W52", "2025-W02"], "week") == ("2024-W52", "2025-W01", "2025-W02")
    assert calendar(["2024-Q4", "2025-Q2"], "quarter") == ("2024-Q4", "2025-Q1", "2025-Q2")
    assert calendar(["2023", "2025"], "year") == ("2023", "2024", "2025")
    assert calendar(["2025-02-28", "2025-03-01"], "day") == ("2025-02-28", "2025-03-01")
    assert calendar([], "day") == ()
    assert label_of(dt.datetime(2025, 11, 15, 9, tzinfo=dt.UTC), "week") == "2025-W46"
    assert [period_told(label).en for label in ("2025-W46", "2025", "2025-11-15")] == ["2025-W46", "2025", "2025-11-15"]
    for wrong in ("2025-13", "March", "2025-W60", "2025-02-30"):
        with pytest.raises(ValueError, match="Expected a date"):
            label_of(wrong, "month")


def test_events_are_kept_in_order_and_refused_where_they_are_none() -> None:
    frame = made([GOOD] * 12)
    found = trend(frame, Nps("recommend"), events=[("2024-11-15", "b"), (dt.date(2024, 2, 3), "a"), ("2030-01", "c")])
    assert [(event.period, str(event.text)) for event in found.events] == [
        ("2024-02", "a"), ("2024-11", "b"), ("2030-01", "c"),
    ]  # fmt: skip
    for wrong in (["2024-11"], [("2024-11", 3)], [("yesterday", "x")]):
        with pytest.raises(ValueError, match=r"event is a pair|Expected a date"):
            trend(frame, Nps("recommend"), events=wrong)  # type: ignore[arg-type]


# --- edges and refusals ----------------------------------------------------------------------------------------------


def test_what_cannot_be_is_refused_with_the_remedy() -> None:
    frame = made([GOOD] * 12)
    nps = Nps("recommend")
    for wrong, text in [
        ({"rules": "weco"}, "no run rule"),
        ({"chart": "xbar"}, "no chart 'xbar'"),
        ({"chart": "ewma", "rules": "default"}, "rules= belongs to Shewhart"),
        ({"sigma": "sd"}, "no way 'sd'"),
        ({"every": "decade"}, "no period 'decade'"),
        ({"confidence_level": 95}, "between 0 and 1"),
        ({"by": "n"}, "cannot be called “n”"),
        ({"baseline": ("2030-01", "2030-02")}, "2024-01 to 2024-12"),
    ]:
        given: dict[str, Any] = wrong
        with pytest.raises(ValueError, match=text):
            trend(frame.assign(n="x"), nps, **given)
    with pytest.raises(ColumnNotFoundError):
        trend(frame, nps, date="when")
    with pytest.raises(ResponseValidationError):
        trend(frame.assign(recommend=11), nps)
    with pytest.raises(ValueError, match="column of dates"):
        trend(frame, nps, date="recommend")


def test_too_little_is_said_and_not_charted() -> None:
    nps = Nps("recommend")
    with pytest.raises(InsufficientDataError, match="fewer than three"):
        trend(made([GOOD] * 4), nps)  # half of four
    with pytest.raises(InsufficientDataError, match="alike"):
        trend(made([[10] * 20] * 12), nps)
    with pytest.raises(InsufficientDataError, match="fewer than three"):
        trend(made([GOOD[:3]] * 12), nps)
    with pytest.raises(InsufficientDataError, match="has a date"):
        trend(made([GOOD]).assign(answered_at=pd.NaT), nps)
    with pytest.raises(InsufficientDataError, match="has a date"):
        trend(made([GOOD]).iloc[:0], nps)


def test_a_baseline_that_reaches_to_the_end_says_that_nothing_is_compared_yet() -> None:
    found = trend(made([GOOD, BAD] * 4), Nps("recommend"), baseline=8)
    assert "no later period to compare" in str(found.sentence)
    assert found.alarms().empty
    assert [str(dtype) for dtype in found.alarms().dtypes[["period", "n", "z"]]] == ["str", "int64", "float64"]


def test_change_that_chance_explains_is_not_called_one() -> None:
    found = trend(made([GOOD] * 6), Nps("recommend"), baseline=6).change_point(permutations=99)
    assert not found.certain
    assert "No change can be told from chance" in str(found)
    with pytest.raises(ValueError, match="at least one"):
        trend(made([GOOD] * 6), Nps("recommend"), baseline=6).change_point(most=0)


# --- words, tables, figures ------------------------------------------------------------------------------------------


def test_the_sentence_says_when_first_and_how_large() -> None:
    found = trend(made([GOOD] * 12 + [BAD] * 2), Nps("recommend"), baseline=12)
    assert str(found.sentence).replace("\u00a0", " ") == (
        "Net Promoter Score (NPS) left its baseline in Jan 2025: −30 against +20 (expected −12 to +52); beyond the "
        "limits. Alarms in 2 of the 2 months since the baseline; last, Feb 2025: −30 (expected −12 to +52)."
    )
    assert found.sentence.zh.startswith("净推荐值（NPS）在 2025-01 偏离基准水平：实际 −30，基准 +20（预期 ")
    said = found.alarms().loc[0, "message"]
    assert said.startswith("Net Promoter Score (NPS) was −30 in Jan 2025, +20 in the baseline (expected ")
    set_language("zh-CN")
    assert found.alarms().loc[0, "message"].startswith("2025-01 的净推荐值（NPS）为 −30，基准 +20")


def test_every_form_of_the_result_is_there(responses: Responses) -> None:
    for by, chart in ((None, "shewhart"), ("region", "shewhart"), (None, "ewma"), (None, "cusum")):
        found = trend(responses, "nps", by=by, chart=chart, baseline=CALM)
        assert json.loads(json.dumps(found.to_dict()))["kind"] == "trend"
        assert len(found.to_frame()) == len(found.rows())
        assert "<table" in found._repr_html_()
        change = found.change_point(permutations=49, region="east") if by else found.change_point(permutations=49)
        assert json.loads(json.dumps(change.to_dict()))["kind"] == "trend_change"
        assert "<table" in change._repr_html_()
    assert found.alarms("polars").height == len(found.alarms())


EVENTS = [
    ("2025-03", LocalText({"en": "Refund policy tightened", "zh-CN": "退款政策收紧"})),
    ("2025-11-15", LocalText({"en": "Price rise in the east and south", "zh-CN": "华东、华南涨价"})),
    (
        "2026-05",
        LocalText({"en": "A long text so near to the end turns left", "zh-CN": "靠近末尾的长文字要朝左放才行呢"}),
    ),
]


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
@pytest.mark.parametrize(("by", "chart"), [(None, "shewhart"), ("region", "shewhart"), (None, "ewma"), (None, "cusum")])
def test_no_text_of_the_figure_overlaps_or_leaves_it(
    responses: Responses, tag: str, by: str | None, chart: str
) -> None:
    set_language(tag)
    found = trend(responses, "nps", by=by, chart=chart, baseline=CALM, events=EVENTS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = found.plot()
    figure = drawn.figure
    figure.draw_without_rendering()
    texts = [text for axes in figure.axes for text in axes.texts if text.get_text()] + list(figure.texts)
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    width, height = figure.canvas.get_width_height()
    for name, box in boxes:
        assert box.x0 >= 0, name
        assert box.x1 <= width, name
        assert box.y0 >= 0, name
        assert box.y1 <= height, name
    for i, (name, box) in enumerate(boxes):
        for other, second in boxes[i + 1 :]:
            assert not box.overlaps(second), (name, other)
    assert str(found.sentence).replace("\u00a0", " ") in drawn.alt


def test_at_most_six_panels_those_with_alarms_among_them() -> None:
    parts = [made([GOOD, GOOD[1:]] * 6 + [BAD if i == 7 else GOOD], region=f"r{i}") for i in range(8)]
    found = trend(pd.concat(parts), Nps("recommend"), by="region", baseline=12)
    drawn = found.plot()
    assert len(drawn.figure.axes) == 6
    assert "Not drawn: r5 and r6." in drawn.alt
    with pytest.raises(ValueError, match="several panels"):
        found.plot(ax=drawn.figure.axes[0])


def test_one_panel_goes_into_axes_of_ones_own() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    found = trend(made([GOOD] * 12 + [BAD]), Nps("recommend"), baseline=12)
    assert found.plot(ax=axes).figure is axes.get_figure()
    assert found.change_point(permutations=49).plot(ax=axes).figure is axes.get_figure()
