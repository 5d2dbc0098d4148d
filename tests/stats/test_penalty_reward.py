"""Penalties and rewards."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from closeloop.errors import InsufficientDataError
from closeloop.stats.penalty_reward import penalty_reward

Floats = npt.NDArray[np.float64]

CELLS = np.array(list(itertools.product((1.0, 2.0, 3.0), repeat=3)))
PENALTIES, REWARDS = np.array([-2.0, -0.4, -0.9]), np.array([0.5, 1.2, 0.9])
THREE = {"low": [1, 1, 1], "high": [3, 3, 3]}


def ratings() -> Floats:
    return np.asarray(6 + (CELLS == 1) @ PENALTIES + (CELLS == 3) @ REWARDS)


def noisy(n: int = 200, seed: int = 0) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 4, size=(n, 2)).astype(float)
    return (x == 1) @ [-1.0, -0.2] + (x == 3) @ [0.2, 0.8] + rng.normal(size=n), x


def test_balanced_design_gives_back_what_was_put_in() -> None:
    found = penalty_reward(ratings(), CELLS, **THREE)
    assert found.penalty == pytest.approx(PENALTIES)
    assert found.reward == pytest.approx(REWARDS)
    assert found.range == pytest.approx([2.5, 1.6, 1.8])
    assert found.asymmetry == pytest.approx([-0.6, 0.5, 0])
    assert found.r_squared == pytest.approx(1)
    assert (found.n_low.tolist(), found.n_middle.tolist(), found.n_high.tolist()) == ([9] * 3, [9] * 3, [9] * 3)


def test_the_block_of_vectors(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]["prca"]
    found = penalty_reward(ratings(), CELLS, **THREE)
    assert found.asymmetry == pytest.approx(block["IA"], abs=1e-12)
    assert found.range == pytest.approx(block["range"], abs=1e-12)


def test_agrees_with_a_regression_on_dummies_and_its_sandwich() -> None:
    from statsmodels.regression.linear_model import WLS

    y, x = noisy()
    w = np.random.default_rng(1).uniform(0.5, 2, len(y))
    contrasts = np.column_stack([np.ones(len(y)), x == 1, x == 3])
    theirs = WLS(y, contrasts, weights=w).fit(cov_type="HC0")
    found = penalty_reward(y, x, low=[1, 1], high=[3, 3], weights=w)
    assert [*found.penalty, *found.reward] == pytest.approx(theirs.params[1:])
    scale = np.sqrt(len(y) / (len(y) - 1))
    assert [*found.penalty_error, *found.reward_error] == pytest.approx(theirs.bse[1:] * scale)
    difference = theirs.t_test([0, -1, 0, 1, 0])
    assert found.range_error[0] == pytest.approx(float(difference.sd[0, 0]) * scale)
    assert found.r_squared == pytest.approx(theirs.rsquared)


def test_clusters_of_copies_have_the_error_of_the_originals() -> None:
    y, x = noisy(80)
    once = penalty_reward(y, x, low=[1, 1], high=[3, 3])
    three = penalty_reward(
        np.repeat(y, 3), np.repeat(x, 3, axis=0), low=[1, 1], high=[3, 3], clusters=np.repeat(np.arange(80), 3)
    )
    assert three.penalty_error == pytest.approx(once.penalty_error)


def test_weights_are_rows_and_zero_counts_nowhere() -> None:
    y, x = noisy(90)
    counts = np.arange(90) % 3
    weighted = penalty_reward(y, x, low=[1, 1], high=[3, 3], weights=counts)
    repeated = penalty_reward(np.repeat(y, counts), np.repeat(x, counts, axis=0), low=[1, 1], high=[3, 3])
    assert weighted.penalty == pytest.approx(repeated.penalty)
    assert weighted.n_low.sum() < repeated.n_low.sum()


def test_a_wrong_sign_is_flagged_and_counts_as_nothing() -> None:
    y = 6 + (CELLS == 1) @ [0.5, -1, -1] + (CELLS == 3) @ [1.0, -0.3, 1]
    found = penalty_reward(y, CELLS, **THREE)
    assert found.wrong_sign.tolist() == [True, True, False]
    assert found.range == pytest.approx([1, 1, 2])
    assert found.asymmetry == pytest.approx([1, -1, 0])


def test_the_error_of_a_range_leaves_out_what_counts_as_nothing() -> None:
    y, x = noisy()
    found = penalty_reward(-y, x, low=[1, 1], high=[3, 3])
    assert found.wrong_sign.all()
    assert (found.range == 0).all()
    assert (found.range_error == 0).all()


def test_no_effect_at_all_has_no_asymmetry() -> None:
    y = 6 + (CELLS == 1) @ [0.0, -1, -1] + (CELLS == 3) @ [0.0, 1, 1]
    found = penalty_reward(y, CELLS, **THREE)
    assert found.range[0] == pytest.approx(0, abs=1e-12)
    assert np.isnan(found.asymmetry[0])
    assert not found.wrong_sign[0]


def test_an_item_that_nobody_rates_low_is_nan_and_leaves_the_others_alone() -> None:
    y, x = noisy()
    found = penalty_reward(y, np.column_stack([x, np.full(len(y), 3.0)]), low=[1, 1, 1], high=[3, 3, 3])
    assert np.isnan([found.penalty[2], found.reward[2], found.asymmetry[2], found.range[2]]).all()
    assert found.penalty[:2] == pytest.approx(penalty_reward(y, x, low=[1, 1], high=[3, 3]).penalty)


def test_a_constant_outcome_has_no_r_squared() -> None:
    found = penalty_reward(np.full(27, 6.0), CELLS, **THREE)
    assert np.isnan(found.r_squared)
    assert np.isnan(found.asymmetry).all()


def test_impossible_input_is_refused() -> None:
    y, x = noisy(60)
    with pytest.raises(ValueError, match="low= must lie below high="):
        penalty_reward(y, x, low=[3, 1], high=[3, 3])
    with pytest.raises(ValueError, match="exactly the same respondents"):
        penalty_reward(y, np.column_stack([x, x[:, 0]]), low=[1, 1, 1], high=[3, 3, 3])
    with pytest.raises(ValueError, match="complete rows of finite numbers"):
        penalty_reward(y, np.where(x == 2, np.nan, x), low=[1, 1], high=[3, 3])
    with pytest.raises(ValueError, match="none negative"):
        penalty_reward(y, x, low=[1, 1], high=[3, 3], weights=-np.ones(60))
    with pytest.raises(InsufficientDataError, match="3 parameters and only 3 rows"):
        penalty_reward([1, 2, 3], [[1], [2], [3]], low=[1], high=[3])
