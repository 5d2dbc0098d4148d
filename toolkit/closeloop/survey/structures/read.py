"""A structure file of a platform as a draft survey."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from closeloop.errors import InsufficientDataError
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

STRUCTURES = {".lss": "LimeSurvey", ".qsf": "Qualtrics"}
"""Suffix → whose structure files have it."""


def draft_from_structure(path: Path, id: str) -> Survey:
    """Return the survey that a structure file describes; what has no counterpart is marked to be confirmed.

    Parameters
    ----------
    path : Path
        A ``.lss`` of LimeSurvey or a ``.qsf`` of Qualtrics.
    id : str
        The survey's id.

    Raises
    ------
    InsufficientDataError
        If no question is in it.
    SurveyDefinitionError
        If it is not such a file.
    """
    from closeloop.survey.load import survey_from_dict
    from closeloop.survey.structures.limesurvey import limesurvey_draft
    from closeloop.survey.structures.qualtrics import qualtrics_draft

    content = path.read_bytes()
    draft = (limesurvey_draft if path.suffix.lower() == ".lss" else qualtrics_draft)(content, path.name)
    if not any(items for _, items in draft.pages):
        raise InsufficientDataError(message("structures.no_question", file=path.name))
    return survey_from_dict(draft.data(id))
