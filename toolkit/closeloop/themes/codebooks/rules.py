"""What a code matches: words, phrases and patterns, per language, and what takes a match back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from closeloop.forms.fields import Model, Words

Spellings = dict[str, Words]
"""Language → terms or phrases. All languages are looked for in every comment: people mix them."""


def _without_empty(value: object) -> object:
    return {key: entry for key, entry in value.items() if entry is not None} if isinstance(value, Mapping) else value


def _as_given(value: Spellings) -> Spellings:
    return dict(value)


ByLanguage = Annotated[Spellings, BeforeValidator(_without_empty), AfterValidator(_as_given)]


class Matchers(Model):
    """Terms, phrases and patterns; each on its own is enough.

    Attributes
    ----------
    terms : mapping
        Language → words. A Latin word matches as a whole word only (``late`` is not in ``later`` nor in ``plate``), and
        with a ``*`` at its end every word that begins so (``delay*``); a Chinese one matches wherever it stands. Case
        and full-width letters do not matter.
    phrases : mapping
        Language → words in a row; between two of them any white space or hyphens may stand (``customer service``
        matches ``Customer-Service``, too).
    patterns : tuple of str
        Regular expressions that RE2 accepts, found within one clause; case does not matter.
    """

    terms: ByLanguage = Field(default_factory=dict)
    phrases: ByLanguage = Field(default_factory=dict)
    patterns: Words = ()

    def literals(self) -> Iterator[str]:
        """Give terms and phrases, in the order of the file."""
        for group in (self.terms, self.phrases):
            for spellings in group.values():
                yield from spellings


class Rules(Matchers):
    """What a code matches, and what takes the match back when it stands in the same clause.

    Attributes
    ----------
    unless : Matchers
        A clause that holds one of these does not get the code.
    """

    unless: Matchers = Matchers()
