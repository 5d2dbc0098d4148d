"""What a loop tells of itself: whether it closes, whether it helped, who is waiting, whether it is whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from closeloop.followup.loop.outer import OuterLoop

if TYPE_CHECKING:
    from closeloop.followup.board import Board
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.loop.moments import Moment
    from closeloop.followup.measure.group_table import GroupTable
    from closeloop.followup.measure.loop_report import LoopReport
    from closeloop.followup.store.verification import Verification
    from closeloop.metrics.score_table import ScoreTable
    from closeloop.metrics.spec import Metric


class Measured(OuterLoop):
    """What a loop tells of itself; part of `closeloop.followup.loop.loop.Loop`."""

    @property
    def zone(self) -> str:
        """In which zone its times are told."""
        return self._desk.clock.timezone or "UTC"

    def moment(self, at: Moment | None = None) -> dt.datetime:
        """Return a time in UTC, as the loop reads it; what time it is, if none is given."""
        return self._desk.clock.now(at)

    def measure(self, now: Moment | None = None, **more: Any) -> LoopReport:
        """Return whether the loop closes, every figure with its base and its interval.

        Parameters
        ----------
        now : datetime or str, optional
            Up to when.
        **more
            As `closeloop.followup.measure.measure.measure` takes it: ``since``, ``reliability``, ``values`` …
        """
        from closeloop.followup.measure.case_rows import case_table
        from closeloop.followup.measure.measure import measure
        from closeloop.followup.measure.response_table import ResponseTable

        moment = self._desk.clock.now(now)
        if "since" in more:
            more["since"] = self._desk.clock.read(more["since"])
        with self._desk.store.reading() as tx:
            responses = ResponseTable.of(tx.responses(), tx.alerts())
            cases = case_table(tx.all_events(), now=moment)
        return measure(cases, responses, now=moment, problems=self._problems(), **more)

    def measure_by(self, by: str, now: Moment | None = None, **more: Any) -> GroupTable:
        """Return first answers in time and confirmed endings by group, small groups hidden.

        Parameters
        ----------
        by : str
            ``"severity"``, ``"code"``, ``"channel"``, ``"department"``, ``"team"``, ``"kind"`` … By owner in the order
            of names, never of figures.
        now : datetime or str, optional
        **more
            As `closeloop.followup.measure.by_group.measure_by` takes it: ``within``, ``min_n`` …
        """
        from closeloop.followup.measure.by_group import measure_by

        with self._desk.store.reading() as tx:
            return measure_by(tx.all_events(), by, now=self._desk.clock.now(now), **more)

    def glance(self, now: Moment | None = None, **filters: Any) -> Board:
        """Return how it stands, as a picture: every open case by where it stands, the most urgent first.

        Parameters
        ----------
        now : datetime or str, optional
        **filters
            As in `cases`: ``glance(owner="li")``.
        """
        from closeloop.followup.board import board
        from closeloop.followup.board_rows import BoardRows, OpenCase
        from closeloop.followup.loop.house import labels

        moment, zone = self._desk.clock.now(now), self._desk.clock.timezone or "UTC"
        rows = BoardRows(self._desk.store)
        rows.look()
        cases, closed = rows.cases, rows.closed
        if filters:
            with self._desk.store.reading() as tx:
                found = tx.cases(**filters)
            cases = [OpenCase.of(row) for row in found if row["is_open"]]
            closed = Counter(row["stage"] for row in found if not row["is_open"])
        return board(cases, closed, rows.came, labels("conflict-types"), moment, zone)

    def board(self, *, now: Moment | None = None, language: str | None = None, **filters: str) -> Any:
        """Return the case board to work on: columns, filters, steps, and the panel of one case.

        Parameters
        ----------
        now : datetime or str, optional
            A fixed moment, for notebooks that must give the same tomorrow; left out, the time of the loop, and the
            board shows by itself what others do meanwhile.
        language : str, optional
            ``"en"`` or ``"zh-CN"``; the language in use, if left out.
        **filters
            Which filters are set at the start: ``pill`` (``"late"``, ``"today"``, ``"nobody"``, ``"hold"``), ``owner``,
            ``type``, ``severity``, ``score``, ``channel``, ``department``, ``search``.

        Returns
        -------
        CaseBoard
            What it shows without a kernel is what `glance` gives.
        """
        from closeloop.widgets.board.case_board import CaseBoard

        return CaseBoard(cast("Loop", self), now=now, language=language, **filters)

    def scores(
        self,
        metric: Metric | None = None,
        by: str | None = "month",
        *,
        survey: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        min_n: int = 10,
    ) -> ScoreTable:
        """Return the scores of all responses that were triaged, not of those alone that became a case.

        Parameters
        ----------
        metric : Nps, TopBox or MeanScore, optional
            Left out: the first one that the shipped survey of this id declares, else the NPS of ``recommend``.
        by : str or None
            A period (``"month"``, ``"week"`` …), ``"channel"``, ``"wave"`` or ``"language"``; None for everybody.
        survey : str, optional
            Id of the survey; the one with most responses, if left out: answers to two surveys are not one score.
        since, until : datetime or str, optional
            From when on, and before when.
        min_n : int
            Groups with fewer answers are hidden.

        Raises
        ------
        InsufficientDataError
            If no response has the answers.
        """
        from closeloop.followup.loop.slim_scores import slim_scores
        from closeloop.metrics.written_call import written_call

        read = self._desk.clock.read
        start, end = (None if each is None else read(each) for each in (since, until))
        with self._desk.store.reading() as tx:
            rows = tx.responses()
        found = slim_scores(rows, self.zone, metric, by, survey=survey, since=start, until=end, min_n=min_n)
        limits = {name: None if at is None else at.isoformat() for name, at in (("since", start), ("until", end))}
        options = {"metric": (metric, None), "by": (by, "month"), "survey": (survey, None), "min_n": (min_n, 10)}
        call = written_call("loop.scores", [], options | {name: (at, None) for name, at in limits.items()})
        return replace(found, call=call)

    def retrospective(
        self, since: Moment | None = None, now: Moment | None = None, *, language: str | None = None, **more: Any
    ) -> Any:
        """Return the minutes of a retrospective: what happened, why, and what was decided; the conclusion first.

        Votes, decisions and actions of the meeting are those of the worksheet ``retrospective`` that was saved last:
        ``loop.save(cl.worksheet("retrospective").fill(…))``.

        Parameters
        ----------
        since : datetime or str, optional
            From when on; from the beginning.
        now : datetime or str, optional
            Up to when.
        language : {"en", "zh-CN"}, optional
            The language in use, if left out.
        **more
            As `closeloop.reports.retrospective.retrospective` takes it: ``metric``, ``coding``, ``agenda``.

        Returns
        -------
        Report
        """
        from closeloop.reports.retrospective import retrospective

        return retrospective(cast("Loop", self), since=since, now=now, language=language, **more)

    def to_ics(self, path: str | Path, language: str | None = None, *, now: Moment | None = None) -> Path:
        """Write what is due as a calendar file: open actions, promises, the clocks of open cases.

        Nobody's name and no word of a customer is in it, only numbers of cases and who is in charge. An entry keeps its
        id, so a file that is imported again moves entries and doubles none.

        Parameters
        ----------
        path : str or Path
            Where to; ``.ics``.
        language : {"en", "zh-CN"}, optional
            The language in use, if left out.
        now : datetime or str, optional
            As of when.

        Returns
        -------
        Path
            Where it was written.
        """
        from closeloop.reports.ics import loop_calendar

        target = Path(path)
        target.write_bytes(loop_calendar(cast("Loop", self), language, now).encode("utf-8"))
        return target

    def report(
        self, since: Moment | None = None, now: Moment | None = None, *, language: str | None = None, **more: Any
    ) -> Any:
        """Return whether the loop closes as a report: every section, whether the counts add up, whether it is whole.

        Parameters
        ----------
        since : datetime or str, optional
            From when on; from the beginning.
        now : datetime or str, optional
            Up to when.
        language : {"en", "zh-CN"}, optional
            The language in use, if left out.
        **more
            As `measure` takes it.

        Returns
        -------
        Report
        """
        from closeloop.reports.loop_report import loop_report

        return loop_report(cast("Loop", self), since=since, now=now, language=language, **more)

    def verify(self) -> Verification:
        """Check that nothing was changed or lost: every chain, every head, every derived row, every promised case.

        What happened to the cases is chained and shows every change. Responses and alerts are only held against the
        cases: one that is gone shows, a changed score does not. Documents, settings and journal are not covered.
        """
        from closeloop.followup.loop.checking import verify

        return verify(self._desk)

    def rebuild(self) -> int:
        """Make the tables by which cases are found again from the events; returns how many cases."""
        from closeloop.followup.loop.checking import rebuild

        return rebuild(self._desk.store, self._desk.house)
