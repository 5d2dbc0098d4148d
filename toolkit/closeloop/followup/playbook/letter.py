"""Letters to a customer: a template whose gaps are filled from the case and by hand; what is open says so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from closeloop.errors import closest
from closeloop.followup.playbook.letter_facts import letter_facts
from closeloop.followup.playbook.letter_template import LetterTemplate, letter_template
from closeloop.followup.playbook.situation import customers_language
from closeloop.followup.privacy.revealed import MARK
from closeloop.forms.fields import shown
from closeloop.html import harmless
from closeloop.numbers import day, number
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.worksheet.markdown import safe
from closeloop.rootcause.worksheet.worksheet import worksheet
from closeloop.text import LocalText, language, message, normalise_tag

if TYPE_CHECKING:
    from pathlib import Path

    from closeloop.followup.state import CaseState
    from closeloop.reports.report import Report

_GAP = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Letter:
    """A letter with its gaps; made by `letter`. It is a draft: a person reads it and sends it.

    Attributes
    ----------
    template : LetterTemplate
    language : str
    filled : mapping of str to str
        Gap → text.

    Examples
    --------
    >>> draft = letter("suggestion", language="en", name="Ms Li", idea="a later slot on Fridays", owner="Wu")
    >>> draft.missing()
    ('received_on', 'next_update_on', 'contact')
    >>> print(draft.fill(next_update_on="2026-12-01").text.splitlines()[4])
    Wu looks at it. By 1 Dec 2026 we tell you whether we do it; if not, why not.
    """

    template: LetterTemplate
    language: str
    filled: Mapping[str, str]

    @property
    def kind(self) -> str:
        """Which letter it is."""
        return self.template.id

    def missing(self) -> tuple[str, ...]:
        """Return the gaps that are still open, in the order of the template."""
        used = " ".join([self.template.subject.in_language(self.language), *self._paragraphs()])
        names = set(_GAP.findall(used))
        return tuple(name for name in self.template.gaps if name in names and name not in self.filled)

    def fill(self, **more: Any) -> Letter:
        """Return the letter with more of its gaps filled.

        Raises
        ------
        ValueError
            If the letter has no such gap, or a value is no date where one is asked for.
        """
        return replace(self, filled={**self.filled, **_written(self.template, more, self.language)})

    @property
    def subject(self) -> str:
        """The subject line."""
        return self._put(self.template.subject.in_language(self.language))

    @property
    def text(self) -> str:
        """The body; an open gap stands in brackets, with what belongs there."""
        return "\n\n".join(self._put(each) for each in self._paragraphs())

    def to_markdown(self) -> str:
        """Return subject and body as markdown that shows every text as it is."""
        body = [safe(self._put(each)) for each in self._paragraphs()]
        return "\n\n".join([f"## {safe(self.subject)}", *body]) + "\n"

    def report(self) -> Report:
        """Return the letter as a page of its own, to be written as a Word file, HTML or markdown.

        With nothing open it is the letter alone; else it is a draft and says so, with what is open.

        Returns
        -------
        Report
        """
        from closeloop.reports.letter_report import letter_report

        return letter_report(self)

    def findings(self) -> Findings:
        """Return what is wrong with it: open gaps, and what the worksheet ``reply`` finds in its words.

        A text that was revealed and still has its mark (`Revealed`) must not go out either: give its ``.plain``.

        Blame, brushing off, empty comfort, words of the office, and words that promise nothing.
        """
        opened = [
            Finding(
                rule="gap_open", level="error", at=name,
                message=message("playbook.gap_open", label=self.template.gaps[name].label),
            )
            for name in self.missing()
        ]  # fmt: skip
        if any(MARK in text for text in self.filled.values()):
            opened.append(Finding(rule="revealed_mark", level="error", message=message("playbook.letter_mark")))
        told = "\n".join(_GAP.sub(lambda found: self.filled.get(found[1], "…"), each) for each in self._paragraphs())
        sheet = worksheet("reply").fill(body=told, kind=self.template.sheet)
        in_words = [each for each in sheet.findings() if each.at == "body"]
        return Findings([*opened, *in_words])

    def __str__(self) -> str:
        return f"{self.subject}\n\n{self.text}"

    def __repr__(self) -> str:
        return f"<Letter {self.kind} ({self.language}): {len(self.missing())} gaps>"

    def _repr_html_(self) -> str:
        from closeloop.views.letter_block import letter_html

        return letter_html(self)

    def paragraphs(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Return each paragraph in pieces: (text, name of the gap if it is one that is open)."""
        return tuple(
            self._pieces(each) for each in (self.template.subject.in_language(self.language), *self._paragraphs())
        )

    def _pieces(self, text: str) -> tuple[tuple[str, str], ...]:
        pieces, at = [], 0
        for found in _GAP.finditer(text):
            pieces.append((text[at : found.start()], ""))
            name = found[1]
            open_gap = "" if name in self.filled else name
            pieces.append((self.filled.get(name, self._label(name)), open_gap))
            at = found.end()
        return tuple(piece for piece in [*pieces, (text[at:], "")] if piece[0])

    def _paragraphs(self) -> list[str]:
        found = [(each, each.text.in_language(self.language)) for each in self.template.paragraphs]
        return [
            text for each, text in found if not each.optional or all(name in self.filled for name in _GAP.findall(text))
        ]

    def _put(self, text: str) -> str:
        return "".join(f"[{piece}]" if gap else piece for piece, gap in self._pieces(text))

    def _label(self, name: str) -> str:
        return self.template.gaps[name].label.in_language(self.language)


def letter(
    kind: str | Path,
    state: CaseState | None = None,
    language: str | None = None,
    *,
    zone: dt.tzinfo = dt.UTC,
    **more: Any,
) -> Letter:
    """Return the draft of a letter.

    Parameters
    ----------
    kind : str or Path
        A shipped letter (``acknowledgement``, ``progress``, ``decision``, ``rejection``, ``you-said-we-did``,
        ``apology``, ``price-change``, ``confirmation-request``, ``late-confirmation``, ``suggestion``), or a file.
    state : CaseState, optional
        Fills what it knows: number, days, owner, the agreed option …. Names and words of the customer are sealed and
        are given in `more` by whoever may read them.
    language : str, optional
        The customer's, if we speak it; else the one in use.
    zone : tzinfo
        In which the days of the case are told.
    **more
        Gap → text, date or number; comes before what the case says.

    Returns
    -------
    Letter

    Raises
    ------
    ValueError
        If the letter has no such gap.

    Examples
    --------
    >>> draft = letter("apology", language="en", wrong="we sent the bill twice", owner="Wu Lan, head of billing")
    >>> draft
    <Letter apology (en): 5 gaps>
    """
    template = letter_template(kind)
    tag = _tag(state, language)
    known = {} if state is None else letter_facts(state, tag, zone)
    fitting = {name: value for name, value in known.items() if name in template.gaps}
    filled = _written(template, fitting, tag) | _written(template, more, tag)
    return Letter(template=template, language=tag, filled=filled)


def _tag(state: CaseState | None, wanted: str | None) -> str:
    if wanted is not None:
        return normalise_tag(wanted)
    return (customers_language(state) if state is not None else None) or language()


def _written(template: LetterTemplate, values: Mapping[str, Any], tag: str) -> dict[str, str]:
    written = {}
    for name, value in values.items():
        if name not in template.gaps:
            near = closest(name, template.gaps)
            known = ", ".join(dict.fromkeys((*near, *template.gaps)))
            raise ValueError(message("playbook.no_gap", found=name, letter=template.id, known=known))
        text = _text(value, template.gaps[name].kind, name, tag)
        if text:
            written[name] = text
    return written


def _text(value: Any, kind: str, name: str, tag: str) -> str:
    if value is None:
        return ""
    if isinstance(value, LocalText):
        return value.in_language(tag)
    if kind == "date":
        return _day(value, name, tag)
    if kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, 0 if value == int(value) else 2)
    return harmless(value).strip()


def _day(value: Any, name: str, tag: str) -> str:
    if isinstance(value, dt.datetime):
        return day(value.date(), tag)
    if isinstance(value, dt.date):
        return day(value, tag)
    try:
        return day(dt.date.fromisoformat(str(value)[:10]), tag)
    except ValueError:
        raise ValueError(message("playbook.no_day", gap=name, found=shown(value))) from None
