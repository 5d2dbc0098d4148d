"""Causes: what people complain about, whether it comes back, and whether what was done about it worked."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from closeloop.analysis.trend.control_chart import control_chart
from closeloop.analysis.trend.control_result import ControlResult
from closeloop.followup.measure.columns import DAY, seconds
from closeloop.followup.measure.figure import Figure, missing, share
from closeloop.followup.measure.group_table import GroupTable, with_small_hidden
from closeloop.followup.measure.names import named
from closeloop.followup.measure.scope import Scope, is_merged
from closeloop.followup.measure.section import LoopSection
from closeloop.metrics.result import Shown
from closeloop.rootcause.findings import Finding
from closeloop.rootcause.problem.problem import Problem
from closeloop.stats.rate_ratio import rate_ratio
from closeloop.stats.share_contrast import share_contrast
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

_PER = 1000


def causes_section(
    scope: Scope,
    problems: Iterable[Problem] = (),
    changes: Mapping[str, dt.datetime] | None = None,
    invited: tuple[int, int] | None = None,
) -> tuple[LoopSection, list[Finding]]:
    """Return the kinds of complaint, how often each came back, and the effects of countermeasures."""
    stored = list(problems)
    dated = {**_started(stored), **{code: seconds(at) for code, at in (changes or {}).items()}}
    codes = _codes(scope)
    recurrence = _recurrence(scope, dated)
    effects = _effects(stored)
    figures = [*_rates(scope), *_reached(stored)]
    tables = tuple(table for table in (codes, recurrence, effects) if table.lines)
    section = LoopSection(
        name="causes", figures=tuple(figures), said=codes.said, cautions=(message("measure.note_causes"),),
        tables=tables, confidence_level=scope.confidence_level,
    )  # fmt: skip
    return section, _falling(scope, invited)


def _codes(scope: Scope) -> GroupTable:
    kept = ~is_merged(scope.table)
    codes, counts = np.unique(scope.table.cases["code"][kept], return_counts=True)
    total = int(counts.sum())
    lines = []
    for code, count in sorted(zip(codes.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0])):
        figure = share("causes", code, count, total, LocalText(code), LocalText(""), scope.confidence_level)
        lines.append(
            {"group": named(scope.names, "code", code, "uncoded"), "n": count, "estimate": figure.estimate,
             "ci_low": figure.ci_low, "ci_high": figure.ci_high}
        )  # fmt: skip
    shown, hidden = with_small_hidden(lines, scope.min_n)
    visible = [line for line in shown if line["hidden"] is None]
    if not visible:
        said = message("measure.said_causes_none")
    else:
        top = visible[0]
        said = message(
            "measure.said_causes", cause=top["group"], share=told(top["estimate"], "percent", 0),
            level=told_level(scope.confidence_level),
            interval=told_interval(top["ci_low"], top["ci_high"], "percent", 0), n=told(total, "count"),
        )  # fmt: skip
    return GroupTable(
        name="codes", heading=message("measure.table_codes"), said=said, lines=shown,
        shown=share_columns(scope.confidence_level, message("measure.col_code")), axis=message("measure.axis_cases"),
        cautions=hidden_note(hidden, scope.min_n),
    )  # fmt: skip


def share_columns(confidence_level: float, group: LocalText) -> tuple[Shown, ...]:
    """Return the columns of shares by group.

    Examples
    --------
    >>> [column.name for column in share_columns(0.95, LocalText("Channel"))]
    ['group', 'n', 'estimate', 'ci_low']
    """
    level = message("analysis.interval", level=told_level(confidence_level))
    return (
        Shown("group", group),
        Shown("n", message("measure.col_n"), "count"),
        Shown("estimate", message("measure.col_share"), "percent", digits=0),
        Shown("ci_low", level, "percent", high="ci_high", digits=0),
    )


def hidden_note(hidden: int, min_n: int) -> tuple[LocalText, ...]:
    """Return the note that groups are hidden, if some are.

    Examples
    --------
    >>> hidden_note(0, 10)
    ()
    """
    if not hidden:
        return ()
    return (message("measure.note_hidden", count=told(hidden, "count"), least=told(min_n, "count")),)


def _started(problems: list[Problem]) -> dict[str, float]:
    """Return for each theme of a problem when the first thing was done about it."""
    found: dict[str, float] = {}
    for problem in problems:
        begun = [one.started_on or one.done_on for one in problem.state.countermeasures]
        days = [day for day in begun if day is not None]
        for theme in problem.state.themes if days else ():
            at = dt.datetime.combine(min(days), dt.time(), dt.UTC).timestamp()
            found[theme] = min(at, found.get(theme, math.inf))
    return found


def _recurrence(scope: Scope, dated: Mapping[str, float]) -> GroupTable:
    """Return how often a kind of complaint came in windows of one length before and after something was done."""
    lines: list[dict[str, Any]] = []
    cases = scope.every.cases
    received = cases["received_at"][~is_merged(scope.every)]
    codes = cases["code"][~is_merged(scope.every)]
    answered = scope.all_responses.columns["answered_at"]
    start = np.nanmin(np.concatenate([received, answered]), initial=scope.now)
    for code, at in sorted(dated.items()):
        reach = min(at - start, scope.now - at)
        counts = [_inside(received[codes == code], a, b) for a, b in ((at - reach, at), (at, at + reach))]
        exposure = [_inside(answered, a, b) for a, b in ((at - reach, at), (at, at + reach))]
        if not all(exposure):
            exposure = [reach / DAY, reach / DAY]
        ratio = rate_ratio(counts[0], exposure[0], counts[1], exposure[1], scope.confidence_level)
        low, high = ratio.interval
        verdict = "fewer" if high < 1 else "more" if low > 1 else "cannot_tell"
        lines.append(
            {"group": named(scope.names, "code", code), "n": counts[0] + counts[1], "before": counts[0],
             "after": counts[1], "days": reach / DAY, "estimate": ratio.estimate, "ci_low": low, "ci_high": high,
             "verdict": message(f"measure.{verdict}")}
        )  # fmt: skip
    level = message("analysis.interval", level=told_level(scope.confidence_level))
    said = message("measure.said_recurrence", count=told(len(lines), "count"))
    return GroupTable(
        name="recurrence", heading=message("measure.table_recurrence"), said=said, lines=tuple(lines), form="decimal",
        shown=(
            Shown("group", message("measure.col_code")), Shown("days", message("measure.col_days"), "count"),
            Shown("before", message("measure.col_before"), "count"),
            Shown("after", message("measure.col_after"), "count"),
            Shown("estimate", message("measure.col_ratio"), "decimal"),
            Shown("ci_low", level, "decimal", high="ci_high"), Shown("verdict", message("measure.col_verdict")),
        ),
        axis=message("measure.axis_ratio"), cautions=(message("measure.note_recurrence"),),
    )  # fmt: skip


def _inside(times: Any, start: float, end: float) -> int:
    return int(((times >= start) & (times < end)).sum())


def recurrence_chart(scope: Scope, code: str, *, per: int = 4) -> ControlResult:
    """Return the u chart of a kind of complaint: cases per response, in periods of so many weeks.

    Parameters
    ----------
    scope : Scope
    code : str
    per : int
        Weeks to a period; the first half of the periods (at most twelve) is the baseline.

    Raises
    ------
    InsufficientDataError
        If there are fewer than three periods to take as the baseline.
    """
    answered, cases = scope.all_responses.columns["answered_at"], scope.every.cases
    answered = answered[~np.isnan(answered)]
    received = cases["received_at"][(cases["code"] == code) & ~is_merged(scope.every)]
    width = per * 7 * DAY
    start = min(answered.min(initial=scope.now), received.min(initial=scope.now))
    edges = np.arange(start, scope.now + 1, width)
    labels = [f"{dt.datetime.fromtimestamp(edge, dt.UTC):%Y-%m-%d}" for edge in edges[:-1]]
    counts, _ = np.histogram(received, edges)
    exposure, _ = np.histogram(answered, edges)
    name = message("measure.chart_recurrence", code=named(scope.names, "code", code))
    return control_chart(counts.tolist(), exposure.tolist(), kind="u", labels=labels, name=name)


def _effects(problems: list[Problem]) -> GroupTable:
    """Return what was expected of each problem's countermeasures and what was observed."""
    lines = []
    for problem in problems:
        for review in problem.state.reviews:
            after = review.after
            low, high = after.ci if after.ci is not None else (math.nan, math.nan)
            lines.append(
                {"group": LocalText(problem.id or problem.state.title or after.metric), "metric": after.metric,
                 "n": after.n, "expected": _number(after.standard), "estimate": _number(after.actual), "ci_low": low,
                 "ci_high": high, "verdict": message(f"measure.verdict_{review.verdict.replace(' ', '_')}")}
            )  # fmt: skip
    level = message("measure.col_limits")
    return GroupTable(
        name="effects", heading=message("measure.table_effects"), form="decimal", lines=tuple(lines),
        said=message("measure.said_effects", count=told(len(lines), "count")),
        shown=(
            Shown("group", message("measure.col_problem")), Shown("metric", message("measure.col_metric")),
            Shown("expected", message("measure.col_expected"), "decimal", digits=3),
            Shown("estimate", message("measure.col_observed"), "decimal", digits=3),
            Shown("ci_low", level, "decimal", high="ci_high", digits=3), Shown("n", message("measure.col_n"), "count"),
            Shown("verdict", message("measure.col_verdict")),
        ),
        axis=message("measure.col_observed"), cautions=(message("measure.note_effects"),),
    )  # fmt: skip


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _reached(problems: list[Problem]) -> list[Figure]:
    verdicts = [review.verdict for problem in problems for review in problem.state.reviews[-1:]]
    label, base = message("measure.effects_reached"), message("measure.base_effects")
    if not verdicts:
        return [missing("causes", "effects_reached", label, base, message("measure.why_no_effects"))]
    return [share("causes", "effects_reached", verdicts.count("reached"), len(verdicts), label, base)]


def _halves(scope: Scope) -> tuple[float, float]:
    """Return the times between which the earlier period lies, as long as the one that is looked at."""
    return scope.since - (scope.now - scope.since), scope.since


def _rates(scope: Scope) -> list[Figure]:
    """Return complaints per response, against the period before: a count by itself is no target."""
    label, base = message("measure.complaint_rate_ratio"), message("measure.base_rate")
    if math.isinf(scope.since):
        return [missing("causes", "complaint_rate_ratio", label, base, message("measure.why_no_period"))]
    cases, answers = _counts(scope)
    ratio = rate_ratio(cases[0], answers[0], cases[1], answers[1], scope.confidence_level)
    return [
        Figure(
            section="causes", name="complaint_rate_ratio", label=label, base=base, n=sum(cases), form="decimal",
            digits=2,
            estimate=ratio.estimate, ci_low=ratio.interval.low, ci_high=ratio.interval.high,
            method="Clopper–Pearson" if not math.isnan(ratio.estimate) else "",
            note=message("measure.note_rate", before=told(cases[0], "count"), after=told(cases[1], "count"),
                         answers_before=told(answers[0], "count"), answers_after=told(answers[1], "count")),
        )
    ]  # fmt: skip


def _counts(scope: Scope) -> tuple[tuple[int, int], tuple[int, int]]:
    start, middle = _halves(scope)
    received = scope.every.cases["received_at"][~is_merged(scope.every)]
    answered = scope.all_responses.columns["answered_at"]
    both = [(_inside(times, start, middle), _inside(times, middle, scope.now)) for times in (received, answered)]
    return both[0], both[1]


def _falling(scope: Scope, invited: tuple[int, int] | None) -> list[Finding]:
    """Warn where fewer complaints may only mean that fewer people answer."""
    if math.isinf(scope.since):
        return []
    cases, answers = _counts(scope)
    if not cases[1] < cases[0]:
        return []
    if invited is not None:
        if min(invited) < 1 or any(k > n for k, n in zip(answers, invited, strict=True)):
            raise ValueError(message("measure.bad_invited", invited=invited, answers=answers))
        rates = (answers[0], invited[0]), (answers[1], invited[1])
        falls = share_contrast(*rates, scope.confidence_level).interval.high < 0
    else:
        falls = rate_ratio(answers[0], 1, answers[1], 1, scope.confidence_level).interval.high < 1
    if not falls:
        return []
    key = "falling_rate" if invited is not None else "falling_answers"
    said = {"before": cases[0], "after": cases[1], "answers_before": answers[0], "answers_after": answers[1]}
    return [
        Finding(
            rule="LM4", level="warn", suggestion=message("measure.falling_do"),
            message=message(f"measure.{key}", **{name: told(value, "count") for name, value in said.items()}),
        )
    ]  # fmt: skip
