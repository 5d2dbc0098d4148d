"""Stages of a case and the steps between them, from ``stages.yaml``.

::

    format: 1
    id: stages
    version: 1
    languages: [en, zh-CN]
    title: {en: …, zh-CN: …}
    start: received                     # where a case, and each new cycle, begins
    confirmed_end: closed               # the end that says: the customer confirmed it
    gates: [[acknowledge], …]           # no way to the confirmed end around any of these
    absorbing: [merged]                 # the ends that nothing leads out of
    crosswalk: {conflict: {en: …}, …}   # names of other step models
    stages:
      - {id: received, label: {…}, end: false, crosswalk: {conflict: {…}}}
    transitions:
      - {from: [received], event: acknowledge, to: acknowledged, guards: [owner], new_cycle: false}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PrivateAttr

from closeloop.forms.fields import Model, Text
from closeloop.survey.defined import defined
from closeloop.survey.document import Document, read_document
from closeloop.survey.findings import Finding
from closeloop.survey.shipped import data_folder

if TYPE_CHECKING:
    from pathlib import Path

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name that programs use: small letters, digits and _."""


class Stage(Model):
    """One stage."""

    id: Name
    label: Text
    end: bool = False
    crosswalk: dict[str, Text] = Field(default={})


class Step(Model):
    """An event that leads from one or several stages to another."""

    sources: Annotated[tuple[Name, ...], Field(alias="from", min_length=1)]
    event: Name
    target: Name = Field(alias="to")
    guards: tuple[Name, ...] = ()
    new_cycle: bool = False


class Transition(Model):
    """A step out of one stage."""

    source: Name
    event: Name
    target: Name
    guards: tuple[Name, ...] = ()
    new_cycle: bool = False


class StageTable(Model):
    """Stages and transitions.

    Examples
    --------
    >>> table = stage_table()
    >>> len(table.stages), len(table.transitions), len(table.events)
    (16, 43, 22)
    >>> table.transition("received", "acknowledge").target
    'acknowledged'
    """

    format: Literal[1]
    id: Name
    version: Annotated[int, Field(ge=1)]
    languages: tuple[str, ...]
    title: Text
    start: Name
    confirmed_end: Name
    gates: tuple[Annotated[tuple[Name, ...], Field(min_length=1)], ...]
    absorbing: tuple[Name, ...] = ()
    crosswalk: dict[str, Text] = Field(default={})
    stages: Annotated[tuple[Stage, ...], Field(min_length=2)]
    steps: Annotated[tuple[Step, ...], Field(alias="transitions", min_length=1)]
    _transitions: tuple[Transition, ...] = PrivateAttr(default=())
    _by_pair: dict[tuple[str, str], Transition] = PrivateAttr(default_factory=dict)
    _by_id: dict[str, Stage] = PrivateAttr(default_factory=dict)

    def model_post_init(self, _context: object) -> None:
        """Take the steps apart, one transition per stage that they leave."""
        self._transitions = tuple(
            Transition(
                source=source, event=step.event, target=step.target, guards=step.guards, new_cycle=step.new_cycle
            )
            for step in self.steps
            for source in step.sources
        )
        self._by_pair = {(each.source, each.event): each for each in reversed(self._transitions)}
        self._by_id = {stage.id: stage for stage in self.stages}

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """All transitions, in the order of the file."""
        return self._transitions

    @property
    def events(self) -> tuple[str, ...]:
        """The events that move a case, each once, in the order of the file."""
        return tuple(dict.fromkeys(step.event for step in self.steps))

    @property
    def open_stages(self) -> tuple[str, ...]:
        """The stages that are no end."""
        return tuple(stage.id for stage in self.stages if not stage.end)

    @property
    def end_stages(self) -> tuple[str, ...]:
        """The stages in which a case has ended."""
        return tuple(stage.id for stage in self.stages if stage.end)

    def stage(self, stage_id: str) -> Stage | None:
        """Return a stage; None if the table has none of that name."""
        return self._by_id.get(stage_id)

    def transition(self, stage_id: str, event: str) -> Transition | None:
        """Return what an event does in a stage; None if it is not allowed there."""
        return self._by_pair.get((stage_id, event))

    def out_of(self, stage_id: str) -> tuple[Transition, ...]:
        """Return the transitions that leave a stage."""
        return tuple(each for each in self._transitions if each.source == stage_id)

    def is_end(self, stage_id: str) -> bool:
        """Return whether a case in this stage has ended; a stage that is not in the table is open."""
        stage = self._by_id.get(stage_id)
        return stage is not None and stage.end


_ENTRIES: Mapping[str, type[Model]] = {"stages": Stage, "transitions": Step}


@cache
def stage_table() -> StageTable:
    """Return the shipped table of stages."""
    return load_stages(data_folder("followup") / "stages.yaml")


def load_stages(path: str | Path) -> StageTable:
    """Return a table of stages from a file, checked: its single keys, and what is promised about the whole.

    Raises
    ------
    SurveyDefinitionError
        With every fault, each with file and line. What is weak in a table that can be read is an error, too: see
        `closeloop.followup.stages.check.check_stages`.
    """
    from closeloop.followup.stages.check import check_stages

    document = read_document(path)

    def check(table: StageTable | None) -> Iterator[Finding]:
        for found in () if table is None else check_stages(table):
            yield Finding(
                code=found.rule, file=document.file, line=_line(document, found.at), item=found.at,
                message=found.message, suggestion=found.suggestion,
            )  # fmt: skip

    return defined(document, StageTable, _ENTRIES, check)


def _line(document: Document, name: str) -> int | None:
    """Return the line on which a stage, or a step of an event, is defined."""
    for key, field in (("stages", "id"), ("transitions", "event")):
        for position, entry in enumerate(document.data.get(key, ())):
            if entry.get(field) == name:
                return document.line((key, position, field))
    return document.line(())
