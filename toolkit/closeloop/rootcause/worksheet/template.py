"""What a worksheet template may contain: every key, checked one by one.

A template is the file ``<id>.worksheet.yaml`` in ``closeloop/data/worksheets`` (or anywhere, given by its path)::

    format: 1
    id: option-matrix                 # small letters, digits, hyphens; the name of the file
    version: 1                        # rises when the meaning of answers changes
    languages: [en, zh-CN]            # every text below has all of these
    title: {en: , zh-CN: }
    purpose: {en: , zh-CN: }          # one sentence: when to take it
    serves: [L103, L261]              # rows of the requirements
    source: {en: , zh-CN: }           # optional remark: where the method comes from
    pages:
      - name: focus                   # a page is answered once …
        title: {en: , zh-CN: }
        help: {en: , zh-CN: }         # optional line below the title
        show_if: "{kind} = 'a'"       # optional
        items: [...]                  # items exactly as in a survey file, all fifteen types
      - name: options                 # … or, with `repeat`, once per entry: sheet.fill(options=[{...}, {...}])
        repeat: {min: 2, max: 12, entry: {en: option, zh-CN: 方案}}
        title: {en: , zh-CN: }
        items: [...]
    findings:                         # what is weak; `when` is the expression language of surveys
      - code: one_option
        level: warn                   # error | warn | info
        when: "{options.count} < 2 and {why_one} empty"
        on: options                   # the item or page below which it is shown
        say: {en: , zh-CN: }
      - {code: no_source, level: error, each: options, when: "{evidence} empty", on: evidence, say: {en: , zh-CN: }}
    checks:                           # checks written in code: a name, or a mapping
      - two_options_or_reason
      - {check: smart, each: actions, items: {what: action}}    # the check's `what` is the item `action`
    computed:                         # computed views: a name, or a mapping
      - option_matrix
      - {view: stakeholders, items: {stakeholders.name: who}}
    guide:                            # steps of a meeting
      - {minutes: 10, en: , zh-CN: }

Examples
--------
      - {title: {en: , zh-CN: }, answers: {en: {...}, zh-CN: {...}}}

Names
    The items of all pages without `repeat` are one scope, and each repeated page is a scope of its own: two repeated
    pages may both have an item ``point``. A repeated page's items may not take the name of an item outside, because
    conditions within an entry see both: its own answers and those of the sheet. A repeated page's name is no item's.
    The names `closeloop.forms.fields.RESERVED` (among them ``status``) cannot be items.
Conditions
    ``{item}``, ``{matrix.row}``; ``{page.count}`` is the number of entries of a repeated page. Without `each`, `when`
    sees the items outside repeated pages; with ``each: page`` it is asked of every entry of that page.
    An unanswered number compares as in surveys (``{x} < 3`` is false while x is empty); use ``empty``/``notempty``.
Required
    `required: true` makes an item part of ``missing()``; never refuse what a person cannot know yet: such things are
    findings.
Checks and views
    Which there are, their slots, and what the items hold: `closeloop.rootcause.worksheet.registry`.
    A slot of a check names an item of the entry (``each``) or of the sheet. A slot of a view is ``page.item`` for an
    item of a repeated page, ``item`` for one outside; ``pages: {options: ways}`` says that the view's `options` are
    the sheet's page `ways`.

Examples
--------
    Each has the answers in every language of the template and is filled in when the template is loaded: an answer that
    does not fit is a fault of the file. Options and numbers are the same in all languages, only texts differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from closeloop.forms.fields import Condition, Count, Free, ItemName, Model, Remark, Text, Words
from closeloop.forms.items import Page
from closeloop.rootcause.findings import Level
from closeloop.survey.definition import Languages
from closeloop.text import LocalText, message

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Repeat(Model):
    """How often a page is answered, and what one of its entries is called."""

    min: Count = 0
    max: Count | None = None
    entry: Text


class SheetPage(Page):
    """Items under one heading; with `repeat` a list of entries."""

    help: Text | None = None
    repeat: Repeat | None = None


class FindingRule(Model):
    """A weakness that a condition finds."""

    code: Code
    level: Level = "warn"
    each: ItemName | None = None
    when: Condition
    on: ItemName | None = None
    say: Text


class CheckUse(Model):
    """A check of `closeloop.rootcause.worksheet.registry`, and on what it looks."""

    check: str
    each: Words = ()
    items: dict[str, str] = Field(default={})
    level: Level | None = None

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, data: object) -> object:
        return {"check": data} if isinstance(data, str) else data


class ViewUse(Model):
    """A computed view of `closeloop.rootcause.worksheet.registry`, and from what it is computed."""

    view: str
    pages: dict[str, str] = Field(default={})
    items: dict[str, str] = Field(default={})

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, data: object) -> object:
        return {"view": data} if isinstance(data, str) else data


class Step(Model):
    """One step of a meeting: ``{minutes: 10, en: …, zh-CN: …}``."""

    minutes: Count | None = None
    text: Text

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, data: object) -> object:
        if not isinstance(data, Mapping) or "text" in data:
            return data
        own = {key: value for key, value in data.items() if key == "minutes"}
        texts = {key: value for key, value in data.items() if key != "minutes"}
        return {**own, "text": texts} if texts else own


class Example(Model):
    """A filled sheet, in each language."""

    title: Text
    answers: dict[str, Free]


class Template(Model):
    """A worksheet template of format 1; the docstring of this module explains the keys."""

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Languages
    title: Text
    purpose: Text
    serves: tuple[Annotated[str, Field(pattern=r"^L\d{3}$")], ...] = ()
    source: Remark | None = None
    pages: Annotated[tuple[SheetPage, ...], Field(min_length=1)]
    findings: tuple[FindingRule, ...] = ()
    checks: tuple[CheckUse, ...] = ()
    computed: tuple[ViewUse, ...] = ()
    guide: tuple[Step, ...] = ()
    examples: tuple[Example, ...] = ()

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    def page(self, name: str) -> SheetPage | None:
        """Return the page called `name`; None if there is none."""
        return next((page for page in self.pages if page.name == name), None)

    @property
    def repeated(self) -> tuple[SheetPage, ...]:
        """The pages that are answered once per entry."""
        return tuple(page for page in self.pages if page.repeat is not None)

    @property
    def single(self) -> tuple[SheetPage, ...]:
        """The pages that are answered once."""
        return tuple(page for page in self.pages if page.repeat is None)

    def to_dict(self) -> dict[str, Any]:
        """Return the template as JSON-safe data, key by key as in a file."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def number_head(page: SheetPage, labels: Iterable[LocalText], tag: str) -> str:
    """Return what stands over the numbers of the entries: the word for one, unless another column is called that."""
    word = entry_word(page).in_language(tag)
    taken = {label.in_language(tag).casefold() for label in labels}
    return message("matrices.number").in_language(tag) if word.casefold() in taken else word


def entry_word(page: SheetPage) -> LocalText:
    """Return what one entry of a repeated page is called; the page's title for another."""
    if page.repeat is not None:
        return page.repeat.entry
    return page.title or LocalText(page.name)
