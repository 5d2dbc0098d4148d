"""The retrospective as minutes: the conclusion, what is open, what happened and why, what was decided and learnt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from closeloop.errors import InsufficientDataError
from closeloop.followup.measure.reconciliation import reconciliation
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.written_call import as_code, written_call
from closeloop.reports.agenda import read_agenda
from closeloop.reports.calls import Called, call_of
from closeloop.reports.conclusion import conclusion
from closeloop.reports.loop_report import integrity
from closeloop.reports.minutes import SHEET, Minutes, action_rows, actions_of, decision_rows, minutes_of, vote_rows
from closeloop.reports.report import Report, report
from closeloop.reports.rows import Rows
from closeloop.rootcause.findings import Findings
from closeloop.rootcause.problem.problem import Problem
from closeloop.text import LocalText, message, normalise_tag, speaking
from closeloop.text import language as language_in_use

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.loop.moments import Moment
    from closeloop.followup.measure.loop_report import LoopReport
    from closeloop.metrics.spec import Metric
    from closeloop.themes.codings.coding import Coding

_MECE_RULES = "T0"
"""T01 to T09 look at splits and siblings; the others at formulas."""


def retrospective(
    loop: Loop,
    *,
    since: Moment | None = None,
    now: Moment | None = None,
    language: str | None = None,
    metric: Metric | None = None,
    coding: Coding | None = None,
    agenda: str | Path | Sequence[Mapping[str, Any]] | None = None,
) -> Report:
    r"""Return the minutes of a retrospective.

    Parameters
    ----------
    loop : Loop
    since : datetime or str, optional
        From when on; from the beginning.
    now : datetime or str, optional
        Up to when.
    language : {"en", "zh-CN"}, optional
        The language in use, if left out.
    metric : Nps, TopBox or MeanScore, optional
        Whose scores are shown; see `Loop.scores`.
    coding : Coding, optional
        Comments of the period, coded: for the Pareto of themes, and to see where the categories are MECE.
    agenda : path or sequence of mapping, optional
        See `closeloop.reports.agenda.read_agenda`; 90 minutes, if left out.

    Returns
    -------
    Report
        A section about which nothing is known says so.

    Examples
    --------
    >>> import closeloop as cl
    >>> with cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
    ...     page = loop.retrospective()
    >>> print(page.to_markdown().split("\n\n")[2])
    There is no response and no case in the register yet. Nothing is open: nobody has undertaken anything.
    """
    tag = language_in_use() if language is None else normalise_tag(language)
    topics = read_agenda(agenda)
    moment, start = loop.moment(now), None if since is None else loop.moment(since)
    today = moment.astimezone(ZoneInfo(loop.zone)).date()
    measured = loop.measure(moment, **({} if start is None else {"since": start}))
    times = {"since": (start and start.isoformat(), None)}
    call = written_call("loop.measure", [as_code(moment.isoformat())], times)
    problems = [loop.problem(name) for name in loop.problems()["problem_id"]]
    minutes = minutes_of(loop.versions(SHEET), start, moment)
    with speaking(tag):
        earlier, decided = actions_of(loop.actions(today), minutes, today)
        scores = _Scores(loop, metric, start, moment)
        minutes_needed = sum(topic.minutes for topic in topics)
        agenda_rows = Rows(
            message("retrospective.agenda", minutes=minutes_needed),
            tuple(message(f"retrospective.col_{name}") for name in ("minutes", "topic", "how")),
            tuple((str(topic.minutes), topic.topic, topic.how) for topic in topics), narrow=(0,),
        )  # fmt: skip
        open_ones = [each for each in earlier if each.is_open]
        parts = [
            conclusion(
                loop.cases(), loop.glance(moment), start, moment, scores.now, scores.change, [*earlier, *decided]
            ),
            *_headed("open", _or_line(action_rows(message("retrospective.open_actions"), open_ones), bool(open_ones),
                                      "nothing_open", call="loop.actions()", ahead=True)),
            *_headed("agenda_head", agenda_rows),
            *_headed("happened", *_happened(loop, measured, call, scores, coding, start)),
            *_headed("mece", *_mece(problems, coding)),
            *_headed("causes", *_causes(problems, start)),
            *_headed("vote", _or_line(vote_rows(minutes), True, "no_vote", call=_sheet_call(minutes))),
            *_headed("decisions", _or_line(decision_rows(minutes), True, "no_decision", call=_sheet_call(minutes))),
            *_headed("actions", _or_line(action_rows(message("retrospective.new_actions"), decided), bool(decided),
                                         "no_action", call=_sheet_call(minutes), ahead=True)),
            *_headed("lessons", *_lessons(loop, today)),
            *_headed("integrity", reconciliation(measured), Called(integrity(loop.verify()), "loop.verify()")),
        ]  # fmt: skip
    title = message("retrospective.title_on", day=minutes.held_on or today.isoformat())
    return replace(report(title, parts, language=tag), leads=True)


class _Scores:
    """The scores of a period, and how they changed; None where there are too few answers."""

    def __init__(self, loop: Loop, metric: Metric | None, since: dt.datetime | None, now: dt.datetime) -> None:
        self.months, self.why = _tried(loop, metric, by="month", since=since, until=now)
        self.now, _ = _tried(loop, metric, by=None, since=since, until=now)
        before = None
        if since is not None and self.now is not None:
            before, _ = _tried(loop, metric, by=None, since=since - (now - since), until=since)
        self.change = None if before is None or self.now is None else _change(before, self.now)
        calls = [table.call for table in (self.now, before) if table is not None]
        self.change_call = f"cl.compare({', '.join(f'{call}.result()' for call in calls)})"


def _tried(loop: Loop, metric: Metric | None, **how: Any) -> tuple[ScoreTable | None, LocalText | str]:
    try:
        table = loop.scores(metric, **how)
    except InsufficientDataError as error:
        return None, error.args[0]
    return table, ""


def _change(before: ScoreTable, now: ScoreTable) -> Any:
    from closeloop.metrics.compare import compare

    names = (message("retrospective.period_before"), message("retrospective.period_now"))
    try:
        if min(before.result().n, now.result().n) < now.min_n:
            return None
        return compare(now.result(), before.result(), names=names[::-1])
    except InsufficientDataError:
        return None


def _happened(
    loop: Loop, measured: LoopReport, call: str, scores: _Scores, coding: Coding | None, since: dt.datetime | None
) -> list[Any]:
    if scores.months is None:
        shown: list[Any] = [scores.why]
    else:
        shown = [scores.months, scores.months.plot()]
        shown += [] if scores.change is None else [Called(scores.change, scores.change_call)]
    alerts = loop.alerts()
    if since is not None and len(alerts):
        alerts = alerts[[dt.datetime.fromisoformat(at) >= since for at in alerts["fired_at"]]]
    if len(alerts):
        heads = tuple(message(f"retrospective.col_{name}") for name in ("fired", "alarm", "outcome"))
        rows = tuple((str(row["fired_at"])[:10], str(row["sentence"]), str(row["outcome"] or "")) for row in
                     alerts.to_dict("records"))  # fmt: skip
        shown.append(Called(Rows(message("retrospective.alarms"), heads, rows, narrow=(0,)), "loop.alerts()"))
    else:
        shown.append(message("retrospective.no_alarm"))
    cases = loop.cases()
    if cases["code"].map(bool, na_action="ignore").eq(True).any():
        codes = measured.table("codes")
        shown += [Called(codes, f'{call}.table("codes")'), Called(codes.plot(), f'{call}.table("codes").plot()')]
    elif coding is None:
        shown.append(message("retrospective.no_codes"))
    if len(cases):
        board = loop.glance(measured.now)
        shown.append(Called(board.sentence, call_of(board)))
    else:
        shown.append(message("retrospective.no_case"))
    return [*shown, *([coding.pareto()] if coding is not None else [])]


def _mece(problems: Sequence[Problem], coding: Coding | None) -> list[Any]:
    shown: list[Any] = [message("retrospective.no_coding")] if coding is None else [coding.mece()]
    trees = [tree for problem in problems for tree in problem.trees]
    if not trees:
        return [*shown, message("retrospective.no_tree")]
    for tree in trees:
        if coding is not None:
            shown.append(tree.mece(coding))
        found = Findings([each for each in tree.findings() if each.rule.startswith(_MECE_RULES)])
        if found:
            shown += [message("retrospective.tree_weak", question=tree.question), Called(found, "tree.findings()")]
        else:
            shown.append(message("retrospective.tree_whole", question=tree.question))
    return shown


def _causes(problems: Sequence[Problem], since: dt.datetime | None) -> list[Any]:
    """Return the problems that are open, or were closed in the period: with their trees, whys and countermeasures."""
    shown = [
        each for each in problems if not (closed := each.state.closed_on) or since is None or closed >= since.date()
    ]
    if not shown:
        return [message("retrospective.no_problem")]
    return [Called(each, f'loop.problem("{each.id}")' if each.id else "") for each in shown]


def _lessons(loop: Loop, today: dt.date) -> list[Any]:
    library = loop.lessons(today=today)
    return [Called(library, "loop.lessons()")] if library.lessons else [message("retrospective.no_lesson")]


def _sheet_call(minutes: Minutes) -> str:
    return f'loop.load("{SHEET}")' if minutes.sheet is not None else ""


def _or_line(part: Any, known: bool, key: str, *, call: str, ahead: bool = False) -> Any:
    """Return a part, or the line that says that there is nothing."""
    return message(f"retrospective.{key}") if part is None or not known else Called(part, call, ahead)


def _headed(key: str, *parts: Any) -> list[Any]:
    heading = message(f"retrospective.{key}")
    return [LocalText({tag: f"# {said}" for tag, said in heading.items()}), *parts]
