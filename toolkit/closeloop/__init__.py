"""closeloop: customer feedback from a survey file to a closed loop.

The public names, sorted. They are loaded when first used (PEP 562): ``import closeloop`` itself loads the standard
library only.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "CloseloopError": "errors",
    "ColumnNotFoundError": "errors",
    "InsufficientDataError": "errors",
    "MeanResult": "metrics.satisfaction",
    "MeanScore": "metrics.spec",
    "Nps": "metrics.spec",
    "NpsResult": "metrics.nps",
    "Period": "metrics.period",
    "Report": "views.report",
    "ResponseValidationError": "errors",
    "Responses": "responses.responses",
    "ScoreTable": "metrics.score",
    "ShareResult": "metrics.satisfaction",
    "Survey": "survey.survey",
    "SurveyDefinitionError": "errors",
    "TopBox": "metrics.spec",
    "ces": "metrics.satisfaction",
    "csat": "metrics.satisfaction",
    "draft_survey": "responses.draft",
    "language": "text",
    "list_surveys": "survey.load",
    "load_survey": "survey.load",
    "nps": "metrics.nps",
    "read_responses": "responses.read",
    "report": "views.report",
    "score": "metrics.score",
    "set_language": "text",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'closeloop' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"closeloop.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
