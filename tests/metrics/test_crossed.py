"""Several breakdowns counted in one pass are what each of them counted by itself is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.metrics import crossed, tabulate
from closeloop.metrics.counts import CountTally, MomentTally, count, count_cuts, sum_moments, sum_moments_cuts
from closeloop.metrics.crossed import crossings

KEYS = ("a", "b", "c", "d")


@pytest.fixture
def small_ones_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossed, "_ROWS_A_CELL", 1e-6)


def made(seed: int, n: int, weight: str) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    keys = {name: pd.Series(rng.choice(["x", "y", "z", None][: i + 1], n), dtype="str") for i, name in enumerate(KEYS)}
    weights = {"": np.ones(n), "w": rng.choice([0.0, 0.5, 2.0], n), "equal": np.full(n, 2.0)}[weight]
    return pd.DataFrame(keys | {"score": rng.choice([0.0, 4.0, 10.0, np.nan], n), "w": weights})


def same(one: CountTally | MomentTally, other: CountTally | MomentTally) -> None:
    assert type(one) is type(other)
    for name in one.__dataclass_fields__:
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(a, np.ndarray) and a.dtype.kind == "f":
            np.testing.assert_allclose(a, b, rtol=1e-12)
        elif isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
        elif name == "labels":
            assert [list(values) for values in a] == [list(values) for values in b]
        else:
            assert a == b, name


@pytest.mark.usefixtures("small_ones_too")
@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 99), n=st.integers(0, 40), weight=st.sampled_from(["", "w", "equal"]),
    cuts=st.lists(st.lists(st.sampled_from(KEYS), unique=True), min_size=1, max_size=6),
)  # fmt: skip
def test_each_breakdown_is_as_if_counted_alone(seed: int, n: int, weight: str, cuts: list[list[str]]) -> None:
    frame, by = made(seed, n, weight), "w" if weight else None
    cache: dict[object, Any] = {}
    for _ in range(2):  # the second time from the crossings that were kept
        counted = count_cuts(frame, "score", range(11), cuts, by, cache)
        summed = sum_moments_cuts(frame, "score", cuts, by, cache)
        for cut, tally, moments in zip(cuts, counted, summed, strict=True):
            same(tally, count(frame, "score", range(11), cut, by))
            same(moments, sum_moments(frame, "score", cut, by))


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, 60), min_size=4, max_size=4), n_rows=st.integers(0, 10**7),
    cuts=st.lists(st.lists(st.integers(0, 3), max_size=4), min_size=1, max_size=8),
)  # fmt: skip
def test_every_breakdown_is_in_one_crossing_that_has_its_keys(
    sizes: Sequence[int], n_rows: int, cuts: list[list[int]]
) -> None:
    found = crossings(sizes, 12, cuts, n_rows)
    assert sorted(place for _, members in found for place in members) == list(range(len(cuts)))
    for union, members in found:
        assert all(set(cuts[place]) <= set(union) for place in members)
        if len(members) > 1:
            cells = 12 * np.prod([sizes[key] for key in union])
            assert cells <= 1 << 18 or tabulate.fits(int(cells), n_rows)


def test_eight_breakdowns_of_a_million_rows_take_three_passes() -> None:
    sizes = [32, 7, 5, 8, 6, 3, 4, 41, 36]
    assert len(crossings(sizes, 12, [[key, 8] for key in range(8)], 1_000_000)) == 3


def test_a_key_that_is_also_the_stratum_is_counted_by_itself() -> None:
    frame = made(5, 60, "").assign(score=lambda f: f["score"].fillna(4))
    design = cl.Design(strata="d")
    table = cl.score(frame.dropna(), cl.Nps("score"), breakdowns=["c", "d", ["c", "d"]], design=design, min_n=0)
    alone = cl.score(frame.dropna(), cl.Nps("score"), "d", design=design, min_n=0)
    assert table.blocks[1] == alone.blocks[0]
