"""A survey as a form on paper: every question with all its choices, and what was answered, without any script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import NONE, OTHER, BaseItem, Matrix, Multi, Page, ScaleItem
from closeloop.html import Column, Html, Section, element, join, table
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.views.style import framed, shortened
from closeloop.views.words import marks

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_EMPTY, _TICKED = "☐", "☒"
_HOW = {
    "single": "paper_one",
    "yesno": "paper_one",
    "multi": "paper_several",
    "ranking": "paper_rank",
    "matrix": "paper_rows",
    "text": "paper_text",
    "comment": "paper_text",
    "number": "paper_number",
    "date": "paper_date",
}


def form_html(survey: Survey, tag: str, answers: Mapping[str, Any] | None = None) -> str:
    """Return a survey as a form on paper, as the HTML of a notebook output.

    Parameters
    ----------
    survey : Survey
    tag : str
        One of the survey's languages.
    answers : mapping, optional
        Item → answer as JSON. Answers that identify a person are not shown, only that they are there.

    Examples
    --------
    >>> import closeloop as cl
    >>> html = form_html(cl.load_survey("relationship-nps"), "en", {"recommend": 4})
    >>> "How likely are you to recommend us" in html, "☒ 4" in html, "☐ 5" in html
    (True, True, True)
    """
    style = element("style", _css())
    return framed(Html(style + form_block(survey, tag, answers)), tag if tag in LANGUAGES else "en")


def form_block(survey: Survey, tag: str, answers: Mapping[str, Any] | None = None) -> Html:
    """Return the form as a piece of HTML that says everything without style, too."""
    paper = _Paper(tag, answers or {})
    head = element("p", element("b", survey.title.in_language(tag)), class_="pf-head")
    pages = [paper.page(page) for page in survey.questions.pages]
    return element("div", head, *pages, class_="block pf", lang=tag)


@cache
def _css() -> Html:
    source = resources.files("closeloop").joinpath("views", "form_block.css").read_text(encoding="utf-8")
    return shortened(source)


def _digits(point: int) -> str:
    return str(point).replace("-", "\u2212")


class _Paper:
    """The questions in one language, with the answers at hand."""

    def __init__(self, tag: str, answers: Mapping[str, Any]) -> None:
        self.tag, self.answers = tag, answers
        self.marks = marks(tag if tag in LANGUAGES else "en")

    def say(self, key: str, **fields: object) -> str:
        return message(f"form.{key}", **fields).in_language(self.tag)

    def text(self, text: LocalText) -> str:
        return text.in_language(self.tag)

    def page(self, page: Page) -> Html:
        heading = [] if page.title is None else [element("p", element("b", self.text(page.title)), class_="pf-page")]
        return element("div", *heading, *(self.question(item) for item in page.items if item.type != "hidden"))

    def question(self, item: BaseItem) -> Html:
        """Return a question: what is asked, how it is answered, the choices."""
        asked = item.ask or item.label or LocalText(item.name)
        if item.type == "note":
            return element("p", self.text(asked), class_="pf-q")
        how = [self.how(item)]
        if item.show_if is not None:
            how.append(self.say("paper_if"))
        required = (
            ["" if self.tag.startswith("zh") else " ", element("span", self.say("required"), class_="soft")]
            if item.required
            else []
        )
        lines = [
            element("div", element("b", self.text(asked)), *required),
            element("div", self.marks.semicolon.join(how), class_="soft"),
        ]
        if item.help is not None:
            lines.insert(1, element("div", self.text(item.help), class_="soft"))
        return element("div", *lines, self.field(item), class_="pf-q")

    def how(self, item: BaseItem) -> str:
        if isinstance(item, ScaleItem) and item.scale is not None:
            return self.say("paper_scale", low=_digits(item.scale[0]), high=_digits(item.scale[-1]))
        if isinstance(item, Multi) and item.max is not None:
            return self.say("paper_up_to", most=item.max)
        return self.say(_HOW[item.type])

    def field(self, item: BaseItem) -> Html:
        """Return where the answer goes, with the answer in it."""
        value = self.answers.get(item.name)
        if item.pii and value is not None:
            return element("div", self.say("paper_answered"))
        if isinstance(item, Matrix):
            return self.matrix(item, value if isinstance(value, Mapping) else {})
        if isinstance(item, ScaleItem):
            return self.scale(item, value)
        options = self.options(item)
        if options:
            return element("ul", *(self.choice(item, each, text, value) for each, text in options))
        return element("div", "_" * 24 if value is None else str(value), class_="pf-line", dir="auto")

    def scale(self, item: ScaleItem, value: object) -> Html:
        points = item.scale or range(0)
        ends = {points[0]: item.low, points[-1]: item.high}
        parts = []
        for point in points:
            label = item.labels.get(point) or ends.get(point)
            words = "" if label is None else f" {self.text(label)}"
            parts.append(element("span", f"{self.box(point == value)} {_digits(point)}{words}", class_="pf-pt"))
        return element("div", join(parts, "  "), class_="pf-pts")

    def options(self, item: BaseItem) -> Sequence[tuple[object, str]]:
        """Return the choices: the answer that each stands for, and its text."""
        if item.type == "yesno":
            labels: Mapping[str, LocalText] = getattr(item, "labels", {})
            return [(word == "yes", self.text(labels.get(word) or message(f"form.{word}"))) for word in ("yes", "no")]
        found: list[tuple[object, str]] = [(each.value, self.text(each.text)) for each in getattr(item, "options", ())]
        if getattr(item, "other", False):
            found.append((OTHER, self.text(getattr(item, "other_text", None) or message("form.other"))))
        if getattr(item, "none", False):
            found.append((NONE, self.say("none")))
        return found

    def choice(self, item: BaseItem, each: object, text: str, value: object) -> Html:
        if item.type == "ranking":
            order = value if isinstance(value, Sequence) else ()
            return element("li", f"{order.index(each) + 1}." if each in order else "__", " ", text)
        chosen = each == value or (isinstance(value, list) and each in value)
        parts: list[object] = [self.box(chosen), " ", text]
        if each == OTHER:
            written = self.answers.get(f"{item.name}__other_text")
            parts += [self.marks.colon, written or "_" * 16]
        return element("li", *parts)

    def matrix(self, item: Matrix, value: Mapping[str, object]) -> Html:
        if item.columns:
            heads = [(int(c.value) if item.scale is not None else c.value, self.text(c.text)) for c in item.columns]
        else:
            heads = [(point, self.point(item, point)) for point in item.scale or range(0)]
        columns = (Column(head=self.say("paper_row")), *(Column(head=text, css="pf-c") for _, text in heads))
        rows = tuple(
            (self.text(row.text), *(self.box(value.get(row.value) == point) for point, _ in heads)) for row in item.rows
        )
        return table(columns, [Section(rows=rows)], css="pf-mx")

    def point(self, item: Matrix, point: int) -> str:
        ends = {1: item.low, item.points: item.high}
        label = item.labels.get(point) or ends.get(point)
        return str(point) if label is None else f"{point} {self.text(label)}"

    def box(self, ticked: bool) -> str:
        return _TICKED if ticked else _EMPTY
