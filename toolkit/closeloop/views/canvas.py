"""The paper of a figure: a white card with title, sentence and one place for axes, in a font that has the characters.

Every figure of a result is drawn on one. matplotlib's own defaults would leave Chinese as boxes and bytes to chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from closeloop.text import LocalText, language
from closeloop.views.chart import Chart
from closeloop.views.fonts import Typeface
from closeloop.views.score_axes import EDGE, INK, LINE, SOFT, length, wrap
from closeloop.views.words import in_tag, marks
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from closeloop.metrics.result import TableResult

WIDTH, MARGIN = 9.0, 0.28
BODY, SMALL, TITLE = 9.4, 8.4, 10.8
_LATIN_QUOTES = str.maketrans("“”‘’", "\"\"''")
"""The bundled font draws typographic quotes as wide as a Chinese character: fine in Chinese, a hole in English."""


class Canvas:
    """A figure in the making; inches from the left and from the top.

    Parameters
    ----------
    title, sentence : str
        What the figure is about, and what it shows: the sentence is drawn under the title and is the figure's
        alternative text.
    texts : iterable of str
        Every other text that will be drawn (labels of groups …): the font is chosen for all of them.
    height : float
        Inches for the axes, beside those of title and sentence.
    left, right, bottom : float
        Inches round the axes for their tick labels.
    caption : str
        How it was done; stands below the image in HTML.
    ax : matplotlib.axes.Axes, optional
        Somebody's own axes: then nothing but these is drawn.

    Examples
    --------
    >>> canvas = Canvas("Trend", "NPS fell.", [], height=2.0)
    >>> with canvas.drawing() as axes:
    ...     _ = axes.plot([1, 2], [3, 1])
    >>> canvas.chart()
    <Chart: Trend. NPS fell.>
    """

    def __init__(
        self,
        title: str,
        sentence: str,
        texts: Iterable[str] = (),
        *,
        height: float = 3.0,
        left: float = 0.75,
        right: float = 0.2,
        bottom: float = 0.45,
        caption: str = "",
        ax: Axes | None = None,
    ) -> None:
        self.title, self.sentence, self.caption, self.tag = title, sentence, caption, language()
        self.typeface = Typeface([title, sentence, *texts])
        self.result: TableResult | None = None
        self._ax = ax
        self._left, self._right, self._bottom, self._height = left, right, bottom, height

    @classmethod
    def of(
        cls,
        result: TableResult,
        texts: Iterable[str] = (),
        *,
        notes: Iterable[LocalText | str] | None = None,
        ax: Axes | None = None,
        **inches: float,
    ) -> Canvas:
        """Return the paper for a result: its title, its sentence, and its notes as the caption.

        Parameters
        ----------
        result : TableResult
            What will be drawn.
        texts, ax
            See `Canvas`.
        notes : iterable of LocalText or str, optional
            The sentences of the caption, if not the result's notes.
        **inches : float
            `height`, `left`, `right` and `bottom`, see `Canvas`.
        """
        tag = language()
        said = [in_tag(note, tag) for note in (result.notes if notes is None else notes)]
        title, sentence = in_tag(result.title, tag), in_tag(result.sentence, tag)
        canvas = cls(title, sentence, texts, caption=marks(tag).gap.join(said), ax=ax, **inches)
        canvas.result = result
        return canvas

    @contextmanager
    def drawing(self, panels: Sequence[float] = (1.0,), gap: float = 0.35) -> Iterator[Any]:
        """Give the axes, styled; with several `panels` (their shares of the height) a list of them, top to bottom.

        Raises
        ------
        ValueError
            If axes of the caller's own were given and the figure has several panels.
        """
        from matplotlib import rc_context

        style: dict[Any, Any] = {"font.family": list(self.typeface.families), "text.usetex": False, "path.sketch": None,
                 "axes.unicode_minus": False, "text.parse_math": False}  # fmt: skip
        with rc_context(style):
            if self._ax is not None:
                self.figure: Figure = self._ax.get_figure(root=True)  # type: ignore[assignment]
                axes = [self._ax] * len(panels)
            else:
                axes = self._paper(panels, gap)
            yield axes if len(panels) > 1 else axes[0]
            for one in axes:
                for label in (*one.get_xticklabels(), *one.get_yticklabels(), one.xaxis.label, one.yaxis.label):
                    label.set_parse_math(False)
                    label.set_fontfamily(list(self.typeface.families))  # somebody's own axes were made before the style

    def _paper(self, panels: Sequence[float], gap: float) -> list[Axes]:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        lines = wrap(self.drawable(self.sentence), WIDTH - 2 * MARGIN, BODY)
        head = MARGIN + 0.3 + 0.19 * len(lines) + 0.18
        total = head + self._height + gap * (len(panels) - 1) + self._bottom + MARGIN / 2
        self.figure = Figure(figsize=(WIDTH, total), facecolor="white")
        FigureCanvasAgg(self.figure)
        self._write(MARGIN + 0.1, self.title, total, fontsize=TITLE, color=INK)
        for i, line in enumerate(lines):
            self._write(MARGIN + 0.38 + 0.19 * i, line, total, color=SOFT)
        axes, top = [], head
        for share in panels:
            height = self._height * share / math.fsum(panels)
            box = (
                (MARGIN + self._left) / WIDTH, 1 - (top + height) / total,
                (WIDTH - 2 * MARGIN - self._left - self._right) / WIDTH, height / total,
            )  # fmt: skip
            one = self.figure.add_axes(box, facecolor="none")
            one.spines[["top", "right"]].set_visible(False)
            one.spines[["left", "bottom"]].set_color(LINE)
            one.tick_params(length=0, labelsize=SMALL, labelcolor=SOFT)
            one.grid(visible=True, color=LINE, lw=0.7)
            one.set_axisbelow(True)
            axes.append(one)
            top += height + gap
        return axes

    def _write(self, y: float, text: str, total: float, **how: Any) -> None:
        how = {"fontsize": BODY, "va": "center", **how}
        self.figure.text(MARGIN / WIDTH, 1 - y / total, self.drawable(text), **how)

    def drawable(self, text: str) -> str:
        """Return a text as it can be drawn: one line, a square for a character that no font has."""
        return self.typeface.drawable(text if self.tag == "zh-CN" else text.translate(_LATIN_QUOTES))

    def note(self, axes: Axes, x: float, y: float, text: str, **how: Any) -> Any:
        """Write a text at a place of the data; further arguments go to ``annotate``."""
        how = {"fontsize": SMALL, "color": SOFT, "textcoords": "offset points", "xytext": (4, 0), "va": "center", **how}
        return axes.annotate(self.drawable(text), (x, y), annotation_clip=False, **how)

    def name_axes(self, axes: Axes, along: str = "", up: str = "", **how: Any) -> None:
        """Say what the axes measure; further arguments go to matplotlib."""
        for text, write_label in ((along, axes.set_xlabel), (up, axes.set_ylabel)):
            if text:
                write_label(self.drawable(text), fontsize=SMALL, color=SOFT, **how)

    def name_rows(self, axes: Axes, names: Sequence[str], room: float | None = None) -> None:
        """Name the rows 0, 1, 2 … on the left, the first on top; with `room` (inches) in ink, on at most two lines."""
        axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
        shown = [self.drawable(name) for name in names]
        if room is not None:
            shown = [_two_lines(name, room) for name in shown]
            axes.tick_params(axis="y", labelcolor=INK)
        axes.set_yticks(range(len(names)), shown)
        axes.grid(visible=False, axis="y")

    def name_columns(self, axes: Axes, names: Sequence[str], most: int) -> None:
        """Name the columns 0, 1, 2 … below, every second, third … of more than `most`."""
        ticks = range(0, len(names), max(1, math.ceil(len(names) / most)))
        axes.set_xticks(ticks, [self.drawable(names[i]) for i in ticks])

    def write_ticks(self, axis: Any, form: str, digits: int | None = None, per: float = 1.0) -> None:
        """Write the ticks of an axis (``axes.xaxis``) in a form of `closeloop.written`, divided by `per`."""
        axis.set_major_formatter(lambda value, _: self.drawable(write(value / per, form, self.tag, digits)))

    def legend(self, axes: Axes, **how: Any) -> None:
        """Explain what was drawn with a label, each label once; further arguments go to ``legend``."""
        handles, names = axes.get_legend_handles_labels()
        shown = dict(zip(names, handles, strict=True))
        texts = [self.drawable(name) for name in shown]
        axes.legend([*shown.values()], texts, frameon=False, fontsize=SMALL, labelcolor=SOFT, **how)

    def key(self, axes: Axes, signs: Iterable[tuple[str, str, str]], below: float) -> None:
        """Explain signs (sign, colour, meaning) in one line, so many points below the axes."""
        how: dict[str, Any] = {"xycoords": "axes fraction", "va": "top"}
        x = 0.0
        for sign, color, text in signs:
            self.note(axes, 0, 0, sign, xytext=(x, -below), color=color, **how)
            self.note(axes, 0, 0, text, xytext=(x + 11, -below), **how)
            x += 72 * length(text, SMALL) + 30

    def chart(self) -> Chart:
        """Return the finished figure."""
        alt = f"{self.title}. {self.sentence}" if self.tag == "en" else f"{self.title}：{self.sentence}"
        return Chart(
            figure=self.figure, title=self.title, alt=alt.replace("\u00a0", " "), caption=self.caption,
            result=self.result,
        )  # fmt: skip


def room_for(labels: Iterable[str], most: float = 3.2) -> float:
    """Return the inches that tick labels need on the left of the axes.

    Examples
    --------
    >>> room_for(["East", "Northeast"]) < room_for(["much faster than the others"]) <= 3.2
    True
    """
    return min(max((length(label, SMALL) for label in labels), default=0.4) + 0.12, most)


def _two_lines(text: str, room: float) -> str:
    lines = wrap(text, room, SMALL)
    return "\n".join(lines if len(lines) < 3 else [lines[0], f"{lines[1][:-1]}…"])


def dots(
    canvas: Canvas,
    axes: Axes,
    labels: Sequence[str],
    rows: Sequence[tuple[float, float, float]],
    color: str = INK,
    room: float | None = None,
) -> None:
    """Draw estimates with their intervals (low, estimate, high), the first row on top; `room` as in ``name_rows``.

    Examples
    --------
    >>> canvas = Canvas("Drivers", "Effort matters.", ["effort"], height=1.0, left=1.5)
    >>> with canvas.drawing() as axes:
    ...     dots(canvas, axes, ["effort"], [(0.1, 0.2, 0.3)])
    """
    for y, (low, estimate, high) in enumerate(rows):
        axes.plot([low, high], [y, y], color=color, lw=1.3, solid_capstyle="butt", zorder=2)
        axes.plot([estimate], [y], "o", color=color, ms=5, zorder=3)
    canvas.name_rows(axes, labels, room)


__all__ = ["BODY", "EDGE", "INK", "LINE", "MARGIN", "SMALL", "SOFT", "TITLE", "WIDTH", "Canvas", "dots", "room_for"]
