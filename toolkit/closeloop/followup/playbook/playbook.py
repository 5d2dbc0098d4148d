"""What to do and say now: the cards that apply to a case, why each is shown, words, questions, what is still open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.followup.commands.decide import stage_label
from closeloop.followup.playbook.cards import Card, Deck, Family, load_deck
from closeloop.followup.playbook.checklist import ToCheck, checklist
from closeloop.followup.playbook.code_lines import code_label
from closeloop.followup.playbook.phrases import Bank, Phrase, Preference, Question, load_bank
from closeloop.followup.playbook.remedies import typical_remedies
from closeloop.followup.playbook.situation import FADES_AFTER_DAYS, Mood, Situation, situation
from closeloop.followup.playbook.text_result import TextResult
from closeloop.followup.playbook.tools import Tool, tools
from closeloop.followup.state import CaseState
from closeloop.metrics.result import Shown
from closeloop.text import LANGUAGES, LocalText, message, normalise_tag
from closeloop.written import told_joined

if TYPE_CHECKING:
    from pathlib import Path

MOST_SAID = 6
MOST_ASKED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """A card that applies, and why.

    Attributes
    ----------
    card : Card
    family : str
    reason : LocalText
    """

    card: Card
    family: Family
    reason: LocalText


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Playbook(TextResult):
    """What to do and say now; made by `case_playbook`. It names no person and holds nothing private.

    Attributes
    ----------
    case_id, stage, step : str
        The step of a contact that is due.
    language : str
        In which the customer is addressed: phrases and questions are shown in it.
    goal : LocalText
        What this stage is to bring.
    cards : tuple of ShownCard
        Style and emotion first, principles last.
    phrases : tuple of Phrase
    questions : tuple of Question
    checks : tuple of ToCheck
        What belongs to the stage, done or not; what nobody but you knows is a question.
    cautions : tuple of LocalText
    remedies : tuple of LocalText
        What is usually done about this type of conflict; a suggestion.
    tools : tuple of Tool
    moods : tuple of Mood
        The emotions of the contacts, in order.
    zone : str
        In which their times are told.
    """

    kind: ClassVar[str] = "playbook"

    case_id: str
    stage: str
    step: str
    language: str
    goal: LocalText
    cards: tuple[ShownCard, ...]
    phrases: tuple[Phrase, ...]
    questions: tuple[Question, ...]
    checks: tuple[ToCheck, ...]
    cautions: tuple[LocalText, ...]
    remedies: tuple[LocalText, ...]
    tools: tuple[Tool, ...]
    moods: tuple[Mood, ...]
    zone: str = "UTC"

    def card(self, id: str) -> ShownCard | None:
        """Return one of the cards that apply; None if it does not."""
        return next((each for each in self.cards if each.card.id == id), None)

    @property
    def title(self) -> LocalText:
        """Which case, at which stage."""
        return message("playbook.title", case=self.case_id or "–", stage=stage_label(self.stage))

    @property
    def sentence(self) -> LocalText:
        """The goal, the step that is due and what is open."""
        open_lines = sum(each.done is False for each in self.checks)
        if not self.step:
            return message("playbook.sentence_ended", goal=self.goal, open=open_lines)
        step = message(f"playbook.step_{self.step}")
        return message("playbook.sentence", goal=self.goal, step=step, open=open_lines)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What a reader should know: cautions, and what a style is."""
        return (*self.cautions, message("playbook.note_style", days=FADES_AFTER_DAYS))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Kind of card, title, why it is shown, what to do."""
        return (
            Shown("family", message("playbook.col_family")),
            Shown("title", message("playbook.col_card")),
            Shown("reason", message("playbook.col_reason")),
            Shown("steps", message("playbook.col_steps")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the cards that apply."""
        return [
            {
                "card": each.card.id,
                "family": message(f"playbook.family_{each.family}"),
                "title": each.card.title,
                "reason": each.reason,
                "steps": told_joined([*each.card.steps, *each.card.checks], " ", ""),
            }
            for each in self.cards
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return what stands beside the cards: goal, step, words, questions, checklist, remedies, tools."""
        return {
            "case_id": self.case_id,
            "stage": self.stage,
            "step": self.step,
            "language": self.language,
            "goal": self.goal,
            "say": [each.text.in_language(self.language) for each in self.phrases],
            "ask": [each.text.in_language(self.language) for each in self.questions],
            "checklist": [{"text": each.text, "done": each.done} for each in self.checks],
            "remedies": list(self.remedies),
            "tools": [each.worksheet for each in self.tools],
        }

    def __str__(self) -> str:
        from closeloop.views.playbook_text import playbook_text

        return playbook_text(self)

    def _repr_html_(self) -> str:
        from closeloop.views.playbook_block import playbook_html

        return playbook_html(self)


def case_playbook(
    state: CaseState,
    now: dt.datetime,
    *,
    preference: Preference = "unknown",
    language: str | None = None,
    speaks: Collection[str] = LANGUAGES,
    cards: str | Path | None = None,
    phrases: str | Path | None = None,
    questions: str | Path | None = None,
) -> Playbook:
    """Return what to do and say now.

    Parameters
    ----------
    state : CaseState
    now : datetime
    preference : {"direct", "indirect", "unknown"}
        How the customer has chosen to be talked to.
    language : str, optional
        In which phrases and questions are shown; the customer's if we speak it, else the one in use.
    speaks : collection of str
        The languages in which we can answer.
    cards, phrases, questions : str or Path, optional
        Files of one's own: cards come before the shipped ones, phrases and questions take their place.

    Examples
    --------
    >>> from closeloop.followup.case.examples import load_example
    >>> from closeloop.followup.case.fold import fold
    >>> case = fold(load_example("ecommerce").events()["C-SAMPLES1"][:9])
    >>> now = case_playbook(case, case.last_at, language="en")
    >>> now.step, now.phrases[0].id
    ('understand', 'sorry_what')
    >>> print(now.card("emotion_anger").reason)
    In contact no. 7 (2026-03-02), as noted by lin: Anger.
    """
    here = situation(state, now, preference=preference, speaks=speaks)
    bank = load_bank(phrases, questions)
    deck = load_deck(*([] if cards is None else [cards]), bank=bank)
    shown = _applying(deck, here)
    return Playbook(
        case_id=state.case_id,
        stage=state.stage,
        step=here.step,
        language=here.language if language is None else normalise_tag(language),
        goal=message(f"playbook.goal_{state.stage or 'received'}"),
        cards=shown,
        phrases=_phrases(bank, shown, here),
        questions=_questions(bank, shown, here),
        checks=(*checklist(state), *(ToCheck(text=text, done=None) for each in shown for text in each.card.checks)),
        cautions=_cautions(shown, here),
        remedies=_remedies(shown, here),
        tools=_tools(state, shown),
        moods=here.moods,
    )


def _applying(deck: Deck, here: Situation) -> tuple[ShownCard, ...]:
    facts, shown = here.facts, []
    for id, card in deck.items():
        met = card.met(facts)
        if met is not None:
            reason = told_joined([here.why(name, value) for name, value in met], " ", "")
            shown.append(ShownCard(card=card, family=deck.family(id), reason=reason))
    return tuple(shown)


def _phrases(bank: Bank, shown: tuple[ShownCard, ...], here: Situation) -> tuple[Phrase, ...]:
    """Return what suits mood, style and wish first, then what the cards name for this step."""
    if not here.step:
        return ()
    suiting = bank.to_say(
        step=here.step, emotion=here.emotion or "unknown", style=here.style,
        preference=here.preference, matter=here.matter,
    )  # fmt: skip
    special = [each for each in suiting if each.n_conditions]
    named = [bank.phrase(id) for each in shown for id in each.card.phrases]
    of_step = [each for each in named if each is not None and here.step in each.steps]
    return tuple({each.id: each for each in (*special, *of_step, *suiting)}.values())[:MOST_SAID]


def _questions(bank: Bank, shown: tuple[ShownCard, ...], here: Situation) -> tuple[Question, ...]:
    if not here.step:
        return ()
    suiting = bank.to_ask(step=here.step, emotion=here.emotion or "unknown", style=here.style, matter=here.matter)
    special = [each for each in suiting if each.n_conditions]
    named = [bank.question(id) for each in shown for id in each.card.questions]
    of_step = [each for each in named if each is not None and here.step in each.steps]
    return tuple({each.id: each for each in (*special, *of_step, *suiting)}.values())[:MOST_ASKED]


def _cautions(shown: tuple[ShownCard, ...], here: Situation) -> tuple[LocalText, ...]:
    avoided = [message("playbook.avoid", what=text) for each in shown for text in each.card.avoid]
    urgent = [here.signs[name] for name in ("promise_broken", "other_language", "heated") if name in here.signs]
    return tuple(dict.fromkeys([*urgent, *avoided]))


def _remedies(shown: tuple[ShownCard, ...], here: Situation) -> tuple[LocalText, ...]:
    codes = [*(code for each in shown for code in each.card.remedies), *typical_remedies(here.code)]
    return tuple(code_label("remedy-types", code) for code in dict.fromkeys(codes))


def _tools(state: CaseState, shown: tuple[ShownCard, ...]) -> tuple[Tool, ...]:
    found = {each.worksheet: each for each in tools(state)}
    for each in shown:
        for name in each.card.tools:
            found.setdefault(name, Tool.named(name, why=each.card.title, case_id=state.case_id))
    return tuple(found.values())
