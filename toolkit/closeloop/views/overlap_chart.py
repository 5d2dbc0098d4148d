"""Which categories share mentions: a grid of pairs, how much of the smaller category lies in the larger one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from closeloop.text import LocalText, language
from closeloop.views.canvas import EDGE, INK, SMALL, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR
from closeloop.views.words import in_tag, say
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.themes.mece.mece_pairs import MecePairs, Pair

MOST_CATEGORIES = 9
"""So many categories stand in the grid, those that share most."""

_NAME = 2.3


def plot_pairs(pairs: MecePairs, ax: Any = None) -> Chart:
    """Return the pairs as a chart: the darker a square, the more of the smaller category lies in the larger one.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": [1, 1, 2, 2, 3], "code": ["late", "delivery"] * 2 + ["rude"]}
    >>> plot_pairs(Coding.from_table(table, unit="mention").mece().pairs).title
    'Categories that share mentions'
    """
    tag = language()
    labels = dict.fromkeys(label for pair in pairs for label in (pair.smaller_label, pair.larger_label))
    names = grid_of(pairs, list(labels))
    shown = [in_tag(name, tag) for name in names]
    note, head = say("mece.grid_note", tag), say("mece.head_pairs", tag)
    canvas = Canvas.of(
        pairs, [*shown, note, head, "0123456789"], height=0.5 + 0.34 * max(len(names), 1),
        left=room_for([f"00 {cut(name, _NAME, SMALL)}" for name in shown], 4.0), right=3.6, bottom=0.6, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        draw_grid(canvas, axes, pairs, names, tag)
        canvas.name_axes(axes, head)
    return canvas.chart()


def grid_of(pairs: MecePairs, labels: Sequence[LocalText | str]) -> list[LocalText | str]:
    """Return the categories that share most mentions with another one, in the order of `labels`."""
    most: dict[LocalText | str, float] = {}
    for pair in pairs:
        for label in (pair.smaller_label, pair.larger_label):
            most[label] = max(most.get(label, 0.0), pair.jaccard)
    chosen = sorted(most, key=lambda label: -most[label])[:MOST_CATEGORIES]
    return [label for label in labels if label in chosen]


def draw_grid(canvas: Canvas, axes: Any, pairs: MecePairs, names: Sequence[LocalText | str], tag: str) -> None:
    """Draw the lower half of a grid: row and column are categories, the number is the containment."""
    from matplotlib.patches import Rectangle

    place = {name: i for i, name in enumerate(names)}
    size = len(names)
    axes.set_xlim(-0.5, max(size - 1, 1) - 0.5)
    canvas.name_rows(axes, [f"{i + 1} {cut(in_tag(name, tag), _NAME, SMALL)}" for i, name in enumerate(names)])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_xticks(range(max(size - 1, 1)), [str(i + 1) for i in range(max(size - 1, 1))])
    axes.grid(visible=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    for row in range(size):
        for column in range(row):
            axes.add_patch(
                Rectangle((column - 0.46, row - 0.44), 0.92, 0.88, facecolor="white", edgecolor="#dddddd", lw=0.7)
            )
    for pair in pairs:
        if pair.smaller_label in place and pair.larger_label in place:
            _square(canvas, axes, pair, place[pair.smaller_label], place[pair.larger_label], tag)
    if pairs.hints:
        how = {"xycoords": "axes fraction", "xytext": (0, -2), "ha": "right", "va": "top"}
        canvas.note(axes, 1, 1, say("mece.grid_note", tag), **how)


def _square(canvas: Canvas, axes: Any, pair: Pair, one: int, two: int, tag: str) -> None:
    from matplotlib.patches import Rectangle

    row, column = max(one, two), min(one, two)
    hinted = bool(pair.hint)
    color, strength = (DETRACTOR, 0.75) if hinted else (EDGE, 0.5)
    strength = 0.15 + strength * min(pair.containment, 1.0)
    square = (column - 0.46, row - 0.44), 0.92, 0.88
    axes.add_patch(Rectangle(*square, facecolor=color, alpha=strength, lw=0, zorder=2))
    if hinted:  # a frame, too: colour alone would not reach everybody
        axes.add_patch(Rectangle(*square, facecolor="none", edgecolor=INK, lw=1.3, zorder=3))
    ink = "white" if hinted and strength > 0.62 else INK
    text = write(100 * pair.containment, "count", tag)  # per cent, as the head says: a square has no room for the sign
    canvas.note(axes, column, row, text, color=ink, xytext=(0, 0), ha="center", zorder=4)
