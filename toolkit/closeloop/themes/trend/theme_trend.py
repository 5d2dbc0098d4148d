"""`theme_trend`: how often each theme comes up from period to period, and which themes left their baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from closeloop.analysis.trend.charted import FEWEST
from closeloop.analysis.trend.periods import Baseline, calendar, chosen_baseline, chosen_events
from closeloop.errors import InsufficientDataError
from closeloop.metrics.period import Period, period_labels
from closeloop.metrics.protect import checked_min_n
from closeloop.stats.control import SIGMA_METHODS
from closeloop.stats.intervals import normal_quantile
from closeloop.text import LocalText, message
from closeloop.themes.shares import clustered_shares
from closeloop.themes.theme_groups import ThemeGroup, of_responses, theme_groups, theme_hits
from closeloop.themes.trend.theme_lines import SINGLE, discovered, family_width, theme_changes, theme_line
from closeloop.themes.trend.theme_trend_result import ThemeTrend

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def theme_trend(
    coding: Coding,
    times: Any,
    every: str = "month",
    *,
    codes: Sequence[str] | None = None,
    parent: str | None = None,
    unit: str = "response",
    baseline: Baseline = None,
    events: Mapping[Any, LocalText | str] | Sequence[tuple[Any, LocalText | str]] = (),
    min_n: int = 10,
    confidence_level: float = 0.95,
    sigma: str = "mean",
    seed: int = 0,
) -> ThemeTrend:
    """Return the share of comments that mention each theme, period by period, on control charts.

    Parameters
    ----------
    coding : Coding
    times : sequence, column or mapping
        When each response was given: one for each in their order (``responses.accepted["answered_at"]``), or by id.
        Those without a time are left out and counted.
    every : {"month", "week", "quarter", "day", "year"}
        What a period is.
    codes : sequence of str, optional
        Which themes, with all that lies below each; by default the codes at the top, or below `parent`.
    parent : str, optional
        See `closeloop.themes.pareto.pareto.pareto`. Shares are of all comments, not of those about the parent.
    unit : {"response", "mention"}
        Share of responses that mention the theme, or of mentions that are about it.
    baseline : optional
        See `closeloop.analysis.trend.trend.trend`: ``("2024-07", "2025-02")``, a number of periods …
    events : mapping or sequence of pairs
        What happened when: ``{"2025-03-01": "refund policy tightened"}``. Dates fall into their period, are drawn and
        stand in the table; they are not used.
    min_n : int
        Periods with fewer responses are gaps.
    confidence_level : float
        Of the intervals, and of changes of level, over all themes together.
    sigma : {"mean", "median", "fixed"}
        How σ_z is estimated, see `closeloop.stats.control_chart.sigma_z`.
    seed : int
        Of the permutations by which a change of level is tested.

    Returns
    -------
    ThemeTrend

    Raises
    ------
    InsufficientDataError
        If there is no dated comment, or no theme has three baseline periods with enough of them.
    ValueError
        If something else asked for cannot be.

    Notes
    -----
    Each theme has Laney's p′ chart. With k themes the limits lie so far out that chance puts one of all k figures of a
    period beyond them as seldom as a single chart's three standard errors (Bonferroni). Where a theme is rare, normal
    limits are crossed too easily: an alarm also has to be one by the exact binomial tail. Lasting changes that no
    single period shows are found by the likelihood-ratio change point, with p by permutation, corrected over the themes
    (Holm). A mention is not independent of the others in its comment: with ``unit="mention"`` periods enter with
    effective numbers of mentions (the design effect of the theme over all periods).

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> months = [f"2025-{m:02d}" for m in range(1, 13) for _ in range(100)]
    >>> codes = ["price" if i % 100 < (40 if i >= 800 else 12 + i // 100 % 3) else None for i in range(1200)]
    >>> coding = Coding.from_table({"id": range(1200), "code": codes}, unit="response")
    >>> found = theme_trend(coding, months, baseline=6)
    >>> found.alarms()["period"].tolist(), found.changes[0].first
    (['2025-09', '2025-10', '2025-11', '2025-12'], '2025-09')
    """
    checked_min_n(min_n)
    normal_quantile(confidence_level)  # refuses an impossible level
    if sigma not in SIGMA_METHODS:
        raise ValueError(message("trend.unknown_sigma", method=sigma, choices=", ".join(map(repr, SIGMA_METHODS))))
    every = Period("answered_at", every).every
    pairs = list(events.items()) if isinstance(events, Mapping) else events
    happened = chosen_events(pairs, every)
    groups = _chosen(coding, codes, parent)
    hits = theme_hits(coding, groups, unit)
    days = _days(times, coding)
    unit_days = days[hits.response]
    inside = ~np.isnat(unit_days)
    if not inside.any():
        raise InsufficientDataError(message("theme_trend.no_dates"))
    found = period_labels(unit_days[inside], every)
    periods = calendar(found, every)
    place = {period: i for i, period in enumerate(periods)}
    at = np.full(len(unit_days), -1)
    at[inside] = [place[label] for label in found]
    chosen = chosen_baseline(baseline, periods, every)
    mask = np.isin(periods, chosen)
    n = np.bincount(at[inside], minlength=len(periods)).astype(float)
    people = np.bincount(_per_person(hits.response, at, len(periods)), minlength=len(periods))
    shown = (people >= max(min_n, 1)) & (n > 0)
    hit = inside[hits.row]
    cells = np.bincount(hits.column[hit] * len(periods) + at[hits.row[hit]], minlength=len(groups) * len(periods))
    counts = cells.reshape(len(groups), len(periods)).astype(float)
    effect = _design_effect(hits, len(groups), confidence_level) if unit == "mention" else np.ones(len(groups))
    if (mask & shown).sum() < FEWEST:
        raise InsufficientDataError(message("theme_trend.short_baseline", min_n=min_n, count=int(mask.sum())))
    width = family_width(len(groups))
    series, left_out, kept = [], [], []
    for i, group in enumerate(groups):
        line = theme_line(group, periods, counts[i], n, people, shown, mask, effect[i], width, sigma, confidence_level)
        if line is None:
            left_out.append(group.label)
        else:
            series.append(line)
            kept.append(i)
    if not series:
        raise InsufficientDataError(message("theme_trend.no_theme"))
    undated = int(np.isnat(days[np.unique(hits.response)]).sum())
    changes = theme_changes([groups[i] for i in kept], counts[kept], n, shown, effect[kept], periods, seed, unit)
    return ThemeTrend(
        unit=unit, every=every, arl0=1 / SINGLE, baseline=chosen, chosen=baseline is not None,
        series=tuple(discovered(series)), counts=tuple(tuple(counts[i].tolist()) for i in kept),
        changes=tuple(changes), left_out=tuple(left_out), events=happened, undated=undated,
        width=width, min_n=min_n, confidence_level=confidence_level, sigma=sigma,
    )  # fmt: skip


def _chosen(coding: Coding, codes: Sequence[str] | None, parent: str | None) -> tuple[ThemeGroup, ...]:
    """Return the themes that are charted: those asked for, or those that come up at all."""
    if codes is None:
        groups = theme_groups(coding, parent)
        used = {coding.codes[i] for i in np.unique(coding.code).tolist()}
        found = tuple(group for group in groups if used & set(group.members))
        if not found:
            raise InsufficientDataError(message("theme_trend.no_theme"))
        return found
    if isinstance(codes, str):
        codes = [codes]
    book = coding.codebook
    if book is None:
        unknown = [code for code in codes if code not in coding.codes]
        if unknown or not codes:
            known = ", ".join(coding.codes)
            raise ValueError(message("theme_trend.unknown_code", code=", ".join(map(repr, unknown)), known=known))
        return tuple(ThemeGroup(code=code, label=LocalText(code), members=(code,)) for code in dict.fromkeys(codes))
    return tuple(
        ThemeGroup(code=one.id, label=one.label, members=(one.id, *(below.id for below in book.descendants(one.id))))
        for one in (book.code(code) for code in dict.fromkeys(codes))
    )


def _days(times: Any, coding: Coding) -> npt.NDArray[np.datetime64]:
    """Return the day of each response, on its own clock; NaT where it has none."""
    import pandas as pd

    given = pd.Series(of_responses(times, coding, "times"), dtype=object)
    try:
        stamps = [None if pd.isna(one) else pd.Timestamp(one) for one in given]
    except (ValueError, TypeError):
        odd = next(one for one in given if not _is_time(one))
        raise ValueError(message("theme_trend.not_a_time", found=repr(odd))) from None
    days = ["NaT" if one is None else one.date().isoformat() for one in stamps]
    return np.array(days, "M8[D]")


def _is_time(value: Any) -> bool:
    import pandas as pd

    try:
        pd.Timestamp(value)
    except (ValueError, TypeError):
        return False
    return True


def _per_person(response: IntArray, at: IntArray, size: int) -> IntArray:
    """Return the period of each response once."""
    pairs = np.unique(response[at >= 0] * size + at[at >= 0])
    return np.asarray(pairs % size)


def _design_effect(hits: Any, size: int, level: float) -> FloatArray:
    """Return how many mentions of a theme are worth one of another person."""
    n = len(hits.first)
    found = clustered_shares(hits.row, hits.column, size, np.ones(n), hits.response, level)
    return np.maximum(np.nan_to_num(n / found.n_star, nan=1.0), 1.0)
