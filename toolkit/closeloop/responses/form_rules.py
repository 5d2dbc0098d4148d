"""What a form itself would have said to the answers: branching, checks, and what it requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.forms.form import last_page
from closeloop.forms.items import Page
from closeloop.responses.issues import NO_TEXT, Batch, IssueLog
from closeloop.responses.match import Match
from closeloop.text import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.responses.answers import Answers
    from closeloop.survey.survey import Survey


@dataclass(slots=True, kw_only=True)
class FormRules:
    """Applies a survey's rules to the answers of one source: what breaks them is taken away, and noted.

    `places` says for each column of answers where it stands, `explained` for which rows the source itself says why an
    item has no answer; bad answers to `decisive` items set their rows aside.
    """

    survey: Survey
    answers: Answers
    places: Mapping[str, Match]
    explained: Mapping[str, NDArray[np.intp]]
    decisive: frozenset[str]
    log: IssueLog
    n: int
    _known: dict[str, bool] = field(default_factory=dict)
    _visible: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def hide(self) -> None:
        """Take away answers to questions that the form did not show, and say so."""
        columns = self.answers.columns
        visible = self.survey.questions.visible(columns, self.n)
        for name, column in list(columns.items()):
            seen = visible[name.partition(".")[0]]
            if seen.all() or self._undecided(name.partition(".")[0]):
                continue
            item = self.survey.item(name.partition(".")[0])
            match = self.places[name]
            texts = [shown(value) for value in column.values]
            why = message("responses.answered_while_hidden", item=item.name, condition=item.show_if or "–")
            found = {
                i: (why, message("responses.remedy_hidden")) for i, value in enumerate(column.values) if value != ()
            }
            self.log.add_found(
                "warning",
                "answered_while_hidden",
                "blanked",
                item.name,
                match,
                column.codes,
                texts,
                found,
                ~seen & ~self.answers.rejected,
            )
            columns[name] = column.where(seen)
            if item.name in self.answers.others:
                self.answers.others[item.name] = self.answers.others[item.name].where(seen)
        self._visible = visible

    def _undecided(self, name: str) -> bool:
        """Say whether the export lacks an item on which it depends if this one was shown: then nobody can tell."""
        from closeloop.forms.logic import parse

        if name not in self._known:
            self._known[name] = False  # a circle decides nothing
            page = next(page for page in self.survey.questions.pages if any(item.name == name for item in page.items))
            conditions = (self.survey.item(name).show_if, page.show_if, *self._endings(page))
            asked = {each.partition(".")[0] for text in conditions if text for each in parse(text).names}
            there = {each.partition(".")[0] for each in self.answers.columns}
            self._known[name] = not asked <= there or any(self._undecided(each) for each in sorted(asked))
        return self._known[name]

    def _endings(self, page: Page) -> list[str]:
        """Return the conditions that end the form before a page."""
        pages = self.survey.questions.pages
        names = [[item.name for item in each.items] for each in pages]
        return [text for text in self.survey.questions.end_if if last_page(text, names) < pages.index(page)]

    def run_checks(self) -> None:
        """Apply the items' own checks, and note required questions that were shown and left blank."""
        from closeloop.forms.logic import parse

        columns = self.answers.columns
        for item in self.survey.items:
            column = columns.get(item.name)
            if column is None:
                continue
            match = self.places[item.name]
            for check in item.checks:
                fails = ~parse(check.expr).holds_many(columns, self.n) & (column.codes >= 0)
                if not fails.any():
                    continue
                decisive = item.name in self.decisive
                texts = [shown(value) for value in column.values]
                self.log.add_found(
                    "error",
                    "check_failed",
                    "quarantined" if decisive else "blanked",
                    item.name,
                    match,
                    column.codes,
                    texts,
                    dict.fromkeys(range(len(texts)), (check.message, NO_TEXT)),
                    fails,
                )
                self.answers.rejected |= fails & decisive
                column = columns[item.name] = column.where(~fails)
            must = self._required(item)
            if must is not None:
                blank = must & self._visible[item.name] & (column.codes < 0) & ~self.answers.rejected
                blank[self.explained.get(item.name, np.zeros(0, dtype=np.intp))] = False  # the source says why
                left = np.flatnonzero(blank)
                zero = np.zeros(len(left), dtype=np.intp)
                self.log.add(
                    Batch(
                        severity="info",
                        code="required",
                        effect="noted",
                        rows=left,
                        which=zero,
                        texts=[""],
                        messages=[message("responses.required_blank", item=item.name)],
                        suggestions=[NO_TEXT],
                        position=match.column.position,
                        column=match.column.header,
                        item=item.name,
                    )
                )

    def _required(self, item: Any) -> NDArray[np.bool_] | None:
        from closeloop.forms.logic import parse

        if item.required:
            return np.ones(self.n, dtype=bool)
        if item.require_if:
            return parse(item.require_if).holds_many(self.answers.columns, self.n)
        return None


def shown(value: object) -> str:
    """Return an answer as a person reads it."""
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
