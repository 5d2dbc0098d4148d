"""Jackknife and replicate weights: against R's survey package and against Taylor linearisation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from closeloop.stats.design import taylor
from closeloop.stats.replicates import jackknife, replicate_scale, replicate_variance

# apiclus1 of R's survey package: district → schools with an index up to 600, up to 700, above (equal weights)
DISTRICTS = {
    61: (0, 6, 7), 135: (9, 10, 15), 178: (4, 0, 0), 197: (4, 4, 5), 255: (3, 4, 9), 406: (2, 0, 0), 413: (1, 0, 0),
    437: (4, 0, 0), 448: (0, 1, 11), 510: (5, 11, 5), 568: (0, 5, 4), 637: (1, 6, 4), 716: (30, 5, 2), 778: (2, 0, 0),
    815: (1, 3, 0),
}  # fmt: skip


def clustered() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    y, district = [], []
    for code, counts in DISTRICTS.items():
        for value, n in zip((-1, 0, 1), counts, strict=True):
            y += [float(value)] * n
            district += [code] * n
    return np.array(y), np.array(district)


def test_jk1_of_apiclus1_agrees_with_r() -> None:
    # R survey 4.1-1, as.svrepdesign(dclus1 without fpc, type "JK1"), default centring: SE 20.85070468
    y, district = clustered()
    assert len(y) == 183
    found = jackknife(np.column_stack([np.ones(183), y]), clusters=district)
    theta = found.totals[:, 1] / found.totals[:, 0]
    variance = replicate_variance(theta, y.mean(), rscales=found.rscales)
    assert 100 * float(variance) ** 0.5 == pytest.approx(20.85070468, abs=5e-9)
    assert found.df == 14


def test_jackknife_of_a_mean_without_clusters_is_exactly_taylor() -> None:
    draw = np.random.default_rng(1)
    y = draw.normal(size=40)
    found = jackknife(np.column_stack([np.ones(40), y]))
    variance = replicate_variance(found.totals[:, 1] / found.totals[:, 0], y.mean(), rscales=found.rscales)
    assert float(variance) == pytest.approx(y.var(ddof=1) / 40, rel=1e-12)
    assert float(variance) == pytest.approx(float(taylor((y - y.mean()) / 40).covariance[0, 0]), rel=1e-12)


def test_jackknife_of_a_total_is_exactly_taylor_with_strata_clusters_and_fpc() -> None:
    draw = np.random.default_rng(2)
    strata, clusters = np.repeat([0, 1, 2], 40), draw.integers(0, 6, 120)
    u, fpc = draw.normal(size=120), np.repeat([20.0, 30.0, 40.0], 40)
    found = jackknife(u[:, None], strata, clusters, fpc)
    expected = taylor(u, strata=strata, clusters=clusters, fpc=fpc)
    # A total is linear: each stratum's replicates have their own centre, the total itself.
    variance = replicate_variance(found.totals, u.sum(), rscales=found.rscales, centre="estimate")
    assert variance[0] == pytest.approx(expected.covariance[0, 0], rel=1e-10)
    assert found.df == expected.df


def test_jackknife_of_strata_with_constant_weights_agrees_with_r() -> None:
    # R survey 4.1-1, JKn of apistrat: the same as Taylor where strata have fixed weight: 6.61711238. Here the identity.
    draw = np.random.default_rng(3)
    strata, w = np.repeat([0, 1, 2], [50, 30, 20]), np.repeat([44.0, 15.0, 20.0], [50, 30, 20])
    y = draw.integers(-1, 2, 100).astype(float)
    found = jackknife(np.column_stack([w, w * y]), strata)
    m = (w @ y) / w.sum()
    variance = replicate_variance(found.totals[:, 1] / found.totals[:, 0], m, rscales=found.rscales)
    assert float(variance) == pytest.approx(float(taylor(w * (y - m) / w.sum(), strata=strata).covariance[0, 0]))


def test_same_cluster_code_in_two_strata_is_two_units() -> None:
    found = jackknife(np.ones((8, 1)), np.repeat([0, 1], 4), np.tile([0, 0, 1, 1], 2))
    assert (len(found.totals), found.df) == (4, 2)


def test_stratum_of_one_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="one primary sampling unit"):
        jackknife(np.ones((3, 1)), np.array([0, 0, 1]))


@pytest.mark.parametrize(
    ("kind", "scale"), [("jk1", 0.9), ("jkn", 1.0), ("brr", 0.1), ("fay", 0.4), ("bootstrap", 1 / 9), ("sdr", 0.4)]
)
def test_each_kind_has_its_factor(kind: str, scale: float) -> None:
    assert replicate_scale(kind, 10, 0.5 if kind == "fay" else 0.0) == pytest.approx(scale)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="kind 'jk2'"):
        replicate_scale("jk2", 10)
    with pytest.raises(ValueError, match="two replicates"):
        replicate_scale("brr", 1)
    with pytest.raises(ValueError, match="Fay"):
        replicate_scale("fay", 8, 1.0)
    with pytest.raises(ValueError, match="centre"):
        replicate_variance([1, 2], 1.5, centre="median")


def test_centre_at_the_estimate_is_never_smaller() -> None:
    theta = [1.0, 2.0, 6.0]
    assert replicate_variance(theta, 2.0, centre="estimate") >= replicate_variance(theta, 2.0)


def test_balanced_half_samples_give_the_variance_of_a_stratified_mean() -> None:
    # Two units per stratum, four strata, Hadamard of order four: BRR equals Σ d²/4 exactly for a linear estimate.
    h = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    y = np.array([[1.0, 4.0], [2.0, 2.5], [0.0, 3.0], [5.0, 1.0]])
    theta = [float(np.where(row > 0, y[:, 0], y[:, 1]).sum()) for row in h]
    d = y[:, 0] - y[:, 1]
    variance = replicate_variance(theta, y.mean(axis=1).sum(), replicate_scale("brr", 4), centre="estimate")
    assert float(variance) == pytest.approx(float((d**2).sum() / 4))
