"""The effect of an action, from a frame to a sentence."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from closeloop.analysis.effect.effect import METHODS, effect
from closeloop.errors import ColumnNotFoundError, InsufficientDataError, ResponseValidationError
from closeloop.metrics.period import Period
from closeloop.metrics.spec import MeanScore, Nps, TopBox
from closeloop.text import LocalText, set_language

NPS = Nps("recommend")
MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"]


def answers(units: int = 60, lift: float = 1.5, seed: int = 1) -> pd.DataFrame:
    """Draw a panel of four months, the last of them after the action; every second unit is called."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), 8)
    month = np.tile(np.repeat(np.arange(4), 2), units)
    called = unit % 2 == 1
    base = rng.normal(7.4, 1.4, units)[unit]
    score = np.clip(np.round(base + rng.normal(0, 1.2, len(unit)) + lift * (called & (month == 3))), 0, 10)
    return pd.DataFrame(
        {
            "unit": [f"shop {u}" for u in unit],
            "group": np.where(called, "called", "waiting"),
            "called": called,
            "month": [MONTHS[m] for m in month],
            "at": [pd.Timestamp(2026, m + 1, 9) for m in month],
            "recommend": score,
        }
    )


FRAME = answers()
HOW: dict[str, Any] = {"group": "group", "period": "month", "unit": "unit", "treated": "called", "after": "2026-04"}


def test_effect_is_the_difference_of_the_differences_of_the_table() -> None:
    result = effect(FRAME, NPS, **HOW)
    value = np.select([FRAME["recommend"] >= 9, FRAME["recommend"] <= 6], [1.0, -1.0], 0.0)
    late = FRAME["month"] == "2026-04"
    means = pd.Series(value).groupby([FRAME["called"], late]).mean()
    expected = 100 * ((means[True, True] - means[True, False]) - (means[False, True] - means[False, False]))
    assert result.estimate == pytest.approx(expected)
    cells = [row for row in result.rows() if row["row"] == "cell"]
    assert len(cells) == 8
    assert {row["n"] for row in cells} == {60}
    assert sum(row["n"] for row in cells) == result.n


def test_sentence_tells_direction_size_and_interval() -> None:
    up = effect(FRAME, NPS, **HOW, action=LocalText({"en": "The callback", "zh-CN": "回访"}))
    assert up.ci_low > 0
    assert str(up.sentence).startswith(f"The callback raised Net Promoter Score (NPS) by {up.estimate:.0f} points (95")
    assert str(up.sentence).endswith("beyond the change of the others.")
    down = effect(FRAME, NPS, **{**HOW, "treated": "waiting"})
    assert down.estimate == pytest.approx(-up.estimate)
    assert "The action lowered" in str(down.sentence)
    none = effect(answers(lift=0.0), NPS, **HOW)
    assert str(none.sentence).startswith("No effect on Net Promoter Score (NPS) can be told from chance")
    set_language("zh")
    assert str(up.sentence).startswith("回访使净推荐值（NPS）提高了")


def test_share_and_mean_have_their_own_units() -> None:
    frame = FRAME.assign(recommend=FRAME["recommend"].clip(1))
    share = effect(frame, TopBox("recommend", points=10, top=2), **HOW)
    assert 0 < share.estimate < 1
    assert f"by {100 * share.estimate:.1f} percentage points" in str(share.sentence)
    mean = effect(frame, MeanScore("recommend"), **HOW)
    assert f"by {mean.estimate:.2f} (" in str(mean.sentence)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_what_was_put_in(method: str) -> None:
    result = effect(answers(200), MeanScore("recommend"), **HOW, method=method)
    assert result.ci_low < 1.5 < result.ci_high + 0.15  # scores are cut at 10, which takes a little off
    assert result.p_value < 0.001
    assert json.loads(json.dumps(result.to_dict()))["method"] == method
    for tag in ("en", "zh"):
        set_language(tag)
        assert str(result.sentence).replace("\u00a0", " ") in str(result)
        assert "<table" in result._repr_html_()
        assert result.plot().title == str(result.title)


def test_what_was_known_before_sharpens_a_randomised_comparison() -> None:
    plain, cuped, ancova = (effect(FRAME, NPS, **HOW, method=method) for method in ("randomised", "cuped", "ancova"))
    assert cuped.std_error < 0.9 * plain.std_error
    assert ancova.std_error < 0.9 * plain.std_error
    assert "take" in " ".join(map(str, cuped.notes))
    assert [row["n"] for row in plain.rows()] == [60, 30, 30]


def test_covariate_column_takes_the_place_of_the_answer_before() -> None:
    late = FRAME[FRAME["month"] == "2026-04"].assign(age=lambda f: f["unit"].str.len())
    result = effect(late, NPS, group="called", covariate="age", method="ancova")
    assert result.n == len(late)
    with pytest.raises(InsufficientDataError, match="known before the action"):
        effect(late, NPS, group="called", method="cuped")
    with pytest.raises(InsufficientDataError, match="known before the action"):
        effect(late, NPS, group="called", unit="unit", method="ancova")


def test_truth_values_and_two_numbered_periods_need_no_naming() -> None:
    frame = FRAME.assign(wave=(FRAME["month"] == "2026-04").astype(int) + 2025)
    named = effect(FRAME, NPS, **HOW)
    result = effect(frame, NPS, group="called", period="wave", unit="unit")
    assert result.estimate == pytest.approx(named.estimate)
    assert [str(row["group"]) for row in result.rows()] == ["effect", "treated", "treated", "others", "others"]


def test_periods_of_dates() -> None:
    named = effect(FRAME, NPS, **HOW)
    by_month = effect(FRAME, NPS, **{**HOW, "period": Period("at")})
    assert by_month.rows() == named.rows()
    by_date = effect(FRAME, NPS, **{**HOW, "period": "at", "after": "2026-04-01"})
    assert by_date.estimate == pytest.approx(named.estimate)
    assert [str(period) for period in by_date.periods] == ["before", "after"]
    zoned = FRAME.assign(at=FRAME["at"].dt.tz_localize("Asia/Shanghai"))
    assert effect(zoned, NPS, **{**HOW, "period": "at", "after": "2026-04-01"}).rows() == by_date.rows()
    with pytest.raises(ValueError, match="give the date of the action"):
        effect(FRAME, NPS, **{**HOW, "period": "at", "after": None})


def test_words_before_and_after_do_not_sort_themselves() -> None:
    frame = FRAME.assign(when=np.where(FRAME["month"] == "2026-04", "after", "before"))
    result = effect(frame, NPS, **{**HOW, "period": "when", "after": "after"})
    assert [str(period) for period in result.periods] == ["before", "after"]
    assert result.estimate == pytest.approx(effect(FRAME, NPS, **HOW).estimate)
    with pytest.raises(ValueError, match="From which period on"):
        effect(frame, NPS, **{**HOW, "period": "when", "after": None})


def test_units_matter_and_their_absence_is_said() -> None:
    clustered, robust = (effect(FRAME, NPS, **{**HOW, "unit": unit}) for unit in ("unit", None))
    assert clustered.estimate == pytest.approx(robust.estimate)
    assert clustered.std_error != robust.std_error
    assert "Errors clustered by unit (30 treated, 30 others)" in " ".join(map(str, clustered.notes))
    assert "Answers taken as independent" in " ".join(map(str, robust.notes))


def test_few_units_are_permuted() -> None:
    result = effect(answers(12, lift=4), NPS, **HOW)
    assert result.inference == "permutation"
    assert "Fewer than 20 units (6 treated, 6 others)" in " ".join(map(str, result.notes))
    assert result.p_value >= 2 / math.comb(12, 6)


def test_group_of_one_unit_has_no_interval_and_says_so() -> None:
    frame = answers(12)
    result = effect(frame[~frame["called"] | (frame["unit"] == "shop 1")], NPS, **HOW)
    assert result.n_units == (1, 6)
    assert math.isnan(result.rows()[0]["ci_low"])
    assert "no 95\u00a0% interval can be given" in str(result.sentence)
    json.dumps(result.to_dict(), allow_nan=False)


def test_few_units_that_are_in_both_groups_stay_clustered_with_a_caution() -> None:
    frame = answers(8).assign(week=lambda f: f.index % 6)
    result = effect(frame, NPS, **{**HOW, "unit": "week"})
    assert result.inference == "cluster"
    assert "few units" in " ".join(map(str, result.notes))
    with pytest.raises(ValueError, match="both groups"):
        effect(frame, NPS, **{**HOW, "unit": "week"}, method="randomised")


def test_earlier_trend_is_checked() -> None:
    fine = effect(FRAME, NPS, **HOW)
    assert fine.n_leads == 2
    assert "no sign of having run apart" in " ".join(map(str, fine.notes))
    month = FRAME["month"].map(MONTHS.index)
    drifting = FRAME.assign(recommend=(FRAME["recommend"] - 2 * FRAME["called"] * (3 - month)).clip(0))
    doubtful = effect(drifting, MeanScore("recommend"), **HOW)
    assert doubtful.pre_trend_p < 0.001
    notes = " ".join(map(str, doubtful.notes)).replace("\u00a0", " ")
    assert "Caution: the groups ran apart already over the 3 periods before (p < 0.001)" in notes
    two = effect(FRAME[FRAME["month"] >= "2026-03"], NPS, **HOW)
    assert math.isnan(two.pre_trend_p)
    assert "cannot be checked" in " ".join(map(str, two.notes))


def test_unbalanced_panel_and_missing_values_are_said() -> None:
    frame = FRAME.copy()
    frame = frame[~((frame["unit"] == "shop 3") & (frame["month"] == "2026-04"))].reset_index(drop=True)
    frame.loc[0, "recommend"] = np.nan
    frame.loc[20, "unit"] = None
    frame.loc[40, "group"] = None
    frame.loc[60, "month"] = None
    result = effect(frame, NPS, **HOW)
    assert result.dropped == 4
    assert result.n_partial == 1
    notes = " ".join(map(str, result.notes))
    assert "period or unit is missing: 4" in notes
    assert "only before or only after: 1 of 60" in notes


@pytest.mark.parametrize("rows", [FRAME["month"] == "2026-04", FRAME["unit"] == ""])
def test_one_period_or_none_has_no_effect(rows: pd.Series[bool]) -> None:
    result = effect(FRAME[rows], NPS, group="called", period=Period("at"), unit="unit")
    assert math.isnan(result.estimate)
    assert "No effect can be estimated" in str(result.sentence)
    result.plot()


def test_one_group_has_no_effect() -> None:
    result = effect(FRAME[FRAME["called"]], NPS, **{**HOW, "unit": None})
    assert math.isnan(result.estimate)
    assert math.isnan(effect(FRAME[FRAME["called"]], NPS, **HOW, method="randomised").estimate)
    result.plot()


def test_all_equal_scores_have_an_effect_of_nothing() -> None:
    result = effect(FRAME.assign(recommend=8), NPS, **HOW)
    assert result.estimate == pytest.approx(0, abs=1e-9)
    assert result.ci_low == pytest.approx(0, abs=1e-9)
    result.plot()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "magic"}, "no method 'magic'"),
        ({"treated": None}, "Which group was treated"),
        ({"treated": "nobody"}, "is 'nobody'"),
        ({"after": None}, "From which period on"),
        ({"after": "2027-01"}, "'2027-01'"),
        ({"period": None}, "needs period="),
    ],
)
def test_what_cannot_be_told_is_asked_for(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        effect(FRAME, NPS, **{**HOW, **change})


def test_bad_answers_and_columns_are_refused() -> None:
    with pytest.raises(ResponseValidationError):
        effect(FRAME.assign(recommend=11), NPS, **HOW)
    with pytest.raises(ColumnNotFoundError):
        effect(FRAME, NPS, **{**HOW, "unit": "shop"})
    with pytest.raises(ValueError, match="lazy frame"):
        effect(pl.from_pandas(FRAME).lazy(), NPS, **HOW)


def test_other_frames_give_the_same() -> None:
    assert effect(pl.from_pandas(FRAME), NPS, **HOW).rows() == effect(FRAME, NPS, **HOW).rows()


def test_means_of_few_answers_are_hidden_all_together_and_the_effect_is_not() -> None:
    few = pd.DataFrame({"score": [4, 5, 4, 6, 7, 8] * 3, "called": [0, 0, 0, 1, 1, 1] * 3})
    result = effect(few, MeanScore("score"), group="called", method="randomised")
    assert [row["row"] for row in result.rows()] == ["effect"]
    assert result.estimate == pytest.approx(8 / 3)
    assert any("fewer than 10 answers" in str(note) for note in result.notes)
    assert "Effect on" in result.plot().alt
    shown = effect(few, MeanScore("score"), group="called", method="randomised", min_n=0)
    assert [row["row"] for row in shown.rows()] == ["effect", "cell", "cell"]
