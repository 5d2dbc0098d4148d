"""Which choices of filters are shown: decided once, for all of them together."""

from __future__ import annotations

from itertools import product

import numpy as np

from closeloop.analysis.scorecard.alternatives import Alternatives, Floats, Found
from closeloop.analysis.scorecard.hiding import cheapest_hiding
from closeloop.analysis.scorecard.margins import Ints, Mask, cuboid, line, with_margins

_NEAR = 4
"""Of each dimension so many values are tried first."""
_MOST_ALONE = 40
"""So many groups are looked at one by one; while there are more, whole crossings are hidden, which is quick."""

Least = tuple[tuple[Ints, int], ...]


def shown_groups(cells: Ints, values: Ints, min_n: int, least: Least = ()) -> Mask:
    """Return which groups may be shown, so that no small one can be worked out from them, whatever is compared.

    Parameters
    ----------
    cells : ndarray of int
        Kinds of answers (promoters, passives, detractors) × the dimensions that filters choose from: people.
    values : ndarray of int
        What each kind contributes to the score.
    min_n : int
        A group of fewer people is hidden.
    least : tuple of (ndarray, int)
        What is known otherwise: these cells (positions in a flattened cube) hold at least so many people together.

    Returns
    -------
    ndarray of bool
        One place more along each dimension than `cells` has: the last one is "all".

    Notes
    -----
    The promise is that of `closeloop.stats.suppression.suppress`, for all kinds of answers at once and in whole
    numbers: for each group of 1 to ``min_n − 1`` people there is another table of people that shows the very same
    figures in every shown group, in which the group has at least ``min_n − 1`` people; one in which it has at most 1;
    and one in which its score is another. A group of nobody is hidden like a small one, so nothing tells them apart.

    Groups are hidden in four steps: (1) the small ones; (2) all crossings of some dimensions where fewer than three in
    four groups would remain; (3) groups that hold a small one and in which all answers are of one kind; (4) for each
    small group the tables are looked for by linear programming; where there is none, the groups are hidden that notice
    the cheapest change to such a table (`cheapest_hiding`), else the smallest that stands in the way; while more than
    40 groups wait for that, the crossing with most small groups is hidden whole. What was found stays true when more is
    hidden, so each group is looked at once. Where more than a few hundred counts are unknown, a
    table with fractions of people is proof enough, as it is in `suppress`.

    Examples
    --------
    Sixty people in three regions of 40, 13 and 7: the 7 are hidden, and the 13 with them, as 60 − 40 − 13 is 7.

    >>> cells = np.array([[20, 6, 3], [10, 4, 2], [10, 3, 2]])
    >>> shown_groups(cells, np.array([1, 0, -1]), min_n=10).tolist()
    [True, False, False, True]
    """
    kinds = with_margins(cells, first=1)
    people = kinds.sum(axis=0)
    shown: Mask = people >= min_n
    small = (people > 0) & (people < min_n)
    if not small.any():
        return shown
    _without_thin_choices(shown, people, min_n)
    _without_one_answer(shown, kinds, small, cells.shape[1:])
    _Search(cells, values, min_n, least, shown, small).run()
    return shown


def _without_thin_choices(shown: Mask, people: Ints, min_n: int) -> None:
    """Hide all crossings of some dimensions where fewer than three in four groups that have people would remain."""
    sizes = tuple(n - 1 for n in people.shape)
    for fixed in product((False, True), repeat=people.ndim):
        part = cuboid(sizes, fixed)
        filled = people[part] > 0
        if sum(fixed) > 1 and 4 * np.count_nonzero(people[part] >= min_n) < 3 * np.count_nonzero(filled):
            shown[part] = False


def _without_one_answer(shown: Mask, kinds: Ints, small: Mask, sizes: tuple[int, ...]) -> None:
    """Hide groups in which all answers are alike and that hold a small group: they tell its score."""
    alike = (kinds > 0).sum(axis=0) == 1
    holds = small.copy()
    for axis, n in enumerate(sizes):
        inside = holds[line(holds.ndim, axis, slice(0, n))].any(axis=axis)
        holds[line(holds.ndim, axis, n)] |= inside
    shown &= ~(alike & holds)


class _Search:
    """Looks for the tables that protect each small group, and hides what stands in the way."""

    def __init__(self, cells: Ints, values: Ints, min_n: int, least: Least, shown: Mask, small: Mask) -> None:
        self.cells, self.values, self.min_n, self.least, self.shown = cells, values, min_n, least, shown
        self.groups = np.flatnonzero(small.ravel())
        kinds = with_margins(cells, first=1).reshape(len(cells), -1)
        people = kinds.sum(axis=0)
        self._people = people.reshape(shown.shape)
        self.size, self.worth = people[self.groups], values @ kinds[:, self.groups]
        self.large = self.size >= min_n - 1
        self.few = self.size <= 1
        self.other = np.zeros(self.groups.size, bool)
        self.searches = 0

    def run(self) -> None:
        """Hide groups until every small one is protected."""
        self.known = Alternatives.of(self.cells, self.shown, self.least)
        self._all_together()
        while np.count_nonzero(self._waiting()) > _MOST_ALONE and (crossing := self._most_exposed()).any():
            self._hide(crossing)
            self._all_together()
        for i in range(self.groups.size):
            self._alone(i)

    def _waiting(self) -> Mask:
        """Return which small groups are not protected yet, as far as is known."""
        done: Mask = self.large & self.few & self.other
        return ~done

    def _most_exposed(self) -> Mask:
        """Return the shown groups of the crossing that has most small groups; none where only single filters remain."""
        best, chosen = 0, np.zeros_like(self.shown)
        small = np.zeros(self.shown.size, bool)
        small[self.groups] = True
        for fixed in product((False, True), repeat=self.shown.ndim):
            part = np.zeros_like(self.shown)
            part[cuboid(self.cells.shape[1:], fixed)] = True
            count = int(np.count_nonzero(small.reshape(self.shown.shape) & part))
            if sum(fixed) > 1 and count > best and (self.shown & part).any():
                best, chosen = count, self.shown & part
        return chosen

    def _all_together(self) -> None:
        for fixed in product((False, True), repeat=self.shown.ndim):
            self._together(fixed)

    def _together(self, fixed: tuple[bool, ...]) -> None:
        """Look for tables that protect many groups at once: those that have a value in the same dimensions."""
        part = np.zeros(self.shown.shape, bool)
        part[cuboid(self.cells.shape[1:], fixed)] = True
        mine = np.flatnonzero(part.ravel()[self.groups])
        inside = {i: self.known.within(int(self.groups[i]), self.shown.shape) for i in mine.tolist()}
        for done, up in ((self.large, True), (self.few, False)):
            left = -1
            while (todo := mine[~done[mine]]).size not in (0, left):
                left = todo.size
                weights = np.zeros(self.known.truth.shape)
                teams = [inside[i] for i in todo.tolist()] if up else []
                for i in () if up else todo.tolist():
                    weights[:, inside[i]] = -1.0
                self._learn(self.known, self.known.search(weights, teams, self.min_n - 1))

    def _alone(self, i: int) -> None:
        """Hide what it takes until a group may be large, or hardly there, or of another score."""
        while self.shown.any() and not self._is_open(i):
            groups = self._cheapest(i)
            self._hide(groups if groups.any() else self._in_the_way())

    def _is_open(self, i: int) -> bool:
        """Return whether a group may be large, or hardly there, or of another score, for all that is shown."""
        self.binding = np.empty(0, np.int64)
        near = self.known.part(np.flatnonzero(self._near(i)[self.known.unknown]))
        for done, signs in self._goals():
            looks = ((known, sign) for known in (near, self.known) for sign in signs)
            if not done[i] and not any(self._reaches(known, done, i, sign) for known, sign in looks):
                return False
        return True

    def _goals(self) -> tuple[tuple[Mask, tuple[int, ...]], ...]:
        """Return what each small group must be able to be: larger, smaller, better or worse."""
        return (self.large, (1,)), (self.few, (-1,)), (self.other, (1, -1))

    def _cheapest(self, i: int) -> Mask:
        """Return the shown groups to hide for the first thing that a group cannot be yet."""
        near = np.flatnonzero(self._near(i))
        everything = Alternatives.of(self.cells, np.zeros_like(self.shown)).part(near)
        done, signs = next(goal for goal in self._goals() if not goal[0][i])
        found = []
        for sign in signs:
            weights, target = self._goal(everything, done, i, sign)
            rest = target - float((weights * everything.truth).sum())
            found.append(cheapest_hiding(self.cells, self.shown, self._people, near, weights / rest))
        return min(found, key=lambda groups: (not groups.any(), int(self._people[groups].sum())))

    def _near(self, i: int) -> Mask:
        """Return the cells among which a group will find its like: its own, and those of the largest others."""
        place = np.unravel_index(int(self.groups[i]), self.shown.shape)
        sizes = self.cells.shape[1:]
        n = self.cells.sum(axis=0)
        own = n[tuple(slice(None) if p == size else slice(p, p + 1) for p, size in zip(place, sizes, strict=True))]
        near = np.ones(sizes, bool)
        for axis, (p, size) in enumerate(zip(place, sizes, strict=True)):
            others = tuple(at for at in range(n.ndim) if at != axis)
            first = np.argsort(-n.sum(axis=others), kind="stable")
            chosen = {int(p)} if p < size else set(np.flatnonzero(own.sum(axis=others)).tolist())
            chosen |= {c for c in first.tolist() if c not in chosen and len(chosen) < _NEAR}
            mask = np.isin(np.arange(size), [*chosen, *first[:1]])
            near &= mask.reshape([-1 if at == axis else 1 for at in range(n.ndim)])
        return near.ravel()

    def _goal(self, known: Alternatives, done: Mask, i: int, sign: int) -> tuple[Floats, int]:
        """Return a weighted sum of the unknown cells, and what it must reach."""
        inside = known.within(int(self.groups[i]), self.shown.shape)
        weights = np.zeros(known.truth.shape)
        if done is self.other:  # by how much its score, weighted by its people, lies above what it is
            weights[:, inside] = sign * (self.values * self.size[i] - self.worth[i])[:, None]
            return weights, 1
        weights[:, inside] = sign
        return weights, self.min_n - 1 if sign > 0 else -1

    def _reaches(self, known: Alternatives, done: Mask, i: int, sign: int) -> bool:
        """Return whether a table that agrees with all that is shown has a group as it should be able to be."""
        weights, target = self._goal(known, done, i, sign)
        found = known.search(weights)
        self._learn(known, found)
        if done[i]:
            return True
        self.binding = found.binding
        if (weights * found.parts).sum() < target - 1e-6:
            return False
        possible, table = known.whole_numbers(weights, target)
        if possible:
            if table is not None:
                self._learn(known, table)
            done[i] = True
        return possible

    def _learn(self, known: Alternatives, found: Found) -> None:
        """Note what a table proves of all groups; one with fractions where whole numbers are not insisted on."""
        self.searches += 1
        if found.table is None and self.known.is_small:
            return
        table = self.cells.reshape(len(self.cells), -1).astype(float)
        table[:, known.unknown] = found.parts
        kinds = with_margins(table.reshape(self.cells.shape), first=1).reshape(len(table), -1)[:, self.groups]
        n, worth = kinds.sum(axis=0), self.values @ kinds
        self.large |= n >= self.min_n - 1 - 1e-6
        self.few |= n <= 1 + 1e-6
        self.other |= (n > 0.01) & (np.abs(worth * self.size - self.worth * n) > 0.01)

    def _hide(self, groups: Mask) -> None:
        self.shown &= ~groups
        self.known = Alternatives.of(self.cells, self.shown, self.least)

    def _in_the_way(self) -> Mask:
        """Return the smallest of the groups that keep a small one from being anything else."""
        near = self.binding if self.binding.size else np.flatnonzero(self.shown.ravel())
        people = self._people.ravel()
        chosen = np.zeros(self.shown.size, bool)
        chosen[near[np.lexsort((near, people[near]))[0]]] = True
        return chosen.reshape(self.shown.shape)
