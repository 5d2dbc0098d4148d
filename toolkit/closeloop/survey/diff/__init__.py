"""What a later version of a survey changes, and whether the answers to both still mean the same."""

from __future__ import annotations

from closeloop.survey.diff.change import Change, SurveyDiff
from closeloop.survey.diff.compare import compare_surveys

__all__ = ["Change", "SurveyDiff", "compare_surveys"]
