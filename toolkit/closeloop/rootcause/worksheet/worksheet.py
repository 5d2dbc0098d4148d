"""A worksheet: a template, the answers to it, what is missing and what is weak."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self

from closeloop.errors import ColumnNotFoundError
from closeloop.forms.items import BaseItem
from closeloop.rootcause.findings import Findings
from closeloop.rootcause.worksheet.answers import accept, entries_of
from closeloop.rootcause.worksheet.judge import findings_of, missing_of
from closeloop.rootcause.worksheet.load import load_template, shipped_names, shipped_template
from closeloop.rootcause.worksheet.missing import Missing
from closeloop.rootcause.worksheet.results import view_names, view_result
from closeloop.rootcause.worksheet.state import SheetState, fitted_state, template_of, version_findings
from closeloop.rootcause.worksheet.template import SheetPage, Template
from closeloop.text import LocalText, message
from closeloop.versioned import Document

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from closeloop.metrics.result import TableResult


class Worksheet(Document[SheetState]):
    """A worksheet that is being filled; made by `worksheet`.

    Parameters
    ----------
    state : SheetState
        What it says. If the template on hand is of another version, the answers that fit are taken over and the others
        stand under `kept`; a finding says so.

    Examples
    --------
    >>> sheet = worksheet("5w2h").fill(what="The statement came late", how_many="31 of 120 cases")
    >>> sheet
    <Worksheet 5w2h v1: ... items answered, 5 missing>
    >>> [str(each) for each in sheet.missing()][:2]
    ['Why it matters', 'Who']
    """

    kind = "worksheet"
    model = SheetState

    def _begin(self, state: SheetState) -> None:
        template = template_of(state)
        super()._begin(fitted_state(state, template))
        self._template = template

    @property
    def template(self) -> Template:
        """The template: pages, items, rules."""
        return self._template

    @property
    def id(self) -> str:
        """The template's id."""
        return self._template.id

    @property
    def title(self) -> LocalText:
        """The template's title."""
        return self._template.title

    @property
    def answers(self) -> dict[str, Any]:
        """The answers: item → value, repeated page → list of entries; a copy."""
        return deepcopy(self.state.answers)

    @property
    def kept(self) -> dict[str, Any]:
        """Answers from another version of the template that this one has no place for; nothing is thrown away."""
        return deepcopy(self.state.kept)

    @property
    def links(self) -> tuple[str, ...]:
        """The ids of what the sheet belongs to: a problem, a case, a tree."""
        return self.state.links

    def fill(self, **answers: object) -> Self:
        """Answer items; the other answers stay.

        Parameters
        ----------
        **answers
            Item → answer as in a survey (text, number, true/false, date or its ISO text, option value, list of option
            values, for a matrix a mapping row → answer); repeated page → list of mappings, one per entry. None takes
            an answer away.

        Returns
        -------
        Worksheet
            This sheet.

        Raises
        ------
        ColumnNotFoundError
            If there is no such item; the message names the closest.
        ValueError
            If a value cannot be an answer; nothing is changed then.
        """
        self._change(self.state.model_copy(update={"answers": accept(self._template, self.answers, answers)}))
        return self

    def add(self, page: str, **entry: object) -> Self:
        """Add an entry to a repeated page.

        Parameters
        ----------
        page : str
        **entry
            Item → answer.
        """
        self._repeated(page)
        return self.fill(**{page: [*entries_of(self.answers, page), entry]})

    def remove(self, page: str, n: int) -> Self:
        """Take the `n`-th entry (from 1) of a repeated page away.

        Raises
        ------
        ValueError
            If there is no such entry.
        """
        entries = entries_of(self.answers, self._repeated(page).name)
        if not 1 <= n <= len(entries):
            raise ValueError(message("worksheet.no_entry", page=page, n=n, count=len(entries)))
        del entries[n - 1]
        return self.fill(**{page: entries})

    def link(self, to: object) -> Self:
        """Note that the sheet belongs to a problem, a case or a tree.

        Parameters
        ----------
        to : str or object with an `id`
        """
        name = to if isinstance(to, str) else getattr(to, "id", None)
        if not isinstance(name, str) or not name.strip():
            raise ValueError(message("worksheet.no_id", found=type(to).__name__))
        if name not in self.links:
            self._change(self.state.model_copy(update={"links": (*self.links, name)}))
        return self

    def unlink(self, to: str) -> Self:
        """Take a link away."""
        if to not in self.links:
            raise ColumnNotFoundError(to, self.links, message("worksheet.the_links"))
        self._change(self.state.model_copy(update={"links": tuple(each for each in self.links if each != to)}))
        return self

    def missing(self) -> tuple[Missing, ...]:
        """Return what is required, shown and not answered, and the entries that a repeated page still needs."""
        return missing_of(self._template, self.state.answers)

    def findings(self, *, today: date | None = None) -> Findings:
        """Return what is weak: the template's rules, its checks in code, failed conditions of answers.

        Parameters
        ----------
        today : date, optional
            The day against which due dates are held; without it they are not.

        Returns
        -------
        Findings
            ``at`` says where: ``"item"``, ``"page"``, ``"page[2]"`` or ``"page[2].item"``.
        """
        found = findings_of(self._template, self.state.answers, today)
        return Findings((*version_findings(self.state, self._template), *found))

    @property
    def complete(self) -> bool:
        """Whether nothing required is missing and no finding is an error."""
        return not self.missing() and not self.findings().of("error")

    @property
    def results(self) -> tuple[str, ...]:
        """The names of the sheet's computed views."""
        return view_names(self._template)

    def result(self, name: str) -> TableResult:
        """Return one of the sheet's computed views, from the answers so far.

        Raises
        ------
        ColumnNotFoundError
            If the template has no such view.
        ValueError
            If nothing can be computed yet; the message says what is needed.
        """
        return view_result(self._template, self.state.answers, name)

    def items(self, page: str) -> tuple[BaseItem, ...]:
        """Return the items of a page."""
        return self._page(page).items

    def to_frame(self, page: str | None = None) -> pd.DataFrame:
        """Return the answers as a frame.

        Parameters
        ----------
        page : str, optional
            A page: one row per entry, one column per item. Without it one row per answer: page, entry, item, label,
            answer (as text, in the language in use).
        """
        from closeloop.rootcause.worksheet.written import to_frame

        return to_frame(self._template, self.answers, page if page is None else self._page(page))

    def to_markdown(self, *, language: str | None = None) -> str:
        """Return the sheet as markdown; a blank one as a form to fill in by hand.

        Parameters
        ----------
        language : str, optional
            ``"en"`` or ``"zh-CN"``; the language in use, if left out.
        """
        from closeloop.rootcause.worksheet.markdown import sheet_markdown

        return sheet_markdown(self, language)

    def edit(self, *, path: str | Path | None = None, loop: Any = None, language: str | None = None) -> Any:
        """Return the editor of the sheet for a notebook; what is typed is in the sheet at once.

        Parameters
        ----------
        path : str or Path, optional
            The file that Save writes.
        loop : Loop, optional
            The loop in which Save keeps a version.
        language : str, optional
            ``"en"`` or ``"zh-CN"``; the language in use, if left out.
        """
        from closeloop.widgets.sheet.sheet_editor import SheetEditor

        return SheetEditor(self, path=path, loop=loop, language=language)

    def __str__(self) -> str:
        from closeloop.rootcause.worksheet.markdown import sheet_text

        return sheet_text(self)

    def __repr__(self) -> str:
        done = "{} of {} items answered".format(*self.answered)
        return f"<Worksheet {self.id} v{self._template.version}: {done}, {len(self.missing())} missing>"

    @property
    def answered(self) -> tuple[int, int]:
        """How many items have an answer, of how many; a repeated page counts as one."""
        names = [item.name for page in self._template.single for item in page.items if item.type != "note"]
        names += [page.name for page in self._template.repeated]
        return sum(name in self.state.answers for name in names), len(names)

    def _page(self, page: str, among: tuple[SheetPage, ...] | None = None) -> SheetPage:
        known = {each.name: each for each in (self._template.pages if among is None else among)}
        if page not in known:
            raise ColumnNotFoundError(page, known, self._place())
        return known[page]

    def _repeated(self, page: str) -> SheetPage:
        return self._page(page, self._template.repeated)

    def _place(self) -> LocalText:
        return message("worksheet.the_sheet", id=self.id)


def worksheet(name_or_path: str | Path) -> Worksheet:
    """Return a blank worksheet.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped template (see `list_worksheets`), or a ``.worksheet.yaml`` file.

    Returns
    -------
    Worksheet

    Raises
    ------
    SurveyDefinitionError
        If there is no such template, or the file has faults; all of them are in ``.findings``, each with its line.

    Examples
    --------
    >>> worksheet("5w2h").title.en
    '5W2H'
    """
    template = load_template(name_or_path)
    shipped = template.id in shipped_names() and shipped_template(template.id) == template
    definition = None if shipped else template.to_dict()
    return Worksheet(SheetState(template=template.id, version=template.version, definition=definition))
