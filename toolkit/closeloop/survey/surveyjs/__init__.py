"""A survey as SurveyJS JSON and back: what SurveyJS does not know travels in one property called ``feedback``."""

from closeloop.survey.surveyjs.read import from_surveyjs
from closeloop.survey.surveyjs.write import to_surveyjs

__all__ = ["from_surveyjs", "to_surveyjs"]
