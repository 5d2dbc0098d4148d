"""Recovery of detractors, beside the benchmark of no treatment."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from ruamel.yaml import YAML

from closeloop.analysis.effect.recovery import recovery
from closeloop.analysis.effect.waves import joined
from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.metrics.spec import Nps, TopBox
from closeloop.responses.read import read_responses
from closeloop.stats.regression_to_mean import no_change_nps
from closeloop.text import set_language

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
NPS = Nps("recommend")
FIRST = [2] * 40 + [8] * 60 + [10] * 100
SECOND = [3] * 10 + [8] * 6 + [10] * 4 + [None] * 180


def two_waves(n: int, seed: int, lift: float = 0.0, rho: float = 0.6) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw two surveys of the same people; `lift` is what is done to the detractors in between."""
    rng = np.random.default_rng(seed)
    a, e = rng.standard_normal((2, n))
    b = rho * a + math.sqrt(1 - rho * rho) * e
    first = np.clip(np.floor(8.25 + 1.9 * a + 0.5), 0, 10)
    second = np.clip(np.floor(8.25 + 1.9 * b + 0.5 + lift * (first <= 6)), 0, 10)
    ids = [f"C{seed}-{i}" for i in range(n)]
    return (
        pd.DataFrame({"respondent_id": ids, "recommend": first}),
        pd.DataFrame({"respondent_id": ids, "recommend": second}),
    )


def rows_of(result: Any) -> dict[str, dict[str, Any]]:
    return {row["quantity"]: row for row in result.rows()}


def test_without_reliability_or_control_there_is_no_net_effect() -> None:
    result = recovery(FIRST, SECOND)
    assert result.source == "none"
    assert math.isnan(result.net)
    assert math.isnan(rows_of(result)["net"]["estimate"])
    assert result.to_dict()["rows"][-1]["estimate"] is None
    sentence = str(result.sentence)
    assert "no net recovery can be given: neither a reliability nor an untouched control group is given" in sentence
    low, high = (100 * float(no_change_nps([40, 60, 100], rho)[0]) for rho in (0.8, 0.5))
    assert result.anyway == pytest.approx((low, high))
    assert f"−{-low:.0f}\u00a0to\u00a0−{-high:.0f}" in sentence
    set_language("zh")
    assert "无法给出净挽回" in str(result.sentence)


def test_reliability_gives_the_benchmark_and_the_net() -> None:
    result = recovery(FIRST, SECOND, reliability=0.6)
    assert result.observed == -30
    assert result.expected == pytest.approx(100 * float(no_change_nps([40, 60, 100], 0.6)[0]))
    assert result.net == pytest.approx(-30 - result.expected)
    low, high = result.net_interval
    assert low < result.net < high
    assert high - low > result.observed_interval.high - result.observed_interval.low
    assert result.recovered == 0.5


def test_uncertain_reliability_widens_the_net_interval() -> None:
    sure, unsure = recovery(FIRST, SECOND, reliability=0.6), recovery(FIRST, SECOND, reliability=(0.6, 0.1))
    assert unsure.net == sure.net
    assert unsure.net_interval.low < sure.net_interval.low
    assert unsure.net_interval.high > sure.net_interval.high


def test_plain_rise_is_not_called_recovery_and_a_real_one_is() -> None:
    control = two_waves(400, 1)
    nothing = recovery(*two_waves(600, 2), control=control, metric=NPS)
    something = recovery(*two_waves(600, 2, lift=2.0), control=control, metric=NPS)
    assert nothing.observed > -60
    assert nothing.net_interval.low < 0 < nothing.net_interval.high
    assert "cannot be told apart from regression to the mean" in str(nothing.sentence)
    assert something.net_interval.low > 0
    assert something.direct_interval.low > 0
    assert "more than regression to the mean explains" in str(something.sentence)
    assert something.rho == pytest.approx(0.6, abs=3 * something.rho_std_error)


def test_harm_is_said_too() -> None:
    result = recovery(*two_waves(600, 2, lift=-2.0), control=two_waves(400, 1), metric=NPS)
    assert result.net_interval.high < 0
    assert "less than detractors recover by themselves" in str(result.sentence)


def test_fall_of_everybody_is_in_the_benchmark_of_a_control() -> None:
    def later(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(recommend=(frame["recommend"] - 1).clip(0))

    before, after = two_waves(2000, 3)
    control_before, control_after = two_waves(1500, 4)
    result = recovery(before, later(after), control=(control_before, later(control_after)), metric=NPS)
    assert result.net_interval.low < 0 < result.net_interval.high
    assert recovery(before, later(after), reliability=0.6, metric=NPS).net_interval.high < 0


def test_control_as_a_frame_of_two_columns_is_the_same() -> None:
    one, other = two_waves(300, 5)
    frame = pd.DataFrame({"before": one["recommend"], "after": other["recommend"]})
    waves = two_waves(500, 6)
    as_frame, as_pair = (recovery(*waves, control=control, metric=NPS) for control in (frame, (one, other)))
    assert as_frame.rows() == as_pair.rows()
    arrays = tuple(wave["recommend"].to_numpy() for wave in (one, other))
    assert recovery(*waves, control=arrays, metric=NPS).rows() == as_frame.rows()
    with pytest.raises(ColumnNotFoundError, match="after"):
        recovery(*waves, control=frame[["before"]], metric=NPS)


def test_control_of_detractors_alone_is_a_hold_out() -> None:
    one, other = two_waves(400, 7)
    low = one["recommend"] <= 6
    result = recovery(*two_waves(400, 8), control=(one[low], other[low]), metric=NPS)
    assert result.source == "holdout"
    assert result.net == result.direct
    assert result.net_interval == result.direct_interval
    assert "direct" not in rows_of(result)


def test_control_of_three_people_prints_no_net_effect() -> None:
    one, other = two_waves(3, 9)
    result = recovery(FIRST, SECOND, control=(one["recommend"].tolist(), other["recommend"].tolist()))
    assert result.source == "none"
    assert math.isnan(result.net)
    assert "3 untouched respondents" in str(result.sentence)
    assert "0 untouched respondents" in str(recovery(FIRST, SECOND, control=([], [])).sentence)


def test_nobody_in_both_surveys() -> None:
    before, after = two_waves(50, 10)
    result = recovery(before, after.assign(respondent_id="X"), reliability=0.6, metric=NPS)
    assert result.n == 0
    assert math.isnan(result.observed)
    assert math.isnan(result.net)
    assert "answered the second: there is no recovery to measure" in str(result.sentence)
    assert result.plot().title == "Recovery of detractors"


def test_all_equal_scores_leave_nothing_to_recover() -> None:
    for score in (9, 3):
        result = recovery([score] * 40, [score] * 40, reliability=0.6)
        assert math.isnan(result.net)
        result.plot()
    assert "holds only detractors" in str(recovery([3] * 40, [3] * 40, reliability=0.6).sentence)


def test_no_passives_at_all() -> None:
    result = recovery([3] * 40 + [10] * 60, [3] * 20 + [10] * 20 + [None] * 60, reliability=0.6)
    assert -100 < result.expected < 20
    assert math.isfinite(result.net_interval.low)


@pytest.mark.parametrize("rho", [0, 1, 1.2, -0.5, (1.5, 0.1)])
def test_impossible_reliability_is_refused(rho: Any) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        recovery(FIRST, SECOND, reliability=rho)


def test_reliability_and_control_together_are_refused() -> None:
    with pytest.raises(ValueError, match="not both"):
        recovery(FIRST, SECOND, reliability=0.6, control=two_waves(50, 1))


def test_respondent_of_the_control_among_the_treated_is_refused() -> None:
    before, after = two_waves(100, 11)
    with pytest.raises(ValueError, match="100 respondents of the control"):
        recovery(before, after, control=(before, after), metric=NPS)


def test_inputs_that_cannot_be_joined_are_refused() -> None:
    before, after = two_waves(20, 12)
    with pytest.raises(ValueError, match="both surveys as tables"):
        recovery(before, [1, 2], metric=NPS)
    with pytest.raises(ValueError, match="200 and 3"):
        recovery(FIRST, [1, 2, 3])
    with pytest.raises(ValueError, match="Which NPS"):
        recovery(before, after)
    with pytest.raises(ValueError, match="measured with an NPS"):
        recovery(before, after, metric=TopBox("recommend"))  # type: ignore[arg-type]
    with pytest.raises(ColumnNotFoundError):
        recovery(before, after, metric=NPS, on="customer")
    with pytest.raises(ResponseValidationError):
        recovery([11, 3], [4, 4])


def test_repeated_and_nameless_answers_are_left_out_and_counted() -> None:
    before = pd.DataFrame({"respondent_id": ["a", "a", "b", None], "recommend": [9, 2, 3, 1]})
    after = pd.DataFrame({"respondent_id": ["a", "a", "b", "b"], "recommend": [8, 0, np.nan, 10]})
    pairs = joined(before, after, NPS)
    assert pairs.table.tolist() == [[0, 1, 1], [0, 0, 0], [0, 0, 0]]  # last before, first after; missing is no answer
    assert (pairs.repeated, pairs.nameless) == (2, 1)
    notes = " ".join(map(str, recovery(before, after, metric=NPS).notes))
    assert "Further answers of the same respondents, left out: 2" in notes
    assert "without a respondent id, left out: 1" in notes


def test_polars_frames_are_joined_as_well() -> None:
    before, after = two_waves(80, 13)
    ours = recovery(before, after, reliability=0.5, metric=NPS)
    theirs = recovery(pl.from_pandas(before), pl.from_pandas(after), reliability=0.5, metric=NPS)
    assert theirs.rows() == ours.rows()


def test_silence_is_bounded() -> None:
    notes = " ".join(map(str, recovery(FIRST, SECOND, reliability=0.6).notes))
    assert "20 of 40 detractors answered again" in notes
    assert "−65 together" in notes  # (4 − 10 − 20) / 40
    assert "at +35" in notes  # (4 + 20 − 10) / 40


@pytest.mark.parametrize("given", [{}, {"reliability": 0.6}, {"control": two_waves(200, 14)}])
def test_every_form_shows_itself_in_both_languages(given: dict[str, Any]) -> None:
    result = recovery(*two_waves(300, 15), metric=NPS, **given)
    for tag in ("en", "zh"):
        set_language(tag)
        assert str(result.sentence).replace("\u00a0", " ") in str(result)
        assert "<table" in result._repr_html_()
        assert str(result.sentence).replace("\u00a0", " ") in result.plot().alt
    assert json.loads(json.dumps(result.to_dict()))["kind"] == "recovery"
    assert result.to_frame()["quantity"].iloc[0] == "start"


def test_sample_panel_that_nobody_followed_up_shows_no_recovery() -> None:
    truth = YAML(typ="safe").load((SAMPLE / "truth.yaml").read_text(encoding="utf-8"))["panel"]
    read = read_responses(SAMPLE / "281746093_0_客户关系调查_4008_4008.xlsx", "relationship-nps").accepted
    answers = read[read["respondent_id"].isin(truth["respondents"])]
    month = answers["answered_at"].dt.strftime("%Y-%m")
    before, after = answers[month == "2024-08"], answers[month == "2025-01"]
    plain = truth["pairs_of_waves"][0]["realised"]
    without = recovery(before, after, metric=NPS)
    assert without.observed == pytest.approx(plain["later_nps_of_first_wave_detractors"], abs=0.01)
    assert without.recovered == pytest.approx(plain["detractors_no_longer_detractors"], abs=0.01)
    result = recovery(before, after, reliability=truth["latent_test_retest_correlation"], metric=NPS)
    assert result.net_interval.low < 0 < result.net_interval.high
    half = sorted(set(answers["respondent_id"]))[::2]
    treated, left = (answers["respondent_id"].isin(half) == side for side in (True, False))
    checked = recovery(
        before, after[treated[after.index]], control=(before[left[before.index]], after[left[after.index]]), metric=NPS
    )
    assert checked.source == "control"
    assert checked.net_interval.low < 0 < checked.net_interval.high
    assert checked.rho == pytest.approx(0.6, abs=3 * checked.rho_std_error)
