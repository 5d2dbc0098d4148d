"""The tests of a survey, run one after the other, each with a respondent of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from closeloop.survey.branch_tests.checks import WHOLE, check_target
from closeloop.survey.branch_tests.report import BranchReport, CheckResult, StepResult, TestResult
from closeloop.survey.branch_tests.walk import ELEMENT, SURVEY, StepRefusedError, Walk, did_you_mean, refused
from closeloop.survey.definition import BranchTest
from closeloop.survey.document import Document
from closeloop.survey.located import located
from closeloop.text import LocalText

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

REMARKS = frozenset({"name", "description"})
"""Keys of a step that are no command."""


def run_branch_tests(survey: Survey) -> BranchReport:
    """Run the ``tests:`` of a survey."""
    document = located(survey)
    results = (_run(survey, test, number, document) for number, test in enumerate(survey.tests))
    return BranchReport(survey=survey.id, file=document.file, tests=tuple(results))


def _run(survey: Survey, test: BranchTest, number: int, document: Document) -> TestResult:
    walk = Walk(survey)
    steps: list[StepResult] = []
    stuck = False
    for at, step in enumerate(test.steps):
        command, content = next((key, value) for key, value in step.items() if key not in REMARKS)
        line = document.line(("tests", number, "steps", at)) if document.lines else None
        if stuck:
            steps.append(StepResult(number=at + 1, command=command, line=line, outcome="skipped"))
            continue
        result = _step(walk, command, content, at + 1, line)
        stuck = result.problem is not None and command != "expect"
        steps.append(result)
    line = document.line(("tests", number)) if document.lines else None
    return TestResult(name=test.name, line=line, steps=tuple(steps))


def _step(walk: Walk, command: str, content: Any, number: int, line: int | None) -> StepResult:
    checks: list[CheckResult] = []
    problem: LocalText | None = None
    remark: LocalText | None = None
    try:
        if command == "expect":
            for target, expected in _entries(command, content).items():
                checks.extend(check_target(walk, str(target), expected))
        elif command in ELEMENT:
            for name, value in _entries(command, content).items():
                remark = ELEMENT[command](walk, str(name), value)
        elif command in SURVEY:
            if dict(_entries(command, content)) != {WHOLE: True}:
                raise refused("survey_true", command=command)
            remark = SURVEY[command](walk)
        else:
            known = (*ELEMENT, *SURVEY, "expect")
            raise refused("no_command", did_you_mean(command, known), command=command, known=", ".join(known))
    except StepRefusedError as error:
        problem = error.text
    failed = problem is not None or not all(check.passed for check in checks)
    return StepResult(
        number=number,
        command=command,
        line=line,
        outcome="failed" if failed else "passed",
        checks=tuple(checks),
        problem=problem,
        remark=remark,
    )


def _entries(command: str, content: Any) -> Mapping[Any, Any]:
    if not isinstance(content, Mapping) or not content:
        raise refused("no_entries", command=command)
    return content
