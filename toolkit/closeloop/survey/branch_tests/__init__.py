"""The ``tests:`` of a survey: walks through its branching, run step by step.

A step holds one command, in the shape of SurveyJS's own tester, so that the same tests run there too: ``set``,
``setDirectly``, ``clear``, ``setComment``, ``nextPage``, ``prevPage``, ``complete``, ``expect``. Only here: the check
``thanks`` of the survey, codes such as ``required`` among the ``errors``, titles in any language, and an answer that
is hidden by branching is gone at once, as are the pages behind an ``end_if`` that holds.
"""

from closeloop.survey.branch_tests.report import BranchReport, CheckResult, StepResult, TestResult
from closeloop.survey.branch_tests.run import run_branch_tests

__all__ = ["BranchReport", "CheckResult", "StepResult", "TestResult", "run_branch_tests"]
