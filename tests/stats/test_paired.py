"""The same respondents twice; reference numbers: chapter 30 §1.5."""

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

from closeloop.stats.one_sample import nps_zero_p
from closeloop.stats.paired import homogeneity, sign_flip_p, transition_contrast, unpaired_std_error

TABLE = [[12, 8, 4], [3, 20, 9], [1, 5, 38]]


def test_the_paired_vectors_are_met(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["paired"]
    table = block["table_before_rows_after_cols_DNP"]
    found = transition_contrast(table, method="z")
    assert found.estimate == pytest.approx(block["delta"])
    assert found.std_error == pytest.approx(block["se"], abs=1e-9)
    assert found.std_error**2 * 100 == pytest.approx(block["var_d"])
    assert found.estimate / found.std_error == pytest.approx(block["z"], abs=1e-9)
    assert tuple(found.interval) == pytest.approx(block["ci"], abs=1e-9)
    assert sign_flip_p(table) == pytest.approx(block["sign_flip_exact_p"], abs=1e-10)
    # √(.64/100 + .5475/100) = .108972474; the block has .108972464.
    assert unpaired_std_error(table) == pytest.approx(block["wrong_se_if_independent"], abs=2e-8)
    shift = homogeneity(table)
    assert shift.statistic == pytest.approx(block["stuart_maxwell"]["stat"], abs=1e-9)
    assert shift.p_value == pytest.approx(block["stuart_maxwell"]["p"], abs=1e-9)
    assert shift.df == block["stuart_maxwell"]["df"]
    assert shift.bhapkar_statistic == pytest.approx(block["bhapkar"]["stat"], abs=1e-9)
    assert shift.bhapkar_p_value == pytest.approx(block["bhapkar"]["p"], abs=1e-9)


def test_the_z_interval_of_a_change() -> None:
    found = transition_contrast(TABLE, method="z")
    assert (found.estimate, found.std_error) == (pytest.approx(0.15), pytest.approx(0.065383484, abs=1e-9))
    assert tuple(found.interval) == pytest.approx((0.021850725, 0.278149275), abs=1e-9)


def test_students_interval_is_that_of_the_single_changes() -> None:
    from scipy.stats import ttest_1samp

    change = np.repeat([0, 1, 2, -1, 0, 1, -2, -1, 0], np.ravel(TABLE))
    wanted = ttest_1samp(change, 0)
    limits = wanted.confidence_interval(0.95)
    found = transition_contrast(TABLE)
    assert found.p_value == pytest.approx(wanted.pvalue)
    assert tuple(found.interval) == pytest.approx((limits.low, limits.high))


def test_the_standard_error_without_pairing_is_that_of_two_groups() -> None:
    assert unpaired_std_error(TABLE) == pytest.approx(math.sqrt(0.0064 + 0.005475), rel=1e-12)


def test_the_exact_sign_flip_p() -> None:
    assert sign_flip_p(TABLE) == pytest.approx(0.0349578857, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=9, max_size=9))
def test_the_sign_flip_p_is_the_share_of_all_signs(cells: list) -> None:
    table = np.reshape(cells, (3, 3))
    if not table.sum():
        assert math.isnan(sign_flip_p(table))
        return
    change = np.repeat([0, 1, 2, -1, 0, 1, -2, -1, 0], cells)
    moved = change[change != 0]
    sums = [abs(np.dot(signs, moved)) for signs in itertools.product((-1, 1), repeat=len(moved))]
    assert sign_flip_p(table) == pytest.approx(np.mean(np.array(sums) >= abs(change.sum())))


@given(st.integers(0, 60), st.integers(0, 60))
def test_with_two_categories_the_sign_flip_is_mcnemars_exact_test(up: int, down: int) -> None:
    assert sign_flip_p([[5, up], [down, 5]]) == pytest.approx(nps_zero_p(down, up))


def test_a_small_p_keeps_its_digits() -> None:
    assert sign_flip_p([[0, 200], [0, 0]]) == pytest.approx(2 * 0.5**200, rel=1e-9)


def test_without_a_pair_everything_is_nan() -> None:
    empty = np.zeros((3, 3))
    assert math.isnan(transition_contrast(empty).estimate)
    assert math.isnan(sign_flip_p(empty))
    assert math.isnan(unpaired_std_error(empty))
    assert math.isnan(homogeneity(empty).p_value)


def test_where_nobody_moved_the_tests_say_one_and_there_is_no_interval() -> None:
    still = np.diag([5, 3, 9])
    found = transition_contrast(still)
    assert (found.estimate, found.std_error) == (0, 0)
    assert math.isnan(found.interval.low)
    assert sign_flip_p(still) == 1
    assert homogeneity(still) == (0.0, 1.0, 0.0, 1.0, 0)


def test_equal_changes_and_a_single_pair_have_no_interval() -> None:
    for table in ([[0, 7, 0], [0, 0, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 0], [0, 0, 0]]):
        found = transition_contrast(table)
        assert found.estimate == 1
        assert math.isnan(found.interval.low)


def test_a_category_that_nobody_left_or_entered_is_left_out_of_homogeneity() -> None:
    small = homogeneity([[10, 6], [1, 20]])
    assert homogeneity([[10, 0, 6], [0, 99, 0], [1, 0, 20]])[:2] == pytest.approx(small[:2])
    assert small.statistic == pytest.approx((6 - 1) ** 2 / 7)  # McNemar


def test_no_half_is_added_to_an_empty_cell() -> None:
    """statsmodels adds ½ to every cell by default as soon as one is 0; McNemar's statistic here is 9."""
    assert homogeneity([[10, 9], [0, 10]]).statistic == pytest.approx(9)


def test_bhapkar_is_nan_where_everybody_moved_the_same_way() -> None:
    found = homogeneity([[0, 5], [0, 0]])
    assert found.statistic == pytest.approx(5)
    assert math.isnan(found.bhapkar_p_value)


def test_it_sees_what_the_nps_does_not() -> None:
    """Both ends turn to passives: the NPS stands still, the shares do not."""
    table = [[5, 20, 0], [0, 10, 0], [0, 20, 5]]
    assert transition_contrast(table).estimate == 0
    assert sign_flip_p(table) == 1
    assert homogeneity(table).p_value < 1e-8


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match='"t", "z"'):
        transition_contrast(TABLE, method="score")
