"""The widget of a scorecard: filters on top, then the figure, its groups, its course, its themes and the comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.analysis.scorecard.words import ANY
from closeloop.errors import InsufficientDataError
from closeloop.text import LocalText, language, message
from closeloop.views.scorecard_block import course, figure, groups, scorecard_css, selection_html
from closeloop.views.words import marks
from closeloop.widgets.base import Widget, esm, sheet
from closeloop.written import write, write_interval

if TYPE_CHECKING:
    from closeloop.analysis.scorecard.scorecard import Scorecard
    from closeloop.analysis.scorecard.selection import Selection


class ScorecardBoard(Widget):
    """A scorecard to choose filters in; made by `Scorecard.board`.

    Parameters
    ----------
    card : Scorecard
    language : str, optional

    Attributes
    ----------
    selection : Selection
        What is shown now.

    Examples
    --------
    >>> import closeloop as cl
    >>> from closeloop.followup.scorecard import scorecard
    >>> answers = {"recommend": [10, 9, 8, 3] * 30, "plan": ["Basic", "Pro"] * 60}
    >>> board = scorecard(answers, cl.Nps("recommend"), by="plan").board()
    >>> board.do("choose", by="plan", value=1)[:43]
    '60 answered. Net Promoter Score (NPS) is 0 '
    >>> board
    <ScorecardBoard: plan='Pro'; n = 60>
    """

    scripts: ClassVar[tuple[str, ...]] = ("scorecard",)
    sheets: ClassVar[tuple[str, ...]] = ("scorecard",)
    _esm = esm(*scripts)
    _css = sheet(*sheets) + str(scorecard_css())
    areas: ClassVar[tuple[str, ...]] = ("scorecard",)

    def __init__(self, card: Scorecard, *, language: str | None = None) -> None:
        self.card = card
        self._place = list(card.sizes)
        self._rows: str | None = None
        self._code: str | None = None
        self._page = 1
        self.selection: Selection = card.at(self._place)
        super().__init__(language=language)

    def __repr__(self) -> str:
        return repr(self.selection).replace("Selection", type(self).__name__)

    # --- what a person does ---

    def do_choose(self, by: str, value: int = -1) -> LocalText:
        """Choose one value of a filter, by its position; −1 is all of them."""
        axis = self._axis(by)
        n = self.card.sizes[axis]
        if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < n:
            known = f"-1 … {n - 1}"
            raise ValueError(message("scorecard.unknown_value", value=repr(value), dimension=by, known=known))
        self._place[axis] = n if value < 0 else value
        return self._look()

    def do_clear(self) -> LocalText:
        """Choose all of every filter."""
        self._place = list(self.card.sizes)
        return self._look()

    def do_rows(self, by: str) -> None:
        """Choose the filter whose values are the rows of the table."""
        self._axis(by)
        self._rows = by
        self._look()

    def do_read(self, code: str = ANY, page: int = 1) -> LocalText:
        """Read what was written about a theme; empty for all comments."""
        found = self.selection.mentions(code, page)
        self._code, self._page = code, page
        return message("scorecard.page_of", page=found.page, pages=found.pages, count=found.count)

    def do_put_away(self) -> None:
        """Put the comments away."""
        self._code, self._page = None, 1

    def _axis(self, name: str) -> int:
        names = [one.name for one in self.card.dimensions]
        if name not in names:
            raise ValueError(message("scorecard.unknown_filter", name=repr(name), known=", ".join(names)))
        return names.index(name)

    def _look(self) -> LocalText:
        """Take the choice up; the theme that was read stays open where it is still there."""
        self.selection = self.card.at(self._place, self._rows)
        self._page = 1
        if self._code is not None and (self._code not in {ANY, *(bar.code for bar in self.selection.pareto)}):
            self._code = None
        if not self.selection.n_comments:
            self._code = None
        return self.selection.sentence

    # --- what the page shows ---

    def _shown(self) -> dict[str, Any]:
        tag, chosen = language(), self.selection
        estimate, interval, answers = figure(chosen, tag)
        free = [one for one, at, n in zip(self.card.dimensions, self._place, self.card.sizes, strict=True) if at == n]
        return {
            "filters": [
                {
                    "name": one.name, "title": one.title.in_language(tag), "value": at if at < n else -1,
                    "options": [label.in_language(tag) for label in one.labels],
                }
                for one, at, n in zip(self.card.dimensions, self._place, self.card.sizes, strict=True)
            ],
            "chosen": bool(chosen.chosen), "hidden": chosen.hidden, "title": chosen.title.in_language(tag),
            "estimate": estimate, "interval": interval, "answers": answers,
            "sentence": chosen.sentence.in_language(tag),
            "rows": [
                {"name": one.name, "title": one.title.in_language(tag), "on": one.name == chosen.rows} for one in free
            ],
            "table": str(groups(chosen, tag)), "course": str(course(chosen, tag)), "words": self._said(tag),
            "notes": marks(tag).gap.join(note.in_language(tag) for note in self.card.notes),
        }  # fmt: skip

    def _said(self, tag: str) -> dict[str, Any] | None:
        """Return themes and comments, None where there are none or the choice is hidden."""
        words, chosen = self.card.words, self.selection
        if words is None or chosen.hidden:
            return None
        largest = max((bar.ci_high for bar in chosen.pareto), default=1.0) / 100
        return {
            "n": chosen.n_comments, "count": write(chosen.n_comments, "count", tag), "coded": bool(words.codes),
            "bars": [
                {
                    "code": bar.code, "label": bar.label.in_language(tag), "count": write(bar.count, "count", tag),
                    "share": write(bar.share, "percent", tag, 0), "width": round(bar.share / largest, 1),
                    "interval": write_interval(bar.ci_low, bar.ci_high, "percent", tag, 0),
                    "low": round(bar.ci_low / largest, 1), "high": round(bar.ci_high / largest, 1),
                    "open": bar.code == self._code,
                }
                for bar in chosen.pareto
            ],
            "all": self._code == ANY, "page": self._comments(tag),
        }  # fmt: skip

    def _comments(self, tag: str) -> dict[str, Any] | None:
        if self._code is None:
            return None
        try:
            found = self.selection.mentions(self._code, self._page)
        except InsufficientDataError:
            return None
        return {
            "label": found.label.in_language(tag), "texts": list(found.texts), "page": found.page, "pages": found.pages,
            "count": write(found.count, "count", tag), "code": self._code,
        }  # fmt: skip

    def _static(self) -> str:
        return selection_html(self.card.select())
