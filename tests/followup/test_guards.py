"""Every guard holds back what it should and lets the rest pass; each says which call supplies what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from closeloop.errors import CaseTransitionError
from closeloop.followup.commands.context import Asked, Context
from closeloop.followup.commands.table import command_table
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState
from closeloop.text import LocalText

Make = Callable[..., Any]


class Limits:
    """Up to 200 for everybody, up to 1000 for the manager."""

    def beyond(self, person: str, option: Any) -> LocalText | None:
        most = 1000 if person == "manager" else 200
        return LocalText(f"limit {most}") if (option.get("cost") or 0) > most else None


@dataclass(frozen=True)
class Trial:
    """A step that a guard holds back, and what lets it pass."""

    guard: str
    step: str
    fails: Callable[[Make], tuple[Any, dict[str, Any]]]
    passes: Callable[[Make], tuple[Any, dict[str, Any]]]
    says: str


def at(step: str, without: str = "", **fields: Any) -> Callable[[Make], tuple[Any, dict[str, Any]]]:
    """Give a case just before a step, some commands left out, and what the step is called with."""

    def made(new_case: Make) -> tuple[Any, dict[str, Any]]:
        return new_case().play(step, without=without.split()), fields

    return made


def then(
    step: str, prepare: Callable[[Any], object], without: str = "", context: dict[str, Any] | None = None, **fields: Any
) -> Callable[[Make], tuple[Any, dict[str, Any]]]:
    """Give a case just before a step after something more was done to it."""

    def made(new_case: Make) -> tuple[Any, dict[str, Any]]:
        case = new_case(**(context or {})).play(step, without=without.split())
        prepare(case)
        return case, fields

    return made


def severe(step: str, prepare: Callable[[Any], object] | None = None) -> Callable[[Make], tuple[Any, dict[str, Any]]]:
    """Give a severe case at the analysis."""

    def made(new_case: Make) -> tuple[Any, dict[str, Any]]:
        case = new_case().play("start_analysis", severity="severe")
        if step == "propose":
            case.do("add_watcher", who="wu", role="member")
            case.do("add_watcher", who="chen", role="manager")
            case.do("start_analysis")
        if prepare is not None:
            prepare(case)
        return case, {}

    return made


def lame_option(case: Any, **left_out: Any) -> None:
    """Add an option that lacks something, and propose nothing else."""
    full = {
        "text": "send a new one", "owner": "lin", "due_on": "2026-03-05", "steps": ["send"], "effect_metric": "sound",
        "effect_delta": 1, "effect_by": "2026-03-06", "treats_level": "symptom", "lawful": "yes", "cause": "$cause",
    }  # fmt: skip
    case.names["lame"] = case.do("add_option", **(full | left_out))


def call(case: Any, days: float, channel: str = "phone", **said: Any) -> None:
    case.wait(days=days)
    case.do("record_contact", direction="outbound", channel=channel, **({"reached": False} | said))


def silent(case: Any, channels: tuple[str, ...] = ("phone", "email", "phone"), gap: float = 2.5) -> None:
    for place, channel in enumerate(channels):
        call(case, gap if place else 0, channel)


def other(case_id: str = "C-2", stage: str = "analysing", **values: Any) -> dict[str, Any]:
    state = CaseState(case_id=case_id, version=3, stage=stage, values=values)
    return {"case": lambda wanted: state if wanted == case_id else None}


def promised(case: Any) -> None:
    case.names["p"] = case.do("promise", what="call back", due_at="2026-03-03T09:00+08:00")


def nothing(_case: Any) -> None:
    """Leave the case as it is."""


EVIDENCE = {"kind": "complaint", "what": "note"}
REJECT = {"reason_code": "no_grounds", "second_person": "wu", "options_told": "the ombudsman"}
BOTH = {"customer": "a", "company": "b"}
TRIALS = [
    Trial(
        "owner",
        "acknowledge",
        at("acknowledge", "assign", sent=True, channel="phone"),
        at("acknowledge", sent=True, channel="phone"),
        "assign(",
    ),
    Trial(
        "acknowledgement",
        "acknowledge",
        at("acknowledge"),
        at("acknowledge", no_channel_reason="anonymous"),
        "sent=True",
    ),
    Trial(
        "acknowledgement",
        "acknowledge",
        at("acknowledge", sent=True),
        at("acknowledge", sent=True, channel="email"),
        "channel=",
    ),
    Trial(
        "coded", "confirm_nature", at("confirm_nature", "code"), at("confirm_nature", "code", code="defect"), "code("
    ),
    Trial(
        "severity_set",
        "confirm_nature",
        at("confirm_nature", "set_severity"),
        at("confirm_nature", "set_severity", severity="minor"),
        "set_severity(",
    ),
    Trial(
        "stakeholders",
        "confirm_nature",
        at("confirm_nature", "add_stakeholder"),
        at("confirm_nature"),
        "add_stakeholder(",
    ),
    Trial(
        "customer_words",
        "confirm_nature",
        lambda new: (_wordless(new), {}),
        lambda new: (_wordless(new, lambda c: c.do("customer_message", channel="email", words="It broke.")), {}),
        "customer_message(",
    ),
    Trial(
        "remedy_sought",
        "confirm_nature",
        at("confirm_nature"),
        at("confirm_nature", remedy_sought="refund"),
        "remedy_sought=",
    ),
    Trial("playback", "confirm_nature", at("confirm_nature", "playback"), at("confirm_nature"), "playback("),
    Trial(
        "playback",
        "confirm_nature",
        at("confirm_nature", customer_agreed=False),
        at("confirm_nature", customer_agreed=True),
        "playback(",
    ),
    Trial(
        "playback",
        "confirm_nature",
        then("confirm_nature", lambda c: silent(c, gap=1), "playback"),
        then("confirm_nature", silent, "playback"),
        "3 attempts over 5 days",
    ),
    Trial("fact", "start_analysis", at("start_analysis", "add_fact"), at("start_analysis"), "add_fact("),
    Trial(
        "team",
        "start_analysis",
        severe("start_analysis"),
        severe("start_analysis", lambda c: c.do("add_watcher", who="wu", role="member")),
        'role="member"',
    ),
    Trial(
        "manager_informed",
        "start_analysis",
        severe("start_analysis"),
        severe("start_analysis", lambda c: c.do("escalate", level=1, reason="severe")),
        'role="manager"',
    ),
    Trial(
        "fast_track",
        "propose",
        lambda new: (new().play("start_analysis"), {"fast_track": True, "reason": "small"}),
        lambda new: (new().play("start_analysis", severity="minor"), {"fast_track": True, "reason": "small"}),
        "start_analysis()",
    ),
    Trial(
        "fast_track",
        "propose",
        lambda new: (new().play("start_analysis", severity="minor"), {"fast_track": True}),
        lambda new: (new().play("start_analysis", severity="minor"), {"fast_track": True, "reason": "small"}),
        "reason=",
    ),
    Trial("evidence", "propose", at("propose", "add_evidence"), at("propose"), "add_evidence("),
    Trial(
        "evidence",
        "propose",
        then("propose", lambda c: c.do("add_evidence", kind="contract", state="missing"), "add_evidence"),
        then("propose", lambda c: c.do("add_evidence", **EVIDENCE), "add_evidence"),
        "add_evidence(",
    ),
    Trial("focus", "propose", at("propose", "focus"), at("propose"), "focus("),
    Trial(
        "cause_level",
        "propose",
        at("propose", "link_cause cause first second score_option assess_risk"),
        at("propose"),
        "link_cause(",
    ),
    Trial(
        "cause_level",
        "propose",
        severe("propose", lambda c: c.do("link_cause", cause="x", level="proximate")),
        severe("propose", lambda c: c.do("link_cause", cause="x", level="root")),
        'level="root"',
    ),
    Trial("options", "propose", at("propose", "first second score_option assess_risk"), at("propose"), "add_option("),
    Trial(
        "options",
        "propose",
        at("propose", "first score_option assess_risk"),
        at("propose", "first score_option assess_risk", reason="only one part exists"),
        "reason=",
    ),
    Trial(
        "option_cause",
        "propose",
        then("propose", lambda c: lame_option(c, cause=None)),
        then("propose", lame_option),
        "cause=",
    ),
    Trial(
        "option_complete",
        "propose",
        then("propose", lambda c: lame_option(c, owner=None)),
        then("propose", lame_option),
        "owner=",
    ),
    Trial(
        "option_complete",
        "propose",
        then("propose", lambda c: lame_option(c, due_on=None)),
        then("propose", lame_option),
        "due_on=",
    ),
    Trial(
        "steps_and_effect",
        "propose",
        then("propose", lambda c: lame_option(c, steps=None)),
        then("propose", lame_option),
        "steps=",
    ),
    Trial(
        "steps_and_effect",
        "propose",
        then("propose", lambda c: lame_option(c, effect_by=None)),
        then("propose", lame_option),
        "effect_by=",
    ),
    Trial(
        "feasibility",
        "propose",
        then("propose", lame_option),
        then(
            "propose",
            lambda c: (
                lame_option(c),
                c.do("score_option", option="$lame", resources=1, time=1, people=1, customer=1, market=1),
            ),
        ),
        "score_option(",
    ),
    Trial("risk", "propose", then("propose", lame_option), at("propose"), "assess_risk("),
    Trial(
        "lawful",
        "propose",
        then("propose", lambda c: lame_option(c, lawful="unchecked")),
        then(
            "propose",
            lambda c: (lame_option(c, lawful="unchecked"), c.do("change_option", option="$lame", lawful="yes")),
        ),
        "lawful=",
    ),
    Trial(
        "lawful",
        "offer",
        then("offer", lambda c: c.do("change_option", option="$first", lawful="no"), option="$first", channel="phone"),
        at("offer", option="$first", channel="phone"),
        "not lawful are blocked",
    ),
    Trial("agreed_option", "agree", at("agree"), at("agree", option="$first"), "option="),
    Trial(
        "agreed_option", "agree", then("agree", lame_option, option="$lame"), at("agree", option="$second"), "one of"
    ),
    Trial("communicated", "agree", at("agree", "offer", option="$first"), at("agree", option="$first"), "offer("),
    Trial("communicated", "agree", at("agree", option="$second"), at("agree", option="$first"), "offer("),
    Trial(
        "interests",
        "agree",
        at("agree", option="$first", positions=BOTH),
        at("agree", option="$first", positions=BOTH, interests=BOTH),
        "interests=",
    ),
    Trial(
        "interests",
        "agree",
        at("agree", option="$first", positions=BOTH, interests={"customer": "x", "company": " "}),
        then("agree", lambda c: c.do("record_negotiation", positions=BOTH, interests=BOTH), option="$first"),
        "record_negotiation(",
    ),
    Trial(
        "offer_stage",
        "offer",
        then("propose", nothing, option="$first", channel="phone"),
        then("propose", lambda c: lame_option(c, interim=True), option="$lame", channel="phone"),
        "interim=True",
    ),
    Trial(
        "authority",
        "start",
        then("start", lambda c: c.context.update(authority=Limits())),
        then(
            "start",
            lambda c: (
                c.do("approve", option="$first", approver="manager", actor="manager"),
                c.context.update(authority=Limits()),
            ),
        ),
        "approve(",
    ),
    Trial(
        "authority",
        "offer",
        then("offer", nothing, context={"authority": Limits()}, option="$first", channel="phone"),
        then("offer", nothing, context={"authority": Limits()}, option="$second", channel="phone"),
        "limit 200",
    ),
    Trial(
        "authority",
        "start",
        then(
            "start",
            lambda c: (
                c.do("approve", option="$first", approver="manager", limit=250),
                c.context.update(authority=Limits()),
            ),
        ),
        then(
            "start",
            lambda c: (
                c.do("approve", option="$first", approver="manager", limit=300),
                c.context.update(authority=Limits()),
            ),
        ),
        "approve(",
    ),
    Trial(
        "approver",
        "approve",
        then("agree", nothing, option="$first", approver="lin"),
        then("agree", nothing, option="$first", approver="chen"),
        "somebody else",
    ),
    Trial(
        "approver",
        "approve",
        then("agree", lambda c: c.context.update(authority=Limits()), option="$first", approver="chen"),
        then("agree", lambda c: c.context.update(authority=Limits()), option="$first", approver="manager"),
        "above",
    ),
    Trial("objection", "refuse", at("agree"), at("agree", objection="too late"), "objection="),
    Trial("tasks", "start", at("start", "add_task"), at("start"), "add_task("),
    Trial("tasks", "start", then("start", lambda c: c.take("TaskAdded", what="x")), at("start"), "change_task("),
    Trial("tasks_done", "resolve", at("resolve", "task_done"), at("resolve"), "task_done("),
    Trial(
        "tasks_done",
        "resolve",
        then("resolve", lambda c: c.do("add_task", what="x", owner="wu", due_on="2026-03-09")),
        then(
            "resolve",
            lambda c: c.do(
                "change_task",
                task=c.do("add_task", what="x", owner="wu", due_on="2026-03-09"),
                dropped=True,
                reason="not needed",
            ),
        ),
        "dropped=True",
    ),
    Trial("note", "effect_short", at("resolve"), at("resolve", note="still warm"), "note="),
    Trial(
        "task_open",
        "task_done",
        at("resolve", task="$task", evidence="again"),
        at("task_done", task="$task", evidence="receipt"),
        "add_task(",
    ),
    Trial(
        "earlier_tasks",
        "task_done",
        then(
            "start",
            lambda c: c.names.update(
                late=c.do("add_task", what="x", owner="wu", due_on="2026-03-09", depends_on=[c.names["task"]])
            ),
            task="$late",
            evidence="e",
        ),
        at("task_done", task="$task", evidence="e"),
        "first",
    ),
    Trial(
        "promise_open",
        "keep_promise",
        then("propose", lambda c: (promised(c), c.do("break_promise", promise="$p", reason="ill")), promise="$p"),
        then("propose", promised, promise="$p"),
        "promise(",
    ),
    Trial(
        "not_on_hold",
        "hold",
        then("propose", lambda c: c.do("hold", on="third_party", reason="parts"), on="third_party", reason="x"),
        at("propose", on="third_party", reason="x"),
        "resume(",
    ),
    Trial(
        "on_hold",
        "resume",
        at("propose"),
        then("propose", lambda c: c.do("hold", on="third_party", reason="parts")),
        "hold(",
    ),
    Trial(
        "question_asked",
        "hold",
        at("propose", on="customer", reason="photo"),
        then("propose", lambda c: call(c, 0, reached=True), on="customer", reason="photo"),
        "record_contact(",
    ),
    Trial(
        "handover",
        "assign",
        at("propose", owner="wu"),
        at("propose", owner="wu", handover="she waits for a part"),
        "handover=",
    ),
    Trial(
        "severity_lowered",
        "set_severity",
        at("propose", severity="minor"),
        at("propose", severity="minor", reason="only the lid"),
        "reason=",
    ),
    Trial(
        "escalated",
        "ack_escalation",
        then("propose", lambda c: (c.do("escalate", level=1, reason="late"), c.do("ack_escalation"))),
        then("propose", lambda c: c.do("escalate", level=1, reason="late")),
        "escalate(",
    ),
    Trial(
        "customers_own_message",
        "customer_confirms",
        at("customer_confirms", "customer_message", words="He says it works"),
        at("customer_confirms"),
        "customer_message(",
    ),
    Trial(
        "customers_own_message",
        "customer_confirms",
        then(
            "customer_confirms",
            lambda c: call(c, 0, reached=True, words="He says it works", summary="He says it works"),
            "customer_message",
        ),
        then(
            "customer_confirms",
            lambda c: c.do("record_contact", direction="inbound", channel="phone", reached=True, words="It works"),
            "customer_message",
        ),
        "does not count",
    ),
    Trial(
        "customers_own_message",
        "customer_confirms",  # what came before the solution says nothing about it
        then("resolve", lambda c: (c.do("customer_message", channel="email", words="When?"), c.do("resolve"))),
        at("customer_confirms"),
        "customer_message(",
    ),
    Trial(
        "customers_own_message",
        "late_confirm",
        lambda new: (_timed_out(new), {}),
        lambda new: (_timed_out(new, lambda c: c.do("customer_message", channel="email", words="It works")), {}),
        "customer_message(",
    ),
    Trial(
        "attempts",
        "no_answer_timeout",
        then("customer_message", lambda c: silent(c, ("phone", "email"), 6)),
        then("customer_message", silent),
        "3 times over 5 days",
    ),
    Trial(
        "attempts",
        "no_answer_timeout",
        then("customer_message", lambda c: silent(c, gap=2)),
        then("customer_message", silent),
        "5 days",
    ),
    Trial(
        "attempts",
        "no_answer_timeout",  # an automatic mail is no attempt
        then("customer_message", lambda c: [call(c, 3, human=False, reached=None, channel="email") for _ in range(4)]),
        then("customer_message", silent),
        "0 times",
    ),
    Trial(
        "attempts",
        "no_answer_timeout",  # whoever answers is not silent: it counts anew
        then(
            "customer_message",
            lambda c: (silent(c), c.do("customer_message", channel="email", words="I am on holiday")),
        ),
        then("customer_message", silent),
        "0 times",
    ),
    Trial(
        "attempts",
        "no_answer_timeout",
        then("customer_message", lambda c: silent(c, ("phone",))),
        then(
            "customer_message", lambda c: (c.context.update(attempts_needed=1, attempts_days=0), silent(c, ("phone",)))
        ),
        "3 times",
    ),
    Trial(
        "two_channels",
        "no_answer_timeout",
        then("customer_message", lambda c: (c.state.values.update(reachable_by=["email"]), silent(c, ("phone",) * 3))),
        then("customer_message", lambda c: (c.state.values.update(reachable_by=["email"]), silent(c))),
        "email, phone",
    ),
    Trial(
        "reason",
        "reopen",
        lambda new: (new().play(), {}),
        lambda new: (new().play(), {"reason": "broke again"}),
        "reopen(reason=",
    ),
    Trial(
        "reason_code",
        "reject",
        at("propose", **REJECT | {"reason_code": None}),
        at("propose", **REJECT),
        "reason_code=",
    ),
    Trial(
        "second_person",
        "reject",
        at("propose", **REJECT | {"second_person": "lin"}),
        at("propose", **REJECT),
        "somebody else",
    ),
    Trial(
        "second_person",
        "reject",
        at("propose", **REJECT | {"second_person": None}),
        at("propose", **REJECT),
        "second_person=",
    ),
    Trial(
        "options_told",
        "reject",
        at("propose", **REJECT | {"options_told": " "}),
        at("propose", **REJECT),
        "options_told=",
    ),
    Trial(
        "body",
        "go_external",
        at("agree", options_told="court"),
        at("agree", options_told="court", body="ombudsman"),
        "body=",
    ),
    Trial(
        "ruling",
        "ruling",
        then("agree", lambda c: c.do("go_external", body="court", options_told="court")),
        then("agree", lambda c: c.do("go_external", body="court", options_told="court"), ruling="refund"),
        "ruling=",
    ),
    Trial(
        "customer_withdrew",
        "withdraw",
        at("propose", reason="he gave up"),
        then("propose", lambda c: c.do("customer_message", channel="email", words="Forget it"), words="Forget it"),
        "Only the customer",
    ),
    Trial(
        "customer_withdrew",
        "withdraw",
        at("propose", words="He told me so"),
        then(
            "propose",
            lambda c: c.do("record_contact", direction="inbound", channel="phone", words="Forget it"),
            words="Forget it",
        ),
        "customer_message(",
    ),
    Trial(
        "merge_target",
        "merge",
        at("propose"),
        then("propose", nothing, context=other(subject_id="S-1"), into="C-2"),
        "into=",
    ),
    Trial(
        "merge_target",
        "merge",
        at("propose", into="C-TEST"),
        then("propose", nothing, context=other(subject_id="S-1"), into="C-2"),
        "itself",
    ),
    Trial(
        "merge_target",
        "merge",
        at("propose", into="C-9"),
        then("propose", nothing, context=other(subject_id="S-1"), into="C-2"),
        "no case C-9",
    ),
    Trial(
        "merge_open",
        "merge",
        then("propose", nothing, context=other(stage="closed", subject_id="S-1"), into="C-2"),
        then("propose", nothing, context=other(subject_id="S-1"), into="C-2"),
        "has ended",
    ),
    Trial(
        "merge_no_cycle",
        "merge",
        then("propose", nothing, context=other(subject_id="S-1", parent_case_id="C-TEST"), into="C-2"),
        then("propose", nothing, context=other(subject_id="S-1", parent_case_id="C-7"), into="C-2"),
        "belongs to this one",
    ),
    Trial(
        "same_customer",
        "merge",
        then("propose", nothing, context=other(subject_id="S-2"), into="C-2"),
        then("propose", nothing, context=other(subject_id="S-2"), into="C-2", approver="wu"),
        "approver=",
    ),
    Trial(
        "same_customer",
        "merge",
        then("propose", nothing, context=other(subject_id="S-2"), into="C-2", approver="lin"),
        then("propose", nothing, context=other(subject_id="S-1"), into="C-2"),
        "same customer",
    ),
    Trial(
        "lesson",
        "close",
        at("close", "lesson"),
        at("close", "lesson", no_lesson="seen before, see lesson 12"),
        "lesson(",
    ),
    Trial("problem", "close", at("close"), at("close", problem_id="P-1"), "no_problem="),
    Trial("remeasure", "close", at("close"), at("close", opt_out="asked not to be"), "schedule_remeasure("),
    Trial(
        "remeasure", "close", at("close", remeasure_on="2026-01-01"), at("close", remeasure_on="2026-06-01"), "is over"
    ),
]


def _wordless(new_case: Make, prepare: Callable[[Any], object] | None = None) -> Any:
    """Give a case that came with a score and without a word."""
    case = new_case()
    case.do("open_case", channel="survey", score=2)
    case.do("assign", owner="lin")
    case.do("acknowledge", sent=True, channel="email")
    if prepare is not None:
        prepare(case)
    return case


def _timed_out(new_case: Make, prepare: Callable[[Any], object] | None = None) -> Any:
    case = new_case().play("customer_message")
    silent(case)
    case.do("no_answer_timeout")
    if prepare is not None:
        prepare(case)
    return case


def unmet(case: Any, step: str, fields: dict[str, Any]) -> dict[str, LocalText]:
    """Give the guards that hold a step back, as the refusal says."""
    given = {name: case._resolved(value) for name, value in fields.items() if value is not None}
    if step == "propose":
        options = case.state.added("options", this_cycle=True)
        chosen = [each.seq for each in options if not each.get("interim") and each.get("lawful") != "no"]
        given.setdefault("option_ids", chosen)
    transition = stage_table().transition(case.state.stage, step)
    names = (*(transition.guards if transition else ()), *command_table().commands[step].guards)
    context = Context(now=case.now, actor="lin", **case.context)
    asked = Asked(state=case.state, command=step, fields=given, at=case.now, actor="lin", context=context)
    told = {name: text for name in names if (text := GUARDS[name].check(asked)) is not None}
    if not told:
        case.decide(step, **fields)
        return told
    with pytest.raises(CaseTransitionError) as refused:
        case.decide(step, **fields)
    assert refused.value.unmet == tuple(told.values())
    return told


@pytest.mark.parametrize("trial", TRIALS, ids=[f"{trial.guard}-{trial.step}-{i}" for i, trial in enumerate(TRIALS)])
def test_a_guard_fails_and_passes(trial: Trial, new_case: Make) -> None:
    held = unmet(*_ordered(trial.fails(new_case), trial.step))
    assert trial.guard in held
    text = held[trial.guard]
    assert trial.says in text.en
    assert re.search("[\u4e00-\u9fff]", text.zh)
    assert trial.guard not in unmet(*_ordered(trial.passes(new_case), trial.step))


def _ordered(made: tuple[Any, dict[str, Any]], step: str) -> tuple[Any, str, dict[str, Any]]:
    return made[0], step, made[1]


def test_no_guard_is_forgotten() -> None:
    assert {trial.guard for trial in TRIALS} == set(GUARDS)


def test_every_guard_of_every_transition_is_among_those_tried() -> None:
    listed = {name for each in stage_table().transitions for name in each.guards}
    listed |= {name for command in command_table().commands.values() for name in command.guards}
    assert listed <= {trial.guard for trial in TRIALS}


def test_a_guard_names_a_command_that_exists(new_case: Make) -> None:
    for trial in TRIALS:
        text = unmet(*_ordered(trial.fails(new_case), trial.step))[trial.guard]
        called = {*re.findall(r"\b([a-z_]+)\(", text.en)}
        assert called <= set(command_table().commands), (trial.guard, called)
        assert called == {*re.findall(r"\b([a-z_]+)\(", text.zh)}, trial.guard


def test_a_minor_matter_takes_the_fast_track_without_an_analysis(new_case: Make) -> None:
    case = new_case().play("start_analysis", severity="minor")
    case.do("add_evidence", **EVIDENCE)
    option = case.do("add_option", text="say sorry", owner="lin", due_on="2026-03-03", lawful="yes")
    case.do("propose", fast_track=True, reason="a late parcel, nothing lost")
    assert case.state.stage == "proposed"
    [proposal] = case.state.added("proposals")
    assert proposal.get("option_ids") == [option]
    assert proposal.get("reason") == "a late parcel, nothing lost"


def test_a_team_counts_by_its_members(new_case: Make) -> None:
    case = new_case(teams={"task force": ("lin", "wu")}).play("start_analysis", severity="severe")
    case.do("escalate", level=1, reason="severe")
    case.do("assign", owner="lin", team="task force")
    case.do("start_analysis")
    assert case.state.stage == "analysing"


def test_an_option_that_a_ruling_brings_can_be_agreed_upon(new_case: Make) -> None:
    case = new_case().play("agree")
    case.do("go_external", body="court", options_told="court")
    case.do("ruling", ruling="half of the price back", body="court")
    case.names["ruled"] = case.do("add_option", text="pay back", owner="lin", due_on="2026-03-05", lawful="yes")
    case.do("offer", option="$ruled", channel="letter")
    case.do("agree", option="$ruled", positions=BOTH, interests=BOTH)
    assert case.state.stage == "agreed"
