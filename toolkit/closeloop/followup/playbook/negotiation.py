"""The negotiation sheet of a case, made from what the case says, its clocks and the limits of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.commands.context import Authority
from closeloop.followup.event import is_said
from closeloop.followup.playbook.negotiation_sheet import SIDES, Alternative, Contact, NegotiationSheet
from closeloop.followup.playbook.offers import Offer, next_option, offers_of, ranked_options, score_of
from closeloop.followup.playbook.remedies import remedies_of
from closeloop.followup.playbook.situation import moods_of
from closeloop.followup.playbook.standards import own_facts, standards_of
from closeloop.followup.state import CaseState, Entry


def negotiation(
    state: CaseState,
    *,
    readings: Sequence[ClockReading] = (),
    authority: Authority | None = None,
    person: str = "",
) -> NegotiationSheet:
    """Return the negotiation sheet of a case: of this cycle, the last word on each point.

    Parameters
    ----------
    state : CaseState
    readings : sequence of ClockReading
        What its clocks show; they stand beside the standards.
    authority : Authority, optional
        Who may concede how much.
    person : str
        Who negotiates; the owner, if left out.

    Examples
    --------
    >>> from closeloop.followup.case.examples import load_example
    >>> from closeloop.followup.case.fold import fold
    >>> sheet = negotiation(fold(load_example("ecommerce").events()["C-SAMPLES1"]))
    >>> [each.answer for each in sheet.alternatives], sheet.empty
    (['accepted', ''], ())
    """
    sheets = state.added("negotiations", this_cycle=True)
    said = sorted([*sheets, *state.added("agreements", this_cycle=True)], key=lambda each: each.seq)
    offers = offers_of(state)
    return NegotiationSheet(
        case_id=state.case_id,
        positions=_by_side(said, "positions"),
        interests=_by_side(said, "interests"),
        shared=tuple(str(each) for each in _last(sheets, "shared_interests") or ()),
        standards=standards_of(state),
        own_facts=own_facts(readings),
        alternatives=_alternatives(state, offers, authority, person or str(state.value("owner") or "")),
        without_agreement=_by_side(sheets, "alternatives"),
        minimum=_last(sheets, "minimum"),
        target=_last(sheets, "target"),
        maximum=_last(sheets, "maximum"),
        walk_away=str(_last(sheets, "walk_away") or ""),
        before=_last(sheets, "relationship_before"),
        after=_last(sheets, "relationship_after"),
        contacts=_contacts(state),
        moods=moods_of(state),
        offers=offers,
        next_option=next_option(state),
    )


def _alternatives(
    state: CaseState, offers: tuple[Offer, ...], authority: Authority | None, person: str
) -> tuple[Alternative, ...]:
    answers = {each.option: each.answer for each in offers}
    return tuple(
        Alternative(
            option=option,
            rank=rank,
            score=score_of(state, option),
            answer=answers.get(option.seq, ""),
            beyond=None if authority is None else authority.beyond(person, option.fields),
            approved=any(each.get("option") == option.seq for each in state.added("approvals")),
            remedies=remedies_of(option),
        )
        for rank, option in enumerate(ranked_options(state), 1)
    )


def _contacts(state: CaseState) -> tuple[Contact, ...]:
    found: dict[str, list[Entry]] = {}
    for each in state.added("contacts"):
        if each.get("reached") and each.get("human", True):
            found.setdefault(each.actor, []).append(each)
    return tuple(
        Contact(who=who, n=len(each), last_emotion=str(each[-1].get("emotion") or "")) for who, each in found.items()
    )


def _by_side(sheets: Sequence[Entry], name: str) -> Mapping[str, str]:
    """Return side → the last that was said, a sealed text as "…"."""
    found: dict[str, str] = {}
    for sheet in sheets:
        for side, words in (sheet.get(name) or {}).items():
            if side in SIDES and is_said(words):
                found[side] = words if isinstance(words, str) else "…"
    return found


def _last(sheets: Sequence[Entry], name: str) -> Any:
    return next((each.get(name) for each in reversed(sheets) if is_said(each.get(name))), None)
