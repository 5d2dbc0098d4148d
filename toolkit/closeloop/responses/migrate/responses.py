"""`Responses.migrate`: the same sources, looked at as answers to a later version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from closeloop.errors import SurveyDefinitionError
from closeloop.responses.migrate.check import passage
from closeloop.responses.migrate.written import earlier_version
from closeloop.responses.opened import Opened, Settings
from closeloop.responses.responses import Responses
from closeloop.survey.survey import Survey
from closeloop.text import message


def migrated_responses(
    responses: Responses, opened: Sequence[Opened], settings: Settings, to_version: Survey | int
) -> Responses:
    """Return responses as answers to a later version of their survey.

    Raises
    ------
    SurveyDefinitionError
        If they were read without a survey, or cannot become answers to that version.
    """
    survey = responses.survey
    if survey is None:
        raise SurveyDefinitionError(message("migrate.no_survey"))
    later = to_version if isinstance(to_version, Survey) else _version(survey, to_version)
    if later == survey:
        return responses
    passage(survey, later)
    moved = tuple(replace(each, lineage=(*each.lineage, survey)) for each in opened)
    result = Responses(later, moved, settings)
    _ = result.ledger  # what cannot be moved is said here, not where the result is first looked at
    return result


def _version(survey: Survey, version: int) -> Survey:
    return survey if version == survey.version else earlier_version(survey, version)
