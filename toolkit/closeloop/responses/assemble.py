"""From opened sources to the tables of `Responses`: every row ends as accepted, quarantined or superseded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from closeloop.responses.answers import Answers, read_answers
from closeloop.responses.conflicts import without_conflicts
from closeloop.responses.dialects import closeloop
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.fates import QUARANTINED, number_repeats, supersede, tell_apart
from closeloop.responses.frame import item_columns, kept_columns
from closeloop.responses.issues import NO_TEXT, Batch, IssueLog, constant_category
from closeloop.responses.match import Match, match_columns
from closeloop.responses.opened import Opened, Settings
from closeloop.responses.regrouped import agreement, regrouped
from closeloop.responses.source import Cells, codes_of
from closeloop.responses.system import read_system
from closeloop.responses.worded import in_words_or_numbers
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.survey.survey import Survey


@dataclass(slots=True, kw_only=True)
class Assembled:
    """All rows, typed, with their fate and with what was noted about them."""

    frame: pd.DataFrame
    fate: NDArray[np.int8]
    logs: list[IssueLog]
    matches: list[list[Match]]
    zone: str
    zone_reason: LocalText
    successors: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))


def matched_columns(opened: Sequence[Opened], survey: Survey | None, settings: Settings) -> list[list[Match]]:
    """Return for each source what its columns are, in terms of the survey that it answers."""
    return [match_columns(each.layout, each.asked(survey), settings.columns_of(each.layout)) for each in opened]


def assemble(
    opened: Sequence[Opened], survey: Survey | None, settings: Settings, found: Sequence[list[Match]]
) -> Assembled:
    """Read, check and sort the rows of all sources, whose columns were `found` to be something."""
    zone, zone_reason = zone_of(survey, settings)
    logs = [IssueLog(file=each.source.name, batches=list(each.notes)) for each in opened]
    frames, fates, matched = [], [], []
    for each, log, known in zip(opened, logs, found, strict=True):
        rows = read_rows(each, known, survey, settings, zone, log)
        if rows.repeats:
            rows.frame["response_id"] = number_repeats(rows.frame["response_id"])
        frames.append(rows.frame)
        fates.append(rows.fate)
        matched.append(rows.matches_with(rows.agreements))
    frame = below_each_other(frames)
    tell_apart(frame, opened, matched)
    fate = np.concatenate(fates) if fates else np.zeros(0, dtype=np.int8)
    successors = supersede(frame, fate, survey, opened, logs)
    return Assembled(
        frame=frame,
        fate=fate,
        logs=logs,
        matches=matched,
        zone=zone,
        zone_reason=zone_reason,
        successors=successors,
    )


def zone_of(survey: Survey | None, settings: Settings) -> tuple[str, LocalText]:
    """Return the zone of local times, and where it was taken from."""
    if survey is not None and survey.timezone:
        return survey.timezone, message("responses.zone_survey")
    if settings.timezone:
        return settings.timezone, message("responses.zone_asked")
    return "UTC", message("responses.zone_none")


@dataclass(slots=True, kw_only=True)
class ReadRows:
    """The rows of one source or of a part of it, typed, before they are compared with other rows.

    `repeats` says that equal ids are to be numbered, `agreements` what `regrouped.agreement` found, by column.
    """

    frame: pd.DataFrame
    fate: NDArray[np.int8]
    matches: list[Match]
    repeats: bool
    agreements: dict[int, tuple[int, int]]

    def matches_with(self, agreements: Mapping[int, tuple[int, int]]) -> list[Match]:
        """Return what the columns were taken for, with how well a platform's own groups agree with the scores."""
        return [regrouped(m, *agreements[at]) if at in agreements else m for at, m in enumerate(self.matches)]


def read_rows(
    each: Opened, matches: list[Match], survey: Survey | None, settings: Settings, zone: str, log: IssueLog
) -> ReadRows:
    """Read and check the rows of one source, or of a part of it, whose columns were found to be `matches`."""
    layout = each.layout
    asked = each.asked(survey)
    cells, conflicting = without_conflicts(each, matches, asked, log)
    n = len(cells.source_rows)
    fate = np.zeros(n, dtype=np.int8)
    fate[conflicting] = QUARANTINED
    fate[_misshapen(cells, log)] = QUARANTINED
    system = read_system(
        cells,
        matches,
        layout,
        log,
        statuses=asked.status if asked else {},
        file=each.source.name,
        naive_zone=settings.timezone or layout.zone or (asked.timezone if asked else None) or zone,
        zone=zone,
    )
    fate[system.without_id] = QUARANTINED
    answers = Answers()
    agreements: dict[int, tuple[int, int]] = {}
    if survey is not None and asked is not None:
        worded = layout if each.settled else in_words_or_numbers(cells, matches, asked, layout)
        answers = read_answers(cells, matches, asked, worded, log)
        fate[answers.rejected] = QUARANTINED
        agreed = [agreement(match, matches, cells, answers) for match in matches]
        agreements = {at: found for at, found in enumerate(agreed) if found is not None}
        _note_matching(matches, asked, log)
        matches = _versions_named(matches, layout)
        if each.lineage:
            from closeloop.responses.migrate.move import migrated  # seldom needed, and it loads much

            answers, matches = migrated(answers, matches, (*each.lineage, survey), log)
    columns = {
        **system.columns,
        "source_file": constant_category(each.source.name, n),
        "source_row": pd.Series(cells.source_rows),
    }
    if survey is not None:
        columns["survey_version"] = pd.Series(np.full(n, each.said or (asked or survey).version, dtype=np.int32))
        columns |= item_columns(survey, answers, n)
    columns |= kept_columns(cells, matches, columns)
    unsaid = survey is not None and survey.timezone is None and settings.timezone is None and not layout.zone
    if unsaid and system.columns["answered_at"].notna().any():
        log.file_level(
            "warning",
            "timezone_unknown",
            message("responses.timezone_unknown"),
            suggestion=message("responses.remedy_timezone"),
        )
    return ReadRows(
        frame=pd.DataFrame(columns), fate=fate, matches=matches, repeats=system.repeats, agreements=agreements
    )  # fmt: skip


def _versions_named(matches: Sequence[Match], layout: Layout) -> list[Match]:
    """Return the matches with the column in which closeloop's forms write the version named as what it is."""
    reason = message("migrate.column_version")
    return [
        replace(m, system="survey_version", confidence=1.0, verdict="certain", reason=reason)
        if layout.platform == closeloop.NAME and m.column.header == "survey_version" and m.column.role == "unused"
        else m
        for m in matches
    ]


def _misshapen(cells: Cells, log: IssueLog) -> NDArray[np.intp]:
    """Note rows of a wrong shape and rows that are empty throughout; return those that cannot be trusted."""
    for fault in cells.faults:
        one = np.array([fault.row])
        log.add(
            Batch(
                severity="error" if fault.fatal else "warning",
                code=fault.code,
                effect="quarantined" if fault.fatal else "noted",
                rows=one,
                which=one * 0,
                texts=[""],
                messages=[fault.message],
                suggestions=[message("responses.remedy_shape")],
            )
        )
    if cells.blank_lines:
        log.counted("info", "blank_lines", "responses.blank_lines", cells.blank_lines)
    empty = np.ones(len(cells.source_rows), dtype=bool)
    for column in sorted(cells.columns, key=lambda each: len(each.dictionary)):  # one without a blank says enough
        blank = np.array([not text.strip() for text in column.dictionary.to_pylist()] or [True])
        if not blank.any():
            empty[:] = False
            break
        empty &= blank[codes_of(column)] if len(empty) else empty
    rows = np.flatnonzero(empty)
    log.add(
        Batch(
            severity="warning",
            code="empty_row",
            effect="quarantined",
            rows=rows,
            texts=[""],
            which=np.zeros(len(rows), dtype=np.intp),
            messages=[message("responses.empty_row")],
            suggestions=[NO_TEXT],
        )
    )
    fatal = np.array([fault.row for fault in cells.faults if fault.fatal], dtype=np.intp)
    return np.union1d(rows, fatal)


def _note_matching(matches: Sequence[Match], survey: Survey, log: IssueLog) -> None:
    for match in matches:
        if match.verdict == "check":
            log.file_level(
                "warning",
                "column_to_check",
                match.reason,
                column=match.column.header,
                position=match.column.position,
                suggestion=message("responses.remedy_column"),
            )
    found = {m.item for m in matches if m.item} | {m.system for m in matches if m.system}
    for item in survey.items:
        if item.type not in ("note", "hidden") and item.name not in found:
            log.file_level(
                "warning",
                "item_not_found",
                message("responses.item_not_found", item=item.name),
                item=item.name,
                suggestion=message("responses.remedy_sources", item=item.name),
            )
    if survey.unconfirmed:
        log.file_level(
            "warning",
            "unconfirmed",
            message("responses.unconfirmed", items=", ".join(survey.unconfirmed)),
            suggestion=message("responses.remedy_confirm"),
        )


def below_each_other(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all sources; a column that a source lacks is missing in its rows."""
    if len(frames) == 1:
        return frames[0]
    names = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    return pd.DataFrame({name: _stacked([f.get(name) for f in frames], frames) for name in names})


def _stacked(parts: Sequence[pd.Series | None], frames: Sequence[pd.DataFrame]) -> pd.Series:
    from pandas.api.types import union_categoricals

    like = next(part for part in parts if part is not None)
    filled = [
        part if part is not None else pd.Series(index=frame.index, dtype=like.dtype)
        for part, frame in zip(parts, frames, strict=True)
    ]
    if isinstance(like.dtype, pd.CategoricalDtype):
        return pd.Series(union_categoricals(filled))
    return pd.concat(filled, ignore_index=True)
