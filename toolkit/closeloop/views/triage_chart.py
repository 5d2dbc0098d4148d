"""Triage as a figure: how many responses reach each step; channels as shares with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.style import DETRACTOR
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.followup.intake.channel_shares import ChannelShares
    from closeloop.followup.triage.result import TriageResult

_BAR = "#9fb3c8"


def plot_triage(result: TriageResult, ax: Any = None) -> Chart:
    """Return the steps from the file to the case as bars, each with its number and its reasons for what is left out.

    Parameters
    ----------
    result : TriageResult
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Examples
    --------
    >>> from closeloop.followup.triage.result import RuleTally, TriageResult
    >>> from closeloop.text import LocalText
    >>> tally = RuleTally(rule="low", title=LocalText("low"), n_qualifying=3, n_cases=2, n_contactable=1)
    >>> plot_triage(TriageResult(survey_id="s", n_accepted=40, rules=(tally,))).title
    'What became of the responses to s'
    """
    tag = language()
    steps = [("accepted", result.n_accepted), ("qualifying", result.n_qualifying), ("cases", result.n_cases)]
    if "rows_in" in result.ledger:
        steps.insert(0, ("rows_in", result.ledger["rows_in"]))
    names = [message(f"triage.step_{name}").in_language(tag) for name, _ in steps]
    shown = [write(count, "count", tag) for _, count in steps]
    reasons = [
        message("triage.counted", what=message(f"triage.reason_{reason}"), count=write(count, "count", tag))
        for reason, count in result.suppressed.items()
    ]
    marks = "，" if tag == "zh-CN" else ", "
    beside = marks.join(reason.in_language(tag) for reason in reasons)
    axis = message("triage.chart_axis").in_language(tag)
    canvas = Canvas.of(
        result, [*names, *shown, beside, axis], height=0.35 + 0.38 * len(steps), left=room_for(names), right=0.7,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        for y, ((name, count), text) in enumerate(zip(steps, shown, strict=True)):
            axes.barh([y], [count], height=0.6, color=DETRACTOR if name == "cases" else _BAR, zorder=2)
            said = f"{text} + {beside}" if name == "cases" and beside else text
            canvas.note(axes, count, y, said, color=INK, xytext=(5, 0))
        axes.set_xlim(0, max(1, *(count for _, count in steps)) * 1.02)
        canvas.name_rows(axes, names)
        canvas.write_ticks(axes.xaxis, "count")
        canvas.name_axes(axes, axis)
    return canvas.chart()


def plot_channels(result: ChannelShares, ax: Any = None) -> Chart:
    """Return the shares of channels with their intervals.

    Parameters
    ----------
    result : ChannelShares
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Examples
    --------
    >>> from closeloop.followup.intake.channel_shares import channel_shares
    >>> plot_channels(channel_shares(["phone", "email", "phone"], [])).title
    'Channels of cases'
    """
    tag = language()
    rows = result.rows()
    names = [f"{row['title'].in_language(tag)} ({write(row['n'], 'count', tag)})" for row in rows]
    axis = message("intake.share").in_language(tag)
    canvas = Canvas.of(
        result, [*names, axis], height=0.35 + 0.3 * max(len(rows), 1), left=room_for(names), right=0.4, bottom=0.5,
        ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        dots(canvas, axes, names, [(row["ci_low"], row["share"], row["ci_high"]) for row in rows])
        axes.set_xlim(0, 1)
        canvas.write_ticks(axes.xaxis, "percent", 0)
        canvas.name_axes(axes, axis)
    return canvas.chart()
