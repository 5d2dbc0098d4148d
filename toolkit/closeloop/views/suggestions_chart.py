"""Suggested codes as a figure: each group by size with its interval, and what lies in no group."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.steps import round_steps
from closeloop.views.style import PROMOTER
from closeloop.views.words import in_tag
from closeloop.written import told

if TYPE_CHECKING:
    from closeloop.themes.residual.suggestion import Suggestions

_NAME = 3.0
_BELONGS = "#9dbdd3"


def plot_suggestions(suggestions: Suggestions, ax: Any = None) -> Chart:
    """Return the groups as a chart.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> said = [*[f"no parking {where}" for where in ("today", "again", "there", "at night", "ever")], "fine", "rain"]
    >>> rows = {"id": range(7), "text": said, "code": [None] * 7}
    >>> plot_suggestions(Coding.from_table(rows, unit="response", text="text").suggest()).title
    'Groups among the mentions without a code'
    """
    tag = language()
    total = max(suggestions.n, 1)
    bars: list[tuple[str, float, float, float, int, str]] = [
        (in_tag(one.named, tag), one.share, one.ci_low, one.ci_high, one.n, one.verdict) for one in suggestions
    ]
    if suggestions.n_smaller_groups:
        name = message("residual.smaller", count=suggestions.n_smaller_groups).in_language(tag)
        bars.append((name, suggestions.n_smaller / total, math.nan, math.nan, suggestions.n_smaller, "rest"))
    rest = message("residual.rest").in_language(tag)
    bars.append((rest, suggestions.n_rest / total, math.nan, math.nan, suggestions.n_rest, "rest"))
    labels = [
        message(
            "residual.bar", terms=cut(name, _NAME, SMALL), share=told(share, "percent", 1), n=told(n, "count")
        ).in_language(tag)
        for name, share, _, _, n, _ in bars
    ]
    words = {name: message(f"residual.{name}").in_language(tag) for name in ("axis", "key_new", "key_belongs")}
    canvas = Canvas.of(
        suggestions, [*labels, *words.values(), "■0123456789.%"], height=0.4 + 0.32 * len(bars),
        left=room_for(labels, 4.4), right=0.3, bottom=0.85, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        canvas.name_rows(axes, labels)
        axes.tick_params(axis="y", labelcolor=INK)
        for y, (_, share, low, high, _, verdict) in enumerate(bars):
            face = {"new": PROMOTER, "belongs": _BELONGS}.get(verdict, "white")
            axes.barh(y, share, height=0.6, color=face, edgecolor=EDGE if verdict == "rest" else face, lw=0.9, zorder=2)
            if not math.isnan(low):
                axes.plot([low, high], [y, y], color="white", lw=3.2, solid_capstyle="butt", zorder=3)
                axes.plot([low, high], [y, y], color=SOFT, lw=1.6, solid_capstyle="butt", zorder=4)
        axes.set_xlim(left=0)
        axes.xaxis.set_major_locator(round_steps(5))
        canvas.write_ticks(axes.xaxis, "percent", 0 if max(bar[1] for bar in bars) > 0.04 else 1)
        canvas.name_axes(axes, words["axis"])
        if ax is None:
            canvas.key(axes, [("■", PROMOTER, words["key_new"]), ("■", _BELONGS, words["key_belongs"])], below=34)
    return canvas.chart()
