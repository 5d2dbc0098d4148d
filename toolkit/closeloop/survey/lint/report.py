"""Findings of lint, and the report that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from closeloop.survey.findings import Finding
from closeloop.text import LANGUAGES, LocalText, message

if TYPE_CHECKING:
    import pandas as pd

Level = Literal["error", "warning", "info"]
"""``error``: does not do what it says; ``warning``: look again; ``info``: good to know."""

LEVELS: tuple[Level, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding(Finding):
    """One thing that is wrong or doubtful in a survey.

    Attributes
    ----------
    level : {"error", "warning", "info"}
    """

    level: Level = "error"

    def told(self, tag: str | None) -> str:
        """Return the finding on one line as editors and terminals understand it: file:line: level: code: text."""
        level = message(f"lint.level_{self.level}").in_language(tag)
        where = f"{self.place}: " if self.place else ""
        text = self.in_language(tag).removeprefix(where)
        return f"{where}{level} [{self.code}] {text}"

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON-safe data; texts in both languages."""
        texts = {tag: self.message.in_language(tag) for tag in LANGUAGES}
        hints = None if self.suggestion is None else {tag: self.suggestion.in_language(tag) for tag in LANGUAGES}
        place = {"file": self.file, "line": self.line, "item": self.item, "field": self.field}
        return {"level": self.level, "code": self.code, **place, "message": texts, "suggestion": hints}


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """What lint found in a survey, the gravest first.

    Attributes
    ----------
    survey : str
        The survey's id, or its file where it could not be read.
    file : str
        Its file; empty for a survey that does not come from one.
    findings : tuple of LintFinding

    Examples
    --------
    >>> import closeloop as cl
    >>> report = cl.load_survey("relationship-nps").lint()
    >>> report, report.ok
    (<LintReport relationship-nps: 0 errors, 0 warnings, 0 remarks>, True)
    """

    survey: str
    file: str
    findings: tuple[LintFinding, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings and remarks do not count."""
        return not self.of("error")

    @property
    def codes(self) -> tuple[str, ...]:
        """Which rules found something, each once."""
        return tuple(dict.fromkeys(finding.code for finding in self.findings))

    def of(self, level: Level) -> tuple[LintFinding, ...]:
        """Return the findings of one level."""
        return tuple(finding for finding in self.findings if finding.level == level)

    @property
    def summary(self) -> LocalText:
        """How many findings there are, by level."""
        return message("lint.summary", survey=self.survey, **counts(self.findings))

    def __repr__(self) -> str:
        return f"<LintReport {self.summary.in_language('en')}>"

    def __str__(self) -> str:
        return self.in_language(None)

    def in_language(self, tag: str | None) -> str:
        """Return the findings, one per line with file and line, and a summary."""
        return "\n".join([*(finding.told(tag) for finding in self.findings), self.summary.in_language(tag)])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-safe data; texts in both languages."""
        findings = [finding.to_dict() for finding in self.findings]
        return {"survey": self.survey, "file": self.file, **counts(self.findings), "findings": findings}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per finding: level, code, file, line, item, field, message, suggestion (language in use)."""
        import pandas as pd

        rows = [
            (f.level, f.code, f.file, f.line, f.item, f.field, str(f.message), str(f.suggestion or ""))
            for f in self.findings
        ]
        columns = ["level", "code", "file", "line", "item", "field", "message", "suggestion"]
        return pd.DataFrame(rows, columns=columns).astype({"line": "Int64"})

    def _repr_html_(self) -> str:
        from closeloop.views.lint_table import lint_html

        return lint_html(self)


def counts(findings: Sequence[LintFinding]) -> dict[str, int]:
    """Return how many findings there are of each level."""
    plural = {"error": "errors", "warning": "warnings", "info": "remarks"}
    return {plural[level]: sum(finding.level == level for finding in findings) for level in LEVELS}


def ordered(findings: Sequence[LintFinding]) -> tuple[LintFinding, ...]:
    """Return findings once each, the gravest first, then as they stand in the file."""
    once = dict.fromkeys(findings)
    return tuple(sorted(once, key=lambda finding: (LEVELS.index(finding.level), finding.line or 0)))
