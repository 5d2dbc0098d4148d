"""Surveys from files, from the shipped ones, and from plain data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.survey.document import Document, read_document
from closeloop.survey.shipped import definition_file, shipped_in
from closeloop.survey.survey import Survey
from closeloop.survey.validate import build

if TYPE_CHECKING:
    import pandas as pd

SUFFIX = ".survey.yaml"
"""How the name of a survey file ends."""


def shipped_folder(package: Path | None = None) -> Path:
    """Return the folder of the shipped surveys.

    In an installed wheel they are ``closeloop/_surveys``; in a checkout, ``surveys`` beside ``toolkit``.

    Parameters
    ----------
    package : Path
        The folder of the package; that of the running one, if left out.
    """
    home = Path(__file__).parents[1] if package is None else package
    wheel = home / "_surveys"
    return wheel if wheel.is_dir() else home.parents[1] / "surveys"


def shipped_names() -> tuple[str, ...]:
    """Return the names of the shipped surveys, sorted."""
    return shipped_in(shipped_folder(), SUFFIX)


def load_survey(name_or_path: str | Path) -> Survey:
    """Return a survey, checked from its first key to its last.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped survey (see `list_surveys`), or a file.

    Returns
    -------
    Survey

    Raises
    ------
    SurveyDefinitionError
        If there is no such survey, or the file has faults: all of them are collected in ``.findings``, each with file
        and line, and what to write instead.

    Examples
    --------
    >>> load_survey("transaction-csat")
    Survey(transaction-csat v1, ... items, zh-CN en)
    """
    path = definition_file(name_or_path, shipped_folder(), SUFFIX, "survey")
    return Survey(build(read_document(path)), path)


def survey_from_dict(data: Mapping[str, Any]) -> Survey:
    """Return the survey that plain data describes, as `Survey.to_dict` gives it.

    Raises
    ------
    SurveyDefinitionError
        If the data has faults; all of them are collected.

    Examples
    --------
    >>> survey_from_dict(load_survey("relationship-nps").to_dict())
    Survey(relationship-nps v1, 9 items, zh-CN en)
    """
    return Survey(build(Document(file="", data=_as_lists(data), lines={})))


def _as_lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_lists(entry) for key, entry in value.items()}
    return [_as_lists(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def list_surveys() -> pd.DataFrame:
    """Return the shipped surveys: id, version, languages, title (in the language in use), number of items.

    Examples
    --------
    >>> list_surveys()[["id", "items"]].head(3).values.tolist()
    [['complaint-intake', 14], ['effort-ces', 9], ['feature-kano', 6]]
    """
    import pandas as pd

    surveys = [load_survey(name) for name in shipped_names()]
    return pd.DataFrame(
        {
            "id": [survey.id for survey in surveys],
            "version": [survey.version for survey in surveys],
            "languages": [" ".join(survey.languages) for survey in surveys],
            "title": [str(survey.title) for survey in surveys],
            "items": [len(survey.items) for survey in surveys],
        }
    )
