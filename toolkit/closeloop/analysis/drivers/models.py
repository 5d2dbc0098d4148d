"""The four ways to weigh drivers, each filling in the figures of the items."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from closeloop.analysis.drivers.bootstrap import Resampled, resample
from closeloop.analysis.drivers.result import Driver, Drivers
from closeloop.analysis.drivers.sums import DriverRows
from closeloop.errors import ColumnNotFoundError
from closeloop.stats.importance import MOST_EXACT, adjusted_r_squared, johnson, lmg, lmg_sampled, regression
from closeloop.stats.ordinal import ordered_logit
from closeloop.stats.penalty_reward import penalty_reward
from closeloop.text import LocalText, message

FloatArray = npt.NDArray[np.float64]

_MOST_RESAMPLED = 14  # up to so many items each resample goes through all subsets
_ORDERS = 500


def shares(
    result: Drivers, correlation: FloatArray, rows: DriverRows | None, known: Sequence[int]
) -> tuple[Drivers, Resampled | None]:
    """Return shares of the outcome's variance; with rows and a bootstrap their intervals and ranks."""
    share, drawing_error = lmg if result.method == "lmg" else johnson, math.nan
    r_squared = float(regression(correlation).r_squared)
    if share is lmg and len(result.items) > MOST_EXACT:
        sampled = lmg_sampled(correlation)
        found, drawing_error = sampled.shares, float(np.nanmax(sampled.std_error))
    else:
        found = share(correlation)
    items = [
        replace(
            driver,
            estimate=float(value),
            more={
                "share_of_explained": float(value) / r_squared if r_squared > 0 else math.nan,
                "p_top": math.nan,
                "rank_low": math.nan,
                "rank_high": math.nan,
                "rank_range": None,
            },
        )
        for driver, value in zip(result.items, found, strict=True)
    ]
    drawn: Resampled | None = None
    if result.bootstrap and rows is not None:
        kept = replace(rows, values=rows.values[:, [*known, rows.values.shape[1] - 1]])
        drawn = resample(kept, _resampled_shares(share), result.bootstrap, result.seed)
        for place, i in enumerate(known):
            items[i] = _with_interval(items[i], drawn, place, result.confidence_level)
    adjusted = adjusted_r_squared(r_squared, result.n, len(known))
    done = replace(
        result,
        items=tuple(items),
        r_squared=r_squared,
        adjusted_r_squared=adjusted,
        drawing_error=drawing_error,
    )  # fmt: skip
    return done, drawn


def _resampled_shares(share: Callable[[FloatArray], FloatArray]) -> Callable[[FloatArray], FloatArray]:
    """Return what gives the shares of a stack: with many items random orders, a thousand times 2^p would not end."""

    def found(stack: FloatArray) -> FloatArray:
        if share is lmg and stack.shape[-1] - 1 > _MOST_RESAMPLED:
            return lmg_sampled(stack, orders=_ORDERS).shares
        return share(stack)

    return found


def _with_interval(driver: Driver, drawn: Resampled, place: int, confidence_level: float) -> Driver:
    low, high = drawn.interval(confidence_level)[:, place]
    rank_low, rank_high = drawn.rank_interval(confidence_level)[:, place]
    many = len(drawn.shares) > 1
    return replace(
        driver,
        ci_low=float(low),
        ci_high=float(high),
        std_error=float(drawn.shares[:, place].std(ddof=1)) if many else math.nan,
        more={
            **driver.more,
            "p_top": float((drawn.ranks[:, place] == 1).mean()) if many else math.nan,
            "rank_low": float(rank_low),
            "rank_high": float(rank_high),
            "rank_range": f"{rank_low:.0f}" if rank_low == rank_high else f"{rank_low:.0f}–{rank_high:.0f}",
        },
    )


def logit(result: Drivers, rows: DriverRows, known: Sequence[int], sd: FloatArray) -> Drivers:
    """Return the ordered logit: odds of a higher outcome per standard deviation of each item."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    robust = result.weight is not None
    x, y = rows.values[:, known], rows.values[:, -1]
    fit = ordered_logit(y, x, rows.weights, clusters=rows.clusters, robust=robust)
    df = math.inf if result.n_clusters is None else result.n_clusters - 1
    quantile = (1 + result.confidence_level) / 2
    z = float(ndtri(quantile) if math.isinf(df) else stdtrit(df, quantile))
    items = list(result.items)
    for k, i in enumerate(known):
        value, error = float(fit.coefficients[k] * sd[i]), float(fit.std_errors[k] * sd[i])
        low, high, t = value - z * error, value + z * error, -abs(value / error)
        items[i] = replace(
            items[i],
            estimate=value,
            std_error=error,
            ci_low=low,
            ci_high=high,
            more={
                "odds_ratio": math.exp(value),
                "odds_low": math.exp(low),
                "odds_high": math.exp(high),
                "p_value": float(2 * (ndtr(t) if math.isinf(df) else stdtr(df, t))),
                "unit_coefficient": float(fit.coefficients[k]),
            },
        )
    _, codes = np.unique(y, return_inverse=True)
    counts = np.bincount(codes, rows.weights)
    nothing = float(counts @ np.log(counts / counts.sum()))
    return replace(result, items=tuple(items), r_squared=1 - fit.log_likelihood / nothing)


def contrasts(
    result: Drivers,
    rows: DriverRows,
    known: Sequence[int],
    low: float | Mapping[str, float] | None,
    high: float | Mapping[str, float] | None,
    asymmetry: float,
) -> Drivers:
    """Return penalties and rewards; items of which one side is empty stay without an estimate."""
    from scipy.special import ndtri

    names = [result.items[i].item for i in known]
    x = rows.values[:, known]
    least, most = x.min(axis=0), x.max(axis=0)
    bottom = _cuts(low, names, least + (most - least) / 4)
    top = _cuts(high, names, most - (most - least) / 4)
    found = penalty_reward(
        rows.values[:, -1], x, low=bottom, high=top, weights=rows.weights, clusters=rows.clusters
    )  # fmt: skip
    z = float(ndtri((1 + result.confidence_level) / 2))
    items = list(result.items)
    for k, i in enumerate(known):
        value, error = float(found.range[k]), float(found.range_error[k])
        items[i] = replace(
            items[i],
            estimate=value,
            std_error=error,
            ci_low=max(value - z * error, 0.0) if value == value else math.nan,
            ci_high=value + z * error,
            more={
                "penalty": float(found.penalty[k]),
                "penalty_error": float(found.penalty_error[k]),
                "reward": float(found.reward[k]),
                "reward_error": float(found.reward_error[k]),
                "asymmetry": float(found.asymmetry[k]),
                "factor": _factor(float(found.asymmetry[k]), asymmetry, sure=value > z * error),
                "wrong_sign": bool(found.wrong_sign[k]),
                "low": float(bottom[k]),
                "high": float(top[k]),
                "n_low": int(found.n_low[k]),
                "n_middle": int(found.n_middle[k]),
                "n_high": int(found.n_high[k]),
            },
        )
    return replace(result, items=tuple(items), r_squared=found.r_squared)


def _cuts(given: float | Mapping[str, float] | None, names: Sequence[str], usual: FloatArray) -> FloatArray:
    if given is None:
        return usual
    if isinstance(given, Mapping):
        strange = next((name for name in given if name not in names), None)
        if strange is not None:
            raise ColumnNotFoundError(strange, names, message("drivers.the_items"))
        return np.array([given.get(name, cut) for name, cut in zip(names, usual, strict=True)], dtype=float)
    return np.full(len(names), float(given))


def _factor(value: float, cut: float, *, sure: bool) -> LocalText | None:
    if math.isnan(value):
        return None
    if not sure:
        return message("drivers.unclear")
    return message("drivers.basic" if value < -cut else "drivers.exciting" if value > cut else "drivers.performance")
