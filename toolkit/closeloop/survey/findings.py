"""Faults found in a survey file: where, what, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from closeloop.errors import SurveyDefinitionError
from closeloop.text import LANGUAGES, LocalText, message

_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault of a survey file.

    Attributes
    ----------
    code : str
        What kind of fault; stable, for programs.
    file : str
        The file, as it was given; empty for a survey that does not come from one.
    line : int or None
        1-based line; None where there is no file.
    item : str
        The item's name; empty where the fault is not in an item.
    field : str
        The path of the key within the file, such as ``pages[0].items[3].ask``.
    message : LocalText
        What was expected and what was found.
    suggestion : LocalText or None
        What to write instead.
    """

    code: str
    file: str = ""
    line: int | None = None
    item: str = ""
    field: str = ""
    message: LocalText
    suggestion: LocalText | None = None

    @property
    def place(self) -> str:
        """File and line, as editors and terminals understand them."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def in_language(self, tag: str | None) -> str:
        """Return the fault on one line in the language `tag` (default: the one in use)."""
        field = re.sub(r"^pages\[\d+\]\.items\[\d+\]\.?", "", self.field) if self.item else self.field
        where = " · ".join(part for part in (self.item, field) if part)
        text = self.message.in_language(tag)
        if self.suggestion is not None:
            # A full-width mark brings its own space.
            text = f"{text} {self.suggestion.in_language(tag)}".replace("。 ", "。")
        return ": ".join(part for part in (self.place, where, text) if part)

    def __str__(self) -> str:
        return self.in_language(None)


def definition_error(file: str, findings: Sequence[Finding]) -> SurveyDefinitionError:
    """Return the error that names all the faults of a survey, in the order of the file."""
    ordered = sorted(findings, key=lambda finding: finding.line or 0)
    title = message("survey.faults", file=file or message("survey.no_file"), n=len(ordered))
    lines = {tag: [f"  {finding.in_language(tag)}" for finding in ordered[:_MOST_SHOWN]] for tag in LANGUAGES}
    if len(ordered) > _MOST_SHOWN:
        more = message("survey.more_faults", n=len(ordered) - _MOST_SHOWN)
        lines = {tag: [*shown, f"  {more.in_language(tag)}"] for tag, shown in lines.items()}
    return SurveyDefinitionError(
        LocalText({tag: "\n".join([title.in_language(tag), *shown]) for tag, shown in lines.items()}), ordered
    )
