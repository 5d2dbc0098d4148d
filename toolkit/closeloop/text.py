"""Texts in several languages, the language in use, and the catalogue of messages.

The catalogue is data: ``data/locales/<area>.yaml`` maps a key to one text per language. Keys are asked for as
``area.key``. Both shipped languages must be there; the loader refuses a file in which one is missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from closeloop.kept import parsed_once

LANGUAGES = ("en", "zh-CN")
"""The languages in which every label, message and report of the package exists."""

_ALIASES = {
    "en": "en", "en-us": "en", "en-gb": "en", "c": "en", "posix": "en",
    "zh": "zh-CN", "zh-cn": "zh-CN", "zh-hans": "zh-CN", "zh-hans-cn": "zh-CN", "zh-sg": "zh-CN",
}  # fmt: skip

_current: ContextVar[str | None] = ContextVar("closeloop_language", default=None)


def normalise_tag(tag: str) -> str:
    """Return the package's name of a language tag (``zh``, ``zh_CN.UTF-8`` → ``zh-CN``).

    Raises
    ------
    ValueError
        If the package does not speak the language.

    Examples
    --------
    >>> normalise_tag("zh_CN")
    'zh-CN'
    """
    name = _ALIASES.get(tag.strip().split(".")[0].replace("_", "-").lower())
    if name is None:
        raise ValueError(message("text.unknown_language", tag=tag, known=", ".join(LANGUAGES)).en)
    return name


def set_language(tag: str) -> None:
    """Choose the language of everything that is displayed from here on (in this context).

    Parameters
    ----------
    tag : str
        ``"en"`` or ``"zh-CN"``; also ``zh``, ``zh_CN``.

    Raises
    ------
    ValueError
        If the package does not speak the language.

    Examples
    --------
    >>> set_language("zh")
    >>> language()
    'zh-CN'
    >>> set_language("en")
    """
    _current.set(normalise_tag(tag))


def language() -> str:
    """Return the language in use: what `set_language` chose, else ``CLOSELOOP_LANGUAGE``, else English.

    Examples
    --------
    >>> language()
    'en'
    """
    chosen = _current.get()
    if chosen is None:
        asked = os.environ.get("CLOSELOOP_LANGUAGE", "")
        chosen = normalise_tag(asked) if asked else "en"
    return chosen


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Use another language inside a ``with``; afterwards the one before is in use again.

    Examples
    --------
    >>> with speaking("zh-CN"):
    ...     language()
    'zh-CN'
    >>> language()
    'en'
    """
    before = _current.set(normalise_tag(tag))
    try:
        yield
    finally:
        _current.reset(before)


class LocalText(Mapping[str, str]):
    """One text in several languages; immutable, hashable, a mapping language → text.

    ``str(text)`` is the text in the language in use, else in English, else in the first language it has.

    Examples
    --------
    >>> t = LocalText({"en": "Price", "zh-CN": "价格"})
    >>> str(t), t.get("zh-CN"), t.en
    ('Price', '价格', 'Price')
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | str) -> None:
        self._texts: dict[str, str] = {"en": texts} if isinstance(texts, str) else dict(texts)

    def __getitem__(self, key: str) -> str:
        return self._texts[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._texts.items())))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalText) and self._texts == other._texts

    def __repr__(self) -> str:
        return f"LocalText({self._texts!r})"

    def __str__(self) -> str:
        return self.in_language(None)

    def in_language(self, tag: str | None) -> str:
        """Return the text in `tag` (default: the language in use), else in English, else in its first language."""
        wanted = language() if tag is None else tag
        for candidate in (wanted, "en"):
            if candidate in self._texts:
                return self._texts[candidate]
        return next(iter(self._texts.values()), "")

    @property
    def en(self) -> str:
        """The English text."""
        return self.in_language("en")

    @property
    def zh(self) -> str:
        """The Chinese text."""
        return self.in_language("zh-CN")


@cache
def catalogue(area: str) -> dict[str, LocalText]:
    """Return the messages of one area, ``data/locales/<area>.yaml``, checked for both languages."""
    source = Path(__file__).parent / "data" / "locales" / f"{area}.yaml"
    text = source.read_text(encoding="utf-8")
    entries = parsed_once(source, text, lambda: _parsed(text))
    lame = sorted(key for key, texts in entries.items() if set(texts) != set(LANGUAGES))
    if lame:
        raise ValueError(f"locales/{area}.yaml: not in exactly the languages {LANGUAGES}: {lame}")
    return {key: LocalText(texts) for key, texts in entries.items()}


def _parsed(text: str) -> dict[str, dict[str, str]]:
    from ruamel.yaml import YAML

    entries: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(text)
    return entries


def message(key: str, /, **values: Any) -> LocalText:
    """Return the catalogue's text for ``area.key`` in both languages, its ``{fields}`` filled from `values`.

    A value that is itself a `LocalText` is put in in the matching language; ``{n:case|cases}`` is the word that goes
    with the number.

    Raises
    ------
    KeyError
        If the catalogue has no such key.
    """
    area, _, name = key.partition(".")
    found = catalogue(area)[name]
    if not values and not any("{" in text for text in found.values()):
        return found
    return LocalText({tag: _filled(text, tag, values) for tag, text in found.items()})


def _filled(text: str, tag: str, values: Mapping[str, Any]) -> str:
    said = {k: v.in_language(tag) if isinstance(v, LocalText) else v for k, v in values.items()}
    return _filler.vformat(text, (), said) if "|" in text else text.format(**said)  # the latter is much faster


class _Filler(Formatter):
    """Fills ``{n:case|cases}`` with the first word for 1, the second for any other number; all else as ``str.format``.

    Examples
    --------
    >>> [_Filler().format("{n} {n:case|cases}", n=n) for n in (0, 1, "1", "1,200")]
    ['0 cases', '1 case', '1 case', '1,200 cases']
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if str(value) == "1" else many
        return str(super().format_field(value, format_spec))


_filler = _Filler()
