"""The codebook of a survey: what each column of the accepted responses holds, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from closeloop.forms.form import last_page
from closeloop.forms.items import NONE, OTHER, BaseItem, Matrix, NumberItem
from closeloop.survey.whole_file import whole_file, whole_workbook
from closeloop.text import LANGUAGES, LocalText, message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.forms.options import Option
    from closeloop.survey.survey import Survey

SYSTEM = (
    "response_id", "respondent_id", "answered_at", "answered_at_utc", "status", "language", "wave", "channel_source",
    "source_file", "source_row", "survey_version",
)  # fmt: skip
"""The columns that every accepted response has, whatever was asked."""
_FIELDS = ("column", "item", "type", "question", "values", "missing", "shown_if", "personal", "metrics")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$-])")


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


@dataclass(frozen=True, slots=True)
class SurveyCodebook:
    """The codebook of a survey; made by `Survey.codebook`.

    Attributes
    ----------
    title : LocalText
        Of the survey.
    name : str
        Its id and version.
    rows : tuple of CodebookRow
        One for each column, in their order.
    languages : tuple of str
        In which questions and labels are given.

    Examples
    --------
    >>> import closeloop as cl
    >>> book = cl.load_survey("relationship-nps").codebook("en")
    >>> book
    SurveyCodebook(relationship-nps v1, 26 columns, en)
    >>> book.to_frame().set_index("column").loc["recommend", "question"]
    'How likely are you to recommend us to a friend or colleague?'
    """

    title: LocalText
    name: str
    rows: tuple[CodebookRow, ...]
    languages: tuple[str, ...]

    def __repr__(self) -> str:
        return f"SurveyCodebook({self.name}, {len(self.rows)} columns, {' '.join(self.languages)})"

    def _repr_html_(self) -> str:
        from closeloop.views.survey_codebook import codebook_html

        return codebook_html(self)

    def to_frame(self) -> pd.DataFrame:
        """Return the codebook as a frame, one row a column, all of it text."""
        import pandas as pd

        return pd.DataFrame([self.cells(row) for row in self.rows], columns=list(_FIELDS), dtype="str")

    def cells(self, row: CodebookRow) -> dict[str, str]:
        """Return what is said of one column, each part as one text; languages one below the other."""
        values = [f"{value} = {self.said(label, ' / ')}" for value, label in row.values]
        return {
            "column": row.column,
            "item": row.item,
            "type": self.said(row.kind, " / "),
            "question": self.said(row.question, "\n"),
            "values": "\n".join(values),
            "missing": self.said(row.missing, "\n"),
            "shown_if": " and ".join(f"({text})" if len(row.shown_if) > 1 else text for text in row.shown_if),
            "personal": self.said(message("survey_codebook.personal"), " / ") if row.personal else "",
            "metrics": ", ".join(row.metrics),
        }

    def said(self, text: LocalText, between: str) -> str:
        """Return a text in the languages of the codebook, each different one once."""
        return between.join(dict.fromkeys(text.in_language(tag) for tag in self.languages))

    def heads(self) -> dict[str, str]:
        """Return the heads of the columns of the codebook."""
        return {name: self.said(message(f"survey_codebook.head_{name}"), " / ") for name in _FIELDS}

    def to_markdown(self, path: str | Path | None = None) -> str:
        """Return the codebook as Markdown, and write it where a path is given.

        Raises
        ------
        StoreError
            If the file cannot be written; what stood there before is untouched.
        """
        head = self.heads()
        lines = [f"# {_plain(self.said(self.title, ' / '))}", "", _plain(self.name), ""]
        lines += [f"| {' | '.join(_plain(text) for text in head.values())} |", "|" + " --- |" * len(head)]
        for row in self.rows:
            lines.append(f"| {' | '.join(_plain(text) for text in self.cells(row).values())} |")
        text = "\n".join(lines) + "\n"
        if path is not None:
            with whole_file(Path(path)) as beside:
                beside.write_text(text, encoding="utf-8", newline="\n")
        return text

    def to_xlsx(self, path: str | Path) -> Path:
        """Write the codebook as a workbook: every cell text, never a formula.

        Raises
        ------
        StoreError
            If the file cannot be written; what stood there before is untouched.
        """
        target = Path(path)
        with whole_workbook(target) as workbook:
            sheet = workbook.add_worksheet("codebook")
            bold, wrapped = (
                workbook.add_format({"bold": True}),
                workbook.add_format({"text_wrap": True, "valign": "top"}),
            )
            sheet.freeze_panes(1, 1)
            for place, (name, head) in enumerate(self.heads().items()):
                sheet.set_column(place, place, 44 if name in {"question", "values", "missing"} else 20, wrapped)
                sheet.write_string(0, place, head, bold)
            for line, row in enumerate(self.rows, start=1):
                for place, text in enumerate(self.cells(row).values()):
                    sheet.write_string(line, place, text, wrapped)
        return target


def _plain(text: str) -> str:
    """Return a text that Markdown takes for nothing but text, on one line."""
    return "<br>".join(_MARKDOWN.sub(r"\\\1", line) for line in text.splitlines())


def survey_codebook(survey: Survey, language: str | None = None) -> SurveyCodebook:
    """Return the codebook of a survey; see `Survey.codebook`."""
    known = [*dict.fromkeys((*survey.languages, *LANGUAGES))]
    if language is not None and language not in known:
        raise ValueError(str(message("text.unknown_language", tag=language, known=", ".join(known))))
    named = {item.name for item in survey.items}
    system = (_system(name, survey) for name in SYSTEM if name not in named)
    hidden = {item.name: row for item in survey.items for row in _columns(survey, item) if item.name in SYSTEM}
    rows = {row.column: row for row in (*system, *(r for item in survey.items for r in _columns(survey, item)))}
    ordered = [hidden.get(name) or rows[name] for name in SYSTEM]
    ordered += [row for name, row in rows.items() if name not in SYSTEM]
    languages = survey.languages if language is None else (language,)
    return SurveyCodebook(survey.title, f"{survey.id} v{survey.version}", tuple(ordered), languages)


def _system(name: str, survey: Survey) -> CodebookRow:
    zone = survey.timezone or "UTC"
    return CodebookRow(
        column=name,
        kind=message("survey_codebook.kind_system"),
        question=message(f"survey_codebook.system_{name}", zone=zone),
        missing=message("survey_codebook.missing_system"),
        personal=name == "respondent_id",
    )


def _columns(survey: Survey, item: BaseItem) -> Iterator[CodebookRow]:
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
