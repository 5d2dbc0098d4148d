"""A person's answers to a form while they are given: one evaluator of what is shown, what counts and what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from closeloop.forms.answers import check_answers
from closeloop.forms.counted import Counted, counted, item_of
from closeloop.forms.form import Form
from closeloop.forms.items import BaseItem
from closeloop.forms.logic import parse
from closeloop.forms.operators import is_empty
from closeloop.text import LocalText
from closeloop.widgets.form.typed import plain, typed
from closeloop.widgets.form.wording import issue


class Filling:
    """A person's answers to a form while they are given.

    What was answered stays when branching hides its question; it only does not count until it is shown again.

    Parameters
    ----------
    form : Form
        The questions.
    answers : mapping, optional
        Item → answer, typed or as JSON; what was written beside “other” is ``<item>__other_text``.

    Attributes
    ----------
    form : Form
    answers : dict
        Item → typed answer; also of items that are hidden now.
    unread : dict
        Item → the text that was typed and could not be understood, and why.

    Raises
    ------
    ColumnNotFoundError
        If an answer belongs to no item.
    ValueError
        If an answer cannot be understood.

    Examples
    --------
    >>> import closeloop as cl
    >>> filling = Filling(cl.load_survey("relationship-nps").questions)
    >>> filling.answer("recommend", "4")
    >>> filling.answers, filling.visible()["pains"]
    ({'recommend': 4}, True)
    """

    def __init__(self, form: Form, answers: Mapping[str, Any] | None = None) -> None:
        self.form = form
        self.answers: dict[str, Any] = {}
        self.unread: dict[str, tuple[str, LocalText]] = {}
        self._known: Counted | None = None
        for name, value in (answers or {}).items():
            self.answer(name, value)

    def answer(self, name: str, value: object) -> None:
        """Take an answer as the page sends it; an empty one takes the answer away.

        Parameters
        ----------
        name : str
            An item, or ``<item>__other_text``.
        value : object
            See `closeloop.widgets.form.typed.typed`; of a matrix only the rows that are named are changed.

        Raises
        ------
        ColumnNotFoundError
            If there is no such item.
        ValueError
            If it cannot be understood. The text is kept in `unread`, and the item has no answer.
        """
        self._known = None
        item = self.form.item(item_of(self.form, name))
        self.unread.pop(name, None)
        try:
            understood = plain(value) if name != item.name and value is not None else None
            if name == item.name:
                understood = typed(item, value, self.answers.get(name))
        except ValueError as fault:
            self.answers.pop(name, None)
            if isinstance(value, str):
                self.unread[name] = (plain(value), fault.args[0])
            raise
        if is_empty(understood):
            self.answers.pop(name, None)
        else:
            self.answers[name] = understood

    def visible(self) -> dict[str, bool]:
        """Return for each item whether it is shown, given the answers."""
        return dict(self._seen().shown)

    def counting(self) -> dict[str, Any]:
        """Return the answers that count: those to questions and options that are shown, without blank texts."""
        return dict(self._seen().answers)

    def _seen(self) -> Counted:
        if self._known is None:
            self._known = counted(self.form, self.answers)
        return self._known

    def issues(self) -> dict[str, list[LocalText]]:
        """Return for each shown item what is wrong with its answer, or with there being none; in words for people."""
        found: dict[str, list[LocalText]] = {}
        shown = self._seen().shown
        for problem in check_answers(self.form, self._seen().answers):
            item = self.form.item(item_of(self.form, problem.item.partition(".")[0]))
            if shown[item.name] and item.type != "hidden" and item.name not in self.unread:
                found.setdefault(item.name, []).append(issue(item, problem))
        for name, (_, why) in self.unread.items():
            if shown[item_of(self.form, name)]:
                found[item_of(self.form, name)] = [why]
        return {item.name: found[item.name] for item in self.form.items if item.name in found}

    def withheld(self) -> list[LocalText]:
        """Return what is wrong with values that are not asked for: nobody who fills the form in can mend them."""
        hidden = {item.name for item in self.form.items if item.type == "hidden"}
        return [each.message for each in check_answers(self.form, self.counting()) if each.item in hidden]

    def must(self, item: BaseItem) -> bool:
        """Say whether an item has to be answered, given the other answers."""
        return item.required or (item.require_if is not None and parse(item.require_if).holds(self._seen().answers))

    def described(
        self, items: Sequence[BaseItem], tag: str, touched: Collection[str], *, prefix: str = ""
    ) -> list[dict[str, Any]]:
        """Return the shown ones of some items as the page draws them; JSON-safe.

        Parameters
        ----------
        items : sequence of BaseItem
            Such as those of a page.
        tag : str
            The language of the texts.
        touched : collection of str
            The items that were left, or all after “Next”: only theirs are the issues that are shown.
        prefix : str
            Tells the fields of one entry of a repeated page from those of another.
        """
        from closeloop.widgets.form.described import described

        return described(self, items, tag, touched, prefix)
