"""Objective standards of a negotiation, and what the clocks of the case say beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.event import is_said
from closeloop.followup.state import CaseState
from closeloop.numbers import number
from closeloop.text import LocalText, message

_KINDS = frozenset({"standard", "policy", "contract"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """Something that neither side has made up for this case.

    Attributes
    ----------
    source, clause, version, text : str
        Where it stands and what it says.
    at : str
        Where it can be read: the file or address that was recorded as source of the evidence.
    seq : int
        Number of the event.
    """

    source: str
    text: str
    clause: str = ""
    version: str = ""
    at: str = ""
    seq: int

    @property
    def named(self) -> LocalText:
        """Source, clause and version, as they are quoted."""
        if self.clause and self.version:
            return message("playbook.standard_full", source=self.source, clause=self.clause, version=self.version)
        if self.clause:
            return message("playbook.standard_clause", source=self.source, clause=self.clause)
        return LocalText(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFact:
    """What we promised and what happened, of one clock.

    Attributes
    ----------
    clock : str
    text : LocalText
        Target, time taken, and whether it was kept.
    kept : bool or None
        None while it can still be kept.
    """

    clock: str
    text: LocalText
    kept: bool | None


def standards_of(state: CaseState) -> tuple[Standard, ...]:
    """Return the standards: what the negotiation names, and standards, policies and contracts among the evidence."""
    found = [
        Standard(source=str(text), text="", seq=sheet.seq)
        for sheet in state.added("negotiations", this_cycle=True)
        for text in sheet.get("standards") or ()
        if is_said(text)
    ]
    for each in state.added("evidence"):
        if each.get("kind") in _KINDS and each.get("state", "present") == "present":
            what, source = str(each.get("what") or ""), str(each.get("source") or "")
            found.append(
                Standard(
                    source=source or what,
                    text=what if source else "",
                    clause=str(each.get("clause") or ""),
                    version=str(each.get("version") or ""),
                    at=source,
                    seq=each.seq,
                )
            )
    return tuple(found)


def own_facts(readings: Sequence[ClockReading]) -> tuple[OwnFact, ...]:
    """Return what the clocks with a target say: target beside the time that it took, late or not."""
    found = []
    for each in readings:
        if each.amount is None or each.target is None or each.state in ("void", "not_set", "cancelled"):
            continue
        fields = {
            "clock": each.label, "amount": number(each.amount, 0 if each.amount == int(each.amount) else 1),
            "unit": message(f"playbook.unit_{each.unit}"), "share": number(100 * each.elapsed_s / each.target),
        }  # fmt: skip
        key, kept = (
            ("fact_late", False) if each.is_late else ("fact_running", None) if each.is_open else ("fact_kept", True)
        )
        found.append(OwnFact(clock=each.clock, text=message(f"playbook.{key}", **fields), kept=kept))
    return tuple(found)
