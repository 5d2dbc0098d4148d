"""What goes along with an outcome: the public door, from frames, engines and the sample data."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from closeloop.analysis.drivers.bootstrap import resample
from closeloop.analysis.drivers.drivers import drivers
from closeloop.analysis.drivers.result import Drivers
from closeloop.analysis.drivers.sums import DriverRows, rows_of, sums_in_engine, sums_of
from closeloop.errors import ColumnNotFoundError, InsufficientDataError, ResponseValidationError
from closeloop.metrics.score_input import score_input
from closeloop.metrics.spec import GapScore, MeanScore, Nps
from closeloop.stats.correlation import weighted_correlation
from closeloop.stats.importance import lmg
from closeloop.stats.ordinal import ordered_logit
from closeloop.stats.penalty_reward import penalty_reward
from closeloop.text import LocalText, set_language

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
QUALTRICS = SAMPLE / "relationship_qualtrics_2025-07_2026-06.csv"


def survey(n: int = 400, seed: int = 5) -> pd.DataFrame:
    """Make answers in which `staff` matters most, then `price`; `colour` does nothing, `waiting` hurts."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 4)) + 0.6 * rng.normal(size=(n, 1))
    frame = pd.DataFrame(
        np.clip(np.round(3 + latent), 1, 5), columns=["staff", "price", "colour", "waiting"], dtype=float
    )
    score = 6 + frame["staff"] * 1.5 + frame["price"] * 0.8 - frame["waiting"] * 0.7 + rng.normal(size=n) * 1.5
    frame["recommend"] = np.clip(np.round(score - 5), 0, 10)
    frame["weight"] = rng.uniform(0.5, 2, n).round(2)
    frame["branch"] = rng.integers(0, 20, n)
    return frame


ITEMS = ["staff", "price", "colour", "waiting"]


def said(result: Drivers) -> str:
    return "\n".join(note.en for note in result.notes)


def rows(result: Drivers) -> dict[str, dict[str, Any]]:
    return {row["item"]: row for row in result.rows()}


def test_shares_are_those_of_the_correlation_matrix_and_add_up_to_r_squared() -> None:
    frame = survey()
    found = drivers(frame, "recommend", ITEMS)
    expected = lmg(weighted_correlation(frame[[*ITEMS, "recommend"]]))
    assert [rows(found)[item]["estimate"] for item in ITEMS] == pytest.approx(expected, abs=1e-12)
    assert sum(row["estimate"] for row in found.rows()) == pytest.approx(found.r_squared)
    assert sum(row["share_of_explained"] for row in found.rows()) == pytest.approx(1)
    assert [row["rank"] for row in found.rows()] == [1, 2, 3, 4]
    assert found.items[0].item == "staff"


def test_standardised_coefficients_mean_and_vif_agree_with_a_regression() -> None:
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    frame = survey()
    z = (frame - frame.mean()) / frame.std()
    theirs = OLS(z["recommend"], z[ITEMS]).fit()
    found = drivers(frame, "recommend", ITEMS)
    table = rows(found)
    assert [table[item]["coefficient"] for item in ITEMS] == pytest.approx(theirs.params.tolist())
    assert found.r_squared == pytest.approx(theirs.rsquared)
    full = OLS(frame["recommend"], frame[ITEMS].assign(one=1.0)).fit()
    assert found.adjusted_r_squared == pytest.approx(full.rsquared_adj)
    exog = frame[ITEMS].assign(one=1.0).to_numpy()
    assert [table[item]["vif"] for item in ITEMS] == pytest.approx(
        [variance_inflation_factor(exog, i) for i in range(4)]
    )
    assert [table[item]["mean"] for item in ITEMS] == pytest.approx(frame[ITEMS].mean().tolist())


def test_incomplete_rows_are_left_out_and_counted() -> None:
    frame = survey()
    frame.loc[[3, 9], "staff"] = np.nan
    frame.loc[[9, 20], "recommend"] = None
    found = drivers(frame, "recommend", ITEMS)
    assert (found.n, found.n_missing) == (397, 3)
    assert "3 of 400 answers are left out" in said(found)
    assert found.r_squared == pytest.approx(drivers(frame.dropna(), "recommend", ITEMS).r_squared)


def test_weights_count_as_rows_do_and_zero_counts_nowhere() -> None:
    frame = survey(120)
    frame["times"] = np.arange(120) % 3
    frame.loc[0, "staff"] = np.nan  # of weight 0: not even a missing answer
    weighted = drivers(frame, "recommend", ITEMS, weight="times")
    repeated = drivers(frame.loc[frame.index.repeat(frame["times"])], "recommend", ITEMS)
    assert [d.estimate for d in weighted.items] == pytest.approx([d.estimate for d in repeated.items])
    assert (weighted.n, weighted.n_missing) == (80, 0)
    assert "Weighted by “times”" in said(weighted)


def test_johnson_is_close_to_lmg_and_has_the_same_r_squared() -> None:
    frame = survey()
    weights, shares = drivers(frame, "recommend", ITEMS, method="johnson"), drivers(frame, "recommend", ITEMS)
    assert weights.r_squared == pytest.approx(shares.r_squared)
    assert [d.item for d in weights.items] == [d.item for d in shares.items]
    assert [d.estimate for d in weights.items] == pytest.approx([d.estimate for d in shares.items], abs=0.01)
    assert "Johnson's relative weights" in said(weights)


def test_bootstrap_gives_intervals_ranks_and_the_same_figures_again() -> None:
    frame = survey()
    found = drivers(frame, "recommend", ITEMS, bootstrap=400, seed=1)
    first = found.items[0]
    assert first.ci_low < first.estimate < first.ci_high
    assert first.std_error == pytest.approx((first.ci_high - first.ci_low) / 3.92, rel=0.15)
    assert first.more["p_top"] == 1.0
    assert (first.more["rank_low"], first.more["rank_high"], first.more["rank_range"]) == (1, 1, "1")
    assert sum(driver.more["p_top"] for driver in found.items) == pytest.approx(1)
    assert found.to_dict() == drivers(frame, "recommend", ITEMS, bootstrap=400, seed=1).to_dict()
    assert found.to_dict() != drivers(frame, "recommend", ITEMS, bootstrap=400, seed=2).to_dict()


def test_resampled_sums_are_the_correlations_of_resampled_rows() -> None:
    frame = survey(60)
    given, _ = rows_of(score_input(frame), [*ITEMS, "recommend"], "weight", None, LocalText(""))
    seen = []
    resample(given, lambda stack: seen.append(stack) or stack[:, :-1, -1], 3, 7)  # type: ignore[func-returns-value]
    rng = np.random.default_rng(7)
    for k, drawn in enumerate(rng.integers(0, 60, size=(3, 60))):
        again = weighted_correlation(given.values[drawn], given.weights[drawn])
        assert seen[0][k] == pytest.approx(again, abs=1e-12)


def test_blocks_of_resamples_do_not_change_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = survey(60)
    whole = drivers(frame, "recommend", ITEMS, bootstrap=100).to_frame()
    monkeypatch.setattr("closeloop.analysis.drivers.bootstrap._BLOCK", 60 * 7)
    pd.testing.assert_frame_equal(drivers(frame, "recommend", ITEMS, bootstrap=100).to_frame(), whole, rtol=1e-12)


def test_clusters_are_drawn_whole() -> None:
    frame = survey(100)
    five = pd.concat([frame.assign(household=np.arange(100))] * 5)
    alone = drivers(frame, "recommend", ITEMS, bootstrap=200)
    clustered = drivers(five, "recommend", ITEMS, bootstrap=200, cluster="household")
    naive = drivers(five, "recommend", ITEMS, bootstrap=200)
    assert clustered.items[0].std_error == pytest.approx(alone.items[0].std_error, rel=1e-9)
    assert naive.items[0].std_error < 0.6 * alone.items[0].std_error
    assert "resamples of whole clusters (“household”" in said(clustered)


def test_items_that_cannot_be_told_apart_are_named() -> None:
    rng = np.random.default_rng(3)
    both = rng.normal(size=(200, 2))
    frame = pd.DataFrame({"a": both[:, 0], "b": both[:, 1], "y": both.sum(axis=1) + 2 * rng.normal(size=200)})
    found = drivers(frame, "y", ["a", "b"], bootstrap=200)
    assert found.undecided
    assert "Which comes first may be chance; each cannot be told apart from the next" in said(found)
    assert found.sentence.en.endswith("Which of the first two matters more is open.")
    clear = drivers(frame.assign(y=3 * frame["a"] + frame["b"]), "y", ["a", "b"], bootstrap=200)
    assert not clear.undecided
    assert "told apart" not in said(clear)


def test_the_bootstrap_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    truth = lmg(np.array([[1, 0.4, 0.6], [0.4, 1, 0.45], [0.6, 0.45, 1]]))[0]
    root = np.linalg.cholesky(np.array([[1, 0.4, 0.6], [0.4, 1, 0.45], [0.6, 0.45, 1]]))
    rng, held = np.random.default_rng(11), 0
    for i in range(120):
        x = rng.normal(size=(150, 3)) @ root.T
        found = drivers({"a": x[:, 0], "b": x[:, 1], "y": x[:, 2]}, "y", ["a", "b"], bootstrap=200, seed=i)
        driver = next(d for d in found.items if d.item == "a")
        held += driver.ci_low <= truth <= driver.ci_high
    assert 106 <= held <= 120  # 95 % of 120 less 3 standard errors


def test_ordered_logit_is_told_as_odds_per_standard_deviation() -> None:
    frame = survey()
    found = drivers(frame, "recommend", ITEMS, method="ordered-logit")
    fit = ordered_logit(frame["recommend"], frame[ITEMS])
    table = rows(found)
    for k, item in enumerate(ITEMS):
        sd = frame[item].std(ddof=0)
        assert table[item]["estimate"] == pytest.approx(fit.coefficients[k] * sd)
        assert table[item]["unit_coefficient"] == pytest.approx(fit.coefficients[k])
        assert table[item]["odds_ratio"] == pytest.approx(math.exp(fit.coefficients[k] * sd))
        z = fit.coefficients[k] / fit.std_errors[k]
        assert table[item]["p_value"] == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), rel=1e-6, abs=1e-300)
    assert found.items[0].item == "staff"
    assert rows(found)["waiting"]["odds_high"] < 1
    assert found.sentence.en.startswith(
        "With one standard deviation more of staff, the odds of a higher recommend are "
    )
    assert 0 < found.r_squared < 1


def test_ordered_logit_takes_weights_and_clusters_into_its_variance() -> None:
    frame = survey()
    weighted = drivers(frame, "recommend", ITEMS, method="ordered-logit", weight="weight")
    plain = drivers(frame, "recommend", ITEMS, method="ordered-logit")
    assert weighted.items[0].estimate != plain.items[0].estimate
    clustered = drivers(
        pd.concat([frame] * 4), "recommend", ITEMS, method="ordered-logit", cluster="branch", confidence_level=0.9
    )
    fit = ordered_logit(frame["recommend"], frame[ITEMS], clusters=frame["branch"])
    staff = rows(clustered)["staff"]
    assert staff["std_error"] == pytest.approx(fit.std_errors[0] * frame["staff"].std(ddof=0), rel=1e-6)
    assert staff["ci_high"] - staff["estimate"] == pytest.approx(1.7291328 * staff["std_error"])  # t, 19 df, 5 % above


def test_penalty_reward_takes_the_outer_quarters_or_what_it_is_told() -> None:
    frame = survey()
    found = drivers(frame, "recommend", ITEMS[:2], method="penalty-reward")
    expected = penalty_reward(frame["recommend"], frame[ITEMS[:2]], low=[2, 2], high=[4, 4])
    assert rows(found)["staff"]["penalty"] == pytest.approx(expected.penalty[0])
    assert rows(found)["price"]["reward"] == pytest.approx(expected.reward[1])
    assert (rows(found)["staff"]["low"], rows(found)["staff"]["high"]) == (2, 4)
    told = drivers(frame, "recommend", ITEMS[:2], method="penalty-reward", low=1, high={"staff": 5})
    assert (rows(told)["staff"]["low"], rows(told)["staff"]["high"], rows(told)["price"]["high"]) == (1, 5, 4)
    assert "choices without an agreed rule" in said(found)
    with pytest.raises(ColumnNotFoundError, match="staf"):
        drivers(frame, "recommend", ITEMS[:2], method="penalty-reward", low={"staf": 1})


def test_factors_follow_the_asymmetry_and_wrong_signs_are_flagged() -> None:
    cells = np.array([(a, b, c) for a in (1, 2, 3) for b in (1, 2, 3) for c in (1, 2, 3)], dtype=float)
    y = (cells == 1) @ [-2, -0.4, 0.3] + (cells == 3) @ [0.5, 1.2, 0.9]
    frame = pd.DataFrame(cells, columns=["a", "b", "c"]).assign(y=y)
    found = drivers(frame, "y", ["a", "b", "c"], method="penalty-reward")
    assert rows(found)["a"]["asymmetry"] == pytest.approx(-0.6)
    assert rows(found)["a"]["factor"].en == "basic (hurts when bad)"
    assert rows(found)["b"]["factor"].en == "exciting (delights when good)"
    assert rows(found)["c"]["wrong_sign"]
    assert "counts as 0 in the range" in said(found)
    assert "“c”" in said(found)
    middle = drivers(frame, "y", ["a", "b", "c"], method="penalty-reward", asymmetry=0.7)
    assert rows(middle)["a"]["factor"].en == "performance (both ways)"


def test_a_range_that_may_be_nil_is_called_open() -> None:
    found = drivers(survey(), "recommend", ITEMS, method="penalty-reward")
    assert rows(found)["colour"]["ci_low"] == 0
    assert rows(found)["colour"]["factor"].en == "open (its range may be nil)"


def test_chains_of_open_order_are_one_note() -> None:
    x = np.random.default_rng(3).normal(size=(60, 4))
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"]).assign(y=10 * x[:, 0] + x.sum(axis=1))
    found = drivers(frame, "y", ["a", "b", "c", "d"], bootstrap=200)
    open_order = [note.en for note in found.notes if "told apart" in note.en]
    assert len(open_order) == 1
    assert open_order[0].startswith("Their order is open")
    assert open_order[0].count("“") == 3
    assert not found.undecided


def test_an_item_without_middle_answers_has_no_penalty_and_says_so() -> None:
    frame = survey()
    frame["yes"] = (frame["price"] > 3).astype(float)
    found = drivers(frame, "recommend", ["staff", "yes"], method="penalty-reward")
    assert math.isnan(rows(found)["yes"]["estimate"])
    assert "low, middle or high answers are missing: “yes”" in said(found)


def test_more_than_twenty_items_say_how_far_the_drawing_may_be_off() -> None:
    x = np.random.default_rng(0).normal(size=(300, 22))
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(22)]).assign(y=x[:, 0] + x.sum(axis=1))
    found = drivers(frame, "y", [f"x{i}" for i in range(22)], bootstrap=100)
    assert 0 < found.drawing_error < 0.01
    assert "With more than 20 items the orders are drawn at random" in said(found)
    assert sum(d.estimate for d in found.items) == pytest.approx(found.r_squared)
    assert math.isnan(drivers(frame, "y", ["x0", "x1"]).drawing_error)


def test_one_cluster_is_refused_and_few_are_cautioned() -> None:
    frame = survey(100)
    with pytest.raises(InsufficientDataError, match="belong to one cluster"):
        drivers(frame.assign(branch=1), "recommend", ITEMS, bootstrap=100, cluster="branch")
    found = drivers(frame.assign(branch=frame["branch"] % 5), "recommend", ITEMS, bootstrap=100, cluster="branch")
    assert found.n_clusters == 5
    assert "Only 5 clusters" in said(found)


def test_small_shares_are_told_with_a_decimal() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 2))
    frame = pd.DataFrame(x, columns=["a", "b"]).assign(y=0.2 * x[:, 0] + 0.1 * x[:, 1] + rng.normal(size=2000))
    found = drivers(frame, "y", ["a", "b"])
    assert f"a explains most, {100 * found.items[0].estimate:.1f}" in found.sentence.en
    assert found.items[0].estimate < 0.1


# --- what cannot be computed, and what is refused ---


def test_a_constant_item_is_nan_with_the_reason_and_leaves_the_others_alone() -> None:
    frame = survey().assign(logo=4.1)
    for how in (
        {},
        {"bootstrap": 100},
        {"method": "johnson"},
        {"method": "ordered-logit"},
        {"method": "penalty-reward"},
    ):
        found = drivers(frame, "recommend", ["logo", *ITEMS], **how)  # type: ignore[arg-type]
        assert found.items[-1].item == "logo"
        assert found.items[-1].rank is None
        assert math.isnan(found.items[-1].estimate)
        assert "everybody answered alike: “logo”" in said(found)
        without = drivers(frame, "recommend", ITEMS, **how)  # type: ignore[arg-type]
        assert [d.estimate for d in found.items[:-1]] == pytest.approx([d.estimate for d in without.items])


@pytest.mark.parametrize("method", ["lmg", "johnson", "ordered-logit", "penalty-reward"])
def test_a_constant_outcome_and_too_few_rows_are_rows_without_figures(method: str) -> None:
    flat = drivers(survey().assign(recommend=7), "recommend", ITEMS, method=method)
    assert all(math.isnan(driver.estimate) for driver in flat.items)
    assert "everybody gave the outcome the same answer" in said(flat)
    few = drivers(survey(5), "recommend", ITEMS, method=method)
    assert [driver.rank for driver in few.items] == [None] * 4
    assert "5 complete answers are too few; at least 6 are needed" in said(few)
    empty = drivers(survey(0), "recommend", ITEMS, method=method)
    assert (empty.n, empty.n_missing) == (0, 0)
    assert "cannot be computed; 0 answers" in empty.sentence.en
    assert empty._repr_html_()


def test_few_answers_per_item_are_cautioned() -> None:
    assert "Only 7.5 answers per item" in said(drivers(survey(30), "recommend", ITEMS))
    assert "answers per item" not in said(drivers(survey(40), "recommend", ITEMS))


def test_overlapping_and_falling_items_are_cautioned() -> None:
    frame = survey()
    frame["team"] = frame["staff"] + 0.05 * np.sin(np.arange(400))
    found = drivers(frame, "recommend", ["staff", "team", "waiting"])
    assert "(VIF above 5) that their shares hang on one another: “staff”, “team”" in said(found).replace(
        "“team”, “staff”", "“staff”, “team”"
    )
    assert "“waiting”" not in said(found) or found.items[-1].correlation < 0
    falling = drivers(frame.assign(waiting=-frame["recommend"]), "recommend", ["staff", "waiting"])
    assert "The higher the answer, the lower the outcome: “waiting”" in said(falling)


def test_exactly_collinear_items_are_refused_by_name() -> None:
    frame = survey()
    frame["total"] = frame["staff"] + frame["price"]
    with pytest.raises(ValueError, match=r"repeat one another exactly.*“staff”, “price”, “total”") as error:
        drivers(frame, "recommend", ["staff", "colour", "price", "total"])
    assert "colour" not in str(error.value)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"method": "shapley"}, "no driver method 'shapley'"),
        ({"bootstrap": 50}, "0, or at least 100"),
        ({"bootstrap": -1}, "0, or at least 100"),
        ({"bootstrap": 200, "method": "ordered-logit"}, "has intervals of its own"),
        ({"cluster": "branch"}, "bootstrap=1000 as well"),
        ({"low": 2}, "belong to method=\"penalty-reward\""),
        ({"asymmetry": 1.5}, "between 0 and 1; got 1.5"),
        ({"confidence_level": 95}, "between 0 and 1"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_suit_are_refused(how: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        drivers(survey(50), "recommend", ITEMS, **how)


def test_items_that_make_no_sense_are_refused() -> None:
    frame = survey(50)
    with pytest.raises(ValueError, match="name the columns that may explain"):
        drivers(frame, "recommend", [])
    with pytest.raises(ValueError, match="outcome and an item at once"):
        drivers(frame, "recommend", ["staff", "recommend"])
    with pytest.raises(ValueError, match="“staff” is named twice"):
        drivers(frame, "recommend", ["staff", "staff"])
    with pytest.raises(ColumnNotFoundError, match="staff"):
        drivers(frame, "recommend", ["stuff"])
    with pytest.raises(ResponseValidationError, match="not allowed"):
        drivers(frame.assign(staff="good"), "recommend", ["staff"])
    with pytest.raises(ValueError, match="cannot be used: -1"):
        drivers(frame.assign(w=-1.0), "recommend", ["staff"], weight="w")
    with pytest.raises(InsufficientDataError, match="parameters and only"):
        drivers(frame.head(9).assign(recommend=range(9)), "recommend", ITEMS, method="ordered-logit")


# --- other engines ---


def engines(frame: pd.DataFrame) -> dict[str, Any]:
    import duckdb
    import polars as pl

    made = pl.from_pandas(frame)
    return {
        "polars": made,
        "polars lazy": made.lazy(),
        "pyarrow": made.to_arrow(),
        "duckdb": duckdb.from_arrow(made.to_arrow()),
    }


def test_sums_in_an_engine_keep_their_digits_far_from_zero() -> None:
    frame = survey()[["staff", "recommend"]] + 1e9
    given = rows_of(score_input(frame), ["staff", "recommend"], None, None, LocalText(""))
    there = sums_in_engine(score_input(engines(frame)["duckdb"]), ["staff", "recommend"], None)
    assert there.correlation == pytest.approx(sums_of(*given).correlation, abs=1e-9)
    assert sums_of(*given).correlation == pytest.approx(
        weighted_correlation(survey()[["staff", "recommend"]]), abs=1e-9
    )


def test_a_lazy_engine_says_what_is_wrong_with_its_columns() -> None:
    frame = survey(30)
    for bad, words in (
        (frame.assign(staff="good"), "“staff” holds String, and drivers are computed from numbers"),
        (frame.assign(staff=np.inf), "30 answer\\(s\\) in “staff” are infinite"),
    ):
        with pytest.raises(ResponseValidationError, match=words):
            drivers(engines(bad)["polars lazy"], "recommend", ["staff"])
    with pytest.raises(ValueError, match="30 weight\\(s\\) in “weight” cannot be used: -1"):
        drivers(engines(frame.assign(weight=-1.0))["polars lazy"], "recommend", ["staff"], weight="weight")
    with pytest.raises(ColumnNotFoundError):
        drivers(engines(frame)["polars lazy"], "recommend", ["stuff"])


def test_a_lazy_frame_without_rows_is_no_error() -> None:
    found = drivers(engines(survey(30).head(0))["polars lazy"], "recommend", ["staff"])
    assert (found.n, math.isnan(found.r_squared)) == (0, True)


@pytest.mark.parametrize("how", [{"bootstrap": 100}, {"method": "ordered-logit"}, {"method": "penalty-reward"}])
def test_what_needs_rows_is_refused_on_a_lazy_frame_with_the_remedy(how: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"needs the single answers.*collect"):
        drivers(engines(survey(50))["polars lazy"], "recommend", ["staff"], **how)


# --- the doors of the result ---


def test_metrics_may_stand_for_columns() -> None:
    frame = survey()
    by_metric = drivers(frame, Nps("recommend"), [MeanScore("staff"), "price"])
    assert by_metric.outcome == "recommend"
    assert "score 0 to 10 as answered, not the three classes" in said(by_metric)
    assert by_metric.r_squared == drivers(frame, "recommend", ["staff", "price"]).r_squared
    assert "three classes" not in said(drivers(frame, "recommend", ["staff"]))
    assert drivers(frame, "recommend", "staff").items[0].item == "staff"


def test_a_metric_of_several_columns_is_refused() -> None:
    gap = GapScore(expectation=["price"], perception=["staff"])
    with pytest.raises(ValueError, match=r"“gap” is made of several columns \(price, staff\)"):
        drivers(survey(), gap, ["colour"])


def test_result_is_json_safe_and_a_frame() -> None:
    found = drivers(survey(), "recommend", ITEMS, bootstrap=100)
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["kind"] == "drivers"
    assert (told["n"], told["bootstrap"], told["seed"], told["answers_per_item"]) == (400, 100, 0, 100)
    table = found.to_frame()
    assert table["item"].tolist()[0] == "staff"
    assert {"estimate", "std_error", "ci_low", "ci_high", "rank", "p_top", "vif", "n"} <= set(table.columns)
    assert found.to_frame("polars").shape == table.shape


def test_intervals_are_shown_only_where_there_are_some() -> None:
    plain, drawn = (drivers(survey(), "recommend", ITEMS, bootstrap=b) for b in (0, 100))
    assert "ci_low" not in [column.name for column in plain.columns]
    assert "ci_low" in [column.name for column in drawn.columns]
    assert "bootstrap=1000 gives them" in said(plain)


@pytest.mark.parametrize("method", ["lmg", "johnson", "ordered-logit", "penalty-reward"])
@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_every_method_is_told_shown_and_drawn_in_both_languages(method: str, tag: str) -> None:
    set_language(tag)
    found = drivers(survey(), "recommend", ITEMS, method=method)
    names = {key for row in found.rows() for key in row}
    assert {column.name for column in found.columns} | {c.high for c in found.columns if c.high} <= names
    assert str(found.sentence).replace("\u00a0", " ") in str(found)
    assert "nan" not in str(found).lower()
    assert str(found.sentence) in found._repr_html_()
    chart = found.plot()
    assert chart.alt.startswith("What goes along with recommend" if tag == "en" else "与“recommend”相关的驱动因素")
    labels = [text.get_text() for text in chart.figure.axes[0].get_yticklabels()]
    assert labels == [driver.label for driver in found.items]


def test_a_single_item_and_none_are_drawn_and_told() -> None:
    alone = drivers(survey(), "recommend", ["staff"])
    assert alone.sentence.en.startswith("staff explains ")
    assert alone.plot().alt
    assert drivers(survey().assign(recommend=1), "recommend", ["staff"]).plot().alt


# --- the invented customers, whose truth is known ---


def test_the_sample_gives_back_the_order_of_its_drivers() -> None:
    from closeloop.responses.read import read_responses

    truth = YAML(typ="safe").load((SAMPLE / "truth.yaml").read_text(encoding="utf-8"))["model"]["drivers"]
    assert truth["overall_per_latent_sd"] > truth["effort_per_latent_sd"]
    responses = read_responses(QUALTRICS, "relationship-nps")
    found = drivers(responses, "nps", ["csat", "ces"], bootstrap=200)
    assert [driver.item for driver in found.items] == ["overall", "effort"]
    assert found.items[0].more["p_top"] == 1
    assert not found.undecided
    assert str(found.items[0].label) == "Overall satisfaction"
    logit = drivers(responses, "nps", ["effort", "overall"], method="ordered-logit")
    assert [driver.item for driver in logit.items] == ["overall", "effort"]


def test_rows_without_clusters_are_their_own() -> None:
    values = np.arange(6.0).reshape(3, 2) ** 2
    found = resample(DriverRows(values=values, weights=np.ones(3), clusters=None), lmg, 100, 0)
    assert found.unusable > 0  # three times the same row has no variance
    assert len(found.shares) + found.unusable == 100
