"""`scorecard`: filters over scores, trend and themes, with what customers wrote screened for names and numbers.

It stands here and not in `closeloop.analysis` because screening does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from closeloop.analysis.scorecard.build import make_scorecard
from closeloop.analysis.scorecard.scorecard import Scorecard
from closeloop.followup.privacy.name_list import NameList
from closeloop.followup.privacy.screening import screen
from closeloop.metrics.period import Period
from closeloop.metrics.spec import Metric

__all__ = ["Scorecard", "scorecard"]


def scorecard(
    data: Any,
    metric: Metric | str | None = None,
    *,
    by: str | Sequence[str],
    period: Period | str | None = None,
    coding: Any = None,
    verbatims: str | None = None,
    min_n: int = 10,
    confidence_level: float = 0.95,
    language_column: str = "language",
    names: Collection[str] = (),
) -> Scorecard:
    """Return a scorecard: scores for every choice of filters, of which none gives a small group away.

    Parameters
    ----------
    data : frame or Responses
        As for `closeloop.score`.
    metric : Nps, TopBox or str, optional
        What to measure; of responses also the name of a metric. By default the survey's NPS.
    by : str or list of str
        One to four segment columns; each becomes a filter.
    period : Period or str, optional
        The filter of time: ``cl.Period("answered_at", "month")``, a column of dates (by month), or a column of labels
        such as ``"2026-07"`` or ``"2026-Q3"``. With it there is a trend.
    coding : Coding, optional
        The themes of the comments, for the Pareto; its ids are those of the column ``response_id`` (or ``id``, or the
        number of the row).
    verbatims : str, optional
        The column of comments; by default the texts of the coding, else the survey's first open item.
    min_n : int
        Groups with fewer answers are hidden, and with them what would give them away.
    confidence_level : float
        Of all intervals.
    language_column : str
        The filter of language; none if there is no such column.
    names : collection of str
        Names to take out of comments, beside what is recognised by its form.

    Returns
    -------
    Scorecard
        ``select`` gives one choice of filters, ``board`` the widget.

    Raises
    ------
    ResponseValidationError
        If an answer is not allowed.
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If the filters have more combinations than can be protected, or something else asked for cannot be.

    Notes
    -----
    What is shown is decided once, for all choices of filters together
    (`closeloop.analysis.scorecard.protection.shown_groups`), so no sequence of choices narrows a small group down.
    What people wrote is shown block by block (`closeloop.analysis.scorecard.blocks`): a comment never stands under two
    choices that together single out fewer than `min_n` people. Where a filter would do that, the comment is left out
    of the themes and the list, and stays in those of the wider choice.

    When not to use: with weighted samples, and with segments that are each other's parts (a city and its region), whose
    sums are more than those of the filters.

    Examples
    --------
    >>> import closeloop as cl
    >>> answers = {"recommend": [10, 9, 8, 3] * 30, "plan": ["Basic", "Pro"] * 60, "words": ["Ask Mr Smith"] * 120}
    >>> card = scorecard(answers, cl.Nps("recommend"), by="plan", verbatims="words")
    >>> card.select(plan="Pro").mentions().texts[0]
    'Ask [name]'
    """
    listed = NameList(names)
    return make_scorecard(
        data, metric, by=by, period=period, coding=coding, verbatims=verbatims, min_n=min_n,
        confidence_level=confidence_level, language_column=language_column,
        screen=lambda text: screen(text, listed).masked,
    )  # fmt: skip
