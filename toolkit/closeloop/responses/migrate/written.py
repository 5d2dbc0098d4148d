"""With which version of the survey a source was written, and that version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from closeloop.errors import ColumnNotFoundError, SurveyDefinitionError
from closeloop.responses.dialects import closeloop
from closeloop.responses.issues import IssueLog
from closeloop.responses.migrate.check import passage
from closeloop.responses.migrate.earlier import inferred_version
from closeloop.responses.opened import Opened
from closeloop.responses.source import Cells, codes_of
from closeloop.survey.released import find_version, version_places
from closeloop.survey.route import route
from closeloop.survey.survey import Survey
from closeloop.text import message

Versions = Mapping[str, "int | Survey"]
"""File → the version of the survey that it holds answers to, or that survey itself."""


def written_for(opened: Sequence[Opened], survey: Survey, versions: Versions | None = None) -> list[Opened]:
    """Return the sources, each with the survey of its time where that is not the present one.

    What the caller says comes first; a file of closeloop's own forms says it itself, row by row: one with answers to
    several versions becomes as many sources.

    Raises
    ------
    ColumnNotFoundError
        If `versions` names a source that is not there.
    SurveyDefinitionError
        If a version that the caller named cannot be found, or a step to the present one is missing.
    """
    told = {Path(name).name: version for name, version in (versions or {}).items()}
    names = [each.source.name for each in opened]
    for name in told:
        if name not in names:
            raise ColumnNotFoundError(name, names, message("migrate.the_sources"))
    result: list[Opened] = []
    for each in opened:
        version = told.get(each.source.name)
        if isinstance(version, Survey):
            result.append(_with(each, version, survey))
        elif version is not None:
            result.append(_asked(each, version, survey))
        elif each.layout.platform == closeloop.NAME:
            result += _by_row(each, survey)
        else:
            result.append(each)
    return result


def _with(each: Opened, earlier: Survey, survey: Survey) -> Opened:
    if earlier == survey:
        return each
    passage(earlier, survey)  # what is missing is said here, not where the answers are first looked at
    return replace(each, lineage=(earlier,))


def _asked(each: Opened, version: int, survey: Survey) -> Opened:
    if version == survey.version:
        return each
    if version > survey.version:
        raise SurveyDefinitionError(
            message("migrate.backwards", id=survey.id, old=version, new=survey.version),
        )
    return _with(each, earlier_version(survey, version), survey)


def earlier_version(survey: Survey, version: int) -> Survey:
    """Return another version of a survey from the files beside it.

    Raises
    ------
    SurveyDefinitionError
        If it is not there.
    """
    found = find_version(survey, version)
    if found is None:
        places = ", ".join(path.name for path in version_places(survey, version))
        raise SurveyDefinitionError(message("migrate.not_found", id=survey.id, version=version, places=places))
    return found


def _by_row(each: Opened, survey: Survey) -> list[Opened]:
    """Return a file of closeloop's forms as one source for each version that its rows name."""
    places = {column.header: column.position for column in each.layout.columns[:3]}
    if not {"survey_id", "survey_version"} <= set(places):
        return [each]
    ids, numbers = (each.cells.columns[places[name]] for name in ("survey_id", "survey_version"))
    known = np.array([int(text) if text.isdecimal() else 0 for text in numbers.dictionary.to_pylist()] or [0])
    same = np.array([text == survey.id for text in ids.dictionary.to_pylist()] or [False])
    n = len(each.cells.source_rows)
    if not n:
        return [each]
    version = np.where(same[codes_of(ids)], known[codes_of(numbers)], 0)
    version[version == 0] = survey.version
    found = np.unique(version)
    return [_said(_part(each, np.flatnonzero(version == number), len(found)), int(number), survey) for number in found]


def _part(each: Opened, rows: np.ndarray[tuple[int], np.dtype[np.intp]], parts: int) -> Opened:
    if parts == 1:
        return each
    taken = each.cells.take(rows)
    place = {int(row): new for new, row in enumerate(rows.tolist())}
    faults = tuple(replace(f, row=place[f.row]) for f in each.cells.faults if f.row in place)
    first = 0 in place
    cells = Cells(
        columns=taken.columns,
        source_rows=taken.source_rows,
        faults=faults,
        blank_lines=each.cells.blank_lines if first else 0,
    )
    return replace(each, source=replace(each.source, rows=len(rows)), cells=cells, notes=each.notes if first else ())


def _said(each: Opened, version: int, survey: Survey) -> Opened:
    if version == survey.version:
        return each
    log = IssueLog(file=each.source.name)
    if version > survey.version:
        text = message("migrate.later", old=version, new=survey.version)
        log.file_level("warning", "later_version", text, suggestion=message("migrate.remedy_later"))
        return replace(each, said=version, notes=(*each.notes, *log.batches))
    earlier = find_version(survey, version)
    if earlier is None and route(survey.migrations, version, survey.version).steps:
        earlier = inferred_version(survey, version)
        log.file_level("info", "inferred_version", message("migrate.inferred", old=version))
    if earlier is None:
        text = message("migrate.unknown_past", old=version, new=survey.version)
        log.file_level("warning", "unknown_version", text, suggestion=message("migrate.remedy_past"))
        return replace(each, said=version, notes=(*each.notes, *log.batches))
    return replace(_with(each, earlier, survey), notes=(*each.notes, *log.batches))
