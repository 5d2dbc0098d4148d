"""What is weak or missing in a piece of reasoning: one finding per fault, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, overload

from closeloop.html import harmless
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    import pandas as pd

Level = Literal["error", "warn", "info"]
"""``error``: must be mended; ``warn``: look again; ``info``: good to know."""

_RANK = {"error": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is weak or missing.

    Attributes
    ----------
    rule : str
        Which rule found it, as people refer to it; stable, for programs.
    level : {"error", "warn", "info"}
    at : str
        Id of the node, link, item or entry that is meant; empty for the whole.
    subject : str
        The words of that part, so that a reader finds it.
    message : LocalText
        What is wrong.
    suggestion : LocalText or None
        What to do.
    """

    rule: str
    level: Level
    at: str = ""
    subject: str = ""
    message: LocalText
    suggestion: LocalText | None = None

    def in_language(self, tag: str | None) -> str:
        """Return the finding on one line in the language `tag` (default: the one in use)."""
        return self._with_suggestion(self.message.in_language(tag), tag)

    def beside_subject(self, tag: str | None) -> str:
        """Return the finding on one line for a place that names its subject already."""
        return self.in_language(tag)

    def _with_suggestion(self, text: str, tag: str | None) -> str:
        if self.suggestion is None:
            return text
        # A full-width mark brings its own space.
        return f"{text} {self.suggestion.in_language(tag)}".replace("。 ", "。")

    def __str__(self) -> str:
        return f"{self.rule}: {self.in_language(None)}"


class Findings(Sequence[Finding]):
    """Findings, the gravest first; a sequence that prints as a list and shows as a table.

    Parameters
    ----------
    found : iterable of Finding

    Examples
    --------
    >>> found = Findings([Finding(rule="W12", level="warn", message=LocalText("Look again."))])
    >>> found, found.rules, bool(Findings([]))
    (<Findings: errors 0, warnings 1, remarks 0>, ('W12',), False)
    """

    def __init__(self, found: Iterable[Finding]) -> None:
        self._found = tuple(sorted(found, key=lambda finding: _RANK[finding.level]))

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        return Findings(self._found[index]) if isinstance(index, slice) else self._found[index]

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Findings) and other._found == self._found

    def __hash__(self) -> int:
        return hash(self._found)

    @property
    def rules(self) -> tuple[str, ...]:
        """Which rules found something, each once."""
        return tuple(dict.fromkeys(finding.rule for finding in self._found))

    def of(self, level: Level) -> Findings:
        """Return the findings of one level.

        Raises
        ------
        ValueError
            If it is none of error, warn, info.
        """
        if level not in _RANK:
            raise ValueError(message("findings.no_level", found=level, known=", ".join(_RANK)))
        return Findings(finding for finding in self._found if finding.level == level)

    def at(self, part: str) -> Findings:
        """Return the findings about one part, by its id."""
        return Findings(finding for finding in self._found if finding.at == part)

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a frame: rule, level, at, subject, message, suggestion (in the language in use)."""
        import pandas as pd

        columns = ["rule", "level", "at", "subject", "message", "suggestion"]
        rows = [
            [f.rule, f.level, f.at, f.subject, str(f.message), "" if f.suggestion is None else str(f.suggestion)]
            for f in self._found
        ]
        return pd.DataFrame(rows, columns=columns)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the findings as JSON-safe values, texts in both languages."""
        return [
            {
                "rule": f.rule, "level": f.level, "at": f.at, "subject": f.subject, "message": dict(f.message),
                "suggestion": None if f.suggestion is None else dict(f.suggestion),
            }
            for f in self._found
        ]  # fmt: skip

    def _repr_html_(self) -> str:
        from closeloop.views.findings_table import findings_html

        return findings_html(self)

    def __repr__(self) -> str:
        counts = [len(self.of(level)) for level in ("error", "warn", "info")]
        return "<Findings: errors {}, warnings {}, remarks {}>".format(*counts)

    def __str__(self) -> str:
        if not self._found:
            return str(message("findings.none"))
        lines = []
        for finding in self._found:
            values = {"level": message(f"findings.{finding.level}"), "rule": finding.rule, "subject": finding.subject}
            key = "findings.line" if finding.subject else "findings.line_whole"
            lines.append(harmless(message(key, **values, text=finding.beside_subject(None))))
        return "\n".join(lines)
