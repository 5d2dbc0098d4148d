"""A tally gives the table that the rows give, and a tracker adds days to it without touching the others."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

import closeloop as cl
from closeloop.metrics import counts as counts_module
from closeloop.metrics.tally_parts import sum_parts
from closeloop.survey.load import survey_from_dict

N = 1_500
METRICS = [
    cl.Nps("score"), cl.TopBox("rating"), cl.MeanScore("amount"),
    cl.GapScore(["expected"], ["rating"], name="gap"),
]  # fmt: skip
MANY: dict[str, Any] = {"breakdowns": ["region", ["region", "flag"], "grade", cl.Period("at"), "on"]}
CUTS: list[tuple[dict[str, Any], str | None]] = [
    ({"by": None}, None),
    ({"by": [cl.Period("at", "week"), "tier"]}, "weight"),
    (MANY, None),
    (MANY, "weight"),
    (MANY, "even"),
]
OF_DESIGNS: dict[str, Any] = {"breakdowns": [["region", cl.Period("at")], "region"]}
DESIGNS = [
    cl.Design(weight="weight", strata="region", cluster="branch", lonely="grand-mean"),
    cl.Design(strata="region", fpc="population"),
    cl.Design(cluster="branch", fpc=400),
    cl.Design(weight="weight", margins=("tier", "flag"), base_weight="base"),
    cl.Design(weight="weight", strata="region", cluster="branch", margins="tier", lonely="certainty"),
]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(20_261_123)
    at = pd.Timestamp("2025-11-01") + pd.to_timedelta(np.sort(rng.integers(0, 120 * 86_400, N)), unit="s")
    region = np.array(["East", "West", "North", "小组"], dtype=object)[rng.choice(4, N, p=[0.5, 0.3, 0.195, 0.005])]
    return pd.DataFrame({
        "region": pd.Series(region, dtype="str"),
        "branch": rng.integers(0, 40, N),
        "population": pd.Series(region).map({"East": 9_000, "West": 7_000, "North": 2_000, "小组": 500}),
        "tier": pd.Series(rng.choice(["gold", "base"], N), dtype="str"),
        "grade": np.where(rng.random(N) < 0.1, np.nan, rng.integers(1, 4, N)),
        "flag": rng.random(N) < 0.4,
        "at": pd.Series(at).dt.as_unit("us"),
        "on": pd.Series(at).dt.to_period("M").dt.to_timestamp(),
        "score": np.where(rng.random(N) < 0.05, np.nan, rng.integers(0, 11, N)),
        "rating": rng.integers(1, 6, N),
        "expected": np.where(rng.random(N) < 0.1, np.nan, rng.integers(1, 6, N)),
        "amount": np.where(rng.random(N) < 0.2, np.nan, rng.lognormal(1, 1, N)),
        "weight": np.where(rng.random(N) < 0.02, 0.0, rng.gamma(4, 0.25, N)),
        "base": rng.gamma(4, 0.25, N),
        "even": 2.5,
    })  # fmt: skip


def parts_of(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Cut the rows in three parts, one of them of a single row and one of none."""
    return [frame.iloc[:700], frame.iloc[700:701], frame.iloc[:0], frame.iloc[701:]]


def engine(frame: pd.DataFrame, name: str) -> Any:
    if name == "pandas":
        return frame
    table = pl.from_pandas(frame)
    return {"polars": table.lazy(), "pyarrow": table.to_arrow(), "duckdb": duckdb.from_arrow(table.to_arrow())}[name]


def assert_same(found: cl.ScoreTable, expected: cl.ScoreTable) -> None:
    one, other = found.to_dict(), expected.to_dict()
    assert len(one["rows"]) == len(other["rows"])
    for row, wanted in zip(one["rows"] + one["totals"], other["rows"] + other["totals"], strict=True):
        assert row.keys() == wanted.keys()
        for column, value in wanted.items():
            if isinstance(value, float):
                assert math.isclose(row[column], value, rel_tol=1e-12, abs_tol=1e-10), (column, row, wanted)
            else:
                assert row[column] == value, (column, row, wanted)
    assert [block.keys for block in found.blocks] == [block.keys for block in expected.blocks]
    assert found.n_rows == expected.n_rows
    assert found.notes == expected.notes
    keys = {key for block in found.blocks for key in block.keys}
    assert found.titles == {name: title for name, title in expected.titles.items() if name in keys}


def counted(rows: pd.DataFrame, name: str = "pandas", metrics: Any = METRICS, **options: Any) -> cl.Tally:
    """Count the rows part by part and add the parts."""
    return sum_parts([
        cl.tally(engine(part, name), metrics, part=str(i), **options) for i, part in enumerate(parts_of(rows))
    ])  # fmt: skip


@pytest.mark.parametrize(("cut", "weight"), CUTS, ids=str)
def test_added_tallies_give_the_table_of_all_rows(frame: pd.DataFrame, cut: dict[str, Any], weight: str | None) -> None:
    assert_same(cl.score(counted(frame, weight=weight, **cut)), cl.score(frame, METRICS, weight=weight, **cut))


@pytest.mark.parametrize("name", ["polars", "pyarrow", "duckdb"])
def test_every_engine_counts_the_same_tally(frame: pd.DataFrame, name: str) -> None:
    cut: dict[str, Any] = {"breakdowns": ["grade", [cl.Period("at"), "on"]]}
    parts = parts_of(frame)
    mixed = cl.tally(engine(parts[0], name), METRICS, weight="weight", part="a", **cut) + cl.tally(
        pd.concat(parts[1:]), METRICS, weight="weight", part="b", **cut
    )
    assert_same(cl.score(mixed), cl.score(frame, METRICS, weight="weight", **cut))


@pytest.mark.parametrize(("design", "name"), [*((d, "pandas") for d in DESIGNS), (DESIGNS[-1], "polars")], ids=str)
def test_a_design_holds_over_the_parts(frame: pd.DataFrame, design: cl.Design, name: str) -> None:
    """Clusters and strata lie in several parts, and one part has a stratum with a single unit."""
    few = [METRICS[0], METRICS[2]]
    found = cl.score(counted(frame, name, few, design=design, **OF_DESIGNS))
    expected = cl.score(frame, few, design=design, **OF_DESIGNS)
    assert_same(found, expected)
    one, other = (table.compare("East", "West", metric="nps", by="region") for table in (found, expected))
    assert one.estimate == pytest.approx(other.estimate, rel=1e-12)
    assert one.std_error == pytest.approx(other.std_error, rel=1e-10)


def test_a_lonely_stratum_is_refused_for_the_sum_not_for_a_part(frame: pd.DataFrame) -> None:
    two = pd.DataFrame({"x": [9, 3], "branch": ["a", "b"], "region": ["East", "East"]})
    design = cl.Design(strata="region", cluster="branch")
    days = [cl.tally(two.iloc[[i]], cl.Nps("x"), design=design, part=str(i)) for i in range(2)]
    with pytest.raises(ValueError, match="East"):
        cl.score(days[0])
    assert cl.score(days[0] + days[1], min_n=0).result().score == 0.0


def test_a_missing_stratum_is_refused_when_its_part_is_counted() -> None:
    with pytest.raises(ValueError, match="region"):
        cl.tally({"x": [9, 3], "region": ["East", None]}, cl.Nps("x"), design=cl.Design(strata="region"))


def test_nobody_at_all_is_a_table_of_nobody(frame: pd.DataFrame) -> None:
    empty = frame.head(0)
    for design in (None, DESIGNS[0]):
        found = cl.score(cl.tally(empty, METRICS, "region", design=design))
        assert_same(found, cl.score(empty, METRICS, "region", design=design))


def test_coarser_tables_follow_from_finer_counts(frame: pd.DataFrame) -> None:
    kept = cl.tally(frame, METRICS, ["region", cl.Period("at"), "tier"], part="all")
    for cut in ({"by": []}, {"by": "tier"}, {"by": [cl.Period("at", "year"), "region"]}):
        assert_same(cl.score(kept, **cut), cl.score(frame, METRICS, **cut))
    assert_same(cl.score(kept, "csat", "region"), cl.score(frame, METRICS[1], "region"))
    strict = cl.TopBox("rating", top=1, name="delighted")
    assert_same(cl.score(kept, strict, "region"), cl.score(frame, strict, "region"))


def test_what_was_not_counted_is_refused_with_what_was(frame: pd.DataFrame) -> None:
    kept = cl.tally(frame, METRICS[:1], breakdowns=["region", cl.Period("at")], weight="weight")
    with pytest.raises(ValueError, match=r"“mean” was not counted. Counted: nps"):
        cl.score(kept, cl.MeanScore("amount"))
    with pytest.raises(cl.ColumnNotFoundError, match=r"no column “regoin” in the tally.*“region”"):
        cl.score(kept, by="regoin")
    with pytest.raises(cl.ColumnNotFoundError, match="day"):
        cl.score(kept, by=cl.Period("at", "day"))
    with pytest.raises(ValueError, match=r"month × region was not counted together. Counted: region; month"):
        cl.score(kept, by=[cl.Period("at"), "region"])
    with pytest.raises(ValueError, match="weights: weight"):
        cl.score(kept, weight="even")
    assert_same(cl.score(kept, weight="weight", by="region"), cl.score(frame, METRICS[0], "region", weight="weight"))


def test_a_day_is_not_counted_twice() -> None:
    day = {"x": [9, 10, 3]}
    monday, tuesday = (cl.tally(day, cl.Nps("x"), part=dt.date(2026, 11, d)) for d in (23, 24))
    tracker = monday + tuesday
    assert dict(tracker.parts) == {"2026-11-23": 3, "2026-11-24": 3}
    with pytest.raises(ValueError, match=r"1 part is in both: “2026-11-24”\. Nothing was added."):
        tracker + tuesday
    assert sum([monday, tuesday]).n_rows == 6
    with pytest.raises(ValueError, match="name of a part is empty"):
        cl.tally(day, cl.Nps("x"), part=" ")


def test_unnamed_rows_are_told_by_their_counts() -> None:
    one, same, other = (cl.tally({"x": x}, cl.Nps("x")) for x in ([9, 3], [3, 9], [9, 9]))
    with pytest.raises(ValueError, match="Nothing was added"):
        one + same
    assert (one + other).n_rows == 4
    nobody = cl.tally({"x": []}, cl.Nps("x"))
    assert (one + nobody + nobody).parts == one.parts


def test_parts_that_were_counted_otherwise_are_refused() -> None:
    day = {"x": [9, 10, 3], "k": ["a", "b", "b"], "w": [1.0, 2.0, 3.0]}
    one = cl.tally(day, cl.Nps("x"), part="a")
    for word, other in (
        ("metrics", cl.tally(day, cl.Nps("x", name="loyalty"), part="b")),
        ("breakdowns", cl.tally(day, cl.Nps("x"), "k", part="b")),
        ("weights", cl.tally(day, cl.Nps("x"), weight="w", part="b")),
        ("design", cl.tally(day, cl.Nps("x"), design=cl.Design(cluster="k"), part="b")),
    ):
        with pytest.raises(ValueError, match=f"not counted in the same way; {word}"):
            one + other


def test_two_versions_of_a_survey_are_not_added() -> None:
    answers = pd.DataFrame({"response_id": ["a", "b"], "recommend": ["9", "3"]})
    survey = cl.load_survey("relationship-nps")
    newer = survey_from_dict(survey.to_dict() | {"version": 99})
    one, other = (cl.tally(cl.read_responses(answers, survey), "nps", part=part) for part in "ab")
    assert cl.score(one + other).source == one.source
    later = cl.tally(cl.read_responses(answers, newer), "nps", part="c")
    with pytest.raises(ValueError, match=rf"{survey.version} and relationship-nps 99\..*migrate"):
        one + later


def test_words_of_the_survey_stay_with_the_tally() -> None:
    responses = cl.read_responses(
        "sample_data/relationship_qualtrics_2025-07_2026-06.csv", cl.load_survey("relationship-nps")
    )
    kept = cl.tally(responses, None, "touchpoint")
    found, expected = cl.score(kept), responses.score(by="touchpoint")
    assert_same(found, expected)
    assert found._repr_html_() == expected._repr_html_().replace("responses.score(", "cl.score(tally, ", 1)
    assert found.period == expected.period
    assert found.call == "cl.score(tally)"


def test_what_needs_rows_says_so() -> None:
    kept = cl.tally({"x": [9, 10, 3], "y": [1, 2, 3]}, cl.Nps("x"))
    with pytest.raises(TypeError, match="a tally holds counts only"):
        cl.drivers(kept, "x", ["y"])


def test_only_the_tally_leaves_a_lazy_engine(heights: list[int], frame: pd.DataFrame) -> None:
    many = pl.concat([pl.from_pandas(frame)] * 5).lazy()
    kept = cl.tally(many, cl.Nps("score"), ["tier", cl.Period("at")], design=cl.Design(strata="flag"))
    assert kept.n_rows == 5 * N
    assert 0 < max(heights) <= 2 * 5 * 2 * 12


@pytest.fixture(scope="module")
def three_years() -> pd.DataFrame:
    """Make 1 095 days, some of them without an answer."""
    rng = np.random.default_rng(3)
    days = np.sort(rng.integers(0, 1_095, 8_000))
    return pd.DataFrame({
        "day": days,
        "at": np.datetime64("2023-11-24", "s") + days.astype("m8[D]"),
        "region": pd.Series(rng.choice(["East", "West", "North"], len(days)), dtype="str"),
        "score": rng.choice([10, 9, 8, 5, 2], len(days), p=[0.3, 0.3, 0.2, 0.1, 0.1]),
    })  # fmt: skip


def test_a_tracker_of_36_months_from_daily_tallies_is_the_whole(
    three_years: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[Any] = ["region", cl.Period("at")]
    rows_counted: list[int] = []
    count_cuts = counts_module.count_cuts

    def watched(frame: pd.DataFrame, *args: Any, **kwargs: Any) -> Any:
        rows_counted.append(len(frame))
        return count_cuts(frame, *args, **kwargs)

    monkeypatch.setattr("closeloop.metrics.counting.count_cuts", watched)
    by_day = dict(list(three_years.groupby("day")))
    nobody = three_years.iloc[:0]
    days = [cl.tally(by_day.get(day, nobody), cl.Nps("score"), keys, part=f"{day:04}") for day in range(1_095)]
    tracker = sum_parts(days[:-1])
    rows_counted.clear()
    tracker = tracker + cl.tally(by_day.get(1_094, nobody), cl.Nps("score"), keys, part="1094")
    assert rows_counted == [len(by_day.get(1_094, nobody))]
    rows_counted.clear()
    table, lines = cl.score(tracker), cl.trend(tracker, "nps", by="region", date="at", min_n=5)
    assert rows_counted == []
    assert len(tracker.parts) == 1_095
    assert tracker.n_cells <= 37 * 3 * 5
    monkeypatch.undo()
    assert_same(table, cl.score(three_years, cl.Nps("score"), keys))
    assert lines.to_dict() == cl.trend(three_years, cl.Nps("score"), by="region", date="at", min_n=5).to_dict()
