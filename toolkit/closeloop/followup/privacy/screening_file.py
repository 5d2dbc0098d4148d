"""What personal data looks like: the patterns of ``screening.yaml``, checked when they are read.

A pattern can be written in RE2 (no look-around, no back reference) and repeats nothing without a limit, so a comment
takes time in proportion to its length, whatever somebody writes into it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from closeloop.followup.privacy.number_checks import CHECKS
from closeloop.forms.fields import Model, Text, Words, fault
from closeloop.survey.defined import defined
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder

if TYPE_CHECKING:
    from typing import Self

SURNAME = "<surname>"
"""Stands in a pattern for any of the file's surnames."""

_ENDLESS = re.compile(r"(?<!\\)(?:\\\\)*(?:[*+]|\{[0-9]*,\})")
_NOT_RE2 = re.compile(r"(?<!\\)\(\?(?!:|i:)|\\[1-9]")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_BESIDE = {"digits": "[0-9]", "words": "[A-Za-z0-9_]", "nothing": ""}
_CUES = {"digit": "0123456789", "latin": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise fault("privacy.bad_pattern", pattern=pattern, problem=error) from None
    # What stands in brackets repeats nothing.
    if _ENDLESS.search(_CLASS.sub("[]", pattern)):
        raise fault("privacy.endless_pattern", pattern=pattern)
    if _NOT_RE2.search(pattern):
        raise fault("privacy.not_re2_pattern", pattern=pattern)
    return pattern


def _check_name(name: str) -> str:
    if name not in CHECKS:
        raise fault("privacy.unknown_check", found=name, known=", ".join(sorted(CHECKS)))
    return name


PatternText = Annotated[str, Field(min_length=1), AfterValidator(_check_pattern)]
CheckName = Annotated[str, AfterValidator(_check_name)]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Pattern(Model):
    """One form of personal data.

    Attributes
    ----------
    pattern : str
        If it has a group, the group is what is found; else all of it.
    ignore_case : bool
    not_beside : {"digits", "words", "nothing"}
        What must not touch it on either side: the number of an order is not taken for a telephone number.
    needs : str
        ``digit``, ``latin``, or characters one of which must be in the text; only to be fast.
    checks : tuple of str
        What the found text must satisfy, such as ``luhn``.
    unless, unless_before, unless_after : str
        Not if the found text begins so; if what stands before it ends so; if what stands after it begins so.
    """

    pattern: PatternText
    ignore_case: bool = Field(default=False, strict=True)
    not_beside: Literal["digits", "words", "nothing"] = "words"
    needs: str = ""
    checks: Annotated[tuple[CheckName, ...], BeforeValidator(_listed)] = ()
    unless: PatternText | None = None
    unless_before: PatternText | None = None
    unless_after: PatternText | None = None

    @property
    def cues(self) -> frozenset[str]:
        """Characters one of which a text must have; none: any text."""
        return frozenset(_CUES.get(self.needs, self.needs))

    def compiled(self, surnames: Sequence[str] = ()) -> re.Pattern[str]:
        """Return the expression with its limits on both sides; ``<surname>`` stands for any of `surnames`."""
        beside = _BESIDE[self.not_beside]
        # A decimal point before it or after it makes it part of a number, too.
        before = f"(?<!{beside})" + (r"(?<![0-9][.])" if self.not_beside == "digits" else "") if beside else ""
        after = f"(?!{beside})" if beside else ""
        pattern = self.pattern.replace(SURNAME, f"(?:{'|'.join(map(re.escape, surnames))})")
        return re.compile(f"{before}(?:{pattern}){after}", re.IGNORECASE if self.ignore_case else 0)


class Kind(Model):
    """One kind of personal data, and what stands in its place in a screened text."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Text
    patterns: Annotated[tuple[Pattern, ...], Field(min_length=1)]


class ScreeningFile(Model):
    """A file of format 1; what stands above counts where two kinds overlap."""

    format: Literal[1]
    languages: Words
    surnames: Words = ()
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        ids = [kind.id for kind in self.kinds]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise fault("privacy.kind_twice", found=", ".join(twice))
        return self


_ENTRIES: dict[str, type[Model]] = {"kinds": Kind, "patterns": Pattern}


def shipped_screening() -> Path:
    """Return the file that is used where nobody names another."""
    return data_folder("followup") / "screening.yaml"


def load_screening(path: str | Path | None = None) -> ScreeningFile:
    """Return a file of patterns, checked; the shipped one if none is named.

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them, each with its line.

    Examples
    --------
    >>> [kind.id for kind in load_screening().kinds][:3]
    ['url', 'email', 'id_number']
    """
    file = shipped_screening() if path is None else Path(path)
    changed = file.stat()
    return _read(str(file), changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=8)
def _read(path: str, _changed: int, _size: int) -> ScreeningFile:
    return defined(read_document(path), ScreeningFile, _ENTRIES)
