"""A playbook as HTML: words and questions, the checklist, then the cards with why each is shown."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from closeloop.followup.calendar.zone import local_text
from closeloop.html import Html, element, join
from closeloop.text import LocalText, language, message
from closeloop.views.playbook_text import mark_of
from closeloop.views.style import framed, shortened
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from closeloop.followup.playbook.checklist import ToCheck
    from closeloop.followup.playbook.phrases import Phrase, Question
    from closeloop.followup.playbook.playbook import Playbook, ShownCard

_BACKGROUND = frozenset({"skill", "communication", "principle"})


@cache
def playbook_css() -> Html:
    """Return the style sheet of playbooks, negotiation sheets and letters."""
    sheet = resources.files("closeloop").joinpath("views", "playbook.css")
    return Html(shortened(sheet.read_text(encoding="utf-8")))


def playbook_html(book: Playbook) -> str:
    """Return a playbook as the HTML of a notebook output, in the language in use."""
    return framed(Html(element("style", playbook_css()) + playbook_block(book, language())), language())


def playbook_block(book: Playbook, tag: str) -> Html:
    """Return a playbook as a piece of HTML in the language `tag`; it says everything without style, too."""
    now = [each for each in book.cards if each.family not in _BACKGROUND]
    background = [each for each in book.cards if each.family in _BACKGROUND]
    parts: list[object] = [
        element(
            "div", element("div", element("b", in_tag(book.title, tag))), element("p", in_tag(book.sentence, tag)),
            class_="top",
        ),
        _mind(book, tag),
        element("div", _words(book, tag), element("div", checklist_html(book.checks, tag)), class_="two"),
    ]  # fmt: skip
    if now:
        parts.append(element("h3", say("playbook.head_cards", tag)))
        parts.append(element("div", *(_card(each, tag, first=True) for each in now), class_="cards"))
    if background:
        head = element(
            "summary", say("playbook.head_background", tag), " ", element("span", len(background), class_="soft")
        )
        parts.append(
            element("details", head, element("div", *(_card(each, tag) for each in background), class_="cards"))
        )
    parts.append(_foot(book, tag))
    parts.append(element("p", in_tag(book.notes[-1], tag), class_="note"))
    return element("div", *parts, class_="block pb")


def checklist_html(checks: Iterable[ToCheck], tag: str, head: str = "") -> Html:
    """Return a checklist: done, open, or to be asked of oneself."""
    css = {True: "yes", False: "no", None: "ask"}
    words = {True: "mark_done", False: "mark_open", None: "mark_ask"}
    signs = {True: "✓", False: "○", None: "?"}
    lines = [
        element(
            "li", element("span", signs[each.done], class_="box"), " ",
            element(
                "span", in_tag(each.text, tag), " ",
                element("span", say(f"playbook.{words[each.done]}", tag), class_="soft"),
            ),
            class_=css[each.done],
        )
        for each in checks
    ]  # fmt: skip
    return join([element("h3", head or say("playbook.head_checks", tag)), element("ul", *lines, class_="checks")])


def _mind(book: Playbook, tag: str) -> Html:
    urgent = [each for each in book.cautions if each not in _avoided(book)]
    if not urgent:
        return Html("")
    lines = [element("li", in_tag(each, tag)) for each in urgent]
    return element("div", element("h3", say("playbook.head_cautions", tag)), element("ul", *lines), class_="mind")


def _avoided(book: Playbook) -> set[LocalText]:
    return {message("playbook.avoid", what=text) for each in book.cards for text in each.card.avoid}


def _words(book: Playbook, tag: str) -> Html:
    if not book.phrases and not book.questions:
        return element("div")
    note = "" if book.language == tag else f" {say('playbook.in_language', tag, tag=book.language)}"
    asked = [_line(each, book.language, say(f"playbook.kind_{each.kind}", tag)) for each in book.questions]
    return element(
        "div",
        element("h3", say("playbook.head_say", tag) + note),
        element("ul", *(_line(each, book.language, "") for each in book.phrases), class_="words"),
        element("h3", say("playbook.head_ask", tag) + note),
        element("ul", *asked, class_="words"),
    )


def _line(words: Phrase | Question, tag: str, kind: str) -> Html:
    text = words.text.in_language(tag)
    return element("li", text, *([" ", element("span", kind, class_="soft")] if kind else []), lang=tag)


def _card(shown: ShownCard, tag: str, *, first: bool = False) -> Html:
    card = shown.card
    family = say(f"playbook.family_{shown.family}", tag)
    parts: list[object] = [
        element("h3", in_tag(card.title, tag)),
        element("p", element("span", family), " · ", in_tag(shown.reason, tag), class_="why"),
    ]
    if card.goal is not None:
        parts.append(
            element("p", element("b", say("playbook.head_goal", tag)), marks(tag).colon, in_tag(card.goal, tag))
        )
    if card.steps:
        parts.append(element("ol", *(element("li", in_tag(step, tag)) for step in card.steps)))
    if card.checks:
        parts.append(element("ul", *(element("li", f"{in_tag(each, tag)} [{mark_of(None)}]") for each in card.checks)))
    if card.avoid:
        said = marks(tag).gap.join(in_tag(each, tag) for each in card.avoid)
        parts.append(
            element("p", element("b", say("playbook.head_avoid", tag)), marks(tag).colon, said, class_="avoid")
        )
    if card.guards:
        parts.append(element("p", say("playbook.head_guards", tag, names=", ".join(card.guards)), class_="why"))
    return element("section", *parts, class_="pcard first" if first else "pcard")


def _foot(book: Playbook, tag: str) -> Html:
    columns = []
    if book.remedies:
        listed = marks(tag).comma.join(in_tag(each, tag) for each in book.remedies)
        columns.append(element("div", element("h3", say("playbook.head_remedies", tag)), element("p", listed)))
    if book.tools:
        lines = [
            element(
                "li",
                in_tag(each.title, tag),
                " ",
                element("code", each.worksheet),
                marks(tag).colon,
                in_tag(each.why, tag),
            )
            for each in book.tools
        ]
        columns.append(element("div", element("h3", say("playbook.head_tools", tag)), element("ul", *lines)))
    if book.moods:
        lines = [
            element(
                "li",
                f"{local_text(each.at, book.zone)} ",
                element("b", in_tag(each.label, tag)),
                f" · {each.tagged_by}",
            )
            for each in book.moods
        ]
        columns.append(element("div", element("h3", say("playbook.head_moods", tag)), element("ol", *lines)))
    return element("div", *columns, class_="foot")
