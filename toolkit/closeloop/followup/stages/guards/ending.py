"""Guards of the ways out: the customer's own word, silence that is long enough, a second person, what is learnt."""

from __future__ import annotations

from closeloop.followup.commands.context import Asked
from closeloop.followup.event import is_said
from closeloop.followup.stages.guards.guard import (
    GuardSet,
    asked_often_enough,
    days_between,
    from_customer,
    given,
    listed,
    newest,
)
from closeloop.followup.stages.guards.guard import (
    attempts as attempts_made,
)
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState, Entry
from closeloop.text import LocalText, message

guards = GuardSet()


def _resolution(asked: Asked) -> Entry | None:
    """Return since when the customer's answer is waited for."""
    ends = [newest(asked.state, "resolutions")]
    if asked.command == "late_confirm":
        ends.append(newest(asked.state, "timeouts"))
    return max((each for each in ends if each is not None), key=lambda each: each.seq, default=None)


@guards.before("customer_message", "record_contact")
def customers_own_message(asked: Asked) -> LocalText | None:
    """Require that the customer says so, not an agent about the customer."""
    return None if from_customer(asked.state, _resolution(asked)) else message("stages.needs_customers_own_message")


@guards.before("record_contact")
def attempts(asked: Asked) -> LocalText | None:
    """Require that the customer was asked often enough, over days enough, since they were last heard of."""
    if asked_often_enough(asked, _resolution(asked)):
        return None
    tried = attempts_made(asked.state, _resolution(asked))
    context = asked.context
    return message(
        "stages.needs_attempts",
        n=context.attempts_needed,
        days=context.attempts_days,
        made=len(tried),
        over=f"{days_between(tried):.1f}",
    )


@guards.before("record_contact")
def two_channels(asked: Asked) -> LocalText | None:
    """Require that where the customer can be reached on two ways, both were tried."""
    available = reachable(asked.state)
    tried = {each.get("channel") for each in attempts_made(asked.state, _resolution(asked))}
    if len(available) < 2 or len(tried) >= 2:
        return None
    return message("stages.needs_two_channels", channels=", ".join(sorted(available)))


def reachable(state: CaseState) -> set[str]:
    """Return the channels on which a customer can be reached: those they named, and those they used."""
    used = {state.value("channel"), *(each.get("channel") for each in from_customer(state))}
    return ({str(each) for each in used if each} | set(listed(state.value("reachable_by")))) - {"survey", "desk"}


@guards.with_call("objection")
def objection(asked: Asked) -> LocalText | None:
    """Require that it is on record what the customer does not accept."""
    return None if given(asked, "objection") else message("stages.needs_objection", command=asked.command)


@guards.with_call("reason")
def reason(asked: Asked) -> LocalText | None:
    """Require that it is said why."""
    return None if given(asked, "reason") else message("stages.needs_reason", command=asked.command)


@guards.with_call("reason_code")
def reason_code(asked: Asked) -> LocalText | None:
    """Require that a rejection names its ground."""
    return None if given(asked, "reason_code") else message("stages.needs_reason_code")


@guards.with_call("second_person")
def second_person(asked: Asked) -> LocalText | None:
    """Require that nobody rejects a case alone."""
    second = asked.fields.get("second_person")
    return None if is_said(second) and second != asked.actor else message("stages.needs_second_person")


@guards.with_call("options_told")
def options_told(asked: Asked) -> LocalText | None:
    """Require that the customer knows where else they can turn."""
    return None if given(asked, "options_told") else message("stages.needs_options_told", command=asked.command)


@guards.with_call("body")
def body(asked: Asked) -> LocalText | None:
    """Require that it is said who decides outside."""
    return None if given(asked, "body") else message("stages.needs_body")


@guards.with_call("ruling")
def ruling(asked: Asked) -> LocalText | None:
    """Require that the ruling is on record."""
    return None if given(asked, "ruling") else message("stages.needs_ruling")


@guards.with_call("words", by=("customer_message",))
def customer_withdrew(asked: Asked) -> LocalText | None:
    """Require that only the customer takes a complaint back, in their own words."""
    if given(asked, "words") and from_customer(asked.state):
        return None
    return message("stages.needs_customer_withdrew")


@guards.with_call("into")
def merge_target(asked: Asked) -> LocalText | None:
    """Require that there is another case to merge into."""
    into = asked.fields.get("into")
    if not is_said(into):
        return message("stages.needs_merge_target")
    if into == asked.state.case_id:
        return message("stages.needs_merge_other")
    return None if _target(asked) is not None else message("stages.needs_merge_known", into=into)


@guards.with_call("into")
def merge_open(asked: Asked) -> LocalText | None:
    """Require that the case that goes on is open."""
    target = _target(asked)
    if target is None or not stage_table().is_end(target.stage):
        return None
    return message("stages.needs_merge_open", into=target.case_id)


@guards.with_call("into")
def merge_no_cycle(asked: Asked) -> LocalText | None:
    """Require that nothing is merged into what was merged into it, or into a part of itself."""
    target, seen = _target(asked), {asked.state.case_id}
    while target is not None:
        above = target.value("merged_into") or target.value("parent_case_id")
        if above in seen:
            return message("stages.needs_merge_no_cycle", into=asked.fields.get("into"))
        seen.add(target.case_id)
        target = asked.context.case(str(above)) if above else None
    return None


@guards.with_call("approver", "into")
def same_customer(asked: Asked) -> LocalText | None:
    """Require that both are of one customer, or somebody else approves."""
    target = _target(asked)
    if target is None:
        return None
    mine, theirs = asked.state.value("subject_id"), target.value("subject_id")
    approver = asked.fields.get("approver")
    if (mine is not None and mine == theirs) or (is_said(approver) and approver != asked.actor):
        return None
    return message("stages.needs_same_customer", into=target.case_id)


def _target(asked: Asked) -> CaseState | None:
    into = asked.fields.get("into")
    return asked.context.case(str(into)) if is_said(into) and into != asked.state.case_id else None


@guards.before("lesson", fields=("no_lesson", "lesson"))
def lesson(asked: Asked) -> LocalText | None:
    """Require that what was learnt is on record, or that nothing was, and why."""
    there = asked.state.added("lessons", this_cycle=True) or given(asked, "lesson") or given(asked, "no_lesson")
    return None if there else message("stages.needs_lesson")


@guards.before("link_cause", fields=("problem_id", "no_problem"))
def problem(asked: Asked) -> LocalText | None:
    """Require that the problem behind it is named, or that there is none, and why."""
    there = given(asked, "no_problem") or is_said(asked.fields.get("problem_id") or asked.state.value("problem_id"))
    return None if there else message("stages.needs_problem")


@guards.before("schedule_remeasure", fields=("remeasure_on", "opt_out"))
def remeasure(asked: Asked) -> LocalText | None:
    """Require that it is fixed when the customer is asked again, or why not."""
    day = asked.fields.get("remeasure_on")
    if isinstance(day, str) and day < asked.at.date().isoformat():
        return message("stages.needs_remeasure_later", day=day)
    planned = asked.state.added("remeasure_plans", this_cycle=True) or asked.state.added("remeasures", this_cycle=True)
    there = planned or is_said(day) or given(asked, "opt_out")
    return None if there else message("stages.needs_remeasure")
