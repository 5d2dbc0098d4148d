"""Theme impact of a coding is that of the same coding as a frame, however its ids meet the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from closeloop.analysis.impact.impact import theme_impact
from closeloop.analysis.impact.result import ThemeImpact
from closeloop.metrics.design import Design
from closeloop.metrics.spec import Nps
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding

CODES = ["price", "staff", "app"]


def data(n: int, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "response_id": [f"R_{i:04d}" for i in range(n)], "recommend": draw.integers(0, 11, n),
            "w": draw.uniform(0.5, 2, n), "shop": draw.integers(0, 9, n), "own": range(n),
        }
    )  # fmt: skip


def long(frame: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """Return up to three mentions of each of most responses, some without a code."""
    draw = np.random.default_rng(seed)
    rows = []
    for i, name in enumerate(frame["response_id"]):
        for m in range(draw.integers(0, 4)):
            code = [*CODES, None][draw.integers(4)]
            rows.append((name, 10 * m, 10 * m + 9, "x" * 50, code))
        if i == 0 and not rows:
            rows.append((name, 0, 9, "x" * 50, None))
    return pd.DataFrame(rows, columns=["response_id", "start", "end", "text", "code"])


def same(one: ThemeImpact, two: ThemeImpact) -> None:
    assert one.to_frame().drop(columns="reason").equals(two.to_frame().drop(columns="reason"))
    assert one.facts() == two.facts()


@pytest.mark.parametrize("design", [None, Design(weight="w"), Design(weight="w", cluster="shop")])
def test_a_coding_of_mentions_is_the_same_as_its_frame(design: Design | None) -> None:
    frame = data(300)
    rows = long(frame)
    coding = Coding.from_table(rows, unit="mention", id="response_id", start="start", end="end", text="text")
    table = rows.rename(columns={"code": "theme"})[["response_id", "theme"]]
    same(
        theme_impact(coding, frame, Nps("recommend"), design=design),
        theme_impact(table, frame, Nps("recommend"), design=design),
    )


def test_a_coding_of_responses_is_the_same_as_its_frame() -> None:
    frame = data(300)
    marks = pd.DataFrame(np.random.default_rng(4).integers(0, 2, (300, 3)), columns=CODES)
    wide = pd.concat([frame[["response_id"]], marks], axis=1)
    coding = Coding.from_table(wide, unit="response", id="response_id", codes=CODES, absent=0)
    same(theme_impact(coding, frame, Nps("recommend")), theme_impact(wide, frame, Nps("recommend")))


def test_rules_and_responses_meet_by_their_ids() -> None:
    frame = data(200)
    said = ["This makes me furious." if score < 5 else "Fine." for score in frame["recommend"]]
    coding = code_mentions(said, load_codebook("emotions"), ids=frame["response_id"])
    found = theme_impact(coding, frame.sample(frac=1, random_state=1), Nps("recommend"))
    assert found["anger"].n == (frame["recommend"] < 5).sum()
    assert found["anger"].estimate == -100


def test_ids_are_the_index_where_the_data_have_no_column_of_them() -> None:
    frame = data(300)
    rows = long(frame)
    coding = Coding.from_table(rows, unit="mention", id="response_id", start="start", end="end", text="text")
    indexed = frame.set_index("response_id")
    same(theme_impact(coding, indexed, Nps("recommend")), theme_impact(coding, frame, Nps("recommend")))
    numbered = frame.drop(columns="response_id")
    positions = Coding.from_table(
        {"id": range(300), "code": ["price", None] * 150}, unit="response"
    )  # fmt: skip
    assert theme_impact(positions, numbered, Nps("recommend"))["price"].n == 150


def test_ids_that_are_not_among_the_data_are_an_error() -> None:
    frame = data(20)
    coding = Coding.from_table({"id": ["R_0001", "R_0002", "gone"], "code": ["a", "b", "a"]}, unit="response")
    with pytest.raises(ValueError, match=r"1 of the 3 coded responses are not among the data: .*'gone'"):
        theme_impact(coding, frame, Nps("recommend"), min_n=0)
    positions = Coding.from_table({"id": range(20), "code": ["a"] * 20}, unit="response")
    with pytest.raises(ValueError, match="20 of the 20 coded responses"):
        theme_impact(positions, frame, Nps("recommend"), min_n=0)
    assert theme_impact(coding, frame.assign(response_id=["gone", *frame["response_id"][1:]]), Nps("recommend"),
                        min_n=0)["a"].n == 2  # fmt: skip


@pytest.mark.parametrize("weight", [None, "w"])
def test_responses_drawn_one_by_one_are_clusters_of_one(weight: str | None) -> None:
    frame = data(400)
    table = long(frame).rename(columns={"code": "theme"})[["response_id", "theme"]]
    plain = theme_impact(table, frame, Nps("recommend"), design=Design(weight=weight) if weight else None)
    apart = theme_impact(table, frame, Nps("recommend"), design=Design(weight=weight, cluster="own"))
    for theme in CODES:
        assert plain[theme].std_error == pytest.approx(apart[theme].std_error, rel=1e-10)
        assert plain[theme].contribution_std_error == pytest.approx(apart[theme].contribution_std_error, rel=1e-10)
    assert plain.df == apart.df
