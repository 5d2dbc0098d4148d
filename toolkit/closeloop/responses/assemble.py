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
from closeloop.responses.frame import item_columns, kept_columns
from closeloop.responses.issues import NO_TEXT, Batch, IssueLog, constant_category
from closeloop.responses.match import Match, match_columns, unique_headers
from closeloop.responses.source import Cells, SourceFile, codes_of
from closeloop.responses.system import read_system
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.survey.survey import Survey

ACCEPTED, QUARANTINED, SUPERSEDED = 0, 1, 2
"""What can become of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A source whose cells were read and whose layout is known; `notes` were made on the way.

    `lineage` has the versions of the survey before the present one, from that which was answered on; `said` is the
    version that the source itself names, where no survey of it is at hand. Of a long table, `lines` is the source as it
    stood, `of_line` the row of each of its lines, and `joined` the cells (by column) put together from several lines.
    """

    source: SourceFile
    cells: Cells
    layout: Layout
    notes: tuple[Batch, ...] = ()
    lineage: tuple[Survey, ...] = ()
    said: int | None = None
    lines: Opened | None = None
    of_line: NDArray[np.intp] | None = None
    joined: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def asked(self, survey: Survey | None) -> Survey | None:
        """Return the survey that its answers were given to: that of its time, where it is not the present one."""
        return self.lineage[0] if self.lineage else survey


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user said about the sources."""

    columns: Mapping[str, str | None] | None = None
    timezone: str | None = None

    def columns_of(self, layout: Layout) -> dict[str, str | None]:
        """Return what the user said about the columns that one source has."""
        headers = unique_headers(layout)
        return {header: target for header, target in (self.columns or {}).items() if header.strip() in headers}


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
    zone, zone_reason = _zone(survey, settings)
    logs = [IssueLog(file=each.source.name, batches=list(each.notes)) for each in opened]
    frames, fates, matched = [], [], []
    for each, log, known in zip(opened, logs, found, strict=True):
        frame, fate, matches = _one_source(each, known, survey, settings, zone, log)
        unsaid = survey is not None and survey.timezone is None and settings.timezone is None and not each.layout.zone
        if unsaid and frame["answered_at"].notna().any():
            log.file_level(
                "warning",
                "timezone_unknown",
                message("responses.timezone_unknown"),
                suggestion=message("responses.remedy_timezone"),
            )
        frames.append(frame)
        fates.append(fate)
        matched.append(matches)
    frame = _below_each_other(frames)
    _tell_apart(frame, opened, matched)
    fate = np.concatenate(fates) if fates else np.zeros(0, dtype=np.int8)
    successors = _supersede(frame, fate, survey, opened, logs)
    return Assembled(
        frame=frame,
        fate=fate,
        logs=logs,
        matches=matched,
        zone=zone,
        zone_reason=zone_reason,
        successors=successors,
    )


def _zone(survey: Survey | None, settings: Settings) -> tuple[str, LocalText]:
    if survey is not None and survey.timezone:
        return survey.timezone, message("responses.zone_survey")
    if settings.timezone:
        return settings.timezone, message("responses.zone_asked")
    return "UTC", message("responses.zone_none")


def _one_source(
    each: Opened, matches: list[Match], survey: Survey | None, settings: Settings, zone: str, log: IssueLog
) -> tuple[pd.DataFrame, NDArray[np.int8], list[Match]]:
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
    if survey is not None and asked is not None:
        answers = read_answers(cells, matches, asked, layout, log)
        fate[answers.rejected] = QUARANTINED
        matches = [_regrouped(match, matches, cells, answers) for match in matches]
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
    return pd.DataFrame(columns), fate, matches


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
        log.file_level("info", "blank_lines", message("responses.blank_lines", n=cells.blank_lines))
    empty = np.ones(len(cells.source_rows), dtype=bool)
    for column in cells.columns:
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


_GROUPS = dict.fromkeys(range(7), 1) | dict.fromkeys((7, 8), 2) | dict.fromkeys((9, 10), 3)
"""Detractors, passives, promoters, as platforms number them."""
_GROUP_NAMES = {
    1: ("1", "detractor", "kritiker", "détracteur", "detractor", "detrator", "detrattore", "批判者", "贬损者"),
    2: ("2", "passive", "neutral", "passiv", "passif", "pasivo", "passivo", "中立者", "被动者"),
    3: ("3", "promoter", "promotor", "promoteur", "promotore", "推奨者", "推荐者"),
}


def _regrouped(match: Match, matches: Sequence[Match], cells: Cells, answers: Answers) -> Match:
    """Compare a platform's own promoter groups with the groups worked out again from the score."""
    if match.column.role != "derived":
        return match
    of = next((m for m in matches if m.column.header == match.column.target and m.item), None)
    score = answers.columns.get(str(of.item)) if of else None
    if score is None or not score.values:
        return match
    column = cells.columns[match.column.position]
    spelled = {name: number for number, names in _GROUP_NAMES.items() for name in names}
    groups = [spelled.get(text.strip().casefold(), 0) for text in column.dictionary.to_pylist()]
    theirs = np.array(groups or [0])[codes_of(column)]
    ours = np.array([_GROUPS[v] if isinstance(v, int) and v in _GROUPS else 0 for v in (*score.values, None)])[
        score.codes
    ]
    both = (theirs > 0) & (ours > 0)
    agree = int((both & (theirs == ours)).sum())
    return replace(match, reason=message("responses.reason_regrouped", agree=f"{agree:,}", of=f"{int(both.sum()):,}"))


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


def _below_each_other(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
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


def _tell_apart(frame: pd.DataFrame, opened: Sequence[Opened], matched: Sequence[Sequence[Match]]) -> None:
    """Tell rows apart that look alike, where nothing in them says that they are the same response.

    Ids made from content are equal for equal content. With a key, a time or a respondent in it that is the same
    response, exported twice; without any it is another person who gave the same answers, and the id is numbered.
    """
    telling = {"response_id", "answered_at", "respondent_id"}
    silent = [
        each.source
        for each, matches in zip(opened, matched, strict=True)
        if not each.layout.key_columns and not telling & {match.system for match in matches}
    ]
    ids = frame["response_id"].to_numpy(dtype=object, copy=True)
    seen: dict[str, int] = {}
    numbered: dict[str, list[str]] = {}
    for source in silent:
        rows = np.flatnonzero((frame["source_file"] == source.name).to_numpy())
        if source.sha256 not in numbered:  # the same file once more holds the same responses
            numbered[source.sha256] = [_numbered(name, seen) for name in ids[rows]]
        ids[rows] = numbered[source.sha256]
    if silent:
        frame["response_id"] = pd.Series(ids, dtype="str")


def _numbered(name: str, seen: dict[str, int]) -> str:
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}-{seen[name]}"


def _supersede(
    frame: pd.DataFrame,
    fate: NDArray[np.int8],
    survey: Survey | None,
    opened: Sequence[Opened],
    logs: Sequence[IssueLog],
) -> pd.Series:
    """Apply the policy on duplicates to the rows that stand; return for each row which one replaced it (file:row)."""
    successors = pd.Series([None] * len(frame), dtype="str")
    starts = np.cumsum([0, *(len(each.cells.source_rows) for each in opened)])
    for key in ("response_id", "respondent_id"):
        keep = survey.duplicates_by(key) if survey else {"response_id": "last", "respondent_id": "all"}[key]
        standing = np.flatnonzero(fate == ACCEPTED)
        ids = frame[key].iloc[standing]
        twice = ids.notna().to_numpy() & ids.duplicated(keep=False).to_numpy()
        if keep == "all" or not twice.any():
            continue
        rows = standing[twice]
        winner = _winners(frame, rows, key, keep)
        lost = rows[winner != rows]
        won = winner[winner != rows]
        fate[lost] = SUPERSEDED
        successors.iloc[lost] = [
            f"{file}:{row}"
            for file, row in zip(frame["source_file"].iloc[won].astype(str), frame["source_row"].iloc[won], strict=True)
        ]
        for start, each, log in zip(starts, opened, logs, strict=False):
            mine = (lost >= start) & (lost < start + len(each.cells.source_rows))
            ids_lost = frame[key].iloc[lost[mine]].astype(str).tolist()
            numbers = frame["source_row"].to_numpy()[won[mine]].tolist()
            files = frame["source_file"].iloc[won[mine]].astype(str).tolist()
            log.add(
                Batch(
                    severity="warning",
                    code=f"duplicate_{key}",
                    effect="superseded",
                    rows=lost[mine] - start,
                    which=np.arange(mine.sum()),
                    texts=ids_lost,
                    item=key,
                    suggestions=[NO_TEXT] * int(mine.sum()),
                    messages=[
                        message(f"responses.duplicate_{key}", keep=keep, row=row, file=file)
                        for row, file in zip(numbers, files, strict=True)
                    ],
                )
            )
    return successors


def _winners(frame: pd.DataFrame, rows: NDArray[np.intp], key: str, keep: str) -> NDArray[np.intp]:
    """Return for each row the one that stands for its id: by time, then by place; or by how much was answered."""
    chosen_rows = frame.iloc[rows]
    part = pd.DataFrame({"id": chosen_rows[key].to_numpy(), "at": chosen_rows["answered_at"].to_numpy(), "row": rows})
    part["filled"] = frame.iloc[rows].notna().sum(axis=1).to_numpy() if keep == "most_complete" else 0
    known_first = "last" if keep == "first" else "first"  # a row without a time never wins over one that has it
    part = part.sort_values(["filled", "at", "row"], na_position=known_first, kind="stable")  # type: ignore[call-overload]
    chosen = part.groupby("id", sort=False)["row"].agg("first" if keep == "first" else "last")
    winners: NDArray[np.intp] = chosen.reindex(pd.Index(frame[key].iloc[rows].to_numpy())).to_numpy()
    return winners
