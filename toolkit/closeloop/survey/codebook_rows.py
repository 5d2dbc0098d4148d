"""What each column of the accepted responses holds: item by item, in the order of the frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.forms.form import last_page
from closeloop.forms.items import NONE, OTHER, BaseItem, Matrix, NumberItem
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.forms.options import Option
    from closeloop.survey.survey import Survey

SYSTEM = (
    "response_id", "respondent_id", "answered_at", "answered_at_utc", "status", "language", "wave", "channel_source",
    "source_file", "source_row", "survey_version",
)  # fmt: skip
"""The columns that every accepted response has, whatever was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookRow:
    """What one column of the accepted responses holds.

    Attributes
    ----------
    column, item : str
        Its name, and the item that it answers; no item for a system column.
    kind : LocalText
        What stands in it: a whole number, an option, ticked or not, …
    question : LocalText
        What was asked, with the row or the option where these have a column of their own.
    values : tuple of (value, LocalText)
        The values that may occur, with their labels.
    missing : LocalText
        What an empty cell means.
    shown_if : tuple of str
        The conditions on which it is asked, all of which have to hold.
    personal : bool
        Whether it identifies a person.
    metrics : tuple of str
        The metrics of the survey that use it.
    """

    column: str
    item: str = ""
    kind: LocalText
    question: LocalText
    values: tuple[tuple[str, LocalText], ...] = ()
    missing: LocalText
    shown_if: tuple[str, ...] = ()
    personal: bool = False
    metrics: tuple[str, ...] = ()


def system_row(name: str, survey: Survey) -> CodebookRow:
    """Return what a column holds that every response has."""
    zone = survey.timezone or "UTC"
    return CodebookRow(
        column=name,
        kind=message("survey_codebook.kind_system"),
        question=message(f"survey_codebook.system_{name}", zone=zone),
        missing=message("survey_codebook.missing_system"),
        personal=name == "respondent_id",
    )


def item_rows(survey: Survey, item: BaseItem) -> Iterator[CodebookRow]:
    """Give the columns of one item, as the accepted frame has them."""
    if item.type == "note":
        return
    asked = item.ask or item.label or LocalText(dict.fromkeys(survey.languages, item.name))
    shown = _conditions(survey, item)
    key, missing = (
        _KINDS[item.type],
        message(f"survey_codebook.missing_{'hidden' if item.type == 'hidden' else 'item'}"),
    )
    if isinstance(item, NumberItem) and item.integer:
        key = "whole"

    def row(column: str, kind: str, part: LocalText | None = None, **fields: object) -> CodebookRow:
        question = asked if part is None else _beside(asked, part, survey.languages)
        given = {"shown_if": shown, "missing": missing, "metrics": _metrics(survey, item, column)} | fields
        return CodebookRow(
            column=column,
            item=item.name,
            kind=message(f"survey_codebook.kind_{kind}"),
            question=question,
            personal=item.pii,
            **given,  # type: ignore[arg-type]
        )

    if isinstance(item, Matrix):
        key = "scale" if item.scale is not None else "option"
        for each in item.rows:
            yield row(
                f"{item.name}__{each.value}", key, each.text, values=_values(item, survey), shown_if=_and(shown, each)
            )
    elif item.type in {"multi", "ranking"}:
        unticked = message(f"survey_codebook.missing_{item.type}")
        ticks = (("True", message("survey_codebook.ticked")), ("False", message("survey_codebook.unticked")))
        options = {option.value: option for option in getattr(item, "options", ())}
        for value, label in _labels(item):
            fields = {"missing": unticked, "shown_if": _and(shown, options.get(value))}
            yield row(f"{item.name}__{value}", key, label, values=ticks if item.type == "multi" else (), **fields)
    else:
        yield row(item.name, key, values=_values(item, survey))
    if getattr(item, OTHER, False):
        beside = message("survey_codebook.missing_other")
        yield row(f"{item.name}__other_text", "text", _other(item), missing=beside)


_KINDS: Mapping[str, str] = {
    "nps": "scale", "csat": "scale", "ces": "scale", "rating": "scale", "single": "option", "multi": "tick",
    "ranking": "rank", "yesno": "yesno", "text": "text", "comment": "text", "hidden": "text", "number": "number",
    "date": "date", "matrix": "scale",
}  # fmt: skip


def _beside(asked: LocalText, part: LocalText, tags: tuple[str, ...]) -> LocalText:
    return LocalText({tag: f"{asked.in_language(tag)} – {part.in_language(tag)}" for tag in tags})


def _and(shown: tuple[str, ...], option: Option | None) -> tuple[str, ...]:
    return shown if option is None or option.show_if is None else (*shown, option.show_if)


def _other(item: BaseItem) -> LocalText:
    return getattr(item, "other_text", None) or message("survey_codebook.other")


def _labels(item: BaseItem) -> Iterator[tuple[str, LocalText]]:
    """Give the options of an item with their labels, “other” and “none” included."""
    columns = item.columns if isinstance(item, Matrix) else getattr(item, "options", ())
    for option in columns:
        yield option.value, option.text
    if getattr(item, OTHER, False):
        yield OTHER, _other(item)
    if getattr(item, NONE, False):
        yield NONE, message("survey_codebook.none")


def _values(item: BaseItem, survey: Survey) -> tuple[tuple[str, LocalText], ...]:
    if item.type == "yesno":
        said = getattr(item, "labels", {})
        words = (("True", "yes"), ("False", "no"))
        return tuple((value, said.get(key) or message(f"survey_codebook.{key}")) for value, key in words)
    if item.scale is None or (isinstance(item, Matrix) and item.columns):
        return tuple(_labels(item))
    scale, labels = item.scale, dict(getattr(item, "labels", {}))
    for point, end in ((scale[0], getattr(item, "low", None)), (scale[-1], getattr(item, "high", None))):
        if end is not None and point in labels:
            labels[point] = _beside(labels[point], end, survey.languages)
        elif end is not None:
            labels[point] = end
    return tuple((str(p), labels.get(p) or LocalText(dict.fromkeys(survey.languages, str(p)))) for p in scale)


def _conditions(survey: Survey, item: BaseItem) -> tuple[str, ...]:
    pages = survey.definition.pages
    number = next(n for n, page in enumerate(pages) if item in page.items)
    names = [[each.name for each in page.items] for page in pages]
    ends = [f"!({text})" for text in survey.definition.end_if if last_page(text, names) < number]
    return tuple(text for text in (*ends, pages[number].show_if, item.show_if) if text)


def _metrics(survey: Survey, item: BaseItem, column: str) -> tuple[str, ...]:
    wanted = {item.name, column.replace("__", ".", 1)}
    return tuple(name for name, plan in survey.metrics.items() if wanted.intersection(plan.items))
