"""Texts that do not say the same in every language: left in another one, with other numbers, without the ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from closeloop.forms.items import BaseItem, Matrix
from closeloop.survey.document import KeyPath
from closeloop.survey.lint.report import LintFinding
from closeloop.survey.lint.rules import rule
from closeloop.survey.lint.subject import Subject
from closeloop.text import LocalText

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(r"[A-Za-z]{3,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WITH_HAN = ("zh", "ja", "ko", "yue", "wuu")
_LEAST_WORDS = 2
_NEGATION = re.compile(r"\b(?:not|in|un|dis|im)(?= |[a-z]{4})|不|没", re.IGNORECASE)


def texts(subject: Subject) -> Iterator[tuple[KeyPath, str, LocalText]]:
    """Give every text that respondents see, with its place and its item."""
    survey = subject.survey
    yield ("title",), "", survey.title
    for number, page in enumerate(subject.form.pages):
        if page.title is not None:
            yield ("pages", number, "title"), "", page.title
        for item in page.items:
            yield from _of_item(subject, item)
    for number, thanks in enumerate(survey.thanks):
        yield ("thanks", number, "text"), "", thanks.text


def _of_item(subject: Subject, item: BaseItem) -> Iterator[tuple[KeyPath, str, LocalText]]:
    path = subject.paths[item.name]
    for key in ("ask", "help", "required_message", "low", "high", "other_text"):
        text = getattr(item, key, None)
        if text is not None:
            yield (*path, key), item.name, text
    labels: Mapping[object, LocalText] = getattr(item, "labels", {})
    for point, text in labels.items():
        yield (*path, "labels", str(point)), item.name, text
    for key in ("options", "rows", "columns"):
        for at, option in enumerate(getattr(item, key, ())):
            yield (*path, key, at, "text"), item.name, option.text
    for at, check in enumerate(item.checks):
        yield (*path, "checks", at, "message"), item.name, check.message


@rule(wrong_language="warning", untranslated="warning", numbers_differ="warning")
def languages(subject: Subject) -> Iterator[LintFinding]:
    """Give the texts that stand under the wrong language, or say another number than in another one."""
    for path, item, text in texts(subject):
        wrong = [tag for tag in text if _is_foreign(tag, text[tag])]
        for tag in wrong:
            yield subject.found("wrong_language", path, item, tag=tag, text=_short(text[tag]))
        if not wrong:
            yield from _untranslated(subject, path, item, text)
            yield from _numbers(subject, path, item, text)


def _is_foreign(tag: str, text: str) -> bool:
    """Say whether a text is mostly in the script of another language: Chinese under ``en``, English under ``zh-CN``."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if tag.startswith("zh"):
        return han == 0 and len([word for word in _WORD.findall(text) if not word.isupper()]) > _LEAST_WORDS
    return not tag.startswith(_WITH_HAN) and han > 0 and 2 * han > latin


def _untranslated(subject: Subject, path: KeyPath, item: str, text: LocalText) -> Iterator[LintFinding]:
    """Give a text that is the same in Chinese and in a language of letters: an option in short form, mostly."""
    chinese = [tag for tag in text if tag.startswith("zh")]
    others = [tag for tag in text if not tag.startswith(_WITH_HAN)]
    for tag in chinese:
        same = [other for other in others if text[other] == text[tag]]
        if same and re.search(r"[a-z]{3,}", text[tag]) and not re.search(r"[A-Z]|[./@]|\d", text[tag]):
            yield subject.found("untranslated", path, item, tag=tag, text=_short(text[tag]))


def _numbers(subject: Subject, path: KeyPath, item: str, text: LocalText) -> Iterator[LintFinding]:
    found = {tag: Counter(_NUMBER.findall(text[tag])) for tag in text}
    written = {tag: numbers for tag, numbers in found.items() if numbers}
    first = next(iter(written), None)
    for tag, numbers in written.items():
        if first is not None and set(numbers) != set(written[first]) and len(numbers) == len(written[first]):
            fields: dict[str, Any] = {"one": ", ".join(sorted(written[first])), "other": ", ".join(sorted(numbers))}
            yield subject.found("numbers_differ", path, item, first=first, tag=tag, **fields)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


@rule(scale_ends_missing="warning", labels_same="warning", ends_reversed="warning")
def scales(subject: Subject) -> Iterator[LintFinding]:
    """Give the scales whose ends are not named, and points that are called the same."""
    for item in subject.form.items:
        points = item.scale
        if points is None or (isinstance(item, Matrix) and item.points is None):
            continue
        path = subject.paths[item.name]
        labels: Mapping[int, LocalText] = getattr(item, "labels", {})
        low = getattr(item, "low", None) is not None or points[0] in labels
        high = getattr(item, "high", None) is not None or points[-1] in labels
        drawn = getattr(item, "look", "buttons") != "buttons"  # stars and faces say which end is good
        if not (drawn or (low and high)):
            fields: dict[str, Any] = {"low": points[0], "high": points[-1]}
            yield subject.found("scale_ends_missing", path, item.name, name=item.name, **fields)
        yield from _same_labels(subject, item, path, labels)
        yield from _reversed_ends(subject, item, path, labels)


def _same_labels(
    subject: Subject, item: BaseItem, path: KeyPath, labels: Mapping[int, LocalText]
) -> Iterator[LintFinding]:
    ends: Sequence[LocalText | None] = (getattr(item, "low", None), getattr(item, "high", None))
    for tag in subject.survey.languages:
        seen: dict[str, object] = {}
        for point, text in labels.items():
            earlier = seen.setdefault(text[tag].strip().casefold(), point)
            if earlier != point:
                fields: dict[str, Any] = {"tag": tag, "text": text[tag], "point": point, "other": earlier}
                yield subject.found("labels_same", (*path, "labels", str(point)), item.name, **fields)
        low, high = ends
        if low is not None and high is not None and low[tag].strip() == high[tag].strip():
            same: dict[str, Any] = {"tag": tag, "text": low[tag], "point": "high", "other": "low"}
            yield subject.found("labels_same", (*path, "high"), item.name, **same)


def _reversed_ends(
    subject: Subject, item: BaseItem, path: KeyPath, labels: Mapping[int, LocalText]
) -> Iterator[LintFinding]:
    """Give the scales whose high end denies what the low end says: “satisfied” to “dissatisfied”."""
    points = item.scale
    if points is None or item.reverse:
        return
    low = getattr(item, "low", None) or labels.get(points[0])
    high = getattr(item, "high", None) or labels.get(points[-1])
    if low is None or high is None:
        return
    for tag in subject.survey.languages:
        ends = [" ".join(text[tag].casefold().split()) for text in (low, high)]
        plain = [" ".join(_NEGATION.sub("", end).split()) for end in ends]
        if plain[0] == plain[1] and plain[0] == ends[0] != ends[1]:
            key = ("high",) if getattr(item, "high", None) is not None else ("labels", str(points[-1]))
            fields: dict[str, Any] = {"name": item.name, "tag": tag, "low": low[tag], "high": high[tag]}
            yield subject.found("ends_reversed", (*path, *key), item.name, **fields)
