"""What is conspicuous about a case and calls for a card of its own, each with the reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from closeloop.followup.event import is_said
from closeloop.followup.playbook.code_lines import line_of
from closeloop.followup.state import CaseState, Entry
from closeloop.text import LocalText, message

MANY_CONTACTS = 4
"""From so many contacts on without a solution, talking itself is the problem (ours)."""
_UNSETTLED = frozenset({"received", "acknowledged", "confirmed", "analysing", "proposed"})


def talks(state: CaseState) -> list[Entry]:
    """Return contacts and messages of this cycle, in order."""
    found = [*state.added("contacts", this_cycle=True), *state.added("messages", this_cycle=True)]
    return sorted(found, key=lambda each: (each.at, each.seq))


def is_heated(entry: Entry) -> bool:
    """Return whether somebody was very angry in a contact."""
    return entry.get("style") == "angry" or "anger" in line_of("emotions", str(entry.get("emotion") or ""))


def signs_of(state: CaseState, fresh: Sequence[Entry], *, knows_language: bool) -> Mapping[str, LocalText]:
    """Return the signs of a case, each with its reason.

    Parameters
    ----------
    state : CaseState
    fresh : sequence of Entry
        The contacts that still count for the mood, in order.
    knows_language : bool
        Whether we can answer in the customer's language.
    """
    signs: dict[str, LocalText] = {}
    felt = [each for each in fresh if is_said(each.get("emotion")) or is_said(each.get("style"))]
    if felt and is_heated(felt[-1]):
        signs["heated"] = message("playbook.sign_heated", seq=felt[-1].seq, who=felt[-1].actor)
    moods = [str(each.get("emotion")) for each in fresh if is_said(each.get("emotion"))]
    if len(moods) > 1 and moods[-1] != moods[-2]:
        signs["mood_changed"] = message("playbook.sign_mood_changed")
    return signs | _of_talks(state) | _of_the_case(state, knows_language=knows_language)


def _of_talks(state: CaseState) -> dict[str, LocalText]:
    contacts = state.added("contacts", this_cycle=True)
    signs = {}
    if state.stage in {"acknowledged", "confirmed", "analysing"} and not played_back(state):
        signs["no_playback"] = message("playbook.sign_no_playback")
    outbound = [each for each in contacts if each.get("direction") == "outbound"]
    if len(outbound) > 1 and all(each.get("reached") is False for each in outbound[-2:]):
        signs["not_reached"] = message("playbook.sign_not_reached")
    spoken = [each for each in contacts if each.get("reached")]
    if len(spoken) >= MANY_CONTACTS and state.stage in _UNSETTLED:
        signs["many_contacts"] = message("playbook.sign_many_contacts", n=len(spoken))
    return signs


def _of_the_case(state: CaseState, *, knows_language: bool) -> dict[str, LocalText]:
    found = {
        "no_owner": not is_said(state.value("owner")),
        "no_interests": state.stage in {"confirmed", "analysing", "proposed"} and not _knows_interests(state),
        "refused": state.stage == "analysing" and bool(state.added("refusals", this_cycle=True)),
        "promise_broken": any(each.get("kept") is False for each in state.added("promises", this_cycle=True)),
        "escalated": state.escalation > 0,
        "waits_third_party": state.hold == "third_party",
        "other_language": not knows_language,
    }
    return {name: message(f"playbook.sign_{name}") for name, holds in found.items() if holds}


def played_back(state: CaseState) -> bool:
    """Return whether the customer has agreed to our summary in this cycle."""
    agreed = any(each.get("agreed") for each in state.added("playbacks", this_cycle=True))
    return agreed or any(each.get("playback_agreed") for each in state.added("contacts", this_cycle=True))


def _knows_interests(state: CaseState) -> bool:
    sheets = [*state.added("negotiations", this_cycle=True), *state.added("agreements", this_cycle=True)]
    return any(is_said((each.get("interests") or {}).get("customer")) for each in sheets)
