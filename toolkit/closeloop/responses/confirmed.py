"""What people confirm about columns, and the survey's source map that remembers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.labels import OTHER_TEXT
from closeloop.responses.match import Match, unique_headers
from closeloop.responses.opened import Opened, Settings
from closeloop.responses.spelled import spelled_answers
from closeloop.survey.definition import SourceMap
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_IN_GROUPS = ("place", "mention")


def with_confirmed(
    settings: Settings,
    opened: Sequence[Opened],
    matches: Sequence[Sequence[Match]],
    columns: Mapping[str, str | None] | Literal[True],
) -> Settings:
    """Return the settings with columns confirmed: those named, or everything that was proposed.

    Raises
    ------
    ColumnNotFoundError
        If a column is in none of the sources.
    ResponseValidationError
        If one header was proposed for two items in two sources: it has to be named.
    """
    headers = {header for each in opened for header in unique_headers(each.layout)}
    if columns is not True:
        for header in columns:
            if header.strip() not in headers:
                raise ColumnNotFoundError(header, sorted(headers), message("responses.the_file"))
        return replace(settings, columns={**(settings.columns or {}), **columns})
    told: dict[str, str | None] = {}
    for each, found in zip(opened, matches, strict=True):
        for header, match in zip(unique_headers(each.layout), found, strict=True):
            if match.proposal is None:
                continue
            if told.setdefault(header, match.proposal) != match.proposal:
                text = message("responses.proposed_twice", header=header, first=told[header], second=match.proposal)
                raise ResponseValidationError(text)
    return replace(settings, columns={**(settings.columns or {}), **told})


def with_sources(survey: Survey, opened: Sequence[Opened], matches: Sequence[Sequence[Match]]) -> Survey:
    """Return the survey with its source map filled in from the columns that were read, platform by platform."""
    from closeloop.survey.survey import Survey

    sources = {platform: dict(entries) for platform, entries in survey.sources.items()}
    for each, found in zip(opened, matches, strict=True):
        if each.lineage:
            continue  # its columns are those of an earlier version
        entries = sources.setdefault(each.layout.platform, {})
        for target, entry in _entries(survey, each, found):
            before = entries.get(target)
            entries[target] = _joined(before, entry) if before is not None else entry
        if not entries:
            del sources[each.layout.platform]
    return Survey(survey.definition.model_copy(update={"sources": sources}), survey.path)


def _joined(before: SourceMap, now: SourceMap) -> SourceMap:
    """Return an entry brought up to date; what it already translates stays."""
    kept = {name: {**getattr(now, name), **getattr(before, name)} for name in ("options", "codes", "missing")}
    return now.model_copy(update=kept)


def _entries(survey: Survey, each: Opened, matches: Sequence[Match]) -> list[tuple[str, SourceMap]]:
    layout, headers = each.layout, unique_headers(each.layout)
    keys = [column.key for column in layout.columns]
    entries: list[tuple[str, SourceMap]] = []
    for header, match in zip(headers, matches, strict=True):
        column = match.column
        if match.system is not None:
            if column.role != "system":
                entries.append((match.system, SourceMap(column=header)))
            continue
        if match.item is None:
            continue
        item = survey.item(match.item)
        if match.part == OTHER_TEXT and not getattr(item, "other", False):
            continue  # the survey has no place for it
        if column.role in _IN_GROUPS:
            entries.append((item.name, SourceMap(column=column.question or None, import_id=_lasting(column.group))))
            continue
        target = item.name if match.part is None else f"{item.name}.{match.part}"
        key = column.key if column.key and keys.count(column.key) == 1 else None
        options, codes = _seen(item, match, each, layout, survey)
        column_name = None if key == header else header
        entries.append((target, SourceMap(column=column_name, import_id=key, options=options, codes=codes)))
    return entries


def _lasting(group: str) -> str | None:
    """Return the name of a question's columns, unless it only says where they stand."""
    return None if not group or group.startswith("column ") else group


def _seen(
    item: Any, match: Match, each: Opened, layout: Layout, survey: Survey
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts and the codes in a column that stand for options or points, with what they stand for."""
    spread = match.part is not None and item.type != "matrix"
    if spread or match.part == OTHER_TEXT or match.column.position >= len(each.cells.columns):
        return {}, {}
    texts = each.cells.columns[match.column.position].dictionary.to_pylist()
    told = survey.sources.get(layout.platform, {}).get(item.name)
    answers = spelled_answers(item, texts, layout, told, match.column)
    options = {text: value for text, value in answers.items() if not _is_code(text)}
    codes = {text: value for text, value in answers.items() if _is_code(text)}
    return options, codes


def _is_code(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
