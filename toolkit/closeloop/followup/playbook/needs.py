"""What a customer needs, as far as the case says: from the survey, from contacts, from what we played back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.commands.table import command_table
from closeloop.followup.event import is_private, is_said
from closeloop.followup.playbook.code_lines import code_label
from closeloop.followup.playbook.signs import talks
from closeloop.followup.playbook.text_result import TextResult
from closeloop.followup.state import CaseState
from closeloop.metrics.result import Shown
from closeloop.numbers import number
from closeloop.text import LocalText, message
from closeloop.written import told_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that is known of what the customer needs.

    Attributes
    ----------
    point : str
        ``remedy_sought``, ``expected``, ``experienced``, ``motive``, ``score``, ``interest``, ``words``, ``emotion``,
        ``playback``, ``channel``.
    says : LocalText or str
        What is known; of a sealed text only how long it is.
    source : LocalText
        From the survey, a contact, the negotiation.
    seq : int or None
        Number of the event, where it is one.
    """

    point: str
    says: LocalText | str
    source: LocalText
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Needs(TextResult):
    """What is known of a customer's needs; made by `needs`.

    Attributes
    ----------
    case_id : str
    known : tuple of Need
    unknown : tuple of str
        Points that nobody has recorded.
    """

    kind: ClassVar[str] = "needs"

    case_id: str
    known: tuple[Need, ...]
    unknown: tuple[str, ...]

    @property
    def title(self) -> LocalText:
        """Which case."""
        return message("playbook.needs_title", case=self.case_id or "–")

    @property
    def sentence(self) -> LocalText:
        """What is not known yet."""
        if not self.unknown:
            return message("playbook.needs_all", n=len(self.known))
        names = told_list([message(f"playbook.need_{point}") for point in self.unknown])
        return message("playbook.needs_unknown", n=len(self.known), unknown=names)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Point, what is known, from where."""
        return (
            Shown("label", message("playbook.col_asks")),
            Shown("says", message("playbook.col_says")),
            Shown("source", message("playbook.col_source")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return what is known."""
        return [
            {"point": n.point, "label": message(f"playbook.need_{n.point}"), "says": n.says, "source": n.source}
            for n in self.known
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return the case and what is not known."""
        return {"case_id": self.case_id, "unknown": list(self.unknown)}


def needs(state: CaseState) -> Needs:
    """Return what is known of a customer's needs, survey and contacts together.

    Examples
    --------
    >>> case = CaseState(case_id="C-1", stage="received", values={"score": 3, "remedy_sought": "money back"})
    >>> [each.point for each in needs(case).known], needs(case).unknown
    (['score', 'remedy_sought'], ('expected', 'experienced', 'motive', 'interest'))
    """
    from_survey = bool(state.value("survey_id"))
    origin = message("playbook.source_survey" if from_survey else "playbook.source_case")
    found = []
    if state.value("score") is not None:
        found.append(Need(point="score", says=number(float(state.value("score")), 0), source=origin))
    found += [
        Need(point=point, says=_told(state.value(point)), source=origin)
        for point in ("remedy_sought", "expected", "experienced")
        if is_said(state.value(point))
    ]
    if is_said(state.value("motive")):
        found.append(Need(point="motive", says=code_label("motives", str(state.value("motive"))), source=origin))
    if is_said(state.value("words")):
        found.append(Need(point="words", says=_told(state.value("words")), source=origin))
    found += _interests(state)
    found += _from_talks(state)
    if is_said(state.value("reachable_by")):
        labels = command_table().choices["channel"]
        channels = ", ".join(str(labels[name]) for name in state.value("reachable_by") if name in labels)
        found.append(Need(point="channel", says=channels, source=origin))
    known = {each.point for each in found}
    must = ("remedy_sought", "expected", "experienced", "motive", "interest")
    return Needs(case_id=state.case_id, known=tuple(found), unknown=tuple(p for p in must if p not in known))


def _interests(state: CaseState) -> list[Need]:
    sheets = [*state.added("negotiations", this_cycle=True), *state.added("agreements", this_cycle=True)]
    found = [(each.seq, (each.get("interests") or {}).get("customer")) for each in sheets]
    return [
        Need(point="interest", says=_told(words), source=message("playbook.source_negotiation"), seq=seq)
        for seq, words in found
        if is_said(words)
    ]


def _from_talks(state: CaseState) -> list[Need]:
    found = []
    for each in talks(state):
        source = message("playbook.source_contact", seq=each.seq)
        if is_said(each.get("words")):
            found.append(Need(point="words", says=_told(each.get("words")), source=source, seq=each.seq))
        if is_said(each.get("emotion")):
            label = code_label("emotions", str(each.get("emotion")))
            found.append(Need(point="emotion", says=label, source=source, seq=each.seq))
    for each in state.added("playbacks", this_cycle=True):
        key = "playbook.playback_agreed" if each.get("agreed") else "playbook.playback_refused"
        source = message("playbook.source_playback", seq=each.seq)
        found.append(Need(point="playback", says=message(key), source=source, seq=each.seq))
    return found


def _told(value: Any) -> LocalText | str:
    return message("playbook.sealed", n=value["private"]) if is_private(value) else str(value)
