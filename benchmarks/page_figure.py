"""The figure of the page: how far each bar is cleared, on a logarithmic scale."""

from __future__ import annotations

import io
import re
from typing import Any

from bars import bars
from page_words import bound, ratio, texts

from closeloop.views.fonts import Typeface
from closeloop.views.score_axes import EDGE, INK, LINE, SOFT, wrap
from closeloop.views.style import DETRACTOR, PROMOTER

_WIDTH, _ROW, _LEFT, _RIGHT = 10.0, 0.36, 4.55, 1.5
_SIZE = 8.6


def margin(entry: dict[str, Any]) -> float | None:
    """Return how many times better than its bar a figure is; None where that has no meaning."""
    target = float(entry["target"].split()[1])
    if not entry["ratio"] or not target:
        return None
    found: float = entry["ratio"] / target if entry["target"].startswith(">=") else target / entry["ratio"]
    return found


def draw(result: dict[str, Any], language: str) -> str:
    """Return the figure as SVG; its letters stay letters, which keeps it small and lets it be searched."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    say = texts()["figure"]
    by_bar = {entry["bar"]: entry for entry in result["figures"] if entry.get("bar")}
    rows = [(bars()[bar][language].replace("`", ""), by_bar[bar], margin(by_bar[bar])) for bar in bars()]
    rows = [row for row in rows if row[2] is not None or row[1]["met"] is None]
    height = _ROW * len(rows) + 1.25
    typeface = Typeface([*(name for name, _, _ in rows), *(text[language] for text in say.values()), "×≥≤–"])
    settings = {
        "font.family": [*typeface.families, "sans-serif"], "font.size": _SIZE, "svg.fonttype": "none",
        "svg.hashsalt": "closeloop",
        "axes.unicode_minus": False,
    }  # fmt: skip
    with mpl.rc_context(settings):
        figure = Figure(figsize=(_WIDTH, height), facecolor="white")
        FigureCanvasSVG(figure)
        axes = figure.add_axes(
            (_LEFT / _WIDTH, 0.6 / height, 1 - (_LEFT + _RIGHT) / _WIDTH, 1 - 1.15 / height), facecolor="white"
        )
        axes.set_xscale("log")
        ends = [m for _, _, m in rows if m is not None]
        low, high = min(0.4, *(m * 0.8 for m in ends)), max(4.0, *(m * 1.6 for m in ends))
        axes.set_xlim(low, high)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.axvline(1, color=INK, linewidth=1)
        ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if low <= tick <= high]
        axes.set_xticks(ticks, [f"{tick:g}×" for tick in ticks], color=SOFT)
        axes.tick_params(axis="x", which="both", length=0)
        axes.minorticks_off()
        axes.grid(axis="x", color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_yticks([])
        for side in ("left", "right", "top", "bottom"):
            axes.spines[side].set_visible(False)
        place = axes.get_yaxis_transform()
        for at, (name, entry, found) in enumerate(rows):
            axes.axhline(at + 0.5, color=LINE, linewidth=0.5, xmin=-3, clip_on=False)
            lines = wrap(name, _LEFT - 0.45, _SIZE)
            for number, line in enumerate(lines):  # each by itself, so that it ends where it should in any font
                y = at + 0.38 * (number - (len(lines) - 1) / 2)
                axes.text(
                    -0.03, y, typeface.drawable(line), transform=place, ha="right", va="center_baseline", color=INK
                )
            if found is None:
                axes.plot([1], [at], marker="o", markersize=6, markerfacecolor="white", color=EDGE)
                value = say["skipped"][language]
            else:
                colour = PROMOTER if entry["met"] else DETRACTOR
                axes.plot([1, found], [at, at], color=colour, linewidth=3, solid_capstyle="butt")
                axes.plot([found], [at], marker="o" if entry["met"] else "D", markersize=6.5, color=colour)
                value = f"{ratio(entry)}  ({bound(entry)})"
            axes.text(1.03, at, value, transform=place, ha="left", va="center", color=SOFT if found is None else INK)
        figure.text(0.28 / _WIDTH, 1 - 0.28 / height, say["title"][language], size=10.8, color=INK, va="center")
        right, top = 1 - 0.28 / _WIDTH, 1 - 0.28 / height
        figure.text(right, top, say["values"][language], size=_SIZE, color=SOFT, va="center", ha="right")
        axes.set_xlabel(say["scale"][language], color=SOFT, labelpad=6)
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return re.sub(r"[ \t]+\n", "\n", target.getvalue())
