"""Entries on two whole-number scales: numbered discs in the cells, the names in a key beside them.

Several entries share a cell as often as not, so names in the cells would lie on one another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.rootcause.worksheet.computed.grid_result import GridResult
from closeloop.rootcause.worksheet.computed.risk_matrix import POINTS, RiskMatrix, band_of, band_title
from closeloop.text import language
from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, WIDTH, Canvas
from closeloop.views.score_axes import wrap
from closeloop.views.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.views.chart import Chart

_BANDS = {"low": "#eef3f6", "moderate": "#f6ecd2", "high": "#f3cfae", "extreme": "#e3a08d"}
_SIDE = 4.3
"""Inches of the plane, which is square."""
_KEY = 2.9
"""Inches beside it for the key."""
_LINE = 0.175
_MOST_NAMES, _MOST_LINES, _MOST_CHARACTERS = 40, 3, 400
_PER_CELL = 9


Names = Sequence[tuple[str, str]]
"""Signs and what they stand for."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A numbered disc: hollow for where something is expected to be later."""

    x: float
    y: float
    text: str
    hollow: bool = False


def plot_risks(result: RiskMatrix, ax: Axes | None = None) -> Chart:
    """Draw likelihood (to the right) against impact (up), the bands shaded, residual risks as hollow discs.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.computed.risk_matrix import risk_matrix
    >>> found = risk_matrix([{"risk": "abuse", "source": "legal", "likelihood": 4, "impact": 3}])
    >>> plot_risks(found).title
    'Risks by likelihood and impact: 1'
    """
    tag = language()
    marks: list[_Mark] = []
    names: list[tuple[str, str]] = []
    for number, risk in enumerate(result.risks, 1):
        if not risk.band:
            continue
        marks.append(_Mark(risk.likelihood, risk.impact, str(number)))
        if not math.isnan(risk.residual) and risk.residual != risk.score:
            after = risk.likelihood_after if not math.isnan(risk.likelihood_after) else risk.likelihood
            impact = risk.impact_after if not math.isnan(risk.impact_after) else risk.impact
            marks.append(_Mark(after, impact, str(number), hollow=True))
        names.append((str(number), risk.name))
    if any(mark.hollow for mark in marks):
        names.append(("○", say("matrices.risk_arrow", tag)))
    fills = {(x, y): _BANDS[band_of(x * y)] for x in POINTS for y in POINTS}
    words = {
        (x, y): band_title(band).in_language(tag)
        for band, (x, y) in {"low": (1, 1), "moderate": (1, 5), "high": (5, 2), "extreme": (5, 5)}.items()
    }
    titles = (say("matrices.risk_likelihood", tag), say("matrices.risk_impact", tag))
    canvas = _paper(result, [*words.values(), *titles], names, ax)
    with canvas.drawing() as axes:
        _plane(canvas, axes, POINTS, POINTS, fills)
        for (x, y), word in words.items():
            canvas.note(axes, x - 0.46, y + 0.45, word, xytext=(0, 0), ha="left", va="top", fontsize=7.6, color=SOFT)
        canvas.name_axes(axes, *titles)
        _discs(canvas, axes, marks, shift=-0.06)
        write_key(canvas, axes, names, _KEY)
    return canvas.chart()


def plot_grid(result: GridResult, ax: Axes | None = None) -> Chart:
    """Draw entries on two scales, the lines between the quadrants through the middle.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.computed.effort_effect import effort_effect
    >>> plot_grid(effort_effect([{"name": "call back", "effort": 1, "effect": 4}])).title
    'Options by effort and effect: 1'
    """
    tag = language()
    placed = [(number, entry) for number, entry in enumerate(result.entries, 1) if entry.quadrant]
    names = [(str(number), entry.name) for number, entry in placed]
    corners = [
        result.quadrant_title(name).in_language(tag)
        for name in ("upper_left", "upper_right", "lower_left", "lower_right")
    ]
    titles = [result.word(axis).in_language(tag) for axis in "xy"]
    canvas = _paper(result, [*corners, *titles], names, ax)
    with canvas.drawing() as axes:
        _plane(canvas, axes, result.across, result.up, {})
        facts = result.facts()
        axes.axhline(facts["line_y"], color=EDGE, lw=0.9, ls=(0, (4, 3)), zorder=1)
        axes.axvline(facts["line_x"], color=EDGE, lw=0.9, ls=(0, (4, 3)), zorder=1)
        ends = ((0, 1, "left", "top"), (1, 1, "right", "top"), (0, 0, "left", "bottom"), (1, 0, "right", "bottom"))
        for (x, y, ha, va), corner in zip(ends, corners, strict=True):
            canvas.note(
                axes, x, y, corner, xycoords="axes fraction", ha=ha, va=va, color=SOFT, fontsize=SMALL,
                xytext=(5 - 10 * x, 4 - 8 * y),
            )  # fmt: skip
        canvas.name_axes(axes, *titles)
        _discs(canvas, axes, [_Mark(entry.x, entry.y, str(number)) for number, entry in placed])
        write_key(canvas, axes, names, _KEY)
    return canvas.chart()


def _paper(result: Any, texts: Sequence[str], names: Names, ax: Axes | None) -> Canvas:
    height = max(_SIDE, key_height(names, _KEY))
    left, right = 0.75, WIDTH - 0.75 - _SIDE - 0.56
    texts = [*texts, *(name for _, name in names), *(sign for sign, _ in names)]
    return Canvas.of(result, texts, height=height, left=left, right=right, bottom=0.55, ax=ax)


def key_height(names: Names, room: float) -> float:
    """Return the inches that `write_key` needs."""
    return _LINE * (sum(len(_lines(name, room)) for _, name in names[:_MOST_NAMES]) + 2)


def _lines(name: str, room: float) -> list[str]:
    """Return a name in lines; what does not fit into three is cut, as the table has all of it."""
    lines = wrap(name[:_MOST_CHARACTERS], room, SMALL)
    if len(lines) <= _MOST_LINES and len(name) <= _MOST_CHARACTERS:
        return lines
    kept = lines[:_MOST_LINES]
    return [*kept[:-1], f"{kept[-1][:-1]}…"]


def write_key(canvas: Canvas, axes: Axes, names: Names, room: float) -> None:
    """Write signs with what they stand for to the right of the axes, from the top; too many are said as a count."""
    how: dict[str, Any] = {"xycoords": "axes fraction", "va": "top", "color": INK}
    shown = [*names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        shown.append(("…", f"+{len(names) - _MOST_NAMES}"))
    row = 0
    for sign, name in shown:
        canvas.note(axes, 1, 1, sign, ha="right", xytext=(30, -row * _LINE * 72), **how)
        for line in _lines(canvas.drawable(name), room):
            canvas.note(axes, 1, 1, line, ha="left", xytext=(37, -row * _LINE * 72), **how)
            row += 1


def _plane(canvas: Canvas, axes: Axes, across: range, up: range, fills: Mapping[tuple[int, int], str]) -> None:
    axes.grid(visible=False)
    axes.set_xlim(across[0] - 0.5, across[-1] + 0.5)
    axes.set_ylim(up[0] - 0.5, up[-1] + 0.5)
    axes.set_xticks(list(across))
    axes.set_yticks(list(up))
    from matplotlib.patches import Rectangle

    for (x, y), fill in fills.items():
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=fill, edgecolor="white", lw=1.2, zorder=0))
    canvas.write_ticks(axes.xaxis, "count")
    canvas.write_ticks(axes.yaxis, "count")


def _discs(canvas: Canvas, axes: Axes, marks: Sequence[_Mark], shift: float = 0.0) -> None:
    """Draw the discs of each cell side by side, three in a row; more than nine are said as a count."""
    cells: dict[tuple[float, float], list[_Mark]] = {}
    for mark in marks:
        cells.setdefault((mark.x, mark.y), []).append(mark)
    for (x, y), inside in cells.items():
        shown = inside if len(inside) <= _PER_CELL else inside[: _PER_CELL - 1]
        if len(shown) < len(inside):
            shown = [*shown, _Mark(x, y, f"+{len(inside) - len(shown)}", hollow=True)]
        columns = min(len(shown), 3)
        rows = math.ceil(len(shown) / 3)
        for at, mark in enumerate(shown):
            step = 0.27
            centre_x = x + (at % 3 - (min(columns, len(shown) - at // 3 * 3) - 1) / 2) * step
            centre_y = y + ((rows - 1) / 2 - at // 3) * step + shift
            axes.plot(
                centre_x, centre_y, "o", ms=14.5, mfc="white" if mark.hollow else INK, mec=INK, mew=1.0, zorder=3,
                clip_on=False,
            )  # fmt: skip
            canvas.note(
                axes, centre_x, centre_y, mark.text, xytext=(0, 0), ha="center", va="center_baseline", fontsize=7.8,
                color=INK if mark.hollow else "white", zorder=4,
            )  # fmt: skip
