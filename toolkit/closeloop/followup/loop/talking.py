"""What to do and say about a case: playbook, negotiation sheet, needs, letters, tools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.followup.event import CaseEvent
from closeloop.followup.loop.desk import Desk
from closeloop.followup.loop.moments import Moment
from closeloop.followup.state import CaseState

if TYPE_CHECKING:
    from closeloop.followup.playbook.letter import Letter
    from closeloop.followup.playbook.needs import Needs
    from closeloop.followup.playbook.negotiation_sheet import NegotiationSheet
    from closeloop.followup.playbook.playbook import Playbook
    from closeloop.followup.playbook.tools import Tool


class Talking:
    """What a case knows to help with talking to its customer; part of `closeloop.followup.loop.case.Case`."""

    _actor: str
    _desk: Desk
    _events: list[CaseEvent]
    _state: CaseState

    @property
    def zone(self) -> str:
        """In which zone its times are told."""
        return self._desk.clock.timezone or self._events[-1].zone

    def playbook(self, now: Moment | None = None, **how: Any) -> Playbook:
        """Return what to do and say now.

        Parameters
        ----------
        now : datetime or str, optional
        **how
            ``preference`` (direct, indirect: what the customer has chosen), ``language`` of the phrases, ``speaks``
            (the languages in which we can answer), and files of one's own: ``cards``, ``phrases``, ``questions``.
        """
        from closeloop.followup.playbook.playbook import case_playbook

        return replace(case_playbook(self._state, self._desk.clock.now(now), **how), zone=self.zone)

    def negotiation(self, now: Moment | None = None) -> NegotiationSheet:
        """Return the four elements of the negotiation, with our own times and the limits of our authority."""
        from closeloop.followup.playbook.negotiation import negotiation

        with self._desk.store.reading() as tx:
            readings = self._desk.readings(tx, self._events, self._desk.clock.now(now))
            authority = self._desk.house.said(tx).authority
        owner = str(self._state.value("owner") or self._actor)
        sheet = negotiation(self._state, readings=readings, authority=authority, person=owner)
        return replace(sheet, zone=self.zone)

    def needs(self) -> Needs:
        """Return what is known of the customer's needs, and what nobody has recorded."""
        from closeloop.followup.playbook.needs import needs

        return needs(self._state)

    def letter(self, kind: str, language: str | None = None, **more: Any) -> Letter:
        """Return the draft of a letter; its open gaps are filled with ``letter.fill(…)`` or in `more`.

        Parameters
        ----------
        kind : str
            Such as ``acknowledgement``, ``progress``, ``decision``; see `closeloop.followup.playbook.letter.letter`.
        language : str, optional
            The customer's, if we speak it.
        **more
            Gap → text, date or number.
        """
        from closeloop.followup.playbook.letter import letter

        return letter(kind, self._state, language, **more)

    def tools(self) -> tuple[Tool, ...]:
        """Return the worksheets that help at this stage; ``tool.begin()`` gives one that is linked to the case."""
        from closeloop.followup.playbook.tools import tools

        return tools(self._state)
