"""Decompositions, theme impacts and raked samples on lazy frames are those of the same rows in pandas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.analysis.change.decompose import decompose
from closeloop.analysis.grouped_answers import grouped_answers
from closeloop.analysis.impact.impact import theme_impact
from closeloop.analysis.influence import design_arrays
from closeloop.analysis.linear_variance import linear_variance
from closeloop.analysis.weighting.rake import rake
from closeloop.analysis.weighting.rake_result import Raking
from closeloop.frames import as_frame
from closeloop.metrics.design import Design
from closeloop.metrics.score import score
from closeloop.metrics.spec import GapScore, MeanScore, Nps, TopBox
from closeloop.stats.design import taylor
from closeloop.stats.raking import residuals
from closeloop.text import message
from closeloop.themes.codings.coding import Coding

CONNECTION = duckdb.connect()
METRICS = [Nps("rec"), TopBox("csat"), MeanScore("amount"), GapScore("hope", "csat")]
DESIGNS = [
    None,
    Design(weight="w"),
    Design(weight="even", strata="region"),
    Design(weight="w", strata="region", cluster="branch", fpc="branches"),
]
TARGETS = {"sex": {"f": 0.5, "m": 0.5}, "age": {18: 0.3, 40: 0.4, 65: 0.3}}
GAPS = {("sex", "region"): {(s, r): 0.25 for s in "fm" for r in "NS"}, "grade": {1: 0.5, 2: 0.3, 3: 0.2}}


def people(seed: int, n: int = 300) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame({
        "id": [f"r{i}" for i in range(n)],
        "rec": np.where(draw.random(n) < 0.1, np.nan, draw.integers(0, 11, n)),
        "csat": draw.integers(1, 6, n),
        "hope": np.where(draw.random(n) < 0.1, np.nan, draw.integers(1, 6, n)),
        "amount": np.where(draw.random(n) < 0.2, np.nan, draw.lognormal(3, 1, n)),
        "plan": pd.Series(draw.choice(["pro", "free", "套餐", None], n, p=[0.5, 0.3, 0.1, 0.1]), dtype=object),
        "grade": np.where(draw.random(n) < 0.1, np.nan, draw.integers(1, 4, n)),
        "w": np.where(draw.random(n) < 0.05, 0.0, draw.gamma(4, 0.25, n)), "even": 2.5,
        "region": draw.choice(["N", "S"], n), "branch": draw.integers(0, 15, n), "branches": 40,
        "sex": pd.Categorical(draw.choice(["f", "m"], n)), "age": draw.choice([18, 40, 65], n),
    })  # fmt: skip


def mentions(frame: pd.DataFrame, seed: int = 9) -> pd.DataFrame:
    """Return mentions of most responses, of some that are not there and of one without an id."""
    draw = np.random.default_rng(seed)
    ids = [*draw.choice(frame["id"], 2 * len(frame)), "gone", "gone", "lost", None]
    return pd.DataFrame({"id": ids, "theme": draw.choice(["price", "staff", "app", None], len(ids))})


def engine(frame: pd.DataFrame, name: str) -> Any:
    table = pl.from_pandas(frame, nan_to_null="NaN" not in name)
    if name == "duckdb":
        return duckdb.from_arrow(table.to_arrow())
    return CONNECTION.from_arrow(table.to_arrow()) if name.startswith("duckdb") else table.lazy()


def figures(result: Any) -> list[tuple[str, Any]]:
    """Return everything that a result says, in one list."""
    found: list[tuple[str, Any]] = [("notes", tuple(map(str, result.notes))), ("sentence", str(result.sentence))]

    def walk(value: Any, path: str) -> None:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list | tuple):
                walk(inner, f"{path}/{key}")
            else:
                found.append((f"{path}/{key}", inner))

    walk(result.to_dict(), "")
    return found


def assert_same(one: Any, other: Any) -> None:
    have, wanted = figures(one), figures(other)
    assert [path for path, _ in have] == [path for path, _ in wanted]
    for (path, value), (_, expected) in zip(have, wanted, strict=True):
        if isinstance(expected, float):
            assert math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9) or (value != value) & (
                expected != expected
            ), (path, value, expected)
        else:
            assert value == expected, path


@pytest.fixture(scope="module")
def waves() -> tuple[pd.DataFrame, pd.DataFrame]:
    return people(1), people(2)


@pytest.mark.parametrize("name", ["polars with NaN", "duckdb"])
def test_a_change_is_taken_apart_alike_everywhere(waves: tuple[pd.DataFrame, pd.DataFrame], name: str) -> None:
    lazy = [engine(frame, name) for frame in waves]
    for place, design in enumerate(DESIGNS):
        metric = METRICS[place]
        for by, min_n in (("plan", 40), (["grade", "sex"], 0)):
            expected = decompose(*waves, metric, by, design=design, min_n=min_n)
            assert_same(decompose(*lazy, metric, by, design=design, min_n=min_n), expected)


@pytest.mark.parametrize("name", ["polars with NaN", "duckdb of its own"])
def test_themes_pull_alike_everywhere(waves: tuple[pd.DataFrame, pd.DataFrame], name: str) -> None:
    frame, coding = waves[0], mentions(waves[0])
    lazy = engine(frame, name)
    for place, (metric, design) in enumerate(zip(METRICS, DESIGNS, strict=True)):
        expected = theme_impact(coding, frame, metric, on="id", design=design)
        assert expected.n_unknown == 3
        there = engine(coding, name) if place % 2 else coding
        assert_same(theme_impact(there, lazy, metric, on="id", design=design), expected)
    hidden = theme_impact(coding, frame, Nps("rec"), on="id", min_n=140)
    assert any(row.reason for row in hidden.themes)
    assert_same(theme_impact(coding, lazy, Nps("rec"), on="id", min_n=140), hidden)


def test_a_coding_may_be_of_any_form_and_lie_anywhere(waves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    frame = waves[0].assign(id=np.arange(300) + 7, day=pd.date_range("2026-01-01", periods=300).date)
    long = mentions(waves[0]).dropna(subset="id").iloc[:-3]
    long["id"] = long["id"].str[1:].astype(int) + 7
    wide = pd.crosstab(long["id"], long["theme"]).clip(upper=1).reset_index()
    coding = Coding.from_table(wide, unit="response", id="id", codes=["app", "price", "staff"], absent=0)
    expected = theme_impact(wide, frame, Nps("rec"), on="id")
    by_day = wide.assign(id=frame["day"].to_numpy()[wide["id"] - 7]).rename(columns={"id": "day"})
    for name in ("polars", "duckdb"):
        lazy = engine(frame, name)
        other = "duckdb" if name == "polars" else "duckdb of its own"
        for one in (coding, engine(wide, other), engine(wide.astype({"id": float}), name)):
            assert_same(theme_impact(one, lazy, Nps("rec"), on="id"), expected)
        assert_same(
            theme_impact(by_day if name == "polars" else engine(by_day, name), lazy, Nps("rec"), on="day"), expected
        )


def test_more_themes_than_a_column_holds(waves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    frame = waves[0]
    marks = np.random.default_rng(4).random((300, 110)) < 0.2
    wide = pd.concat([frame[["id"]], pd.DataFrame(marks.astype(int)).add_prefix("t")], axis=1)
    expected = theme_impact(wide, frame, Nps("rec"), on="id")
    score_of = {1: frame["rec"].ge(9), -1: frame["rec"].lt(7)}
    value = (score_of[1].astype(int) - score_of[-1]).where(frame["rec"].notna())
    assert expected["t109"].estimate == pytest.approx(100 * value[marks[:, 109]].mean())
    lazy = pl.from_pandas(frame).lazy()
    assert_same(theme_impact(wide, lazy, Nps("rec"), on="id"), expected)
    assert_same(theme_impact(pl.from_pandas(wide).lazy(), lazy, Nps("rec"), on="id"), expected)


def said_of(call: Callable[[], object]) -> str:
    with pytest.raises(ValueError, match=r".") as error:
        call()
    return str(error.value)


@pytest.mark.parametrize("name", ["polars", "duckdb of its own"])
def test_ids_that_do_not_fit_are_refused_in_the_same_words(name: str) -> None:
    frame = people(3, 40)
    lazy = engine(frame, name)
    twice = pd.concat([frame, frame.iloc[[7, 5]]])
    gone = Coding.from_table({"id": ["r1", "gone", "r2"], "code": ["a", "b", "a"]}, unit="response")
    numbers = {"id": [1, 2], "theme": ["a", "b"]}
    odd = {"id": ["r1", "r2"], "price": [1, 2]}
    for coding, rows, far in (
        (mentions(frame), twice, engine(twice, name)),
        (gone, frame, lazy),
        (numbers, frame, lazy),
        (engine(pd.DataFrame(numbers), name), frame, lazy),
        (odd, frame, lazy),
        (engine(pd.DataFrame(odd), name), frame, lazy),
    ):
        here = said_of(lambda coding=coding, rows=rows: theme_impact(coding, rows, Nps("rec"), on="id"))
        assert said_of(lambda coding=coding, far=far: theme_impact(coding, far, Nps("rec"), on="id")) == here
    with pytest.raises(ValueError, match="Make it a text in the engine first"):
        theme_impact(numbers, pl.LazyFrame({"id": [pl.datetime(2026, 1, 1)], "rec": [9]}), Nps("rec"), on="id")


gap = st.none() | st.integers(0, 10)
rows = st.lists(
    st.tuples(gap, st.sampled_from(["a", "b", None]), st.sampled_from([0.0, 0.5, 1.0, 3.0]), st.integers(0, 3)),
    min_size=2, max_size=12,
)  # fmt: skip
pairs = st.lists(st.tuples(st.integers(0, 13), st.sampled_from(["price", "staff", None])), max_size=12)


def as_rows(table: list[tuple[Any, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(table, columns=["rec", "plan", "w", "shop"]).reset_index(names="id")
    return frame.assign(rec=frame["rec"].astype(float), plan=frame["plan"].astype(object))


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ValueError as error:
        return str(error)


def assert_alike(call: Callable[[Callable[[pd.DataFrame], Any]], Any]) -> None:
    expected = outcome(lambda: call(lambda frame: frame))
    for name in ("polars", "duckdb"):
        found = outcome(lambda name=name: call(lambda frame: engine(frame, name)))
        assert isinstance(found, str) == isinstance(expected, str), (found, expected)
        assert found == expected if isinstance(found, str) else assert_same(found, expected) is None


designs = st.sampled_from([None, Design(weight="w"), Design(weight="w", cluster="shop"), Design(strata="shop")])
metrics = st.sampled_from([Nps("rec"), MeanScore("rec")])


@settings(max_examples=8, deadline=None)
@given(rows, rows, designs, metrics, st.sampled_from([0, 3]))
def test_any_change_is_the_same_everywhere(
    before: list[Any], after: list[Any], design: Design | None, metric: Nps | MeanScore, min_n: int
) -> None:
    first, second = as_rows(before), as_rows(after)
    assert_alike(lambda to: decompose(to(first), to(second), metric, "plan", design=design, min_n=min_n))


@settings(max_examples=8, deadline=None)
@given(rows, pairs, designs, metrics)
def test_any_impact_is_the_same_everywhere(
    table: list[Any], said: list[Any], design: Design | None, metric: Nps | MeanScore
) -> None:
    frame, coding = as_rows(table), pd.DataFrame(said, columns=["id", "theme"]).astype({"id": int})
    assert_alike(lambda to: theme_impact(coding, to(frame), metric, on="id", design=design, min_n=0))


def by_rows(frame: pd.DataFrame, u: npt.NDArray[np.float64], design: Design) -> npt.NDArray[np.float64]:
    """Variance from the influence of each row: what sums by group have to give."""
    arrays = design_arrays(design, frame)
    if arrays.margins is not None and arrays.margin_cells is not None:
        u = residuals(u, [codes[arrays.margins] for codes in arrays.margin_cells.T], arrays.base_weight)
    u = u if arrays.weight is None else u * arrays.weight[:, None]
    found = taylor(u, strata=arrays.strata, clusters=arrays.clusters, fpc=arrays.fpc, lonely=design.lonely)
    return np.diag(found.covariance)


@pytest.mark.parametrize("lonely", ["certainty", "grand-mean", "merge"])
@pytest.mark.parametrize("cluster", [None, "branch"])
@pytest.mark.parametrize("raked", [False, True])
def test_variance_from_sums_is_that_from_rows(lonely: str, cluster: str | None, raked: bool) -> None:
    frame = people(6).assign(branches=400)
    frame.loc[0, "region"] = "alone"  # a stratum of one
    sample = rake(frame, TARGETS, weight="w").frame if raked else frame.assign(raked_weight=frame["w"])
    design = Design(
        weight="raked_weight", strata="region", cluster=cluster, fpc="branches", lonely=lonely,
        margins=("sex", "age") if raked else (), base_weight="w" if raked else None,
    )  # fmt: skip
    found = grouped_answers(sample, MeanScore("amount"), ["plan"], design)
    draw = np.random.default_rng(1)
    offset, slope = draw.normal(size=(2, len(found.keys), 5))
    offset[:, 0], slope[:, 1] = 1.0, 0.0  # influences that hardly vary
    y = sample["amount"].to_numpy()
    group = [found.keys.index((value,)) for value in sample["plan"]]
    u = np.nan_to_num(offset[group] + slope[group] * y[:, None])
    variance, _ = linear_variance(found.moments, offset, slope, found.n_rows)
    assert variance == pytest.approx(by_rows(sample, u, design), rel=1e-10)


def test_numbers_far_from_zero_keep_their_digits() -> None:
    draw = np.random.default_rng(8)
    before, after = (
        pd.DataFrame({"x": 2e9 + draw.integers(0, 9, 200), "k": draw.choice(["a", "b"], 200)}) for _ in range(2)
    )
    near = [frame.assign(x=frame["x"] - 2e9) for frame in (before, after)]
    expected = decompose(*near, MeanScore("x"), "k")
    for found in (
        decompose(before, after, MeanScore("x"), "k"),
        decompose(pl.from_pandas(before).lazy(), pl.from_pandas(after).lazy(), MeanScore("x"), "k"),
    ):
        for part in ("rate", "mix", "change"):
            one, other = getattr(found, part), getattr(expected, part)
            assert one.std_error == pytest.approx(other.std_error, rel=1e-9)
            assert one.value == pytest.approx(other.value, abs=1e-6)
    coding = {"id": range(80), "theme": ["a"] * 80}
    theme = [
        theme_impact(coding, frame.reset_index(names="id"), MeanScore("x"), on="id")["a"]
        for frame in (before, near[0])
    ]  # fmt: skip
    assert theme[0].std_error == pytest.approx(theme[1].std_error, rel=1e-9)
    assert theme[0].estimate == pytest.approx(theme[1].estimate + 2e9, rel=1e-12)


def test_only_sums_leave_the_engine(heights: list[int], waves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    many = [pd.concat([frame] * 20).reset_index(drop=True) for frame in waves]
    many = [frame.assign(id=[f"r{i}" for i in range(len(frame))]) for frame in many]
    lazy = [pl.from_pandas(frame).lazy() for frame in many]
    decompose(*lazy, Nps("rec"), "plan", design=Design(strata="region"))
    theme_impact(mentions(many[0]), lazy[0], Nps("rec"), on="id")
    raking = rake(lazy[0], TARGETS)
    score(raking, Nps("rec"), design=raking.design())
    assert 0 < max(heights) <= 4 * 2 * 12


def weighted(raking: Raking) -> pd.DataFrame:
    """Return the raked sample in the order of its ids, whatever engine has it."""
    frame: Any = as_frame(raking.frame)
    table = frame if isinstance(frame, pd.DataFrame) else frame.collect().to_pandas()
    return table.sort_values("id").reset_index(drop=True)


@pytest.mark.parametrize("name", ["polars with NaN", "duckdb of its own"])
@pytest.mark.parametrize(
    ("targets", "more"),
    [(TARGETS, {"weight": "w"}), (TARGETS, {"weight": "w", "trim": 3}), (GAPS, {"missing": "level"})],
)
def test_weights_are_joined_where_the_rows_are(name: str, targets: Any, more: dict[str, Any]) -> None:
    frame = people(5)
    lazy = engine(frame, name)
    here, there = rake(frame, targets, **more), rake(lazy, targets, **more)
    assert type(there.frame) is type(lazy)
    one, other = weighted(here), weighted(there)
    assert list(one.columns) == list(other.columns)
    assert other["raked_weight"].to_numpy() == pytest.approx(one["raked_weight"].to_numpy(), rel=1e-9)
    assert there.design() == here.design()
    wanted = score(here, METRICS[::2], by="plan", design=here.design(strata="region", cluster="branch"))
    found = score(there.frame, METRICS[::2], by="plan", design=there.design(strata="region", cluster="branch"))
    assert_tables(found, wanted)
    assert_same(
        decompose(there, there, Nps("rec"), "plan", design=there.design()),
        decompose(here, here, Nps("rec"), "plan", design=here.design()),
    )
    with pytest.raises(ValueError, match=r"raking\.frame is a lazy frame that has their weights"):
        _ = there.weights


def assert_tables(found: Any, expected: Any) -> None:
    rows = zip(found.to_dict()["rows"], expected.to_dict()["rows"], strict=True)
    for row, wanted in rows:
        for column, value in wanted.items():
            if isinstance(value, float):
                assert row[column] == pytest.approx(value, rel=1e-9, abs=1e-9), column
            else:
                assert row[column] == value


def test_an_engine_that_takes_no_table_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from closeloop.analysis import engine_join

    class Elsewhere:
        is_polars = is_duckdb = is_dask = is_ibis = is_spark_like = is_pandas = is_pyarrow = lambda self: False

        def __str__(self) -> str:
            return "SOMETHING"

    class Far:
        implementation = Elsewhere()

        def __narwhals_lazyframe__(self) -> Any:
            return self

        def collect_schema(self) -> Any:
            return pl.Schema({"id": pl.String})

    monkeypatch.setattr(engine_join.nw, "to_native", lambda frame: frame)
    with pytest.raises(ValueError, match=r"Polars, DuckDB, PySpark, Dask or ibis; or collect the columns id") as error:
        engine_join.uploaded(Far(), {})  # type: ignore[arg-type]
    assert str(message("engine_join.no_upload", engine="SOMETHING", columns="id")) == str(error.value)
