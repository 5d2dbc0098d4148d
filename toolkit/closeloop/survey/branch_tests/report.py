"""What came of the branch tests of a survey: every step, every check, with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from closeloop.text import LANGUAGES, LocalText, message

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One thing that was expected.

    Attributes
    ----------
    target : str
        The item or page; ``survey`` for the whole.
    check : str
        What was looked at: ``visible``, ``value``, ``state``, …
    expected : object
    found : object
    passed : bool
    """

    target: str
    check: str
    expected: Any
    found: Any
    passed: bool

    def in_language(self, tag: str | None) -> str:
        """Return what was expected and found, on one line."""
        key = "lint.test_check_passed" if self.passed else "lint.test_check_failed"
        fields = {"expected": as_written(self.expected), "found": as_written(self.found)}
        return message(key, target=self.target, check=self.check, **fields).in_language(tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One step of a test.

    Attributes
    ----------
    number : int
        From 1.
    command : str
    line : int or None
        1-based line in the file.
    outcome : {"passed", "failed", "skipped"}
        A step is skipped after one whose command could not be carried out.
    checks : tuple of CheckResult
        Of an ``expect``.
    problem : LocalText or None
        Why the command could not be carried out.
    remark : LocalText or None
        Good to know, such as what kept ``nextPage`` from going on.
    """

    number: int
    command: str
    line: int | None
    outcome: Outcome
    checks: tuple[CheckResult, ...] = ()
    problem: LocalText | None = None
    remark: LocalText | None = None

    def reasons(self, tag: str | None) -> list[str]:
        """Return why the step failed, in the language `tag`."""
        found = [check.in_language(tag) for check in self.checks if not check.passed]
        return [*found, self.problem.in_language(tag)] if self.problem is not None else found


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test: its name, its line, its steps."""

    __test__ = False  # not a test of pytest's

    name: str
    line: int | None
    steps: tuple[StepResult, ...]

    @property
    def passed(self) -> bool:
        """Whether all its steps did."""
        return all(step.outcome == "passed" for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchReport:
    """What came of the branch tests of a survey.

    Attributes
    ----------
    survey : str
        The survey's id.
    file : str
        Its file; empty for a survey that does not come from one.
    tests : tuple of TestResult

    Examples
    --------
    >>> import closeloop as cl
    >>> report = cl.load_survey("relationship-nps").run_tests()
    >>> report, report.ok
    (<BranchReport relationship-nps: 3 tests, 0 failed>, True)
    """

    survey: str
    file: str
    tests: tuple[TestResult, ...]

    @property
    def ok(self) -> bool:
        """Whether every test passed."""
        return all(test.passed for test in self.tests)

    @property
    def failed(self) -> tuple[TestResult, ...]:
        """The tests that did not pass."""
        return tuple(test for test in self.tests if not test.passed)

    def __repr__(self) -> str:
        tests = message("lint.tests", n=len(self.tests)).in_language("en")
        return f"<BranchReport {self.survey}: {tests}, {len(self.failed)} failed>"

    def __str__(self) -> str:
        return self.in_language(None)

    def in_language(self, tag: str | None) -> str:
        """Return the failures, one per line with file and line, and a summary."""
        return "\n".join([*self.lines(tag), self.summary.in_language(tag)])

    @property
    def summary(self) -> LocalText:
        """How many tests there are, and how many failed."""
        return message("lint.test_summary", survey=self.survey, n=len(self.tests), failed=len(self.failed))

    def lines(self, tag: str | None) -> Iterator[str]:
        """Give the failures, one per line with file and line."""
        for test, step in self._steps():
            for reason in step.reasons(tag):
                place = self.file if step.line is None else f"{self.file}:{step.line}"
                named = message("lint.test_step", name=test.name, number=step.number).in_language(tag)
                yield ": ".join(part for part in (place, named, reason) if part)

    def _steps(self) -> Iterator[tuple[TestResult, StepResult]]:
        for test in self.tests:
            for step in test.steps:
                yield test, step

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-safe data; texts in both languages."""

        def of_step(step: StepResult) -> dict[str, Any]:
            reasons = {tag: step.reasons(tag) for tag in LANGUAGES}
            checks = [
                {"target": c.target, "check": c.check, "expected": c.expected, "found": c.found, "passed": c.passed}
                for c in step.checks
            ]
            head = {"number": step.number, "command": step.command, "line": step.line, "outcome": step.outcome}
            return {**head, "checks": checks, "reasons": reasons}

        tests = [
            {"name": test.name, "line": test.line, "passed": test.passed, "steps": [of_step(s) for s in test.steps]}
            for test in self.tests
        ]
        return {"survey": self.survey, "file": self.file, "ok": self.ok, "tests": tests}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per step: test, step, line, command, outcome, reason (in the language in use)."""
        import pandas as pd

        rows = [
            (test.name, step.number, step.line, step.command, step.outcome, " ".join(step.reasons(None)))
            for test, step in self._steps()
        ]
        frame = pd.DataFrame(rows, columns=["test", "step", "line", "command", "outcome", "reason"])
        return frame.astype({"line": "Int64"})

    def _repr_html_(self) -> str:
        from closeloop.views.lint_table import branch_html

        return branch_html(self)


def as_written(value: Any) -> str:
    """Return a value as it is written in a survey file, short.

    Examples
    --------
    >>> as_written(True), as_written(["a", 1, "1"]), as_written(None)
    ('true', "[a, 1, '1']", '–')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(as_written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {as_written(entry)}' for key, entry in value.items())}}}"
    text = " ".join(str(value).split())
    if isinstance(value, str) and (re.fullmatch(r"-?[\d.]+|true|false", text) or not text):
        return f"'{text}'"  # not the number, not yes or no
    return text if len(text) <= 120 else f"{text[:117]}…"
