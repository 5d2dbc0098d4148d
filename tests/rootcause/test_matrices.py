"""Risks, effort and effect, stakeholders, the SWOT cross, failure modes, affinity groups and ideas."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.rootcause.worksheet.computed.affinity import affinity
from closeloop.rootcause.worksheet.computed.effort_effect import effort_effect
from closeloop.rootcause.worksheet.computed.fmea import PRIORITIES, fmea, priority_of
from closeloop.rootcause.worksheet.computed.ideas import ideas
from closeloop.rootcause.worksheet.computed.risk_matrix import RESPONSES, SOURCES, band_of, risk_matrix
from closeloop.rootcause.worksheet.computed.stakeholders import stakeholder_matrix
from closeloop.rootcause.worksheet.computed.swot_cross import swot_cross
from closeloop.rootcause.worksheet.computed.two_by_two import two_by_two
from closeloop.rootcause.worksheet.registry import VIEWS
from closeloop.rootcause.worksheet.worksheet import worksheet
from closeloop.text import set_language
from closeloop.themes.codebooks.codebook import Codebook

RISK = {"risk": "refunds are abused", "source": "side_effects", "likelihood": 4, "impact": 3}


# Risks.


def test_a_risk_is_likelihood_times_impact_in_a_band_before_and_after() -> None:
    risk = risk_matrix([RISK | {"response": "reduce", "owner": "Li", "likelihood_after": 1}]).risks[0]
    assert (risk.score, risk.band, risk.residual, risk.residual_band) == (12, "high", 3, "low")


def test_the_four_sources_and_four_responses_have_words_in_both_languages() -> None:
    assert SOURCES == ("side_effects", "legal", "customer", "market")
    assert RESPONSES == ("avoid", "reduce", "transfer", "accept")
    rows = risk_matrix([RISK | {"source": s, "response": r} for s, r in zip(SOURCES, RESPONSES, strict=True)]).rows()
    assert {row["source"].zh for row in rows} == {"负面影响", "法律风险", "客户反应", "市场变化"}
    assert {row["response"].zh for row in rows} == {"规避", "降低", "转移", "接受"}


def test_the_bands_cover_every_product_and_rise_with_it() -> None:
    products = sorted({a * b for a in range(1, 6) for b in range(1, 6)})
    order = ["low", "moderate", "high", "extreme"]
    found = [order.index(band_of(product)) for product in products]
    assert found == sorted(found)
    assert {product: band_of(product) for product in (4, 5, 9, 10, 12, 15)} == {
        4: "low", 5: "moderate", 9: "moderate", 10: "high", 12: "high", 15: "extreme"
    }  # fmt: skip


def test_the_gravest_come_first_and_unrated_last() -> None:
    found = risk_matrix([RISK | {"risk": "a", "impact": 1}, {"risk": "b"}, RISK | {"risk": "c", "impact": 5}])
    assert [risk.name for risk in found.risks] == ["c", "a", "b"]
    assert "c (very high)" in str(found.sentence)
    assert any("missing: b" in str(note) for note in found.notes)


def test_what_a_risk_lacks_is_said() -> None:
    grave = RISK | {"impact": 5}
    found = risk_matrix(
        [
            grave | {"risk": "open"},
            grave | {"risk": "unowned", "response": "avoid", "trigger": "x"},
            grave | {"risk": "useless", "response": "reduce", "owner": "Li", "trigger": "x", "impact_after": 5},
            grave | {"risk": "taken", "response": "accept", "owner": "Li", "trigger": "x", "impact_after": 5},
        ]
    )
    said = " ".join(map(str, found.notes))
    assert "without a response: open." in said
    assert "notice it: open." in said
    assert "without an owner: unowned." in said
    assert "lowers nothing: useless." in said


def test_the_cost_is_a_range_and_only_shown_where_there_is_one() -> None:
    assert "cost" not in [column.name for column in risk_matrix([RISK]).columns]
    found = risk_matrix([RISK | {"cost_low": 1000, "cost_high": 20000}, RISK | {"cost_low": 5}])
    assert "cost" in [column.name for column in found.columns]
    assert [str(row["cost"]).replace("\u00a0", " ") for row in found.rows()] == ["1,000 to 20,000", "from 5"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"likelihood": 6}, "refunds are abused, likelihood: expected a score from 1 to 5, found 6"),
        ({"impact_after": 0}, "found 0"),
        ({"source": "weather"}, "“weather” is not one of: side_effects, legal, customer, market"),
        ({"response": "ignore"}, "“ignore” is not one of"),
        ({"cost_low": -1}, "expected a number from 0"),
        ({"cost_low": 9, "cost_high": 1}, "lower cost .9.* is above"),
    ],
)
def test_a_risk_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        risk_matrix([RISK | change])
    with pytest.raises(ValueError, match="risks is empty"):
        risk_matrix([])


# Planes.


def test_great_effect_for_little_effort_comes_first() -> None:
    found = effort_effect([
        {"name": "portal", "effort": 5, "effect": 5}, {"name": "call", "effort": 1, "effect": 4},
        {"name": "logo", "effort": 4, "effect": 1}, {"name": "sign", "effort": 1, "effect": 1},
        {"name": "split", "effort": 3, "effect": 5}, {"name": "open", "effort": 2},
    ])  # fmt: skip
    assert [(entry.name, entry.quadrant) for entry in found.entries] == [
        ("call", "upper_left"), ("portal", "upper_right"), ("split", "middle"), ("sign", "lower_left"),
        ("logo", "lower_right"), ("open", ""),
    ]  # fmt: skip
    assert str(found.sentence) == "Great effect for little effort: call."
    assert any("score is missing: open" in str(note) for note in found.notes)
    assert [row["advice"] and row["advice"].zh for row in found.rows()][:2] == ["先做", "立项：负责人、步骤、效果复查"]


def test_any_two_scales_make_four_fields_under_ones_own_names() -> None:
    entries = [{"name": "late", "x": 5, "y": 4}, {"name": "logo", "x": 1, "y": 2}, {"name": "law", "x": 2, "y": 5}]
    found = two_by_two(entries, x="urgent", y="important", fields={"upper_right": "now"})
    assert [(row["name"], str(row["quadrant_shown"])) for row in found.rows()] == [
        ("late", "now"), ("law", "important alone"), ("logo", "neither")
    ]  # fmt: skip
    assert str(found.sentence) == "High on both (urgent, important): late."
    with pytest.raises(ValueError, match="up is no field"):
        two_by_two(entries, x="a", y="b", fields={"up": "c"})


def test_influential_opponents_come_first_and_every_quadrant_has_advice() -> None:
    people = [
        {"name": f"{x}/{y}", "attitude": x, "influence": y} for x, y in itertools.product(range(-2, 3), range(1, 6))
    ]
    found = stakeholder_matrix(people)
    assert [entry.name for entry in found.entries][:4] == ["-2/5", "-1/5", "-2/4", "-1/4"]
    assert all(row["advice"].en and row["advice"].zh for row in found.rows())
    assert {entry.quadrant for entry in found.entries} == {
        "upper_left", "upper_right", "lower_left", "lower_right", "middle"
    }  # fmt: skip
    assert {entry.quadrant for entry in found.entries if entry.x == 0 or entry.y == 3} == {"middle"}


@pytest.mark.parametrize("change", [{"attitude": 3}, {"attitude": -3}, {"influence": 0}, {"influence": 6}])
def test_attitude_and_influence_have_their_own_scales(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected a score"):
        stakeholder_matrix([{"name": "a", "attitude": 0, "influence": 1} | change])


# SWOT.


def test_a_strategy_needs_an_inner_and_an_outer_parent() -> None:
    found = swot_cross(
        ["s"], ["w"], ["o"], ["t", "u"],
        [
            {"internal": "S1", "external": "O1", "strategy": "a"},
            {"internal": "w1", "external": "t 2", "strategy": "b"},
            {"internal": "O1", "external": "T1", "strategy": "c"}, {"external": "T1", "strategy": "d"},
            {"internal": "S2", "external": "T1", "strategy": "e"},
        ],
    )  # fmt: skip
    assert [(pair.strategy, pair.field, pair.broken) for pair in found.pairs] == [
        ("a", "SO", ()), ("b", "WT", ()), ("c", "", ("O1",)), ("d", "", ("internal",)), ("e", "", ("S2",))
    ]  # fmt: skip
    said = " ".join(map(str, found.notes))
    assert "“e” needs an inner (S1, W2 …) and an outer point (O1, T2 …) that exist; not found: S2." in said
    assert "not found: the inner point." in said
    assert found.empty == ("WO", "ST")
    assert found.unused == ()


def test_empty_fields_and_points_without_consequence_are_named() -> None:
    found = swot_cross(["s"], [], ["o"], [], [])
    assert found.empty == ("SO", "WO", "ST", "WT")
    assert found.unused == ("S1", "O1")
    assert [row["strategy"].zh for row in found.rows()] == ["尚无"] * 4
    with pytest.raises(ValueError, match="is empty"):
        swot_cross([], [], [], [], [])


# FMEA.


def test_the_product_ranks_nothing() -> None:
    found = fmea([
        {"mode": "often, harmless, unseen", "severity": 2, "occurrence": 7, "detection": 9},
        {"mode": "rare and deadly", "severity": 10, "occurrence": 2, "detection": 5},
    ])  # fmt: skip
    assert [(mode.name, mode.priority, mode.product) for mode in found.modes] == [
        ("rare and deadly", "medium", 100), ("often, harmless, unseen", "low", 126)
    ]  # fmt: skip
    assert any("ranks nothing" in str(note) for note in found.notes)


scores = st.integers(1, 10)


@given(s=scores, o=scores, d=scores, more=st.tuples(*[st.integers(0, 9)] * 3))
def test_nothing_is_less_urgent_than_what_has_lower_scores(s: int, o: int, d: int, more: tuple[int, ...]) -> None:
    worse = [min(10, score + plus) for score, plus in zip((s, o, d), more, strict=True)]
    assert PRIORITIES.index(priority_of(*worse)) <= PRIORITIES.index(priority_of(s, o, d))


@pytest.mark.parametrize(
    ("score", "priority"),
    [
        ((9, 4, 1), "high"), ((9, 2, 7), "high"), ((9, 2, 6), "medium"), ((10, 1, 10), "low"), ((7, 7, 1), "high"),
        ((8, 4, 7), "high"), ((7, 4, 6), "medium"), ((8, 2, 7), "medium"), ((8, 3, 6), "low"), ((4, 8, 7), "high"),
        ((6, 6, 1), "medium"), ((6, 4, 7), "medium"), ((6, 5, 6), "low"), ((2, 8, 7), "medium"), ((3, 10, 6), "low"),
        ((1, 10, 10), "low"),
    ],
)  # fmt: skip
def test_the_table_of_priorities_is_as_documented(score: tuple[int, int, int], priority: str) -> None:
    assert priority_of(*score) == priority


def test_a_failure_mode_without_a_score_has_no_priority() -> None:
    found = fmea([{"mode": "a", "severity": 3}, {"mode": "b", "severity": 9, "occurrence": 9, "detection": 9}])
    assert [mode.priority for mode in found.modes] == ["high", ""]
    assert math.isnan(found.modes[1].product)
    said = " ".join(map(str, found.notes))
    assert "A score is missing: a." in said
    assert "no action: b." in said
    with pytest.raises(ValueError, match="from 1 to 10, found 11"):
        fmea([{"mode": "a", "severity": 11}])


# Affinity.


def test_notes_are_gathered_and_the_ungrouped_stay_visible() -> None:
    found = affinity([
        {"text": "line busy", "group": " Waiting "}, {"text": "20 minutes", "group": "waiting"}, {"text": "rude"},
        {"text": "asked twice", "group": "hand-over"}, {"text": " "},
    ])  # fmt: skip
    assert [(group.name, group.notes) for group in found.groups] == [
        ("Waiting", ("line busy", "20 minutes")), ("hand-over", ("asked twice",)), ("", ("rude",))
    ]  # fmt: skip
    assert found.ungrouped == ("rude",)
    assert [row["note"] for row in found.rows()] == ["line busy", "20 minutes", "asked twice", "rude"]
    assert any("Groups of one note: hand-over" in str(note) for note in found.notes)


@pytest.mark.parametrize(("language", "groups"), [("en", ["waiting", "hand-over"]), ("zh-CN", ["等待", "交接"])])
def test_groups_become_the_draft_of_a_codebook(language: str, groups: list[str]) -> None:
    set_language(language)
    found = affinity([{"text": f"note {n}", "group": groups[n % 2]} for n in range(9)] + [{"text": "rest"}])
    book = found.to_codebook("hotline", "Hotline", split="What held it up?")
    assert (book.id, book.version, book.languages) == ("hotline", 1, (language,))
    assert [str(code.label) for code in book.codes][:2] == groups
    assert len({code.id for code in book.codes}) == 3
    assert [code.other for code in book.codes] == [False, False, True]
    assert [len(code.examples) for code in book.codes] == [5, 4, 0]
    assert str(book.split) == "What held it up?"
    assert Codebook.from_document(book.to_document()) == book


def test_without_a_named_group_there_is_no_codebook() -> None:
    with pytest.raises(ValueError, match="No group has a name yet"):
        affinity([{"text": "a"}]).to_codebook("x", "X", split="?")
    with pytest.raises(ValueError, match="notes is empty"):
        affinity([{"text": ""}])


# Ideas.


def test_nothing_but_text_votes_and_merges_is_kept_of_an_idea() -> None:
    found = ideas([{"text": "call back", "votes": 2, "author": "Li Na", "at": "09:03"}, "status by SMS"])
    assert "Li Na" not in str(found.to_dict()) + repr(found) + str(found) + found._repr_html_()
    assert "09:03" not in str(found.to_dict())


def test_ideas_with_as_many_votes_are_shuffled_by_the_seed_alone() -> None:
    given_ideas = [f"idea {number}" for number in range(12)]
    orders = {seed: [idea.number for idea in ideas(given_ideas, seed=seed).ideas] for seed in (0, 1, 0)}
    assert orders[0] != orders[1]
    assert orders[0] != sorted(orders[0])
    assert sorted(orders[0]) == list(range(1, 13))
    assert [idea.number for idea in ideas(given_ideas, seed=0).ideas] == orders[0]


def test_merged_ideas_keep_their_origins_and_votes() -> None:
    found = ideas([
        {"text": "a", "votes": 1}, {"text": "b", "votes": 2, "merged_into": 1},
        {"text": "c", "votes": 4, "merged_into": 2},
        {"text": "d", "votes": 6},
    ])  # fmt: skip
    assert [(idea.text, idea.votes, idea.origins) for idea in found.ideas] == [("a", 7, ("b", "c")), ("d", 6, ())]


def test_ideas_that_say_the_same_are_hinted_and_not_merged() -> None:
    found = ideas(["call the customer back within a day", "tea", "call customers back within a day"])
    assert {idea.number: idea.alike for idea in found.ideas} == {1: (3,), 2: (), 3: (1,)}
    assert any("may say the same" in str(note) for note in found.notes)


def test_a_circle_of_merges_loses_nothing() -> None:
    found = ideas([{"text": "a", "merged_into": 2}, {"text": "b", "merged_into": 1}])
    assert sorted(idea.text for idea in found.ideas) == ["a", "b"]
    assert found.circular == (1, 2)


@pytest.mark.parametrize("entry", [{"text": "a", "merged_into": 3}, {"text": "a", "votes": -1}])
def test_an_idea_that_cannot_be_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        ideas([entry])
    with pytest.raises(ValueError, match="ideas is empty"):
        ideas([])
    with pytest.raises(TypeError, match="Expected a list"):
        ideas("one")


# In worksheets, tables and figures.

HOSTILE = '<img src=x onerror="alert(1)"> {x} $y_1$ \u202e =1+1'
RESULTS: dict[str, Callable[[], Any]] = {
    "risk_matrix": lambda: risk_matrix([RISK | {"risk": HOSTILE, "likelihood_after": 1}]),
    "effort_effect": lambda: effort_effect([{"name": HOSTILE, "effort": 1, "effect": 4}]),
    "two_by_two": lambda: two_by_two(
        [{"name": HOSTILE, "x": 1, "y": 4}], x=HOSTILE, y="y", fields={"upper_left": HOSTILE}
    ),
    "stakeholders": lambda: stakeholder_matrix([{"name": HOSTILE, "attitude": 1, "influence": 4}]),
    "swot_cross": lambda: swot_cross(
        [HOSTILE], [], ["o"], [], [{"internal": "S1", "external": "O1", "strategy": HOSTILE}]
    ),
    "fmea": lambda: fmea([{"mode": HOSTILE, "severity": 7, "occurrence": 4, "detection": 8}]),
    "affinity": lambda: affinity([{"text": HOSTILE, "group": HOSTILE}]),
    "ideas": lambda: ideas([HOSTILE]),
}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", RESULTS)
def test_every_result_shows_itself_and_hostile_names_stay_text(name: str, language: str) -> None:
    set_language(language)
    found = RESULTS[name]()
    assert found.kind == name
    html = found._repr_html_()
    assert "<img" not in html
    assert "\u202e" not in html
    assert str(found).startswith(str(found.title))
    assert len(found.to_frame()) == len(found.to_dict()["rows"]) > 0
    chart = found.plot()
    assert chart.figure.axes
    assert chart.alt.startswith(str(found.title))


def test_every_view_of_the_registry_is_a_view_of_a_shipped_sheet_or_callable_alone() -> None:
    assert set(VIEWS) == {*RESULTS, "option_matrix"}


@pytest.mark.parametrize(
    ("sheet", "view"),
    [
        ("risk-matrix", "risk_matrix"), ("effort-effect", "effort_effect"), ("stakeholders", "stakeholders"),
        ("swot", "swot_cross"), ("fmea", "fmea"), ("affinity", "affinity"), ("ideas", "ideas"),
    ],
)  # fmt: skip
def test_the_shipped_sheets_compute_their_view_from_their_example(sheet: str, view: str) -> None:
    blank = worksheet(sheet)
    filled = blank.fill(**blank.template.examples[0].answers["en"])
    assert view in filled.results
    assert filled.result(view).kind == view
    assert len(filled.result(view).rows()) > 1


def test_a_name_of_any_length_leaves_the_figure_its_size() -> None:
    found = effort_effect([{"name": "long " * 9000, "effort": 1, "effect": 5}, {"name": "长" * 9000, "effort": 1}])
    chart = found.plot()
    assert chart.figure.get_size_inches()[1] < 8
    assert any(text.get_text().endswith("…") for text in chart.figure.axes[0].texts)


def test_names_in_the_key_of_a_full_plane_do_not_touch() -> None:
    found = effort_effect(
        [{"name": f"option {n} " + "long " * (n % 9), "effort": 1 + n % 5, "effect": 1 + n // 9} for n in range(36)]
    )
    chart = found.plot()
    axes = chart.figure.axes[0]
    right: float = axes.bbox.x1
    canvas: Any = chart.figure.canvas
    canvas.draw()
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in axes.texts if text.get_text()]
    key = [box for box in boxes if box.x0 > right]
    assert len(key) > 72
    assert all(box.x1 <= chart.figure.bbox.x1 and box.y0 >= 0 for box in key)
    assert not [(a, b) for a, b in itertools.combinations(key, 2) if a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9))]


def test_where_nothing_is_scored_nothing_is_said_to_be_harmless() -> None:
    assert fmea([{"mode": "label lost"}]).sentence.en == "No failure mode has all three scores yet."
    assert stakeholder_matrix([{"name": "courier"}]).sentence.en == "Nothing can be placed yet: scores are missing."
    assert (
        stakeholder_matrix([{"name": "courier", "attitude": 2, "influence": 5}]).sentence.zh == "没有影响力大的反对者。"
    )


def test_groups_that_are_called_like_a_substitute_keep_ids_of_their_own() -> None:
    notes = [{"text": "a", "group": "group 2"}, {"text": "b", "group": "等待"}, {"text": "c", "group": "退款"}]
    found = affinity(notes).to_codebook("draft", "Notes", split="What is it about?", language="en")
    assert [code.id for code in found.codes] == ["group_2", "group_2_", "group_3", "other"]


def test_scores_of_numpy_are_scores_and_texts_are_not() -> None:
    risk = risk_matrix([{"risk": "r", "likelihood": np.int64(3), "impact": np.float32(2)}]).risks[0]
    assert (risk.score, risk.band) == (6, "moderate")
    with pytest.raises(ValueError, match="found '3'"):
        risk_matrix([{"risk": "r", "likelihood": "3"}])


def test_votes_are_whole() -> None:
    with pytest.raises(ValueError, match=r"#1: votes are whole, found 2\.7"):
        ideas([{"text": "call back", "votes": 2.7}])
