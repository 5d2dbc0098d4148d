"""Surveys in the forms of other programs: the doors of `Survey`, the work is in a module for each form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey


class Interchange:
    """The interchange of a survey, as its methods."""

    __slots__ = ()

    def to_surveyjs(self: Survey) -> dict[str, Any]:  # type: ignore[misc]  # only a Survey has it
        """Return the survey as SurveyJS JSON."""
        from closeloop.survey.surveyjs import to_surveyjs

        return to_surveyjs(self)

    @classmethod
    def from_surveyjs(cls, data: Mapping[str, Any], *, base: Survey | None = None) -> Survey:
        """Return the survey that SurveyJS JSON describes."""
        from closeloop.survey.surveyjs import from_surveyjs

        return from_surveyjs(data, base=base)

    def to_xlsform(self: Survey, path: str | Path) -> Path:  # type: ignore[misc]
        """Write the survey as an XLSForm workbook."""
        from closeloop.survey.xlsform import write_xlsform

        return write_xlsform(self, Path(path))

    def to_wjx_text(self: Survey, language: str | None = None) -> str:  # type: ignore[misc]
        """Return the survey as text that 问卷星 imports."""
        from closeloop.survey.wjx_text import to_wjx_text

        return to_wjx_text(self, language)

    @classmethod
    def from_wjx_text(cls, text: str, *, id: str) -> Survey:
        """Return the survey that a text of 问卷星 describes."""
        from closeloop.survey.wjx_text import from_wjx_text

        return from_wjx_text(text, id=id)

    def answers_schema(self: Survey) -> dict[str, Any]:  # type: ignore[misc]
        """Return the JSON Schema of one respondent's answers."""
        from closeloop.survey.answers_schema import answers_schema

        return answers_schema(self)
