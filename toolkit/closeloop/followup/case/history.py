"""The log of a case in words: what happened when, who did it; private texts stay masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.calendar.zone import local_text
from closeloop.followup.commands.decide import stage_label
from closeloop.followup.commands.table import CommandTable, Field, command_table
from closeloop.followup.commands.values import utc_time
from closeloop.followup.event import CaseEvent, is_private, is_said
from closeloop.followup.privacy.masking import masked_text
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook_file import load_codebook, shipped_codebooks
from closeloop.written import told_joined, told_list

_OF_THE_STEP = frozenset({"from", "to"})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class History(TableResult):
    """What happened to a case, in order.

    Attributes
    ----------
    events : tuple of CaseEvent

    Examples
    --------
    >>> import datetime as dt
    >>> at = dt.datetime(2026, 11, 22, 1, 30, tzinfo=dt.UTC)
    >>> opened = CaseEvent(case_id="C-1", seq=1, type="CaseOpened", at=at, recorded_at=at, actor="li",
    ...                    zone="Asia/Shanghai", payload={"channel": "phone", "words": {"private": 15}})
    >>> row = history([opened]).rows()[0]
    >>> row["when"], str(row["what"]), str(row["said"])
    ('2026-11-22 09:30', 'Open a case', "Channel: telephone; The customer's own words: ▒▒▒ (15 characters, sealed)")
    """

    kind: ClassVar[str] = "history"

    events: tuple[CaseEvent, ...]

    @property
    def title(self) -> LocalText:
        """Which case."""
        return message("case.history_title", case=self.events[0].case_id if self.events else "–")

    @property
    def sentence(self) -> LocalText:
        """How many events, from when to when, by how many people."""
        if not self.events:
            return message("case.history_empty")
        people = {event.actor for event in self.events}
        first, last = min(e.at for e in self.events), max(e.at for e in self.events)
        return message(
            "case.history_sentence", n=len(self.events), people=len(people), first=f"{first:%Y-%m-%d}",
            last=f"{last:%Y-%m-%d}",
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """That private texts stay masked, and how they are shown."""
        sealed = any(event.sealed is not None or event.key_id for event in self.events)
        return (message("case.history_masked"),) if sealed else ()

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Number, when, what, what was said, who."""
        return (
            Shown("seq", message("case.col_seq"), "count"),
            Shown("when", message("case.col_when"), "short"),
            Shown("what", message("case.col_what"), "short"),
            Shown("said", message("case.col_said")),
            Shown("actor", message("case.col_who"), "short"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the events; ``when`` is in the zone in which it was said, ``at`` in UTC."""
        table = command_table()
        zones = {event.zone for event in self.events}
        several = any(len({local_text(event.at, zone) for zone in zones}) > 1 for event in self.events)
        return [
            {
                "seq": event.seq,
                "at": event.at.isoformat(),
                "when": local_text(event.at, event.zone, named=several),
                "zone": event.zone,
                "type": event.type,
                "what": table.label_of(event.type),
                "said": told_joined(list(_said(event, table)), "; ", "；"),
                "actor": event.actor,
                "recorded_at": event.recorded_at.isoformat(),
            }
            for event in self.events
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return which case it is."""
        return {"case_id": self.events[0].case_id if self.events else None}

    def plot(self, ax: Any = None) -> Any:
        """Draw the stages over time; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.case_chart import plot_history

        return plot_history(self, ax)


def history(events: Sequence[CaseEvent]) -> History:
    """Return the log of a case as a table."""
    return History(events=tuple(events))


def _said(event: CaseEvent, table: CommandTable) -> Iterator[LocalText]:
    """Give what an event says, field by field."""
    if "to" in event.payload and "from" in event.payload:
        to = stage_label(str(event.payload["to"]))
        yield message("case.to_stage", source=stage_label(str(event.payload["from"])), target=to)
    name = table.command_of(event.type)
    fields = table.commands[name].fields if name is not None else {}
    for key, value in event.payload.items():
        if key in _OF_THE_STEP and name is not None and table.commands[name].moves:
            continue
        if is_said(value):
            field = fields.get(key)
            label = LocalText(key) if field is None else field.label
            yield message("case.field_said", label=label, value=value_text(value, field, table, event.zone))


def code_text(codebook: str, code: str) -> LocalText:
    """Return a code in words; the code itself where its codebook is not shipped or does not have it.

    Examples
    --------
    >>> code_text("emotions", "anger").zh, code_text("emotions", "spleen").en
    ('愤怒', 'spleen')
    """
    known = load_codebook(codebook).codes if codebook in shipped_codebooks() else ()
    return next((each.label for each in known if each.id == code), LocalText(code))


def value_text(value: Any, field: Field | None, table: CommandTable, zone: str) -> LocalText:
    """Return one value of a payload in words."""
    if is_private(value):
        return masked_text(value)
    if isinstance(value, Mapping):
        parts = [
            message("case.part_said", name=name, value=value_text(part, field, table, zone))
            for name, part in value.items()
        ]
        return told_joined(parts, ", ", "，")
    if isinstance(value, (list, tuple)):
        return told_list([value_text(part, field, table, zone) for part in value])
    if isinstance(value, bool):
        return message("case.yes" if value else "case.no")
    if field is not None and field.codebook and isinstance(value, str):
        return code_text(field.codebook, value)
    if field is not None and field.choices and isinstance(value, str):
        return table.told(field, value)
    if field is not None and field.type == "datetime" and (time := utc_time(value)) is not None:
        return LocalText(local_text(time, zone))
    if field is not None and field.type in {"entry", "entries"}:
        return LocalText(f"#{value}")
    return LocalText(str(value))
