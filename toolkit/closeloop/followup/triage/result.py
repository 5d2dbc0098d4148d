"""What triage did, and the proof that nothing is missing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.followup.rules.quiet import REASONS
from closeloop.followup.rules.response_rule import ResponseRule
from closeloop.followup.triage.changes import CaseToMerge, CaseToOpen
from closeloop.followup.triage.known import Known
from closeloop.followup.triage.planning import BEFORE, SETTLED
from closeloop.followup.triage.rows import CASE, SUPPRESSED, ResponseRow
from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.intervals import share_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_list

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

ALL_REASONS = (*REASONS, *SETTLED)
_LEDGER = ("rows_in", "accepted", "quarantined", "superseded")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTally:
    """What one rule led to.

    Attributes
    ----------
    rule : str
    title : LocalText
    n_qualifying, n_cases, n_contactable : int
    suppressed : mapping of str to int
        Reason → responses.
    n_noted : int
        Responses that it matched beside the rule that counted.

    Examples
    --------
    >>> RuleTally(rule="detractor", title=LocalText("detractor"), n_qualifying=3, n_cases=2, n_contactable=1,
    ...           suppressed={"quiet_period": 1}).n_suppressed
    1
    """

    rule: str
    title: LocalText
    n_qualifying: int
    n_cases: int
    n_contactable: int
    suppressed: Mapping[str, int] = field(default_factory=dict)
    n_noted: int = 0

    @property
    def n_suppressed(self) -> int:
        """How many opened no case."""
        return sum(self.suppressed.values())


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TriageResult(TableResult):
    """What became of the responses of one file.

    Attributes
    ----------
    survey_id : str
    ledger : mapping of str to int
        ``rows_in``, ``accepted``, ``quarantined``, ``superseded``; what was not told is left out.
    n_accepted : int
    rules : tuple of RuleTally
        In their order of precedence.
    n_opened, n_merged : int
        Cases opened now, of these responses and of earlier ones of the same customers; cases merged now.
    n_known : int
        Accepted responses that an earlier file brought already.
    opened : tuple of str
        The cases opened now.
    n_undated, n_future, n_repeated, n_anonymous, n_amended : int
        Qualifying responses without a time; responses dated in the future; rows that another row of the same id
        replaces; qualifying responses of nobody known; known responses that have changed.
    not_applied : mapping of str to tuple of str
        Rules that could not be applied, and what these responses lack.

    Examples
    --------
    >>> tally = RuleTally(rule="detractor", title=LocalText("detractor"), n_qualifying=3, n_cases=2, n_contactable=3,
    ...                   suppressed={"quiet_period": 1})
    >>> print(TriageResult(survey_id="s", n_accepted=40, rules=(tally,), n_opened=2).sentence)
    3 of 40 responses call for somebody: 2 have a case (2 opened now), 1 suppressed for a reason; none is missing.
    """

    kind: ClassVar[str] = "triage"

    survey_id: str
    n_accepted: int
    rules: tuple[RuleTally, ...]
    ledger: Mapping[str, int] = field(default_factory=dict)
    n_opened: int = 0
    n_merged: int = 0
    n_known: int = 0
    opened: tuple[str, ...] = ()
    n_undated: int = 0
    n_future: int = 0
    n_repeated: int = 0
    n_anonymous: int = 0
    n_amended: int = 0
    not_applied: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def n_qualifying(self) -> int:
        """Responses that call for somebody."""
        return sum(rule.n_qualifying for rule in self.rules)

    @property
    def n_cases(self) -> int:
        """Qualifying responses with a case of their own, opened now or earlier."""
        return sum(rule.n_cases for rule in self.rules)

    @property
    def n_contactable(self) -> int:
        """Qualifying responses of customers whom one can and may contact."""
        return sum(rule.n_contactable for rule in self.rules)

    @property
    def suppressed(self) -> dict[str, int]:
        """Why qualifying responses opened no case → how many."""
        total: Counter[str] = Counter()
        for rule in self.rules:
            total.update(rule.suppressed)
        return {reason: total[reason] for reason in ALL_REASONS if total[reason]}

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return message("triage.title", survey=self.survey_id)

    @property
    def sentence(self) -> LocalText:
        """How many call for somebody, how many have a case, how many do not and that they are all accounted for."""
        return message(
            "triage.sentence" if self.n_qualifying else "triage.nobody",
            qualifying=told(self.n_qualifying, "count"), accepted=told(self.n_accepted, "count"),
            cases=told(self.n_cases, "count"), opened=told(self.n_opened, "count"),
            suppressed=told(self.n_qualifying - self.n_cases, "count"),
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Where the rows went, why responses were suppressed, whom one may contact, what else a reader should know."""
        notes = []
        if len(self.ledger) == len(_LEDGER):
            notes.append(message("triage.note_rows", **{name: told(self.ledger[name], "count") for name in _LEDGER}))
        noted = {reason: count for reason, count in self.suppressed.items() if reason != BEFORE}
        if noted:
            reasons = [
                message("triage.counted", what=message(f"triage.reason_{reason}"), count=told(count, "count"))
                for reason, count in noted.items()
            ]
            notes.append(message("triage.note_suppressed", reasons=told_list(reasons)))
        if BEFORE in self.suppressed:
            notes.append(message("triage.note_before", count=told(self.suppressed[BEFORE], "count")))
        if self.n_qualifying:
            limits = share_interval(self.n_contactable, self.n_qualifying)
            notes.append(message(
                "triage.note_contactable", count=told(self.n_contactable, "count"),
                n=told(self.n_qualifying, "count"),
                share=told(self.n_contactable / self.n_qualifying, "percent", 0),
                interval=told_interval(float(limits.low), float(limits.high), "percent", 0),
            ))  # fmt: skip
        counts = ("known", "merged", "amended", "anonymous", "undated", "future", "repeated")
        found = {name: getattr(self, f"n_{name}") for name in counts}
        notes += [message(f"triage.note_{name}", count=told(n, "count")) for name, n in found.items() if n]
        notes += [
            message("triage.note_not_applied", rule=rule, names=", ".join(f"{{{name}}}" for name in missing))
            for rule, missing in self.not_applied.items()
        ]
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Rule, what qualifies, cases, each reason that occurs, contactable."""
        reasons = [Shown(reason, message(f"triage.head_{reason}"), "count") for reason in self.suppressed]
        return (
            Shown("title", message("triage.rule")),
            Shown("n_qualifying", message("triage.qualifying"), "count"),
            Shown("n_cases", message("triage.cases"), "count"),
            *reasons,
            Shown("contactable", message("triage.contactable"), "percent", digits=0),
            Shown("contactable_low", message("triage.interval"), "percent", high="contactable_high", digits=0),
            Shown("n_noted", message("triage.noted"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per rule."""
        rows = []
        for rule in self.rules:
            limits = share_interval(rule.n_contactable, rule.n_qualifying)
            share = rule.n_contactable / rule.n_qualifying if rule.n_qualifying else float("nan")
            rows.append({
                "rule": rule.rule, "title": rule.title, "n_qualifying": rule.n_qualifying, "n_cases": rule.n_cases,
                **{reason: rule.suppressed.get(reason, 0) for reason in ALL_REASONS},
                "n_contactable": rule.n_contactable, "contactable": share, "contactable_low": float(limits.low),
                "contactable_high": float(limits.high), "n_noted": rule.n_noted,
            })  # fmt: skip
        return rows

    def facts(self) -> Mapping[str, Any]:
        """Return the ledger and the totals."""
        names = ("survey_id", "n_accepted", "n_qualifying", "n_cases", "n_contactable", "n_opened", "n_merged",
                 "n_known", "n_undated", "n_future", "n_repeated", "n_anonymous", "n_amended")  # fmt: skip
        return {
            "ledger": dict(self.ledger), **{name: getattr(self, name) for name in names},
            "suppressed": self.suppressed, "not_applied": dict(self.not_applied),
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw how many responses reach each step, from the file to the case."""
        from closeloop.views.triage_chart import plot_triage

        return plot_triage(self, ax)


def reconciled(
    rows: Sequence[ResponseRow],
    *,
    survey: Survey,
    rules: Sequence[ResponseRule],
    known: Known,
    opened: Sequence[CaseToOpen],
    merged: Sequence[CaseToMerge],
    not_applied: Mapping[str, tuple[str, ...]],
    repeated: int,
    ledger: Mapping[str, int] | None,
    now: dt.datetime,
) -> TriageResult:
    """Return the result, after counting that nothing is missing.

    Parameters
    ----------
    rows : sequence of ResponseRow
        Those of the file, with their outcomes.
    survey, rules, known, opened, merged, not_applied, repeated, ledger, now
        What they came from and led to.

    Raises
    ------
    ValueError
        If rows in are not accepted + quarantined + superseded, if the accepted are not those at hand, or if a
        qualifying response has neither a case nor a reason.
    """
    told_rows = {name: int(ledger[name]) for name in _LEDGER if ledger is not None and name in ledger}
    if len(told_rows) == len(_LEDGER):
        total = sum(told_rows[name] for name in _LEDGER[1:])
        if told_rows["rows_in"] != total or told_rows["accepted"] != len(rows) + repeated:
            raise ValueError(message("triage.rows_missing", **told_rows, total=total, at_hand=len(rows) + repeated))
    lost = [row for row in rows if row.qualifies != (row.outcome in (CASE, SUPPRESSED))]
    lost += [row for row in rows if row.outcome == SUPPRESSED and row.reason not in ALL_REASONS]
    lost += [row for row in rows if row.outcome and not row.case_id and row.reason != BEFORE]
    if lost:
        examples = ", ".join(row.response_id for row in lost[:5])
        raise ValueError(message("triage.responses_missing", count=len(lost), examples=examples))
    titles = {rule.id: rule.title or LocalText(rule.id) for rule in rules}
    used = dict.fromkeys((*titles, *(row.rule_id for row in rows if row.qualifies)))
    before = [known.answers[row.key] for row in rows if row.key in known.answers]
    asked_for = [row for row in rows if row.qualifies]
    return TriageResult(
        survey_id=survey.id,
        n_accepted=len(rows),
        rules=tuple(_tally(rule, titles.get(rule, LocalText(rule)), rows) for rule in used),
        ledger=told_rows,
        n_opened=len(opened),
        n_merged=len(merged),
        n_known=len(before),
        opened=tuple(case.case_id for case in opened),
        n_undated=sum(row.answered_at is None for row in asked_for),
        n_future=sum(row.answered_at is not None and row.answered_at > now for row in rows),
        n_repeated=repeated,
        n_anonymous=sum(row.has_own_subject for row in asked_for),
        n_amended=sum(known.answers[row.key].scores != row.scores for row in rows if row.key in known.answers),
        not_applied=not_applied,
    )


def _tally(rule: str, title: LocalText, rows: Sequence[ResponseRow]) -> RuleTally:
    own = [row for row in rows if row.qualifies and row.rule_id == rule]
    return RuleTally(
        rule=rule, title=title, n_qualifying=len(own), n_cases=sum(row.outcome == CASE for row in own),
        n_contactable=sum(row.contactable for row in own),
        suppressed=dict(Counter(row.reason for row in own if row.outcome == SUPPRESSED)),
        n_noted=sum(rule in row.matched and row.rule_id != rule for row in rows),
    )  # fmt: skip
