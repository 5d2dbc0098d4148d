"""What is at fault with a case: the four faults that lose customers, and what else a look at its history shows.

``F1`` … ``F4`` are those of the source's failing retailer: late; no playback; a solution tied to no cause; neither
re-measure nor lesson. ``C…`` are further ones, of single steps and records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from closeloop.followup.case.history_check import history_findings
from closeloop.followup.case.record_check import record_findings
from closeloop.followup.event import CaseEvent, is_said
from closeloop.followup.stages.guards.guard import entry
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState, Entry
from closeloop.rootcause.findings import Finding, Findings, Level
from closeloop.text import LocalText, message
from closeloop.written import told_list

if TYPE_CHECKING:
    from closeloop.followup.clock.clock_reading import ClockReading
    from closeloop.followup.commands.context import Context

_ANSWERING = ("acknowledge", "first_response")
_LATE = frozenset({"breached", "met_late"})
_NOT_LEARNT = frozenset({"lesson", "remeasure"})


def case_findings(
    state: CaseState,
    events: Sequence[CaseEvent],
    readings: Sequence[ClockReading],
    now: dt.datetime,
    context: Context | None = None,
) -> Findings:
    """Return what is at fault with a case.

    Parameters
    ----------
    state : CaseState
    events : sequence of CaseEvent
        All of them.
    readings : sequence of ClockReading
        What its clocks show at `now`.
    now : datetime
    context : Context, optional
        Teams and how often a customer is asked; without it, what depends on them is not judged.

    Returns
    -------
    Findings
        ``F1`` late · ``F2`` no playback · ``F3`` a solution that is tied to no cause · ``F4`` neither re-measure nor
        lesson · ``C1`` a step that the table does not have · ``C2`` closed as confirmed without the customer's own
        word · ``C3`` a pause that counts as time · ``C4`` promises · ``C5`` evidence that nobody looked for · ``C6`` no
        owner · ``C7`` nothing happens · ``C8`` written down late · ``C9`` only training · ``C10`` other deadlines ·
        ``C11`` steps taken although something was missing · ``C12`` times that cannot be.

    Examples
    --------
    >>> from closeloop.followup.case.examples import load_example
    >>> from closeloop.followup.case.fold import fold
    >>> events = load_example("retailer").events()["C-SAMPLEF1"]
    >>> case_findings(fold(events), events, [], events[-1].at).rules
    ('F2', 'F3', 'F4')
    """
    taken = history_findings(events, context)
    found = [*_late(readings), *_no_playback(taken), *_untied(state), *_nothing_learnt(state, taken)]
    found += [each for step in taken for each in step.findings()]
    found += list(record_findings(state, events, readings, now))
    return Findings(found)


def finding(rule: str, level: Level, key: str, at: object = "", **fields: object) -> Finding:
    """Return a finding with its text and, where there is one, what to do about it."""
    suggestion = f"case.{key}_do"
    return Finding(
        rule=rule,
        level=level,
        at=str(at),
        message=message(f"case.{key}", **fields),
        suggestion=message(suggestion, **fields),
    )
