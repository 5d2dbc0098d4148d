"""Letters as data: ``<id>.letter.yaml``, in the folder ``playbooks/letters`` or one's own.

::

    format: 1
    id: acknowledgement
    version: 1
    languages: [en, zh-CN]
    title: {en: Acknowledgement, zh-CN: 受理告知}
    sheet: progress                         # as what the worksheet "reply" looks at it: progress, decision
    says: {who: owner, what: matter, when: next_update_on}   # which gaps say who does what, until when
    subject: {en: "Your message of {received_on}", zh-CN: …}
    gaps:
      received_on: {kind: date, label: {en: …, zh-CN: …}}    # text, date, number
    paragraphs:
      - {text: {en: "On {received_on} …", zh-CN: …}}
      - {optional: true, text: {…}}         # left out where one of its gaps stays open
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from closeloop.followup.playbook.read_definition import Fault, read_definition
from closeloop.forms.fields import Model, Text, Words
from closeloop.survey.shipped import data_folder, definition_file, shipped_in
from closeloop.text import LocalText

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".letter.yaml"


class Gap(Model):
    """A place of a letter that is filled from the case or by hand."""

    kind: Literal["text", "date", "number"]
    label: Text


class Paragraph(Model):
    """One paragraph."""

    text: Text
    optional: bool = Field(default=False, strict=True)


class Says(Model):
    """Which gaps say who does what, until when."""

    who: str
    what: str
    when: str


class LetterTemplate(Model):
    """A letter with its gaps."""

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    serves: Words = ()
    sheet: Literal["progress", "decision"]
    says: Says
    subject: Text
    gaps: dict[str, Gap]
    paragraphs: Annotated[tuple[Paragraph, ...], Field(min_length=1)]


def letter_template(name_or_path: str | Path) -> LetterTemplate:
    """Return the template of a letter: a shipped one by its name (see `letter_kinds`), or a file.

    Raises
    ------
    SurveyDefinitionError
        If there is none, or the file has faults: all of them, each with its line.
    """
    if isinstance(name_or_path, str) and name_or_path in letter_kinds():
        return _shipped(name_or_path)
    return _read(definition_file(name_or_path, _folder(), SUFFIX, "letter"))


def letter_kinds() -> tuple[str, ...]:
    """Return the names of the shipped letters, sorted.

    Examples
    --------
    >>> letter_kinds()[:3]
    ('acknowledgement', 'apology', 'confirmation-request')
    """
    return shipped_in(_folder(), SUFFIX)


def named_gaps(text: str) -> tuple[str, ...]:
    """Return the gaps of a text, in order.

    Raises
    ------
    ValueError
        If a brace is not closed, or holds more than a name.

    Examples
    --------
    >>> named_gaps("By {day}, {owner} writes.")
    ('day', 'owner')
    """
    found = []
    for words, name, form, conversion in Formatter().parse(text):
        if "{" in words or "}" in words or form or conversion or not (name is None or name.isidentifier()):
            raise ValueError(text)
        found += [] if name is None else [name]
    return tuple(found)


def _folder() -> Path:
    return data_folder("playbooks") / "letters"


@cache
def _shipped(name: str) -> LetterTemplate:
    return _read(_folder() / f"{name}{SUFFIX}")


def _read(path: str | Path) -> LetterTemplate:
    return read_definition(path, LetterTemplate, {"gaps": Gap, "paragraphs": Paragraph, "says": Says}, _faults)


def _faults(template: LetterTemplate) -> Iterator[Fault]:
    """Give gaps that are not declared or not used, texts whose languages differ in them, and who/what/when unsaid."""
    texts: list[tuple[tuple[str | int, ...], LocalText]] = [(("subject",), template.subject)]
    texts += [(("paragraphs", number), each.text) for number, each in enumerate(template.paragraphs)]
    used: set[str] = set()
    broken = False
    for path, text in texts:
        try:
            found = {tag: set(named_gaps(words)) for tag, words in text.items()}
        except ValueError:
            yield Fault(path, "playbook.letter_braces", {})
            broken = True
            continue
        names = set().union(*found.values())
        used |= names
        if any(each != names for each in found.values()):
            yield Fault(path, "playbook.letter_gaps_differ", {"gaps": ", ".join(sorted(names))})
        lost = sorted(names - set(template.gaps))
        if lost:
            fields = {"found": ", ".join(lost), "known": ", ".join(template.gaps)}
            yield Fault(path, "playbook.unknown_name", fields)
    if broken:
        return
    for name in template.gaps:
        if name not in used:
            yield Fault(("gaps", name), "playbook.letter_gap_unused", {"gap": name})
    must = {name for each in template.paragraphs if not each.optional for name in named_gaps(each.text.en)}
    for role in ("who", "what", "when"):
        name = getattr(template.says, role)
        if name not in must:
            yield Fault(("says", role), "playbook.letter_unsaid", {"role": role, "gap": name})
