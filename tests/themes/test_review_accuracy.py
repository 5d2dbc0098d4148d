"""Rules against people: 300 Chinese restaurant reviews in which people marked 18 aspects.

The rules of `reviews.codebook.yaml` were written from the first 100 reviews (the training part) only; the figures here
are of the other 200. `pytest -s` prints the table.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding

pytestmark = pytest.mark.shared

HELD_OUT = ("data/zh/dev_sample.csv", "data/zh/test_sample.csv")
ABSENT = "-2"
BOOK = Path(__file__).with_name("reviews.codebook.yaml")


@dataclass(frozen=True)
class Score:
    n: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def reviews(paths: Iterable[Path]) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows += list(csv.DictReader(stream))
    return rows


@pytest.fixture
def scores(shared: Callable[[str], Path]) -> dict[str, Score]:
    return scores_of(tuple(shared(name) for name in HELD_OUT))


@cache
def scores_of(paths: tuple[Path, ...]) -> dict[str, Score]:
    rows = reviews(paths)
    assert len(rows) == 200
    book = load_codebook(BOOK)
    coding = code_mentions([row["reviewbody"] for row in rows], book)
    given = coding.matrix(unit="response")
    found = {}
    for code in book.codes:
        if "asap" in code.maps_to:
            rule = given[:, coding.codes.index(code.id)] == 1
            true = [row[code.maps_to["asap"]] != ABSENT for row in rows]
            both = int(sum(r and t for r, t in zip(rule, true, strict=True)))
            found[code.id] = Score(n=sum(true), precision=both / int(rule.sum()), recall=both / sum(true))
    return found


def test_every_aspect_that_people_marked_has_a_code(shared: Callable[[str], Path]) -> None:
    aspects = set(reviews(map(shared, HELD_OUT))[0]) - {"index", "reviewbody", "star"}
    assert {code.maps_to["asap"] for code in load_codebook(BOOK).codes if "asap" in code.maps_to} == aspects
    assert len(aspects) == 18


# Measured 2026-11-22 on the 200 reviews (precision, recall, F1). Parking was marked in 17 only and is held by the mean.
#   access .80 .90 .85 · district .65 .61 .62 · finding .88 .81 .84 · queue .74 .84 .79 · hospitality .88 .98 .93
#   serving_speed .66 .64 .65 · parking 1.00 .94 .97 · price_level .75 .91 .82 · value .84 .91 .87
#   discount .79 .85 .82 · decor .83 .91 .87 · noise .78 .93 .85 · room .72 .92 .81 · cleanliness .73 .96 .83
#   portion .90 .84 .87 · taste .97 .98 .98 · look .44 .54 .48 · recommended .47 .76 .58 · mean of the F1 .802
# On the 100 reviews that the rules were written from the mean was .844: that is what writing for them was worth.
FLOORS = {
    "access": (0.77, 0.87), "district": (0.62, 0.58), "finding": (0.85, 0.78), "queue": (0.71, 0.81),
    "hospitality": (0.85, 0.95), "serving_speed": (0.63, 0.61), "price_level": (0.72, 0.88), "value": (0.81, 0.88),
    "discount": (0.76, 0.82), "decor": (0.80, 0.88), "noise": (0.75, 0.90), "room": (0.69, 0.89),
    "cleanliness": (0.70, 0.93), "portion": (0.87, 0.81), "taste": (0.94, 0.95), "look": (0.41, 0.51),
    "recommended": (0.44, 0.73),
}  # fmt: skip
MEAN_F1 = 0.79


def test_precision_and_recall_on_the_reviews_that_nobody_looked_at(scores: dict[str, Score]) -> None:
    print(f"\n{'code':16}{'n':>5}{'precision':>11}{'recall':>8}{'F1':>6}")
    for code, score in scores.items():
        print(f"{code:16}{score.n:5}{score.precision:11.2f}{score.recall:8.2f}{score.f1:6.2f}")
    mean = sum(score.f1 for score in scores.values()) / len(scores)
    print(f"{'mean of the F1':16}{mean:30.3f}")
    assert {code for code, score in scores.items() if score.n >= 20} == set(FLOORS)
    for code, (precision, recall) in FLOORS.items():
        assert scores[code].precision >= precision, code
        assert scores[code].recall >= recall, code
    assert mean >= MEAN_F1


@pytest.mark.parametrize("page", ["codebooks.md", "codebooks.zh-CN.md"])
def test_the_page_quotes_these_figures(scores: dict[str, Score], page: str) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / page).read_text(encoding="utf-8")
    book = load_codebook(BOOK)
    language = "zh-CN" if "zh" in page else "en"
    for code, score in scores.items():
        label = book.code(code).label[language]
        assert f"| {label} | {score.n} | {score.precision:.2f} | {score.recall:.2f} | {score.f1:.2f} |" in text


def test_mece_on_what_people_marked_cannot_tell_because_it_is_per_review(shared: Callable[[str], Path]) -> None:
    names = ("train", "dev", "test")
    frame = pd.concat([pd.read_csv(shared(f"data/zh/{name}_sample.csv"), encoding="utf-8-sig") for name in names])
    frame["review"] = range(len(frame))
    aspects = [name for name in frame.columns if name not in {"index", "reviewbody", "star", "review"}]
    coding = Coding.from_table(frame, unit="response", id="review", codes=aspects, absent=-2)
    report = coding.mece()

    marked = frame[aspects].to_numpy() != -2
    assert report.verdict == "cannot tell"
    assert "per response" in report.reasons[0]["en"]
    assert "以整份答卷为单位" in report.reasons[0]["zh-CN"]
    # coverage: each of the 300 reviews has at least one aspect; 292 have two or more, which is co-occurrence
    assert report.n == len(frame) == 300
    assert report.coverage.count == marked.any(axis=1).sum() == 300
    assert report.overlap.count == (marked.sum(axis=1) >= 2).sum() == 292
    both = {frozenset((pair.smaller, pair.larger)): pair for pair in report.pairs}
    noise, room = marked[:, aspects.index("environment_noise")], marked[:, aspects.index("environment_space")]
    pair = both[frozenset(("environment_noise", "environment_space"))]
    assert pair.count == (noise & room).sum() == 88
    assert pair.containment == pytest.approx(88 / 104)
    # that noise lies within room for 85 % would be a hint to merge, if it were per mention; so no pair has a hint
    assert {pair.hint for pair in report.pairs} == {""}
