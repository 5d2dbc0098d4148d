"""Raking and post-stratification: against R's survey package, and the guards."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_samples import APICLUS1
from closeloop.stats.design import taylor
from closeloop.stats.raking import Margin, rake_cells, rake_trimmed, residuals

BASE, PSU_IN_POPULATION = 33.846996307373, 757
STYPE, WIDE = ("E", "H", "M"), ("No", "Yes")


@pytest.fixture(scope="module")
def schools() -> dict[str, npt.NDArray[Any]]:
    """The 183 schools, one row each: district, codes of type and of target met, y in −1, 0, 1."""
    rows = [
        (district, STYPE.index(kind), WIDE.index(wide), y)
        for district, kind, wide, *counts in APICLUS1
        for y, n in zip((-1, 0, 1), counts, strict=True)
        for _ in range(n)
    ]
    district, kind, wide, y = np.array(rows).T
    return {"district": district, "stype": kind, "wide": wide, "y": y.astype(float)}


def margin(codes: npt.ArrayLike, target: npt.ArrayLike, name: str = "m") -> Margin:
    goals = np.asarray(target, dtype=float)
    return Margin(name=name, levels=tuple("abcdefgh"[: goals.size]), codes=np.asarray(codes, np.int64), target=goals)


def raked_schools(data: dict[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    both = [margin(data["stype"], [4421, 755, 1018]), margin(data["wide"], [1072, 5122])]
    return rake_cells(np.full(183, BASE), both).weight


def standard_error(data: dict[str, npt.NDArray[Any]], w: npt.NDArray[Any], margins: list[str]) -> float:
    m = (w @ data["y"]) / w.sum()
    left = residuals(data["y"] - m, [data[name] for name in margins], np.full(183, BASE))
    found = taylor(w * left / w.sum(), clusters=data["district"], fpc=np.full(183, PSU_IN_POPULATION))
    return 100 * float(found.covariance[0, 0]) ** 0.5


def test_raked_apiclus1_agrees_with_r(schools: dict[str, npt.NDArray[Any]]) -> None:
    # R survey 4.1-1, rake() with a tight epsilon: NPS −4.43438351, SE 18.41046019
    w = raked_schools(schools)
    assert 100 * (w @ schools["y"]) / w.sum() == pytest.approx(-4.43438351, abs=5e-9)
    assert standard_error(schools, w, ["stype", "wide"]) == pytest.approx(18.41046019, abs=5e-9)


def test_raked_cell_weights_agree_with_r(schools: dict[str, npt.NDArray[Any]]) -> None:
    w = raked_schools(schools)
    expected = {
        ("E", "No"): 39.839236, ("H", "No"): 67.125529, ("M", "No"): 49.069072,
        ("E", "Yes"): 29.870675, ("H", "Yes"): 50.329401, ("M", "Yes"): 36.791025,
    }  # fmt: skip
    for (kind, wide), weight in expected.items():
        cell = (schools["stype"] == STYPE.index(kind)) & (schools["wide"] == WIDE.index(wide))
        assert w[cell] == pytest.approx(weight, abs=5e-7)


def test_residuals_with_final_weights_or_none_give_another_standard_error(schools: dict[str, npt.NDArray[Any]]) -> None:
    w = raked_schools(schools)
    m = (w @ schools["y"]) / w.sum()
    where = {"clusters": schools["district"], "fpc": np.full(183, PSU_IN_POPULATION)}
    fixed = taylor(w * (schools["y"] - m) / w.sum(), **where)
    assert 100 * fixed.covariance[0, 0] ** 0.5 == pytest.approx(18.55417441, abs=5e-9)
    left = residuals(schools["y"] - m, [schools["stype"], schools["wide"]], w)
    final = taylor(w * left / w.sum(), **where)
    assert 100 * final.covariance[0, 0] ** 0.5 == pytest.approx(18.41714, abs=5e-6)


def test_post_stratification_is_raking_on_one_margin(schools: dict[str, npt.NDArray[Any]]) -> None:
    # R survey 4.1-1, postStratify(~stype): NPS −3.21788431, SE 18.73381227
    found = rake_cells(np.full(183, BASE), [margin(schools["stype"], [4421, 755, 1018])])
    assert found.iterations == 1
    w = found.weight
    for code, weight in enumerate((30.70138889, 53.92857143, 40.72)):
        assert w[schools["stype"] == code] == pytest.approx(weight, abs=5e-9)
    assert 100 * (w @ schools["y"]) / w.sum() == pytest.approx(-3.21788431, abs=5e-9)
    assert standard_error(schools, w, ["stype"]) == pytest.approx(18.73381227, abs=5e-9)


def test_counts_are_those_of_the_reference_file(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["fixture_apiclus1_counts"]
    assert [tuple(row) for row in block["rows"]] == APICLUS1
    assert (block["weight"], block["N_psu"]) == (BASE, PSU_IN_POPULATION)


def test_residuals_are_orthogonal_to_every_margin() -> None:
    draw = np.random.default_rng(5)
    a, b, w = draw.integers(0, 4, 300), draw.integers(0, 3, 300), draw.uniform(0.5, 3, 300)
    left = residuals(draw.normal(size=(300, 2)), [a, b], w)
    for codes in (a, b):
        for column in left.T:
            assert np.bincount(codes, weights=w * column) == pytest.approx(0, abs=1e-10)


def test_residuals_agree_with_least_squares_on_dummies() -> None:
    draw = np.random.default_rng(6)
    a, b, w = draw.integers(0, 4, 200), draw.integers(0, 3, 200), draw.uniform(0.5, 3, 200)
    y = draw.normal(size=200)
    x = np.column_stack([a[:, None] == np.arange(4), b[:, None] == np.arange(1, 3)]).astype(float)
    slope = np.linalg.lstsq(x * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)[0]
    assert residuals(y, [a, b], w) == pytest.approx(y - x @ slope, abs=1e-10)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.1, 10), min_size=6, max_size=6),
    st.lists(st.floats(0.5, 5), min_size=2, max_size=2),
    st.lists(st.floats(0.5, 5), min_size=3, max_size=3),
)
def test_full_table_always_meets_its_margins(base: list[float], first: list[float], second: list[float]) -> None:
    a, b = np.repeat([0, 1], 3), np.tile([0, 1, 2], 2)
    goals = np.array(first) / sum(first), np.array(second) / sum(second)
    w = rake_cells(base, [margin(a, goals[0]), margin(b, goals[1])]).weight
    assert np.bincount(a, weights=w) == pytest.approx(goals[0], abs=1e-9)
    assert np.bincount(b, weights=w) == pytest.approx(goals[1], abs=1e-9)
    # Raking keeps every odds ratio of the table.
    before, after = np.array(base).reshape(2, 3), w.reshape(2, 3)
    ratio = [t[0, :2] * t[1, 1:] / (t[1, :2] * t[0, 1:]) for t in (before, after)]
    assert ratio[1] == pytest.approx(ratio[0], rel=1e-6)


def test_level_without_answers_is_named() -> None:
    with pytest.raises(ValueError, match=r"region = c"):
        rake_cells([1, 1], [margin([0, 1], [1, 1, 1], "region")])


def test_level_that_only_has_weight_zero_is_named() -> None:
    with pytest.raises(ValueError, match=r"region = b"):
        rake_cells([1, 0], [margin([0, 1], [1, 1], "region")])


def test_contradicting_margins_are_refused_with_what_is_left() -> None:
    # The two margins are the same column, their targets are not.
    with pytest.raises(ValueError, match=r"after 1000 cycles m = . is still off by 0\.1"):
        rake_cells([1, 1], [margin([0, 1], [0.5, 0.5]), margin([0, 1], [0.6, 0.4])])


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_weight_that_cannot_be_used_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="1 weight"):
        rake_cells([1, bad], [margin([0, 1], [1, 1])])


def test_weight_zero_stays_zero_and_keeps_its_cell() -> None:
    assert rake_cells([1, 0, 1], [margin([0, 0, 1], [3, 1])]).weight.tolist() == [3, 0, 1]


def test_target_zero_takes_the_answers_out() -> None:
    assert rake_cells([2, 1], [margin([0, 1], [5, 0])]).weight.tolist() == [5, 0]


def test_trimmed_weights_stay_under_the_cap_and_meet_the_targets() -> None:
    draw = np.random.default_rng(8)
    n = 400
    a, b, base = draw.integers(0, 3, n), draw.integers(0, 4, n), draw.lognormal(0, 1, n)
    both = [margin(a, [200, 150, 50]), margin(b, [160, 120, 80, 40])]
    free = rake_cells(base, both).weight
    found = rake_trimmed(base, np.ones(n), both, 3.0)
    assert free.max() > 3
    assert found.weight.max() <= 3 * (1 + 1e-6)
    assert found.trimmed.sum() >= (free > 3).sum()
    for one in both:
        assert np.bincount(one.codes, weights=found.weight) == pytest.approx(one.target, rel=1e-8)


def test_cap_that_the_targets_forbid_is_refused() -> None:
    # Half of the population in one answer of ten: its weight is five times the mean whatever happens.
    with pytest.raises(ValueError, match="above 2 times the mean"):
        rake_trimmed(np.ones(10), np.ones(10), [margin([0] + [1] * 9, [5, 5])], 2.0)
    with pytest.raises(ValueError, match="above 1"):
        rake_trimmed(np.ones(2), np.ones(2), [margin([0, 1], [1, 1])], 1.0)
