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
    "ControlResult": "analysis.trend.control_result",
    "Coverage": "analysis.planning.coverage",
    "Decomposition": "analysis.change.decompose_result",
    "Design": "metrics.design",
    "Difference": "metrics.difference",
    "Drivers": "analysis.drivers.result",
    "Effect": "analysis.effect.result",
    "GapScore": "metrics.spec",
    "ImportancePerformance": "metrics.quadrants",
    "InsufficientDataError": "errors",
    "Kano": "metrics.kano",
    "LeagueTable": "metrics.league",
    "MeanResult": "metrics.satisfaction",
    "MeanScore": "metrics.spec",
    "NonResponse": "analysis.planning.non_response",
    "Nps": "metrics.spec",
    "NpsResult": "metrics.nps",
    "PairedChange": "analysis.change.paired_change",
    "Period": "metrics.period",
    "Quality": "responses.quality",
    "Raking": "analysis.weighting.rake_result",
    "RatingComparison": "analysis.ordinal_compare",
    "Recovery": "analysis.effect.recovery_result",
    "Reliability": "metrics.reliability",
    "Report": "views.report",
    "ResponseValidationError": "errors",
    "Responses": "responses.responses",
    "SampleSize": "analysis.planning.sample_plan",
    "ScoreTable": "metrics.score_table",
    "Servqual": "metrics.servqual",
    "ServqualSpec": "metrics.servqual_spec",
    "ShareResult": "metrics.satisfaction",
    "Survey": "survey.survey",
    "SurveyDefinitionError": "errors",
    "ThemeImpact": "analysis.impact.result",
    "TimeTo": "analysis.effect.time_to",
    "TopBox": "metrics.spec",
    "Trend": "analysis.trend.result",
    "ces": "metrics.satisfaction",
    "compare": "metrics.compare",
    "compare_ratings": "analysis.ordinal_compare",
    "control_chart": "analysis.trend.control_chart",
    "coverage": "analysis.planning.coverage",
    "csat": "metrics.satisfaction",
    "decompose": "analysis.change.decompose",
    "draft_survey": "responses.draft",
    "drivers": "analysis.drivers.drivers",
    "effect": "analysis.effect.effect",
    "importance_performance": "metrics.importance_performance",
    "kano": "metrics.kano",
    "language": "text",
    "league_table": "metrics.league",
    "list_surveys": "survey.load",
    "load_survey": "survey.load",
    "non_response": "analysis.planning.non_response",
    "nps": "metrics.nps",
    "paired_change": "analysis.change.paired_change",
    "rake": "analysis.weighting.rake",
    "read_responses": "responses.read",
    "recovery": "analysis.effect.recovery",
    "reliability": "metrics.reliability",
    "replicate_score": "analysis.weighting.replicates",
    "report": "views.report",
    "sample_size": "analysis.planning.sample_size",
    "score": "metrics.score",
    "servqual": "metrics.servqual",
    "set_language": "text",
    "theme_impact": "analysis.impact.impact",
    "time_to": "analysis.effect.time_to",
    "trend": "analysis.trend.trend",
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
