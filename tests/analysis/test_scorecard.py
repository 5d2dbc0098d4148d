"""A scorecard shows every choice of filters that it may, and no comparison of them tells of a small group."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

import closeloop as cl
from closeloop.analysis.scorecard import build
from closeloop.analysis.scorecard.blocks import Blocks
from closeloop.analysis.scorecard.margins import with_margins
from closeloop.analysis.scorecard.scorecard import Scorecard
from closeloop.errors import ColumnNotFoundError, InsufficientDataError
from closeloop.followup.scorecard import scorecard
from closeloop.themes.codings.coding import Coding
from made_scorecard import answered
from made_scorecard import scorecard as made_scorecard

MIN_N = 5


@cache
def made() -> Scorecard:
    return made_scorecard()


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


def kinds_at(card: Scorecard, place: tuple[int, ...]) -> np.ndarray:
    """How many people of a group answered in each way: what the scorecard knows and may not tell."""
    return np.array([kind[place] for kind in card.kinds])


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
        if self.rows:
            told = np.unique(np.column_stack([np.array(self.rows), self.known]), axis=0)
            self.rows, self.known = list(told[:, :-1]), told[:, -1].tolist()

    @staticmethod
    def inside(card: Scorecard, place: tuple[int, ...]) -> np.ndarray:
        """The cells of a group."""
        found = np.zeros(card.sizes, bool)
        found[tuple(slice(None) if p == n else p for p, n in zip(place, card.sizes, strict=True))] = True
        return found.ravel()

    def cells(self, place: tuple[int, ...]) -> np.ndarray:
        return self.inside(self.card, place)

    def note(self, quantity: int, cells: np.ndarray, value: float) -> None:
        line = np.zeros(self.width)
        line[quantity * self.n_cells : (quantity + 1) * self.n_cells] = cells
        self.rows.append(line)
        self.known.append(value)

    def read_figures(self, place: tuple[int, ...], chosen: Any) -> None:
        """The headline, the table by every filter, and the trend."""
        seen: list[tuple[tuple[int, ...], Any]] = [(place, chosen.result)]
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
        for group_at, result in seen:
            if result is not None:
                for i, kind in enumerate(("promoters", "passives", "detractors")):
                    self.note(i, self.cells(group_at), getattr(result, kind))

    def read_words(self, place: tuple[int, ...], chosen: Any) -> None:
        """The Pareto and the lists: he even knows how the blocks were made."""
        if chosen.result is None:
            with pytest.raises(InsufficientDataError):
                chosen.mentions()
            assert not chosen.pareto
            assert not chosen.n_comments
            return
        if self.card.words is None:
            return
        blocks = np.flatnonzero(self.card.blocks.within(place, self.sizes))
        cells = np.isin(self.card.blocks.of_cell.ravel(), blocks)
        counts = {bar.code: bar.count for bar in chosen.pareto}
        for i, code in enumerate(self.codes):
            self.note(3 + i, cells, counts.get(code, 0))
            assert chosen.mentions(code).count == counts.get(code, 0)

    def learns(self, place: tuple[int, ...], kinds: np.ndarray) -> str:
        """What is certain of a small group that has so many promoters, passives, detractors; empty if nothing is."""
        n, cells = int(kinds.sum()), self.cells(place)
        tilt = NPS_VALUES * n - int(NPS_VALUES @ kinds)
        if not self.reaches(cells, np.ones(3), MIN_N - 1):
            return "it is small"
        if not self.reaches(cells, -np.ones(3), -1):
            return "more than one person is in it"
        return "" if self.reaches(cells, tilt, 1) or self.reaches(cells, -tilt, 1) else "its score"

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


def small_groups(card: Scorecard) -> Iterator[tuple[int, ...]]:
    people = card.kinds.sum(axis=0)
    for place in itertools.product(*(range(n + 1) for n in card.sizes)):
        if 0 < people[place] < MIN_N:
            yield place


def where_listed(card: Scorecard) -> dict[str, list[tuple[int, ...]]]:
    """For each comment the choices under which it is listed."""
    found: dict[str, list[tuple[int, ...]]] = {}
    for place, chosen in every_choice(card):
        if chosen.n_comments:
            for page in range(1, chosen.mentions().pages + 1):
                for text in chosen.mentions(page=page).texts:
                    found.setdefault(text, []).append(place)
    return found


@settings(max_examples=10)
@given(answers)
def test_no_sequence_of_choices_tells_of_a_small_group(rows: list[tuple[tuple[int, ...], int]]) -> None:
    card = card_of(frame_of(rows))
    reader = Reader(card)
    for place in small_groups(card):
        assert not card.shown[place]
        assert reader.learns(place, kinds_at(card, place)) == ""
    for place, chosen in every_choice(card):
        assert chosen.result is None or kinds_at(card, place).sum() >= MIN_N


def narrowed(card: Scorecard) -> list[int]:
    """Among how many people the writer of each comment is, for who compares all choices under which it is listed.

    A comment that a choice leaves out tells nothing of its writer, as some are left out everywhere; but the comments
    that come and go together are one block, of which a reader may know as much as we do.
    """
    people = card.kinds.sum(axis=0)[tuple(slice(0, n) for n in card.sizes)].ravel()
    everyone = np.ones(people.size, bool)
    found = []
    for places in where_listed(card).values():
        inside = np.logical_and.reduce([everyone, *(Reader.inside(card, place) for place in places)])
        found.append(int(people[inside].sum()))
    return found


@settings(max_examples=8)
@given(answers)
def test_no_comment_is_narrowed_down_to_a_few_people(rows: list[tuple[tuple[int, ...], int]]) -> None:
    assert min(narrowed(card_of(frame_of(rows))), default=MIN_N) >= MIN_N


# two people in the first region and month, which hold ten each
LEAKY = frame_of(
    [
        ((0, 0, 0, 0, 1), 2),
        ((0, 1, 0, 2, 1), 8),
        ((1, 0, 0, 1, 2), 6),
        ((1, 0, 0, 0, 0), 2),
        ((1, 1, 0, 0, 1), 5),
        ((1, 1, 0, 2, 1), 4),
    ]
)


def only_small_groups_hidden(cells: Any, *_: Any) -> Any:
    return with_margins(cells, first=1).sum(axis=0) >= MIN_N


def test_the_attack_finds_a_small_group_where_only_small_groups_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    safe = card_of(LEAKY)
    assert {Reader(safe).learns(place, kinds_at(safe, place)) for place in small_groups(safe)} == {""}
    monkeypatch.setattr(build, "shown_groups", only_small_groups_hidden)
    card = card_of(LEAKY)
    assert {Reader(card).learns(place, kinds_at(card, place)) for place in small_groups(card)} == {"it is small"}


def test_the_attack_finds_comments_that_are_listed_person_by_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(people: Any, *_: Any) -> Blocks:
        place = np.array(list(np.ndindex(people.shape)), np.int64)
        return Blocks(of_cell=np.arange(people.size).reshape(people.shape), place=place)

    monkeypatch.setattr(build, "shown_groups", only_small_groups_hidden)
    assert min(narrowed(card_of(LEAKY))) >= MIN_N
    monkeypatch.setattr(build, "people_blocks", alone)
    assert min(narrowed(card_of(LEAKY))) < MIN_N


class TestChoosing:
    def test_a_choice_shows_what_the_same_answers_would_score_alone(self) -> None:
        frame = answered()
        card = scorecard(frame, cl.Nps("recommend"), by=["region"], period="month", min_n=1)
        part = frame[(frame["region"] == "East") & (frame["month"] == "2026-08")]
        alone = cl.score(part, cl.Nps("recommend"))
        found = card.select(region="East", period="2026-08")
        assert found.result is not None
        assert found.result.score == pytest.approx(alone.result().score)
        assert card.select(region="East", rows="period").table is not None

    def test_values_are_chosen_by_themselves_or_by_name(self) -> None:
        frame = answered()
        frame.loc[:199, "region"] = None
        card = scorecard(frame, cl.Nps("recommend"), by="region", min_n=2)
        assert list(card.filters) == ["region", "language"]
        assert card.select(language="Chinese").chosen == card.select(language="中文").chosen == {"language": "zh-CN"}
        missing = card.select(region="-")
        assert missing.chosen == {"region": None}
        assert missing.result is not None
        assert missing.result.n == 200
        assert card.select(region=None).chosen == {}

    @pytest.mark.parametrize(
        ("choice", "said"),
        [
            ({"town": "X"}, "There is no filter 'town'; expected one of: region, period, language."),
            ({"region": "West"}, "The filter region has no value 'West'; expected one of: East, Isle, North."),
            ({"rows": "town"}, "There is no filter 'town'"),
        ],
    )
    def test_what_is_not_there(self, choice: dict[str, Any], said: str) -> None:
        card = scorecard(answered(), cl.Nps("recommend"), by="region", period="month")
        with pytest.raises(ValueError, match=re.escape(said)):
            card.select(**choice)

    def test_a_hidden_group_says_why_and_gives_nothing(self) -> None:
        isle = made().select(region="Isle")
        assert isle.hidden
        assert isle.table is None
        assert isle.trend is None
        assert isle.pareto == ()
        assert "fewer than 10 answers" in str(isle.sentence)
        assert "Choose “All”" in str(isle)
        with pytest.raises(InsufficientDataError, match="fewer than 10"):
            isle.mentions()

    def test_everybody_stays_when_a_region_is_small(self) -> None:
        everybody = made().select()
        assert everybody.result is not None
        assert everybody.result.n == 900
        assert everybody.trend is not None
        assert "Aug 2026" in str(everybody.trend.sentence)
        assert [bar.code for bar in everybody.pareto] == ["late delivery", "staff", "price", "-"]


class TestComments:
    def test_pages_of_twenty_without_names_and_numbers(self) -> None:
        everybody = made().select()
        first = everybody.mentions("staff")
        assert len(first.texts) == 20
        assert (first.page, first.pages, first.count) == (1, 6, 102)
        texts = [text for page in range(1, 7) for text in everybody.mentions("staff", page).texts]
        assert len(texts) == first.count
        assert not any(word in text for text in texts for word in ("Smith", "张伟", "ann@", "8000"))
        assert max(map(len, texts)) <= 1202

    def test_a_page_or_theme_that_is_not_there(self) -> None:
        everybody = made().select()
        with pytest.raises(ValueError, match="no page 7; expected 1 to 6"):
            everybody.mentions("staff", 7)
        with pytest.raises(ValueError, match="no theme weather; expected one of: staff, late delivery, price"):
            everybody.mentions("weather")

    def test_without_comments(self) -> None:
        card = scorecard(answered(), cl.Nps("recommend"), by="region")
        with pytest.raises(InsufficientDataError, match="name their column with verbatims"):
            card.select().mentions()


class TestBadInput:
    @pytest.mark.parametrize(
        ("how", "said"),
        [
            ({"by": []}, "one to four different segment columns; found: –"),
            ({"by": ["region", "region"]}, "found: region, region"),
            ({"by": "period"}, "rename the column"),
            ({"by": "response_id"}, "has 900 different values; a segment may have 60"),
            ({"by": "region", "period": "words"}, "neither dates nor periods such as 2026-07"),
            ({"by": "region", "min_n": -1}, "min_n"),
            ({"by": "region", "coding": "themes"}, None),
        ],
    )
    def test_says_what_to_do(self, how: dict[str, Any], said: str | None) -> None:
        with pytest.raises((ValueError, TypeError), match=said):
            scorecard(answered(), cl.Nps("recommend"), **how)

    @pytest.mark.parametrize("name", ["by", "period", "verbatims"])
    def test_no_such_column(self, name: str) -> None:
        how: dict[str, Any] = {"by": "region", name: "town"}
        with pytest.raises(ColumnNotFoundError, match="town"):
            scorecard(answered(), cl.Nps("recommend"), **how)

    def test_a_mean_is_refused(self) -> None:
        with pytest.raises(ValueError, match="TopBox"):
            scorecard(answered(), cl.MeanScore("recommend"), by="region")

    def test_nobody(self) -> None:
        card = scorecard(answered()[:0], cl.Nps("recommend"), by="region", period="month", verbatims="words")
        assert "Nobody has answered yet" in str(card)
        assert "Nobody has answered yet" in card._repr_html_()
        assert card.to_dict()["all"]["hidden"]

    def test_all_groups_too_small(self) -> None:
        card = scorecard(answered()[:8], cl.Nps("recommend"), by="region", verbatims="words")
        assert not card.shown.any()
        assert '"n": 8' not in json.dumps(card.to_dict())
        assert "Collect more answers" in str(card)
        assert "window.hurt" not in card._repr_html_()

    def test_one_period_has_no_trend_and_says_so(self) -> None:
        frame = answered().assign(month="2026-01")
        card = scorecard(frame, cl.Nps("recommend"), by="language", period="month")
        assert card.select().trend is None
        assert "No trend here" in card._repr_html_()


def test_the_static_form_says_everything_without_style() -> None:
    card = made()
    html = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", card._repr_html_(), flags=re.DOTALL)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html).replace("\u00a0", " "))
    for said in (
        "+14",
        "95 % interval +9 to +19",
        "900 answers",
        "By region",
        "2 groups are hidden",
        "Aug 2026",
        "alarm",
        "hidden: fewer than 10 answers",
        "late delivery",
        "Without a theme",
        "Choices that are too fine",
    ):
        assert said in text
    assert "nan" not in text
