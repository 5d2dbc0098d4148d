"""No small group can be read or worked out of a published table."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from closeloop.stats.suppression import COMPLEMENTARY, SHOWN, SMALL, Sum, suppress

MIN_N = 10
sizes = st.sampled_from([0, 1, 3, 5, 9, 10, 12, 20, 40, 80])


def test_next_smallest_is_hidden_beside_a_single_small_group() -> None:
    assert suppress([100, 60, 25, 12, 3], [Sum(0, (1, 2, 3, 4))], MIN_N).tolist() == [0, 0, 0, 2, 1]


def test_two_small_groups_with_a_small_remainder_need_a_third() -> None:
    # 50 − 30 − 13 = 7 would tell that both together are 7
    assert suppress([50, 30, 13, 4, 3], [Sum(0, (1, 2, 3, 4))], MIN_N).tolist() == [0, 0, 2, 1, 1]


def test_two_small_groups_with_ten_between_them_suffice() -> None:
    assert suppress([50, 30, 10, 5, 5], [Sum(0, (1, 2, 3, 4))], MIN_N).tolist() == [0, 0, 0, 1, 1]


def test_group_without_answers_is_shown_and_protects_nobody() -> None:
    assert suppress([40, 37, 3, 0], [Sum(0, (1, 2, 3))], MIN_N).tolist() == [0, 2, 1, 0]


def test_only_group_beside_nobody_takes_the_total_along() -> None:
    assert suppress([9, 9], [Sum(0, (1,))], MIN_N).tolist() == [1, 1]


def test_no_small_group_hides_nothing_and_zero_hides_nobody() -> None:
    assert not suppress([50, 30, 20], [Sum(0, (1, 2))], MIN_N).any()
    assert not suppress([5, 4, 1], [Sum(0, (1, 2))], 0).any()


def test_hidden_region_keeps_a_hidden_cell() -> None:
    # total, regions A 12 and B 5, cells of A: 12, cells of B: 5 – A is hidden for B, so its only cell is, too
    sums = [Sum(0, (1, 2, 3)), Sum(1, (4,)), Sum(2, (5,)), Sum(3, (6,)), Sum(0, (4, 5, 6))]
    verdict = suppress([97, 12, 5, 80, 12, 5, 80], sums, MIN_N)
    assert verdict.tolist() == [SHOWN, COMPLEMENTARY, SMALL, SHOWN, COMPLEMENTARY, SMALL, SHOWN]


def test_large_table_is_quick_enough_to_finish() -> None:
    rng = np.random.default_rng(5)
    cells = rng.poisson(14, (20, 36))
    n, sums = crossing(cells, both=True)
    verdict = suppress(n, sums, MIN_N)
    for s in sums:
        hidden = [p for p in s.parts if verdict[p]]
        if verdict[s.whole] == SHOWN and hidden:
            assert len(hidden) > 1
            assert sum(n[p] for p in hidden) >= MIN_N


def crossing(cells: np.ndarray, *, both: bool) -> tuple[list[int], list[Sum]]:
    """A total, its rows (and columns), and the cells: every figure with all the sums among them."""
    rows, columns = cells.shape
    n = [int(cells.sum()), *cells.sum(axis=1).tolist(), *(cells.sum(axis=0).tolist() if both else [])]
    at = len(n) + np.arange(cells.size).reshape(cells.shape)
    n += cells.ravel().tolist()
    sums = [Sum(0, tuple(range(1, 1 + rows))), Sum(0, tuple(at.ravel().tolist()))]
    sums += [Sum(1 + r, tuple(at[r].tolist())) for r in range(rows)]
    if both:
        sums.append(Sum(0, tuple(range(1 + rows, 1 + rows + columns))))
        sums += [Sum(1 + rows + c, tuple(at[:, c].tolist())) for c in range(columns)]
    return n, sums


def can_be_worked_out(n: list[int], sums: list[Sum], verdict: np.ndarray) -> list[int] | None:
    """Return a set of hidden figures under the minimum whose total follows from the shown ones, by trying every set."""
    hidden = np.flatnonzero(verdict != SHOWN)
    place = {int(f): i for i, f in enumerate(hidden)}
    matrix = np.zeros((len(sums), len(hidden)))
    for row, s in zip(matrix, sums, strict=True):
        for part in s.parts:
            if part in place:
                row[place[part]] = 1
        if s.whole in place:
            row[place[s.whole]] = -1
    _, strength, right = np.linalg.svd(matrix, full_matrices=False)
    space = right[strength > 1e-9]
    every = np.array(list(itertools.product((0.0, 1.0), repeat=len(hidden)))[1:])
    follows = np.abs(every @ space.T @ space - every).max(axis=1) < 1e-7
    for chosen in every[follows]:
        figures = hidden[chosen > 0]
        if sum(n[f] for f in figures) < MIN_N or len(figures) == 1:
            return figures.tolist()
    return None


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(1, 3), st.booleans())
def test_no_hidden_count_and_no_small_remainder_follows_by_subtraction(
    data: st.DataObject, rows: int, columns: int, both: bool
) -> None:
    cells = np.array(data.draw(st.lists(sizes, min_size=rows * columns, max_size=rows * columns))).reshape(
        rows, columns
    )
    n, sums = crossing(cells, both=both)
    verdict = suppress(n, sums, MIN_N)
    assert all(verdict[i] for i, size in enumerate(n) if 0 < size < MIN_N)
    assert not any(verdict[i] for i, size in enumerate(n) if size == 0)
    if 0 < np.count_nonzero(verdict) <= 12:
        assert can_be_worked_out(n, sums, verdict) is None


def attack(n: list[int], sums: list[Sum], verdict: np.ndarray) -> dict[int, tuple[float, float]]:
    """Give what a reader of the published figures can learn of each small hidden one, by linear programming.

    He knows the shown figures, every sum, and that a hidden figure is at least 1.
    """
    equations = np.zeros((len(sums), len(n)))
    for row, s in zip(equations, sums, strict=True):
        row[list(s.parts)] = 1.0
        row[s.whole] -= 1.0
    bounds = [(size, size) if v == SHOWN else (1, None) for size, v in zip(n, verdict, strict=True)]
    learned = {}
    for figure in np.flatnonzero(verdict == SMALL):
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(len(n))
            cost[figure] = sign
            reach = linprog(cost, A_eq=equations, b_eq=np.zeros(len(sums)), bounds=bounds)
            assert reach.status in (0, 3)  # solved, or without a limit
            ends.append(sign * reach.fun if reach.status == 0 else -sign * np.inf)
        learned[int(figure)] = (ends[0], ends[1])
    return learned


@settings(max_examples=120, deadline=None)
@given(st.data(), st.integers(1, 6), st.integers(1, 5), st.booleans())
def test_linear_programming_attack_cannot_narrow_a_small_figure_below_its_stated_range(
    data: st.DataObject, rows: int, columns: int, both: bool
) -> None:
    cells = np.array(data.draw(st.lists(sizes, min_size=rows * columns, max_size=rows * columns)))
    n, sums = crossing(cells.reshape(rows, columns), both=both)
    for figure, (low, high) in attack(n, sums, suppress(n, sums, MIN_N)).items():
        filled = [sum(n[part] > 0 for part in s.parts) for s in sums if s.whole == figure]
        assert low <= max([1, *filled]) + 1e-6
        assert high >= MIN_N - 1 - 1e-6


def test_hiding_the_small_figures_alone_would_not_withstand_the_attack() -> None:
    n, sums = crossing(np.array([[40, 7], [30, 21]]), both=True)
    alone = np.where(np.array(n) < MIN_N, SMALL, SHOWN)
    assert attack(n, sums, alone) == {n.index(7): (7.0, 7.0)}


@given(st.lists(sizes, min_size=1, max_size=12))
def test_one_block_hides_none_or_at_least_two_of_ten_together(parts: list[int]) -> None:
    n = [sum(parts), *parts]
    verdict = suppress(n, [Sum(0, tuple(range(1, len(n))))], MIN_N)
    hidden = [size for size, v in zip(parts, verdict[1:], strict=True) if v]
    if verdict[0] == SHOWN and hidden:
        assert len(hidden) >= 2
        assert sum(hidden) >= MIN_N + len(hidden) - 2
