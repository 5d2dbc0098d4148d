"""Phrases and questions: what one can say and ask, by step of the contact, emotion, style and the customer's wish.

::

    format: 1
    id: phrases
    version: 1
    languages: [en, zh-CN]
    title: {en: Phrases, zh-CN: 话术库}
    phrases:
      - {id: take_time, steps: [listen], text: {en: …, zh-CN: …}}
      - {id: let_down, steps: [understand], emotions: [disappointment], text: {…}}

Of emotions, styles, preferences and matters an empty list means: whichever. A file of questions has ``questions:`` in
the place of ``phrases:``; each question is open, probing or closed, and ``interest: true`` marks those that lead from
what somebody demands to why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from closeloop.followup.playbook.code_lines import line_of
from closeloop.followup.playbook.read_definition import Fault, read_definition
from closeloop.forms.fields import Model, Text, Words
from closeloop.survey.shipped import data_folder

if TYPE_CHECKING:
    from pathlib import Path

Step = Literal["listen", "understand", "probe", "propose", "confirm"]
STEPS: tuple[Step, ...] = ("listen", "understand", "probe", "propose", "confirm")
"""The five steps of a contact."""
Preference = Literal["direct", "indirect", "unknown"]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Phrase(Model):
    """Something one can say.

    Attributes
    ----------
    id : str
    text : LocalText
        Written in each language for itself.
    steps : tuple of str
        In which steps of a contact.
    emotions, styles, preferences, matters : tuple of str
        To whom, and of which kind of matter (``suggestion`` …); empty: whichever.
    """

    id: Id
    text: Text
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    emotions: Words = ()
    styles: Words = ()
    preferences: tuple[Preference, ...] = ()
    matters: Words = ()

    def suits(
        self, *, step: str = "", emotion: str = "", style: str = "", preference: str = "", matter: str = ""
    ) -> bool:
        """Return whether it can be said; what is left out is left open."""
        named = (
            (self.steps, (step,)), (self.emotions, line_of("emotions", emotion)), (self.styles, (style,)),
            (self.preferences, (preference,)), (self.matters, (matter,)),
        )  # fmt: skip
        return all(not any(wanted) or not given or {*wanted} & {*given} for given, wanted in named)

    @property
    def n_conditions(self) -> int:
        """How special it is."""
        return sum(map(bool, (self.emotions, self.styles, self.preferences, self.matters)))


class Question(Phrase):
    """Something one can ask.

    Attributes
    ----------
    kind : {"open", "probe", "closed"}
    interest : bool
        Leads from a demand to the need behind it.
    """

    kind: Literal["open", "probe", "closed"]
    interest: bool = Field(default=False, strict=True)


class _File(Model):
    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text


class PhraseFile(_File):
    """A file of phrases."""

    phrases: Annotated[tuple[Phrase, ...], Field(min_length=1)]


class QuestionFile(_File):
    """A file of questions."""

    questions: Annotated[tuple[Question, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Bank:
    """Phrases and questions, found by what they suit.

    Examples
    --------
    >>> bank = load_bank()
    >>> [each.id for each in bank.to_say(step="understand", emotion="disappointment")][:1]
    ['let_down']
    >>> [each.id for each in bank.to_ask(kind="probe", interest=True)][:2]
    ['which_matters', 'fair_measure']
    """

    phrases: tuple[Phrase, ...]
    questions: tuple[Question, ...]

    def to_say(
        self, *, step: str = "", emotion: str = "", style: str = "", preference: str = "", matter: str = ""
    ) -> tuple[Phrase, ...]:
        """Return what can be said there, the most special first; what is left out is left open."""
        wanted = {"step": step, "emotion": emotion, "style": style, "preference": preference, "matter": matter}
        found = [each for each in self.phrases if each.suits(**wanted)]
        return tuple(sorted(found, key=lambda each: -each.n_conditions))

    def to_ask(
        self,
        *,
        step: str = "",
        emotion: str = "",
        style: str = "",
        matter: str = "",
        kind: str = "",
        interest: bool | None = None,
    ) -> tuple[Question, ...]:
        """Return what can be asked there, the most special first; `kind` is open, probe or closed."""
        found = [
            each
            for each in self.questions
            if each.suits(step=step, emotion=emotion, style=style, matter=matter)
            and kind in ("", each.kind)
            and interest in (None, each.interest)
        ]
        return tuple(sorted(found, key=lambda each: -each.n_conditions))

    def phrase(self, id: str) -> Phrase | None:
        """Return a phrase by its id; None if there is none."""
        return next((each for each in self.phrases if each.id == id), None)

    def question(self, id: str) -> Question | None:
        """Return a question by its id; None if there is none."""
        return next((each for each in self.questions if each.id == id), None)

    def __repr__(self) -> str:
        return f"<Bank: {len(self.phrases)} phrases, {len(self.questions)} questions>"


def load_bank(phrases: str | Path | None = None, questions: str | Path | None = None) -> Bank:
    """Return phrases and questions: the shipped ones, or one's own files in their place.

    Raises
    ------
    SurveyDefinitionError
        If a file has faults: all of them, each with its line.
    """
    says = _shipped_phrases() if phrases is None else _read_phrases(phrases)
    asks = _shipped_questions() if questions is None else _read_questions(questions)
    return Bank(phrases=says.phrases, questions=asks.questions)


@cache
def _shipped_phrases() -> PhraseFile:
    return _read_phrases(data_folder("playbooks") / "phrases.yaml")


@cache
def _shipped_questions() -> QuestionFile:
    return _read_questions(data_folder("playbooks") / "questions.yaml")


def _read_phrases(path: str | Path) -> PhraseFile:
    return read_definition(path, PhraseFile, {"phrases": Phrase}, lambda file: twice(file.phrases, "phrases"))


def _read_questions(path: str | Path) -> QuestionFile:
    return read_definition(path, QuestionFile, {"questions": Question}, lambda file: twice(file.questions, "questions"))


def twice(entries: Iterable[Any], key: str) -> Iterator[Fault]:
    """Give the entries of a list that have the id of one before."""
    seen: set[str] = set()
    for position, each in enumerate(entries):
        if each.id in seen:
            yield Fault((key, position, "id"), "playbook.id_twice", {"found": each.id})
        seen.add(each.id)
