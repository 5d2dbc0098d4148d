"""Cards: what to do and say in a situation, from ``<id>.playbook.yaml``.

::

    format: 1
    id: styles
    version: 1
    languages: [en, zh-CN]
    title: {en: Customer styles, zh-CN: 客户类型}
    family: style                        # which kind of card they are
    cards:
      - id: style_angry
        serves: [L282]                   # which requirement it answers
        title: {en: …, zh-CN: …}
        when: {styles: [angry]}          # all that is named must hold; of a list one; several mappings: any of them
        goal: {en: …, zh-CN: …}
        steps: [{en: …, zh-CN: …}]       # in this order
        avoid: [{…}]
        checks: [{…}]                    # what one asks oneself afterwards
        phrases: [pause]                 # ids of phrases.yaml
        questions: [right_so]            # ids of questions.yaml
        remedies: [compensation]         # codes of remedy-types that are worth a thought
        guards: [evidence]               # which guards of the stages hold a case to it
        tools: [negotiation]             # worksheets

A code holds for the codes below it. One's own cards come before the shipped ones and replace those of the same id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from closeloop.followup.playbook.code_lines import code_lines, line_of
from closeloop.followup.playbook.phrases import Bank, Id, Preference, Step, load_bank, twice
from closeloop.followup.playbook.read_definition import Fault, read_definition
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import stage_table
from closeloop.forms.fields import Model, Text, Words
from closeloop.rootcause.worksheet.load import shipped_names
from closeloop.survey.shipped import data_folder, shipped_in

if TYPE_CHECKING:
    from pathlib import Path

Family = Literal["situation", "style", "emotion", "protocol", "communication", "skill", "principle"]
FAMILIES: tuple[Family, ...] = (
    "style", "emotion", "situation", "protocol", "skill", "communication", "principle",
)  # fmt: skip
"""In which order cards are shown."""
STYLES = ("angry", "prepared", "talkative", "reticent", "unknown")
"""How a customer can be in a contact."""
Style = Literal["angry", "prepared", "talkative", "reticent", "unknown"]
Sign = Literal[
    "heated", "mood_changed", "no_playback", "no_owner", "no_interests", "not_reached", "many_contacts", "refused",
    "promise_broken", "escalated", "waits_third_party", "other_language",
]  # fmt: skip
SUFFIX = ".playbook.yaml"


class When(Model):
    """When a card is shown: everything that is named holds.

    Attributes
    ----------
    stages, styles, emotions, codes, matters, preferences, protocol, signs : tuple of str
        Of each list one is enough; an empty list asks for nothing.
    """

    stages: tuple[str, ...] = ()
    styles: tuple[Style, ...] = ()
    emotions: Words = ()
    codes: Words = ()
    matters: Words = ()
    preferences: tuple[Preference, ...] = ()
    protocol: tuple[Step, ...] = ()
    signs: tuple[Sign, ...] = ()

    def met(self, facts: Mapping[str, frozenset[str]]) -> tuple[tuple[str, str], ...] | None:
        """Return by which facts it is met, as (name, value); None if it is not."""
        found = []
        for name in When.model_fields:
            wanted = getattr(self, name)
            if wanted:
                here = sorted({*wanted} & facts.get(name, frozenset()), key=wanted.index)
                if not here:
                    return None
                found.append((name, here[0]))
        return tuple(found)


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, Mapping) else value


class Card(Model):
    """What to do and say in one situation; the file says what each part is for."""

    id: Id
    title: Text
    when: Annotated[tuple[When, ...], BeforeValidator(_as_list), Field(min_length=1)]
    serves: Words = ()
    goal: Text | None = None
    steps: tuple[Text, ...] = ()
    avoid: tuple[Text, ...] = ()
    checks: tuple[Text, ...] = ()
    phrases: Words = ()
    questions: Words = ()
    remedies: Words = ()
    guards: Words = ()
    tools: Words = ()

    def met(self, facts: Mapping[str, frozenset[str]]) -> tuple[tuple[str, str], ...] | None:
        """Return by which facts the card applies; None if it does not."""
        return next((found for each in self.when if (found := each.met(facts)) is not None), None)


class CardFile(Model):
    """A file of cards."""

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    family: Family
    cards: Annotated[tuple[Card, ...], Field(min_length=1)]


class Deck(Mapping[str, Card]):
    """Cards by their id, each with its family, in the order in which they are shown.

    Examples
    --------
    >>> deck = load_deck()
    >>> deck["style_angry"].title.zh, deck.family("style_angry")
    ('极其愤怒的客户', 'style')
    """

    def __init__(self, files: Iterable[CardFile]) -> None:
        self._cards: dict[str, Card] = {}
        self._families: dict[str, Family] = {}
        for file in files:
            for card in file.cards:
                if card.id not in self._cards:
                    self._cards[card.id], self._families[card.id] = card, file.family
        self._order = sorted(self._cards, key=lambda id: FAMILIES.index(self._families[id]))

    def __getitem__(self, id: str) -> Card:
        return self._cards[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def __repr__(self) -> str:
        return f"<Deck: {len(self)} cards>"

    def family(self, id: str) -> Family:
        """Return which kind of card it is."""
        return self._families[id]


def load_deck(*own: str | Path, bank: Bank | None = None) -> Deck:
    """Return the cards: one's own files first, then the shipped ones.

    Parameters
    ----------
    *own : str or Path
        Playbook files; a card with the id of a shipped one takes its place.
    bank : Bank, optional
        The phrases and questions that they may name; the shipped ones.

    Raises
    ------
    SurveyDefinitionError
        If a file has faults: all of them, each with its line.
    """
    return Deck([*(_read(path, bank or load_bank()) for path in own), *_shipped()])


@cache
def _shipped() -> tuple[CardFile, ...]:
    folder = data_folder("playbooks")
    return tuple(_read(folder / f"{name}{SUFFIX}", load_bank()) for name in shipped_in(folder, SUFFIX))


def _read(path: str | Path, bank: Bank) -> CardFile:
    return read_definition(path, CardFile, {"cards": Card, "when": When}, lambda file: _faults(file, bank))


def _faults(file: CardFile, bank: Bank) -> Iterator[Fault]:
    """Give the names that nothing has: phrases, questions, stages, codes, guards, worksheets."""
    yield from twice(file.cards, "cards")
    for position, card in enumerate(file.cards):
        place: tuple[Any, ...] = ("cards", position)
        for key, known in _known(bank).items():
            yield from _unknown(getattr(card, key), known, (*place, key))
        for condition in card.when:
            for key, names in _KNOWN_WHEN.items():
                yield from _unknown(getattr(condition, key), names(), (*place, "when"))


def _unknown(found: Iterable[str], known: Iterable[str], path: tuple[str | int, ...]) -> Iterator[Fault]:
    lost = [name for name in found if name not in {*known}]
    if lost:
        yield Fault(path, "playbook.unknown_name", {"found": ", ".join(lost), "known": ", ".join(known)})


def _known(bank: Bank) -> Mapping[str, tuple[str, ...]]:
    return {
        "phrases": tuple(each.id for each in bank.phrases),
        "questions": tuple(each.id for each in bank.questions),
        "remedies": tuple(code_lines("remedy-types")),
        "guards": tuple(GUARDS),
        "tools": shipped_names(),
    }


_KNOWN_WHEN: Mapping[str, Callable[[], tuple[str, ...]]] = {
    "stages": lambda: tuple(stage.id for stage in stage_table().stages),
    "emotions": lambda: tuple(code_lines("emotions")),
    "codes": lambda: tuple(code_lines("conflict-types")),
}


def facts_of_code(codebook: str, code: str) -> frozenset[str]:
    """Return a code and those above it, as the conditions of cards see them."""
    return frozenset(line_of(codebook, code))
