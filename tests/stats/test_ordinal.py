"""The ordered logit.

Reference figures: R, ``MASS::polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing)``: 1 681 tenants in
Copenhagen (Madsen 1976). Standard errors: ``summary(…)`` of the same.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from closeloop.errors import InsufficientDataError
from closeloop.stats.ordinal import OrderedLogit, ordered_logit

Floats = npt.NDArray[np.float64]

# Satisfaction low, medium, high runs fastest, then influence (low, medium, high), type (tower, apartment, atrium,
# terrace) and contact (low, high).
FREQUENCIES = np.array([
    21, 21, 28, 34, 22, 36, 10, 11, 36, 61, 23, 17, 43, 35, 40, 26, 18, 54, 13, 9, 10, 8, 8, 12, 6, 7, 9,
    18, 6, 7, 15, 13, 13, 7, 5, 11, 14, 19, 37, 17, 23, 40, 3, 5, 23, 78, 46, 43, 48, 45, 86, 15, 25, 62,
    20, 23, 20, 10, 22, 24, 7, 10, 21, 57, 23, 13, 31, 21, 13, 5, 6, 13,
])  # fmt: skip
CELL = np.arange(72)
SATISFACTION = CELL % 3
INFLUENCE, TYPE, CONTACT = CELL // 3 % 3, CELL // 9 % 4, CELL // 36
ITEMS = np.column_stack([INFLUENCE == 1, INFLUENCE == 2, TYPE == 1, TYPE == 2, TYPE == 3, CONTACT == 1]).astype(float)
BETA = [0.5663937, 1.2888191, -0.5723501, -0.3661866, -1.0910149, 0.3602841]
THRESHOLDS = [-0.4961353, 0.6907083]
DEVIANCE = 3479.149299


def rows(n: int = 400, seed: int = 1) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2)) * [1, 5] + [0, 20]
    latent = x @ [0.8, -0.2] + rng.logistic(size=n)
    return np.digitize(latent, np.quantile(latent, [0.1, 0.4, 0.8])).astype(float), x


def test_housing_by_frequencies_is_polr() -> None:
    fit = ordered_logit(SATISFACTION, ITEMS, FREQUENCIES)
    assert fit.coefficients == pytest.approx(BETA, abs=1e-6)
    assert fit.thresholds == pytest.approx(THRESHOLDS, abs=1e-6)
    assert fit.deviance == pytest.approx(DEVIANCE, abs=1e-6)
    assert fit.std_errors == pytest.approx([0.10465, 0.12716, 0.11924, 0.15517, 0.15149, 0.09554], abs=5e-6)


def test_the_block_of_vectors(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["ordered_logit_housing"]
    fit = ordered_logit(SATISFACTION, ITEMS, FREQUENCIES)
    assert fit.coefficients == pytest.approx(list(block["beta"].values()), abs=1e-6)
    assert fit.thresholds == pytest.approx(block["thresholds"], abs=1e-6)
    assert fit.deviance == pytest.approx(block["deviance"], abs=1e-6)


def test_weights_are_rows() -> None:
    cells = np.repeat(CELL, FREQUENCIES)
    by_weight, by_row = (
        ordered_logit(SATISFACTION, ITEMS, FREQUENCIES),
        ordered_logit(SATISFACTION[cells], ITEMS[cells]),
    )
    assert by_weight.coefficients == pytest.approx(by_row.coefficients, abs=1e-9)
    assert by_weight.covariance == pytest.approx(by_row.covariance, abs=1e-9)
    assert (by_weight.n, by_row.n) == (72, 1681)


def test_weights_change_the_estimate() -> None:
    assert abs(ordered_logit(SATISFACTION, ITEMS).coefficients - BETA).max() > 0.1


def statsmodels_fit(y: Floats, x: Floats) -> object:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return OrderedModel(y, x, distr="logit").fit(method="bfgs", disp=False, gtol=1e-9)


def test_unweighted_agrees_with_statsmodels() -> None:
    y, x = rows()
    theirs = statsmodels_fit(y, x)
    fit = ordered_logit(y, x)
    assert fit.coefficients == pytest.approx(theirs.params[:2], abs=1e-5)  # type: ignore[attr-defined]
    assert fit.log_likelihood == pytest.approx(theirs.llf, abs=1e-8)  # type: ignore[attr-defined]
    assert fit.std_errors == pytest.approx(theirs.bse[:2], rel=1e-3)  # type: ignore[attr-defined]


def gradient_free_sandwich(y: Floats, x: Floats, w: Floats, groups: npt.NDArray[np.int64]) -> Floats:
    """Give the sandwich from leave-out influence by finite differences: nothing of the analytic derivatives is used."""
    fit = ordered_logit(y, x, w)
    k = len(np.unique(groups))
    influence = []
    for group in range(k):
        lighter, heavier = w.copy(), w.copy()
        lighter[groups == group] *= 1 - 1e-4
        heavier[groups == group] *= 1 + 1e-4
        influence.append((ordered_logit(y, x, heavier).coefficients - ordered_logit(y, x, lighter).coefficients) / 2e-4)
    table = np.array(influence)
    assert abs(table.sum(axis=0)).max() < 1e-4 * abs(fit.coefficients).max()
    return np.asarray(table.T @ table * k / (k - 1))


def test_cluster_sandwich_is_the_spread_of_the_clusters_influence() -> None:
    y, x = rows(300)
    groups, w = np.arange(300) % 15, np.random.default_rng(2).uniform(0.5, 2, 300)
    fit = ordered_logit(y, x, w, clusters=groups)
    assert fit.covariance[:2, :2] == pytest.approx(gradient_free_sandwich(y, x, w, groups), rel=1e-4)


def test_rows_are_clusters_of_one() -> None:
    y, x = rows(120)
    robust, clustered = ordered_logit(y, x, robust=True), ordered_logit(y, x, clusters=np.arange(120))
    assert robust.covariance == pytest.approx(clustered.covariance)


def test_sandwich_does_not_depend_on_the_scale_of_the_weights() -> None:
    y, x = rows(150)
    w = np.linspace(1, 3, 150)
    one, thousand = ordered_logit(y, x, w, robust=True), ordered_logit(y, x, 1000 * w, robust=True)
    assert one.covariance == pytest.approx(thousand.covariance, rel=1e-6)


def test_two_categories_are_the_ordinary_logit() -> None:
    from statsmodels.discrete.discrete_model import Logit

    y, x = rows()
    above = (y > 1).astype(float)
    theirs = Logit(above, np.column_stack([np.ones(len(x)), x])).fit(disp=False, tol=1e-12)
    fit = ordered_logit(above, x)
    assert fit.coefficients == pytest.approx(theirs.params[1:], abs=1e-7)
    assert fit.thresholds == pytest.approx([-theirs.params[0]], abs=1e-6)


def test_units_of_an_item_do_not_matter() -> None:
    y, x = rows()
    other = ordered_logit(y, x * [1000, 1e-4] + [1e6, 0])
    assert other.coefficients * [1000, 1e-4] == pytest.approx(ordered_logit(y, x).coefficients, rel=1e-6)


def test_reversed_outcome_turns_the_signs() -> None:
    y, x = rows()
    assert ordered_logit(-y, x).coefficients == pytest.approx(-ordered_logit(y, x).coefficients, abs=1e-8)


def test_rows_of_weight_zero_count_nowhere() -> None:
    y, x = rows(100)
    w = np.ones(101)
    w[100] = 0
    fit = ordered_logit(np.append(y, 99), np.vstack([x, [9, 9]]), w)
    assert fit.n == 100
    assert fit.coefficients == pytest.approx(ordered_logit(y, x).coefficients)
    assert 99 not in fit.categories


def fails(y: object, x: object, **how: object) -> OrderedLogit:
    return ordered_logit(y, x, **how)  # type: ignore[arg-type]


def test_a_constant_outcome_is_refused() -> None:
    with pytest.raises(InsufficientDataError, match="same value in every row"):
        fails([7, 7, 7], [[1], [2], [3]])


def test_as_many_rows_as_parameters_are_refused() -> None:
    with pytest.raises(InsufficientDataError, match="3 parameters and only 3 rows"):
        fails([1, 2, 3], [[1], [2], [4]])


def test_separation_is_refused_and_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"almost\) without a fault.*Merge neighbouring values"):
        fails([1, 1, 1, 2, 2, 2, 2], [[1], [2], [3], [4], [5], [6], [7]])


def test_separation_at_one_end_is_refused_too() -> None:
    y, x = rows(60)
    sharp = np.where(y == y.max(), 100.0, x[:, 0])
    with pytest.raises(ValueError, match="no finite estimate"):
        fails(y, sharp[:, None])


def test_constant_and_collinear_items_are_refused() -> None:
    y, x = rows(50)
    with pytest.raises(ValueError, match="same value in every row: 2"):
        fails(y, np.column_stack([x[:, 0], np.full(50, 3.0)]))
    with pytest.raises(ValueError, match="repeat one another exactly"):
        fails(y, np.column_stack([x, x.sum(axis=1)]))


def test_missing_values_impossible_weights_and_a_single_cluster_are_refused() -> None:
    y, x = rows(50)
    with pytest.raises(ValueError, match="complete rows of finite numbers"):
        fails(np.append(y[:-1], np.nan), x)
    with pytest.raises(ValueError, match="none negative"):
        fails(y, x, weights=-np.ones(50))
    with pytest.raises(InsufficientDataError, match="belong to one cluster"):
        fails(y, x, clusters=np.zeros(50, dtype=int))
