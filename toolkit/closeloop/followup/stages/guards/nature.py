"""Guards of the way in: who sees to it, what it is, and that we understood the customer."""

from __future__ import annotations

from closeloop.followup.commands.context import Asked
from closeloop.followup.event import is_said
from closeloop.followup.stages.guards.guard import GuardSet, asked_often_enough, from_customer, given, known, severity
from closeloop.text import LocalText, message

guards = GuardSet()


@guards.before("assign")
def owner(asked: Asked) -> LocalText | None:
    """Require that nothing goes on without somebody who sees to it."""
    return None if is_said(asked.state.value("owner")) else message("stages.needs_owner")


@guards.with_call("sent", "channel", "no_channel_reason")
def acknowledgement(asked: Asked) -> LocalText | None:
    """Require that the customer was told, or it is said why that was not possible."""
    if given(asked, "no_channel_reason"):
        return None
    if asked.fields.get("sent") is not True:
        return message("stages.needs_acknowledgement")
    return None if given(asked, "channel") else message("stages.needs_acknowledgement_channel")


@guards.before("code", fields=("code",))
def coded(asked: Asked) -> LocalText | None:
    """Require that the type of conflict is named."""
    return None if known(asked, "code") else message("stages.needs_coded")


@guards.before("set_severity", fields=("severity",))
def severity_set(asked: Asked) -> LocalText | None:
    """Require that it is said how grave it is."""
    return None if severity(asked) else message("stages.needs_severity_set")


@guards.before("add_stakeholder")
def stakeholders(asked: Asked) -> LocalText | None:
    """Require that it is noted who is concerned."""
    return None if asked.state.added("stakeholders") else message("stages.needs_stakeholders")


@guards.before("customer_message", "record_contact")
def customer_words(asked: Asked) -> LocalText | None:
    """Require that the customer's own words are there, not only ours about them."""
    contacts = any(is_said(each.get("words")) for each in asked.state.added("contacts"))
    if is_said(asked.state.value("words")) or asked.state.added("messages") or contacts:
        return None
    return message("stages.needs_customer_words")


@guards.before("confirm_nature", fields=("remedy_sought",))
def remedy_sought(asked: Asked) -> LocalText | None:
    """Require that it is known what the customer wants to have done."""
    return None if known(asked, "remedy_sought") else message("stages.needs_remedy_sought")


@guards.before("playback", "record_contact")
def playback(asked: Asked) -> LocalText | None:
    """Require that the customer agreed to our summary, or could not be reached however often we tried."""
    if asked.fields.get("customer_agreed") is False:
        return message("stages.needs_playback_agreed")
    state = asked.state
    agreed = any(each.get("agreed") for each in state.added("playbacks", this_cycle=True))
    spoken = any(each.get("playback_agreed") for each in state.added("contacts", this_cycle=True))
    silent = not from_customer(state) and asked_often_enough(asked, None)
    if agreed or spoken or silent:
        return None
    context = asked.context
    return message("stages.needs_playback", n=context.attempts_needed, days=context.attempts_days)


@guards.before("add_fact")
def fact(asked: Asked) -> LocalText | None:
    """Require that at least one fact is there, and where it is known from."""
    found = any(is_said(each.get("source")) for each in asked.state.added("facts"))
    return None if found else message("stages.needs_fact")


@guards.before("add_watcher", "assign")
def team(asked: Asked) -> LocalText | None:
    """Require that what is severe is not looked into by one person alone."""
    if severity(asked) != "severe":
        return None
    state = asked.state
    people = {state.value("owner"), *asked.context.teams.get(str(state.value("team")), ())} - {None, ""}
    people |= {each.get("who") for each in state.added("watchers") if each.get("role") == "member"}
    return None if len(people) >= 2 else message("stages.needs_team", n=len(people))


@guards.before("add_watcher", "escalate")
def manager_informed(asked: Asked) -> LocalText | None:
    """Require that somebody above knows of what is severe."""
    if severity(asked) != "severe":
        return None
    state = asked.state
    managers = any(each.get("role") == "manager" for each in state.added("watchers"))
    return None if managers or state.added("escalations") else message("stages.needs_manager_informed")
