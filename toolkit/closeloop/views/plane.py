"""Names beside points of a plane and at the ends of lines: no name lies on another, on a point or outside the axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, Canvas
from closeloop.views.score_axes import wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_RINGS = (7, 13, 20, 28, 38, 50, 64, 80, 100)
_FAR = 13
_PADDING = 1.5
_HALF_LINE = 1.0
_WIDEST = 1.9
"""Inches after which a name goes on in the next line."""
_CROSSING, _AWAY = 0.3, 0.25
"""What it costs to write over a line (per square point), and to go away from the point (per point)."""
_POINT = 5.0
_APART = 0.085
"""Least distance of two names at the ends of lines, as a share of the height."""

Segment = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points of the figure."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        """Return the common area."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    @property
    def area(self) -> float:
        """Width times height."""
        return (self.right - self.left) * (self.top - self.bottom)


def name_points(
    canvas: Canvas,
    axes: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    texts: Sequence[Any] = (),
    lines: Sequence[Segment] = (),
) -> None:
    """Write a name beside each point of the data, a fine line leading to it where it had to go further away.

    Parameters
    ----------
    canvas, axes : Canvas, Axes
        What is drawn on; the limits of the axes have to be final.
    points : sequence of (x, y)
        In units of the data.
    names : sequence of str
        One each.
    texts : sequence of matplotlib texts
        What else has been written there.
    lines : sequence of (x, y, x, y)
        Lines along the axes that a name should not be written on, in units of the data.
    """
    from matplotlib.backends.backend_agg import RendererAgg

    figure: Any = axes.get_figure(root=True)
    make: Any = RendererAgg  # whose constructor has no types
    renderer = make(*figure.bbox.size, figure.dpi)  # measures alike, whatever the figure is saved as later
    scale = 72 / figure.dpi

    def box_of(artist: Any) -> Box:
        extent = artist.get_window_extent(renderer)
        return Box(extent.x0 * scale, extent.y0 * scale, extent.x1 * scale, extent.y1 * scale)

    inside = box_of(axes)
    at = [tuple(v * scale for v in axes.transData.transform(point)) for point in points]
    obstacles = [box_of(text) for text in texts]
    obstacles += [Box(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in at]
    thin = []
    for segment in lines:
        left, bottom, right, top = (axes.transData.transform((segment[:2], segment[2:])) * scale).ravel()
        thin.append(Box(left - _HALF_LINE, bottom - _HALF_LINE, right + _HALF_LINE, top + _HALF_LINE))
    for (x, y), point, name in sorted(zip(at, points, names, strict=True), key=lambda one: -one[0][1]):
        text = canvas.note(axes, *point, "", xytext=(0, 0), ha="center", ma="center", fontsize=SMALL, color=INK)
        text.set_text("\n".join(wrap(canvas.drawable(name), _WIDEST, SMALL)))
        own = box_of(text)
        width, height = own.right - own.left, own.top - own.bottom
        candidates = list(_candidates(x, y, width, height))
        costs = [
            sum(box.overlap(other) for other in obstacles)
            + 4 * (box.area - box.overlap(inside))
            + _CROSSING * sum(box.overlap(line) for line in thin)
            + _AWAY * ring
            for box, ring in candidates
        ]
        box, ring = candidates[costs.index(min(costs))]
        obstacles.append(box)
        text.set_position(((box.left + box.right) / 2 - x, (box.bottom + box.top) / 2 - y))
        if ring >= _FAR:
            nearest = (min(max(x, box.left), box.right) - x, min(max(y, box.bottom), box.top) - y)
            axes.annotate(
                "", point, xytext=nearest, textcoords="offset points", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": EDGE, "lw": 0.6, "shrinkA": 0, "shrinkB": 3},
            )  # fmt: skip


def _candidates(x: float, y: float, width: float, height: float) -> Iterator[tuple[Box, float]]:
    """Give places for a text round a point, the nearest first."""
    for ring in _RINGS:
        for right, up in _DIRECTIONS:
            centre_x = x + right * (ring + width / 2)
            centre_y = y + up * (ring if right == 0 or ring > _RINGS[0] else ring / 2) + up * height / 2
            half_x, half_y = width / 2 + _PADDING, height / 2 + _PADDING
            yield Box(centre_x - half_x, centre_y - half_y, centre_x + half_x, centre_y + half_y), ring


def name_ends(canvas: Canvas, axes: Axes, x: float, ends: Iterable[tuple[float, str, str]]) -> None:
    """Write names (height, name, colour) to the right of where lines end, moved up where they would touch.

    Without a height there is no line, so no name; the limits of the axes have to be final.
    """
    low, high = axes.get_ylim()
    at = -math.inf
    for y, name, color in sorted(end for end in ends if not math.isnan(end[0])):
        at = max(y, at + _APART * (high - low))
        canvas.note(axes, x, at, name, xytext=(9, 0), color=color)


def name_corners(canvas: Canvas, axes: Axes, names: Sequence[str]) -> list[Any]:
    """Write what the quadrants are called into the corners: upper left, upper right, lower left, lower right."""
    corners = ((0, 1, "left", "top"), (1, 1, "right", "top"), (0, 0, "left", "bottom"), (1, 0, "right", "bottom"))
    return [
        canvas.note(axes, x, y, name, xycoords="axes fraction", color=SOFT, ha=ha, va=va,
                    xytext=(5 - 10 * x, 5 - 10 * y))
        for (x, y, ha, va), name in zip(corners, names, strict=True)
    ]  # fmt: skip


def part(axes: Axes, x: float, y: float) -> list[Segment]:
    """Draw the lines that part a plane into quadrants, and return them as what no name should be written on."""
    axes.grid(visible=False)
    axes.axhline(y, color=EDGE, lw=0.8, ls=(0, (4, 3)))
    axes.axvline(x, color=EDGE, lw=0.8, ls=(0, (4, 3)))
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    return [(left, y, right, y), (x, bottom, x, top)]
