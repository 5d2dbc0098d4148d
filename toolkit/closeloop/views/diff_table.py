"""The difference of two versions of a survey as HTML: the verdict, then a table, the gravest change first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.text import language
from closeloop.views.style import framed
from closeloop.views.words import in_tag, say

if TYPE_CHECKING:
    from closeloop.survey.diff import SurveyDiff


def diff_table(diff: SurveyDiff, tag: str) -> Html:
    """Return a difference as HTML; only the sentence where there is none."""
    sentence = element("p", element("b", in_tag(diff.sentence, tag)))
    if not diff.changes:
        return element("div", sentence, class_="block")
    heads = {"head_verdict": "short", "head_item": "short", "head_change": "", "head_remedy": "", "head_place": "short"}
    columns = tuple(Column(head=say(f"diff.{name}", tag), css=css) for name, css in heads.items())
    rows = tuple(
        (
            say(f"diff.verdict_{change.verdict}", tag),
            change.item,
            in_tag(change.why, tag),
            in_tag(change.remedy, tag) if change.remedy is not None and change in diff.faults else "",
            change.new_place or change.old_place,
        )
        for change in diff.changes
    )
    body = element("div", table(columns, [Section(rows=rows)], css="res"), class_="scroll", tabindex="0")
    return element("div", join([sentence, body]), class_="block")


def diff_html(diff: SurveyDiff) -> str:
    """Return a difference as the HTML of a notebook output, in the language in use."""
    return framed(diff_table(diff, language()), language())
