"""A survey in the making: pages and items as platforms have them, with names and texts that a survey file may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from closeloop.forms.fields import RESERVED, RESERVED_FOR_HIDDEN
from closeloop.survey.surveyjs.markup import as_text
from closeloop.text import LocalText, message

Item = dict[str, Any]
Words = Mapping[str, str]

_TAGS = {"zh-Hans": "zh-CN", "zh-Hant-TW": "zh-TW", "zh-Hant-HK": "zh-HK", "ZH-S": "zh-CN", "ZH-T": "zh-TW"}
_MOST_NAME = 60


@dataclass(slots=True)
class Draft:
    """What a structure file says, page by page.

    `languages` are tags, the survey's own first; a text that is missing in one of them stands there in the first.
    """

    platform: str
    title: str
    languages: tuple[str, ...]
    pages: list[tuple[str, list[Item]]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _sources: dict[str, dict[str, str]] = field(default_factory=dict)

    def page(self, title: str) -> None:
        """Begin a page; one that stays empty is not kept."""
        self.pages = [page for page in self.pages if page[1]]
        self.pages.append((title, []))

    def add(self, tag: str, item: Item, reasons: Sequence[LocalText] = ()) -> None:
        """Add an item under the platform's own name; the export is found by it where a survey cannot be so called."""
        if not self.pages:
            self.page("")
        name = self._name(tag)
        if name != tag and item["type"] != "note":
            self._sources[name] = {"column": tag}
        told = {"to_confirm": _joined(reasons)} if reasons else {}
        self.pages[-1][1].append({"name": name, **item, **told})

    def text(self, words: Words) -> dict[str, str]:
        """Return a text in every language of the survey, without markup."""
        plain = {tag: as_text(said).strip() for tag, said in words.items()}
        first = next((plain[tag] for tag in self.languages if plain.get(tag)), "")
        return {tag: plain.get(tag) or first for tag in self.languages}

    def options(self, choices: Sequence[tuple[str, Words]]) -> list[Item]:
        """Return choices as options: value and texts; an empty text is the value, and a value stands once."""
        made: dict[str, Item] = {}
        for value, words in choices:
            text = self.text(words)
            own, number = value.strip() or "option", 2
            while own.casefold() in made or own.casefold() in ("other", "none", "other_text"):
                own, number = f"{value.strip()}_{number}", number + 1
            shown = {tag: said or own for tag, said in text.items()}
            made[own.casefold()] = {"value": own, "text": shown}
        return list(made.values())

    def data(self, id: str) -> Item:
        """Return the survey as a survey file holds it."""
        pages = [(title, items) for title, items in self.pages if items]
        written = [
            {"name": f"page{n}", **({"title": self.text({self.languages[0]: title})} if title else {}), "items": items}
            for n, (title, items) in enumerate(pages, start=1)
        ]
        return {
            "format": 1,
            "id": id,
            "version": 1,
            "stage": "draft",
            "languages": list(self.languages),
            "title": self.text({self.languages[0]: self.title}),
            "pages": written,
            **({"sources": {self.platform: self._sources}} if self._sources else {}),
            **({"extra": {f"{self.platform}_left_out": self.left_out}} if self.left_out else {}),
        }

    def _name(self, tag: str) -> str:
        slug = re.sub(r"__+", "_", re.sub(r"\W+", "_", tag, flags=re.ASCII)).strip("_")[:_MOST_NAME].rstrip("_")
        if not re.match(r"[A-Za-z]", slug) or slug in RESERVED | RESERVED_FOR_HIDDEN:
            slug = f"q_{slug}".rstrip("_")
        name, number = slug, 2
        while name.casefold() in self._taken:
            name, number = f"{slug}_{number}", number + 1
        self._taken.add(name.casefold())
        return name


def language_tag(found: str) -> str:
    """Return a platform's language as a tag: `zh-Hans` and `ZH-S` are zh-CN, `de-informal` is de.

    Examples
    --------
    >>> [language_tag(found) for found in ("EN", "zh-Hans", "de-informal", "pt-BR", "ZH-S", "EN-GB", "")]
    ['en', 'zh-CN', 'de', 'pt-BR', 'zh-CN', 'en-GB', 'en']
    """
    if found in _TAGS:
        return _TAGS[found]
    language, _, region = found.partition("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", language):
        return "en"
    return f"{language.lower()}-{region.upper()}" if re.fullmatch(r"[A-Za-z]{2}", region) else language.lower()


def no_counterpart(kind: str) -> LocalText:
    """Return the reason to confirm an item that stands for a type which a survey file does not have."""
    return message("structures.no_counterpart", kind=kind)


def _joined(reasons: Sequence[LocalText]) -> dict[str, str]:
    return {tag: (" " if tag == "en" else "").join(reason[tag] for reason in reasons) for tag in ("en", "zh-CN")}


def spelt_out(pairs: Mapping[str, str] | Sequence[Any] | None) -> Iterator[tuple[str, Any]]:
    """Give the entries of what a platform writes as a mapping, or as a list where its keys run from 0."""
    if isinstance(pairs, Mapping):
        yield from ((str(key), value) for key, value in pairs.items())
    else:
        yield from ((str(place), value) for place, value in enumerate(pairs or ()))
