"""A case as people hold it: what it says, what can be done next, and every command as a method."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.followup.case.fold import fold
from closeloop.followup.commands.help import command_help, command_signature, unknown_command
from closeloop.followup.commands.table import command_table
from closeloop.followup.event import CaseEvent
from closeloop.followup.loop.actor import who
from closeloop.followup.loop.desk import Command, Desk
from closeloop.followup.loop.moments import Moment
from closeloop.followup.loop.recorded import Recorded
from closeloop.followup.loop.talking import Talking
from closeloop.followup.state import CaseState
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.case.allowed import AllowedEvents
    from closeloop.followup.case.history import History
    from closeloop.followup.clock.clocks import Clocks
    from closeloop.followup.clock.explanation import Explanation
    from closeloop.followup.loop.loop import Loop
    from closeloop.rootcause.findings import Findings
    from closeloop.widgets.board.case_panel import CasePanel

_ONLY_THE_LOOP = ("open_case",)
_FOLLOWS_A_MERGER = ("customer_message",)
"""What is said to a case that was merged is said to the case that it went into."""


class Case(Talking):
    """One case of a loop; made by `Loop.case` and `Loop.open_case`.

    Every command of the table is a method: ``case.assign(owner="li")``, ``case.add_fact(…)``; ``case.help("add_fact")``
    says what it takes. Steps between stages go through `do`. Each gives what was recorded, by whose number later
    commands refer to it. All take ``at=`` (when it happened) and ``actor=``.

    Examples
    --------
    >>> import closeloop as cl
    >>> loop = cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00")
    >>> case = loop.open_case(words="Nobody called me back.", channel="phone", received_at="2026-07-01T08:30+08:00")
    >>> case.assign(owner="li").seq
    3
    >>> case.stage, case.owner
    ('received', 'li')
    """

    def __init__(self, desk: Desk, events: list[CaseEvent], *, actor: str, loop: Loop | None = None) -> None:
        self._desk, self._loop = desk, loop
        self._actor = actor
        self._events = events
        self._state = fold(events)

    # --- what it says ---

    @property
    def case_id(self) -> str:
        """Its id."""
        return self._state.case_id

    @property
    def number(self) -> int:
        """The running number that people say aloud."""
        return int(self._state.value("number") or 0)

    @property
    def state(self) -> CaseState:
        """All that its events add up to."""
        return self._state

    @property
    def events(self) -> tuple[CaseEvent, ...]:
        """What happened, in order; what is private stays sealed."""
        return tuple(self._events)

    @property
    def version(self) -> int:
        """Number of its last event that was read."""
        return self._state.version

    @property
    def stage(self) -> str:
        """Where it stands."""
        return self._state.stage

    @property
    def owner(self) -> str:
        """Who answers for it; empty where nobody does."""
        return self._state.value("owner") or ""

    @property
    def severity(self) -> str:
        """``minor``, ``major``, ``severe``, or empty."""
        return self._state.value("severity") or ""

    def refresh(self) -> Case:
        """Read again what others have written meanwhile; gives the case itself."""
        self._take(self._desk.events(self.case_id))
        return self

    def as_of(self, version: int) -> Case:
        """Return the case as it was when it had so many events: for whoever decides by what they had seen.

        What is done to it then is refused where it depends on what others have written since.
        """
        return Case(self._desk, self._events[: max(1, version)], actor=self._actor, loop=self._loop)

    # --- what is done ---

    def do(self, event: str, /, *, at: Moment | None = None, actor: str | None = None, **fields: Any) -> Recorded:
        """Take a step, or give any other command.

        Parameters
        ----------
        event : str
            Such as ``"acknowledge"``, ``"agree"``, ``"customer_confirms"``; see `allowed`.
        at : datetime or str, optional
            When it happened; now, if left out.
        actor : str, optional
            Who did it; the loop's, if left out.
        **fields
            What the command takes; see `help`.

        Returns
        -------
        Recorded

        Raises
        ------
        CaseTransitionError
            If the stage does not allow it, or something must be there first: ``.unmet`` says what.
        ConflictError
            If somebody else meanwhile wrote what this depends on; nothing is written. `refresh`, look, try again.
        ValueError
            If a field is unknown, missing or of the wrong kind.
        """
        if event in _ONLY_THE_LOOP:
            raise ValueError(message("loop.only_the_loop", command=event))
        if event in _FOLLOWS_A_MERGER and self.state.value("merged_into"):
            into = Case(self._desk, self._desk.events(self.state.value("merged_into")), actor=self._actor)
            return into.do(event, at=at, actor=actor, **fields)
        clock = self._desk.clock
        command = Command(
            name=event,
            fields={name: self._field(event, name, value) for name, value in fields.items()},
            actor=who(self._actor if actor is None else actor),
            at=None if at is None else clock.read(at),
            zone=clock.zone_of(at),
        )
        self._take(self._desk.run(self.case_id, command, self.version))
        last = self._events[-1]
        label = str(command_table().label_of(last.type))
        return Recorded(case_id=self.case_id, seq=last.seq, event=last.type, label=label, at=last.at, zone=last.zone)

    def __getattr__(self, name: str) -> Callable[..., Recorded]:
        commands = {} if name.startswith("_") else command_table().commands
        if name not in commands or name in _ONLY_THE_LOOP:
            if name.startswith("_"):
                raise AttributeError(name)
            raise AttributeError(str(unknown_command(name)), name=name, obj=self)

        def command(**fields: Any) -> Recorded:
            return self.do(name, **fields)

        command.__name__ = name
        command.__doc__ = self.help(name)
        command.__signature__ = command_signature(name)  # type: ignore[attr-defined]
        return command

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *command_table().commands} - set(_ONLY_THE_LOOP))

    def help(self, command: str | None = None) -> str:
        """Return what a command does and what it takes, in the language in use; without a name, what there is.

        Raises
        ------
        ValueError
            If there is no such command.
        """
        return command_help(command)

    # --- what follows from it ---

    def allowed(self) -> AllowedEvents:
        """Return which steps can be taken from here, and what is still missing for each."""
        from closeloop.followup.case.allowed import allowed_events

        with self._desk.store.reading() as tx:
            context = self._desk.context(tx, Command(name="", fields={}, actor=self._actor), self._desk.clock.now())
            return allowed_events(self._state, context)

    def clocks(self, now: Moment | None = None) -> Clocks:
        """Return what its clocks show."""
        from closeloop.followup.clock.clocks import Clocks

        moment = self._desk.clock.now(now)
        with self._desk.store.reading() as tx:
            return Clocks(case_id=self.case_id, readings=self._desk.readings(tx, self._events, moment), now=moment)

    def explain(
        self, clock: str, *, cycle: int | None = None, ref: int | None = None, now: Moment | None = None
    ) -> Explanation:
        """Return why a clock shows what it shows: every span that counts, holidays, pauses.

        Parameters
        ----------
        clock : str
            Such as ``"first_response"``.
        cycle : int, optional
            Which way through the stages; the last.
        ref : int, optional
            Of which task, promise or hold, where there are several.
        now : datetime or str, optional
        """
        from closeloop.followup.clock.explain import explain

        reading = self.clocks(now).of(clock, cycle, ref)
        with self._desk.store.reading() as tx:
            return explain(reading, self._desk.house.said(tx).calendars)

    def history(self) -> History:
        """Return the log: what happened, when, who did it; private texts stay masked."""
        from closeloop.followup.case.history import history

        return history(self._events)

    def edit(self, *, now: Moment | None = None, language: str | None = None) -> CasePanel:
        """Return the case as a panel to be worked on: what comes next, every command as a form, clocks, lists.

        Parameters
        ----------
        now : datetime or str, optional
            A fixed moment; left out, the time of the loop.
        language : str, optional

        Raises
        ------
        ValueError
            If the case was not taken out of an open loop.
        """
        from closeloop.widgets.board.case_panel import CasePanel

        if self._loop is None:
            raise ValueError(message("loop.no_loop", case=self.case_id))
        return CasePanel(self._loop, self.case_id, now=now, language=language)

    def findings(self, now: Moment | None = None) -> Findings:
        """Return what is at fault: late, no playback, an option without a cause, neither re-measure nor lesson …"""  # noqa: D400
        from closeloop.followup.case.findings import case_findings

        moment = self._desk.clock.now(now)
        with self._desk.store.reading() as tx:
            readings = self._desk.readings(tx, self._events, moment)
        return case_findings(self._state, self._events, readings, moment)

    def to_dict(self) -> dict[str, Any]:
        """Return the case as JSON-safe values: where it stands and what was set; nothing that is private."""
        state = self._state
        values: Mapping[str, Any] = {name: _plain(value) for name, value in sorted(state.values.items())}
        return {
            "case_id": state.case_id, "number": self.number, "version": state.version, "stage": state.stage,
            "hold": state.hold, "escalation": state.escalation, "cycle": state.cycle, "values": dict(values),
        }  # fmt: skip

    def __repr__(self) -> str:
        from closeloop.followup.stages.table import stage_table

        stage = stage_table().stage(self.stage)
        label = stage.label if stage is not None else self.stage
        return f"<Case {self.case_id} #{self.number}: {label}, {self.owner or message('loop.nobody')}>"

    def _repr_html_(self) -> str:
        from closeloop.views.case_block import case_html

        return case_html(self)

    def _field(self, command: str, name: str, value: Any) -> Any:
        """Return a field as commands take it: a time without a zone is one of the loop's zone."""
        wanted = command_table().commands.get(command)
        field = None if wanted is None else wanted.fields.get(name.removesuffix("_"))
        if field is not None and field.type == "datetime" and self._desk.clock.timezone:
            return self._desk.clock.read(value)
        return _entry(value)

    def _take(self, events: list[CaseEvent]) -> None:
        self._events, self._state = events, fold(events)


def _entry(value: Any) -> Any:
    """Return numbers of events where what they recorded was given."""
    if isinstance(value, Recorded):
        return value.seq
    return [_entry(each) for each in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value
