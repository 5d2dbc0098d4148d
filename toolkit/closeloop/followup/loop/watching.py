"""What a loop does by itself, every morning or every night: look for early signs, escalate, propose owners."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.followup.case.fold import fold
from closeloop.followup.loop.actor import who
from closeloop.followup.loop.desk import Command
from closeloop.followup.rules.alert import ACKNOWLEDGED, CASE, SHOWN, Alert
from closeloop.followup.rules.alert_rule import shipped_alert_rules
from closeloop.followup.rules.assign import ToAssign, assign
from closeloop.followup.rules.observed import ObservedAnswer, ObservedCase
from closeloop.followup.rules.watch import watch
from closeloop.followup.triage.waiting import Drawn, Waiting, WaitingList, draw_lots
from closeloop.text import message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.followup.event import CaseEvent
    from closeloop.followup.loop.desk import Desk
    from closeloop.followup.loop.moments import Moment
    from closeloop.followup.state import CaseState
    from closeloop.followup.store.transaction import Reading

ACTOR = "rules"
"""Who does what no person did."""

ALERT_COLUMNS = ("rule_id", "ref", "fired_at", "severity", "outcome", "reason", "case_id", "sentence")


class Watchful:
    """What a loop does by itself; part of `closeloop.followup.loop.loop.Loop`. Nothing here ever ends a case."""

    actor: str
    _desk: Desk

    def watch(self, now: Moment | None = None, *, exposure: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Judge what came in by the alert rules: a sudden drop, a surge, a cluster; keep the alerts that are new.

        The rules are those that were adopted, else the shipped ones. Where a rule says so, a case of our own is opened
        for an alert; every other one is shown, or suppressed for a reason. Doing it twice finds nothing twice.

        Parameters
        ----------
        now : datetime or str, optional
            Only windows that are over by then are judged.
        exposure : mapping of str to float, optional
            Window → what cases are counted over, such as orders, for rules that ask for it.

        Returns
        -------
        DataFrame
            The new alerts, as `alerts` shows them.
        """
        desk, moment = self._desk, self._desk.clock.now(now)
        with desk.store.writing(alone=True) as tx:
            rules = desk.house.all(tx, "alert_rule") or list(shipped_alert_rules())
            before = [_alert_of(row) for row in tx.alerts() if not row["response_id"]]
            found = watch(
                rules, now=moment, answers=_answers(tx), cases=_cases(tx), exposure=exposure, fired=before,
                zone=desk.clock.timezone or "UTC",
            )  # fmt: skip
            kept = [self._with_case(alert) if alert.outcome == CASE else alert for alert in found]
            tx.put_alerts([alert.to_row() for alert in kept])
        return _frame([alert.to_row() for alert in kept])

    def alerts(self, **filters: Any) -> pd.DataFrame:
        """Return the alerts that stand: what was seen, why, and what became of it; filters as in `cases`."""
        with self._desk.store.reading() as tx:
            return _frame([row for row in tx.alerts(**filters) if not row["response_id"]])

    def acknowledge_alert(self, rule_id: str, ref: str) -> None:
        """Note that somebody has seen an alert.

        Raises
        ------
        ValueError
            If there is no such alert on the board.
        """
        with self._desk.store.writing() as tx:
            rows = tx.alerts(rule_id=rule_id, ref=ref, outcome=SHOWN)
            if not rows:
                raise ValueError(message("loop.no_alert", rule=rule_id, ref=ref, outcome=ACKNOWLEDGED))
            tx.put_alerts([_alert_of(rows[0]).acknowledged(who(self.actor)).to_row()])

    def escalate(self, now: Moment | None = None) -> int:
        """Bring cases to the level that the escalation rules ask for: no owner, no answer, late, late again.

        Returns
        -------
        int
            How many went higher. Doing it twice does nothing twice.
        """
        from closeloop.followup.clock.escalation import escalations
        from closeloop.followup.clock.escalation_rules import load_escalation

        desk, moment = self._desk, self._desk.clock.now(now)

        def higher() -> Iterator[tuple[str, list[CaseEvent], list[Command]]]:
            for events in tx.events_of([row["case_id"] for row in tx.cases(is_open=True)]):
                state = fold(events)
                readings = desk.readings(tx, events, moment)
                due = [each for each in escalations(state, readings, moment, rules, said.calendars) if each.is_due]
                if due and due[0].level > state.escalation:
                    fields = {"level": due[0].level, "reason": str(due[0].reason)}
                    yield state.case_id, events, [Command(name="escalate", fields=fields, actor=ACTOR)]

        with desk.store.writing(alone=True) as tx:
            rules = (desk.house.all(tx, "escalation") or [load_escalation()])[-1]
            said = desk.house.said(tx)
            return desk.write_many(tx, higher())

    def assign_open(self) -> int:
        """Give every case that nobody owns to a team and a person, by what the adopted teams say.

        Returns
        -------
        int
            How many were given to a person; the others wait for their team and stay in what is due.
        """
        desk = self._desk
        with desk.store.writing(alone=True) as tx:
            teams = desk.house.all(tx, "team")
            if not teams:
                raise ValueError(message("loop.no_teams"))
            rows = tx.cases(is_open=True)
            load = Counter(row["owner"] for row in rows if row["owner"])
            open_cases = [_to_assign(row) for row in rows if not row["owner"]]
            given = [each for each in assign(open_cases, teams, load) if each.owner]
            commands = (
                [Command(name="assign", fields={"owner": each.owner, "team": each.team}, actor=ACTOR)] for each in given
            )
            histories = tx.events_of([each.case_id for each in given])
            return desk.write_many(tx, zip((each.case_id for each in given), histories, commands, strict=True))

    def draw_lots(self, capacity: int, seed: str = "") -> WaitingList:
        """Draw who is called first, where there is not time for everybody: only a lot can tell whether calling helps.

        Among the open cases that nobody has answered and no lot was drawn for; severe cases, matters of safety and
        promised calls are never made to wait. What was drawn is recorded on each case.

        Parameters
        ----------
        capacity : int
            How many customers can be called in this turn.
        seed : str, optional
            With which the same lots can be drawn again; today's date, if left out.
        """
        desk = self._desk
        with desk.store.writing(alone=True) as tx:
            rows = {row["case_id"]: row for row in tx.cases(is_open=True) if not row["first_response_at"]}
            histories = dict(zip(rows, tx.events_of(list(rows)), strict=True))
            states = {case_id: fold(events) for case_id, events in histories.items()}
            waiting = [_waiting(rows[case_id], state) for case_id, state in states.items() if not state.value("arm")]
            drawn = draw_lots(waiting, capacity=capacity, seed=seed or desk.clock.now().date().isoformat())
            desk.write_many(tx, ((one.case_id, histories[one.case_id], [_lot(one)]) for one in drawn.drawn))
        return drawn

    def _with_case(self, alert: Alert) -> Alert:
        case = self.open_case(  # type: ignore[attr-defined]
            str(alert.sentence), "desk", min(alert.fired_at, self._desk.clock.now()), form="written", actor=ACTOR,
            kind="other",
            scope="interdepartment", rule_id=alert.rule_id, severity=alert.severity or None,
        )  # fmt: skip
        return replace(alert, case_id=case.case_id)


def _lot(drawn: Drawn) -> Command:
    fields = {"arm": drawn.arm or "exempt", "stratum": drawn.stratum or None, "seed": drawn.seed}
    return Command(name="draw_lot", fields=fields, actor=ACTOR)


def _waiting(row: Mapping[str, Any], state: CaseState) -> Waiting:
    promised = any(promise.get("kept") is None for promise in state.added("promises"))
    return Waiting(
        case_id=row["case_id"], subject_id=row["subject_id"] or row["case_id"], stratum=row["survey_id"] or "",
        severity=row["severity"] or "minor", safety=bool(row["safety"]), promised=promised,
    )  # fmt: skip


def _answers(tx: Reading) -> list[ObservedAnswer]:
    found = []
    for row in tx.responses():
        if row["answered_at"] is not None:
            scores = row["scores"]
            segments = {name: row[name] for name in ("channel", "wave", "language") if row[name]}
            found.append(
                ObservedAnswer(
                    at=dt.datetime.fromisoformat(row["answered_at"]), survey_id=row["survey_id"],
                    scores=json.loads(scores) if isinstance(scores, str) else scores, segments=segments,
                )
            )  # fmt: skip
    return found


def _cases(tx: Reading) -> list[ObservedCase]:
    return [
        ObservedCase(
            at=dt.datetime.fromisoformat(row["received_at"]), case_id=row["case_id"],
            subject_id=row["subject_id"] or "", kind=row["kind"] or "other",
            segments={name: row[name] for name in ("code", "channel", "department") if row[name]},
        )
        for row in tx.cases()
        if row["scope"] != "interdepartment"
    ]  # fmt: skip


def _alert_of(row: Mapping[str, Any]) -> Alert:
    detail = row["detail"]
    said = dict(row) | {"detail": json.loads(detail) if isinstance(detail, str) else detail}
    at = row["fired_at"]
    return Alert.of(said | {"fired_at": dt.datetime.fromisoformat(at) if isinstance(at, str) else at})


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    shown = [{**row, "sentence": str(_alert_of(row).sentence)} for row in rows]
    return pd.DataFrame(shown, columns=list(ALERT_COLUMNS))


def _to_assign(row: Mapping[str, Any]) -> ToAssign:
    names = ("case_id", "kind", "severity", "code", "department", "language", "problem_id")
    return ToAssign(**{name: row[name] or "" for name in names})
