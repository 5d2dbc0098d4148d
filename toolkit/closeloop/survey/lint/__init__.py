"""What is wrong or doubtful in a survey that loads."""

from closeloop.survey.lint.report import LintFinding, LintReport
from closeloop.survey.lint.run import lint_survey

__all__ = ["LintFinding", "LintReport", "lint_survey"]
