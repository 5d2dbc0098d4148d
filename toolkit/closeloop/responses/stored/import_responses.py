"""`import_responses`: exports of any size, checked against a survey and written into a folder, part by part."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.errors import InsufficientDataError
from closeloop.responses.assemble import zone_of
from closeloop.responses.migrate.comparable import score_cautions
from closeloop.responses.progress import ImportBar, shown_import
from closeloop.responses.read import refuse_strangers
from closeloop.responses.stored.finish import Finish
from closeloop.responses.stored.sources import Asked, open_parts
from closeloop.responses.stored.stage import Stage
from closeloop.responses.stored.stored_responses import LEDGER, SURVEY, StoredResponses, open_responses
from closeloop.responses.stored.tables import CsvParts
from closeloop.survey.whole_file import not_written
from closeloop.text import message
from closeloop.versioned import check_target

if TYPE_CHECKING:
    from closeloop.responses.opened import Settings
    from closeloop.responses.stored.sources import Parted
    from closeloop.survey.survey import Survey

ROWS = 500_000
"""How many rows are read at a time."""
_TABLES = ("accepted", "superseded", "issues")
_FILES = ("quarantined.csv", "superseded.csv", "issues.csv", "columns.csv")
_OF_SMALL = ("accepted.csv", "accepted.parquet")
_ASIDE = ".closeloop-"
_LEFT_BEHIND = 3600
"""Seconds without a new file after which what lies aside is nobody's: an import that runs writes every few of them."""


def import_responses(
    source: str | Path | Sequence[str | Path],
    survey: Survey | str | Path,
    folder: str | Path,
    *,
    dialect: str = "auto",
    encoding: str = "auto",
    sheet: str | int | None = None,
    columns: Mapping[str, str | None] | None = None,
    timezone: str | None = None,
    dates: str = "auto",
    rows: int = ROWS,
    progress: bool | None = None,
) -> StoredResponses:
    r"""Check exports of any size against a survey and write them into a folder, a part of the rows at a time.

    The result is that of `read_responses`, row by row: what decides how a column is read (dates, encodings, duplicates)
    is found over whole files, in a first pass. Memory holds one part and a few bytes a row.

    Parameters
    ----------
    source : path or list of paths
        CSV, TSV and Parquet files are read in parts; other formats, long tables and files of closeloop's forms with
        answers to several versions are read whole.
    survey : Survey or str
        What the answers are checked against; a name or path is loaded.
    folder : path
        Made if it is not there; an earlier import in it is replaced.
    dialect, encoding, sheet, columns, timezone, dates
        As in `read_responses`.
    rows : int
        How many rows are read at a time.
    progress : bool, optional
        Show rows, bytes and the time left; by default at a terminal or in a notebook.

    Returns
    -------
    StoredResponses
        In the folder: ``accepted/``, ``superseded/`` and ``issues/`` as Parquet files in the order of the rows,
        ``quarantined.csv`` to correct, ``superseded.csv``, ``issues.csv`` (the first 100,000), ``columns.csv``,
        ``survey.yaml`` and, written last, ``ledger.json``: a folder without it is no import.

    Raises
    ------
    FileNotFoundError, InsufficientDataError, ResponseValidationError
        As of `read_responses`.
    StoreError
        If the folder cannot be written to, or the disk is full; an earlier import is then untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     answers = Path(place) / "answers.csv"
    ...     _ = answers.write_text("response_id,recommend\na,9\nb,11\na,10\n", encoding="utf-8")
    ...     import_responses(answers, "relationship-nps", Path(place) / "out", rows=2).ledger
    {'rows_in': 3, 'accepted': 1, 'quarantined': 1, 'superseded': 1}
    """
    if isinstance(survey, str | Path):
        from closeloop.survey.load import load_survey

        survey = load_survey(survey)
    paths = [Path(each) for each in ([source] if isinstance(source, str | Path) else source)]
    if not paths:
        raise InsufficientDataError(message("responses.no_source"))
    if rows < 1:
        raise ValueError(message("stored.rows_at_a_time", rows=rows))
    asked = Asked(
        dialect=dialect, encoding=encoding, sheet=sheet, columns=columns, timezone=timezone, dates=dates, rows=rows
    )  # fmt: skip
    target = Path(folder)
    with shown_import([path for path in paths if path.is_file()], progress) as bar:
        sources, settings = open_parts(paths, survey, asked, bar)
        for each in sources:
            refuse_strangers(each.opened, each.matches, each.opened.asked(survey) or survey)
        try:
            target.mkdir(parents=True, exist_ok=True)
            check_target(target / LEDGER)
            _clear_left_behind(target)
            with tempfile.TemporaryDirectory(dir=target, prefix=_ASIDE) as aside:
                _write(sources, survey, settings, Path(aside), bar, paths)
                _put_in_place(Path(aside) / "whole", target)
        except OSError as error:
            raise not_written(target, error) from error
    return open_responses(target)


def _write(
    sources: Sequence[Parted], survey: Survey, settings: Settings, aside: Path, bar: ImportBar, paths: Sequence[Path]
) -> None:
    """Write all tables into ``whole`` beside what is staged."""
    whole, staged = aside / "whole", aside / "staged"
    whole.mkdir()
    staged.mkdir()
    zone, zone_reason = zone_of(survey, settings)
    total = sum(each.parts.rows for each in sources)
    stage = Stage(
        sources=sources, survey=survey, settings=settings, zone=zone, folder=staged, fate=np.zeros(total, dtype=np.int8)
    )  # fmt: skip
    stage.prepare()
    with closing(stage), CsvParts(whole / "quarantined.csv") as quarantined:
        _read_parts(stage, quarantined, bar, paths)
    finish = Finish(stage, whole)
    finish.settle()
    finish.write()
    survey.save(whole / SURVEY)
    counted = np.bincount(stage.fate, minlength=3).tolist()
    cautions = score_cautions([each.opened for each in sources], survey)
    record: dict[str, Any] = {
        "ledger": {
            "rows_in": total, "accepted": counted[0], "quarantined": counted[1], "superseded": counted[2],
        },
        "sources": [
            {
                "name": s.name, "sha256": s.sha256, "rows": s.rows, "encoding": s.encoding, "delimiter": s.delimiter,
                "platform": s.platform, "platform_label": _both(s.platform_label),
                "platform_reason": _both(s.platform_reason),
            }
            for s in (each.opened.source for each in sources)
        ],
        "survey": {"id": survey.id, "version": survey.version},
        "timezone": zone,
        "timezone_reason": _both(zone_reason),
        "period": None if finish.period is None else [day.isoformat() for day in finish.period],
        "issues": [[*key, n] for key, n in sorted(stage.counts.items())],
        "notes": finish.notes,
        "cautions": {name: [_both(text) for text in texts] for name, texts in cautions.items()},
    }  # fmt: skip
    (whole / LEDGER).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_parts(stage: Stage, quarantined: CsvParts, bar: ImportBar, paths: Sequence[Path]) -> None:
    """Read all sources, part by part."""
    quarantined.add(stage.header_of_quarantined())
    start = 0
    for at, each in enumerate(stage.sources):
        with bar.pass_of(paths[min(at, len(paths) - 1)]):
            for cells in each.parts.parts(bar.progress):
                stage.add(at, cells, quarantined, start)
                start += len(cells.source_rows)
                bar.read(len(cells.source_rows))


def _both(text: Any) -> dict[str, str]:
    return {"en": text.en, "zh-CN": text.zh}


def _clear_left_behind(target: Path) -> None:
    """Take away what imports that were killed had put aside: it can be as large as the answers themselves."""
    for aside in target.glob(f"{_ASIDE}*/"):
        with suppress(FileNotFoundError):  # what vanishes meanwhile is somebody's who is at work
            times = [path.stat().st_mtime for path in (aside, *aside.rglob("*"))]
            if time.time() - max(times) > _LEFT_BEHIND:
                shutil.rmtree(aside)


def _put_in_place(whole: Path, target: Path) -> None:
    """Move an import into its folder: the ledger goes first and comes last, so that no mixture is taken for whole."""
    (target / LEDGER).unlink(missing_ok=True)
    for name in (*_TABLES, *_FILES, *_OF_SMALL, SURVEY):
        old = target / name
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for name in (*_TABLES, *_FILES, SURVEY, LEDGER):
        (whole / name).replace(target / name)
