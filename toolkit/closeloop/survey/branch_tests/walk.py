"""A respondent who is walked through a survey: answers, page, state; what they cannot do is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from closeloop.errors import CloseloopError, closest
from closeloop.forms.answers import check_answers
from closeloop.forms.counted import OTHER_TEXT, Counted, counted, offered, parts_of, shown_pages
from closeloop.forms.items import OTHER, BaseItem, Comment, DateItem, Matrix, Multi, NumberItem, Page, TextItem
from closeloop.forms.logic import parse
from closeloop.forms.operators import is_empty
from closeloop.forms.values import Problem, check_value
from closeloop.survey.branch_tests.report import as_written
from closeloop.text import LANGUAGES, LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

# What a person can type, and is told of afterwards; everything else cannot be entered at all.
_ENTERED: Mapping[str, frozenset[str]] = {
    TextItem.__name__: frozenset({"pattern", "too_short"}),
    NumberItem.__name__: frozenset({"out_of_range", "not_integer"}),
    DateItem.__name__: frozenset({"out_of_range"}),
    Multi.__name__: frozenset({"too_few"}),
    Comment.__name__: frozenset(),
}


class StepRefusedError(CloseloopError):
    """A command that a respondent could not carry out, or that the file gets wrong."""


def refused(key: str, hint: LocalText | None = None, /, **fields: object) -> StepRefusedError:
    """Return the refusal of a step in the catalogue's words ``lint.test_<key>``, with what to do instead."""
    text = message(f"lint.test_{key}", **fields)
    if hint is None:
        return StepRefusedError(text)
    # A full-width mark brings its own space.
    both = {tag: f"{text.in_language(tag)} {hint.in_language(tag)}".replace("。 ", "。") for tag in LANGUAGES}
    return StepRefusedError(LocalText(both))


def did_you_mean(found: str, known: Iterable[str]) -> LocalText | None:
    """Return the likeliest name instead of one that there is not."""
    near = closest(found, known, n=1)
    return message("survey.did_you_mean", name=near[0]) if near else None


class Walk:
    """A respondent who is walked through a survey.

    Parameters
    ----------
    survey : Survey

    Attributes
    ----------
    answers : dict
        Item → typed answer, also of items that are hidden now.
    page : str
        The page; once the survey is completed, the last one.
    state : {"running", "completed"}
    page_of : dict
        Item → page.
    """

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.form = survey.questions
        self.page_of = {item.name: page for page in self.form.pages for item in page.items}
        self.answers: dict[str, Any] = {}
        self.state = "running"
        self._touched: set[str] = set()
        self._known: Counted | None = None
        self._found: dict[str, list[Problem]] | None = None
        self.page = next((page.name for page in self.pages), self.form.pages[0].name)

    @property
    def seen(self) -> Counted:
        """What is shown, and the answers that count."""
        if self._known is None:
            self._known = counted(self.form, self.answers)
        return self._known

    @property
    def pages(self) -> list[Page]:
        """The pages that are shown."""
        return shown_pages(self.form, self.seen.shown)

    @property
    def thanks(self) -> LocalText | None:
        """What is said at the end; None before, or where the survey does not say it."""
        if self.state != "completed":
            return None
        texts = (
            each.text
            for each in self.survey.thanks
            if each.condition is None or parse(each.condition).holds(self.seen.answers)
        )
        return next(texts, None)

    def is_visible(self, item: BaseItem) -> bool:
        """Say whether a question is shown; a hidden item never is."""
        return item.type != "hidden" and self.seen.shown[item.name]

    def must(self, item: BaseItem) -> bool:
        """Say whether an item has to be answered."""
        return item.required or (item.require_if is not None and parse(item.require_if).holds(self.seen.answers))

    def problems(self, item: BaseItem, *, told: bool = True) -> list[Problem]:
        """Return what is wrong with an item's answer; only what the respondent has been `told` by now."""
        if self._found is None:
            self._found = {}
            for problem in check_answers(self.form, self.seen.answers):
                self._found.setdefault(problem.item.partition(".")[0], []).append(problem)
        shown = self.is_visible(item) and (item.name in self._touched or not told)
        return self._found.get(item.name, []) if shown else []

    # --- commands: each returns a remark, or None ---

    def set(self, name: str, value: Any) -> LocalText | None:
        """Answer a question of the page, as a respondent can."""
        item = self._question("set", name)
        if item.type == "hidden":
            raise refused("set_hidden", item=name)
        self._reachable(item)
        self._enter(item, value)
        return None

    def set_directly(self, name: str, value: Any) -> LocalText | None:
        """Give an item a value that comes with the invitation or was answered on another page."""
        self._enter(self._question("setDirectly", name), value)
        return None

    def clear(self, name: str, _: Any) -> LocalText | None:
        """Take an answer away."""
        item = self._question("clear", name)
        self._reachable(item)
        self._note(item.name, None)
        return None

    def set_comment(self, name: str, value: Any) -> LocalText | None:
        """Write something beside “other”."""
        item = self._question("setComment", name)
        self._reachable(item)
        chosen = self.seen.answers.get(name)
        ticked = chosen == OTHER or (isinstance(chosen, tuple) and OTHER in chosen)
        if not (ticked and getattr(item, "other", False)):
            raise refused("no_other", item=name)
        if not isinstance(value, str):
            raise refused("not_text", item=name, found=as_written(value))
        self._note(f"{name}{OTHER_TEXT}", value)
        return None

    def next_page(self) -> LocalText | None:
        """Go to the next page, if nothing on this one is wrong."""
        self._running("nextPage")
        names = [page.name for page in self.pages]
        at = names.index(self.page) if self.page in names else len(names) - 1
        if at >= len(names) - 1:
            raise refused("last_page", page=self.page)
        blocked = self._blocked()
        if blocked is None:
            self.page = names[at + 1]
        return blocked

    def prev_page(self) -> LocalText | None:
        """Go back to the page before."""
        self._running("prevPage")
        names = [page.name for page in self.pages]
        at = names.index(self.page) if self.page in names else 0
        if at == 0:
            raise refused("first_page", page=self.page)
        self.page = names[at - 1]
        return None

    def complete(self) -> LocalText | None:
        """Send the answers, from the last page, if nothing is wrong."""
        self._running("complete")
        names = [page.name for page in self.pages]
        if names and self.page != names[-1]:
            raise refused("not_last_page", page=self.page, last=names[-1])
        blocked = self._blocked()
        if blocked is None:
            self.answers = dict(self.seen.answers)
            self.state = "completed"
            self._known = self._found = None
        return blocked

    # --- what stands in the way ---

    def _running(self, command: str) -> None:
        if self.state != "running":
            raise refused("completed", command=command)

    def _question(self, command: str, name: str) -> BaseItem:
        self._running(command)
        if not self.form.has(name):
            raise refused("no_item", did_you_mean(name, [item.name for item in self.form.items]), item=name)
        return self.form.item(name)

    def _reachable(self, item: BaseItem) -> None:
        if not self.is_visible(item):
            raise refused("not_shown", item=item.name, condition=self._condition(item))
        page = self.page_of[item.name].name
        if page != self.page:
            raise refused("other_page", item=item.name, page=page, at=self.page)

    def _condition(self, item: BaseItem) -> str:
        page = self.page_of[item.name]
        return " and ".join(text for text in (page.show_if, item.show_if) if text) or "end_if"

    def _blocked(self) -> LocalText | None:
        page = next(page for page in self.form.pages if page.name == self.page)
        self._touched |= {item.name for item in page.items}
        wrong = [problem for item in page.items for problem in self.problems(item)]
        if not wrong:
            return None
        codes = ", ".join(f"{problem.item} ({problem.code})" for problem in wrong)
        return message("lint.test_blocked", page=self.page, problems=codes)

    def _enter(self, item: BaseItem, raw: Any) -> None:
        value = _typed(item, raw)
        problem = None if is_empty(value) else check_value(item, value)
        if problem is not None and problem.code not in _ENTERED.get(type(item).__name__, ()):
            raise refused("refused", problem.suggestion, problem=problem.message)
        chosen = value if isinstance(value, (tuple, dict)) else (value,)
        for option in parts_of(item):
            if option.value in chosen and not offered(option, self.seen.answers):
                fields = {"item": item.name, "option": option.value, "condition": option.show_if}
                raise refused("option_hidden", **fields)
        if isinstance(item, Matrix) and isinstance(value, dict):
            value = {**self.answers.get(item.name, {}), **value}
        self._note(item.name, value)

    def _note(self, name: str, value: Any) -> None:
        if is_empty(value):
            self.answers.pop(name, None)
        else:
            self.answers[name] = value
        self._known = self._found = None
        self._settle()

    def _settle(self) -> None:
        """Stay on a page that is shown: an answer may have hidden the one on which somebody is."""
        shown = {page.name for page in self.pages}
        if self.page in shown:
            return
        names = [page.name for page in self.form.pages]
        at = names.index(self.page)
        before = [name for name in names[:at] if name in shown]
        self.page = before[-1] if before else next((name for name in names[at:] if name in shown), self.page)


def _typed(item: BaseItem, raw: Any) -> Any:
    if isinstance(raw, list):
        return tuple(raw)
    if isinstance(item, DateItem) and isinstance(raw, str):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            return raw  # refused as it stands
    return raw


ELEMENT: Mapping[str, Callable[[Walk, str, Any], LocalText | None]] = {
    "set": Walk.set,
    "setDirectly": Walk.set_directly,
    "clear": Walk.clear,
    "setComment": Walk.set_comment,
}
"""Commands that name items."""

SURVEY: Mapping[str, Callable[[Walk], LocalText | None]] = {
    "nextPage": Walk.next_page,
    "prevPage": Walk.prev_page,
    "complete": Walk.complete,
}
"""Commands that are for the whole: ``{nextPage: {survey: true}}``."""
