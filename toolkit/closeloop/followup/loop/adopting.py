"""Adopting the rules of the house: they hold from now on, for open cases too, and never change what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from closeloop.followup.case.fold import fold
from closeloop.followup.commands.decide import SKEW
from closeloop.followup.loop.actor import who
from closeloop.followup.loop.desk import Command
from closeloop.followup.loop.house import KINDS, kind_of
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.event import CaseEvent
    from closeloop.followup.loop.desk import Desk
    from closeloop.followup.loop.moments import Moment
    from closeloop.followup.store.transaction import Reading, Writing


class Adopting:
    """What a loop does with the rules of the house; part of `closeloop.followup.loop.loop.Loop`."""

    actor: str
    _desk: Desk

    def adopt(self, setting: Any, since: Moment | None = None) -> int:
        """Keep a rule of the house: a policy, calendar, team, channel, alert rule, limits of authority.

        A policy that is adopted holds for the open cases, too: from `since` on its targets count, in each case after
        the policy it began under; time that has run stays, and what was late stays late. A calendar in a new version
        holds for all cases whose policy names it without a version.

        Parameters
        ----------
        setting : Policy, Calendar, Team, Channel, AlertRule, ContactRest, EscalationRules, ResponseRule …
        since : datetime or str, optional
            From when on; now, if left out. Not in the future: adopt it when its time has come.

        Returns
        -------
        int
            Its version in this register.

        Raises
        ------
        ValueError
            If it is no rule of the house, is to hold from a later time on, names a calendar that is not there, or says
            something else than the same version that was adopted before.
        """
        desk, now = self._desk, self._desk.clock.now()
        at, by, kind = desk.clock.now(since), who(self.actor), kind_of(setting)
        if at > now + SKEW:
            raise ValueError(message("loop.since_ahead", since=at.isoformat(), now=now.isoformat()))
        with desk.store.writing(alone=True) as tx:
            if kind in {"policy", "calendar"}:
                self._check(tx, kind, setting)
            version = desk.house.adopt(tx, setting, since=at, actor=by, at=now)
            if kind == "policy":
                self._apply(tx, setting, min(at, now), by)
            elif kind == "calendar":
                ids = [row["case_id"] for row in tx.cases() if row["is_open"] or row["next_due_at"] is not None]
                tx.project_many(desk.rows(tx, fold(events), events) for events in tx.events_of(ids))
        return version

    def settings(self, kind: str) -> list[Any]:
        """Return the rules of a kind that were adopted: ``"policy"``, ``"calendar"``, ``"team"``, ``"channel"`` …

        Raises
        ------
        ValueError
            If there are no rules of such a kind.
        """  # noqa: D400
        if kind not in KINDS:
            raise ValueError(message("loop.no_kind", found=kind, known=", ".join(KINDS)))
        with self._desk.store.reading() as tx:
            return self._desk.house.all(tx, kind)

    def _check(self, tx: Reading, kind: str, setting: Any) -> None:
        from closeloop.followup.clock.policy_check import check_policy

        said = self._desk.house.said(tx)
        shelf = said.policies if kind == "policy" else said.calendars
        before = shelf.get(setting.key)
        if before is not None and before.model_dump(mode="json") != setting.model_dump(mode="json"):
            newest = max(each.version for each in shelf.values() if each.id == setting.id)
            words = {"kind": kind, "name": setting.id, "version": setting.version, "next": newest + 1}
            raise ValueError(message("loop.same_version", **words))
        if kind == "policy" and len(found := check_policy(setting, said.calendars)):
            raise ValueError(found[0].message)

    def _apply(self, tx: Writing, policy: Any, since: dt.datetime, actor: str) -> None:
        """Put the open cases under a policy, each after the one it is under."""
        fields = {"policy": policy.id, "version": policy.version}

        def applied() -> Iterator[tuple[str, list[CaseEvent], list[Command]]]:
            for events in tx.events_of([row["case_id"] for row in tx.cases(is_open=True)]):
                at = max((each.at for each in events if each.type in {"CaseOpened", "PolicyApplied"}), default=since)
                command = Command(name="set_policy", fields=fields, actor=actor, at=max(at, since))
                yield events[0].case_id, events, [command]

        self._desk.write_many(tx, applied())
