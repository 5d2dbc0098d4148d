"""The sheets of an XLSForm: one row a question, one row a choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.forms.form import last_page
from closeloop.forms.items import BaseItem, Matrix, Page, TextItem
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding
from closeloop.survey.xlsform.answers import appearance, choices, limits, question_type
from closeloop.survey.xlsform.fields import Field, fields_of, safe_names
from closeloop.survey.xlsform.spelled import NotInXPathError, quoted
from closeloop.survey.xlsform.xpath import xpath
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

Row = dict[str, str]

LANGUAGES = {"en": "English (en)", "zh-CN": "中文 (zh)", "zh-TW": "繁體中文 (zh-TW)"}
"""How XLSForm headers name a language; another one by its tag."""
_PYTHON_ONLY = ("(?P", "(?#", "(?a", "(?i", "(?L", "(?m", "(?s", "(?u", "(?x", "(?(", "(?>", "\\A", "\\Z")


class Sheets:
    """The rows of a survey's XLSForm, and what cannot be said in one.

    Attributes
    ----------
    survey_rows, choice_rows : list of dict
        Header → cell.
    faults : list of Finding
        What XLSForm cannot say; empty where the rows are the whole survey.
    """

    def __init__(self, survey: Survey, document: Document) -> None:
        self.survey = survey
        self.document = document
        self.fields = fields_of(survey)
        self.survey_rows: list[Row] = []
        self.choice_rows: list[Row] = []
        self.faults: list[Finding] = []
        names = [field.name for field in self.fields.values()] + [item.name for item in survey.items]
        beside = [f"{item.name}__other_text" for item in survey.items if getattr(item, "other", False)]
        pages = [f"page {page.name}" for page in survey.definition.pages]
        thanks = [f"thanks {number}" for number in range(len(survey.definition.thanks) + 1)]
        self.names = safe_names((*beside, *pages, *thanks), {name.casefold() for name in names})
        self._check_names()
        for number, page in enumerate(survey.definition.pages):
            self._page(number, page)
        self._thanks(thanks)

    def _check_names(self) -> None:
        seen: dict[str, str] = {}
        for number, page in enumerate(self.survey.definition.pages):
            for position, item in enumerate(page.items):
                other = seen.setdefault(item.name.casefold(), item.name)
                if other != item.name:
                    path = ("pages", number, "items", position, "name")
                    self._fault(path, item, message("xlsform.same_name", name=item.name, other=other))

    def _fault(self, path: KeyPath, item: BaseItem | None, text: LocalText) -> None:
        line = self.document.line(path)
        name = item.name if item is not None else ""
        finding = Finding(
            code="xlsform", file=self.document.file, line=line, item=name, field=path_text(path), message=text
        )
        self.faults.append(finding)

    def _xpath(self, text: str | None, path: KeyPath, item: BaseItem | None = None) -> str:
        if text is None:
            return ""
        try:
            return xpath(text, self.fields)
        except NotInXPathError as error:
            self._fault(path, item, error.reason)
            return ""

    def _said(self, column: str, text: LocalText | None, path: KeyPath, item: BaseItem | None = None) -> Row:
        """Return a text in all languages of the survey, each under its header."""
        if text is None:
            return {}
        if any("${" in each for each in text.values()):
            self._fault(path, item, message("xlsform.reference_in_text"))
            return {}
        return {header(column, tag): text.in_language(tag) for tag in self.survey.languages}

    def _page(self, number: int, page: Page) -> None:
        path: KeyPath = ("pages", number)
        names = [[item.name for item in each.items] for each in self.survey.definition.pages]
        ends = [
            f"not({self._xpath(text, ('end_if', place))})"
            for place, text in enumerate(self.survey.definition.end_if)
            if last_page(text, names) < number
        ]
        shown = self._xpath(page.show_if, (*path, "show_if"))
        group = {"type": "begin_group", "name": self.names[f"page {page.name}"], "appearance": "field-list"}
        group |= self._said("label", page.title, (*path, "title")) | _cell("relevant", _all([shown, *ends]))
        self.survey_rows.append(group)
        for position, item in enumerate(page.items):
            self.survey_rows.extend(self._item(item, (*path, "items", position)))
        self.survey_rows.append({"type": "end_group"})

    def _item(self, item: BaseItem, path: KeyPath) -> Iterator[Row]:
        asked = item.ask or item.label or LocalText(dict.fromkeys(self.survey.languages, item.name))
        row: Row = {"type": question_type(item), "name": item.name}
        row |= self._said("label", asked, (*path, "ask"), item) | self._said("hint", item.help, (*path, "help"), item)
        row |= _cell("relevant", self._xpath(item.show_if, (*path, "show_if"), item))
        if isinstance(item, Matrix):
            yield from self._matrix(item, row, path)
            return
        if item.type == "note":
            yield row
            return
        row |= _cell("appearance", appearance(item)) | self._required(item, path) | self._constraint(item, path)
        row |= self._choices(item, path)
        yield row
        if getattr(item, "other", False):
            field = self.fields[item.name]
            chosen = f"{field.path} = 'other'" if item.type == "single" else f"selected({field.path}, 'other')"
            text = getattr(item, "other_text", None) or message("xlsform.other")
            beside = {"type": "text", "name": self.names[f"{item.name}__other_text"], "relevant": chosen}
            yield beside | self._said("label", text, (*path, "other_text"), item)

    def _required(self, item: BaseItem, path: KeyPath) -> Row:
        needed = "yes" if item.required else self._xpath(item.require_if, (*path, "require_if"), item)
        if not needed:
            return {}
        told = self._said("required_message", item.required_message, (*path, "required_message"), item)
        return {"required": needed, **told}

    def _constraint(self, item: BaseItem, path: KeyPath) -> Row:
        pattern = item.pattern if isinstance(item, TextItem) else None
        found = next((part for part in _PYTHON_ONLY if pattern is not None and part in pattern), None)
        if found is not None:
            self._fault((*path, "pattern"), item, message("xlsform.python_pattern", found=found))
        wanted = list(limits(item, self.fields[item.name]))
        for number, check in enumerate(item.checks):
            if item.type == "hidden":
                self._fault((*path, "checks", number), item, message("xlsform.check_place"))
            else:
                wanted.append((self._xpath(check.expr, (*path, "checks", number, "expr"), item), check.message))
        if not wanted:
            return {}
        texts = [text for _, text in wanted]
        joined = {tag: " ".join(text.in_language(tag) for text in texts) for tag in self.survey.languages}
        said = self._said("constraint_message", LocalText(joined), (*path, "checks"), item)
        return {"constraint": _all([expression for expression, _ in wanted]), **said}

    def _choices(self, item: BaseItem, path: KeyPath) -> Row:
        """Add the choices of an item, and return the condition on which each of them is offered."""
        field = self.fields[item.name]
        for name, value, text, code in choices(item, field, self.survey.languages):
            row = {"list_name": item.name, "name": name, **self._said("label", text, (*path, "options"), item)}
            row |= _cell("survey_value", value if value != name else "") | _cell(
                "code", "" if code is None else str(code)
            )
            self.choice_rows.append(row)
        filters = [
            f"(name != {quoted(field.codes[option.value])} or {held})"
            for place, option in enumerate(getattr(item, "options", ()))
            if (held := self._xpath(option.show_if, (*path, "options", place, "show_if"), item))
        ]
        return _cell("choice_filter", " and ".join(filters))

    def _matrix(self, item: Matrix, group: Row, path: KeyPath) -> Iterator[Row]:
        if item.checks:
            self._fault((*path, "checks"), item, message("xlsform.check_place"))
        self._choices(item, path)
        yield {**group, "type": "begin_group", "appearance": "table-list"}
        rows = [self.fields[f"{item.name}.{row.value}"] for row in item.rows]
        needed = self._required(item, path)
        for place, row in enumerate(item.rows):
            cells = {"type": question_type(item), "name": rows[place].name}
            cells |= self._said("label", row.text, (*path, "rows", place), item)
            cells |= _cell("relevant", self._xpath(row.show_if, (*path, "rows", place, "show_if"), item))
            yield cells | self._needed_row(item, place, rows, needed, path)
        yield {"type": "end_group"}

    def _needed_row(self, item: Matrix, place: int, rows: Sequence[Field], needed: Row, path: KeyPath) -> Row:
        """Return what is required of a row.

        Rows refer to earlier rows only, as a form may not go round in circles: where every row is needed, each is once
        an earlier one is answered, and none may be answered before an earlier one.
        """
        condition = needed.get("required", "")
        told = {column: text for column, text in needed.items() if column != "required"}
        always = [each for each, row in enumerate(item.rows) if row.show_if is None]
        if item.every_row:
            earlier = [rows[each].path for each in always if each < place]
            if condition == "yes" or not (condition or earlier):
                return {**_cell("required", condition), **told}
            begun = [f"{each} != ''" for each in earlier]
            row = {"required": " or ".join([f"({condition})"] * bool(condition) + begun), **told}
            if earlier:
                row |= {"constraint": " and ".join(begun)}
                row |= self._said("constraint_message", message("xlsform.every_row"), (*path, "every_row"), item)
            return row
        if not condition:
            return {}
        if not always and place == 0:
            self._fault((*path, "rows"), item, message("xlsform.rows_conditional"))
        if not always or place != always[-1]:
            return {}
        others = [f"{each.path} = ''" for number, each in enumerate(rows) if number != place]
        return {"required": _all([*([] if condition == "yes" else [condition]), *others]) or "yes", **told}

    def _thanks(self, names: Sequence[str]) -> None:
        """Add what is said at the end, as notes on a page of their own: the first whose condition holds."""
        thanks = self.survey.definition.thanks
        if not thanks:
            return
        self.survey_rows.append({"type": "begin_group", "name": self.names[names[-1]], "appearance": "field-list"})
        before: list[str] = []
        for number, each in enumerate(thanks):
            held = self._xpath(each.condition, ("thanks", number, "if"))
            row = {"type": "note", "name": self.names[names[number]]}
            row |= self._said("label", each.text, ("thanks", number, "text"))
            self.survey_rows.append(row | _cell("relevant", _all([*before, held])))
            before.append(f"not({held or 'true()'})")
        self.survey_rows.append({"type": "end_group"})

    def settings(self) -> Row:
        """Return the settings: the titles of all languages side by side, as XLSForm has one title only."""
        titles = dict.fromkeys(self.survey.title.in_language(tag) for tag in self.survey.languages)
        return {
            "form_title": " / ".join(titles),
            "form_id": self.survey.id,
            "version": str(self.survey.version),
            "default_language": LANGUAGES.get(self.survey.languages[0], _plain(self.survey.languages[0])),
            "style": "pages",
        }


def header(column: str, tag: str) -> str:
    """Return the header of a column in one language.

    Examples
    --------
    >>> header("label", "zh-CN")
    'label::中文 (zh)'
    """
    return f"{column}::{LANGUAGES.get(tag, _plain(tag))}"


def _plain(tag: str) -> Any:
    return f"{tag} ({tag})"


def _cell(column: str, text: str) -> Row:
    return {column: text} if text else {}


def _all(conditions: Sequence[str]) -> str:
    given = [text for text in conditions if text]
    return given[0] if len(given) == 1 else " and ".join(f"({text})" for text in given)
