"""Agreement of coders: κ against its published example, α against the definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.agreement import cohen_kappa, krippendorff_alpha


def test_kappa_of_a_two_by_two_table() -> None:
    # 45 both yes, 15 and 25 apart, 15 both no: p_o .6, p_e .54, κ = .06 / .46
    first = [0] * 60 + [1] * 40
    second = [0] * 45 + [1] * 15 + [0] * 25 + [1] * 15
    found = cohen_kappa(first, second)
    assert found.observed == pytest.approx(0.6)
    assert found.kappa == pytest.approx(0.06 / 0.46)
    assert found.ci_low < found.kappa < found.ci_high


def test_things_one_of_them_did_not_code_are_left_out() -> None:
    assert cohen_kappa([0, 1, -1, 1, 0], [0, 1, 1, -1, 0]).n == 3


def test_one_category_and_nothing_at_all_have_no_kappa() -> None:
    found = cohen_kappa([2, 2, 2], [2, 2, 2])
    assert found.observed == 1
    assert np.isnan(found.kappa)
    assert cohen_kappa([], []).n == 0
    assert np.isnan(krippendorff_alpha([[1, 1], [1, 1]]).kappa)
    assert krippendorff_alpha([[1, -1], [-1, 2]]).n == 0


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one list has 2, the other 3"):
        cohen_kappa([1, 2], [1, 2, 3])


def test_alpha_of_krippendorffs_example_with_gaps() -> None:
    # Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", nominal data with missing values: α = 0.743
    a = [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0]
    b = [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3]
    c = [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0]
    d = [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0]
    codes = np.array([a, b, c, d]).T - 1
    found = krippendorff_alpha(codes)
    assert found.kappa == pytest.approx(0.743, abs=5e-4)
    assert found.n == 11


@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=2, max_size=15))
def test_alpha_is_one_minus_observed_over_expected_disagreement(rows: list[list[int]]) -> None:
    units = [[v for v in row if v >= 0] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    values = [v for unit in units for v in unit]
    found = krippendorff_alpha(rows, draws=10)
    if len(set(values)) < 2:
        assert np.isnan(found.kappa)
        return
    n = len(values)
    observed = sum(sum(x != y for x, y in itertools.permutations(u, 2)) / (len(u) - 1) for u in units) / n
    expected = sum(x != y for x, y in itertools.permutations(values, 2)) / (n * (n - 1))
    assert found.kappa == pytest.approx(1 - observed / expected, abs=1e-12)
