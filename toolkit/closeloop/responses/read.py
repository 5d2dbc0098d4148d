"""`read_responses`: from an export to `Responses`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError, InsufficientDataError, ResponseValidationError, closest
from closeloop.responses.dialects import find_layout, looks_chinese
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.issues import Batch, IssueLog
from closeloop.responses.long import laid_wide, long_columns
from closeloop.responses.match import Match, unique_headers, unique_name
from closeloop.responses.opened import Opened, Settings
from closeloop.responses.progress import shown_progress
from closeloop.responses.responses import Responses
from closeloop.responses.source import Cells, Source
from closeloop.responses.write import written_back
from closeloop.survey.structures import STRUCTURES
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.responses.migrate.written import Versions
    from closeloop.survey.survey import Survey

_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
_TABLES = {".parquet", ".pq"}
_SAVED = {".sav", ".zsav"}


def read_responses(
    source: Any,
    survey: Survey | str | Path | None = None,
    *,
    dialect: str = "auto",
    encoding: str = "auto",
    sheet: str | int | None = None,
    columns: Mapping[str, str | None] | None = None,
    timezone: str | None = None,
    dates: str = "auto",
    layout: str = "auto",
    strict: bool = False,
    progress: bool | None = None,
    versions: Versions | None = None,
) -> Responses:
    """Return the responses in one or several exports, checked against a survey, with nothing dropped.

    Parameters
    ----------
    source : path, list of paths, or frame
        CSV, TSV, XLSX, XLSM, XLS, XLSB, ODS, SPSS, XML or Parquet files, or a frame of pandas, Polars, PyArrow or
        DuckDB.
    survey : Survey or str, optional
        What the answers are checked against; a name or path is loaded. Without one, every column is kept as text.
    dialect : str
        ``"auto"`` (found from the header, with the reason), ``"closeloop"`` (what a form has written), ``"plain"``, or
        a platform: ``"qualtrics"``, ``"surveymonkey"``, ``"typeform"``, ``"google_forms"``, ``"limesurvey"``,
        ``"formbricks"``, ``"spss"``, ``"wjx"`` (问卷星), ``"tencent"`` (腾讯问卷).
    encoding : str
        ``"auto"`` or the name of an encoding.
    sheet : str or int, optional
        The sheet of a workbook; the first with anything in it if left out.
    columns : mapping, optional
        Header → ``item``, ``item.part`` or a system column; None leaves the column alone. Wins over everything found.
    timezone : str, optional
        The zone of times that do not name one; if left out the platform's, where it has one, else the survey's.
    dates : str
        ``"day-first"`` or ``"month-first"`` for dates such as 3/4/2026; ``"auto"``: each column as a whole tells, and
        where it does not, the date is left open. Dates with the year first need nothing.
    layout : str
        ``"wide"`` (a row a response), ``"long"`` (a row an answer, with columns such as response_id, question, answer,
        and perhaps option), or ``"auto"``: long where a plain table has such a header.
    strict : bool
        Raise if any answer had to be set aside.
    progress : bool, optional
        Show progress; by default for large files at a terminal or in a notebook.
    versions : mapping, optional
        File → the version of the survey it was answered with (a number, found beside the survey file, or the survey of
        that time). Its answers are then brought to the present version. Files of closeloop's forms say it themselves.

    Returns
    -------
    Responses
        Rows in = accepted + quarantined + superseded. A bad answer to a required or scored item sets its row aside; any
        other bad answer is blanked; each is an issue with its place, and its text stays in ``raw``.

    Raises
    ------
    FileNotFoundError
        If a file is not there.
    InsufficientDataError
        If there is nothing in the file, or no answer below its header.
    ResponseValidationError
        If no column belongs to the survey, a sheet or dialect does not exist, a workbook has a password; with
        ``strict``, if there is any error (``.report`` has them all).

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"recommend": ["9", "7.5", "N/A"], "why": ["fast", "", "so so"]})
    >>> responses = read_responses(answers, "relationship-nps")
    >>> responses
    Responses(relationship-nps v1: 2 accepted · 1 quarantined · 0 superseded)
    >>> responses.issues[["code", "item", "raw_value"]].query("item == 'recommend'").values.tolist()
    [['not_integer', 'recommend', '7.5'], ['missing_token', 'recommend', 'N/A']]
    """
    if isinstance(survey, str | Path):
        from closeloop.survey.load import load_survey

        survey = load_survey(survey)
    opened: list[Opened] = []
    for each in _each(source):
        with shown_progress(each, progress) as report:
            found = open_source(each, encoding, sheet)
            seen = replace(find_layout(found.head, dialect, found.facts.name), day_first=day_first_of(dates))
            opened.append(read_whole(found, seen, report, layout))
    if not any(each.source.rows for each in opened):
        raise InsufficientDataError(message("responses.header_only", file=", ".join(o.source.name for o in opened)))
    settings = settings_for(opened, columns, timezone)
    opened = named_apart(opened)
    if versions and survey is None:
        raise ResponseValidationError(message("migrate.versions_alone"))
    if survey is not None:
        from closeloop.responses.migrate.written import written_for

        opened = written_for(opened, survey, versions)
    responses = Responses(survey, tuple(opened), settings)
    if survey is not None:
        for each, matches in zip(opened, responses._found, strict=True):
            refuse_strangers(each, matches, each.lineage[0] if each.lineage else survey)
    _ = responses.ledger  # what is wrong with the call is said here, not where the result is first looked at
    if strict:
        _raise_errors(responses)
    return responses


def settings_for(opened: Sequence[Opened], columns: Mapping[str, str | None] | None, timezone: str | None) -> Settings:
    """Return what the user said about the sources, if they have the columns that were named."""
    headers = [header for each in opened for header in unique_headers(each.layout)]
    for header in columns or {}:
        if header.strip() not in headers:
            raise ColumnNotFoundError(header, headers, message("responses.the_file"))
    return Settings(columns=columns, timezone=timezone)


def day_first_of(dates: str) -> bool | None:
    """Return whether the day stands first, as the user says it; None: the columns tell."""
    known = {"auto": None, "day-first": True, "month-first": False}
    if dates not in known:
        raise ResponseValidationError(message("responses.dates_unknown", asked=dates))
    return known[dates]


def named_apart(opened: list[Opened]) -> list[Opened]:
    """Return the sources with names of their own: two files of one name are called by their folders, or numbered."""
    names: dict[str, None] = {}
    result = []
    for each in opened:
        name = unique_name(each.source.name, names)
        names.setdefault(name)
        result.append(replace(each, source=replace(each.source, name=name)))
    return result


def _each(source: Any) -> list[Any]:
    if isinstance(source, str | Path):
        return [Path(source)]
    if isinstance(source, Sequence) and source and all(isinstance(s, str | Path) for s in source):
        return [Path(s) for s in source]
    if isinstance(source, Sequence) and not source:
        raise InsufficientDataError(message("responses.no_source"))
    return [source]


def open_source(source: Any, encoding: str = "auto", sheet: str | int | None = None) -> Source:
    """Open a file or frame and look at its first records."""
    if not isinstance(source, Path):
        from closeloop.responses.table import TableSource

        return TableSource(source)
    if not source.is_file():
        folder = source.parent
        near = closest(source.name, (p.name for p in folder.iterdir())) if folder.is_dir() else ()
        key = "responses.file_near" if near else "responses.file_missing"
        raise FileNotFoundError(str(message(key, file=source, names=", ".join(near))))
    suffix = source.suffix.lower()
    if suffix in _WORKBOOKS:
        from closeloop.responses.workbook import WorkbookSource

        return WorkbookSource(source, sheet)
    if suffix in STRUCTURES:
        raise ResponseValidationError(
            message("platforms.structure", file=source.name, platform=STRUCTURES[suffix], suffix=suffix)
        )
    if suffix in _SAVED:
        from closeloop.responses.sav import SavSource

        return SavSource(source)
    if suffix in _TABLES:
        from closeloop.responses.table import TableSource

        return TableSource(source, source.name)
    if suffix == ".xml":
        from closeloop.responses.xml_answers import XmlSource

        return XmlSource(source)
    from closeloop.responses.delimited import DelimitedSource

    return DelimitedSource(source, encoding, looks_chinese)


def read_whole(source: Source, layout: Layout, report: Any, asked: str = "auto") -> Opened:
    """Return a source with all its cells under the layout that was found; a long table laid out as a wide one."""
    headers = [column.header.strip() for column in layout.columns]
    cells = source.cells(layout.header_rows, report)
    if source.facts.delimiter is not None:
        cells = written_back(cells, headers)
    opened = seen_as(source, layout, cells)
    long = long_columns(layout, source.head, asked)
    return laid_wide(opened, long) if long and opened.source.rows else opened


def seen_as(source: Source, layout: Layout, cells: Cells) -> Opened:
    """Return a source, some or all of its cells, and what its beginning says, under the layout that was found."""
    log = IssueLog(file=source.facts.name)
    if source.guessed_encoding:
        log.file_level(
            "warning",
            "encoding_guessed",
            source.facts.encoding_reason,
            raw=source.facts.encoding,
            suggestion=message("responses.remedy_encoding"),
        )
    headers = [column.header.strip() for column in layout.columns]
    first: dict[str, int] = {}
    for position, header in enumerate(headers):
        if header and first.setdefault(header, position) != position:
            log.file_level(
                "info",
                "duplicate_header",
                message("responses.duplicate_header", header=header, first=first[header] + 1, second=position + 1),
                column=header,
                position=position,
            )
    facts = replace(
        source.facts,
        header_rows=layout.header_rows,
        rows=len(cells.source_rows),
        platform=layout.platform,
        platform_label=layout.label,
        platform_reason=layout.reason,
    )
    notes: tuple[Batch, ...] = tuple(log.batches)
    return Opened(source=facts, cells=cells, layout=layout, notes=notes)


def refuse_strangers(each: Opened, matches: Sequence[Match], survey: Survey) -> None:
    """Raise if not one column answers an item: then the file, the survey or the header row is the wrong one."""
    if any(match.item or match.proposal for match in matches):
        return  # what is only proposed is said, and waits to be confirmed
    headers = [column.header.strip() for column in each.layout.columns]
    items = [item for item in survey.items if item.type not in ("note", "hidden")]
    near = {item.name: closest(item.name, headers, 1) for item in items}
    shown = "; ".join(f"{name} ↔ “{found[0]}”" for name, found in near.items() if found) or "–"
    stub = "\n".join([f"sources:\n  {each.layout.platform}:", *(f'    {i.name}: {{column: "…"}}' for i in items)])
    raise ResponseValidationError(
        message(
            "responses.no_column",
            file=each.source.name,
            survey=survey.id,
            near=shown,
            stub=stub,
            headers=", ".join(f"“{h}”" for h in headers[:12]),
        )
    )


def _raise_errors(responses: Responses) -> None:
    errors = responses.issues[responses.issues["severity"] == "error"].reset_index(drop=True)
    if len(errors):
        first = errors.iloc[0]
        raise ResponseValidationError(
            message(
                "responses.strict",
                n=f"{len(errors):,}",
                row=int(first["source_row"]),
                file=str(first["source_file"]),
                first=str(first["message_en"]),
            ),
            report=errors,
        )
