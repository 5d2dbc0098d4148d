"""Lint of a survey: every rule, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.findings import Finding
from closeloop.survey.lint.report import LintFinding, LintReport, ordered
from closeloop.survey.lint.rules import rules
from closeloop.survey.lint.subject import Subject

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey


def lint_survey(survey: Survey) -> LintReport:
    """Return what is wrong or doubtful in a survey that loads."""
    subject = Subject(survey)
    looks = dict.fromkeys(rule.look for rule in rules().values() if rule.look is not None)
    findings = [finding for look in looks for finding in look(subject)]
    return LintReport(survey=survey.id, file=subject.document.file, findings=ordered(findings))


def refused_report(name: str, error: SurveyDefinitionError) -> LintReport:
    """Return the faults for which a survey does not load, as errors of lint.

    Parameters
    ----------
    name : str
        The file.
    error : SurveyDefinitionError
    """
    findings = [
        LintFinding(
            code=each.code,
            file=each.file,
            line=each.line,
            item=each.item,
            field=each.field,
            message=each.message,
            suggestion=each.suggestion,
        )
        for each in error.findings
        if isinstance(each, Finding)
    ]
    return LintReport(survey=name, file=name, findings=ordered(findings))
