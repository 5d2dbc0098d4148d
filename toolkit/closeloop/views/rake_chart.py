"""Raking as a figure: each value's share before and after, beside its target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, LINE, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.analysis.weighting.rake_result import Raking

_NAME = 3.0
"""Inches for the name of a value."""


def plot_rake(raking: Raking, ax: Any = None) -> Chart:
    """Return the shares of a raking before and after, one line per value, the targets as marks.

    Parameters
    ----------
    raking : Raking
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.analysis.weighting.rake import rake
    >>> raking = rake(pd.DataFrame({"sex": list("ffm") * 20}), {"sex": {"f": 0.5, "m": 0.5}})
    >>> plot_rake(raking).title
    'Weighting to targets'
    """
    tag = language()
    labels, y, heads = [], [], []
    place = 0.0
    for i, share in enumerate(raking.shares):
        if i == 0 or share.margin != raking.shares[i - 1].margin:
            place += 0.35 if i else 0.0
            heads.append((place, raking.margin_title(share).in_language(tag)))
            place += 1.0
        labels.append(cut(raking.value_title(share).in_language(tag), _NAME, SMALL))
        y.append(place)
        place += 1.0
    words = [message(f"rake.{word}").in_language(tag) for word in ("before", "target", "after", "axis")]
    marks = [
        f"{write(100 * share.share_before, 'decimal', tag, 0)} → {write(share.share_after, 'percent', tag, 0)}"
        for share in raking.shares
    ]
    names = [*labels, *(head for _, head in heads)]
    canvas = Canvas.of(
        raking, [*names, *words, *marks], height=0.3 + 0.26 * place, left=room_for(names), right=1.0, bottom=0.5, ax=ax
    )
    with canvas.drawing() as axes:
        for at, share, mark in zip(y, raking.shares, marks, strict=True):
            before, target, after = (100 * v for v in (share.share_before, share.target, share.share_after))
            axes.plot([before, after], [at, at], color=LINE, lw=2, zorder=1)
            axes.plot([before], [at], "o", color=DETRACTOR, ms=6, mfc="white", mew=1.5, zorder=3, label=words[0])
            axes.plot([target], [at], "|", color=INK, ms=13, mew=1.6, zorder=2, label=words[1])
            axes.plot([after], [at], "o", color=PROMOTER, ms=5.5, zorder=4, label=words[2])
            canvas.note(axes, max(before, after, target), at, mark, xytext=(9, 0))
        axes.set_ylim(place - 0.4, -0.6)
        ticks = sorted([*zip(y, labels, strict=True), *heads])
        axes.set_yticks([at for at, _ in ticks], [canvas.drawable(text) for _, text in ticks])
        named = {at for at, _ in heads}
        for tick, (at, _) in zip(axes.get_yticklabels(), ticks, strict=True):
            tick.set_color(INK if at in named else SOFT)
        axes.set_xlim(left=0)
        axes.grid(visible=False, axis="y")
        canvas.name_axes(axes, words[3])
        canvas.legend(axes, loc="upper right", bbox_to_anchor=(1.0, 1.0), ncol=3, borderaxespad=0.1)
    return canvas.chart()
