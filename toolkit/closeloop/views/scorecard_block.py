"""A scorecard as HTML: the figure with its interval, its groups, its course over time, its themes."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from typing import TYPE_CHECKING

from closeloop.html import Cell, Column, Html, Section, element, join, table
from closeloop.text import language
from closeloop.views.score_panel import panels, write_estimate
from closeloop.views.score_table import panel_table
from closeloop.views.scorecard_trend import trend_svg, trend_table
from closeloop.views.style import framed, shortened
from closeloop.views.words import marks, say
from closeloop.written import told_interval, told_level, write, write_interval

if TYPE_CHECKING:
    from closeloop.analysis.scorecard.scorecard import Scorecard
    from closeloop.analysis.scorecard.selection import Selection


def scorecard_html(card: Scorecard) -> str:
    """Return a scorecard as a notebook output: what it shows of everybody."""
    return selection_html(card.select())


def selection_html(selection: Selection) -> str:
    """Return one choice of filters as a notebook output, in the language in use."""
    tag = language()
    style = element("style", scorecard_css())
    return framed(join([style, selection_block(selection, tag)]), tag)


def scorecard_css() -> Html:
    """Return the style sheet of scorecards."""
    sheet = resources.files("closeloop").joinpath("views", "scorecard.css")
    return shortened(sheet.read_text(encoding="utf-8"))


def selection_block(selection: Selection, tag: str) -> Html:
    """Return one choice of filters as HTML that says everything without its style, too."""
    parts = [headline(selection, tag), groups(selection, tag), course(selection, tag), themes(selection, tag)]
    notes = marks(tag).gap.join(note.in_language(tag) for note in selection.scorecard.notes)
    return element("div", *(part for part in parts if part), element("p", notes, class_="note"), class_="sc block")


def figure(selection: Selection, tag: str) -> tuple[str, str, str]:
    """Return the score, its interval and the number of answers as they are printed; empty where hidden."""
    if selection.result is None or selection.ci is None or not selection.result.n:
        return "", "", ""
    kind = selection.scorecard.metric.kind
    factor = 100 if kind == "top_box" else 1
    form = "percent" if kind == "top_box" else "points"
    interval = told_interval(selection.ci.low, selection.ci.high, form, 0)
    level = told_level(selection.scorecard.confidence_level)
    said = say("scorecard.interval", tag, level=level, interval=interval)
    answers = say("scorecard.answers", tag, n=write(selection.result.n, "count", tag))
    return write_estimate(factor * selection.result.score, kind, tag), said, answers


def headline(selection: Selection, tag: str) -> Html:
    """Return what is chosen, and its figure with the interval; or why there is none."""
    estimate, interval, answers = figure(selection, tag)
    said = element("p", selection.sentence.in_language(tag), class_="soft")
    if estimate:
        shown = (element("b", estimate), " ", element("span", interval), " ", element("span", answers, class_="soft"))
        said = element("p", *shown, class_="one")
    return element("div", element("h2", selection.title.in_language(tag)), said)


def groups(selection: Selection, tag: str) -> Html:
    """Return the table of the groups, hidden ones with the reason."""
    if selection.table is None or selection.rows is None:
        return Html("")
    panel = panels(selection.table, tag)[0]
    title = next(one.title for one in selection.scorecard.dimensions if one.name == selection.rows)
    hidden = sum(row.suppressed for row in panel.rows)
    rows = tuple(
        replace(
            section,
            rows=tuple(replace(row, count="–") if row.suppressed else row for row in section.rows),
        )
        for section in panel.sections
    )
    said = say("hidden_one" if hidden == 1 else "hidden_many", tag, count=hidden) if hidden else ""
    shown = replace(panel, title=say("scorecard.by", tag, title=title), sentence=said, sections=rows)
    return element("div", panel_table(shown))


def course(selection: Selection, tag: str) -> Html:
    """Return the trend: its sentence, its picture, and its figures; or why there is none."""
    if selection.result is None or not any(one.every for one in selection.scorecard.dimensions):
        return Html("")
    head = element("h3", say("scorecard.trend", tag))
    if selection.trend is None:
        return element("div", head, element("p", say("scorecard.no_trend", tag), class_="soft"))
    chosen = selection.chosen.get("period")
    sentence = selection.trend.sentence.in_language(tag)
    if chosen is not None:
        sentence += marks(tag).gap + say("scorecard.trend_ignores", tag)
    return element(
        "div",
        head,
        element("p", sentence),
        trend_svg(selection.trend, tag, None if chosen is None else str(chosen)),
        element("details", element("summary", say("scorecard.trend_figures", tag)), trend_table(selection.trend, tag)),
    )


def themes(selection: Selection, tag: str) -> Html:
    """Return the themes of the comments as a table, the most frequent first."""
    words = selection.scorecard.words
    if selection.result is None or words is None:
        return Html("")
    head = element("h3", say("scorecard.themes" if words.codes else "scorecard.any_theme", tag))
    count = write(selection.n_comments, "count", tag)
    if not selection.pareto:
        said = say("scorecard.comments_here" if selection.n_comments else "scorecard.no_themes", tag, count=count)
        return element("div", head, element("p", said, class_="soft"))
    level = say("interval", tag, level=told_level(selection.scorecard.confidence_level))
    columns = (
        Column(head=say("scorecard.theme", tag)), Column(head=say("scorecard.comments", tag), css="num"),
        Column(head=say("scorecard.share", tag), css="num"), Column(head=level, css="num"),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(content=bar.label.in_language(tag)),
            write(bar.count, "count", tag),
            write(bar.share, "percent", tag, 0),
            write_interval(bar.ci_low, bar.ci_high, "percent", tag, 0),
        )
        for bar in selection.pareto
    )
    said = say("scorecard.themes_of_static", tag, count=count)
    return element(
        "div", head, element("p", said, class_="soft"),
        element("div", table(columns, [Section(rows=rows)], css="res"), class_="scroll"),
    )  # fmt: skip
