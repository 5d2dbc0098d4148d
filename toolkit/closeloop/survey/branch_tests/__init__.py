"""The ``tests:`` of a survey: walks through its branching, run step by step.

A step holds one command, in the shape of SurveyJS's own tester, so that the same tests run there too: ``set``,
``setDirectly``, ``clear``, ``setComment``, ``nextPage``, ``prevPage``, ``complete``, ``expect``.
"""

from closeloop.survey.branch_tests.report import BranchReport, CheckResult, StepResult, TestResult
from closeloop.survey.branch_tests.run import run_branch_tests

__all__ = ["BranchReport", "CheckResult", "StepResult", "TestResult", "run_branch_tests"]
