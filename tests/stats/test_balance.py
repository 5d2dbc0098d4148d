"""What weights cost, and how far a sample is from its targets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.balance import standardised_difference, weight_cost, weight_cost_of_cells


def test_kish_of_apistrat_agrees_with_r() -> None:
    # apistrat of R's survey package: 100 schools of weight 44.21, 50 of 15.1, 50 of 20.36
    cost = weight_cost(np.repeat([44.2099990844727, 15.1000003814697, 20.3600006103516], [100, 50, 50]))
    assert cost.n_eff == pytest.approx(168.5813313, abs=5e-5)
    assert cost.deff == pytest.approx(1.186370985, abs=5e-7)


def test_equal_weights_cost_nothing() -> None:
    cost = weight_cost([2.5] * 7)
    assert (cost.n, cost.deff, cost.ratio, cost.low, cost.high) == (7, pytest.approx(1), 1, 1, 1)


def test_weights_of_zero_count_for_nothing() -> None:
    assert weight_cost([0, 1, 3, 0]) == weight_cost([1, 3])


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_no_weight_has_no_cost(weights: list[float]) -> None:
    cost = weight_cost(weights)
    assert cost.n == 0
    assert math.isnan(cost.deff)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50))
def test_effective_sample_is_between_one_and_n(weights: list[float]) -> None:
    cost = weight_cost(weights)
    assert 1 - 1e-9 <= cost.n_eff <= len(weights) + 1e-9
    assert cost.low <= 1 + 1e-9
    assert cost.high >= 1 - 1e-9


def test_cells_give_what_their_answers_give() -> None:
    w = np.array([1.0, 2.0, 2.0, 5.0])
    cells = weight_cost_of_cells([3, 1], [5, 5], [9, 25], [1, 5], [2, 5])
    assert cells == weight_cost(w)


def test_standardised_difference_is_signed_and_has_no_value_at_a_target_of_zero() -> None:
    found = standardised_difference([0.6, 0.5, 0.1, 0.0], [0.5, 0.6, 0.0, 0.0])
    assert found[0] == pytest.approx(0.2)
    assert found[1] == pytest.approx(-0.1 / math.sqrt(0.24))
    assert math.isnan(found[2])
    assert found[3] == 0
