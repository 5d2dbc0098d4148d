"""Where a person is in a survey: the answers, the page, the questions that were left, and what is still wrong."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.forms.counted import shown_pages
from closeloop.forms.items import BaseItem, Page
from closeloop.forms.logic import parse
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.widgets.form.draft_file import Draft
from closeloop.widgets.form.filling import Filling
from closeloop.widgets.form.typed import as_json

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

REVIEW = ""
"""The name of the page on which all answers are looked over."""


class FormState:
    """Where a person is in a survey.

    Parameters
    ----------
    survey : Survey
    given : mapping
        What is known before: item → answer.

    Attributes
    ----------
    filling : Filling
        The answers.
    page : str
        The page; `REVIEW` when all are looked over.
    goal : str
        The question to which the focus goes; empty for the head of the page.
    touched : set of str
        The questions that were left: only of them it is said what is wrong.
    interviewer : str
    response_id : str

    Examples
    --------
    >>> import closeloop as cl
    >>> state = FormState(cl.load_survey("relationship-nps"), {"recommend": 9})
    >>> [page.name for page in state.pages], state.progress
    (['main'], (1, 6))
    """

    def __init__(self, survey: Survey, given: Mapping[str, Any]) -> None:
        self.survey = survey
        self.filling = Filling(survey.questions, given)
        self.page = survey.questions.pages[0].name
        self.goal = ""
        self.touched: set[str] = set()
        self.interviewer = ""
        self.response_id = uuid.uuid4().hex
        self._given = dict(given)
        self._known_before = dict(self.filling.answers)

    @property
    def pages(self) -> list[Page]:
        """The pages that are shown, given the answers."""
        return shown_pages(self.survey.questions, self.filling.visible())

    @property
    def asked(self) -> list[BaseItem]:
        """The questions that are shown, given the answers."""
        seen = self.filling.visible()
        return [item for item in self.survey.items if item.type not in {"hidden", "note"} and seen[item.name]]

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the questions that are shown have an answer, and how many there are."""
        counting = self.filling.counting()
        return sum(item.name in counting for item in self.asked), len(self.asked)

    @property
    def is_fresh(self) -> bool:
        """Whether nobody has answered anything yet."""
        return self.filling.answers == self._known_before and not self.filling.unread

    @property
    def thanks(self) -> LocalText:
        """What is said at the end: the first text whose condition holds."""
        counting = self.filling.counting()
        for each in self.survey.thanks:
            if each.condition is None or parse(each.condition).holds(counting):
                return each.text
        return message("form.thanks")

    def step(self, by: int) -> None:
        """Go `by` pages on (or back); behind the last page all answers are looked over."""
        names = [page.name for page in self.pages]
        at = names.index(self.page) if self.page in names else len(names)
        at = min(max(at + by, 0), len(names))
        self.go(names[at] if at < len(names) else REVIEW)

    def go(self, page: str, goal: str = "") -> None:
        """Go to a page, and perhaps to a question on it."""
        self.page, self.goal = page, goal

    def settle(self) -> None:
        """Stay on a page that is shown: an answer may have hidden the one on which somebody is."""
        names = [page.name for page in self.survey.questions.pages]
        seen = {page.name for page in self.pages}
        if self.page != REVIEW and self.page not in seen:
            at = names.index(self.page)
            before = [name for name in names[:at] if name in seen]
            self.page = before[-1] if before else next((name for name in names[at:] if name in seen), REVIEW)

    def check(self, pages: Iterable[Page]) -> None:
        """Show from now on what is wrong on some pages, and go to the first question where something is.

        Raises
        ------
        ValueError
            If anything is wrong; the message says how much.
        """
        pages = list(pages)
        self.touched |= {item.name for page in pages for item in page.items}
        issues = self.filling.issues()
        faulty = [page for page in pages if any(item.name in issues for item in page.items)]
        if not faulty:
            return
        names = [item.name for page in faulty for item in page.items if item.name in issues]
        key = "form.problems" if self.page == faulty[0].name else "form.problems_on"
        self.go(faulty[0].name, names[0])
        number = [page.name for page in self.pages].index(self.page) + 1
        raise ValueError(message(key, n=len(names), page=number))

    def check_hidden(self) -> None:
        """Look at the values that come with the invitation.

        Raises
        ------
        ValueError
            If one of them is wrong: nobody who fills the form in can mend it.
        """
        withheld = self.filling.withheld()
        if withheld:
            faults = LocalText({tag: " ".join(text.in_language(tag) for text in withheld) for tag in LANGUAGES})
            raise ValueError(message("form.problem_hidden", faults=faults))

    def draft(self, language: str) -> Draft:
        """Return what a draft says."""
        return Draft(
            response_id=self.response_id,
            answers={name: as_json(value) for name, value in self.filling.answers.items()},
            unread={name: raw for name, (raw, _) in self.filling.unread.items()},
            page=self.page,
            language=language,
            interviewer=self.interviewer,
        )

    def resume(self, draft: Draft, file: str) -> None:
        """Go on where a draft was left.

        Raises
        ------
        ValueError
            If it is somebody else's: a hidden value that was given differs.
        """
        for item in self.survey.items:
            given, found = self._known_before.get(item.name), draft.answers.get(item.name)
            if item.type == "hidden" and given is not None and found is not None and as_json(given) != found:
                raise ValueError(
                    message("form.draft_other_person", file=file, item=item.name, found=found, given=given)
                )
        self.filling = Filling(self.survey.questions, {**self._given, **draft.answers})
        for name, raw in draft.unread.items():
            try:
                self.filling.answer(name, raw)
            except ValueError:
                self.touched.add(name)  # as before: it stands in its field, with the reason
        self.response_id, self.interviewer = draft.response_id, draft.interviewer
        if draft.page == REVIEW or any(page.name == draft.page for page in self.survey.questions.pages):
            self.page = draft.page
        self.settle()
