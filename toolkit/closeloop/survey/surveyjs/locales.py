"""Texts in several languages as SurveyJS holds them: ``default`` is English, other languages have lower-case codes.

SurveyJS shows ``default`` wherever a language has no text of its own, and takes ``zh-CN`` and ``zh`` for no language at
all. So English is written as ``default``, simplified Chinese as ``zh-cn``; a survey without English has its first
language as ``default``, and what is the same in a language as in the default is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DEFAULT = "default"

_CODES = {"zh": "zh-cn", "zh-Hans": "zh-cn", "zh-Hant": "zh-tw", "uk": "ua"}  # the rest: the tag in lower case
_TAGS = {"ua": "uk"}
_CODE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?")


def tag_of(code: str) -> str | None:
    """Return the language tag that a locale of SurveyJS stands for; None if it is no locale.

    Examples
    --------
    >>> tag_of("zh-cn"), tag_of("pt-br"), tag_of("ua"), tag_of("Deutsch")
    ('zh-CN', 'pt-BR', 'uk', None)
    """
    parts = _CODE.fullmatch(code)
    if parts is None:
        return None
    language, script, region = parts.groups()
    tag = "-".join(part for part in (language, (script or "").title(), (region or "").upper()) if part)
    return _TAGS.get(tag, tag)


def codes_of(languages: Iterable[str]) -> dict[str, str]:
    """Return the locale of SurveyJS for each language tag.

    Examples
    --------
    >>> codes_of(["zh-CN", "en", "zh-TW"])
    {'zh-CN': 'zh-cn', 'en': 'en', 'zh-TW': 'zh-tw'}
    """
    codes: dict[str, str] = {}
    for tag in languages:
        code = _CODES.get(tag, tag.lower())
        codes[tag] = tag.lower() if code in codes.values() else code
    return codes


def default_language(languages: Sequence[str]) -> str:
    """Return the language that is written as ``default``: English where the survey has it, else its first.

    Examples
    --------
    >>> default_language(["zh-CN", "en"]), default_language(["zh-CN", "de"])
    ('en', 'zh-CN')
    """
    return next((tag for tag in languages if tag.partition("-")[0] == "en"), languages[0])


@dataclass(frozen=True, slots=True)
class Texts:
    """How the texts of one survey are written and read.

    Parameters
    ----------
    languages : tuple of str
        The survey's languages.
    default : str
        The language that is called ``default``.
    """

    languages: tuple[str, ...]
    default: str

    @property
    def locale(self) -> str | None:
        """What ``locale`` says of the survey; None where it starts in English."""
        first = self.languages[0]
        return None if first.partition("-")[0] == "en" else codes_of(self.languages)[first]

    def write(self, text: Mapping[str, str]) -> str | dict[str, str]:
        """Return a text as SurveyJS holds it.

        Examples
        --------
        >>> texts = Texts(("zh-CN", "en"), "en")
        >>> texts.write({"en": "Price", "zh-CN": "价格"}), texts.write({"en": "App", "zh-CN": "App"})
        ({'default': 'Price', 'zh-cn': '价格'}, 'App')
        """
        usual = text[self.default]
        codes = codes_of(self.languages)
        others = {codes[tag]: text[tag] for tag in self.languages if tag != self.default and text[tag] != usual}
        return {DEFAULT: usual, **others} if others else usual

    def read(self, value: object, fallback: str | None = None) -> object:
        """Return a text of SurveyJS as one text per language; what is no text comes back as it is.

        Parameters
        ----------
        value : object
            A text, or a mapping of locales to texts.
        fallback : str, optional
            What is shown where there is no text: the value of a choice.

        Examples
        --------
        >>> Texts(("zh-CN", "en"), "en").read({"default": "Price", "zh-cn": "价格"})
        {'zh-CN': '价格', 'en': 'Price'}
        """
        if isinstance(value, str):
            return dict.fromkeys(self.languages, value)
        if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
            return value
        usual = value.get(DEFAULT, fallback)
        codes = codes_of(self.languages)
        found = {tag: value.get(codes[tag], usual) for tag in self.languages}
        return {tag: text for tag, text in found.items() if text is not None}
