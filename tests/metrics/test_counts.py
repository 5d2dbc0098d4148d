"""Counting gives what an independent count gives, whichever way it was counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.frames import as_frame
from closeloop.metrics import tabulate as tabulate_module
from closeloop.metrics.counts import CountTally, count, sum_moments
from closeloop.metrics.encode import Codes, encode_key
from closeloop.metrics.tabulate import tabulate

KEYS = st.sampled_from(["a", "b", "小组", "", None])
ROWS = st.lists(st.tuples(KEYS, st.sampled_from([1, 2, -3]), st.one_of(st.integers(0, 10), st.none())), max_size=60)


def cells(tally: CountTally) -> dict[tuple[Any, ...], int]:
    """Turn a tally into key values and answer → n."""
    return {
        (*(names[c] for names, c in zip(tally.labels, code, strict=True)), None if a == tally.n_answers else int(a)): n
        for code, a, n in zip(tally.codes.tolist(), tally.answer.tolist(), tally.n.tolist(), strict=True)
    }


@settings(deadline=None)
@given(ROWS)
def test_pandas_and_engine_count_the_same_as_a_counter(rows: list[tuple[str | None, int, int | None]]) -> None:
    import polars as pl

    columns = {name: [row[i] for row in rows] for i, name in enumerate(("k", "j", "x"))}
    frame = pd.DataFrame(columns).astype({"x": float, "k": "str", "j": "int64"})
    expected = dict(Counter((k, j, x) for k, j, x in rows))
    tally = count(frame, "x", range(11), ["k", "j"])
    assert cells(tally) == expected
    assert tally.n_rows == len(rows)
    lazy = pl.DataFrame(columns, schema={"k": pl.String, "j": pl.Int64, "x": pl.Int64}).lazy()
    assert cells(count(as_frame(lazy), "x", range(11), ["k", "j"])) == expected


def test_dense_and_sparse_counting_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    n = 200_000
    codes = [Codes(rng.integers(-1, 30, n).astype(np.int8), 1, range(31)), Codes(rng.integers(5, 50, n), -5, range(45))]
    weight = rng.random(n)
    dense = tabulate(codes, n, lambda rows: [weight[rows], weight[rows] ** 2])
    monkeypatch.setattr(tabulate_module, "_DENSE_CELLS", 1)
    sparse = tabulate(codes, n, lambda rows: [weight[rows], weight[rows] ** 2])
    order = np.lexsort(sparse[0].T[::-1])
    assert np.array_equal(dense[0], sparse[0][order])
    assert np.array_equal(dense[1], sparse[1][order])
    assert dense[2] == pytest.approx(sparse[2][order])
    assert dense[1].sum() == n
    expected = pd.DataFrame({"a": codes[0].values + 1, "b": codes[1].values - 5}).value_counts().sort_index()
    assert dense[1].tolist() == expected.tolist()


def test_cells_beyond_sixty_four_bits_are_numbered_afresh() -> None:
    big = range(1 << 24)
    values = np.array([3, 9, 3, 1 << 23])
    positions, n, _ = tabulate([Codes(values, 0, big)] * 4, 4)
    assert {tuple(p): k for p, k in zip(positions.tolist(), n.tolist(), strict=True)} == {
        (3,) * 4: 2, (9,) * 4: 1, (1 << 23,) * 4: 1,
    }  # fmt: skip


@pytest.mark.parametrize("cells_wanted", [40, 40_000])
def test_narrow_arithmetic_does_not_spill(cells_wanted: int) -> None:
    size = cells_wanted // 4
    values = np.array([10**12, 10**12 + size - 1, 10**12], dtype=np.int64)
    other = np.array([0, 3, 0], dtype=np.uint8)
    positions, n, _ = tabulate([Codes(values, -(10**12), range(size)), Codes(other, 0, range(4))], 3)
    assert positions.tolist() == [[0, 0], [size - 1, 3]]
    assert n.tolist() == [2, 1]


def test_blocks_add_up() -> None:
    n = 3 * 65_536 + 17
    frame = pd.DataFrame({"x": np.tile(np.array([0, 10, 7]), n)[:n].astype(np.int8), "k": "a"})
    tally = count(frame, "x", range(11), ["k"])
    assert tally.n.tolist() == [np.count_nonzero(frame.x == v) for v in (0, 7, 10)]
    floats = frame.assign(x=frame.x.where(frame.index % 5 > 0).astype(float))
    assert count(floats, "x", range(11)).n.sum() == n


@pytest.mark.parametrize(
    "series",
    [
        pd.Series(["b", None, "b", "a"]), pd.Series(["b", None, "b", "a"], dtype=object),
        pd.Series(["b", np.nan, "b", "a"], dtype="category"), pd.Series(["b", pd.NA, "b", "a"], dtype="string"),
        pd.Series(["b", None, "b", "a"], dtype="string[pyarrow]"),
    ],
)  # fmt: skip
def test_every_kind_of_missing_text_key_is_none(series: pd.Series[Any]) -> None:
    codes = encode_key(series)
    assert [codes.labels[v + codes.offset] for v in codes.values] == ["b", None, "b", "a"]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pd.Series([1.0, np.nan, 3.0]), [1, None, 3]),
        (pd.Series([1, None, 3], dtype="Int64"), [1, None, 3]),
        (pd.Series([1, 200_000, -5]), [1, 200_000, -5]),
        (pd.Series([7, 9, 8], dtype="uint8"), [7, 9, 8]),
        (pd.Series([True, False]), [True, False]),
        (pd.Series([True, None], dtype="boolean"), [True, None]),
        (pd.Series([1, "1", None], dtype=object), [1, "1", None]),
        (pd.Series([], dtype="int64"), []),
    ],
)
def test_keys_of_every_type_become_plain_values(series: pd.Series[Any], expected: list[object]) -> None:
    codes = encode_key(series)
    assert [codes.labels[v + codes.offset] for v in codes.values] == expected


def test_moments_are_those_of_numpy() -> None:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"y": rng.normal(5, 2, 500), "w": rng.random(500), "k": rng.integers(0, 3, 500)})
    frame.loc[::7, "y"] = np.nan
    tally = sum_moments(frame, "y", ["k"], weight="w")
    for code, n, missing, sums in zip(tally.codes[:, 0], tally.n, tally.n_missing, tally.sums, strict=True):
        part = frame[frame.k == tally.labels[0][code]]
        answered = part.dropna()
        y, w = answered.y, answered.w
        assert (n, missing) == (len(answered), len(part) - len(answered))
        expected = [w.sum(), (w * y).sum(), (w * y**2).sum(), (w**2).sum(), (w**2 * y).sum(), (w**2 * y**2).sum()]
        assert sums.tolist() == pytest.approx(expected)


def test_codes_are_kept_only_where_a_cache_is_given() -> None:
    frame = pd.DataFrame({"x": [9, 10], "k": ["a", "b"]})
    cache: dict[object, Any] = {}
    count(frame, "x", range(11), ["k"], cache=cache)
    assert len(cache) == 2
    assert frame.columns.tolist() == ["x", "k"]
    assert not frame.attrs
