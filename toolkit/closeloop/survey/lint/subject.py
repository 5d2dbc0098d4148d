"""A survey as the rules of lint see it: its parts with their places, its conditions, what can be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from closeloop.forms.form import Form, dependencies
from closeloop.forms.items import BaseItem, Page
from closeloop.forms.logic import Expression, parse
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.lint.report import LintFinding
from closeloop.survey.lint.rules import rules
from closeloop.survey.located import located
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey


@dataclass(frozen=True, slots=True)
class Place:
    """A condition of the survey and where it stands."""

    path: KeyPath
    kind: str  # page, show, require, check, option, row, column, thanks, follow_up, end_if
    item: str
    text: str

    @property
    def expression(self) -> Expression:
        """The condition, read."""
        return parse(self.text)


@dataclass(frozen=True)
class Subject:
    """A survey under lint.

    Parameters
    ----------
    survey : Survey
    """

    survey: Survey
    document: Document = field(init=False)
    form: Form = field(init=False)
    paths: Mapping[str, KeyPath] = field(init=False)
    told: dict[KeyPath, tuple[LintFinding, ...]] = field(init=False, default_factory=dict)  # by condition, once

    def __post_init__(self) -> None:
        object.__setattr__(self, "document", located(self.survey))
        object.__setattr__(self, "form", self.survey.questions)
        paths: dict[str, KeyPath] = {
            item.name: ("pages", number, "items", at)
            for number, page in enumerate(self.form.pages)
            for at, item in enumerate(page.items)
        }
        object.__setattr__(self, "paths", paths)

    def found(
        self,
        code: str,
        path: KeyPath,
        item: str = "",
        /,
        *,
        hint: LocalText | None = None,
        **fields: object,
    ) -> LintFinding:
        """Return a finding in the catalogue's words ``lint.<code>``, with ``lint.<code>_mend`` as what to do."""
        return LintFinding(
            code=code,
            level=rules()[code].level,
            file=self.document.file,
            line=self.document.line(path) if self.document.lines else None,
            item=item,
            field=path_text(path),
            message=message(f"lint.{code}", **fields),
            suggestion=message(f"lint.{code}_mend", **fields) if hint is None else hint,
        )

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every condition of the survey."""
        return tuple(self._places())

    def _places(self) -> Iterator[Place]:
        survey = self.survey
        for number, page in enumerate(self.form.pages):
            if page.show_if is not None:
                yield Place(("pages", number, "show_if"), "page", "", page.show_if)
            for item in page.items:
                yield from self._of_item(item)
        for at, text in enumerate(survey.definition.end_if):
            yield Place(("end_if", at), "end_if", "", text)
        for at, thanks in enumerate(survey.definition.thanks):
            if thanks.condition is not None:
                yield Place(("thanks", at, "if"), "thanks", "", thanks.condition)
        for at, rule in enumerate(survey.definition.follow_up):
            yield Place(("follow_up", at, "when"), "follow_up", "", rule.when)

    def _of_item(self, item: BaseItem) -> Iterator[Place]:
        path = self.paths[item.name]
        if item.show_if is not None:
            yield Place((*path, "show_if"), "show", item.name, item.show_if)
        if item.require_if is not None:
            yield Place((*path, "require_if"), "require", item.name, item.require_if)
        for at, check in enumerate(item.checks):
            yield Place((*path, "checks", at, "expr"), "check", item.name, check.expr)
        for key in ("options", "rows", "columns"):
            for at, option in enumerate(getattr(item, key, ())):
                if option.show_if is not None:
                    yield Place((*path, key, at, "show_if"), key.removesuffix("s"), item.name, option.show_if)

    def item_of(self, name: str) -> BaseItem | None:
        """Return the item to which a name in a condition belongs."""
        head = name.partition(".")[0]
        return self.form.item(head) if self.form.has(head) else None

    def page_number(self, name: str) -> int:
        """Return the number of the page on which an item stands."""
        number = self.paths[name][1]
        return number if isinstance(number, int) else 0

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Item → its place in the survey."""
        return {item.name: number for number, item in enumerate(self.form.items)}

    @cached_property
    def depends(self) -> Mapping[str, tuple[str, ...]]:
        """Item → the items on whose answers it depends whether it is shown."""
        pages = [(page.show_if, [(item.name, item.show_if) for item in page.items]) for page in self.form.pages]
        return dependencies(pages, self.form.end_if)

    @cached_property
    def measured(self) -> frozenset[str]:
        """The items over which a metric is taken."""
        return frozenset(name.partition(".")[0] for plan in self.survey.metrics.values() for name in plan.items)


def pages_of(subject: Subject, wanted: Iterable[str]) -> tuple[Page, ...]:
    """Return all pages of a survey with only some of their items."""
    chosen: dict[int, list[BaseItem]] = {}
    for name in sorted(wanted, key=subject.order.__getitem__):
        chosen.setdefault(subject.page_number(name), []).append(subject.form.item(name))
    return tuple(
        page.model_copy(update={"items": tuple(chosen.get(number, ()))})
        for number, page in enumerate(subject.form.pages)
    )
