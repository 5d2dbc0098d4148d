"""Evaluation tables cell by cell, Better and Worse, and Fong's rule."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.kano import CATEGORIES, TABLES, KanoCounts, better, classify, count_categories, leading, worse

EXAMPLE = KanoCounts(A=40, O=25, M=15, I=18, R=1, Q=1)
COUNTS = st.builds(KanoCounts, *[st.integers(0, 40)] * 6)


@pytest.mark.parametrize(("functional", "row"), [(1, "QAAAO"), (2, "RIIIM"), (3, "RIIIM"), (4, "RIIIM"), (5, "RRRRQ")])
def test_standard_table(functional: int, row: str) -> None:
    assert "".join(classify([functional] * 5, [1, 2, 3, 4, 5])) == row


def test_pouliots_table_differs_in_two_cells_only() -> None:
    first, second = np.divmod(np.arange(25), 5)
    standard, pouliot = classify(first + 1, second + 1), classify(first + 1, second + 1, "pouliot")
    changed = np.flatnonzero(standard != pouliot)
    assert [(int(first[i]) + 1, int(second[i]) + 1) for i in changed] == [(2, 2), (4, 4)]
    assert set(pouliot[changed]) == {"Q"}
    assert set(TABLES) == {"standard", "pouliot"}


def test_example_has_the_published_figures() -> None:
    """Chapter 30 §3: Better and Worse of Berger et al. (1993) with Wilson intervals, Fong's threshold."""
    up, down, found = better(EXAMPLE), worse(EXAMPLE), leading(EXAMPLE)
    assert up.estimate == pytest.approx(0.6632653061, abs=5e-11)
    assert tuple(up.ci) == pytest.approx((0.565115226, 0.749098655), abs=5e-10)
    assert down.estimate == pytest.approx(-0.4081632653, abs=5e-11)
    assert tuple(down.ci) == pytest.approx((-0.507146284, -0.316108408), abs=5e-10)
    assert found.threshold == pytest.approx(10.929304, abs=5e-7)
    assert (found.category, found.second, found.clear) == ("A", "O", True)
    assert (found.strength, found.total_strength) == pytest.approx((0.15, 0.8))


@pytest.mark.shared
def test_the_whole_block_of_reference_numbers(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text())["misc"]["kano"]
    counts = KanoCounts(**block["counts"])
    found = leading(counts)
    assert better(counts).estimate == pytest.approx(block["better"], abs=1e-10)
    assert worse(counts).estimate == pytest.approx(block["worse"], abs=1e-10)
    assert tuple(better(counts).ci) == pytest.approx(block["better_wilson"], abs=1e-9)
    assert tuple(-limit for limit in reversed(worse(counts).ci)) == pytest.approx(block["worse_wilson"], abs=1e-9)
    assert found.threshold == pytest.approx(block["fong_threshold"], abs=1e-6)
    assert found.strength == pytest.approx(block["category_strength"])
    assert found.total_strength == pytest.approx(block["total_strength"])


@pytest.mark.parametrize(
    ("counts", "category"),
    [
        (KanoCounts(M=5, O=5, A=5, I=5), "M"),
        (KanoCounts(O=5, A=5, I=5), "O"),
        (KanoCounts(A=5, I=5, M=4), "A"),
        (KanoCounts(I=5, R=5, Q=5), "I"),
        (KanoCounts(R=5, Q=5), "R"),
    ],
)
def test_of_equally_frequent_categories_the_one_that_costs_most_wins(counts: KanoCounts, category: str) -> None:
    found = leading(counts)
    assert found.category == category
    assert not found.clear
    assert found.strength == 0


def test_without_a_pair_that_counts_the_coefficients_are_nan() -> None:
    counts = KanoCounts(R=7, Q=2)
    for one in (better(counts), worse(counts)):
        assert math.isnan(one.estimate)
        assert math.isnan(one.ci.low)
        assert math.isnan(one.ci.high)
    assert leading(counts).category == "R"


def test_without_answers_there_is_no_category() -> None:
    found = leading(KanoCounts())
    assert (found.category, found.second, found.clear) == (None, None, False)
    assert math.isnan(found.threshold)
    assert count_categories(np.array([], dtype=str)) == KanoCounts()


def test_fongs_rule_is_met_at_the_threshold_itself() -> None:
    """a + b = n: the threshold is 1.65·√(n/2)."""
    assert leading(KanoCounts(A=50, O=50)).threshold == pytest.approx(1.65 * math.sqrt(50))
    assert not leading(KanoCounts(A=55, O=45)).clear
    assert leading(KanoCounts(A=56, O=44)).clear


@given(COUNTS)
def test_coefficients_stay_on_their_side_and_inside_their_intervals(counts: KanoCounts) -> None:
    up, down = better(counts), worse(counts)
    if counts.A + counts.O + counts.M + counts.I:
        assert 0 <= up.ci.low <= up.estimate + 1e-12
        assert up.estimate - 1e-12 <= up.ci.high <= 1
        assert -1 <= down.ci.low <= down.estimate + 1e-12
        assert down.estimate - 1e-12 <= down.ci.high <= 0
        assert up.estimate - down.estimate == pytest.approx(
            (counts.A + 2 * counts.O + counts.M) / (counts.A + counts.O + counts.M + counts.I)
        )


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=60), st.sampled_from(sorted(TABLES)))
def test_every_pair_falls_into_one_category(pairs: list[tuple[int, int]], table: str) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = classify(first, second, table)
    assert set(found) <= set(CATEGORIES)
    assert sum(count_categories(found)) == len(pairs)
