"""Countermeasures: what is expected is fixed before the start; the interval judges; weak ones are flagged."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.text import set_language

GOOD: dict[str, Any] = {
    "cause": "contracts are renewed without operations", "what": "have operations sign every carrier contract",
    "kind": "corrective", "owner": "Zhao Ning", "due": "2026-11-30", "metric": "late parcels", "baseline": 0.138,
    "target": 0.05, "unit": "percent", "action": "process", "accepted": True,
}  # fmt: skip


def measured(low: float, actual: float, high: float) -> Gap:
    return Gap(
        metric="late parcels", standard=0.05, actual=actual, n=5000, as_of="2026-12-01", ci=(low, high), unit="percent",
        higher_is_better=False,
    )  # fmt: skip


def test_what_is_expected_cannot_be_changed_after_the_start() -> None:
    started = Countermeasure(**GOOD).start("2026-10-15")
    for change in (
        {"target": 0.1},
        {"baseline": 0.2},
        {"metric": "complaints"},
        {"due": "2027-01-01"},
        {"unit": "points"},
    ):
        with pytest.raises(ValueError, match="stays as it was"):
            started.revise(**change)
    assert started.revise(owner="Li Mei").owner == "Li Mei"


def test_what_is_expected_can_be_changed_before_the_start() -> None:
    assert Countermeasure(**GOOD).revise(target=0.04).target == 0.04


@pytest.mark.parametrize("field", ["metric", "baseline", "target", "unit", "due"])
def test_it_does_not_start_without_what_is_expected(field: str) -> None:
    with pytest.raises(ValueError, match=f"lacks {field}"):
        Countermeasure(**{name: value for name, value in GOOD.items() if name != field}).start("2026-10-15")


def test_done_needs_a_start_and_evidence() -> None:
    measure = Countermeasure(**GOOD)
    with pytest.raises(ValueError, match="has not started"):
        measure.finish("2026-11-01", "contract 12 signed")
    started = measure.start("2026-10-15")
    with pytest.raises(ValueError, match="what shows it"):
        started.finish("2026-11-01", " ")
    with pytest.raises(ValueError, match="before it has started"):
        started.finish("2026-10-01", "contract 12 signed")
    done = started.finish("2026-11-01", "contract 12 signed")
    assert done.reviews() == (dt.date(2026, 12, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 30))


@pytest.mark.parametrize(
    ("low", "actual", "high", "verdict"),
    [
        (0.03, 0.04, 0.05, "reached"),
        (0.03, 0.05, 0.07, "cannot tell"),
        (0.051, 0.06, 0.07, "not reached"),
        (0.12, 0.13, 0.14, "not reached"),
    ],
)
def test_the_interval_judges_a_figure_that_is_to_fall(low: float, actual: float, high: float, verdict: str) -> None:
    assert Countermeasure(**GOOD).judged(measured(low, actual, high)) == verdict


@pytest.mark.parametrize(
    ("ci", "verdict"),
    [((31, 40), "reached"), ((20, 29), "not reached"), ((25, 35), "cannot tell"), (None, "cannot tell")],
)
def test_the_interval_judges_a_figure_that_is_to_rise(ci: tuple[float, float] | None, verdict: str) -> None:
    measure = Countermeasure(cause="x", what="y", metric="nps", baseline=10, target=30, unit="points")
    actual = sum(ci) / 2 if ci else 35
    assert measure.judged(Gap(metric="nps", standard=30, actual=actual, n=9, as_of="2026-12-01", ci=ci)) == verdict


def test_training_alone_is_weak_and_says_what_to_put_beside_it() -> None:
    found = Countermeasure(**(GOOD | {"action": "training"})).findings()
    assert "C01" in found.rules
    assert "works by itself" in str(next(f for f in found if f.rule == "C01").suggestion)


def test_amends_to_one_customer_are_no_correction() -> None:
    assert "C04" in Countermeasure(**(GOOD | {"action": "apology"})).findings().rules
    assert "C04" not in Countermeasure(**(GOOD | {"action": "apology", "kind": "containment"})).findings().rules


def test_a_complete_countermeasure_has_nothing_to_mend() -> None:
    assert not Countermeasure(**GOOD).findings().of("error")


def test_a_transition_without_an_end_or_cost_is_flagged() -> None:
    assert "C03" in Countermeasure(**(GOOD | {"action": "transition"})).findings().rules
    complete = GOOD | {"action": "transition", "ends_on": "2027-01-31", "cost": 1200}
    assert "C03" not in Countermeasure(**complete).findings().rules


def test_the_node_of_a_cause_gives_its_words_and_its_id() -> None:
    class Node:
        id, text = "c7", "contracts are renewed without operations"

    measure = Countermeasure(cause=Node(), what="sign")
    assert (measure.cause, measure.cause_id) == (Node.text, "c7")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "curative"}, "“kind”"),
        ({"due": "soon"}, "“due”"),
        ({"what": ""}, "“what”"),
        ({"cost": -1}, "“cost”"),
        ({"colour": "red"}, "“colour”"),
        ({"action": "trainign"}, "did you mean training"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Countermeasure(**(GOOD | change))


def test_it_shows_itself_in_both_languages_and_hostile_words_stay_words() -> None:
    measure = Countermeasure(**(GOOD | {"what": "<img src=x onerror=alert(1)>"}))
    assert "<img src=x" not in measure._repr_html_()
    set_language("zh-CN")
    try:
        html = Countermeasure(**GOOD)._repr_html_()
    finally:
        set_language("en")
    assert "预期效果" in html
    assert "13.8%" in html


def test_a_countermeasure_says_which_of_three_things_it_changes() -> None:
    said = {"product": "产品功能", "process": "服务流程", "service": "服务质量"}
    for acts_on, zh in said.items():
        measure = Countermeasure(cause="late pick-up", what="move the pick-up", acts_on=acts_on)
        assert f"· {acts_on}" in measure._repr_html_()
        set_language("zh-CN")
        assert f"· {zh}" in measure._repr_html_()
        set_language("en")
    with pytest.raises(ValueError, match="acts_on"):
        Countermeasure(cause="late pick-up", what="move the pick-up", acts_on="people")
