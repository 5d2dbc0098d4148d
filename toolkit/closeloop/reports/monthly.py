"""The monthly report: the score and how it moved, for whom, what goes along with it, and what the loop did about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from closeloop.metrics.score_input import score_input
from closeloop.metrics.spec import Metric
from closeloop.metrics.written_call import as_code
from closeloop.reports.calls import Called, call_of
from closeloop.reports.kept_rows import KeptRows
from closeloop.reports.month_answers import MonthAnswers, first_day, month_after, month_answers, month_told
from closeloop.reports.month_scores import MonthScores, conclusion, month_scores, report_metric, segments
from closeloop.reports.month_themes import comment_column, month_themes
from closeloop.reports.report import Report, report
from closeloop.reports.three_blocks import three_blocks
from closeloop.responses.responses import Responses
from closeloop.text import LocalText, message, normalise_tag, speaking
from closeloop.text import language as language_in_use
from closeloop.views.claim import claim

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.measure.loop_report import LoopReport
    from closeloop.followup.measure.money import AccountValue
    from closeloop.themes.codebooks.codebook import Codebook

__all__ = ["monthly_report"]

_OF_LOOP = ("capture", "speed", "closing", "work", "money")
_DRAWN = ("speed", "closing")


def monthly_report(
    responses: Any,
    *,
    month: object,
    loop: Loop | None = None,
    metric: Metric | str | None = None,
    by: str | Sequence[str] | None = None,
    codebook: Codebook | str = "conflict-types",
    comments: str | None = None,
    values: Mapping[str, AccountValue] | None = None,
    min_n: int = 10,
    language: str | None = None,
) -> Report:
    """Return the report of a month, its conclusion first.

    Score with interval and whether it moved by more than chance; trend with its alarms; segments, small ones hidden;
    what goes along with the score and what customers write, where there is enough to tell; how far the answers can be
    relied on; with a loop what was opened, answered in time, confirmed by customers, and is overdue; experience,
    loyalty and money at risk; and what cannot be said. It names no causes.

    Parameters
    ----------
    responses : Responses or frame
        Of all months that there are: the months before are needed for the change and the trend.
    month : str, date or Period
        ``"2026-06"``, or any day of it.
    loop : Loop, optional
        For the part about following up.
    metric : Nps, TopBox, MeanScore or str, optional
        What to measure; by default the survey's NPS.
    by : str or list of str, optional
        The segments; by default the survey's questions of one choice.
    codebook : Codebook or str
        What the comments are coded by. If it leaves more than half of what is said without a code, it does not fit, and
        no themes are shown.
    comments : str, optional
        The column of comments; by default the survey's first open question.
    values : mapping of str to AccountValue, optional
        Customer → what the account is worth, with its source, for the value at risk; see `Loop.measure`.
    min_n : int
        Groups with fewer answers are hidden.
    language : {"en", "zh-CN"}, optional
        The language in use, if left out.

    Returns
    -------
    Report

    Raises
    ------
    InsufficientDataError
        If nobody answered in that month.
    ValueError
        If it is no month, or there is no such metric.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> days = pd.date_range("2026-05-01", periods=60).repeat(4)
    >>> answers = pd.DataFrame({"recommend": [10, 9, 8, 3] * 60, "answered_at": days})
    >>> page = cl.monthly_report(answers, month="2026-06", metric=cl.Nps("recommend"))
    >>> print(page.parts[0].text.en.replace(chr(0xA0), " "))
    In June 2026 the Net Promoter Score (NPS) was +25 (95 % interval +10 to +39, n = 116): 0 points against May 2026, which chance alone can explain (−21 to +21).
    """  # noqa: E501  # a sentence as it is printed
    tag = _tag(language)
    found = month_answers(responses, month)
    keys = segments(responses) if by is None else ((by,) if isinstance(by, str) else tuple(by))
    scores = month_scores(found, report_metric(metric, score_input(responses)), keys, min_n)
    looped = None if loop is None else _looped(loop, found, values)
    column = comment_column(responses) if comments is None else comments
    given = "responses" if isinstance(responses, Responses) else "data"
    with speaking(tag):
        themes = month_themes(found.this, scores.spec, column, codebook, min_n)
        tables = [one for one in (scores.table, scores.others) if one is not None]
        blocks = three_blocks(tables, looped, month_told(found.month))
        parts = [
            *_score_parts(found, scores, given),
            *_shown_or_said("monthly.drivers", scores.drivers, found),
            *_themed(themes, column, codebook),
            *_loop_parts(looped, found),
            _heading("monthly.blocks"),
            Called(blocks, f'cl.monthly_report({given}, month="{found.month}", …)'),
            *_quality_parts(responses),
            _heading("monthly.cannot_say"),
            _limits(found, scores, themes, looped),
        ]
    return replace(report(message("monthly.title", month=month_told(found.month)), parts, language=tag), leads=True)


def _tag(given: str | None) -> str:
    return language_in_use() if given is None else normalise_tag(given)


def _heading(key: str) -> LocalText:
    text = message(key)
    return LocalText({tag: f"# {said}" for tag, said in text.items()})


def _score_parts(found: MonthAnswers, scores: MonthScores, given: str) -> list[Any]:
    said = conclusion(found, scores)
    first = said if scores.change is None else claim(said, scores.change)
    compared = f'cl.score({given}, {as_code(scores.spec)}, by=cl.Period("answered_at"))'
    compared += f'.compare("{found.month}", "{found.before}")'
    parts: list[Any] = [first if scores.change is None else Called(first, compared)]
    parts += [_heading("monthly.segments" if scores.table.blocks[0].keys else "monthly.score")]
    parts.append(_of_month(scores.table, found))
    if scores.change is not None:
        parts += [_heading("monthly.change"), Called(scores.change, compared)]
    parts.append(_heading("monthly.trend"))
    if isinstance(scores.trend, LocalText):
        parts.append(scores.trend)
    else:
        until = f"cl.trend(until, {as_code(scores.spec)}).plot()  # until: answered_at up to {found.month}"
        parts.append(Called(scores.trend.plot(), until))
    if scores.others is not None:
        parts += [_heading("monthly.others"), _of_month(scores.others, found)]
    return parts


def _of_month(result: Any, found: MonthAnswers) -> Called:
    """Return a result with the call that gave it, which got the answers of the month alone."""
    call = call_of(result).replace("(responses", "(month", 1).replace("(data", "(month", 1)
    return Called(result, f"{call}  # month: answered_at in {found.month}")


def _shown_or_said(key: str, result: Any, found: MonthAnswers) -> list[Any]:
    if isinstance(result, LocalText):
        return [_heading(key), result]
    shown = _of_month(result, found)
    return [_heading(key), _chart(result), shown]


def _themed(themes: Any, column: str | None, codebook: Codebook | str) -> list[Any]:
    if isinstance(themes, LocalText):
        return [_heading("monthly.themes"), themes]
    book = codebook if isinstance(codebook, str) else codebook.id
    call = f"cl.code_mentions(month[{as_code(column)}], cl.load_codebook({as_code(book)})).pareto()"
    return [_heading("monthly.themes"), _chart(themes), Called(themes, call)]


def _chart(result: Any) -> Any:
    """Return the figure of a result that is shown as a table, too; how it was done stands there."""
    return replace(result.plot(), caption="")


def _looped(loop: Loop, found: MonthAnswers, values: Mapping[str, AccountValue] | None) -> LoopReport:
    """Return what the loop did in the month, as it stood at the end of it."""
    zone = ZoneInfo(loop.zone)
    since, until = (
        dt.datetime.combine(first_day(month), dt.time(), zone) for month in (found.month, month_after(found.month))
    )
    more: dict[str, Any] = {} if values is None else {"values": values}
    return loop.measure(until, since=since, **more)


def _loop_parts(looped: LoopReport | None, found: MonthAnswers) -> list[Any]:
    if looped is None:
        return [_heading("monthly.loop"), message("monthly.loop_none")]
    parts: list[Any] = [_heading("monthly.loop")]
    if looped.found:
        parts.append(looped.found)
    for name in _OF_LOOP:
        section = looped.section(name)
        if name in _DRAWN and any(figure.is_measured for figure in section.figures):
            parts.append(_chart(section))
        days = f'"{month_after(found.month)}-01 00:00", since="{found.month}-01 00:00"'
        parts.append(Called(section, f'loop.measure({days}).section("{name}")'))
    return parts


def _quality_parts(responses: Any) -> list[Any]:
    if not isinstance(responses, Responses):
        return []
    return [_heading("monthly.quality"), message("monthly.quality_all"), responses.quality(), KeptRows(responses)]


def _limits(found: MonthAnswers, scores: MonthScores, themes: Any, looped: LoopReport | None) -> LocalText:
    """Return what the report cannot say, a paragraph each."""
    said = [message("monthly.no_causes"), message("monthly.who_answered")]
    if scores.change is None:
        said.append(message("monthly.no_change_sentence", before=month_told(found.before)))
    if any(group.suppressed for block in scores.table.blocks for group in block.groups):
        said.append(message("monthly.some_hidden", min_n=scores.table.min_n))
    if isinstance(scores.trend, LocalText):
        said.append(message("monthly.cannot_trend"))
    if isinstance(scores.drivers, LocalText):
        said.append(message("monthly.cannot_drivers"))
    if isinstance(themes, LocalText):
        said.append(message("monthly.cannot_themes"))
    if found.n_undated:
        said.append(message("monthly.undated"))
    if looped is None:
        said.append(message("monthly.cannot_loop"))
    elif not any(figure.is_measured for figure in looped.section("money").figures):
        said.append(message("monthly.cannot_money"))
    return LocalText({tag: "\n\n".join(each.in_language(tag) for each in said) for tag in ("en", "zh-CN")})
