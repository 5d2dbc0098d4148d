"""Two independent groups, and one group against a value; reference numbers: chapter 30 §1.4, §1.6, statsmodels 0.15."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.contrast import mean_contrast, wald_contrast
from closeloop.stats.finite_population import finite_population_interval, finite_population_std_error
from closeloop.stats.intervals import mean_interval, nps_interval, share_interval
from closeloop.stats.nps_contrast import nps_contrast, nps_permutation, nps_permutation_z
from closeloop.stats.one_sample import nps_target_test, nps_zero_p
from closeloop.stats.share_contrast import share_contrast
from closeloop.stats.superiority import superiority

A, B = (20, 40, 40), (30, 45, 75)
counts = st.tuples(*[st.integers(0, 40)] * 3).filter(lambda c: sum(c) > 0)
few = st.tuples(*[st.integers(0, 3)] * 3).filter(lambda c: 0 < sum(c) < 6)


def test_the_vectors_of_two_samples_are_met(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["two_sample"]
    first, second = block["A"], block["B"]
    for name, method in (("wald", "wald"), ("adj_wald", "adjusted-wald")):
        found, wanted = nps_contrast(first, second, method=method), block[name]
        assert found.estimate == pytest.approx(wanted["diff"], abs=1e-6)
        assert found.std_error == pytest.approx(wanted["se"], abs=1e-6)
        assert found.estimate / found.std_error == pytest.approx(wanted["z"], abs=2e-6)
        assert found.p_value == pytest.approx(wanted["p"], abs=1e-6)
        assert tuple(found.interval) == pytest.approx(wanted["ci"], abs=1e-6)
    assert tuple(nps_contrast(first, second, method="mover").interval) == pytest.approx(block["mover_score"], abs=1e-6)
    assert nps_permutation_z(first, second) == pytest.approx(block["perm_z_p"], abs=1e-6)
    exact = nps_permutation(first, second)
    assert exact.exact
    assert exact.p_value == pytest.approx(block["perm_exact_p"], abs=1e-9)


def test_the_vectors_of_the_finite_population_and_of_ces_are_met(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]
    fpc = block["fpc_n100_N500_20_40_40"]
    assert float(finite_population_std_error(*A, 500)) == pytest.approx(fpc["se"], abs=1e-9)
    low, high = finite_population_interval(*A, 500, method="wald")
    assert (float(low), float(high)) == pytest.approx(fpc["ci"], abs=2e-9)
    ces = block["ces"]
    ratings = np.repeat(range(1, 8), ces["counts_1_to_7"])
    assert ratings.mean() == pytest.approx(ces["mean"])
    assert ratings.std(ddof=1) == pytest.approx(ces["sd"], abs=1e-10)
    low, high = mean_interval(ratings.mean(), ratings.std(ddof=1) / 10, 100)
    assert (float(low), float(high)) == pytest.approx(ces["ci"], abs=1e-9)
    low, high = share_interval(sum(ces["counts_1_to_7"][4:]), 100)
    assert (float(low), float(high)) == pytest.approx(ces["top3_wilson"], abs=1e-9)


def test_adjusted_wald_is_the_default_and_tells_second_minus_first() -> None:
    found = nps_contrast(A, B)
    assert (found.estimate, found.std_error) == (pytest.approx(0.099943, abs=1e-6), pytest.approx(0.097031, abs=1e-6))
    assert tuple(found.interval) == pytest.approx((-0.090235, 0.290120), abs=1e-6)
    assert nps_contrast(B, A).estimate == -found.estimate


def test_mover_on_score_limits() -> None:
    found = nps_contrast(A, B, method="mover")
    assert tuple(found.interval) == pytest.approx((-0.091856, 0.291929), abs=1e-6)
    assert math.isnan(found.p_value)
    assert math.isnan(found.std_error)


def test_exact_permutation_p_of_ten_against_ten() -> None:
    assert nps_permutation((2, 3, 5), (5, 3, 2)).p_value == pytest.approx(0.191626, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(few, few)
def test_exact_permutation_p_is_the_share_of_all_ways_to_deal_the_answers(first: tuple, second: tuple) -> None:
    answers = np.repeat([-1, 0, 1, -1, 0, 1], [*first, *second])
    n1, n2 = sum(first), sum(second)
    whole = answers.sum()
    sums = np.array([answers[list(chosen)].sum() for chosen in itertools.combinations(range(n1 + n2), n1)])
    far = np.abs(sums / n1 - (whole - sums) / n2)
    observed = abs((first[2] - first[0]) / n1 - (second[2] - second[0]) / n2)
    assert nps_permutation(first, second).p_value == pytest.approx(np.mean(far >= observed - 1e-12))


@given(counts, counts)
def test_the_permutation_p_does_not_depend_on_the_order_of_the_groups(first: tuple, second: tuple) -> None:
    assert nps_permutation(first, second) == nps_permutation(second, first)


def test_large_groups_have_the_permutation_z_which_is_close_to_the_exact_p() -> None:
    thousand, another = (150, 300, 550), (170, 300, 530)
    exact = nps_permutation(thousand, another)
    assert exact.exact
    assert exact.p_value == pytest.approx(nps_permutation_z(thousand, another), abs=0.02)
    first, second = (2000, 3000, 4000), (2100, 2900, 4000)
    found = nps_permutation(first, second)
    assert not found.exact
    assert found.p_value == nps_permutation_z(first, second)


def test_counts_that_are_not_whole_have_the_permutation_z() -> None:
    found = nps_permutation((2.5, 3, 4.5), (5, 3, 2))
    assert not found.exact
    assert found.p_value == nps_permutation_z((2.5, 3, 4.5), (5, 3, 2))


@pytest.mark.parametrize("method", ["adjusted-wald", "mover", "wald"])
def test_an_empty_group_gives_nan(method: str) -> None:
    found = nps_contrast((0, 0, 0), B, method=method)
    assert all(map(math.isnan, (found.estimate, *found.interval, found.p_value)))
    assert math.isnan(nps_permutation((0, 0, 0), B).p_value)
    assert math.isnan(nps_permutation_z(B, (0, 0, 0)))


def test_groups_of_one_answer_and_of_one_category_have_intervals_but_not_by_wald() -> None:
    for first, second in (((0, 0, 1), (1, 0, 0)), ((0, 10, 0), (0, 20, 0)), ((0, 0, 5), (0, 0, 7))):
        for method in ("adjusted-wald", "mover"):
            low, high = nps_contrast(first, second, method=method).interval
            assert -2 <= low < high <= 2
        assert math.isnan(nps_contrast(first, second, method="wald").interval.low)
    assert nps_permutation((0, 10, 0), (0, 20, 0)).p_value == 1
    assert nps_permutation_z((0, 10, 0), (0, 20, 0)) == 1
    assert nps_permutation((0, 0, 1), (1, 0, 0)).p_value == 1


@given(counts, counts)
def test_limits_hold_the_estimate_and_turn_with_the_groups(first: tuple, second: tuple) -> None:
    for method in ("adjusted-wald", "mover"):
        one, other = (nps_contrast(*pair, method=method) for pair in ((first, second), (second, first)))
        assert one.interval.low <= one.estimate <= one.interval.high
        assert one.interval.low == pytest.approx(-other.interval.high, abs=1e-9)


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="adjusted-wald"):
        nps_contrast(A, B, method="bootstrap")
    with pytest.raises(ValueError, match="newcombe"):
        share_contrast((1, 2), (1, 2), method="wald")


def test_newcombe_and_score_of_two_shares() -> None:
    newcombe = share_contrast((48, 80), (56, 70))  # chapter 30 §3: 56/70 v 48/80
    assert tuple(newcombe.interval) == pytest.approx((0.052431, 0.333873), abs=1e-6)
    score = share_contrast((48, 80), (56, 70), method="score")
    # Newcombe (1998), example a: Miettinen–Nurminen .0528 to .3382. statsmodels 0.15 (and §3) has .052552 to .344039.
    assert tuple(score.interval) == pytest.approx((0.0528, 0.3382), abs=5e-5)
    assert newcombe.p_value == score.p_value == pytest.approx(0.008258287929380758, rel=1e-9)


def test_the_banner_pair_has_the_score_p() -> None:
    assert share_contrast((45, 100), (62, 100)).p_value == pytest.approx(0.016215, abs=1e-6)  # chapter 30 §5


PAIRS = [(3, 12, 9, 14), (1, 40, 5, 33), (48, 80, 56, 70), (5, 6, 1, 200)]


@pytest.mark.parametrize(("k1", "n1", "k2", "n2"), PAIRS)
def test_newcombe_and_the_score_test_agree_with_statsmodels(k1: int, n1: int, k2: int, n2: int) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

    found = share_contrast((k1, n1), (k2, n2), 0.9)
    wanted = confint_proportions_2indep(k2, n2, k1, n1, compare="diff", method="newcomb", alpha=0.1)
    assert tuple(found.interval) == pytest.approx(wanted, abs=1e-9)
    tested = test_proportions_2indep(k2, n2, k1, n1, compare="diff", method="score")
    assert found.p_value == pytest.approx(tested.pvalue)


@pytest.mark.parametrize(("k1", "n1", "k2", "n2"), PAIRS)
def test_at_a_score_limit_the_restricted_likelihood_gives_z_of_196(k1: int, n1: int, k2: int, n2: int) -> None:
    """The shares under the limit are found by maximising the likelihood numerically, not by the cubic."""
    from scipy.optimize import minimize_scalar

    def minus_log_likelihood(share: float, difference: float) -> float:
        other = share + difference
        return -float(k1 * np.log(share) + (n1 - k1) * np.log(1 - share) + k2 * np.log(other)
                      + (n2 - k2) * np.log(1 - other))  # fmt: skip

    for limit in share_contrast((k1, n1), (k2, n2), method="score").interval:
        ends = max(0.0, -limit) + 1e-12, min(1.0, 1 - limit) - 1e-12
        p = minimize_scalar(
            minus_log_likelihood, bounds=ends, args=(limit,), method="bounded", options={"xatol": 1e-12}
        ).x
        q, n = p + limit, n1 + n2
        variance = (p * (1 - p) / n1 + q * (1 - q) / n2) * n / (n - 1)
        assert abs(k2 / n2 - k1 / n1 - limit) / math.sqrt(variance) == pytest.approx(1.959963984540054, abs=1e-5)


@pytest.mark.parametrize("first", [(0, 10), (10, 10), (0, 1), (1, 1), (3, 10)])
@pytest.mark.parametrize("second", [(0, 10), (10, 10), (0, 200)])
def test_shares_without_a_hit_or_with_hits_alone_have_limits(first: tuple, second: tuple) -> None:
    for method in ("newcombe", "score"):
        found = share_contrast(first, second, method=method)
        assert -1 <= found.interval.low <= found.estimate <= found.interval.high <= 1
        assert found.interval.high > found.interval.low
        assert 0 <= found.p_value <= 1


def test_the_score_limits_are_where_the_score_test_has_p_of_five_percent() -> None:
    """At a difference of 0 the restricted shares are the pooled one: the interval ends at 0 exactly where p = .05."""
    found = share_contrast((30, 60), (41.11, 60), method="score")
    level = 1 - found.p_value
    assert share_contrast((30, 60), (41.11, 60), level, "score").interval.low == pytest.approx(0, abs=1e-9)


def test_an_empty_group_of_a_share_gives_nan() -> None:
    assert math.isnan(share_contrast((0, 0), (1, 2)).estimate)


def test_welch_agrees_with_scipy() -> None:
    from scipy.stats import ttest_ind

    x, y = np.array([1.0, 2, 4, 4, 7]), np.array([3.0, 5, 5, 6, 8, 9, 9])
    found = mean_contrast(
        (x.mean(), y.mean()), (x.var(ddof=1) / 5, y.var(ddof=1) / 7), (4, 6)
    )  # fmt: skip
    wanted = ttest_ind(y, x, equal_var=False)
    limits = wanted.confidence_interval(0.95)
    assert (found.p_value, found.df) == (pytest.approx(wanted.pvalue), pytest.approx(wanted.df))
    assert tuple(found.interval) == pytest.approx((limits.low, limits.high))


@pytest.mark.parametrize(
    ("variances", "dfs"), [((0.1, math.nan), (4, 0)), ((0.0, 0.0), (4, 4)), ((math.nan, 0.1), (0, 3))]
)
def test_means_without_spread_or_of_one_answer_have_no_limits(variances: tuple, dfs: tuple) -> None:
    found = mean_contrast((1.0, 2.0), variances, dfs)
    assert found.estimate == 1
    assert math.isnan(found.interval.low)
    assert math.isnan(found.p_value)


def test_a_negative_variance_is_nobodys_interval() -> None:
    assert math.isnan(wald_contrast(0.1, -1e-9).interval.low)


def test_probability_of_superiority_from_counts() -> None:
    found = superiority((2, 3, 5, 10, 25, 30, 25), (5, 6, 9, 15, 25, 25, 15))  # chapter 30 §3, CES
    assert found.probability == pytest.approx(0.60565, abs=1e-9)
    assert tuple(found.interval) == pytest.approx((0.5289247373633412, 0.6823752626366588))  # statsmodels 0.15
    assert found.p_value == pytest.approx(0.00720461281287098)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=3, max_size=3), st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_superiority_is_the_share_of_pairs(first: list, second: list) -> None:
    found = superiority(first, second)
    if not sum(first) or not sum(second):
        assert math.isnan(found.probability)
        return
    x, y = np.repeat(range(3), first), np.repeat(range(3), second)
    sign = np.sign(x[:, None] - y[None, :])
    assert found.probability == pytest.approx(((sign > 0) + (sign == 0) / 2).mean())


@pytest.mark.parametrize(
    ("first", "second", "wanted"), [((0, 5), (0, 5), 0.5), ((5, 0), (0, 5), 0.0), ((0, 1), (4, 4), 0.75)]
)
def test_superiority_without_variance_has_no_limits(first: tuple, second: tuple, wanted: float) -> None:
    found = superiority(first, second)
    assert found.probability == wanted
    assert math.isnan(found.interval.low)
    assert math.isnan(found.p_value)


def test_an_nps_of_zero_is_tested_by_mcnemar_exactly() -> None:
    assert nps_zero_p(20, 40) == pytest.approx(0.0134893, abs=1e-7)
    assert nps_zero_p(2, 5) == 0.453125
    assert nps_zero_p(0, 0) == 1


@given(st.tuples(*[st.integers(1, 60)] * 3))
def test_the_target_test_has_p_of_five_percent_at_the_score_limits(sample: tuple) -> None:
    low, high = nps_interval(*sample, 0.95, "score")
    for limit in (float(low), float(high)):
        assert nps_target_test(*sample, target=limit).p_value == pytest.approx(0.05, abs=1e-6)


def test_the_target_test_at_zero_is_mcnemars_z() -> None:
    assert nps_target_test(20, 40, 40, 0.0).statistic == pytest.approx(20 / math.sqrt(60))


def test_the_target_test_at_the_edges() -> None:
    assert math.isnan(nps_target_test(0, 0, 0, 0.2).p_value)
    assert nps_target_test(0, 0, 10, 1.0) == (0.0, 1.0)
    assert nps_target_test(0, 1, 9, 1.0) == (-math.inf, 0.0)
    assert nps_target_test(0, 10, 0, 0.0).p_value == 1
    with pytest.raises(ValueError, match="between −1 and 1"):
        nps_target_test(1, 1, 1, 30)
