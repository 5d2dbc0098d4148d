"""From a command to the events that are to be written, or to why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from closeloop.errors import CaseTransitionError, closest
from closeloop.followup.commands.context import Asked, Context
from closeloop.followup.commands.table import Command, CommandTable, Field, argument, command_table
from closeloop.followup.commands.values import FieldFaultError, FieldFaultsError, checked, set_apart, utc_time
from closeloop.followup.event import NewEvent, is_said
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import StageTable, Transition, stage_table
from closeloop.followup.state import CaseState
from closeloop.text import LocalText, message
from closeloop.written import told_joined

SKEW = dt.timedelta(minutes=5)
"""How far clocks of several machines may differ; nothing may be dated further ahead (ours)."""


def decide(
    state: CaseState, command: str, fields: Mapping[str, Any], *, at: dt.datetime, actor: str, context: Context
) -> list[NewEvent]:
    """Return the events that a command becomes.

    Parameters
    ----------
    state : CaseState
        The case as it is; ``CaseState(case_id=…)`` before it is opened.
    command : str
        A name of ``commands.yaml``.
    fields : mapping
        What the command needs; a value of None counts as not given.
    at : datetime
        When it happened.
    actor : str
        Who does it.
    context : Context

    Raises
    ------
    CaseTransitionError
        If the stage does not allow it, or something is missing that has to be there first: ``.unmet`` says what, and
        which call supplies it.
    ValueError
        If the command or one of its fields is unknown, missing, or of the wrong kind; all of them in one message.

    Examples
    --------
    >>> at = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    >>> [event] = decide(CaseState(case_id="C-1"), "open_case", {"channel": "phone", "words": "It broke again."},
    ...                  at=at, actor="li", context=Context(now=at))
    >>> event.type, event.payload["words"], dict(event.private)
    ('CaseOpened', {'private': 15}, {'words': 'It broke again.'})
    """
    table, stages = command_table(), stage_table()
    if command not in table.commands:
        near = closest(command, table.commands, n=1)
        raise ValueError(
            message(
                "case.unknown_command", found=command, near=near[0] if near else "–", known=", ".join(table.commands)
            )
        )
    wanted = table.commands[command]
    transition = _permitted(state, command, wanted, table, stages)
    _check_time(state, at, wanted, context)
    payload, private = _fields(state, command, wanted, fields, context, table)
    payload |= worked_out(state, command, payload)
    _check_receipt(state, at, wanted, payload, context)
    asked = Asked(state=state, command=command, fields=payload, at=at, actor=actor, context=context)
    guards = (*(transition.guards if transition else ()), *wanted.guards)
    unmet = {name: text for name in guards if (text := GUARDS[name].check(asked)) is not None}
    if unmet:
        raise _refused(state, command, wanted, unmet, stages)
    if transition is not None:
        payload = {"from": transition.source, "to": transition.target, **payload}
    return [NewEvent(type=wanted.event, at=at.astimezone(dt.UTC), zone=context.zone, payload=payload, private=private)]


def _permitted(
    state: CaseState, name: str, command: Command, table: CommandTable, stages: StageTable
) -> Transition | None:
    """Return the step that a command takes, if it takes one; refuse what the stage does not allow."""
    if command.effect.opens != (state.version == 0):
        key = "case.is_open_already" if command.effect.opens else "case.not_opened"
        raise CaseTransitionError(message(key, case=state.case_id or "–"), from_stage=state.stage, event=name)
    possible = [step.event for step in stages.out_of(state.stage)]
    if command.moves:
        transition = stages.transition(state.stage, name)
        if transition is not None:
            return transition
        words = {"event": command.label, "command": name, "stage": stage_label(state.stage)}
        if not possible:
            raise CaseTransitionError(message("case.merged_for_good", **words), from_stage=state.stage, event=name)
        named = [message("case.named", command=each, label=table.commands[each].label) for each in possible]
        raise CaseTransitionError(
            message("case.not_from_here", **words, allowed=told_joined(named, ", ", "、")),
            from_stage=state.stage,
            event=name,
            allowed=possible,
        )
    merged = state.stage in stages.absorbing
    over = command.when == "open" and stages.is_end(state.stage) and not _goes_on(state.stage, stages)
    if (merged and command.when != "any") or over:
        key = "case.merged" if merged else "case.over"
        words = {"event": command.label, "stage": stage_label(state.stage), "into": state.value("merged_into", "–")}
        text = message(key, **words, allowed=", ".join(possible))
        raise CaseTransitionError(text, from_stage=state.stage, event=name, allowed=possible)
    return None


def is_permitted(state: CaseState, command: str) -> bool:
    """Return whether the stage of a case allows a command at all; what its guards say is another matter.

    Examples
    --------
    >>> is_permitted(CaseState(case_id="C-1", version=1, stage="closed"), "add_task")
    False
    """
    try:
        _permitted(state, command, command_table().commands[command], command_table(), stage_table())
    except CaseTransitionError:
        return False
    return True


def _goes_on(stage: str, stages: StageTable) -> bool:
    """Return whether work goes on in an end stage, because somebody outside still decides."""
    return any(step.event == "ruling" for step in stages.out_of(stage))


def stage_label(stage: str) -> LocalText:
    """Return what a stage is called; its id where the table does not have it."""
    found = stage_table().stage(stage)
    return LocalText(stage) if found is None else found.label


def _check_time(state: CaseState, at: dt.datetime, command: Command, context: Context) -> None:
    if not isinstance(at, dt.datetime) or at.tzinfo is None:
        raise ValueError(message("case.at_no_zone", found=at))
    if at > context.now + SKEW:
        raise ValueError(message("case.at_future", found=at.isoformat(), now=context.now.isoformat()))
    if command.moves and state.trail and at < state.trail[-1][0]:
        since = state.trail[-1][0]
        words = {"event": command.label, "stage": stage_label(state.stage)}
        raise ValueError(message("case.at_before_stage", found=at.isoformat(), since=since.isoformat(), **words))


def _check_receipt(
    state: CaseState, at: dt.datetime, command: Command, payload: Mapping[str, Any], context: Context
) -> None:
    """Refuse what reaches us only tomorrow, and an answer to the customer from before we had heard anything."""
    received = utc_time(payload.get("received_at"))
    if command.effect.opens and received is not None and received > context.now + SKEW:
        raise ValueError(message("case.at_future", found=received.isoformat(), now=context.now.isoformat()))
    answers = command.effect.adds in {"contacts", "offers"} and payload.get("direction", "outbound") == "outbound"
    if answers and at < state.cycles[0].began_at - SKEW:
        since = state.cycles[0].began_at.isoformat()
        raise ValueError(message("case.at_before_receipt", found=at.isoformat(), since=since))


def _fields(
    state: CaseState, name: str, command: Command, given: Mapping[str, Any], context: Context, table: CommandTable
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return payload and private texts.

    Raises
    ------
    ValueError
        With every fault of the fields.
    """
    said = {_field_name(key, command): value for key, value in given.items() if value is not None}
    faults: list[LocalText] = []
    at_fields: dict[str, LocalText] = {}
    payload: dict[str, Any] = {}
    private: dict[str, str] = {}
    for key in said:
        if key not in command.fields:
            near = closest(key, command.fields)
            names = ", ".join(near or tuple(argument(each) for each in command.fields)) or "–"
            faults.append(message("case.unknown_field" if not near else "case.close_field", field=key, names=names))
    specs = _specs(state, name, command, said, table, faults)
    for key, field in specs.items():
        value = said.get(key, field.default)
        try:
            plain = None if value is None else checked(value, field, table, state, context)
        except FieldFaultError as error:
            faults.append(message("case.field_fault", field=argument(key), label=field.label, reason=error.text))
            at_fields[key] = error.text
            continue
        if plain is not None and is_said(plain):
            payload[key], apart = set_apart(key, plain, field, context.screen)
            private |= apart
        elif field.required:
            faults.append(message("case.field_missing", field=argument(key), label=field.label, help=field.help))
            at_fields[key] = field.help
    if faults:
        text = message("case.field_faults", command=name, faults=told_joined(faults, " ", ""))
        raise FieldFaultsError(text, at_fields)
    return payload, private


def _field_name(key: str, command: Command) -> str:
    return key[:-1] if key.endswith("_") and key[:-1] in command.fields else key


def _specs(
    state: CaseState,
    name: str,
    command: Command,
    said: Mapping[str, Any],
    table: CommandTable,
    faults: list[LocalText],
) -> dict[str, Field]:
    """Return the fields of a command; a correction's old and new value are of the kind of the field it corrects."""
    specs = dict(command.fields)
    if name != "correct" or not {"event", "field"} <= set(said):
        return specs
    wrong, field = said["event"], said["field"]
    kind = next((kind for kind, there in state.entries.items() if any(e.seq == wrong for e in there)), None)
    adder = next((each for each in table.commands.values() if each.effect.adds == kind), None)
    if kind is None or adder is None:
        faults.append(message("case.nothing_to_correct", event=wrong))
        return specs
    # Several commands add confirmations; the event's own fields are those of any of them.
    fields = {
        key: spec for each in table.commands.values() if each.effect.adds == kind for key, spec in each.fields.items()
    }
    spec = fields.get(field) if isinstance(field, str) else None
    if spec is None:
        faults.append(message("case.field_not_there", event=wrong, field=field, names=", ".join(fields) or "–"))
        return specs
    free = {"required": False, "default": None}
    return specs | {
        "was": spec.model_copy(update={**free, "label": specs["was"].label, "help": specs["was"].help}),
        "is": spec.model_copy(update={**free, "required": True, "label": specs["is"].label, "help": specs["is"].help}),
    }


def worked_out(state: CaseState, command: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a command says without being told."""
    if command == "propose" and "option_ids" not in payload:
        options = state.added("options", this_cycle=True)
        chosen = [each.seq for each in options if not each.get("interim") and each.get("lawful") != "no"]
        return {"option_ids": chosen} if chosen else {}
    if command == "correct" and "was" not in payload:
        entry = next((e for there in state.entries.values() for e in there if e.seq == payload["event"]), None)
        was = None if entry is None else entry.get(payload["field"])
        return {} if was is None else {"was": was}
    return {}


def _refused(
    state: CaseState, name: str, command: Command, unmet: Mapping[str, LocalText], stages: StageTable
) -> CaseTransitionError:
    text = message(
        "case.refused",
        case=state.case_id or "–",
        event=command.label,
        command=name,
        n=len(unmet),
        missing=told_joined(list(unmet.values()), "\n  – "),
    )
    possible = [step.event for step in stages.out_of(state.stage)]
    missing = list(unmet.values())
    return CaseTransitionError(
        text, from_stage=state.stage, event=name, allowed=possible, unmet=missing, guards=list(unmet)
    )
