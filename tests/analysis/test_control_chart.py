"""Counts and single figures on a control chart: the published figures, gaps, what is refused, what is said."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from closeloop.analysis.trend.charted import CHARTS
from closeloop.analysis.trend.control_chart import KINDS, control_chart
from closeloop.analysis.trend.trend import trend
from closeloop.errors import InsufficientDataError, ResponseValidationError
from closeloop.metrics.spec import TopBox
from closeloop.stats.rate_interval import rate_interval
from closeloop.text import LANGUAGES, language, set_language

X = (12, 15, 9, 20, 14, 11, 25, 13, 10, 16)  # chapter 30 § 4.1
N = (200, 220, 180, 250, 210, 190, 260, 205, 195, 215)
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]


def test_p_chart_of_the_chapter() -> None:
    found = control_chart(X, N, kind="p", baseline=10, sigma="fixed").rows()[0]
    assert found["centre"] == pytest.approx(0.0682353, abs=5e-8)
    assert found["upper"] == pytest.approx(0.1217242, abs=5e-8)
    assert found["lower"] == pytest.approx(0.0147464, abs=5e-8)


def test_laney_is_the_default_of_shares() -> None:
    found = control_chart(X, N, baseline=10)
    assert found.facts()["sigma_z"] == pytest.approx(1.0648309, abs=5e-8)
    assert found.rows()[0]["upper"] == pytest.approx(0.1251920, abs=5e-8)
    assert (found.measure, found.sigma) == ("p", "mean")


def test_all_figures_of_the_vectors(shared) -> None:  # type: ignore[no-untyped-def]
    wanted = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["spc"]["p_chart"]
    plain = control_chart(wanted["x"], wanted["n"], baseline=10, sigma="fixed").rows()[0]
    laney = control_chart(wanted["x"], wanted["n"], baseline=10)
    assert [plain["centre"], plain["upper"], plain["lower"]] == pytest.approx(
        [wanted["pbar"], wanted["ucl_1"], wanted["lcl_1"]], abs=1e-12
    )
    first = laney.rows()[0]
    assert [laney.facts()["sigma_z"], first["upper"], first["lower"]] == pytest.approx(
        [wanted["sigma_z"], wanted["laney_ucl_1"], wanted["laney_lcl_1"]], abs=1e-12
    )


def test_rows_and_alarms_are_those_of_a_trend_of_the_same_answers() -> None:
    """A share counted here or counted by hand is one and the same chart."""
    counts, sizes = [*X, 40, 12], [*N, 210, 200]
    answers = [1] * sum(counts) + [0] * (sum(sizes) - sum(counts))
    months = [m for m, k in zip(MONTHS, counts, strict=True) for _ in range(k)]
    months += [m for m, k, n in zip(MONTHS, counts, sizes, strict=True) for _ in range(n - k)]
    frame = pd.DataFrame({"hit": np.array(answers) + 1, "answered_at": pd.to_datetime(months)})
    by_answers = trend(frame, TopBox("hit", points=2, top=1), baseline=(MONTHS[0], MONTHS[9]))
    by_counts = control_chart(counts, sizes, labels=MONTHS, baseline=(MONTHS[0], MONTHS[9]))
    for one, other in zip(by_answers.rows(), by_counts.rows(), strict=True):
        for name in sorted(set(one) - {"n"}):
            assert other[name] == (pytest.approx(one[name]) if isinstance(one[name], float) else one[name]), name
    said = ["period", "rules", "direction", "n", "estimate", "expected", "lower", "upper"]
    pd.testing.assert_frame_equal(by_answers.alarms()[said], by_counts.alarms()[said])
    assert by_counts.alarms()["period"].tolist() == ["2025-11"]
    assert by_answers.arl0 == by_counts.arl0


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_every_chart(kind: str, chart: str) -> None:
    sizes = N if kind in ("p", "u") else None
    found = control_chart(X, sizes, kind=kind, chart=chart, baseline=8)
    assert len(found.rows()) == 10
    assert found.to_dict()["measure"] == kind
    for tag in LANGUAGES:
        before = language()
        set_language(tag)
        try:
            assert "<table" in found._repr_html_()
            assert found.plot().figure is not None
        finally:
            set_language(before)


def test_rates_may_count_twice() -> None:
    found = control_chart([8, 12, 10], [2.0, 3.0, 2.5], kind="u", baseline=3, sigma="fixed")
    assert found.rows()[0]["centre"] == 4.0
    assert found.rows()[0]["upper"] == pytest.approx(8.242641, abs=1e-6)  # 4 + 3·√(4/2)


def test_counts_alone() -> None:
    found = control_chart([4, 6, 5, 14], kind="c", baseline=4, sigma="fixed")
    assert found.rows()[0]["upper"] == pytest.approx(7.25 + 3 * math.sqrt(7.25))
    assert found.rows()[3]["rules"] == []


def test_without_sizes_nothing_is_taken_for_granted() -> None:
    found = control_chart([10.0, 12.0, 11.0, 13.0], baseline=4)
    assert found.measure == "individuals"
    assert found.rows()[0]["upper"] == pytest.approx(11.5 + 3 * (5 / 3) / 1.128)
    assert math.isnan(found.rows()[0]["ci_low"])
    assert "ci_low" not in [shown.name for shown in found.columns]


def test_interval_of_a_rate() -> None:
    """Garwood's limits of ten events: 4.795389 and 18.390356 (χ² tables)."""
    low, high = rate_interval([10, 0, math.nan, 3], [1.0, 2.0, 1.0, 0.0])
    assert low[:2].tolist() == [pytest.approx(4.795389, abs=5e-7), 0.0]
    assert high[:2].tolist() == [pytest.approx(18.390356, abs=5e-7), pytest.approx(3.688879 / 2, abs=5e-7)]
    assert np.isnan([low[2:], high[2:]]).all()


@pytest.mark.parametrize(("count", "size"), [(math.nan, 200), (0, 0), (12, math.nan), (None, 200)])
def test_a_missing_figure_and_a_size_of_nothing_are_gaps(count: float | None, size: float) -> None:
    counts, sizes = [*X[:5], count, *X[5:]], [*N[:5], size, *N[5:]]
    found = control_chart(counts, sizes, baseline=11)
    row = found.rows()[5]
    assert [math.isnan(row[name]) for name in ("estimate", "z", "lower", "count", "size")] == [True] * 5
    assert (row["alarm"], row["watch"]) == (False, False)
    assert found.facts()["centre"] == pytest.approx(0.0682353, abs=5e-8)
    assert found.series[0].n_baseline == 10
    assert any("Periods without a figure" in note.en for note in found.notes)
    assert found.to_dict()["rows"][5]["estimate"] is None


def test_later_periods_never_change_level_and_limits() -> None:
    one, other = (control_chart([*X, last], [*N, 200], baseline=10).rows()[:10] for last in (5, 150))
    assert one == other


def test_alarms_of_the_baseline_can_be_left_out() -> None:
    counts = [*X[:4], 90, *X[5:]]
    found = control_chart(counts, N, labels=list("abcdefghij"), baseline=("a", "j"), exclude_alarms=True, sigma="fixed")
    assert found.facts()["excluded"] == ["e"]
    assert found.rows()[0]["centre"] == pytest.approx((sum(X) - 14) / (sum(N) - 210))


@pytest.mark.parametrize(
    ("baseline", "wanted"),
    [
        (("b", "d"), "bcd"), (slice("b", "d"), "bcd"), (slice(1, 4), "bcd"), (["d", "b", "c"], "bcd"), (4, "abcd"),
        (None, "abcde"), (slice(None, "c"), "abc"),
    ],
)  # fmt: skip
def test_a_baseline_is_named_by_labels_or_places(baseline: object, wanted: str) -> None:
    found = control_chart(X, N, labels=list("abcdefghij"), baseline=baseline)  # type: ignore[arg-type]
    assert "".join(found.baseline) == wanted


def test_labels_come_from_the_index_and_names_from_the_columns() -> None:
    frame = pd.DataFrame({"late": X, "parcels": N, "month": pd.date_range("2025-01-01", periods=10, freq="MS")})
    indexed = frame.set_index("month")
    found = control_chart(indexed["late"], indexed["parcels"], baseline=10)
    assert found.label.en == "late / parcels"
    assert found.rows()[1]["period"] == "2025-02-01"
    assert control_chart(frame["late"], frame["parcels"], labels=frame["month"], baseline=10).rows() == found.rows()
    assert control_chart(X, N, baseline=10).rows()[2]["period_name"].en == "period 3"


@pytest.mark.parametrize("column", [list, np.array, pd.Series, pl.Series, pa.array, lambda x: pa.chunked_array([x])])
def test_columns_of_any_frame_are_taken(column) -> None:  # type: ignore[no-untyped-def]
    wanted = control_chart(X, N, baseline=10).rows()
    assert control_chart(column(list(X)), column(list(N)), baseline=10).rows() == wanted


def test_dates_are_labels() -> None:
    days = [dt.date(2025, 1, day) for day in range(1, 11)]
    found = control_chart(X, N, labels=days, baseline=(days[0], days[4]), events=[(days[6], "strike")])
    assert len(found.baseline) == 5
    assert found.events[0].period == "2025-01-07"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (((5, 6, 7), (4, 9, 9)), "5 out of 4"),
        (((-1, 6, 7), (4, 9, 9)), "values is -1"),
        (((1, 6, 7), (-4, 9, 9)), "sizes is -4"),
        (((1, 6, 7), (9, 9)), "as many sizes"),
        (("123",), "one column"),
        ((pd.DataFrame({"a": [1]}),), "one column"),
    ],
)
def test_impossible_figures_are_refused(arguments: tuple, said: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=said):
        control_chart(*arguments)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kind": "x"}, "no chart of kind 'x'"),
        ({"kind": "c"}, "takes no sizes"),
        ({"labels": ["a"]}, "as many labels"),
        ({"labels": ["a", *"abcdefghi"]}, "a label of its own; got 'a' at position 2"),
        ({"labels": [None, *"abcdefghi"]}, "at position 1"),
        ({"labels": [*MONTHS[1:10], MONTHS[0]]}, "2025-01 comes after 2025-10"),
        ({"sigma": "best"}, "'best'"),
        ({"chart": "pie"}, "'pie'"),
        ({"chart": "ewma", "rules": "nelson"}, "rules="),
        ({"rules": "none"}, "'none'"),
        ({"baseline": ("1", "99")}, "99"),
        ({"baseline": 0}, "baseline"),
        ({"confidence_level": 1.5}, "1.5"),
    ],
)
def test_impossible_choices_are_refused(options: dict, said: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=said):
        control_chart(X, N, **options)


def test_a_rate_needs_sizes_and_single_figures_a_spread() -> None:
    with pytest.raises(ValueError, match="needs sizes="):
        control_chart(X, kind="u")
    with pytest.raises(ValueError, match="one period to the next"):
        control_chart(X, sigma="fixed", baseline=10)


def test_different_labels_of_values_and_sizes_are_noticed() -> None:
    with pytest.raises(ValueError, match="position 2"):
        control_chart(pd.Series([1, 2, 3], index=list("abc")), pd.Series([9, 9, 9], index=list("acb")))


def test_texts_are_refused() -> None:
    with pytest.raises(ResponseValidationError):
        control_chart(["12", "15", "9"])


@pytest.mark.parametrize(
    ("counts", "sizes", "said"),
    [
        ((1, 2, math.nan, 4, 5), (9, 9, 9, 9, 9), "2 have a figure"),
        ((0, 0, 0, 4, 5), (9, 9, 9, 9, 9), "no spread"),
        ((9, 9, 9, 4, 5), (9, 9, 9, 9, 9), "no spread"),
        ((), (), "baseline"),
    ],
)
def test_a_baseline_that_says_nothing_is_refused(counts: tuple, sizes: tuple, said: str) -> None:  # type: ignore[type-arg]
    with pytest.raises((InsufficientDataError, ValueError), match=said):
        control_chart(counts, sizes, baseline=3)


def test_rare_events_are_a_caution() -> None:
    few = control_chart([1, 2, 1, 0, 3, 2], [100] * 6, baseline=6)
    assert any("Rare events" in note.en for note in few.notes)
    assert not any("Rare events" in note.en for note in control_chart(X, N, baseline=10).notes)


@pytest.mark.parametrize(
    ("values", "sizes", "kind", "wanted"),
    [
        (X, N, "p", "6.0 %"), (X, [n * 10_000 for n in N], "u", "0.0000060"), (X, None, "c", "12"),
        ([1200.0, 1500.0, 900.0, 1400.0], None, "individuals", "1,200"),
    ],
)  # fmt: skip
def test_figures_are_written_as_finely_as_chance_lets_them(values: Any, sizes: Any, kind: str, wanted: str) -> None:
    text = str(control_chart(values, sizes, kind=kind, baseline=4)).replace(chr(0xA0), " ")
    assert wanted in text


def test_alarms_of_a_rate_have_no_n_in_any_frame() -> None:
    found = control_chart([*X, 90], [*N, 200], kind="u", baseline=10)
    assert found.alarms()["n"].isna().all()
    assert found.alarms("polars")["n"].to_list() == [None]
    assert found.alarms()["message"].tolist()[0].startswith("Rate was 0.450 in period 11")
