"""Weighted variance and effective sample size against R's survey package."""

from __future__ import annotations

import numpy as np
import pytest

from closeloop.stats.weighting import effective_n, linearised_variance

# R survey 4.1-1, data(api), apistrat: category from api00 (≤ 600, ≤ 700, above), weights only:
# detractors, passives, promoters by weight
STRATA = {44.2099990844727: (36, 29, 35), 15.1000003814697: (15, 18, 17), 20.3600006103516: (23, 10, 17)}


def test_variance_of_equal_weights_is_the_textbook_one_with_n_minus_one() -> None:
    y = np.array([-1.0, 0, 1, 1, 1])
    squares = ((y - y.mean()) ** 2).sum()
    assert float(linearised_variance(squares, 5, 5)) == pytest.approx(y.var(ddof=1) / 5)


def test_effective_n_never_exceeds_the_answers() -> None:
    assert effective_n(1.0, 0.001, 50, 50, 50) == 50


def test_all_alike_falls_back_to_kish() -> None:
    assert effective_n(0.0, 0.0, 3, 1 + 2 + 3, 1 + 4 + 9) == pytest.approx(36 / 14)
