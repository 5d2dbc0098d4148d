"""A scorecard shows every choice of filters that it may, and no comparison of them tells of a small group."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

import closeloop as cl
from closeloop.analysis.scorecard.scorecard import Scorecard
from closeloop.errors import InsufficientDataError
from closeloop.followup.scorecard import scorecard
from closeloop.themes.codings.coding import Coding

MIN_N = 5
KINDS = {"promoter": 10, "passive": 8, "detractor": 2}
NPS_VALUES = np.array([1, 0, -1])
Rows = list[tuple[int, int, int, int, int]]

# who answered what: region, month, language, answer, theme of the comment (0: none)
row = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 1), st.integers(0, 2), st.integers(0, 2))
answers = st.lists(st.tuples(row, st.integers(1, 7)), min_size=1, max_size=14)


def frame_of(rows: list[tuple[tuple[int, ...], int]]) -> pd.DataFrame:
    each = [one for one, count in rows for _ in range(count)]
    return pd.DataFrame(
        {
            "response_id": range(len(each)),
            "recommend": [list(KINDS.values())[kind] for *_, kind, _ in each],
            "region": [f"R{region}" for region, *_ in each],
            "month": [f"2026-{month + 1:02d}" for _, month, *_ in each],
            "language": [("en", "zh-CN")[tag] for _, _, tag, *_ in each],
            "words": [f"comment {i}" if theme else "" for i, (*_, theme) in enumerate(each)],
            "theme": [("", "price", "staff")[theme] for *_, theme in each],
        }
    )


def card_of(frame: pd.DataFrame, **how: Any) -> Scorecard:
    said = frame[frame["theme"] != ""]
    coding = Coding.from_table(
        {"id": said["response_id"], "code": said["theme"]}, unit="response", codes=None
    ) if len(said) else None  # fmt: skip
    given = {"by": "region", "period": "month", "verbatims": "words", "coding": coding, "min_n": MIN_N} | how
    return scorecard(frame, cl.Nps("recommend"), **given)


def every_choice(card: Scorecard) -> Any:
    for place in itertools.product(*(range(n + 1) for n in card.sizes)):
        yield place, card.at(list(place))


class Reader:
    """Somebody who writes down all that a scorecard publishes and asks a solver what else it tells."""

    def __init__(self, card: Scorecard) -> None:
        self.card, self.sizes = card, card.sizes
        self.n_cells = math.prod(self.sizes)
        self.codes = [*(card.words.codes if card.words else ()), "-"]
        self.width = (3 + len(self.codes)) * self.n_cells  # promoters, passives, detractors, then comments by theme
        self.rows: list[np.ndarray] = []
        self.known: list[float] = []
        for place, chosen in every_choice(card):
            self.read_figures(place, chosen)
            self.read_words(place, chosen)

    def cells(self, place: tuple[int, ...]) -> np.ndarray:
        inside = np.zeros(self.sizes, bool)
        inside[tuple(slice(None) if p == n else p for p, n in zip(place, self.sizes, strict=True))] = True
        return inside.ravel()

    def note(self, quantity: int, cells: np.ndarray, value: float) -> None:
        line = np.zeros(self.width)
        line[quantity * self.n_cells : (quantity + 1) * self.n_cells] = cells
        self.rows.append(line)
        self.known.append(value)

    def read_figures(self, place: tuple[int, ...], chosen: Any) -> None:
        """The headline, the table by every filter, and the trend."""
        seen = [(place, chosen.result)]
        for axis, dimension in enumerate(self.card.dimensions):
            if place[axis] == self.sizes[axis]:
                table = self.card.at(list(place), dimension.name).table
                for group in table.blocks[0].groups if table else ():
                    at = dimension.values.index(group.key[0])
                    seen.append(((*place[:axis], at, *place[axis + 1 :]), group.result))
            if dimension.every and chosen.trend is not None:
                line = chosen.trend.series[0]
                for point, result in zip(line.points, line.results, strict=True):
                    if result is not None:
                        at = dimension.values.index(point.period)
                        seen.append(((*place[:axis], at, *place[axis + 1 :]), result))
        for at, result in seen:
            if result is not None:
                assert result.n >= MIN_N
                for i, kind in enumerate(("promoters", "passives", "detractors")):
                    self.note(i, self.cells(at), getattr(result, kind))

    def read_words(self, place: tuple[int, ...], chosen: Any) -> None:
        """The Pareto and the lists: he even knows how the blocks were made."""
        if chosen.result is None:
            with pytest.raises(InsufficientDataError):
                chosen.mentions()
            assert not chosen.pareto and not chosen.n_comments
            return
        if self.card.words is None:
            return
        blocks = np.flatnonzero(self.card.blocks.within(place, self.sizes))
        cells = np.isin(self.card.blocks.of_cell.ravel(), blocks)
        counts = {bar.code: bar.count for bar in chosen.pareto}
        for i, code in enumerate(self.codes):
            self.note(3 + i, cells, counts.get(code, 0))
            assert chosen.mentions(code).count == counts.get(code, 0)

    def reaches(self, cells: np.ndarray, weights: np.ndarray, least: float) -> bool:
        """Whether some data in whole numbers show the same and have this weighted sum of answers in these cells."""
        wanted = np.zeros(self.width)
        for kind, weight in enumerate(weights):
            wanted[kind * self.n_cells : (kind + 1) * self.n_cells] = weight * cells
        rules = [LinearConstraint(wanted[None, :], least, np.inf)]
        if self.rows:
            rules.append(LinearConstraint(np.array(self.rows), self.known, self.known))
        # nobody writes a comment who has not answered, and here each comment has one theme
        comments = np.zeros((self.n_cells, self.width))
        for cell in range(self.n_cells):
            comments[cell, cell : 3 * self.n_cells : self.n_cells] = 1
            comments[cell, 3 * self.n_cells + cell :: self.n_cells] = -1
        rules.append(LinearConstraint(comments, 0, np.inf))
        found = milp(np.zeros(self.width), constraints=rules, bounds=Bounds(0, 1000), integrality=np.ones(self.width))
        return bool(found.status == 0)


@settings(max_examples=25, deadline=None)
@given(answers)
def test_no_sequence_of_choices_tells_of_a_small_group(rows: list[tuple[tuple[int, ...], int]]) -> None:
    card = card_of(frame_of(rows))
    reader = Reader(card)
    people = card.kinds.sum(axis=0)
    for place in itertools.product(*(range(n + 1) for n in card.sizes)):
        n = int(people[place])
        if not 0 < n < MIN_N:
            continue
        assert not card.shown[place]
        cells = reader.cells(place)
        assert reader.reaches(cells, np.ones(3), MIN_N - 1), f"{place} is known to be under {MIN_N - 1}"
        assert reader.reaches(cells, -np.ones(3), -1), f"{place} is known to be over 1"
        tilt = NPS_VALUES * n - int(NPS_VALUES @ card.kinds[(slice(None), *place)])
        assert reader.reaches(cells, tilt, 1) or reader.reaches(cells, -tilt, 1), f"the score of {place} is known"
