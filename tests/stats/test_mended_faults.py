"""Faults found by trying to break the formulae."""

from __future__ import annotations

import numpy as np
import pytest

from closeloop.stats.agreement import cohen_kappa, krippendorff_alpha
from closeloop.stats.did import difference_in_differences, unit_groups


def test_a_missing_code_is_not_coded() -> None:
    codes = [[0, 0], [1, 1], [0, 1], [1, 1], [0, -1]]
    gaps = [[0, 0], [1, 1], [0, 1], [1, 1], [0, np.nan]]
    assert krippendorff_alpha(gaps) == krippendorff_alpha(codes)
    assert cohen_kappa(*np.transpose(gaps)) == cohen_kappa(*np.transpose(codes))


def test_krippendorff_alpha_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 4, (30, 3))
    codes[:, 1] = np.where(rng.random(30) < 0.7, codes[:, 0], codes[:, 1])
    codes[rng.random(codes.shape) < 0.1] = -1
    units = [row[row >= 0] for row in codes if (row >= 0).sum() > 1]
    every = np.concatenate(units)
    observed = sum((row[:, None] != row).sum() / (len(row) - 1) for row in units)
    expected = (every[:, None] != every).sum() / (len(every) - 1)
    assert krippendorff_alpha(codes).kappa == pytest.approx(1 - observed / expected, rel=1e-12)


def test_answers_all_alike_differ_by_exactly_nothing() -> None:
    side = np.arange(60) // 2 % 2 == 1
    found = difference_in_differences(np.ones(60), side, np.arange(60) % 2 == 1)
    assert (found.estimate, found.std_error) == (0.0, 0.0)


def test_a_unit_in_both_groups_is_called_what_it_stands_for() -> None:
    with pytest.raises(ValueError, match="'south'"):
        unit_groups([True, False, True], [1, 1, 0], names=("north", "south"))
    with pytest.raises(ValueError, match="Unit 1 "):
        unit_groups([True, False, True], [1, 1, 0])
