"""Severity, teams, who takes a case on, whom to leave in peace, first signs, and the state of a relationship."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.relationship import (
    STATES,
    Customer,
    PastAnswer,
    PastCase,
    account_relationship,
    relationship,
)
from closeloop.followup.rules.assign import ToAssign, assign
from closeloop.followup.rules.lead_time import EarlySign, lead_time
from closeloop.followup.rules.rest import ContactRest, PastContact, schedule
from closeloop.followup.rules.severity import SEVERITIES, load_severity, raised, severity_matrix
from closeloop.followup.rules.team import Member, Team
from closeloop.survey.shipped import data_folder

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def test_more_impact_urgency_or_exposure_never_makes_a_case_less_severe() -> None:
    matrix = severity_matrix()
    rank = SEVERITIES.index
    for impact, urgency, exposure in itertools.product((1, 2, 3), repeat=3):
        here = rank(matrix.assess(impact=impact, urgency=urgency, exposure=exposure).severity)
        for more in ((impact + 1, urgency, exposure), (impact, urgency + 1, exposure), (impact, urgency, exposure + 1)):
            if max(more) <= 3:
                there = matrix.assess(impact=more[0], urgency=more[1], exposure=more[2]).severity
                assert rank(there) >= here


def test_public_exposure_raises_the_severity_one_step() -> None:
    matrix = severity_matrix()
    assert matrix.assess(impact=2, urgency=1, exposure=1).severity == "minor"
    assert matrix.assess(impact=2, urgency=1, exposure=3).severity == "major"
    assert [raised(one) for one in SEVERITIES] == ["major", "severe", "severe"]


@pytest.mark.parametrize("name", ["safety", "legal"])
def test_safety_and_law_make_any_case_severe(name: str) -> None:
    flags: dict[str, bool] = {name: True}
    found = severity_matrix().assess(impact=1, urgency=1, **flags)
    assert found.severity == "severe"
    assert "this customer alone and" in found.reason.en
    assert found.reason.zh.startswith("严重：")


def test_a_level_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="urgency is 4; the levels are 1, 2 and 3"):
        severity_matrix().assess(impact=1, urgency=4)


def test_faults_of_a_severity_table_are_told_with_their_lines(tmp_path: Any) -> None:
    text = (data_folder("followup") / "severity.yaml").read_text(encoding="utf-8")
    file = tmp_path / "ours.yaml"
    file.write_text(text.replace("[minor, minor, major]", "[minor, middling, major]"), encoding="utf-8")
    line = text[: text.index("- [minor, minor, major]")].count("\n") + 1
    with pytest.raises(SurveyDefinitionError, match=f"ours.yaml:{line}"):
        load_severity(file)
    file.write_text(text, encoding="utf-8")
    assert load_severity(file) == severity_matrix()


SERVICE = Team(id="service", members=(Member(name="Li"), Member(name="Wang"), Member(name="Zhao", role="manager")))
BILLING = Team(id="billing", codes=("billing",), members=(Member(name="Bai", capacity=2), Member(name="Bo", away=True)))


def owners(cases: list[ToAssign], teams: list[Team], load: dict[str, int] | None = None) -> list[tuple[str, str]]:
    return [(one.team, one.owner) for one in assign(cases, teams, load)]


def test_cases_go_round_among_the_agents_and_never_to_the_manager() -> None:
    cases = [ToAssign(case_id=f"C-{i}") for i in range(4)]
    assert [owner for _, owner in owners(cases, [SERVICE])] == ["Li", "Wang", "Li", "Wang"]
    assert owners(cases, [SERVICE]) == owners(cases, [SERVICE])
    assert SERVICE.managers == ("Zhao",)


def test_the_team_meant_for_the_code_takes_it_until_it_is_full() -> None:
    cases = [ToAssign(case_id=f"C-{i}", code="billing") for i in range(3)]
    found = assign(cases, [SERVICE, BILLING])
    assert [(one.team, one.owner) for one in found] == [("billing", "Bai"), ("billing", "Bai"), ("billing", "")]
    assert (
        str(found[2].reason) == "Nobody in billing can take it on now: away, full, or not of the customer's language."
    )


def test_the_owner_speaks_the_customers_language() -> None:
    team = Team(id="t", members=(Member(name="Li", languages=("zh-CN",)), Member(name="Ann", languages=("en",))))
    assert owners([ToAssign(case_id="C-1", language="en")], [team], {"Ann": 5}) == [("t", "Ann")]


def test_a_task_force_takes_the_cases_of_its_problem_and_no_others() -> None:
    force = Team(id="force", members=(Member(name="Hu"),), task_force=True, problem_id="P-1")
    cases = [ToAssign(case_id="C-1", problem_id="P-1"), ToAssign(case_id="C-2", problem_id="P-2")]
    assert owners(cases, [SERVICE, force]) == [("force", "Hu"), ("service", "Li")]
    with pytest.raises(ValueError, match="a task force has a problem_id"):
        Team(id="force", members=(Member(name="Hu"),), task_force=True)


def test_a_case_that_no_team_is_meant_for_is_said() -> None:
    (found,) = assign([ToAssign(case_id="C-1", code="delivery")], [BILLING])
    assert (found.team, found.owner) == ("", "")
    assert "No team is meant for C-1" in str(found.reason)


def test_suggestions_and_simple_matters_can_have_a_team_of_their_own() -> None:
    ideas = Team(id="ideas", kinds=("suggestion",), members=(Member(name="Xu"),))
    simple = Team(id="desk", kinds=("complaint",), severities=("minor",), members=(Member(name="Desk"),))
    cases = [
        ToAssign(case_id="C-1", kind="suggestion"), ToAssign(case_id="C-2", severity="minor"),
        ToAssign(case_id="C-3", severity="severe"),
    ]  # fmt: skip
    assert owners(cases, [SERVICE, ideas, simple]) == [("ideas", "Xu"), ("desk", "Desk"), ("service", "Li")]


@given(st.lists(st.sampled_from(["minor", "major", "severe"]), max_size=30), st.integers(0, 4))
def test_work_is_shared_evenly(severities: list[str], before: int) -> None:
    cases = [ToAssign(case_id=f"C-{i}", severity=one) for i, one in enumerate(severities)]
    load = {"Li": before, "Wang": 0}
    for _, owner in owners(cases, [SERVICE], load):
        load[owner] += 1
    assert abs(load["Li"] - load["Wang"]) <= max(1, before - len(cases))


def test_a_team_is_kept_and_read_back_as_a_setting() -> None:
    assert Team.model_validate(BILLING.model_dump(mode="json")) == BILLING
    with pytest.raises(ValueError, match="Li is in the team x twice"):
        Team(id="x", members=(Member(name="Li"), Member(name="Li")))


def test_whom_to_leave_in_peace_and_until_when() -> None:
    on = dt.date(2026, 6, 1)
    past = {
        "asked": PastContact(surveyed_on=dt.date(2026, 5, 3)), "long ago": PastContact(surveyed_on=dt.date(2026, 5, 2)),
        "called": PastContact(called_on=dt.date(2026, 5, 25)), "open": PastContact(has_open_case=True),
        "no": PastContact(opted_out=True),
    }  # fmt: skip
    found = {
        one.subject_id: one for one in schedule([*past, "never"], "survey", on, past=past, rest=ContactRest(id="r"))
    }
    assert {who: one.goes for who, one in found.items()} == {
        "asked": False, "long ago": True, "called": False, "open": False, "no": False, "never": True,
    }  # fmt: skip
    assert str(found["asked"].reason) == "was surveyed on 2026-05-03; again from 2026-06-02"
    assert found["called"].again_on == dt.date(2026, 6, 8)
    assert found["no"].again_on is None


def test_a_promised_call_is_made_whatever_the_rest() -> None:
    on = dt.date(2026, 6, 1)
    past = {"S-1": PastContact(called_on=dt.date(2026, 5, 31), promised_on=on), "S-2": PastContact(called_on=on)}
    found = schedule(["S-1", "S-2"], "callback", on, past=past, rest=ContactRest(id="r"))
    assert [one.goes for one in found] == [True, False]


def test_lead_time_is_that_of_the_first_sign_before_the_case() -> None:
    told = ((40, "alert"), (10.5, "drop"), (-5, "drop"), (500, "contact"))
    signs = [EarlySign(at=ago(days), what=what) for days, what in told]
    found = lead_time("C-1", NOW, signs)
    assert (found.days, found.n_signs) == (40.0, 2)
    assert (
        str(found.sentence) == "The first sign, an alert about this kind of case, was there 40.0 days before the case."
    )
    assert str(lead_time("C-1", NOW, []).sentence) == "There was no sign of it before."


def case(stage: str, received: float, ended: float | None = None, **more: Any) -> PastCase:
    return PastCase(
        case_id="C-1", received_at=ago(received), stage=stage, ended_at=None if ended is None else ago(ended), **more
    )


def answer(days: float, low: bool = False) -> PastAnswer:
    return PastAnswer(at=ago(days), height=0.2 if low else 0.9, is_low=low)


@pytest.mark.parametrize(
    ("customer", "state"),
    [
        (Customer(subject_id="S"), "new"),
        (Customer(subject_id="S", contacts=[ago(80)]), "new"),
        (Customer(subject_id="S", contacts=[ago(100)]), "steady"),
        (Customer(subject_id="S", answers=[answer(200), answer(10, low=True)]), "strained"),
        (Customer(subject_id="S", cases=[case("agreed", 20)]), "strained"),
        (Customer(subject_id="S", cases=[case("received", 20, kind="suggestion")], contacts=[ago(200)]), "steady"),
        (Customer(subject_id="S", answers=[answer(30, low=True)], cases=[case("closed", 30, 5)]), "recovering"),
        (Customer(subject_id="S", answers=[answer(2, low=True)], cases=[case("closed", 30, 5)]), "strained"),
        (Customer(subject_id="S", cases=[case("closed_unconfirmed", 30, 5)]), "strained"),
        (Customer(subject_id="S", answers=[answer(2)], cases=[case("rejected", 300, 200)]), "steady"),
        (Customer(subject_id="S", cases=[case("closed", 300, 200)]), "steady"),
        (Customer(subject_id="S", cases=[case("agreed", 20)], left_at=ago(1)), "lost"),
        (Customer(subject_id="S", contacts=[ago(200)], left_at=ago(-1)), "steady"),
    ],
)
def test_the_state_of_a_relationship_follows_from_what_happened(customer: Customer, state: str) -> None:
    found = relationship(customer, NOW)
    assert found.state == state
    assert found.state in STATES
    assert str(found.sentence).endswith("states and rules are ours, not from the sources.")
    assert found.sentence.zh.endswith("并非出自原文。")


def test_an_account_stands_as_with_the_customer_it_stands_worst_with() -> None:
    customers = [
        Customer(subject_id="S-1", account_id="A", contacts=[ago(200)]),
        Customer(subject_id="S-2", account_id="A", cases=[case("agreed", 20)]),
        Customer(subject_id="S-3", account_id="A", left_at=ago(3)),
        Customer(subject_id="S-4", account_id="B"),
    ]
    found = account_relationship("A", customers, NOW)
    assert (found.state, found.n_open, found.first_at) == ("strained", 1, ago(200))
    with pytest.raises(ValueError, match="No customer belongs to the account C"):
        account_relationship("C", customers, NOW)
