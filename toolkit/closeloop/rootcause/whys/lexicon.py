"""Word lists that rules look causes up in: data, in both languages, and replaceable by one's own file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field

from closeloop.forms.fields import Model, Remark, Words, fault
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.text import message

if TYPE_CHECKING:
    from pathlib import Path

LEXICONS = ("blame", "vague", "solution")
"""The shipped word lists: words that blame a person, words that only say "not good", solutions dressed up as causes."""
_SUFFIX = ".lexicon.yaml"
_QUOTED = re.compile(r"“[^”]{1,200}”|「[^」]{1,200}」|『[^』]{1,200}』|\"[^\"]{1,200}\"")


def _compiles(pattern: str) -> str:
    try:
        re.compile(f"(?:{pattern})")  # as it will stand among others
    except re.error as error:
        raise fault("whys.bad_pattern", pattern=pattern, reason=str(error)) from None
    return pattern


Language = Literal["en", "zh-CN"]
Patterns = Annotated[tuple[Annotated[str, AfterValidator(_compiles)], ...], Field()]


class Lexicon(Model):
    """One word list: words, patterns (regular expressions), and what takes a find back.

    Examples
    --------
    >>> load_lexicon("blame").find("The night shift forgot to scan the last cage")
    'forgot'
    """

    format: Literal[1]
    id: str
    title: Remark
    about: Remark | None = None
    words: Mapping[Language, Words] = Field(default_factory=dict)
    patterns: Mapping[Language, Patterns] = Field(default_factory=dict)
    unless: Mapping[Language, Patterns] = Field(default_factory=dict)

    def find(self, text: str) -> str:
        """Return the first place in a text that the list knows, as it is written there; empty where there is none.

        English words are looked up as whole words, case apart, Chinese ones anywhere; a find that lies within a place
        that `unless` matches, or between quotation marks (a button, somebody's words), does not count.
        """
        return self._find(text)

    @cached_property
    def _find(self) -> Callable[[str], str]:
        """Look a text up, each once: the rules look at all causes again after every change of one."""
        search, veto = _compiled(self.words, self.patterns), _compiled({}, self.unless)

        @lru_cache(maxsize=4096)
        def found(text: str) -> str:
            plain = unicodedata.normalize("NFKC", text)
            spared = [match.span() for match in _QUOTED.finditer(plain)]
            spared += [match.span() for match in veto.finditer(plain)] if veto else []
            for match in search.finditer(plain) if search else ():
                if not any(first <= match.start() and match.end() <= last for first, last in spared):
                    return match.group()
            return ""

        return found


def _compiled(words: Mapping[Any, tuple[str, ...]], patterns: Mapping[Any, tuple[str, ...]]) -> re.Pattern[str] | None:
    listed = tuple((tag, tuple(each)) for tag, each in words.items())
    return _expression(listed, tuple((tag, tuple(each)) for tag, each in patterns.items()))


@cache
def _expression(
    words: tuple[tuple[str, tuple[str, ...]], ...], patterns: tuple[tuple[str, tuple[str, ...]], ...]
) -> re.Pattern[str] | None:
    parts = [pattern for _, each in patterns for pattern in each]
    for tag, each in words:
        for word in sorted(each, key=len, reverse=True):
            escaped = re.escape(unicodedata.normalize("NFKC", word)).replace(r"\ ", r"\s+")
            parts.append(rf"\b{escaped}\b" if tag == "en" else escaped)
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE) if parts else None


def load_lexicon(name_or_path: str | Path) -> Lexicon:
    """Return a word list: a shipped one by its name, or one's own from a ``.yaml`` file.

    Parameters
    ----------
    name_or_path : str or Path
        One of `LEXICONS`, or the path of a file that begins with ``format: 1``.

    Returns
    -------
    Lexicon

    Raises
    ------
    SurveyDefinitionError
        With every fault of the file and its line.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> load_lexicon("vague").find("对客户的回访不到位")
    '不到位'
    """
    if str(name_or_path) in LEXICONS:
        return _shipped(str(name_or_path))
    return _read(name_or_path)


@cache
def _shipped(name: str) -> Lexicon:
    with resources.as_file(resources.files("closeloop").joinpath("data", "lexicons", f"{name}{_SUFFIX}")) as path:
        return _read(path)


def _read(path: str | Path) -> Lexicon:
    return defined(read_document(path), Lexicon, {})


def chosen_lexicons(given: Mapping[str, Lexicon | str | Path] | None = None) -> dict[str, Lexicon]:
    """Return the word lists by name: the shipped ones, those that are given in their place.

    Raises
    ------
    ValueError
        If a name is not one of `LEXICONS`.
    """
    found = {name: load_lexicon(name) for name in LEXICONS}
    for name, one in (given or {}).items():
        if name not in LEXICONS:
            raise ValueError(message("whys.unknown_lexicon", found=name, known=", ".join(LEXICONS)))
        found[name] = one if isinstance(one, Lexicon) else load_lexicon(one)
    return found
