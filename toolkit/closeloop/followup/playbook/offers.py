"""The options of a case in their order, what was offered of them and what the customer said, and which comes next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from closeloop.followup.state import CaseState, Entry
from closeloop.text import LocalText, message

CRITERIA = ("resources", "time", "people", "customer", "market")
Answer = Literal["", "accepted", "refused", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer and its answer.

    Attributes
    ----------
    seq : int
        Number of the event.
    at : datetime
    option : int
        Number of the option.
    by, channel : str
    answer : str
        ``accepted``, ``refused``, ``waiting``.
    answered_at : datetime or None
    """

    seq: int
    at: dt.datetime
    option: int
    by: str
    channel: str
    answer: Answer
    answered_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOption:
    """What to put on the table next.

    Attributes
    ----------
    option : Entry or None
        None if nothing is left.
    reason : LocalText
    left : int
        How many more there are after it.
    """

    option: Entry | None
    reason: LocalText
    left: int


def ranked_options(state: CaseState) -> tuple[Entry, ...]:
    """Return the options of this cycle that are not interim: those with the best scores first, unscored ones last.

    The score is the mean of the five criteria, each 1 to 5; of equals the earlier option comes first. Options that are
    not lawful are not among them.
    """
    options = [each for each in state.added("options", this_cycle=True) if not each.get("interim")]
    lawful = [each for each in options if each.get("lawful") != "no"]
    return tuple(sorted(lawful, key=lambda each: (-(score_of(state, each) or 0), each.seq)))


def score_of(state: CaseState, option: Entry) -> float | None:
    """Return the mean of the criteria by which an option was scored last; None if it was not."""
    scored = [each for each in state.added("option_scores") if each.get("option") == option.seq]
    if not scored:
        return None
    marks = [scored[-1].get(name) for name in CRITERIA]
    given = [float(mark) for mark in marks if isinstance(mark, int | float)]
    return sum(given) / len(given) if given else None


def offers_of(state: CaseState) -> tuple[Offer, ...]:
    """Return every offer of this cycle with what became of it.

    An agreement answers the offer of its option; a refusal answers all that were open when it came.
    """
    interim = {each.seq for each in state.added("options") if each.get("interim")}
    answers = [
        (each.seq, each.at, "accepted", each.get("option")) for each in state.added("agreements", this_cycle=True)
    ]
    answers += [(each.seq, each.at, "refused", None) for each in state.added("refusals", this_cycle=True)]
    found = []
    for offer in state.added("offers", this_cycle=True):
        option = int(offer.get("option") or 0)
        later = sorted(each for each in answers if each[0] > offer.seq and each[3] in (None, option))
        answer: Answer = "waiting"
        if option in interim:
            answer = ""
        elif later:
            answer = "accepted" if later[0][2] == "accepted" else "refused"
        found.append(
            Offer(
                seq=offer.seq,
                at=offer.at,
                option=option,
                by=offer.actor,
                channel=str(offer.get("channel") or ""),
                answer=answer,
                answered_at=later[0][1] if later and answer else None,
            )
        )
    return tuple(found)


def next_option(state: CaseState) -> NextOption:
    """Return the best option that the customer has not been offered in this cycle.

    Examples
    --------
    >>> at = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    >>> def entry(seq, **fields):
    ...     return Entry(seq=seq, at=at, actor="li", cycle=1, fields=fields)
    >>> from closeloop.followup.state import Cycle
    >>> case = CaseState(case_id="C-1", stage="analysing", cycles=[Cycle(number=1, began_at=at)], entries={
    ...     "options": [entry(5, text="Refund"), entry(6, text="Replacement")],
    ...     "offers": [entry(8, option=5, channel="phone")], "refusals": [entry(9)]})
    >>> found = next_option(case)
    >>> found.option.get("text"), found.left, str(found.reason)
    ('Replacement', 0, 'Option no. 5 was refused; this one comes next in the order.')
    """
    offers = offers_of(state)
    offered = {each.option for each in offers}
    waiting = [each.option for each in offers if each.answer == "waiting"]
    left = [each for each in ranked_options(state) if each.seq not in offered]
    refused = [each.option for each in offers if each.answer == "refused"]
    if not left:
        return NextOption(option=None, reason=message("playbook.next_none"), left=0)
    if waiting:
        reason = message("playbook.next_waiting", option=waiting[-1])
    elif refused:
        reason = message("playbook.next_refused", option=refused[-1])
    else:
        reason = message("playbook.next_first")
    return NextOption(option=left[0], reason=reason, left=len(left) - 1)
