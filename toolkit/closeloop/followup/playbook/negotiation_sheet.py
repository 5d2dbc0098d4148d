"""`NegotiationSheet`: the four elements of a negotiation, which of them is still empty, and what is weak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.playbook.checklist import ToCheck
from closeloop.followup.playbook.code_lines import code_label
from closeloop.followup.playbook.negotiation_findings import sheet_findings
from closeloop.followup.playbook.offers import NextOption, Offer
from closeloop.followup.playbook.remedies import Remedy
from closeloop.followup.playbook.situation import Mood
from closeloop.followup.playbook.standards import OwnFact, Standard
from closeloop.followup.playbook.text_result import TextResult
from closeloop.followup.state import Entry
from closeloop.metrics.result import Shown
from closeloop.numbers import number
from closeloop.rootcause.findings import Findings
from closeloop.text import LocalText, message
from closeloop.written import told_joined, told_list

SIDES = ("customer", "company")
PANELS = ("interests", "standards", "alternatives", "relationship")
"""The four elements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """One of our options, as it stands in the sheet.

    Attributes
    ----------
    option : Entry
    rank : int
        From 1.
    score : float or None
        Mean of the five criteria.
    answer : str
        What the customer said to it; empty if it was not offered.
    beyond : LocalText or None
        What of it goes beyond the authority of whoever negotiates; None also where nobody has set limits.
    approved : bool
    remedies : tuple of Remedy
    """

    option: Entry
    rank: int
    score: float | None
    answer: str
    beyond: LocalText | None
    approved: bool
    remedies: tuple[Remedy, ...]

    @property
    def cost(self) -> float | None:
        """What it costs us."""
        cost = self.option.get("cost")
        return None if cost is None else float(cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who of us has talked to the customer, how often, and in which mood that ended."""

    who: str
    n: int
    last_emotion: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NegotiationSheet(TextResult):
    """The four elements of a negotiation; made by `negotiation`. What is filled is counted, never scored.

    Attributes
    ----------
    case_id : str
    positions, interests : mapping of str to str
        ``customer`` and ``company``; a text that is sealed is ``"…"``.
    shared : tuple of str
        What both want.
    standards : tuple of Standard
    own_facts : tuple of OwnFact
        What our clocks say, beside the standards.
    alternatives : tuple of Alternative
        In the order in which to offer them.
    without_agreement : mapping of str to str
        The best that each side can do if there is none.
    minimum, target, maximum : float or None
        Limits of what we concede.
    walk_away : str
    before, after : int or None
        The relationship, 1 poor … 5 good.
    contacts : tuple of Contact
    moods : tuple of Mood
    offers : tuple of Offer
        The log of offers and answers.
    next_option : NextOption
    zone : str
        In which its times are told.
    """

    kind: ClassVar[str] = "negotiation"

    case_id: str
    positions: Mapping[str, str]
    interests: Mapping[str, str]
    shared: tuple[str, ...]
    standards: tuple[Standard, ...]
    own_facts: tuple[OwnFact, ...]
    alternatives: tuple[Alternative, ...]
    without_agreement: Mapping[str, str]
    minimum: float | None
    target: float | None
    maximum: float | None
    walk_away: str
    before: int | None
    after: int | None
    contacts: tuple[Contact, ...]
    moods: tuple[Mood, ...]
    offers: tuple[Offer, ...]
    next_option: NextOption
    zone: str = "UTC"

    def missing(self) -> Mapping[str, tuple[LocalText, ...]]:
        """Return panel → what is not filled in."""
        sides = {side: message(f"playbook.side_{side}") for side in SIDES}
        interests = [message("playbook.lack_position", side=sides[s]) for s in SIDES if not self.positions.get(s)]
        interests += [message("playbook.lack_interest", side=sides[s]) for s in SIDES if not self.interests.get(s)]
        interests += [] if self.shared else [message("playbook.lack_shared")]
        alternatives = [] if len(self.alternatives) > 1 else [message("playbook.lack_alternatives")]
        alternatives += [
            message("playbook.lack_without", side=sides[s]) for s in SIDES if not self.without_agreement.get(s)
        ]
        alternatives += [] if self.maximum is not None else [message("playbook.lack_limits")]
        alternatives += [] if self.walk_away else [message("playbook.lack_walk_away")]
        relationship = [] if self.before is not None else [message("playbook.lack_before")]
        relationship += [] if self.moods else [message("playbook.lack_emotion")]
        return {
            "interests": tuple(interests),
            "standards": () if self.standards else (message("playbook.lack_standard"),),
            "alternatives": tuple(alternatives),
            "relationship": tuple(relationship),
        }

    @property
    def empty(self) -> tuple[str, ...]:
        """Panels in which nothing stands yet."""
        filled = {
            "interests": any(self.positions.values()) or any(self.interests.values()) or bool(self.shared),
            "standards": bool(self.standards),
            "alternatives": bool(self.alternatives) or any(self.without_agreement.values()),
            "relationship": self.before is not None or bool(self.moods),
        }
        return tuple(panel for panel in PANELS if not filled[panel])

    @property
    def checklist(self) -> tuple[ToCheck, ...]:
        """Four things to have done before the talk."""
        interests = all(self.positions.get(s) and self.interests.get(s) for s in SIDES)
        done = {
            "interests": interests and not any(each.rule == "interest_not_position" for each in self.findings()),
            "standards": bool(self.standards),
            "alternatives": len(self.alternatives) > 1,
            "relationship": self.before is not None,
        }
        return tuple(ToCheck(text=message(f"playbook.before_{panel}"), done=done[panel]) for panel in PANELS)

    def findings(self) -> Findings:
        """Return what is weak: an interest that repeats the position, one option only, a cost beyond the limit …"""  # noqa: D400
        return Findings(sheet_findings(self))

    @property
    def title(self) -> LocalText:
        """Which case."""
        return message("playbook.sheet_title", case=self.case_id or "–")

    @property
    def sentence(self) -> LocalText:
        """Which panels are complete, begun and empty."""
        missing = self.missing()
        complete = [message(f"playbook.panel_{panel}") for panel in PANELS if not missing[panel]]
        empty = [message(f"playbook.panel_{panel}") for panel in self.empty]
        if not complete and len(empty) == len(PANELS):
            return message("playbook.sheet_blank")
        names = {"complete": told_list(complete) if complete else "–", "empty": told_list(empty) if empty else "–"}
        return message("playbook.sheet_sentence", **names)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What to do next, and what is weak."""
        return (self.next_option.reason, *(each.message for each in self.findings()))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Panel, what it asks, the customer's side, ours."""
        return (
            Shown("panel", message("playbook.col_panel")),
            Shown("asks", message("playbook.col_asks")),
            Shown("customer", message("playbook.side_customer")),
            Shown("company", message("playbook.side_company")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the sheet line by line, the four panels below one another."""
        sides = [self._of_sides("interests", "position", self.positions)]
        sides.append(self._of_sides("interests", "interest", self.interests))
        sides.append(self._row("interests", "shared", both="; ".join(self.shared)))
        standards = [self._row("standards", "standard", both=_quoted(each)) for each in self.standards]
        standards += [self._row("standards", "own_fact", company=each.text) for each in self.own_facts]
        options = [
            self._row("alternatives", "option", company=_told(each), rank=each.rank) for each in self.alternatives
        ]
        options.append(self._of_sides("alternatives", "without", self.without_agreement))
        options.append(self._row("alternatives", "limits", company=self._limits()))
        ends = [self._row("relationship", "before", both=_mark(self.before))]
        ends.append(self._row("relationship", "after", both=_mark(self.after)))
        ends += [self._row("relationship", "contact", company=self._contact(each)) for each in self.contacts]
        return [*sides, *standards, *options, *ends]

    def facts(self) -> Mapping[str, Any]:
        """Return what stands beside the panels: what is missing, offers, the next option."""
        following = self.next_option.option
        return {
            "case_id": self.case_id,
            "empty": list(self.empty),
            "missing": {panel: list(texts) for panel, texts in self.missing().items()},
            "limits": {"minimum": self.minimum, "target": self.target, "maximum": self.maximum},
            "offers": [
                {"option": each.option, "answer": each.answer, "at": each.at.isoformat()} for each in self.offers
            ],
            "next_option": None if following is None else following.seq,
        }

    def _repr_html_(self) -> str:
        from closeloop.views.negotiation_block import negotiation_html

        return negotiation_html(self)

    def _limits(self) -> LocalText | str:
        if self.minimum is None and self.target is None and self.maximum is None:
            return self.walk_away
        figures = {
            name: "–" if value is None else number(value, 0 if value == int(value) else 2)
            for name, value in (("minimum", self.minimum), ("target", self.target), ("maximum", self.maximum))
        }
        return message("playbook.limits", **figures, walk_away=self.walk_away or "–")

    @staticmethod
    def _contact(contact: Contact) -> LocalText:
        mood = code_label("emotions", contact.last_emotion) if contact.last_emotion else LocalText("–")
        return message("playbook.contact_line", who=contact.who, n=contact.n, mood=mood)

    def _of_sides(self, panel: str, asks: str, said: Mapping[str, str]) -> dict[str, Any]:
        return self._row(panel, asks, customer=said.get("customer", ""), company=said.get("company", ""))

    @staticmethod
    def _row(
        panel: str,
        asks: str,
        *,
        customer: object = "",
        company: object = "",
        both: object = "",
        rank: int | None = None,
    ) -> dict[str, Any]:
        return {
            "panel": message(f"playbook.panel_{panel}"),
            "asks": message(f"playbook.asks_{asks}", rank=rank),
            "customer": both or customer or "",
            "company": both or company or "",
        }


def _mark(value: int | None) -> LocalText | str:
    return "" if value is None else message("playbook.relationship_mark", value=value)


def _told(alternative: Alternative) -> LocalText:
    option, cost = alternative.option, alternative.cost
    parts: list[LocalText | str] = [str(option.get("text"))]
    if cost is not None:
        parts.append(f"{number(cost, 0 if cost == int(cost) else 2)} {option.get('currency') or ''}".strip())
    if alternative.answer:
        parts.append(message(f"playbook.answer_{alternative.answer}"))
    if alternative.beyond is not None:
        parts.append(message("playbook.approved") if alternative.approved else alternative.beyond)
    parts += [each.says() for each in alternative.remedies if each.missing]
    return told_joined(parts, "; ", "；")


def _quoted(standard: Standard) -> LocalText:
    return told_joined([standard.named, standard.text], ": ", "：") if standard.text else standard.named
