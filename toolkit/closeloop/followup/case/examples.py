"""Worked examples: invented cases as data, played through the guards or imported as they are.

::

    format: 1
    id: ecommerce
    version: 1
    languages: [en, zh-CN]
    title: {en: …, zh-CN: …}
    story: {en: …, zh-CN: …}
    rows: [L155]                        # which requirements it shows
    begins_on: 2026-03-02               # day 0
    zone: Asia/Shanghai
    teams: {service: [lin, wu]}
    imported: false                     # true: written as history that nothing guarded
    cases:
      - {case_id: C-SAMPLE1, does: [intake, cure], values: {words: {en: …, zh-CN: …}}}
    scripts:
      intake:
        - do: open_case                 # a command
          at: "@0 09:10"                # day and local time
          as: name                      # what later steps call its number
          move: 1                       # which move of the source it is
          actor: lin
          fields: {words: $words, due_on: "@3", received_at: "@0 09:05", option: $name}
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from closeloop.followup.calendar.zone import zone_of
from closeloop.followup.case.fold import fold
from closeloop.followup.commands.context import Context
from closeloop.followup.commands.decide import decide
from closeloop.followup.commands.table import command_table
from closeloop.followup.commands.values import set_apart, utc_text
from closeloop.followup.event import CaseEvent
from closeloop.followup.stages.table import Name, stage_table
from closeloop.followup.state import CaseState
from closeloop.forms.fields import Model, Text
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder, definition_file, shipped_in
from closeloop.text import LANGUAGES, language

SUFFIX = ".case.yaml"
"""How the name of an example's file ends."""

_MOMENT = re.compile(r"@(-?\d+)(?: (\d\d):(\d\d))?")

Do = Callable[[str, Mapping[str, Any], dt.datetime, str], int]
"""Does a command (its fields, when, who) and returns the number of the event that came of it."""


def _moment(text: str) -> str:
    found = _MOMENT.fullmatch(text)
    if found is None or found[2] is None:
        raise ValueError(text)
    return text


class ExampleStep(Model):
    """One command of an example."""

    do: Name
    at: Annotated[str, AfterValidator(_moment)]
    actor: str
    name: Name | None = Field(default=None, alias="as")
    move: int | None = None
    fields: dict[str, Any] = Field(default={})


class ExampleCase(Model):
    """One case of an example: which scripts it plays, and what their ``$names`` are in it."""

    case_id: Annotated[str, Field(pattern=r"^C-[A-Z0-9-]+$")]
    does: tuple[Name, ...]
    values: dict[Name, Any] = Field(default={})


class Example(Model):
    """A worked example.

    Examples
    --------
    >>> example = load_example("ecommerce")
    >>> events = example.events()["C-SAMPLES1"]
    >>> fold(events).stage
    'closed'
    """

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[int, Field(ge=1)]
    languages: tuple[str, ...]
    title: Text
    story: Text
    rows: tuple[str, ...] = ()
    begins_on: dt.date
    zone: str
    teams: dict[str, tuple[str, ...]] = Field(default={})
    imported: bool = False
    cases: Annotated[tuple[ExampleCase, ...], Field(min_length=1)]
    scripts: dict[Name, tuple[ExampleStep, ...]]

    def play(self, case: ExampleCase, do: Do, tag: str | None = None) -> None:
        """Do the commands of one case one after the other.

        Parameters
        ----------
        case : ExampleCase
        do : callable
            Is given command, fields, when, who; returns the number of the event.
        tag : str, optional
            Language of the texts; the one in use.
        """
        numbers: dict[str, Any] = dict(case.values)
        for step in self.steps(case):
            fields = {key: self._said(value, numbers, tag) for key, value in step.fields.items()}
            number = do(step.do, fields, self.moment(step.at), step.actor)
            if step.name is not None:
                numbers[step.name] = number

    def steps(self, case: ExampleCase) -> Iterator[ExampleStep]:
        """Give the commands of one case in their order."""
        for name in case.does:
            yield from self.scripts[name]

    def events(self, tag: str | None = None) -> dict[str, list[CaseEvent]]:
        """Return the events of each case, private texts sealed away: guarded as they would be live, or imported."""
        return {case.case_id: self._events(case, tag) for case in self.cases}

    def moment(self, text: str) -> dt.datetime:
        """Return the time that ``"@3 14:00"`` stands for: the local time on the third day after the first."""
        found = _MOMENT.fullmatch(text)
        if found is None or found[2] is None:
            raise ValueError(text)
        day = self.begins_on + dt.timedelta(days=int(found[1]))
        return dt.datetime.combine(day, dt.time(int(found[2]), int(found[3])), tzinfo=self._zone()).astimezone(dt.UTC)

    def _zone(self) -> ZoneInfo:
        return zone_of(self.zone)

    def _said(self, value: Any, numbers: Mapping[str, Any], tag: str | None) -> Any:
        """Return a value with its names, days and languages put in."""
        if isinstance(value, str) and value.startswith("$"):
            return self._said(numbers[value[1:]], numbers, tag)
        if isinstance(value, str) and (found := _MOMENT.fullmatch(value)):
            return self.moment(value) if found[2] else self.begins_on + dt.timedelta(days=int(found[1]))
        if isinstance(value, Mapping):
            if set(value) == set(LANGUAGES):
                return value[language() if tag is None else tag]
            return {key: self._said(part, numbers, tag) for key, part in value.items()}
        return [self._said(part, numbers, tag) for part in value] if isinstance(value, list) else value

    def _events(self, case: ExampleCase, tag: str | None) -> list[CaseEvent]:
        events: list[CaseEvent] = []
        state = CaseState(case_id=case.case_id)

        def do(command: str, fields: Mapping[str, Any], at: dt.datetime, actor: str) -> int:
            nonlocal state
            context = Context(now=at, zone=self.zone, actor=actor, teams=self.teams)
            if self.imported:
                type_, payload = command_table().commands[command].event, _written(state, command, fields)
            else:
                [new] = decide(state, command, fields, at=at, actor=actor, context=context)
                type_, payload = new.type, dict(new.payload)
            event = CaseEvent(
                case_id=case.case_id, seq=len(events) + 1, type=type_, at=at, recorded_at=at, actor=actor,
                zone=self.zone, payload=payload,
            )  # fmt: skip
            events.append(event)
            state = fold([event], state)
            return event.seq

        self.play(case, do, tag)
        return events


def _written(state: CaseState, command: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload of a command that nobody checked."""
    wanted = command_table().commands[command]
    payload: dict[str, Any] = {}
    transition = stage_table().transition(state.stage, command)
    if transition is not None:
        payload = {"from": transition.source, "to": transition.target}
    for name, value in fields.items():
        if isinstance(value, dt.datetime):
            payload[name] = utc_text(value)
        elif isinstance(value, dt.date):
            payload[name] = value.isoformat()
        else:
            payload[name], _ = set_apart(name, value, wanted.fields[name], None)
    return payload


def load_example(name_or_path: str) -> Example:
    """Return a worked example: a shipped one by its name, or one from a file.

    Raises
    ------
    SurveyDefinitionError
        If there is none, or it has faults: all of them, each with file and line.
    """
    path = definition_file(name_or_path, data_folder("followup") / "examples", SUFFIX, "example")
    file = path.stat()
    return _read(str(path), file.st_mtime_ns, file.st_size)


@lru_cache(maxsize=16)
def _read(path: str, _changed: int, _size: int) -> Example:
    """Return what a file says; one that has not changed since is not read again."""
    return defined(read_document(path), Example, {"cases": ExampleCase, "scripts": ExampleStep})


def list_examples() -> tuple[str, ...]:
    """Return the names of the shipped examples.

    Examples
    --------
    >>> "retailer" in list_examples()
    True
    """
    return shipped_in(data_folder("followup") / "examples", SUFFIX)
