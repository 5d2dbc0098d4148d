"""League tables: partial pooling, ranks with their uncertainty, funnel limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.shrinkage import funnel_z, rank_limits, shrink

# detractors, passives, promoters; DerSimonian–Laird on adjusted counts, computed once beside statsmodels 0.15.0
ROWS = np.array([[5, 10, 15], [20, 40, 40], [2, 3, 15], [40, 30, 30], [10, 30, 60]], dtype=float)
TAU2, MEAN = 0.0734099039, 0.3063149261
SHRUNK = [0.32826, 0.20732, 0.57332, -0.06626, 0.48893]


def adjusted(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    d, n0, p = rows.T
    theta = (p - d) / rows.sum(axis=1)
    d, n0, p = d + 0.75, n0 + 1.5, p + 0.75
    n = d + n0 + p
    return theta, ((p + d) / n - ((p - d) / n) ** 2) / n


def test_five_regions_are_drawn_towards_their_mean() -> None:
    found = shrink(*adjusted(ROWS))
    assert found.tau2 == pytest.approx(TAU2, abs=5e-10)
    assert found.mean == pytest.approx(MEAN, abs=5e-10)
    assert found.estimates == pytest.approx(SHRUNK, abs=5e-6)


def test_the_reference_block_is_the_one_tested(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]["eb_shrink"]
    assert block["rows_DNP"] == ROWS.astype(int).tolist()
    assert (block["tau2"], block["mu"], block["shrunk"]) == (TAU2, MEAN, SHRUNK)


def test_pooling_is_that_of_statsmodels() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    theta, v = adjusted(ROWS)
    pooled = combine_effects(theta, v, method_re="dl")
    found = shrink(theta, v)
    assert (found.tau2, found.mean) == pytest.approx((pooled.tau2, pooled.mean_effect_re), rel=1e-12)
    assert found.mean_error == pytest.approx(pooled.sd_eff_w_re, rel=1e-12)


def test_groups_that_do_not_differ_all_get_the_mean() -> None:
    found = shrink([0.2, 0.21, 0.19], [0.01, 0.02, 0.03])
    assert found.tau2 == 0
    assert found.estimates == pytest.approx([found.mean] * 3)


def test_one_group_and_none_are_left_as_they_are() -> None:
    assert shrink([0.4], [0.01]).estimates.tolist() == [0.4]
    nothing = shrink([np.nan, np.nan], [np.nan, 0.1])
    assert np.isnan(nothing.estimates).all()
    assert np.isnan(nothing.mean)


def test_a_group_without_answers_counts_nowhere() -> None:
    theta, v = adjusted(ROWS)
    found = shrink([*theta, np.nan], [*v, np.nan])
    assert found.estimates[:5] == pytest.approx(SHRUNK, abs=5e-6)
    assert np.isnan(found.estimates[5])


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(1e-4, 0.5)), min_size=2, max_size=20),
)
def test_a_shrunk_estimate_lies_between_its_own_and_the_mean_and_is_known_better(
    groups: list[tuple[float, float]],
) -> None:
    theta, v = np.array(groups).T
    found = shrink(theta, v)
    low, high = np.minimum(theta, found.mean), np.maximum(theta, found.mean)
    assert ((found.estimates >= low - 1e-9) & (found.estimates <= high + 1e-9)).all()


def test_ranks_of_groups_far_apart_are_certain_and_of_equal_ones_open() -> None:
    best, worst = rank_limits([0.9, 0.5, 0.1], [0.01, 0.01, 0.01])
    assert best.tolist() == worst.tolist() == [1, 2, 3]
    best, worst = rank_limits([0.2, 0.2, 0.2, np.nan], [0.1, 0.1, 0.1, 0.1])
    assert best[:3].tolist() == [1, 1, 1]
    assert worst[:3].tolist() == [3, 3, 3]
    assert np.isnan(best[3])


def test_funnel_z_without_answers_or_spread_is_missing() -> None:
    assert np.isnan(funnel_z([0.1, 0.1], [0, 10], 0.1, 0.0)).all()
    assert funnel_z([0.5], [100], 0.3, 0.5, between=0.01)[0] == pytest.approx(0.2 / np.sqrt(0.005 + 0.01))
