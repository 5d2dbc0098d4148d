"""A history is judged: the failing retailer has exactly its four faults, the good cases have none."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from closeloop.errors import CaseTransitionError
from closeloop.followup.calendar.load import load_calendar, shelf, shipped_calendars
from closeloop.followup.case.examples import list_examples, load_example
from closeloop.followup.case.findings import case_findings
from closeloop.followup.case.fold import fold
from closeloop.followup.clock.policy_file import load_policy, shipped_policies
from closeloop.followup.clock.reading import read_clocks
from closeloop.followup.commands.context import Context
from closeloop.followup.commands.decide import decide
from closeloop.followup.commands.table import command_table
from closeloop.followup.event import CaseEvent
from closeloop.followup.state import CaseState
from closeloop.rootcause.findings import Findings
from closeloop.themes.codebooks.codebook_file import load_codebook, shipped_codebooks

Make = Callable[..., Any]


@pytest.fixture(scope="module")
def judge() -> Callable[..., Findings]:
    """Give what judges events as the loop would, by the shipped policy and calendars."""
    policies = shelf([load_policy(name) for name in shipped_policies()])
    calendars = shelf([load_calendar(name) for name in shipped_calendars()])

    def judged(events: Sequence[CaseEvent], now: dt.datetime | None = None, **context: Any) -> Findings:
        at = events[-1].recorded_at if now is None else now
        given = Context(now=at, **context) if context else None
        return case_findings(fold(events), events, read_clocks(events, policies, calendars, at), at, given)

    return judged


def history(name: str, case_id: str = "") -> list[CaseEvent]:
    found = load_example(name).events("en")
    return found[case_id] if case_id else next(iter(found.values()))


def changed(events: list[CaseEvent], type_: str, **payload: Any) -> list[CaseEvent]:
    """Give a history in which events of a type say something else."""
    return [dataclasses.replace(e, payload={**e.payload, **payload}) if e.type == type_ else e for e in events]


def without(events: list[CaseEvent], *types: str) -> list[CaseEvent]:
    """Give a history in which events of some types had never been; numbers stay, so that references hold."""
    return [dataclasses.replace(e, type="Imported") if e.type in types else e for e in events]


def test_the_failing_retailer_has_exactly_its_four_faults(judge: Callable[..., Findings]) -> None:
    found = judge(history("retailer"))
    assert [(each.rule, each.level) for each in found] == [(rule, "error") for rule in ("F1", "F2", "F3", "F4")]
    assert "First response 6 days 5 hours" in found[0].message.en
    assert all(each.message.zh and each.suggestion for each in found)


def test_live_guards_refuse_the_same_moves() -> None:
    example, events = load_example("retailer"), history("retailer")
    state, refused = CaseState(case_id="C-1"), {}

    def do(command: str, fields: Any, at: dt.datetime, actor: str) -> int:
        nonlocal state
        try:
            decide(state, command, fields, at=at, actor=actor, context=Context(now=at))
        except CaseTransitionError as error:
            refused[command] = [str(text) for text in error.unmet]
        imported = events[state.version]
        state = fold([imported], state)
        return imported.seq

    example.play(example.cases[0], do, "en")
    assert list(refused) == ["confirm_nature", "propose", "close"]
    assert [text[:42] for text in refused["confirm_nature"]] == ["The customer has not agreed to our summary"]
    assert [text.split(":")[0] for text in refused["propose"]] == [
        "Options that do not say which cause they treat, and at which level"
    ]
    assert ["learnt" in refused["close"][0], "asked again" in refused["close"][1]] == [True, True]
    assert len(refused["close"]) == 2  # lesson and re-measure; lateness no guard can refuse, its clock calls


@pytest.mark.parametrize("name", [name for name in list_examples() if name != "retailer"])
def test_the_good_examples_have_no_findings(name: str, judge: Callable[..., Findings]) -> None:
    for case_id, events in load_example(name).events("en").items():
        assert not judge(events), case_id


def test_the_online_shop_closes_clean_by_six_moves(judge: Callable[..., Findings]) -> None:
    example = load_example("ecommerce")
    moves = [step.move for step in example.scripts["all"] if step.move]
    assert sorted(set(moves)) == [1, 2, 3, 4, 5, 6]
    assert moves == sorted(moves)
    events = history("ecommerce")
    assert fold(events).stage == "closed"
    assert judge(events) == Findings([])
    forms = {form for e in events if e.type == "OptionAdded" for form in e.payload.get("remedy_forms", ())}
    assert {"apology", "partial_refund", "replacement", "service_upgrade", "added_service"} <= forms
    assert {"partial_refund", "replacement", "service_upgrade", "added_service", "points"} <= set(
        command_table().choices["remedy_form"]
    )
    assert fold(events).value("remeasured_score") == 9
    assert fold(events).added("remeasures")[0].get("trust") == 8


def test_a_recall_is_severe_and_names_recall_retest_and_supplier() -> None:
    state = fold(history("recall"))
    assert (state.value("severity"), state.value("motive"), state.escalation) == ("severe", "prevent_recurrence", 1)
    agreed = next(e for e in state.added("options") if e.seq == state.value("agreed_option"))
    assert agreed.get("remedy_forms") == ["recall", "rework", "retest", "supplier_action"]


def test_a_price_rise_is_explained_and_made_up_for() -> None:
    state = fold(history("price-change"))
    forms = {form for option in state.added("options") for form in option.get("remedy_forms")}
    assert forms == {"explanation", "voucher", "points", "faster_process"}
    assert state.value("code") == "price_change"


def test_one_cure_for_many_still_ends_case_by_case() -> None:
    ends = {case_id: fold(events) for case_id, events in load_example("phone-battery").events("en").items()}
    assert [state.stage for state in ends.values()] == ["closed", "analysing", "closed_unconfirmed"]
    assert {state.value("problem_id") for state in ends.values()} == {"P-SAMPLE-BATTERY"}
    assert ends["C-SAMPLEE1A"].value("remeasured_score") == 9
    assert {state.value("team") for state in ends.values()} == {"battery-task-force"}


def test_passengers_are_acknowledged_in_one_go_and_closed_one_by_one() -> None:
    example = load_example("airline")
    states = [fold(events) for events in example.events("en").values()]
    assert len({state.cycles[0].acknowledged_at for state in states}) == 1
    assert [state.stage for state in states] == ["closed", "closed", "withdrawn"]
    assert [entry.get("trust") for state in states for entry in state.added("remeasures")] == [4, 3]


def test_the_examples_say_that_they_are_invented_and_read_alike_in_both_languages() -> None:
    assert set(list_examples()) == {"airline", "ecommerce", "phone-battery", "price-change", "recall", "retailer"}
    known = {name: {code.id for code in load_codebook(name).codes} for name in shipped_codebooks()}
    for name in list_examples():
        example = load_example(name)
        assert "real" in example.story.en
        assert "虚构" in example.story.zh
        english, chinese = example.events("en"), example.events("zh-CN")
        for case_id, events in english.items():
            assert [e.type for e in events] == [e.type for e in chinese[case_id]]
            state = fold(events)
            assert state.value("code") in {*known["conflict-types"], None}
            remedies = {code for option in state.added("options") for code in option.get("remedies", ())}
            assert remedies <= known["remedy-types"]


def test_a_step_that_the_table_does_not_have_is_found(judge: Callable[..., Findings]) -> None:
    events = without(history("ecommerce"), "Acknowledged")
    assert "C1" in judge(events).rules
    assert "“Confirm the nature” is not possible while a case is “Received”" in judge(events)[0].message.en


def test_closing_on_an_agents_word_is_found(judge: Callable[..., Findings]) -> None:
    found = judge(without(history("ecommerce"), "CustomerMessage"))
    assert found.rules == ("C2",)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("F2", lambda e: without(e, "PlaybackAgreed")),
        ("F3", lambda e: changed(e, "OptionAdded", cause=None)),
        ("F3", lambda e: changed(e, "OptionAdded", treats_level=None)),
        ("F4", lambda e: without(e, "LessonRecorded")),
        ("F4", lambda e: without(changed(e, "Closed", remeasure_on=None), "RemeasureReceived")),
        ("C4", lambda e: without(e, "PromiseKept")),
        ("C4", lambda e: [dataclasses.replace(x, type="PromiseBroken") if x.type == "PromiseKept" else x for x in e]),
        (
            "C5",
            lambda e: [
                x if x.payload.get("kind") != "contract" else dataclasses.replace(x, type="Imported") for x in e
            ],
        ),
        (
            "C5",
            lambda e: [
                x
                if x.payload.get("kind") != "contract"
                else dataclasses.replace(x, payload={"kind": "contract", "state": "missing"})
                for x in e
            ],
        ),
        (
            "C8",
            lambda e: [
                dataclasses.replace(x, recorded_at=x.at + dt.timedelta(days=2)) if x.type == "ContactAttempted" else x
                for x in e
            ],
        ),
        ("C9", lambda e: changed(e, "OptionAdded", remedies=["training"])),
        ("C11", lambda e: changed(e, "TaskDone", evidence="")),
        ("C11", lambda e: without(e, "RiskAssessed")),
        (
            "C12",
            lambda e: [
                dataclasses.replace(x, at=x.at + dt.timedelta(hours=9)) if x.type == "FocusSet" else x for x in e
            ],
        ),
    ],
)
def test_each_fault_is_found_in_an_otherwise_good_history(
    rule: str, change: Callable[[list[CaseEvent]], list[CaseEvent]], judge: Callable[..., Findings]
) -> None:
    events = history("ecommerce")
    assert rule not in judge(events).rules
    found = judge(change(events))
    assert rule in found.rules, str(found)


def test_lateness_is_found_even_after_the_answer(judge: Callable[..., Findings]) -> None:
    events = without(history("ecommerce"), "Offered")
    assert "F1" not in judge(events).rules
    late = [
        dataclasses.replace(e, payload={**e.payload, "reached": False}) if e.type == "ContactAttempted" else e
        for e in events
    ]
    assert "F1" in judge(late).rules


def test_an_open_case_without_owner_or_news_is_found(new_case: Make, judge: Callable[..., Findings]) -> None:
    case = new_case().play("assign")
    assert "C6" in judge(case.events).rules
    case.do("assign", owner="lin")
    assert "C6" not in judge(case.events).rules
    late = judge(case.events, case.now + dt.timedelta(days=20))
    assert "C7" in late.rules
    assert "for 20 days" in next(each.message.en for each in late if each.rule == "C7")


def test_a_void_pause_is_found(new_case: Make, judge: Callable[..., Findings]) -> None:
    case = new_case().play("propose")
    case.do("record_contact", direction="outbound", channel="phone", reached=True)
    case.do("hold", on="customer", reason="a photograph")
    case.do("customer_message", channel="email", words="Here it is.")
    assert "C3" not in judge(case.events, case.now + dt.timedelta(minutes=50)).rules
    found = judge(case.events, case.now + dt.timedelta(hours=5))
    assert found.rules == ("C3",)
    assert "the customer had answered" in found[0].message.en


def test_missed_tasks_are_found_as_other_deadlines(new_case: Make, judge: Callable[..., Findings]) -> None:
    case = new_case().play("task_done")
    found = judge(case.events, case.now + dt.timedelta(days=5))
    assert "C10" in found.rules
    assert "Task" in next(each.message.en for each in found if each.rule == "C10")


def test_a_team_that_is_named_is_judged_only_where_its_members_are_known(
    new_case: Make, judge: Callable[..., Findings]
) -> None:
    teams = {"task force": ("lin", "wu")}
    case = new_case(teams=teams).play("start_analysis", severity="severe")
    case.do("escalate", level=1, reason="severe")
    case.do("assign", owner="lin", team="task force")
    case.do("start_analysis")
    assert "C11" not in judge(case.events).rules
    assert "C11" not in judge(case.events, teams=teams).rules
    assert "C11" in judge(case.events, teams={"task force": ("lin",)}).rules


def test_an_unconfirmed_end_is_asked_for_its_lesson_too(new_case: Make, judge: Callable[..., Findings]) -> None:
    case = new_case().play("customer_message")
    for channel in ("phone", "email", "phone"):
        case.wait(days=3)
        case.do("record_contact", direction="outbound", channel=channel, reached=False)
    case.do("no_answer_timeout")
    assert [(each.rule, each.level) for each in judge(case.events) if each.rule == "F4"] == [("F4", "warn")]
    case.do("lesson", root="r", trigger="t", gains="g", losses="l")
    case.do("schedule_remeasure", on="2026-06-01")
    assert "F4" not in judge(case.events).rules
