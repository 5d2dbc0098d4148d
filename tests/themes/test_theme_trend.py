"""Themes over time: what changed in the sample data is found, what did not stays quiet, and events stand beside it."""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from closeloop.analysis.trend.charted import TrendPoint
from closeloop.errors import InsufficientDataError
from closeloop.responses.read import read_responses
from closeloop.stats.intervals import share_interval
from closeloop.survey.load import load_survey
from closeloop.text import set_language
from closeloop.themes.codings.coding import Coding
from closeloop.themes.trend.theme_lines import family_width
from closeloop.themes.trend.theme_trend import theme_trend
from closeloop.themes.trend.theme_trend_result import ThemeTrend

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
FILES = {
    "qualtrics": "relationship_qualtrics_2025-07_2026-06.csv",
    "wjx": "281746093_2_客户关系调查_4008_4008.csv",
}
BASELINE = ("2024-07", "2025-02")
EVENTS = {"2025-03-01": "refund policy tightened", "2025-11-15": "price rise"}


@pytest.fixture(scope="module")
def comments() -> pd.DataFrame:
    """Return the comments of the sample data with the codes that they were made from."""
    survey = load_survey("relationship-nps")
    truth = pd.read_csv(SAMPLE / "truth_comments.csv")
    parts = []
    for export, name in FILES.items():
        accepted = read_responses(SAMPLE / name, survey).accepted
        kept = accepted[["response_id", "answered_at", "touchpoint", "source_row"]].assign(export=export)
        parts.append(kept.merge(truth[["export", "source_row", "codes"]], on=["export", "source_row"]))
    return pd.concat(parts, ignore_index=True)


def coded(comments: pd.DataFrame) -> Coding:
    long = comments.assign(code=comments["codes"].str.split(";")).explode("code")
    return Coding.from_table(long[["response_id", "code"]], unit="response", id="response_id")


@pytest.fixture(scope="module")
def sample(comments: pd.DataFrame) -> ThemeTrend:
    times = comments.set_index("response_id")["answered_at"]
    found: ThemeTrend = coded(comments).trend(times, baseline=BASELINE, events=EVENTS)
    return found


def monthly(counts: dict[str, list[int]], n: int = 100) -> tuple[Coding, list[str]]:
    """Code n responses a month with one theme at most, so many for each theme and month."""
    codes: list[str | None] = []
    months: list[str] = []
    for m in range(len(next(iter(counts.values())))):
        said: list[str | None] = [theme for theme, each in counts.items() for _ in range(each[m])]
        codes += said + [None] * (n - len(said))
        months += [f"{2024 + m // 12}-{m % 12 + 1:02d}-15"] * n
    return Coding.from_table({"id": range(len(codes)), "code": codes}, unit="response"), months


def test_what_happened_in_the_sample_data_is_found(sample: ThemeTrend) -> None:
    # truth.yaml: price from 2025-11-15, service and billing of the hotline from 2025-03-01; less praise after both
    certain = {change.code: change for change in sample.certain_changes}
    assert set(certain) == {"price", "service", "praise"}
    assert certain["price"].first == "2025-11"
    assert certain["service"].first in {"2025-02", "2025-03", "2025-04"}
    assert certain["praise"].after < certain["praise"].before
    loud = {str(line.key[0]): line.alarms[0].period for line in sample.series if line.alarms}
    assert loud["price"] in {"2025-11", "2025-12"}
    assert set(loud) <= {"price", "service", "billing", "praise"}


def test_where_it_happened_the_smaller_change_is_found_too(comments: pd.DataFrame) -> None:
    hotline = comments[comments["touchpoint"] == "hotline"]
    found = coded(hotline).trend(hotline["answered_at"].tolist(), baseline=BASELINE, every="quarter", min_n=5)
    certain = {change.code: change.first for change in found.certain_changes}
    assert {"service", "billing"} <= set(certain)
    assert {"delivery", "quality", "app"}.isdisjoint(certain)


def test_events_stand_in_their_period_and_are_drawn(sample: ThemeTrend) -> None:
    rows = sample.to_frame()
    price = rows[rows["theme"] == "price"].set_index("period")
    assert price.loc["2025-11", "event"] == "price rise"
    assert price.loc["2025-03", "event"] == "refund policy tightened"
    assert price["event"].notna().sum() == 2
    drawn = [text.get_text() for text in sample.plot().figure.axes[0].texts]
    assert {"price rise", "refund policy tightened"} <= set(drawn)


def test_shares_and_intervals_are_those_of_a_plain_count(comments: pd.DataFrame, sample: ThemeTrend) -> None:
    month = comments["answered_at"].dt.strftime("%Y-%m")
    hits = comments["codes"].str.split(";").map(lambda codes: isinstance(codes, list) and "price" in codes)
    n, k = hits.groupby(month).size(), hits.groupby(month).sum()
    rows = sample.to_frame().query("theme == 'price'").set_index("period")
    assert rows["n"].tolist() == n.tolist()
    assert rows["count"].tolist() == k.tolist()
    low, high = share_interval(k.to_numpy(), n.to_numpy())
    assert rows["ci_low"].to_numpy(float) == pytest.approx(low)
    assert rows["ci_high"].to_numpy(float) == pytest.approx(high)


def test_the_limits_of_all_themes_together_alarm_as_seldom_as_those_of_one() -> None:
    assert family_width(1) == pytest.approx(3)
    for k in (7, 30):
        width = family_width(k)
        assert k * 2 * norm.sf(width) == pytest.approx(2 * norm.sf(3))


def test_a_figure_beyond_three_standard_errors_is_no_alarm_among_many_themes() -> None:
    quiet = [40, 42, 38, 41, 39, 40, 42, 38, 41, 39]
    price = {"price": [*quiet, 60]}
    others = {f"t{i}": [*quiet[i:], *quiet[:i], 40] for i in range(7)}
    alone = theme_trend(*monthly(price, n=400), baseline=10)
    assert [point.period for point in alone.series[0].alarms] == ["2024-11"]
    among = theme_trend(*monthly(price | others, n=400), baseline=10)
    last = among.series[0].points[-1]
    assert 3 < last.z < among.width
    assert (last.alarm, last.watch) == (False, True)
    much = theme_trend(*monthly({"price": [*quiet, 70]} | others, n=400), baseline=10)
    assert [line.key for line in much.series if line.alarms] == [("price",)]


def test_a_rare_theme_alarms_only_if_the_exact_binomial_does() -> None:
    counts = [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 3]
    found = theme_trend(*monthly({"parking": counts}), baseline=10, sigma="fixed")
    last: TrendPoint = found.series[0].points[-1]
    assert last.z > 3
    assert binom.sf(2, 100, 0.005) > norm.sf(3)
    assert not last.alarm
    many = theme_trend(*monthly({"parking": [*counts[:-1], 6]}), baseline=10, sigma="fixed")
    assert binom.sf(5, 100, 0.005) < norm.sf(3)
    assert many.series[0].points[-1].alarm


def test_steady_themes_rarely_alarm() -> None:
    draw = np.random.default_rng(11)
    rates = np.array([0.3, 0.15, 0.08, 0.03, 0.01])
    false = 0
    for _ in range(12):
        counts = {f"t{i}": draw.binomial(120, rate, 24).tolist() for i, rate in enumerate(rates)}
        coding, months = monthly(counts, n=240)
        found = theme_trend(coding, months, baseline=12)
        false += any(line.alarms for line in found.series) or bool(found.certain_changes)
    # 12 periods at 1 in 370, a twelve-period baseline, and 1 in 20 for changes of level: about one run in ten
    assert false <= 4


def test_times_may_be_given_by_id_and_as_anything_that_is_a_time() -> None:
    coding = Coding.from_table({"id": ["a", "b", "c", "d"] * 30, "code": ["x", None, None, "x"] * 30}, unit="response")
    ids = coding.ids.tolist()
    stamps = [dt.datetime(2025, 1 + i % 4, 3, 23, 59, tzinfo=dt.timezone(dt.timedelta(hours=8))) for i in range(4)]
    by_id = coding.trend(dict(zip(ids, stamps, strict=True)), min_n=0, baseline=3)
    by_column = coding.trend(pd.Series(stamps, index=ids), min_n=0, baseline=3)
    in_order = coding.trend([str(stamp.date()) for stamp in stamps], min_n=0, baseline=3)
    assert by_id.to_dict() == by_column.to_dict() == in_order.to_dict()
    assert [point.period for point in by_id.series[0].points] == ["2025-01", "2025-02", "2025-03", "2025-04"]


def test_comments_without_a_time_are_counted() -> None:
    coding, months = monthly({"price": [10, 12, 9, 11]})
    found = coding.trend([*months[:-5], None, float("nan"), pd.NaT, None, None], baseline=3)
    assert found.undated == 5
    assert "Comments without a time, in no period: 5" in str(found)
    assert found.series[0].points[-1].n == 95


def test_comments_without_words_are_no_comments() -> None:
    rows = pd.DataFrame(
        {"id": range(120), "text": ["price up", "…"] * 60, "code": ["price", None] * 60, "s": 0, "e": [8, 1] * 60}
    )
    coding = Coding.from_table(rows, unit="mention", text="text", start="s", end="e")
    mixed = rows["id"].map(lambda i: f"2025-{1 + i % 3:02d}").tolist()
    with pytest.raises(InsufficientDataError, match="comes up often enough"):
        coding.trend(mixed, min_n=5, baseline=3)


def test_a_period_with_few_comments_is_a_gap() -> None:
    coding, months = monthly({"price": [10, 12, 9, 11, 10, 9]})
    kept = [i for i, month in enumerate(months) if month[:7] != "2024-05" or i % 100 < 8]
    part = Coding.from_table(
        {"id": range(len(kept)), "code": [coding.codes[0] if i % 100 < 10 else None for i in kept]}, unit="response"
    )
    found = part.trend([months[i] for i in kept], baseline=3)
    gap = found.series[0].points[4]
    assert (gap.n, math.isnan(gap.estimate)) == (None, True)
    row = found.to_frame().iloc[4]
    assert pd.isna(row["n"])
    assert pd.isna(row["count"])
    assert "fewer than 10 comments: 1" in str(found)


def test_mentions_of_one_comment_count_together() -> None:
    draw = np.random.default_rng(2)
    rows = [(i, 10 * m, 10 * m + 9, "x" * 90, "price" if draw.random() < 0.2 else None)
            for i in range(600) for m in range(2)]  # fmt: skip
    twice = [(i, s + 40 * c, e + 40 * c, t, code) for i, s, e, t, code in rows for c in range(2)]
    names = ["id", "s", "e", "t", "code"]
    months = [f"2025-{1 + i % 6:02d}" for i in range(600)]

    def width(long: list[Any]) -> float:
        coding = Coding.from_table(pd.DataFrame(long, columns=names), unit="mention", start="s", end="e", text="t")
        point = coding.trend(months, unit="mention", baseline=4).series[0].points[0]
        return point.ci_high - point.ci_low

    assert width(twice) == pytest.approx(width(rows), rel=0.03)


def test_themes_may_be_chosen() -> None:
    coding, months = monthly({"price": [10, 12, 9, 11], "app": [5, 4, 6, 5], "new": [0, 0, 0, 9]})
    assert [line.key for line in coding.trend(months, codes=["app"], baseline=3).series] == [("app",)]
    found = coding.trend(months, baseline=3)
    assert [line.key for line in found.series] == [("price",), ("app",)]
    assert "Not charted, because the baseline has none of it, or nothing else: new" in str(found)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"codes": ["parking"]}, "no code 'parking'"),
        ({"sigma": "huge"}, "huge"),
        ({"events": [("2025-03", 7)]}, "event"),
        ({"every": "fortnight"}, "fortnight"),
        ({"baseline": ("2030-01", "2030-02")}, "baseline"),
        ({"unit": "word"}, "unit="),
    ],
)
def test_wrong_arguments_are_refused(ask: dict[str, Any], words: str) -> None:
    coding, months = monthly({"price": [10, 12, 9, 11]})
    with pytest.raises(ValueError, match=words):
        theme_trend(coding, months, **{"baseline": 3, **ask})


@pytest.mark.parametrize(
    ("times", "words"),
    [(["soon"] * 400, "dates or times"), (["2025-01-01"], "Expected 400 values"), ("2025-01", "got str")],
)
def test_wrong_times_are_refused(times: Any, words: str) -> None:
    coding, _ = monthly({"price": [10, 12, 9, 11]})
    with pytest.raises(ValueError, match=words):
        coding.trend(times)


def test_too_little_is_said() -> None:
    coding, months = monthly({"price": [10, 12, 9, 11]})
    with pytest.raises(InsufficientDataError, match="No comment has a time"):
        coding.trend([None] * 400)
    with pytest.raises(InsufficientDataError, match="fewer than three"):
        coding.trend(months, baseline=2)


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_is_told_and_drawn_in_both_languages(sample: ThemeTrend, tag: str) -> None:
    set_language(tag)
    words = {"en": "Lasting changes: “service” from", "zh-CN": "“price”自 2025-11 起"}
    assert words[tag] in str(sample.sentence)
    chart = sample.plot()
    assert len(chart.figure.axes) == 7
    assert json.loads(json.dumps(sample.to_dict()))["kind"] == "theme_trend"
    assert words[tag] in sample._repr_html_()


def test_somebody_s_own_axes_take_one_theme() -> None:
    from matplotlib.figure import Figure

    coding, months = monthly({"price": [10, 12, 9, 11], "app": [5, 4, 6, 5]})
    axes = Figure().add_subplot()
    coding.trend(months, codes=["price"], baseline=3).plot(axes)
    assert axes.lines
    with pytest.raises(ValueError, match="several panels"):
        coding.trend(months, baseline=3).plot(axes)


def test_a_column_of_the_filtered_frame_goes_in_the_order_of_the_texts() -> None:
    codes = ["price" if i % 4 == 0 else None for i in range(240)]
    coding = Coding.from_table({"id": [f"r{i}" for i in range(240)], "code": codes}, unit="response")
    months = [f"2025-{1 + i // 20:02d}" for i in range(240)]
    by_order = coding.trend(months, baseline=6)
    shifted = coding.trend(pd.Series(months, index=range(1000, 1240)), baseline=6)
    by_id = coding.trend(pd.Series(months, index=[f"r{i}" for i in range(240)]), baseline=6)
    assert by_order.rows() == shifted.rows() == by_id.rows()
