"""League tables: who stands apart, and who only seems to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.errors import InsufficientDataError
from closeloop.metrics.league import league_table
from closeloop.stats.shrinkage import shrink
from closeloop.text import set_language

# detractors, passives, promoters of five groups, see tests/stats/test_shrinkage.py
ROWS = {"a": (5, 10, 15), "b": (20, 40, 40), "c": (2, 3, 15), "d": (40, 30, 30), "e": (10, 30, 60)}
SHRUNK = {"a": 32.826, "b": 20.732, "c": 57.332, "d": -6.626, "e": 48.893}


def table(rows: dict[str, tuple[int, int, int]], min_n: int = 10) -> cl.ScoreTable:
    frame = pd.concat(
        pd.DataFrame({"recommend": [3] * d + [7] * n0 + [10] * p, "region": name}) for name, (d, n0, p) in rows.items()
    )
    return cl.score(frame, cl.Nps("recommend"), by="region", min_n=min_n)


def test_groups_are_drawn_to_the_mean_and_ranked_by_it() -> None:
    league = league_table(table(ROWS))
    assert {row.key[0]: row.shrunk for row in league.groups} == pytest.approx(SHRUNK, abs=5e-4)
    assert [row.key[0] for row in league.groups] == ["c", "e", "a", "b", "d"]
    assert league.tau == pytest.approx(100 * 0.0734099039**0.5)


def test_small_group_at_the_top_of_a_plain_ranking_may_have_many_ranks() -> None:
    league = league_table(table(ROWS))
    rows = {row.key[0]: row for row in league.groups}
    assert rows["c"].estimate > rows["e"].estimate
    assert (rows["c"].rank_low, rows["c"].rank_high) == (1, 3)
    assert rows["d"].verdict == "below"


def test_equal_groups_do_not_stand_apart() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"recommend": rng.integers(0, 11, 3000), "store": rng.integers(0, 40, 3000)})
    league = league_table(cl.score(frame, cl.Nps("recommend"), by="store"))
    assert all(row.verdict == "like" for row in league.groups)
    assert "None of the 40 groups" in str(league.sentence)
    spread = np.ptp([row.shrunk for row in league.groups])
    assert spread < np.ptp([row.estimate for row in league.groups]) / 2


def test_hidden_groups_are_left_out_and_counted() -> None:
    league = league_table(table(ROWS | {"small": (1, 2, 3)}))
    assert league.hidden == 2  # the small one, and the one that protects it
    assert any("how precise they are: 2." in str(note) for note in league.notes)


def test_something_else_than_a_score_table_is_refused() -> None:
    with pytest.raises(ValueError, match=r"made of a score table.*got dict"):
        league_table({"recommend": [9, 10]})  # type: ignore[arg-type]


def test_shares_and_means_have_league_tables_too() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.integers(1, 6, 900), "g": rng.integers(0, 6, 900)})
    for metric in (cl.TopBox("x"), cl.MeanScore("x")):
        league = league_table(cl.score(frame, metric, by="g"))
        assert len(league.groups) == 6
        assert min(r.estimate for r in league.groups) <= league.centre <= max(r.estimate for r in league.groups)
    assert shrink([1.0], [0.1]).tau2 == 0


def test_a_table_without_groups_and_one_with_a_single_group_are_refused() -> None:
    everybody = cl.score({"recommend": [9] * 20}, cl.Nps("recommend"))
    with pytest.raises(ValueError, match="not broken down"):
        league_table(everybody)
    with pytest.raises(InsufficientDataError, match="at least two groups"):
        league_table(table({"a": (5, 5, 5)}))


def test_all_answers_equal_have_no_distance() -> None:
    league = league_table(table({"a": (0, 0, 20), "b": (0, 0, 30)}))
    assert all(row.verdict == "like" for row in league.groups)
    assert all(np.isnan(row.z) for row in league.groups)


def test_everything_is_said_in_both_languages() -> None:
    league = league_table(table(ROWS))
    english = str(league)
    set_language("zh")
    assert "向均值收缩" in str(league)
    assert "drawn to the mean" in english
    assert "偏离总体" in league.plot().alt
