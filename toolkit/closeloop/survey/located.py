"""The lines of a survey's parts, as long as its file still says what the survey says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.document import Document, read_document
from closeloop.survey.validate import build

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey


def located(survey: Survey) -> Document:
    """Return the document of a survey: with lines if it stands in a file, else its plain data.

    Examples
    --------
    >>> import closeloop as cl
    >>> document = located(cl.load_survey("relationship-nps"))
    >>> document.line(("pages", 0, "items", 3, "name"))
    50
    """
    if survey.path is not None and Path(survey.path).is_file():
        try:
            document = read_document(survey.path)
            if build(document) == survey.definition:
                return document
        except SurveyDefinitionError:
            pass  # somebody is editing the file: the survey is looked at as it was read
    return Document(file="", data=survey.to_dict(), lines={})
