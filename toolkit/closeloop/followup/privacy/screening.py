"""Screening: what in a free text identifies a person, and the text without it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from closeloop.followup.privacy.name_list import NameList
from closeloop.followup.privacy.number_checks import CHECKS
from closeloop.followup.privacy.screening_file import Pattern, ScreeningFile, load_screening
from closeloop.text import message

_HAN = re.compile("[\u3400-\u9fff]")
_NAME = "name"
_BESIDE = 20  # characters before and after that may speak against
# One character for one, so that places in the plain text are places in the text: full-width forms, all kinds of
# spaces and dashes, and what is invisible and put between digits.
_PLAIN = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys([*range(0x2000, 0x2010), 0x00A0, 0x00AD, 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF, 0x180E], " ")
    | dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE63], "-")
    | {0x3002: ".", 0x2018: "'", 0x2019: "'"}
)


@dataclass(frozen=True, slots=True)
class Span:
    """Where in a text something identifies somebody.

    Attributes
    ----------
    kind : str
        Such as ``phone``.
    start, end : int
        Characters, the end not included.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Screened:
    """A text after screening.

    Attributes
    ----------
    masked : str
        The text with a label in place of each find.
    found : tuple of Span
        Where they were in the original, in order, none touching another.
    """

    masked: str
    found: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.found)


class Screening:
    """Screens texts with the patterns of a file.

    Parameters
    ----------
    file : ScreeningFile, optional
        One's own, from `load_screening`; by default the shipped one.
    more : mapping of str to sequence of str
        Kind → expressions of one's own house, such as its order numbers.

    Examples
    --------
    >>> house = Screening(more={"order_number": ["QX[0-9]{4}"]})
    >>> house.screen("Where is QX4711?").masked
    'Where is [order number]?'
    """

    def __init__(self, file: ScreeningFile | None = None, *, more: Mapping[str, Sequence[str]] | None = None) -> None:
        file = file or load_screening()
        ids = [kind.id for kind in file.kinds]
        self._labels = [kind.label for kind in file.kinds]
        self._ids = ids
        self._rules = [
            _rule(ids.index(kind.id), pattern, file.surnames) for kind in file.kinds for pattern in kind.patterns
        ]
        for kind, expressions in (more or {}).items():
            if kind not in ids:
                raise ValueError(message("privacy.unknown_kind", found=kind, known=", ".join(ids)))
            self._rules += [_rule(ids.index(kind), Pattern(pattern=each), file.surnames) for each in expressions]
        self._name = ids.index(_NAME)

    def find(self, text: str, names: Collection[str] | NameList = ()) -> tuple[Span, ...]:
        """Return where a text identifies a person; overlapping finds are one, of the kind that stands first."""
        plain = text.translate(_PLAIN)
        listed = names if isinstance(names, NameList) else NameList(names)
        spans = [(start, end, self._name) for start, end in listed.find(plain)]
        there = set(plain)
        for rule in self._rules:
            if rule.cues and rule.cues.isdisjoint(there):
                continue
            for match in rule.expression.finditer(plain):
                start, end = match.span(rule.group)
                if rule.accepts(plain, start, end):
                    spans.append((start, end, rule.rank))
        return tuple(Span(self._ids[rank], start, end) for start, end, rank in _joined(spans))

    def screen(self, text: str, names: Collection[str] | NameList = ()) -> Screened:
        """Return a text without what identifies a person; see `screen`."""
        found = self.find(text, names)
        if not found:
            return Screened(text)
        tag = "zh-CN" if _HAN.search(text) else "en"
        parts, at = [], 0
        for span in found:
            label = self._labels[self._ids.index(span.kind)]
            parts += [text[at : span.start], f"[{label.in_language(tag)}]"]
            at = span.end
        return Screened("".join((*parts, text[at:])), found)


def screen(text: str, names: Collection[str] | NameList = ()) -> Screened:
    """Find what identifies a person with the shipped patterns, and take it out.

    Parameters
    ----------
    text : str
    names : collection of str
        Names of people to look for beside the patterns (customers, staff); many of them as a `NameList`.

    Returns
    -------
    Screened
        The labels are Chinese in a text with Chinese characters, else English, whatever language is displayed.

    Notes
    -----
    Screening finds forms, not persons: what it lets through may still identify somebody, and is to be handled so.

    Examples
    --------
    >>> screen("Call me on +44 20 7946 0958 about order 4711.").masked
    'Call me on [phone] about order 4711.'
    >>> screen("请打 13800138000 找王先生。").masked
    '请打 [电话] 找[姓名]。'
    """
    return _shipped().screen(text, names)


@lru_cache(maxsize=1)
def _shipped() -> Screening:
    return Screening()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    rank: int
    expression: re.Pattern[str]
    group: int
    cues: frozenset[str]
    pattern: Pattern
    unless: re.Pattern[str] | None
    unless_before: re.Pattern[str] | None
    unless_after: re.Pattern[str] | None

    def accepts(self, plain: str, start: int, end: int) -> bool:
        """Return whether nothing speaks against a match."""
        said = plain[start:end]
        if not all(CHECKS[check](said) for check in self.pattern.checks):
            return False
        if self.unless is not None and self.unless.match(said):
            return False
        if self.unless_before is not None and self.unless_before.search(plain[max(0, start - _BESIDE) : start]):
            return False
        return self.unless_after is None or not self.unless_after.match(plain[end : end + _BESIDE])


def _rule(rank: int, pattern: Pattern, surnames: Sequence[str]) -> _Rule:
    expression = pattern.compiled(surnames)
    flags = re.IGNORECASE if pattern.ignore_case else 0

    def compiled(text: str | None, form: str = "{}") -> re.Pattern[str] | None:
        return None if text is None else re.compile(form.format(text), flags)

    return _Rule(
        rank=rank, expression=expression, group=min(1, expression.groups), cues=pattern.cues, pattern=pattern,
        unless=compiled(pattern.unless), unless_before=compiled(pattern.unless_before, "(?:{})$"),
        unless_after=compiled(pattern.unless_after),
    )  # fmt: skip


def _joined(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    joined: list[tuple[int, int, int]] = []
    for start, end, rank in sorted(spans):
        span = (start, end, rank)
        if joined and start < joined[-1][1]:
            before = joined.pop()
            span = (before[0], max(before[1], end), min(before[2], rank))
        joined.append(span)
    return joined
