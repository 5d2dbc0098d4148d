"""Agreement of coders as a figure: α with its interval per code, against the two customary levels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.views.words import in_tag, say
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.stats.agreement import Agreement
    from closeloop.themes.mece.agreement_report import AgreementReport

MOST = 25
_NAME = 2.6
_LOWEST = -0.3


def plot_agreement(report: AgreementReport, ax: Any = None) -> Chart:
    """Return the agreement as a chart: all codes together on top, then each, the one agreed on least first.

    Parameters
    ----------
    report : AgreementReport
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": [1, 2, 3, 4] * 2, "code": ["late", "rude", "late", "rude", "late", "rude", "rude", "rude"],
    ...          "coder": ["Ann"] * 4 + ["Bo"] * 4}
    >>> plot_agreement(Coding.from_table(table, unit="response", coder="coder").agreement()).title
    'Agreement of coders'
    """
    from closeloop.themes.mece.agreement_report import RELIABLE, TENTATIVE

    tag = language()
    known = [row for row in report.codes if not math.isnan(row.alpha.kappa)]
    known.sort(key=lambda row: row.alpha.kappa)
    left_out = len(known) - MOST
    rows: list[tuple[str, Agreement]] = [(say("agreement.overall", tag), report.alpha)]
    rows += [(cut(in_tag(row.label, tag), _NAME, SMALL), row.alpha) for row in known[:MOST]]
    labels = [name for name, _ in rows]
    levels = [(TENTATIVE, say("agreement.level_tentative", tag)), (RELIABLE, say("agreement.level_reliable", tag))]
    more = [message("agreement.more", count=left_out)] if left_out > 0 else []
    canvas = Canvas.of(
        report, [*labels, *(text for _, text in levels), say("agreement.axis", tag), "0123456789.−"],
        notes=[*more, *report.notes], height=0.45 + 0.29 * len(rows), left=room_for(labels, 3.4), right=0.6,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        canvas.name_rows(axes, labels)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_ylim(len(rows) - 0.5, -1.1)
        lowest = min([0.0, *(found.ci_low for _, found in rows if not math.isnan(found.ci_low))])
        axes.set_xlim(max(lowest - 0.02, _LOWEST), 1.02)
        for value, text in levels:
            axes.axvline(value, color=SOFT, lw=1.0, ls=(0, (3, 2)), zorder=1)
            canvas.note(axes, value, -0.85, text, xytext=(3, 0))
        axes.axvline(0, color=SOFT, lw=0.8, zorder=1)
        for y, (_, found) in enumerate(rows):
            if math.isnan(found.kappa):
                continue
            color = PROMOTER if found.ci_low >= RELIABLE else PASSIVE if found.ci_low >= TENTATIVE else DETRACTOR
            low, place = max(found.ci_low, _LOWEST), max(found.kappa, _LOWEST)
            axes.plot([low, found.ci_high], [y, y], color=color, lw=1.8, solid_capstyle="butt", zorder=3)
            axes.plot([place], [y], "o", color=color, ms=6, zorder=4, clip_on=False)
            canvas.note(axes, 1.02, y, write(found.kappa, "decimal", tag), color=INK, xytext=(4, 0))
        canvas.name_axes(axes, say("agreement.axis", tag))
        canvas.write_ticks(axes.xaxis, "decimal", 1)
    return canvas.chart()
