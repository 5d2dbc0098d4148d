"""Responses: every row of an export, with its fate and the reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from closeloop.errors import ResponseValidationError
from closeloop.responses.assemble import Assembled, assemble, matched_columns
from closeloop.responses.column_table import matched_rows
from closeloop.responses.fates import ACCEPTED, QUARANTINED, SUPERSEDED
from closeloop.responses.frame import rows_of
from closeloop.responses.issues import issues_frame
from closeloop.responses.opened import Opened, Settings
from closeloop.responses.raw import raw_frame, rows_of_lines, with_problems
from closeloop.responses.source import SourceFile
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.metrics.score import ScoreInput, ScoreTable
    from closeloop.responses.match import Match
    from closeloop.responses.quality import Quality
    from closeloop.survey.survey import Survey


@dataclass(frozen=True, eq=False)
class Responses:
    """The rows of one or several exports: accepted, quarantined or superseded, and everything noted about them.

    Made by `read_responses`; never changed afterwards. Rows in = accepted + quarantined + superseded.

    Attributes
    ----------
    survey : Survey or None
        What the responses were checked against.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> answers = pd.DataFrame({"response_id": ["a", "b"], "recommend": ["9", "11"]})
    >>> responses = cl.read_responses(answers, cl.load_survey("relationship-nps"))
    >>> responses.ledger
    {'rows_in': 2, 'accepted': 1, 'quarantined': 1, 'superseded': 0}
    """

    survey: Survey | None
    _opened: tuple[Opened, ...] = field(repr=False)
    _settings: Settings = field(repr=False)

    @cached_property
    def _found(self) -> list[list[Match]]:
        """What the columns of each source are, before anything is read."""
        return matched_columns(self._opened, self.survey, self._settings)

    @cached_property
    def _assembled(self) -> Assembled:
        return assemble(self._opened, self.survey, self._settings, self._found)

    @cached_property
    def ledger(self) -> dict[str, int]:
        """How many rows came in, and what became of them."""
        fate = self._assembled.fate
        counted = np.bincount(fate, minlength=3)
        return {
            "rows_in": int(sum(source.rows for source in self.sources)),
            "accepted": int(counted[ACCEPTED]),
            "quarantined": int(counted[QUARANTINED]),
            "superseded": int(counted[SUPERSEDED]),
        }

    @cached_property
    def accepted(self) -> pd.DataFrame:
        """The rows that stand, one typed column for what each item asks; what was unreadable is missing."""
        return rows_of(self._assembled.fate == ACCEPTED, self._assembled.frame)

    @cached_property
    def superseded(self) -> pd.DataFrame:
        """The rows that another row of the same id replaces, typed, with ``superseded_by`` (file:row)."""
        flags = self._assembled.fate == SUPERSEDED
        return rows_of(flags, self._assembled.frame).assign(superseded_by=self._assembled.successors[flags].to_numpy())

    @cached_property
    def quarantined(self) -> pd.DataFrame:
        """The rows set aside, as text and as they stood in the source, with ``problems``; correct them and `amend`."""
        line_of = [rows_of_lines(each) for each in self._opened]
        starts = np.cumsum([0, *(each.source.rows for each in self._opened)])
        of_line = np.concatenate([lines + start for lines, start in zip(line_of, starts, strict=False)])
        aside = (self._assembled.fate == QUARANTINED)[of_line]
        first = np.concatenate([each.cells.source_rows for each in self._opened])[of_line[aside]]
        return with_problems(rows_of(aside, self.raw), first, self.issues)

    @cached_property
    def issues(self) -> pd.DataFrame:
        """Everything that was not as it should be, one row a problem; row 0 is the file as a whole."""
        logs = zip(self._assembled.logs, self._opened, strict=True)
        return issues_frame([(log, each.cells.source_rows) for log, each in logs])

    @cached_property
    def raw(self) -> pd.DataFrame:
        """Every source cell as text, with file, hash, sheet and row; a repeated header gets ``#2``."""
        import pandas as pd

        frames = [raw_frame(opened) for opened in self._opened]
        if len(frames) == 1:
            return frames[0]
        return pd.concat([frame.astype("str") for frame in frames], ignore_index=True).astype({"source_row": "int32"})

    @cached_property
    def columns(self) -> pd.DataFrame:
        """What each column of the sources was taken for, how sure that is, and why."""
        import pandas as pd

        sources = zip(self._opened, self._assembled.matches, strict=True)
        return pd.DataFrame([row for each, found in sources for row in matched_rows(each.source.name, found)])

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """The files, each with its platform, encoding and hash, and the reasons."""
        return tuple(each.source for each in self._opened)

    @property
    def timezone(self) -> str:
        """The zone of ``answered_at``."""
        return self._assembled.zone

    @property
    def timezone_reason(self) -> LocalText:
        """Where the zone was taken from."""
        return self._assembled.zone_reason

    @cached_property
    def period(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day on which an accepted response was answered; None where no time is known."""
        times = self.accepted["answered_at"].dropna()
        return (times.min().date(), times.max().date()) if len(times) else None

    def score(self, metric: Any = None, by: Any = None, **options: Any) -> ScoreTable:
        """Return scores with intervals; without a metric, all that the survey declares.

        Parameters
        ----------
        metric, by, **options
            As in `closeloop.score`.

        Returns
        -------
        ScoreTable

        Examples
        --------
        >>> import closeloop as cl, pandas as pd
        >>> answers = pd.DataFrame({"recommend": [9, 10, 10, 7, 8, 6, 9, 10, 3, 10]})
        >>> responses = cl.read_responses(answers, cl.load_survey("relationship-nps"))
        >>> responses.score("nps").result().score
        40.0
        """
        from closeloop.metrics.score import score

        return score(self, metric, by, **options)

    def quality(
        self, items: Sequence[str] | None = None, *, duration: str | None = None, fast: float = 1 / 3
    ) -> Quality:
        """Return signs of careless answering, and the score with and without those who bear them.

        Parameters
        ----------
        items : sequence of str, optional
            Columns of one scale, in the order in which they were asked; left out: every matrix of the survey, and items
            with the same points, where there are at least five. Straight answers to three items are no evidence.
        duration : str, optional
            Column of seconds; left out: the platform's own.
        fast : float
            Whoever took less than this share of the median time is flagged as too fast.

        Returns
        -------
        Quality
            Its ``flags`` say it for each response. Nothing is dropped.

        Raises
        ------
        ColumnNotFoundError
            If a column is not there.

        Examples
        --------
        >>> import closeloop as cl, pandas as pd
        >>> answers = pd.DataFrame({"recommend": [9, 10, 7], "Duration (in seconds)": ["60", "70", "5"]})
        >>> cl.read_responses(answers, cl.load_survey("relationship-nps")).quality().flags["too_fast"].tolist()
        [False, False, True]
        """
        from closeloop.responses.quality import assess

        return assess(self, items, duration, fast)

    def __closeloop_scores__(self) -> ScoreInput:
        """Return what `closeloop.score` counts: complete, late and answered partial rows."""
        return self._score_input

    @cached_property
    def _score_input(self) -> ScoreInput:
        from closeloop.responses.migrate.comparable import score_cautions
        from closeloop.responses.scoring import NOT_SCORED, scored_columns, scored_responses

        frame = self.accepted
        status = frame["status"].astype(str)
        scored = scored_columns(self.survey, frame.columns)
        silent = (status == "partial") & frame[scored].isna().all(axis=1) if scored else status == "partial"
        return scored_responses(
            self.survey,
            rows_of(~(status.isin(NOT_SCORED) | silent).to_numpy(), frame),
            source=", ".join(s.name for s in self.sources),
            period=self.period,
            cautions=score_cautions(self._opened, self.survey),
        )

    def confirm(self, columns: Mapping[str, str | None] | Literal[True] = True) -> Responses:
        """Return the responses with columns confirmed that were only proposed.

        Parameters
        ----------
        columns : mapping or True
            Header → ``item``, ``item.part`` or a system column; None leaves a column alone. Left out: every
            ``proposal`` in `columns`. A column that fits two items equally well has none, and has to be named.

        Returns
        -------
        Responses
            The same sources, read anew. `mapped` puts what was confirmed into the survey, so that it is asked once.

        Raises
        ------
        ColumnNotFoundError
            If a column is in none of the sources.
        ResponseValidationError
            If there is no such item, or one header is proposed for two items.

        Examples
        --------
        >>> import closeloop as cl, pandas as pd
        >>> answers = pd.DataFrame({"recommend": [9, 3], "What is the main reason for this score?": ["fast", "late"]})
        >>> responses = cl.read_responses(answers, cl.load_survey("relationship-nps"))
        >>> responses.columns[["verdict", "proposal"]].values.tolist()[1]
        ['check', 'why']
        >>> responses.confirm().accepted["why"].tolist()
        ['fast', 'late']
        """
        from closeloop.responses.confirmed import with_confirmed

        settings = with_confirmed(self._settings, self._opened, self._assembled.matches, columns)
        confirmed = Responses(self.survey, self._opened, settings)
        _ = confirmed.ledger  # an item that does not exist is said here
        return confirmed

    def mapped(self) -> Survey:
        """Return the survey with ``sources`` filled in for the platforms that were read.

        Returns
        -------
        Survey
            For each column that was taken for an item: its header, the platform's lasting id of it, and the texts and
            codes in it that stand for options. `Survey.save` to the file it came from changes nothing but ``sources``,
            comments kept; the same export is then read with every such column certain.

        Raises
        ------
        ResponseValidationError
            If the responses were read without a survey.

        Examples
        --------
        >>> import closeloop as cl, pandas as pd
        >>> answers = pd.DataFrame({"recommend": [9, 3], "What is the main reason for this score?": ["fast", "late"]})
        >>> responses = cl.read_responses(answers, cl.load_survey("relationship-nps")).confirm()
        >>> responses.mapped().sources["plain"]["why"].column
        'What is the main reason for this score?'
        """
        from closeloop.responses.confirmed import with_sources

        if self.survey is None:
            raise ResponseValidationError(message("responses.no_survey_to_map"))
        return with_sources(self.survey, self._opened, self._assembled.matches)

    def amend(self, fixed: str | Path | pd.DataFrame) -> Responses:
        """Return the responses with corrected rows taken back in.

        Parameters
        ----------
        fixed : path or DataFrame
            The quarantine file that `write` made (or `quarantined`), with cells corrected. ``source_file`` and
            ``source_row`` say which row is meant; all other columns stand as in the source.

        Returns
        -------
        Responses
            As if the source had held the corrected cells; each change is an issue ``amended`` with the text before.

        Raises
        ------
        ResponseValidationError
            If a row is not one of these responses', or a column is not in the source.

        Examples
        --------
        >>> import closeloop as cl, pandas as pd
        >>> answers = pd.DataFrame({"response_id": ["a", "b"], "recommend": ["9", "11"]})
        >>> responses = cl.read_responses(answers, cl.load_survey("relationship-nps"))
        >>> responses.amend(responses.quarantined.assign(recommend="10")).ledger["accepted"]
        2
        """
        from closeloop.responses.amend import amended

        return Responses(self.survey, amended(self._opened, fixed), self._settings)

    def migrate(self, to_version: Survey | int) -> Responses:
        """Return the responses as answers to a later version of the survey, as its ``migrations:`` tell.

        Parameters
        ----------
        to_version : Survey or int
            The later survey, or its number: it is then looked for beside the survey file and among its snapshots.

        Returns
        -------
        Responses
            ``accepted`` in the columns of that version, ``survey_version`` says which one was answered; `raw` and the
            ledger are as before. What changed is counted in ``issues`` (``migrated_…``), a line a kind of change.

        Raises
        ------
        SurveyDefinitionError
            If it is another survey, an earlier version, or a step is missing: every answer without a place is named.

        Examples
        --------
        >>> import pandas as pd
        >>> from closeloop.responses.read import read_responses
        >>> from closeloop.survey.load import load_survey, survey_from_dict
        >>> first = load_survey("relationship-nps")
        >>> data = first.to_dict() | {"version": 2}
        >>> data["pages"][0]["items"][4]["name"] = "reason"
        >>> data["migrations"] = [{"from": 1, "to": 2, "rename": {"why": "reason"}}]
        >>> responses = read_responses(pd.DataFrame({"recommend": [9], "why": ["fast"]}), first)
        >>> responses.migrate(survey_from_dict(data)).accepted[["recommend", "reason"]].values.tolist()
        [[9, 'fast']]
        """
        from closeloop.responses.migrate.responses import migrated_responses

        return migrated_responses(self, self._opened, self._settings, to_version)

    def write(
        self, folder: str | Path, formats: Sequence[str] = ("csv", "parquet"), *, language: str | None = None
    ) -> Path:
        """Write everything into a folder: accepted, quarantine to correct, superseded, issues, columns, ledger.

        Each file appears whole or not at all. CSVs are UTF-8 with a byte-order mark; a text that a spreadsheet program
        would run as a formula gets an apostrophe, which `read_responses` takes away again.

        Parameters
        ----------
        folder : path
            Made if it is not there.
        formats : sequence of {"csv", "parquet", "xlsx", "sav"}
            ``csv``: each table. ``parquet``: the accepted rows with their types. ``xlsx``: one workbook, a sheet for
            each table, cells as text, numbers and dates. ``sav``: the accepted rows for SPSS, with labels; takes
            ``pip install "closeloop[spss]"``.
        language : str, optional
            Of the labels in the SPSS file; the one in use, if left out.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        ValueError
            If a format is unknown.
        StoreError
            If the folder cannot be written to, or the disk is full; what stood there before is untouched.

        Examples
        --------
        >>> import closeloop as cl, pandas as pd, tempfile
        >>> responses = cl.read_responses(pd.DataFrame({"recommend": [9, 11]}), cl.load_survey("relationship-nps"))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     sorted(path.name for path in responses.write(folder).iterdir())
        ['accepted.csv', 'accepted.parquet', 'columns.csv', 'issues.csv', 'ledger.json', 'quarantined.csv',
         'superseded.csv']
        """
        from closeloop.responses.write import write_responses

        return write_responses(self, Path(folder), formats, language)

    def __repr__(self) -> str:
        what = f"{self.survey.id} v{self.survey.version}" if self.survey else ", ".join(s.name for s in self.sources)
        counts = " · ".join(f"{self.ledger[k]:,} {k}" for k in ("accepted", "quarantined", "superseded"))
        return f"Responses({what}: {counts})"

    def __str__(self) -> str:
        from closeloop.responses.ledger_text import issue_counts, ledger_text, warnings_of_files

        sources = ((s.name, s.platform_label, s.platform_reason) for s in self.sources)
        return ledger_text(self.ledger, sources, issue_counts(self.issues), warnings_of_files(self.issues))

    def _repr_html_(self) -> str:
        from closeloop.views.tables import responses_html

        return responses_html(self)
