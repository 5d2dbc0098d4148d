"""The answers of a worksheet as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import NONE, OTHER, BaseItem, Matrix
from closeloop.forms.scales import ScaleItem
from closeloop.rootcause.worksheet.answers import Answers, entries_of, is_blank
from closeloop.rootcause.worksheet.judge import item_label
from closeloop.rootcause.worksheet.template import SheetPage, Template
from closeloop.text import LocalText, language, message

if TYPE_CHECKING:
    import pandas as pd


def answer_text(item: BaseItem, value: Any, tag: str, other: str = "") -> str:
    """Return an answer as text: options by their texts, points with their label, a matrix row by row.

    Parameters
    ----------
    item : BaseItem
    value : object
        As it is stored.
    tag : str
        The language.
    other : str
        What was written beside “other”.

    Examples
    --------
    >>> from closeloop.forms.items import YesNo
    >>> answer_text(YesNo(name="done", type="yesno"), True, "zh-CN")
    '是'
    """
    if is_blank(value):
        return ""
    if isinstance(item, Matrix) and isinstance(value, Mapping):
        rows = [(row, value[row.value]) for row in item.rows if row.value in value]
        between, colon = ("；", "：") if tag == "zh-CN" else ("; ", ": ")
        return between.join(f"{row.text.in_language(tag)}{colon}{_point(item, answer, tag)}" for row, answer in rows)
    if isinstance(value, list):
        mark = "、" if tag == "zh-CN" else ", "
        return mark.join(_option(item, each, tag, other) for each in value)
    return _option(item, value, tag, other) if isinstance(value, str) else _point(item, value, tag)


def _option(item: BaseItem, value: Any, tag: str, other: str) -> str:
    for option in getattr(item, "options", ()):
        if option.value == value:
            return str(option.text.in_language(tag))
    if value == OTHER and getattr(item, "other", False):
        text: LocalText | None = getattr(item, "other_text", None)
        word = text.in_language(tag) if text is not None else message("worksheet.other").in_language(tag)
        return labelled(word, other, tag) if other else word
    if value == NONE and getattr(item, "none", False):
        return message("worksheet.none").in_language(tag)
    return str(value)


def labelled(label: str, text: str, tag: str) -> str:
    """Return a label and what it is about; a label that asks needs no colon.

    Examples
    --------
    >>> labelled("Cost", "5", "zh-CN"), labelled("Which?", "the first", "en")
    ('Cost：5', 'Which? the first')
    """
    if label[-1:] in {"?", "？"}:
        return f"{label} {text}"
    return message("worksheet.labelled", label=label, text=text).in_language(tag)


def _point(item: BaseItem, value: Any, tag: str) -> str:
    if isinstance(value, bool):
        labels: Mapping[str, LocalText] = getattr(item, "labels", {})
        word = "yes" if value else "no"
        text = labels.get(word)
        return text.in_language(tag) if text is not None else message(f"worksheet.{word}").in_language(tag)
    if isinstance(item, Matrix) and isinstance(value, str):
        return next((str(each.text.in_language(tag)) for each in item.columns if each.value == value), value)
    written = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    written = written.replace("-", "−")
    if isinstance(item, ScaleItem | Matrix) and value in item.labels:
        label = item.labels[value].in_language(tag)
        return f"{written} ({label})" if tag == "en" else f"{written}（{label}）"
    return written


def answer_rows(template: Template, answers: Answers) -> Iterator[tuple[str, int | None, str, str, str]]:
    """Give page, entry from 1, item, label and answer of all that is answered, in the language in use."""
    tag = language()
    for page in template.pages:
        entries = [answers] if page.repeat is None else entries_of(answers, page.name)
        for number, entry in enumerate(entries, 1):
            for item in page.items:
                text = answer_text(item, entry.get(item.name), tag, str(entry.get(f"{item.name}__other_text", "")))
                if text:
                    at = None if page.repeat is None else number
                    yield page.name, at, item.name, item_label(item).in_language(tag), text


def to_frame(template: Template, answers: Answers, page: SheetPage | None) -> pd.DataFrame:
    """Return the answers of a page, one row per entry; without a page one row per answer, as text."""
    import pandas as pd

    if page is None:
        columns = ["page", "entry", "item", "label", "answer"]
        return pd.DataFrame(answer_rows(template, answers), columns=columns)
    names = [item.name for item in page.items if item.type != "note"]
    entries = entries_of(answers, page.name) if page.repeat is not None else [answers]
    return pd.DataFrame([{name: entry.get(name) for name in names} for entry in entries], columns=names)
