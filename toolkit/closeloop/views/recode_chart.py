"""Two codings of the same mentions as a figure: each code that changed, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, SMALL, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.steps import round_steps
from closeloop.views.style import PROMOTER
from closeloop.views.words import in_tag
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.themes.codings.recode import Recode

_NAME, _MOST = 2.6, 24


def plot_recode(recode: Recode, ax: Any = None) -> Chart:
    """Return the codes that changed as a chart, with what is covered on top and what has no code below.

    Examples
    --------
    >>> from closeloop.themes.codings.code_mentions import code_mentions
    >>> from closeloop.themes.codebooks.codebook_file import load_codebook
    >>> from closeloop.themes.codings.recode import recode
    >>> coding = code_mentions(["I am angry.", "no parking"], load_codebook("emotions"))
    >>> plot_recode(recode(coding, coding.codebook)).title
    'Recoded: emotions@1 → emotions@1'
    """
    tag = language()
    moved = [one for one in recode.codes if one.role in ("covered", "uncoded") or one.gained or one.lost][:_MOST]
    still = len(recode.codes) - len(moved)
    labels = [cut(in_tag(one.label, tag), _NAME, SMALL) for one in moved]
    words = {name: message(f"recode.{name}").in_language(tag) for name in ("before", "after", "axis")}
    more = [message("recode.unchanged", count=still)] if still else []
    canvas = Canvas.of(
        recode, [*labels, *words.values(), "●○→0123456789,"], notes=[*more, *recode.notes],
        height=0.35 + 0.3 * len(moved), left=room_for(labels), right=1.1, bottom=0.8, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        canvas.name_rows(axes, labels)
        axes.tick_params(axis="y", labelcolor=INK)
        most = max([1, *(max(one.before, one.after) for one in moved)])
        axes.set_xlim(-0.03 * most, 1.03 * most)
        for y, one in enumerate(moved):
            axes.plot([one.before, one.after], [y, y], color=EDGE, lw=1.6, zorder=2)
            axes.plot([one.before], [y], "o", color=INK, mfc="white", mew=1.3, ms=6, zorder=3, clip_on=False)
            axes.plot([one.after], [y], "o", color=PROMOTER, ms=6, zorder=4, clip_on=False)
            said = f"{write(one.before, 'count', tag)} → {write(one.after, 'count', tag)}"
            canvas.note(axes, max(one.before, one.after), y, said, xytext=(8, 0), color=INK)
        axes.xaxis.set_major_locator(round_steps(5))
        canvas.write_ticks(axes.xaxis, "count")
        canvas.name_axes(axes, words["axis"])
        if ax is None:
            canvas.key(axes, [("○", INK, words["before"]), ("●", PROMOTER, words["after"])], below=34)
    return canvas.chart()
