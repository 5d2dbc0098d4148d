"""A letter to a customer as a page of its own: nothing on it but the letter; a draft says what is still open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from closeloop.html import Html, element
from closeloop.reports.block import Block
from closeloop.reports.report import Report, report
from closeloop.reports.slots import Slot, Slots, filled_css
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.playbook.letter import Letter

__all__ = ["letter_report"]


@dataclass(frozen=True, slots=True)
class LetterPage(Block):
    """The body of a letter; a gap that is open stands in brackets.

    Examples
    --------
    >>> from closeloop.followup.playbook.letter import letter
    >>> draft = letter("suggestion", language="en", name="Ms Li", idea="a later slot", owner="Wu")
    >>> "<mark>[direct number or address]</mark>" in LetterPage(draft).block("en")
    True
    """

    letter: Letter

    def block(self, tag: str) -> Html:  # noqa: ARG002  # a letter is in the language of its customer
        """Return the paragraphs, in the language of the letter."""
        _, *body = (
            [element("mark", f"[{text}]") if gap else text for text, gap in pieces]
            for pieces in self.letter.paragraphs()
        )
        return element("div", *(element("p", *pieces) for pieces in body), class_="letter", lang=self.letter.language)

    def css(self) -> Html:
        """Return the style sheet of filled documents."""
        return filled_css()


def letter_report(letter: Letter) -> Report:
    """Return a letter as a report on one page: `to_docx`, `to_html`, `to_markdown`.

    A letter in which nothing is open is the letter alone, without a line of ours. One that is not yet to be sent is
    called a draft in its title, and what is open stands above it, so that it cannot go out as if it were finished.

    Parameters
    ----------
    letter : Letter
        Of `Case.letter`.

    Examples
    --------
    >>> from closeloop.followup.playbook.letter import letter
    >>> draft = letter("suggestion", language="en", name="Ms Li", idea="a later slot", owner="Wu", contact="555 0100")
    >>> print(letter_report(draft).title)
    Draft, not to be sent: Thanks for a suggestion
    >>> print(letter_report(draft.fill(received_on="2026-11-02", next_update_on="2026-12-01")).title)
    Your suggestion of 2 Nov 2026
    """
    found = letter.findings()
    held = [finding for finding in found if finding.rule in ("gap_open", "revealed_mark")]
    page = LetterPage(letter)
    if not held:
        made = report(letter.subject, [page], language=letter.language)
        return replace(made, bare=True)
    said: tuple[LocalText | str, ...] = tuple(finding.message for finding in held)
    parts: list[Any] = [Slots((Slot(message("letter_report.open"), said),)), page]
    others = type(found)([finding for finding in found if finding not in held])
    made = report(message("letter_report.draft", letter=letter.template.title), [*parts, *([others] if others else [])],
                  language=letter.language)  # fmt: skip
    return replace(made, bare=True)
