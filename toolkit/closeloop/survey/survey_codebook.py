"""The codebook of a survey: what each column of the accepted responses holds, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from closeloop.survey.codebook_rows import SYSTEM, CodebookRow, item_rows, system_row
from closeloop.survey.whole_file import whole_file, whole_workbook
from closeloop.text import LANGUAGES, LocalText, message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.survey.survey import Survey

_FIELDS = ("column", "item", "type", "question", "values", "missing", "shown_if", "personal", "metrics")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$-])")


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
    system = (system_row(name, survey) for name in SYSTEM if name not in named)
    hidden = {item.name: row for item in survey.items for row in item_rows(survey, item) if item.name in SYSTEM}
    rows = {row.column: row for row in (*system, *(r for item in survey.items for r in item_rows(survey, item)))}
    ordered = [hidden.get(name) or rows[name] for name in SYSTEM]
    ordered += [row for name, row in rows.items() if name not in SYSTEM]
    languages = survey.languages if language is None else (language,)
    return SurveyCodebook(survey.title, f"{survey.id} v{survey.version}", tuple(ordered), languages)
