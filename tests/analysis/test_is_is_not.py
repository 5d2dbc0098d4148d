"""IS / IS NOT: what the affected have that the others have not, computed from responses."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest

from closeloop.analysis.is_is_not import is_is_not
from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.period import Period
from closeloop.metrics.score_input import ScoreInput
from closeloop.metrics.spec import Nps, TopBox
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.stats.multiplicity import holm
from closeloop.text import LocalText, set_language


def planted(n: int = 800, seed: int = 7) -> pd.DataFrame:
    """Late in the East four times as often; channel and month have nothing to do with it."""
    random = np.random.default_rng(seed)
    region = random.choice(["East", "West", "North"], n, p=[0.4, 0.3, 0.3])
    return pd.DataFrame(
        {
            "late": random.random(n) < np.where(region == "East", 0.4, 0.1),
            "region": region,
            "channel": random.choice(["app", "web", "phone"], n),
            "ordered_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 90, n), "D"),
        }
    )


def test_newcombes_interval_of_the_difference() -> None:
    """56/70 v 48/80: 0.0524 to 0.3339 (Newcombe 1998, Statistics in Medicine 17:873, table II (a), method 10)."""
    late = [True] * 70 + [False] * 80
    trait = ["yes"] * 56 + ["no"] * 14 + ["yes"] * 48 + ["no"] * 32
    row = is_is_not({"late": late, "new": trait}, "late", ["new"])["new", "yes"]
    assert (row.affected, row.unaffected) == ((56, 70), (48, 80))
    assert row.contrast is not None
    assert row.contrast.interval == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert row.difference == pytest.approx(0.2, abs=1e-12)


def test_a_planted_trait_is_found_and_others_are_not() -> None:
    found = is_is_not(planted(), "late", {"where": "region", "who": ["channel"], "when": Period("ordered_at", "month")})
    assert [(row.trait, row.value) for row in found.of("only", "more")] == [("region", "East")]
    assert {row.trait for row in found.of("less", "never")} == {"region"}
    assert {row.word for row in found.comparisons if row.trait != "region"} == {"no difference"}
    assert "region “East”" in str(found.sentence)
    assert {row["dimension"] for row in found.rows()} == {"where", "who", "when"}
    assert str(found.rows()[0]["question"]) == "where"


def test_the_words_go_by_holms_p() -> None:
    found = is_is_not(planted(), "late", ["region", "channel"])
    adjusted = holm([row.p_value for row in found.comparisons])
    assert [row.p_adjusted for row in found.comparisons] == pytest.approx(adjusted.tolist())
    assert sorted(row.p_adjusted for row in found.comparisons) == [row.p_adjusted for row in found.comparisons]


def test_chance_alone_is_seldom_called_a_difference() -> None:
    """With 20 traits that mean nothing, 5 % of 20 runs may find one; without Holm two of three would."""
    random = np.random.default_rng(3)
    false = 0
    for _ in range(20):
        data = {f"t{i}": random.integers(0, 2, 120) for i in range(20)} | {"late": random.random(120) < 0.4}
        found = is_is_not(data, "late", [f"t{i}" for i in range(20)])
        false += bool(found.of("only", "more", "less", "never"))
    assert false <= 4


def test_only_there_and_not_there() -> None:
    data = {"late": [True] * 60 + [False] * 60, "lot": ["A"] * 30 + ["B"] * 30 + ["B"] * 30 + ["C"] * 30}
    found = is_is_not(data, "late", ["lot"])
    assert {row.value: row.word for row in found.comparisons} == {"A": "only", "B": "no difference", "C": "never"}
    assert "only there" in str(found)


def test_few_rows_cannot_tell() -> None:
    data = {"late": [True] * 12 + [False] * 14, "lot": (["A"] * 7 + ["B"] * 5) + (["A"] * 6 + ["B"] * 8)}
    found = is_is_not(data, "late", ["lot"])
    assert {row.word for row in found.comparisons} == {"cannot tell"}
    assert "too few to tell" in str(found.sentence)


def test_small_values_are_hidden_and_another_with_them() -> None:
    data = {"late": [True, False] * 29, "lot": ["A"] * 40 + ["B"] * 15 + ["C"] * 3}
    found = is_is_not(data, "late", ["lot"])
    assert {row.value for row in found.of("hidden")} == {"B", "C"}
    hidden = [row for row in found.rows() if row["word"] == "hidden"]
    assert all(row["n_with"] is None and math.isnan(row["share"]) for row in hidden)
    assert is_is_not(data, "late", ["lot"], min_n=0).of("hidden") == ()


def test_a_handful_of_affected_hides_everything() -> None:
    found = is_is_not({"late": [True] * 4 + [False] * 96, "lot": ["A", "B"] * 50}, "late", ["lot"])
    assert {row.word for row in found.comparisons} == {"hidden"}
    assert "nothing can be shown" in str(found.sentence)


def test_missing_traits_and_missing_outcomes_are_left_out() -> None:
    data = {"late": [True] * 40 + [False] * 40 + [None] * 5, "lot": (["A"] * 20 + [None] * 20) * 2 + ["A"] * 5}
    found = is_is_not(data, "late", ["lot"])
    assert (found.n_affected, found.n_unaffected, found.n_unknown) == (40, 40, 5)
    assert found["lot", "A"].affected == (20, 20)
    assert any("left out, because it is not known whether they are affected: 5." in str(note) for note in found.notes)


def test_the_affected_may_be_told_in_many_ways() -> None:
    frame = planted()
    frame["state"] = np.where(frame["late"], "late", "in time")
    frame["recommend"] = np.where(frame["late"], 3, 9)
    expected = is_is_not(frame, "late", ["region"])["region", "East"]
    for affected in (("state", "late"), ("state", ["late", "lost"]), frame["late"].tolist(), Nps("recommend"),
                     TopBox("recommend", points=10, top=2)):  # fmt: skip
        row = is_is_not(frame, affected, ["region"])["region", "East"]
        assert (row.affected, row.unaffected) == (expected.affected, expected.unaffected)
    polars = is_is_not(pl.from_pandas(frame), "late", ["region"])["region", "East"]
    assert (polars.affected, polars.unaffected) == (expected.affected, expected.unaffected)


def test_an_object_that_hands_over_its_answers_brings_its_labels() -> None:
    class Answers:
        def __closeloop_scores__(self) -> ScoreInput:
            labels = {"region": {"East": LocalText({"en": "East side", "zh-CN": "东区"})}}
            return ScoreInput(frame=planted(), labels=labels, titles={"region": LocalText("Region")})

    found = is_is_not(Answers(), "late", ["region"])
    assert "Region “East side”" in str(found.sentence)


def test_what_cannot_be_compared_is_refused() -> None:
    frame = planted()
    frame["id"] = range(len(frame))
    frame["stars"] = [0, 5] * 400
    cases = {
        "Nobody of 800 is affected": (("region", "South"), ["channel"]),
        "All 800 are affected": (("region", ["East", "West", "North"]), ["channel"]),
        "should be true or false": ("region", ["channel"]),
        "it holds 5": ("stars", ["channel"]),
        "One true or false per row": ([True, False], ["channel"]),
        "stands twice": ("late", ["region", "region"]),
        "at least one trait": ("late", []),
        "at most 200 can be compared": ("late", ["id"]),
    }
    for words, (affected, traits) in cases.items():
        with pytest.raises(ValueError, match=words):
            is_is_not(frame, affected, traits)
    with pytest.raises(ColumnNotFoundError):
        is_is_not(frame, "late", ["regoin"])
    with pytest.raises(ColumnNotFoundError):
        is_is_not(frame, "late", ["region"])["region", "Mars"]


def test_a_row_is_evidence_in_a_five_whys() -> None:
    found = is_is_not(planted(), "late", ["region", "channel"])
    whys = FiveWhys("Late parcels", author="Li Mei")
    east = whys.ask(whys.top, "The East hub sorts by hand")
    phone = whys.ask(whys.top, "Orders by phone are typed in twice")
    whys.contrast(east, found["region", "East"])
    whys.contrast(phone, found["channel", "phone"])
    assert [link.state.evidence[0].shows for link in whys.links] == ["supports", "neither"]
    assert east.state.evidence[0].source == "IS / IS NOT: region = East"
    hidden = is_is_not({"late": [True] * 4 + [False] * 96, "lot": ["A", "B"] * 50}, "late", ["lot"])
    with pytest.raises(ValueError, match="Counts are"):
        whys.contrast(east, hidden["lot", "A"])


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_shows_itself(tag: str) -> None:
    set_language(tag)
    found = is_is_not(planted(), "late", {"where": "region"})
    html = found._repr_html_()
    assert ("more often there" if tag == "en" else "有问题之处更常见") in html
    assert "East" in str(found)
    assert found.to_frame()["word"].iloc[0] == "more"
    assert found.to_dict()["rows"][0]["n_affected"] == found.n_affected
    chart = found.plot()
    assert "East" in chart.alt
