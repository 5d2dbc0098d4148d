"""Weighted variance and effective sample size.

The figures of R's survey package stand in tests/metrics/test_weighted_score.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from closeloop.stats.weighting import effective_n, linearised_variance


def test_variance_of_equal_weights_is_the_textbook_one_with_n_minus_one() -> None:
    y = np.array([-1.0, 0, 1, 1, 1])
    squares = ((y - y.mean()) ** 2).sum()
    assert float(linearised_variance(squares, 5, 5)) == pytest.approx(y.var(ddof=1) / 5)


def test_effective_n_never_exceeds_the_answers() -> None:
    assert effective_n(1.0, 0.001, 50, 50, 50) == 50


def test_all_alike_falls_back_to_kish() -> None:
    assert effective_n(0.0, 0.0, 3, 1 + 2 + 3, 1 + 4 + 9) == pytest.approx(36 / 14)
