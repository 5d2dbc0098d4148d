"""Bars of worksheets: what criteria add to a total, votes and notes counted; three scores of failure modes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from closeloop.rootcause.worksheet.computed.affinity import Affinity
from closeloop.rootcause.worksheet.computed.fmea import SCALE, Fmea
from closeloop.rootcause.worksheet.computed.ideas import Ideas
from closeloop.rootcause.worksheet.computed.option_matrix import HIGH, LOW
from closeloop.rootcause.worksheet.computed.option_result import OptionMatrix, Scored, criterion_title
from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, Canvas, room_for
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.views.words import say
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.metrics.result import TableResult
    from closeloop.views.chart import Chart

# Five fills that differ in lightness, too, and are told apart by the key above and by their order in every bar.
_FILLS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8A8A8A")
_ROW = 0.36
_MOST_ROWS = 40
_MARKS = {"severity": ("s", DETRACTOR), "occurrence": ("o", INK), "detection": ("^", PROMOTER)}


def plot_options(result: OptionMatrix, ax: Axes | None = None) -> Chart:
    """Draw each option's total as a bar of what the criteria add; missing scores as a line from the least to the most.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.computed.option_matrix import option_matrix
    >>> plot_options(option_matrix({"a": {"cost": 5}, "b": {"cost": 2}}, criteria=["cost"])).title
    'Options compared: 2'
    """
    tag = language()
    shown = result.options[:_MOST_ROWS]
    names = [one.name for one in shown]
    keys = [
        say("matrices.weight", tag, criterion=criterion_title(name), share=write(weight, "percent", tag, 0))
        for name, weight in zip(result.criteria, result.weights, strict=True)
    ]
    range_text = say("matrices.option_range", tag)
    room = room_for(names)
    canvas = Canvas.of(
        result, [*names, *keys, range_text], height=_ROW * max(len(shown), 3), left=room, right=1.4, bottom=0.95, ax=ax
    )
    with canvas.drawing() as axes:
        axes.set_xlim(0, HIGH)
        axes.set_xticks(range(HIGH + 1))
        canvas.name_rows(axes, names, room)
        for row, one in enumerate(shown):
            _bar(axes, row, one, result.weights)
            canvas.note(axes, one.high, row, _total(result, one, tag), xytext=(6, 0), color=INK)
        signs = [("■", _FILLS[at % len(_FILLS)], key) for at, key in enumerate(keys)]
        if any(not one.complete for one in shown):
            signs.append(("─", EDGE, range_text))
        _key_lines(canvas, axes, signs)
    return canvas.chart()


def _bar(axes: Axes, row: int, one: Scored, weights: Sequence[float]) -> None:
    left = 0.0
    for at, (score, weight) in enumerate(zip(one.scores, weights, strict=True)):
        width = weight * (LOW if math.isnan(score) else score)
        axes.barh(row, width, left=left, height=0.56, color=_FILLS[at % len(_FILLS)], edgecolor="white", lw=0.8)
        left += width
    if not one.complete:
        axes.plot([one.low, one.high], [row, row], color=EDGE, lw=2.0, solid_capstyle="butt")
        axes.plot([one.high, one.high], [row - 0.2, row + 0.2], color=EDGE, lw=2.0)


def _total(result: OptionMatrix, one: Scored, tag: str) -> str:
    row = next(row for row in result.rows() if row["option"] == one.name)
    return write(row["total_shown"], "text", tag)


def _key_lines(canvas: Canvas, axes: Axes, signs: Sequence[tuple[str, str, str]]) -> None:
    """Explain the fills below the axes, three in a line."""
    for at in range(0, len(signs), 3):
        canvas.key(axes, signs[at : at + 3], below=24 + 15 * (at // 3))


def plot_fmea(result: Fmea, ax: Axes | None = None) -> Chart:
    """Draw severity, occurrence and detection of each failure mode on one line, never as one number.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.computed.fmea import fmea
    >>> plot_fmea(fmea([{"mode": "late", "severity": 7, "occurrence": 4, "detection": 2}])).title
    'Failure modes: 1'
    """
    tag = language()
    shown = result.modes[:_MOST_ROWS]
    names = [mode.name for mode in shown]
    room = room_for(names)
    keys = {name: say(f"matrices.fmea_{name}", tag) for name in _MARKS}
    bands = [say(f"matrices.priority_{mode.priority}", tag) if mode.priority else "–" for mode in shown]
    head = say("matrices.fmea_priority", tag)
    canvas = Canvas.of(
        result, [*names, *keys.values(), *bands, head], notes=[message("matrices.fmea_product_note")],
        height=_ROW * max(len(shown), 3), left=room, right=1.2, bottom=0.75, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        axes.set_xlim(SCALE[0] - 0.5, SCALE[-1] + 0.5)
        axes.set_xticks(list(SCALE))
        canvas.name_rows(axes, names, room)
        for row, (mode, band) in enumerate(zip(shown, bands, strict=True)):
            for at, (name, (sign, color)) in enumerate(_MARKS.items()):
                # Side by side in height, so that equal scores do not hide one another.
                axes.plot(getattr(mode, name), row + 0.22 * (at - 1), sign, ms=5.5, color=color, mew=0, zorder=3)
            canvas.note(axes, SCALE[-1] + 0.5, row, band, xytext=(10, 0), color=INK)
        canvas.note(axes, SCALE[-1] + 0.5, -0.5, head, xytext=(10, 5), va="bottom")
        signs = [(glyph, _MARKS[name][1], keys[name]) for name, glyph in zip(_MARKS, "■●▲", strict=True)]
        canvas.key(axes, signs, below=24)
    return canvas.chart()


def plot_affinity(result: Affinity, ax: Axes | None = None) -> Chart:
    """Draw how many notes each group has; those in none are grey.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.computed.affinity import affinity
    >>> plot_affinity(affinity([{"text": "line busy", "group": "waiting"}])).title
    'Notes in groups: 1'
    """
    tag = language()
    bars = [
        (group.name or say("matrices.ungrouped", tag), len(group.notes), PROMOTER if group.name else PASSIVE)
        for group in result.groups
    ]
    return _bars(result, bars, say("matrices.count", tag), ax)


def plot_ideas(result: Ideas, ax: Axes | None = None) -> Chart:
    """Draw the votes of each idea.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.computed.ideas import ideas
    >>> plot_ideas(ideas([{"text": "call back", "votes": 2}])).title
    'Ideas without names: 1'
    """
    bars = [(f"{idea.number}  {idea.text}", idea.votes, PROMOTER) for idea in result.ideas]
    return _bars(result, bars, say("matrices.votes", language()), ax)


def _bars(result: TableResult, bars: Sequence[tuple[str, int, str]], along: str, ax: Any) -> Chart:
    shown = bars[:_MOST_ROWS]
    names = [name for name, _, _ in shown]
    room = room_for(names)
    canvas = Canvas.of(
        result, [*names, along], height=_ROW * max(len(shown), 2), left=room, right=0.6, bottom=0.5, ax=ax
    )
    with canvas.drawing() as axes:
        most = max((count for _, count, _ in shown), default=0)
        axes.set_xlim(0, max(most, 1) * 1.05)
        axes.xaxis.get_major_locator().set_params(integer=True)
        canvas.name_rows(axes, names, room)
        canvas.name_axes(axes, along)
        for row, (_, count, color) in enumerate(shown):
            axes.barh(row, count, height=0.56, color=color)
            canvas.note(axes, count, row, str(count), xytext=(5, 0), color=INK, fontsize=SMALL)
        axes.tick_params(axis="x", labelcolor=SOFT)
    return canvas.chart()
