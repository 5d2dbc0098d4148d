"""The rows of a file beside what is known of its customers, on the way to their outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from closeloop.followup.rules.history import Answer, own_history
from closeloop.followup.rules.match import match
from closeloop.followup.rules.quiet import Decision, Signal, decide
from closeloop.followup.rules.response_rule import BEST, DROP, ResponseRule
from closeloop.followup.triage.changes import CaseNote, CaseToMerge, CaseToOpen
from closeloop.followup.triage.keys import case_id
from closeloop.followup.triage.known import Known
from closeloop.followup.triage.read import NEVER, Read, judged
from closeloop.followup.triage.rows import CASE, SUPPRESSED, Key, ResponseRow

AMENDED, BEFORE = "amended", "before"
SETTLED = (AMENDED, BEFORE)
"""Reasons that no other answer has anything to do with."""
"""The answer was changed, and calls for nobody any more."""

_OF_RULE = ("rule_id", "opens", "code", "quiet_days", "safety", "severity")


class Planning:
    """Rows and their outcomes; made by `closeloop.followup.triage.plan.plan`.

    Parameters
    ----------
    taken : Read
        The rows of the file.
    on_history : sequence of ResponseRule
        The rules on customers' own earlier answers.
    known : Known
    now : datetime
    since : datetime, optional
        Answers from before call for nobody any more.
    """

    def __init__(
        self,
        taken: Read,
        on_history: Sequence[ResponseRule],
        known: Known,
        now: dt.datetime,
        since: dt.datetime | None = None,
    ) -> None:
        self.known, self.now, self.words, self.since = known, now, taken.words, since
        self.place: dict[Key, int] = {row.key: at for row, at in zip(taken.rows, taken.places, strict=True)}
        self._taken = set(known.case_ids)
        self.opens: list[CaseToOpen] = []
        self.merges: list[CaseToMerge] = []
        self.notes: list[CaseNote] = []
        subjects = {row.subject_id for row in taken.rows}
        rows = {row.key: row for row in taken.rows}
        rows |= {k: row for k, row in known.answers.items() if row.subject_id in subjects and k not in rows}
        if on_history and taken.rows:
            rows |= _by_history(rows, on_history, taken.rows[0].survey_id)
        self.rows = {key: self._with_outcome(row) for key, row in rows.items()}

    def changed(self) -> tuple[ResponseRow, ...]:
        """Return the rows that are new or not as they were."""
        return tuple(row for key, row in self.rows.items() if self.known.answers.get(key) != row)

    def _with_outcome(self, row: ResponseRow) -> ResponseRow:
        """Return a row with the outcome that it has already; an amended answer keeps its case, and is noted on it."""
        before = self.known.answers.get(row.key)
        if before is None or not before.qualifies or row.key not in self.place:
            too_old = self.since is not None and row.answered_at is not None and row.answered_at < self.since
            if too_old and row.qualifies and not row.outcome:
                return replace(row, outcome=SUPPRESSED, reason=BEFORE)
            return row
        kept = replace(
            row, qualifies=True, outcome=before.outcome, reason=before.reason, case_id=before.case_id,
            again=before.again,
        )  # fmt: skip
        if before.outcome == CASE or not row.qualifies:
            kept = replace(kept, **{name: getattr(before, name) for name in _OF_RULE})
        if not row.qualifies and before.outcome == SUPPRESSED:
            kept = replace(kept, reason=AMENDED)
        if before.scores != row.scores:
            was = {name: points for name, points in before.scores.items() if row.scores.get(name) != points}
            self._note(before.case_id, kept, "amended", was=was)
        return kept

    def settle(self) -> None:
        """Decide over each customer's answers, and put down what has to be done."""
        decisions = self._decisions()
        blocked = []
        for key in sorted(decisions):
            if decisions[key].opens:
                self._open(self.rows[key])
            else:
                blocked.append(key)
        merged: dict[str, str] = {}
        for key in blocked:
            self._suppress(self.rows[key], decisions[key], merged)
        for key in blocked:
            before, row = self.known.answers.get(key), self.rows[key]
            had = before.case_id if before is not None else ""
            if row.case_id not in (had, merged.get(had)) and not (before is not None and before.outcome == CASE):
                self._note(row.case_id, row, "again")

    def _decisions(self) -> dict[Key, Decision]:
        signals: dict[tuple[str, str], list[Signal]] = {}  # a suggestion keeps no complaint quiet
        decided: dict[Key, Decision] = {}
        for key, row in self.rows.items():
            if not row.qualifies or row.reason in SETTLED:
                continue
            if row.answered_at is None:
                decided[key] = Decision(opens=True)  # nobody knows when: it neither waits nor keeps others waiting
                continue
            has = row.outcome == CASE
            signals.setdefault((row.subject_id, row.opens), []).append(
                Signal(
                    key=key, at=row.answered_at, quiet_days=row.quiet_days, exempt=row.safety, has_case=has,
                    worked_on=has and row.case_id in self.known.worked_on,
                )
            )  # fmt: skip
        for case in self.known.by_hand:
            if beside := signals.get((case.subject_id, case.kind)):
                beside.append(Signal(key=("", case.case_id), at=case.received_at, by_hand=True))
        for of_one in signals.values():
            decided |= {key: found for key, found in decide(of_one).items() if key in self.rows}
        return decided

    def _open(self, row: ResponseRow) -> None:
        if row.outcome == CASE:
            return
        again = row.again
        while (name := case_id(*row.key, again)) in self._taken:
            again += 1
        self._taken.add(name)
        opened = replace(row, outcome=CASE, reason="", case_id=name, again=again)
        self.rows[row.key] = opened
        at = self._told_at(row) or self.now
        also = tuple(rule for rule in row.matched if rule != row.rule_id)
        self.opens.append(CaseToOpen(case_id=name, key=row.key, at=at, fields=self._fields(opened, at), also=also))

    def _told_at(self, row: ResponseRow) -> dt.datetime | None:
        """Return when the customer answered; nothing is told in the future."""
        return None if row.answered_at is None else min(row.answered_at, self.now)

    def _fields(self, row: ResponseRow, at: dt.datetime) -> dict[str, Any]:
        place = self.place.get(row.key)
        fields: dict[str, Any] = {
            "kind": row.opens, "channel": "survey", "form": "written", "scope": "customer",
            "subject_id": row.subject_id, "language": row.language, "received_at": at, "severity": row.severity,
            "safety": row.safety, "public_exposure": row.public_exposure, "rule_id": row.rule_id,
            "response_id": row.response_id, "survey_id": row.survey_id, "score": row.score, "code": row.code,
            "words": "" if place is None else self.words.said(place),
            "contact": "" if place is None else self.words.contact(place),
        }  # fmt: skip
        return {name: value for name, value in fields.items() if value is not None and value != ""}

    def _suppress(self, row: ResponseRow, decision: Decision, merged: dict[str, str]) -> None:
        survey, response = decision.because_of
        target = self.rows[survey, response].case_id if survey else response
        again = row.again
        if row.outcome == CASE:
            self.merges.append(CaseToMerge(case_id=row.case_id, into=target, key=row.key))
            merged[row.case_id] = target
            again += 1
        self.rows[row.key] = replace(row, outcome=SUPPRESSED, reason=decision.reason, case_id=target, again=again)

    def _note(self, case: str, row: ResponseRow, kind: Any, was: dict[str, float] | None = None) -> None:
        place = self.place.get(row.key)
        words = "" if place is None else self.words.said(place)
        self.notes.append(
            CaseNote(
                case_id=case, key=row.key, kind=kind, reason=row.reason, at=self._told_at(row), score=row.score,
                words=words, was=was or {},
            )
        )  # fmt: skip


def _by_history(rows: dict[Key, ResponseRow], rules: Sequence[ResponseRule], survey_id: str) -> dict[Key, ResponseRow]:
    """Return the rows of a survey that its customers' own earlier answers say something about."""
    own = [row for row in rows.values() if row.survey_id == survey_id and row.status not in NEVER]
    own = [row for row in own if not row.has_own_subject]
    items = sorted({name.removeprefix(BEST).removeprefix(DROP) for rule in rules for name in rule.names})
    answers = [Answer(subject_id=row.subject_id, at=row.answered_at, scores=row.scores) for row in own]
    found = match(rules, own_history(answers, items), len(own))
    by_id = {rule.id: rule for rule in rules}
    noted: dict[Key, ResponseRow] = {}
    for i, row in enumerate(own):
        hits = found.matched(i)
        if not hits:
            continue
        noted[row.key] = judged(replace(row, matched=tuple(dict.fromkeys((*row.matched, *hits)))), by_id)
    return noted
