"""Key drivers: all subsets of the items from one matrix, beside one regression per subset as statsmodels does it."""

from __future__ import annotations

import math
import os
from itertools import combinations

import numpy as np
import numpy.typing as npt
from figures import Figure, compared, interleaved, times
from statsmodels.regression.linear_model import OLS

from closeloop.analysis.drivers.drivers import drivers
from closeloop.stats.correlation import weighted_correlation
from closeloop.stats.importance import lmg

ROWS, REFITS = 5_000, 128
THREADS = os.environ.get("OMP_NUM_THREADS", "all")


def answers(items: int) -> npt.NDArray[np.float64]:
    """Make ratings that are correlated, and an outcome."""
    rng = np.random.default_rng(items)
    x = rng.normal(size=(ROWS, items)) + rng.normal(size=(ROWS, 1))
    return np.column_stack([x, x @ rng.uniform(0, 0.3, items) + 2 * rng.normal(size=ROWS)])


def measure() -> list[Figure]:
    return [refits(), twenty_items(), weighted(), bootstrap()]


def refits(rounds: int = 5) -> Figure:
    """Compare LMG of ten items with the refits of all subsets: a random part of them is timed and scaled up."""
    items = 10
    data = answers(items)
    correlation = weighted_correlation(data)
    subsets = [s for size in range(1, items + 1) for s in combinations(range(items), size)]
    drawn = [subsets[i] for i in np.random.default_rng(0).choice(len(subsets), REFITS, replace=False)]
    y, columns = data[:, -1], np.column_stack([data[:, :-1], np.ones(ROWS)])

    def theirs() -> list[float]:
        return [OLS(y, columns[:, [*subset, items]]).fit().rsquared for subset in drawn]

    took = times({"ours": lambda: [lmg(correlation) for _ in range(50)], "theirs": theirs}, rounds)
    if not math.isclose(lmg(correlation).sum(), OLS(y, columns).fit().rsquared, rel_tol=1e-9):
        raise RuntimeError("the two ways explain different shares")
    return compared(
        "LMG of 10 items / statsmodels refits", ">= 3000", [seconds / 50 for seconds in took["ours"]],
        [seconds / REFITS * len(subsets) for seconds in took["theirs"]], bar="lmg_refits",
        note=f"{len(subsets)} refits of {ROWS} rows, scaled up from {REFITS}; BLAS threads: {THREADS}",
    )  # fmt: skip


def twenty_items() -> Figure:
    correlation = weighted_correlation(answers(20))
    seconds = interleaved({"ours": lambda: lmg(correlation)})["ours"]
    detail = f"{1000 * seconds:.0f} ms, all {1 << 20:,} subsets; BLAS threads: {THREADS}"
    return Figure(name="LMG of 20 items, seconds", target="<= 0.2", ratio=seconds, detail=detail)


def weighted() -> Figure:
    """Weighted LMG from the answers on, as a share of what the unweighted one takes."""
    data = answers(10)
    w = np.random.default_rng(1).uniform(0.5, 2, ROWS)
    ways = {
        "weighted": lambda: [lmg(weighted_correlation(data, w)) for _ in range(20)],
        "equal": lambda: [lmg(weighted_correlation(data)) for _ in range(20)],
    }
    seconds = interleaved(ways)
    detail = f"{1000 * seconds['weighted'] / 20:.2f} ms against {1000 * seconds['equal'] / 20:.2f} ms, {ROWS} rows"
    return Figure(
        name="weighted LMG of 10 items / unweighted", target="<= 1.5", ratio=seconds["weighted"] / seconds["equal"],
        detail=detail,
    )  # fmt: skip


def bootstrap() -> Figure:
    data = answers(10)
    frame = {f"x{i}": data[:, i] for i in range(11)}
    items = [f"x{i}" for i in range(10)]
    seconds = interleaved({"ours": lambda: drivers(frame, "x10", items, bootstrap=1000)}, rounds=3)["ours"]
    detail = f"{1000 * seconds:.0f} ms: 1 000 resamples of {ROWS} rows, shares, intervals and ranks"
    return Figure(name="drivers of 10 items with bootstrap, seconds", target="<= 1", ratio=seconds, detail=detail)
