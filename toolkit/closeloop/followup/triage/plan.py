"""`plan`: every response that qualifies becomes a case, or is suppressed for a reason that is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.followup.rules.response_rule import ResponseRule, rules_for
from closeloop.followup.triage.changes import CaseNote, CaseToMerge, CaseToOpen
from closeloop.followup.triage.contact import ContactPlan, contact_plan
from closeloop.followup.triage.keys import subject_id
from closeloop.followup.triage.known import Known
from closeloop.followup.triage.planning import Planning
from closeloop.followup.triage.read import PUBLIC_CHANNELS, read
from closeloop.followup.triage.result import TriageResult, reconciled
from closeloop.followup.triage.rows import ResponseRow
from closeloop.text import message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.survey.survey import Survey


@dataclass(frozen=True, slots=True, kw_only=True)
class TriagePlan:
    """What a file of responses leads to.

    Attributes
    ----------
    rows : tuple of ResponseRow
        To be kept: new ones, and known ones of which something has changed.
    opens : tuple of CaseToOpen
    merges : tuple of CaseToMerge
        After the openings.
    notes : tuple of CaseNote
        After the mergers.
    result : TriageResult
    """

    rows: tuple[ResponseRow, ...]
    opens: tuple[CaseToOpen, ...]
    merges: tuple[CaseToMerge, ...]
    notes: tuple[CaseNote, ...]
    result: TriageResult


def plan(
    accepted: pd.DataFrame,
    survey: Survey,
    *,
    now: dt.datetime,
    rules: Iterable[ResponseRule] = (),
    known: Known | None = None,
    contact: ContactPlan | None = None,
    subject_of: Callable[[str], str] = subject_id,
    public_channels: Collection[str] = PUBLIC_CHANNELS,
    ledger: Mapping[str, int] | None = None,
    since: dt.datetime | None = None,
) -> TriagePlan:
    """Return what becomes of accepted responses; nothing is written, and the same in gives the same out.

    Parameters
    ----------
    accepted : DataFrame
        The accepted rows of `closeloop.responses.responses.Responses`.
    survey : Survey
        Its `follow_up` rules open cases, the first that matches; the others are noted.
    now : datetime
        For answers of which nobody knows the time, and for those dated in the future.
    rules : iterable of ResponseRule
        Further ones, after the survey's; those on a customer's own history come last.
    known : Known
        What is kept of earlier files.
    contact : ContactPlan
        How customers are reached; left out, read off the survey.
    subject_of : callable
        Customer → pseudonym.
    public_channels : collection of str
        Channels (``channel_source``) on which others read along: they raise the severity.
    ledger : mapping
        ``rows_in``, ``accepted``, ``quarantined``, ``superseded`` of the file.
    since : datetime, optional
        Answers from before, such as those of last year, are kept and counted, but call for nobody any more: they are
        suppressed for that reason, unless they have a case already.

    Returns
    -------
    TriagePlan

    Raises
    ------
    ValueError
        If rows or qualifying responses are not accounted for, if a rule asks about something that is not there and
        belongs to the survey, or if `now` has no time zone.

    Notes
    -----
    Quiet periods are decided over all answers of a customer that are known, in the order of their times, whatever the
    order in which the files came. So an earlier answer that comes to be known later opens its case, and the case of the
    later answer is merged into it, unless somebody has already done something with that; then the earlier answer is
    suppressed for that reason. An answer without a time is never suppressed by a quiet period and begins none. A
    response without respondent is a customer of its own.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> survey = cl.load_survey("relationship-nps")
    >>> times = ["2026-03-01", "2026-03-09", "2026-03-09"]
    >>> answers = pd.DataFrame({"respondent_id": [*"aab"], "answered_at": times, "recommend": ["3", "2", "9"]})
    >>> found = plan(cl.read_responses(answers, survey).accepted, survey, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    >>> [(row.outcome, row.reason) for row in found.rows]
    [('case', ''), ('suppressed', 'quiet_period'), ('', '')]
    """
    if now.tzinfo is None:
        raise ValueError(message("triage.no_zone", now=now.isoformat()))
    before = known or Known()
    chosen = rules_for(survey.id, survey.follow_up, rules)
    taken = read(accepted, survey, chosen, contact or contact_plan(survey), subject_of, public_channels)
    made = Planning(taken, [rule for rule in chosen if rule.needs_history], before, now, since)
    made.settle()
    result = reconciled(
        [made.rows[row.key] for row in taken.rows], survey=survey, rules=chosen, known=before, opened=made.opens,
        merged=made.merges, not_applied=taken.matches.not_applied, repeated=taken.repeated, ledger=ledger, now=now,
    )  # fmt: skip
    return TriagePlan(
        rows=made.changed(), opens=tuple(made.opens), merges=tuple(made.merges), notes=tuple(made.notes),
        result=result,
    )  # fmt: skip
