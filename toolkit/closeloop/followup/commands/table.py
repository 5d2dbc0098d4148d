"""The table of commands: command → fields → event → effect on the case, from ``commands.yaml``.

::

    choices:                            # lists of choices that fields name
      severity: {minor: {en: …, zh-CN: …}, …}
    fields:                             # fields that several commands share; a command may say more or otherwise
      owner: {type: name, label: {…}, help: {…}}
    commands:
      add_task:
        event: TaskAdded
        effect: {adds: tasks}           # see `Effect`
        when: open                      # open (also with an outside body), not_merged or any; a step: its stages
        guards: [ … ]                   # beside those of stages.yaml
        label: {…}
        help: {…}
        fields:
          owner: {required: true}
    derived: {ClockMet: {…}, …}         # events that only the loop writes
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field as Key
from pydantic import PrivateAttr

from closeloop.followup.stages.table import Name
from closeloop.forms.fields import Model, Text
from closeloop.survey.defined import defined
from closeloop.survey.document import Document, read_document
from closeloop.survey.shipped import data_folder
from closeloop.text import LocalText

if TYPE_CHECKING:
    from pathlib import Path

FieldType = Literal[
    "text", "texts", "mapping", "name", "names", "choice", "choices", "code", "codes", "boolean", "integer", "number",
    "date", "datetime", "entry", "entries", "value", "foreign_id",
]  # fmt: skip
"""What a field holds. ``text``, ``texts`` and ``mapping`` (name → text) are free text and are screened for personal
data; a ``name`` is one of ours (staff, ids); a ``foreign_id`` stands as another system gave it; an ``entry`` is the
number of the event that added something."""


class Field(Model):
    """One field of a command."""

    type: FieldType
    label: Text
    help: Text
    required: bool = False
    default: str | bool | None = None
    choices: Name | None = None
    codebook: str | None = None
    of: Name | None = None
    min: int | None = None
    max: int | None = None
    private: bool = False

    @property
    def is_free_text(self) -> bool:
        """Whether people write into it what they like."""
        return self.type in {"text", "texts", "mapping"}


class Effect(Model):
    """What an event does to a case; it may do several of these.

    Attributes
    ----------
    opens, moves, escalates, corrects : bool
        It opens the case, changes its stage, sets the level of escalation, corrects an earlier value.
    adds : str
        It adds an entry of this kind.
    sets : mapping
        Field → value that takes it; ``all`` for every field, a list for fields that keep their names.
    marks, by : str
        It sets its fields on the entry of this kind whose number stands in the field `by`.
    marks_last : str
        It sets its fields on the newest entry of this kind.
    time : str
        Under which name the marked entry keeps when.
    with_fields : mapping
        What the marked entry gets beside the fields.
    hold : {"start", "end"}
    """

    opens: bool = False
    moves: bool = False
    adds: Name | None = None
    sets: dict[str, Name] | tuple[Name, ...] | Literal["all"] = ()
    marks: Name | None = None
    by: Name | None = None
    marks_last: Name | None = None
    time: Name | None = None
    with_fields: dict[str, bool] = Key(default={}, alias="with")
    hold: Literal["start", "end"] | None = None
    escalates: bool = False
    corrects: bool = False


class Command(Model):
    """One command."""

    event: Annotated[str, Key(pattern=r"^[A-Z][A-Za-z]+$")]
    effect: Effect
    label: Text
    help: Text
    when: Literal["open", "not_merged", "any"] = "any"
    guards: tuple[Name, ...] = ()
    fields: dict[Name, Field] = Key(default={})

    @property
    def moves(self) -> bool:
        """Whether it changes the stage."""
        return self.effect.moves

    @property
    def is_additive(self) -> bool:
        """Whether it only adds: it then goes on top of what others wrote in the meantime."""
        effect = self.effect
        return not (effect.opens or effect.moves or effect.sets or effect.hold or effect.escalates or effect.corrects)

    @property
    def sets(self) -> Mapping[str, str]:
        """Field → value of the case that takes it."""
        sets = self.effect.sets
        if isinstance(sets, dict):
            return sets
        return {name: name for name in (self.fields if sets == "all" else sets)}


class CommandTable(Model):
    """All commands.

    Examples
    --------
    >>> table = command_table()
    >>> table.commands["add_task"].event, table.commands["add_task"].is_additive
    ('TaskAdded', True)
    >>> [argument(name) for name in table.commands["correct"].fields]
    ['event', 'field', 'was', 'is_', 'reason']
    """

    format: Literal[1]
    id: Name
    version: Annotated[int, Key(ge=1)]
    languages: tuple[str, ...]
    title: Text
    choices: dict[Name, dict[str, Text]]
    fields: dict[Name, Any] = Key(default={})
    commands: dict[Name, Command]
    derived: dict[str, Text] = Key(default={})
    _by_event: dict[str, str] = PrivateAttr(default_factory=dict)

    def model_post_init(self, _context: object) -> None:
        """Note which command writes which event."""
        self._by_event = {command.event: name for name, command in self.commands.items()}

    def command_of(self, event_type: str) -> str | None:
        """Return the command that writes an event of this type; None for derived and unknown ones."""
        return self._by_event.get(event_type)

    def label_of(self, event_type: str) -> LocalText:
        """Return what an event is called; its type where nobody has named it."""
        name = self._by_event.get(event_type)
        return self.commands[name].label if name else self.derived.get(event_type, LocalText(event_type))

    def told(self, field: Field, value: str) -> LocalText:
        """Return a choice in words."""
        return self.choices.get(field.choices or "", {}).get(value, LocalText(value))


_ENTRIES: Mapping[str, type[Model]] = {"commands": Command, "fields": Field, "effect": Effect}


def argument(field: str) -> str:
    """Return the name of a field as it is written in Python: ``is`` becomes ``is_``."""
    return f"{field}_" if keyword.iskeyword(field) else field


@cache
def command_table() -> CommandTable:
    """Return the shipped table of commands."""
    return load_commands(data_folder("followup") / "commands.yaml")


def load_commands(path: str | Path) -> CommandTable:
    """Return a table of commands from a file, checked.

    Raises
    ------
    SurveyDefinitionError
        With every fault, each with file and line.
    """
    from closeloop.followup.commands.check import command_faults

    document = _with_shared_fields(read_document(path))
    return defined(
        document, CommandTable, _ENTRIES, lambda table: () if table is None else command_faults(table, document)
    )


def _with_shared_fields(document: Document) -> Document:
    """Return the document with the shared fields written out at each command that uses them."""
    shared = document.data.get("fields")
    commands = document.data.get("commands")
    if not isinstance(shared, Mapping) or not isinstance(commands, Mapping):
        return document
    written = {name: _written_out(command, shared) for name, command in commands.items()}
    return Document(
        file=document.file,
        data={**document.data, "commands": written},
        lines=document.lines,
        findings=document.findings,
    )


def _written_out(command: Any, shared: Mapping[str, Any]) -> Any:
    fields = command.get("fields") if isinstance(command, Mapping) else None
    if not isinstance(fields, Mapping):
        return command
    full = {
        name: {**shared[name], **said} if isinstance(said, Mapping) and isinstance(shared.get(name), Mapping) else said
        for name, said in fields.items()
    }
    return {**command, "fields": full}
