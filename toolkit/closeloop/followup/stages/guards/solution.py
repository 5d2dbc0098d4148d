"""Guards of the solution: evidence, causes, options that can be carried out, are lawful and within the authority."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from closeloop.followup.commands.context import Asked
from closeloop.followup.event import is_said
from closeloop.followup.stages.guards.guard import (
    GuardSet,
    entry,
    given,
    known,
    listed,
    newest,
    numbers,
    options_meant,
    severity,
)
from closeloop.followup.state import CaseState, Entry
from closeloop.text import LocalText, message

guards = GuardSet()
_EARLY = frozenset({"received", "acknowledged", "confirmed", "analysing"})


def _lacking(asked: Asked, key: str, complete: Callable[[Entry], bool]) -> LocalText | None:
    lame = [each for each in options_meant(asked) if not complete(each)]
    return message(f"stages.{key}", options=numbers(lame)) if lame else None


@guards.before("add_evidence")
def evidence(asked: Asked) -> LocalText | None:
    """Require that a decision rests on something that can be shown."""
    present = any(each.get("state", "present") == "present" for each in asked.state.added("evidence"))
    return None if present else message("stages.needs_evidence")


@guards.before("focus")
def focus(asked: Asked) -> LocalText | None:
    """Require that the main contradiction is put in a sentence."""
    return None if known(asked, "focus") else message("stages.needs_focus")


@guards.with_call("fast_track", "reason", by=("start_analysis",))
def fast_track(asked: Asked) -> LocalText | None:
    """Require that only what is minor may go without an analysis, and somebody says why."""
    if severity(asked) != "minor":
        return message("stages.needs_fast_track_minor")
    if asked.fields.get("fast_track") is True and given(asked, "reason"):
        return None
    return message("stages.needs_fast_track")


@guards.before("link_cause")
def cause_level(asked: Asked) -> LocalText | None:
    """Require that a cause is named, and how deep it lies; of what is severe, the root."""
    causes = asked.state.added("causes", this_cycle=True)
    levels = {each.get("level") for each in causes} - {None}
    if severity(asked) == "severe" and "root" not in levels:
        return message("stages.needs_root_cause")
    return None if levels else message("stages.needs_cause_level")


@guards.before("add_option", fields=("reason",))
def options(asked: Asked) -> LocalText | None:
    """Require that there are at least two to choose from, or it is said why there is one."""
    count = len([each for each in options_meant(asked) if not each.get("interim")])
    if count == 0:
        return message("stages.needs_options_any")
    return None if count >= 2 or given(asked, "reason") else message("stages.needs_options")


@guards.before("change_option", "link_cause")
def option_cause(asked: Asked) -> LocalText | None:
    """Require that each option treats a cause that was found, and says at which level."""

    def tied(option: Entry) -> bool:
        return entry(asked.state, "causes", option.get("cause")) is not None and is_said(option.get("treats_level"))

    return _lacking(asked, "needs_option_cause", tied)


@guards.before("change_option")
def option_complete(asked: Asked) -> LocalText | None:
    """Require that each option says what is done, by whom and until when."""
    return _lacking(
        asked, "needs_option_complete", lambda each: all(is_said(each.get(f)) for f in ("text", "owner", "due_on"))
    )


@guards.before("change_option")
def steps_and_effect(asked: Asked) -> LocalText | None:
    """Require that each option has steps, and says what it is expected to change, by how much and until when."""
    wanted = ("steps", "effect_metric", "effect_delta", "effect_by")
    return _lacking(asked, "needs_steps_and_effect", lambda each: all(is_said(each.get(f)) for f in wanted))


@guards.before("score_option")
def feasibility(asked: Asked) -> LocalText | None:
    """Require that each option is scored by the five criteria."""
    scored = {each.get("option") for each in asked.state.added("option_scores")}
    return _lacking(asked, "needs_feasibility", lambda each: each.seq in scored)


@guards.before("assess_risk")
def risk(asked: Asked) -> LocalText | None:
    """Require that it was looked at what can go wrong with each option."""
    assessed = {each.get("option") for each in asked.state.added("risks")}
    return _lacking(asked, "needs_risk", lambda each: each.seq in assessed)


@guards.before("change_option", "add_option")
def lawful(asked: Asked) -> LocalText | None:
    """Require that what is not lawful is blocked; what nobody has checked waits until somebody has."""
    blocked = _lacking(asked, "needs_lawful_other", lambda each: each.get("lawful") != "no")
    return blocked or _lacking(asked, "needs_lawful", lambda each: each.get("lawful") == "yes")


@guards.with_call("option")
def agreed_option(asked: Asked) -> LocalText | None:
    """Require that what is agreed upon was proposed, or came with an outside body's ruling."""
    if not given(asked, "option"):
        return message("stages.needs_agreed_option")
    proposal, ruling = newest(asked.state, "proposals"), newest(asked.state, "rulings")
    proposed = set() if proposal is None else set(listed(proposal.get("option_ids")))
    if ruling is not None:
        proposed |= {each.seq for each in asked.state.added("options") if each.seq > ruling.seq}
    if asked.fields["option"] in proposed:
        return None
    return message("stages.needs_agreed_option_proposed", options=", ".join(map(str, sorted(proposed))) or "–")


@guards.before("offer")
def communicated(asked: Asked) -> LocalText | None:
    """Require that the customer was told of the option that they agree to."""
    offered = {each.get("option") for each in asked.state.added("offers", this_cycle=True)}
    wanted = asked.fields.get("option")
    return None if offered and (wanted is None or wanted in offered) else message("stages.needs_communicated")


@guards.with_call("positions", "interests", by=("record_negotiation",))
def interests(asked: Asked) -> LocalText | None:
    """Require that what each side demands and what it needs are both on record."""
    sheets = [asked.fields, *(each.fields for each in asked.state.added("negotiations", this_cycle=True))]
    for name in ("positions", "interests"):
        said = [part for sheet in sheets if isinstance(part := sheet.get(name), Mapping)]
        sides = {side for part in said for side, words in part.items() if is_said(words)}
        if not {"customer", "company"} <= sides:
            return message("stages.needs_interests")
    return None


@guards.before("propose", "add_option")
def offer_stage(asked: Asked) -> LocalText | None:
    """Require that what is more than interim is offered once it was proposed with its risks, not before."""
    if asked.state.stage not in _EARLY:
        return None
    return _lacking(asked, "needs_offer_stage", lambda each: bool(each.get("interim")))


def _is_approved(state: CaseState, option: Entry) -> bool:
    cost = option.get("cost") or 0
    found = [each for each in state.added("approvals") if each.get("option") == option.seq]
    return any(cost <= each.get("limit", cost) for each in found)


@guards.before("approve")
def authority(asked: Asked) -> LocalText | None:
    """Require that a concession is within the authority of who makes it, or somebody else has approved it."""
    limits = asked.context.authority
    if limits is None:
        return None
    for option in options_meant(asked):
        beyond = limits.beyond(asked.actor, option.fields)
        if beyond is not None and not _is_approved(asked.state, option):
            return message("stages.needs_authority", option=option.seq, beyond=beyond)
    return None


@guards.with_call("approver")
def approver(asked: Asked) -> LocalText | None:
    """Require that who approves an option neither proposed it nor owns the case, and may concede so much."""
    person = asked.fields.get("approver")
    for option in options_meant(asked):
        if person in {option.actor, option.get("owner"), asked.state.value("owner")}:
            return message("stages.needs_approver_other", person=person)
        limits = asked.context.authority
        beyond = None if limits is None else limits.beyond(str(person), option.fields)
        if beyond is not None:
            return message("stages.needs_approver_limit", person=person, beyond=beyond)
    return None
