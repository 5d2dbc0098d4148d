"""Shares of explained variance.

Reference figures: R 4, ``relaimpo`` 2.2-7, ``calc.relimp(lm(Fertility ~ ., swiss), type = c("lmg", "genizi", "first",
"last"))``; ``weights = 1:47`` for the weighted ones. The data are R's ``swiss`` (Mosteller and Tukey 1977).
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.correlation import collinear, correlation_of, weighted_correlation
from closeloop.stats.importance import adjusted_r_squared, johnson, lmg, lmg_sampled, regression

Floats = npt.NDArray[np.float64]

# Agriculture, Examination, Education, Catholic, Infant.Mortality, and Fertility, the outcome, last.
SWISS = np.array([
    [17, 15, 12, 9.96, 22.2, 80.2], [45.1, 6, 9, 84.84, 22.2, 83.1], [39.7, 5, 5, 93.4, 20.2, 92.5],
    [36.5, 12, 7, 33.77, 20.3, 85.8], [43.5, 17, 15, 5.16, 20.6, 76.9], [35.3, 9, 7, 90.57, 26.6, 76.1],
    [70.2, 16, 7, 92.85, 23.6, 83.8], [67.8, 14, 8, 97.16, 24.9, 92.4], [53.3, 12, 7, 97.67, 21, 82.4],
    [45.2, 16, 13, 91.38, 24.4, 82.9], [64.5, 14, 6, 98.61, 24.5, 87.1], [62, 21, 12, 8.52, 16.5, 64.1],
    [67.5, 14, 7, 2.27, 19.1, 66.9], [60.7, 19, 12, 4.43, 22.7, 68.9], [69.3, 22, 5, 2.82, 18.7, 61.7],
    [72.6, 18, 2, 24.2, 21.2, 68.3], [34, 17, 8, 3.3, 20, 71.7], [19.4, 26, 28, 12.11, 20.2, 55.7],
    [15.2, 31, 20, 2.15, 10.8, 54.3], [73, 19, 9, 2.84, 20, 65.1], [59.8, 22, 10, 5.23, 18, 65.5],
    [55.1, 14, 3, 4.52, 22.4, 65], [50.9, 22, 12, 15.14, 16.7, 56.6], [54.1, 20, 6, 4.2, 15.3, 57.4],
    [71.2, 12, 1, 2.4, 21, 72.5], [58.1, 14, 8, 5.23, 23.8, 74.2], [63.5, 6, 3, 2.56, 18, 72],
    [60.8, 16, 10, 7.72, 16.3, 60.5], [26.8, 25, 19, 18.46, 20.9, 58.3], [49.5, 15, 8, 6.1, 22.5, 65.4],
    [85.9, 3, 2, 99.71, 15.1, 75.5], [84.9, 7, 6, 99.68, 19.8, 69.3], [89.7, 5, 2, 100, 18.3, 77.3],
    [78.2, 12, 6, 98.96, 19.4, 70.5], [64.9, 7, 3, 98.22, 20.2, 79.4], [75.9, 9, 9, 99.06, 17.8, 65],
    [84.6, 3, 3, 99.46, 16.3, 92.2], [63.1, 13, 13, 96.83, 18.1, 79.3], [38.4, 26, 12, 5.62, 20.3, 70.4],
    [7.7, 29, 11, 13.79, 20.5, 65.7], [16.7, 22, 13, 11.22, 18.9, 72.7], [17.6, 35, 32, 16.92, 23, 64.4],
    [37.6, 15, 7, 4.97, 20, 77.6], [18.7, 25, 7, 8.65, 19.5, 67.6], [1.2, 37, 53, 42.34, 18, 35],
    [46.6, 16, 29, 50.43, 18.2, 44.7], [27.7, 22, 29, 58.33, 19.3, 42.8],
])  # fmt: skip
LMG = [0.05709122077, 0.1711730289, 0.26013467862, 0.10557015037, 0.11276592293]
GENIZI = [0.04841689581, 0.15470824981, 0.27196410465, 0.11468002995, 0.11696572138]
FIRST = [0.1246649099, 0.4171644705, 0.4406156467, 0.2150035016, 0.1735189273]
LAST = [0.042869607125, 0.007387418515, 0.161962693077, 0.062372625827, 0.056945258732]
R_SQUARED = 0.7067350015927


def swiss() -> Floats:
    return weighted_correlation(SWISS)


def made(items: int, rows: int = 200, seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, items)) + rng.normal(size=(rows, 1))
    y = x @ rng.normal(size=items) + 3 * rng.normal(size=rows)
    return weighted_correlation(np.column_stack([x, y]))


def by_definition(correlation: Floats) -> list[float]:
    """Give the shares by the formula itself: one regression per subset."""
    p = len(correlation) - 1

    def explained(subset: tuple[int, ...]) -> float:
        r = correlation[list(subset), -1]
        return float(r @ np.linalg.solve(correlation[np.ix_(subset, subset)], r)) if subset else 0.0

    shares = []
    for j in range(p):
        others = [i for i in range(p) if i != j]
        shares.append(
            sum(
                math.factorial(len(s)) * math.factorial(p - len(s) - 1) / math.factorial(p)
                * (explained((*s, j)) - explained(s))
                for size in range(p) for s in itertools.combinations(others, size)
            )
        )  # fmt: skip
    return shares


def test_lmg_of_swiss_is_that_of_relaimpo() -> None:
    assert lmg(swiss()) == pytest.approx(LMG, abs=1e-11)


def test_relative_weights_of_swiss_are_genizi_of_relaimpo() -> None:
    assert johnson(swiss()) == pytest.approx(GENIZI, abs=1e-11)


def test_first_last_and_r_squared_of_swiss() -> None:
    found = regression(swiss())
    assert found.first == pytest.approx(FIRST, abs=1e-10)
    assert found.last == pytest.approx(LAST, abs=1e-11)
    assert float(found.r_squared) == pytest.approx(R_SQUARED, abs=1e-13)


def test_weighted_lmg_of_swiss() -> None:
    shares = lmg(weighted_correlation(SWISS, np.arange(1, 48)))
    assert shares == pytest.approx([0.0889726, 0.1421979, 0.3757653, 0.0520596, 0.0519759], abs=5e-8)


def test_the_whole_block_of_vectors(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["relative_importance"]
    order = [1, 2, 3, 4, 5, 0]
    matrix = np.array(block["swiss_corr"]["R"])[np.ix_(order, order)]
    assert matrix == pytest.approx(swiss(), abs=1e-12)
    found = regression(matrix)
    for name, ours in (
        ("lmg", lmg(matrix)), ("johnson", johnson(matrix)), ("first", found.first), ("last", found.last),
        ("R2", found.r_squared),
    ):  # fmt: skip
        assert np.asarray(ours) == pytest.approx(np.asarray(block["swiss"][name]), abs=2.5e-11), name


@pytest.mark.parametrize("items", [1, 2, 3, 6])
def test_lmg_is_the_mean_gain_over_all_orders(items: int) -> None:
    correlation = made(items, seed=items)
    assert lmg(correlation) == pytest.approx(by_definition(correlation), abs=1e-13)


def test_one_item_has_all_of_r_squared() -> None:
    assert lmg([[1, 0.6], [0.6, 1]]) == pytest.approx([0.36])
    assert johnson([[1, 0.6], [0.6, 1]]) == pytest.approx([0.36])


def test_vif_is_one_over_what_the_others_leave() -> None:
    x = SWISS[:, :-1]
    rest = np.column_stack([np.ones(len(x)), x[:, 1:]])
    left = x[:, 0] - rest @ np.linalg.lstsq(rest, x[:, 0], rcond=None)[0]
    assert regression(swiss()).vif[0] == pytest.approx(((x[:, 0] - x[:, 0].mean()) ** 2).sum() / (left**2).sum())


def test_adjusted_r_squared_of_swiss_and_without_degrees_of_freedom() -> None:
    assert adjusted_r_squared(R_SQUARED, 47, 5) == pytest.approx(
        0.670971, abs=5e-7
    )  # summary(lm(Fertility ~ ., swiss))
    assert math.isnan(adjusted_r_squared(1.0, 6, 5))


def test_a_stack_gives_what_each_matrix_gives() -> None:
    stack = np.array([[made(4, seed=s) for s in (1, 2)], [made(4, seed=s) for s in (3, 4)]])
    for share in (lmg, johnson):
        together = share(stack)
        assert together.shape == (2, 2, 4)
        assert together[1, 0] == pytest.approx(share(stack[1, 0]), abs=1e-14)


def test_an_empty_stack_is_no_error() -> None:
    assert lmg(np.empty((0, 3, 3))).shape == (0, 2)


def test_a_stack_larger_than_a_block_is_cut_up_without_a_seam() -> None:
    stack = np.array([made(12, seed=s % 3) for s in range(520)])
    assert lmg(stack)[[0, 511, 512, 519]] == pytest.approx(lmg(stack[[0, 511, 512, 519]]), abs=1e-14)


def test_random_orders_come_within_their_monte_carlo_error() -> None:
    correlation = made(8)
    found = lmg_sampled(correlation, orders=2000, seed=3)
    assert found.shares.sum() == pytest.approx(float(regression(correlation).r_squared), abs=1e-12)
    assert (np.abs(found.shares - lmg(correlation)) < 4 * found.std_error).all()
    assert 0 < found.std_error.max() < 0.005


def test_more_than_twenty_items_are_drawn_and_repeatable() -> None:
    correlation = made(24)
    shares = lmg(correlation, orders=400)
    assert shares.sum() == pytest.approx(float(regression(correlation).r_squared), abs=1e-12)
    assert (shares == lmg(correlation, orders=400)).all()
    assert (shares != lmg(correlation, orders=400, seed=1)).any()


def test_perfect_explanation_is_no_singularity() -> None:
    x = np.random.default_rng(0).normal(size=(50, 3))
    correlation = weighted_correlation(np.column_stack([x, x.sum(axis=1)]))
    assert lmg(correlation).sum() == pytest.approx(1)
    assert lmg_sampled(correlation, orders=100).shares.sum() == pytest.approx(1)


def test_few_orders_are_refused() -> None:
    with pytest.raises(ValueError, match="At least four random orders are needed; got 2"):
        lmg_sampled(made(3), orders=2)


@pytest.mark.parametrize("share", [lmg, johnson, regression, lmg_sampled])
def test_exactly_collinear_items_are_refused_by_number(share: Callable[[Floats], object]) -> None:
    x = np.random.default_rng(0).normal(size=(60, 4))
    x[:, 2] = x[:, 0] - x[:, 1]
    correlation = weighted_correlation(np.column_stack([x, np.arange(60.0)]))
    with pytest.raises(ValueError, match=r"repeat one another exactly.*: 1, 2, 3\. Leave one of them out"):
        share(correlation)
    assert collinear(correlation) == (0, 1, 2)


def test_within_a_stack_the_collinear_one_is_nan() -> None:
    twice = np.array([[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]])
    fine = np.array([[1, 0.2, 0.5], [0.2, 1, 0.5], [0.5, 0.5, 1]])
    shares = lmg(np.array([twice, fine]))
    assert np.isnan(shares[0]).all()
    assert shares[1] == pytest.approx(lmg(fine))


@pytest.mark.parametrize("share", [lmg, johnson])
def test_a_constant_item_is_nan_and_leaves_the_others_alone(share: Callable[[Floats], Floats]) -> None:
    x = SWISS.copy()
    x[:, 1] = 0.1  # not exact in binary: a variance of rounding errors
    shares = share(weighted_correlation(x))
    assert np.isnan(shares[1])
    assert shares[[0, 2, 3, 4]] == pytest.approx(share(weighted_correlation(np.delete(SWISS, 1, axis=1))), abs=1e-12)


def test_a_constant_outcome_leaves_nothing_to_explain() -> None:
    x = SWISS.copy()
    x[:, -1] = 7
    assert np.isnan(lmg(weighted_correlation(x))).all()
    assert np.isnan(regression(weighted_correlation(x)).r_squared)


def test_weights_that_count_rows_are_rows() -> None:
    counts = np.arange(47) % 4
    assert weighted_correlation(SWISS, counts) == pytest.approx(
        weighted_correlation(np.repeat(SWISS, counts, axis=0)), abs=1e-13
    )


def test_rows_with_a_gap_and_rows_of_weight_zero_count_nowhere() -> None:
    x, w = SWISS.copy(), np.ones(47)
    x[3, 2], w[5] = np.nan, 0
    assert weighted_correlation(x, w) == pytest.approx(
        weighted_correlation(np.delete(SWISS, [3, 5], axis=0)), abs=1e-13
    )


def test_no_complete_row_gives_nan() -> None:
    assert np.isnan(weighted_correlation([[1, math.nan], [math.nan, 2]])).all()


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_an_impossible_weight_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="one finite number per row, none negative and none missing"):
        weighted_correlation([[1, 2], [2, 4]], [1, bad])


def test_what_is_no_table_and_no_matrix_is_refused() -> None:
    with pytest.raises(ValueError, match="rows × columns; got 1 dimension"):
        weighted_correlation([1.0, 2.0])
    with pytest.raises(ValueError, match=r"square correlation matrix.*got 2×3"):
        lmg(np.ones((2, 3)))


def test_variance_below_the_floor_is_rounding() -> None:
    found = correlation_of([[1e-14, 1e-15], [1e-15, 4.0]], floor=[1e-12, 1e-12])
    assert np.isnan(found[0]).all()
    assert found[1, 1] == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(0, 10_000))
def test_shares_are_not_negative_add_up_and_follow_the_items(items: int, seed: int) -> None:
    correlation = made(items, rows=40, seed=seed)
    r_squared = float(regression(correlation).r_squared)
    order = np.random.default_rng(seed).permutation(items)
    moved = correlation[np.ix_([*order, items], [*order, items])]
    for share in (lmg, johnson):
        shares = share(correlation)
        assert (shares >= -1e-12).all()
        assert shares.sum() == pytest.approx(r_squared, abs=1e-10)
        assert share(moved) == pytest.approx(shares[order], abs=1e-10)
