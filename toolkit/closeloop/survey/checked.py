"""What a survey says about itself: its lint, its branch tests, its difference from another version."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from closeloop.survey.branch_tests import BranchReport
    from closeloop.survey.diff import SurveyDiff
    from closeloop.survey.lint import LintReport
    from closeloop.survey.survey import Survey


class Checked:
    """The checks of a survey, as its methods."""

    __slots__ = ()

    def lint(self: Survey) -> LintReport:  # type: ignore[misc]  # only a Survey has it
        """Return what is wrong or doubtful in the survey."""
        from closeloop.survey.lint import lint_survey

        return lint_survey(self)

    def run_tests(self: Survey) -> BranchReport:  # type: ignore[misc]
        """Run the ``tests:`` of the survey, step by step."""
        from closeloop.survey.branch_tests import run_branch_tests

        return run_branch_tests(self)

    def diff(self: Survey, other: Survey) -> SurveyDiff:  # type: ignore[misc]
        """Return what `other`, a later version, changes."""
        from closeloop.survey.diff import compare_surveys

        return compare_surveys(self, other)
