"""The effect of an action: difference in differences, or a randomised comparison."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.analysis.effect.data import EffectData, effect_data
from closeloop.analysis.effect.result import Cell, Effect
from closeloop.errors import InsufficientDataError
from closeloop.metrics.period import Period
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import chosen_metric, score_input
from closeloop.metrics.spec import GapScore, Metric
from closeloop.metrics.units import SCALE
from closeloop.stats.ancova import ancova
from closeloop.stats.cuped import cuped_adjustment, cuped_difference
from closeloop.stats.did import FEW_CLUSTERS, difference_in_differences, leads, permuted_units, unit_groups
from closeloop.stats.effect import EstimatedEffect, group_difference
from closeloop.text import LocalText, message

FloatArray = npt.NDArray[np.float64]

METHODS = ("did", "randomised", "cuped", "ancova")
"""The methods there are; the first is the default."""


def effect(
    data: Any,
    metric: Metric | str | None = None,
    *,
    group: str,
    period: str | Period | None = None,
    unit: str | None = None,
    treated: object = None,
    after: object = None,
    covariate: str | None = None,
    method: str = "did",
    action: LocalText | str | None = None,
    confidence_level: float = 0.95,
    min_n: int = 10,
    seed: int = 0,
) -> Effect:
    """Return what an action did to a metric.

    Parameters
    ----------
    data : frame or Responses
        One row per answer, before and after, treated and others.
    metric : Nps, TopBox, MeanScore or str
        What is measured; a name is one that the survey declares.
    group : str
        The column that tells the treated from the others.
    period : str or Period, optional
        The column of periods (``Period("answered_at")``: months of a date column). With several periods before the
        action it is checked whether the groups ran alike. The randomised methods do without.
    unit : str, optional
        Who or what was treated together or answered repeatedly (respondent, shop): errors are clustered by it.
    treated : object, optional
        The value of `group` that was treated, or several as a list; not needed if the column holds truth values or 0
        and 1.
    after : object, optional
        The first period after the action, of a column of dates the date from which on. Not needed where there are two
        periods of numbers or dates: the later one.
    covariate : str, optional
        For ``"cuped"`` and ``"ancova"``: a column of what was known before; by default the unit's own answer before.
    method : {"did", "randomised", "cuped", "ancova"}
        ``"did"``: change of the treated beyond that of the others. The rest assume that a lot decided who is
        treated: ``"randomised"`` compares the answers after, ``"cuped"`` and ``"ancova"`` (a waiting list) also use
        what was known before. With `unit` the means of the units are compared.
    action : LocalText or str, optional
        What was done, for the sentence ("The callback").
    confidence_level : float
        Of the interval.
    min_n : int
        If a group has fewer answers in a period, the means are hidden; the effect is not. 0 hides none.
    seed : int
        Of the draws, where units are permuted.

    Returns
    -------
    Effect

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ResponseValidationError
        If an answer is not allowed.
    InsufficientDataError
        If CUPED or ANCOVA has nothing known from before.
    ValueError
        If the method does not exist, it cannot be told which group was treated or when, or (of a randomised comparison)
        a unit is in both groups.

    Notes
    -----
    Difference in differences holds if without the action both groups had changed alike. Errors are clustered by unit
    (t, units − 1 degrees of freedom); below 20 units the treated units are permuted instead, if each is in one group.
    Missing answers, groups, periods and units are left out and counted. Formulae and sources stand in
    `closeloop.stats.did`, `closeloop.stats.cuped` and `closeloop.stats.ancova`.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> answers = {
    ...     "recommend": [5, 6, 9, 9] * 6 + [5, 8, 6, 9] * 6,
    ...     "called": [True] * 24 + [False] * 24,
    ...     "wave": [1, 1, 2, 2] * 12,
    ... }
    >>> result = effect(answers, Nps("recommend"), group="called", period="wave", action="The callback")
    >>> print(result.sentence.en.replace(chr(0xA0), " "))
    The callback raised Net Promoter Score (NPS) by 150 points (95 % +82 to +218) beyond the change of the others.
    """
    if method not in METHODS:
        raise ValueError(message("effect.unknown_method", method=method, choices=", ".join(METHODS)))
    given = score_input(data)
    spec = chosen_metric(metric, given)
    if isinstance(spec, GapScore):
        raise ValueError(message("effect.not_one_column", name=spec.name))  # noqa: TRY004
    if method == "did" and period is None:
        raise ValueError(message("effect.did_needs_period"))
    rows = effect_data(
        given, spec, group=group, period=period, unit=unit, treated=treated, after=after, covariate=covariate
    )
    scale = SCALE[spec.kind]
    rho_squared, cells = math.nan, _cells(rows, scale)
    pre_trend, n_leads, inference = math.nan, 0, "welch"
    if method == "did":
        found, inference = _did(rows, confidence_level, seed)
        early = ~rows.after
        checked = leads(
            rows.value[early], rows.treated[early], rows.period[early],
            None if rows.unit is None else rows.unit[early], permute=inference == "permutation", seed=seed,
        )  # fmt: skip
        pre_trend, n_leads = checked.p_value, len(checked.periods)
    elif method == "randomised":
        y, lot, _ = _per_unit(rows, needs_before=False)
        found, cells = group_difference(y, lot, confidence_level), _ends(rows, y, lot, scale)
    else:
        y, lot, x = _per_unit(rows, needs_before=True)
        cells = _ends(rows, y, lot, scale)
        if method == "cuped":
            found, rho_squared = cuped_difference(x, y, lot, confidence_level), cuped_adjustment(x, y).rho_squared
        else:
            found, inference = ancova(x, y, lot, confidence_level), "hc3"
    n_units = [0 if rows.unit is None else len(np.unique(rows.unit[rows.treated == side])) for side in (True, False)]
    return Effect(
        label=spec.label,
        unit=spec.kind,
        method=method,
        inference=inference,
        action=_named(action),
        estimate=scale * found.estimate,
        std_error=scale * found.std_error,
        ci_low=scale * found.low,
        ci_high=scale * found.high,
        p_value=found.p_value,
        n=found.n,
        cells=cells,
        periods=rows.periods,
        pre_trend_p=pre_trend,
        n_leads=n_leads,
        n_units=(n_units[0], n_units[1]),
        n_partial=_partial(rows),
        dropped=rows.dropped,
        rho_squared=rho_squared,
        confidence_level=confidence_level,
        min_n=checked_min_n(min_n),
    )  # fmt: skip


def _named(action: LocalText | str | None) -> LocalText:
    if action is None:
        return message("effect.the_action")
    return LocalText(action) if isinstance(action, str) else action


def _did(rows: EffectData, confidence_level: float, seed: int) -> tuple[EstimatedEffect, str]:
    """Return the difference in differences, and how its error was found."""
    if rows.unit is None:
        return difference_in_differences(rows.value, rows.treated, rows.after, None, confidence_level), "robust"
    both = np.intersect1d(rows.unit[rows.treated], rows.unit[~rows.treated])
    if len(np.unique(rows.unit)) >= FEW_CLUSTERS or len(both):
        return difference_in_differences(rows.value, rows.treated, rows.after, rows.unit, confidence_level), "cluster"
    found = permuted_units(rows.value, rows.treated, rows.after, rows.unit, confidence_level, seed)
    return found, "permutation"


def _per_unit(rows: EffectData, *, needs_before: bool) -> tuple[FloatArray, npt.NDArray[np.bool_], FloatArray]:
    """Return outcome after, lot, and what was known before (NaN where nothing is) of each unit."""
    late = rows.after
    if rows.unit is None:
        if needs_before and rows.covariate is None:
            raise InsufficientDataError(message("effect.needs_before"))
        before = np.full(len(rows.value), np.nan) if rows.covariate is None else rows.covariate
        return rows.value[late], rows.treated[late], before[late]
    codes, lot = unit_groups(rows.treated, rows.unit, rows.unit_names)
    n = len(lot)
    y = _means(codes[late], rows.value[late], n)
    if rows.covariate is not None:
        known = late if late.all() else ~late
        x = _means(codes[known], rows.covariate[known], n)
    else:
        x = _means(codes[~late], rows.answer[~late], n)
        if needs_before and not (~np.isnan(x) & ~np.isnan(y)).any():
            raise InsufficientDataError(message("effect.needs_before"))
    return y, lot, x


def _means(codes: npt.NDArray[np.int64], values: FloatArray, n: int) -> FloatArray:
    some = ~np.isnan(values)
    total = np.bincount(codes[some], weights=values[some], minlength=n)
    count = np.bincount(codes[some], minlength=n)
    means: FloatArray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return means


def _cells(rows: EffectData, scale: float) -> tuple[Cell, ...]:
    """Return mean and n of both groups in every period, the treated first."""
    cells = []
    for treated, name in zip((True, False), rows.names, strict=True):
        for code, period in enumerate(rows.periods):
            here = (rows.treated == treated) & (rows.period == code)
            n = int(here.sum())
            late = bool(rows.after[rows.period == code].any())
            mean = scale * float(rows.value[here].mean()) if n else math.nan
            cells.append(Cell(group=name, treated=treated, period=period, after=late, n=n, estimate=mean))
    return tuple(cells)


def _ends(rows: EffectData, y: FloatArray, lot: npt.NDArray[np.bool_], scale: float) -> tuple[Cell, ...]:
    """Return mean and n of both groups after the action, the treated first."""
    cells = []
    for treated, name in zip((True, False), rows.names, strict=True):
        here = y[(lot == treated) & ~np.isnan(y)]
        mean = scale * float(here.mean()) if len(here) else math.nan
        after = message("effect.after")
        cells.append(Cell(group=name, treated=treated, period=after, after=True, n=len(here), estimate=mean))
    return tuple(cells)


def _partial(rows: EffectData) -> int:
    """Return how many units answered only before or only after."""
    if rows.unit is None or rows.after.all() or not rows.after.any():
        return 0
    return len(np.setxor1d(rows.unit[rows.after], rows.unit[~rows.after]))
