"""The MECE check of every node as a figure: what is left over and what overlaps, against what is allowed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import in_tag, say

if TYPE_CHECKING:
    from closeloop.themes.mece.mece_tree import MeceTree

MOST = 25
_NAME = 2.6


def plot_mece_tree(tree: MeceTree, ax: Any = None) -> Chart:
    """Return the nodes as a chart: two dots with their intervals each.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> from closeloop.themes.mece.mece_tree import mece_tree
    >>> table = {"id": list(range(9)), "code": ["late", "rude", None] * 3}
    >>> plot_mece_tree(mece_tree(Coding.from_table(table, unit="mention"))).title
    'MECE check of every node'
    """
    tag = language()
    rows = tree.rows()[:MOST]
    labels = [f"{cut(in_tag(row['label'], tag), _NAME, SMALL)} (n = {row['n']})" for row in rows]
    unit = tree.reports[0].unit
    words = [say("mece.row_residual", tag), say(f"mece.tree_overlap_{unit}", tag), say("mece.tree_axis", tag)]
    left_out = len(tree) - MOST
    more = [message("mece.tree_more", count=left_out)] if left_out > 0 else []
    canvas = Canvas.of(
        tree, [*labels, *words, "●◆0123456789 %"], notes=[*more, *tree.notes], height=0.25 + 0.36 * len(rows),
        left=room_for(labels, 4.0), right=0.4, bottom=0.85, ax=ax,
    )  # fmt: skip
    limits = tree.reports[0].thresholds
    most = 2 * max(limits.residual, limits.overlap)
    with canvas.drawing() as axes:
        canvas.name_rows(axes, labels)
        axes.tick_params(axis="y", labelcolor=INK)
        for y, row in enumerate(rows):
            for name, color, sign, shift in (("residual", PROMOTER, "o", -0.13), ("overlap", DETRACTOR, "D", 0.13)):
                value, low, high = (row[name + end] for end in ("", "_low", "_high"))
                if math.isnan(value):
                    continue
                if not math.isnan(low):
                    axes.plot([low, high], [y + shift] * 2, color=color, lw=1.6, solid_capstyle="butt", zorder=3)
                    most = max(most, high)
                axes.plot([value], [y + shift], sign, color=color, ms=5, zorder=4, clip_on=False)
                most = max(most, value)
        for limit in {limits.residual, limits.overlap}:
            axes.axvline(limit, color=INK, lw=1.0, ls=(0, (3, 2)), zorder=1)
        axes.set_xlim(0, min(1.0, 1.04 * most))
        canvas.write_ticks(axes.xaxis, "percent", 0)
        canvas.name_axes(axes, words[2])
        if ax is None:
            canvas.key(axes, [("●", PROMOTER, words[0]), ("◆", DETRACTOR, words[1])], below=34)
    return canvas.chart()
