"""Sample designs: how fast their errors come, and what coverage their intervals have."""

from __future__ import annotations

import math
import statistics
import time
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd
from figures import Figure, compared, times, written

from closeloop.metrics.counts import count
from closeloop.metrics.design import Design
from closeloop.metrics.estimate import group_counts, nps_results
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.score import score
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import Nps
from closeloop.stats.design import grouped_variance, sample_plan, taylor
from closeloop.stats.effective_size import n_star
from closeloop.stats.intervals import nps_interval

FloatArray = npt.NDArray[np.float64]

ROWS = 1_000_000
STRATA, CLUSTERS = 50, 100_000
SEGMENTS, MONTHS = 20, 36
REPLICATES = 20_000


def measure() -> list[Figure]:
    return [designed(), grouped(grouped_frame(ROWS)), *coverage()]


def designed_frame() -> pd.DataFrame:
    """Make a million respondents in 50 strata and 100 000 clusters, with unequal weights."""
    rng = np.random.default_rng(3)
    cluster = rng.integers(0, CLUSTERS, ROWS)
    return pd.DataFrame({
        "score": rng.integers(0, 11, ROWS, np.int8), "stratum": cluster % STRATA, "cluster": cluster,
        "w": rng.gamma(4, 0.25, ROWS),
    })  # fmt: skip


def designed() -> Figure:
    """Time one call; its error must be that of the formula on the rows."""
    frame = designed_frame()
    design = Design(weight="w", strata="stratum", cluster="cluster")

    def ours() -> float:
        return score(frame, Nps("score"), design=design).result().std_error

    y = np.select([frame["score"] >= 9, frame["score"] <= 6], [1.0, -1.0], 0.0)
    w = frame["w"].to_numpy()
    u = w * (y - (w * y).sum() / w.sum()) / w.sum()
    expected = 100 * math.sqrt(taylor(u, strata=frame["stratum"], clusters=frame["cluster"]).covariance.item())
    if not math.isclose(ours(), expected, rel_tol=1e-9):
        raise RuntimeError("the tally and the rows give different errors")
    seconds = []
    for _ in range(5):
        start = time.process_time()
        ours()
        seconds.append(time.process_time() - start)
    took = statistics.median(seconds)
    return Figure(
        name="design-based NPS, 1e6 rows, 50 strata, 100 000 clusters: seconds of one core",
        target="<= 0.3", ratio=took, detail=f"{took:.3f} s of processor time, frame to table",
    )  # fmt: skip


def grouped_frame(rows: int) -> pd.DataFrame:
    """Make respondents in 720 groups, with unequal weights."""
    rng = np.random.default_rng(4)
    return pd.DataFrame({
        "segment": pd.Categorical.from_codes(rng.integers(0, SEGMENTS, rows), [f"s{i}" for i in range(SEGMENTS)]),
        "month": rng.integers(0, MONTHS, rows, np.int16), "score": rng.integers(0, 11, rows, np.int8),
        "w": rng.gamma(4, 0.25, rows),
    })  # fmt: skip


def grouped(frame: pd.DataFrame, rounds: int = 7) -> Figure:
    """Time the weighted errors of 720 groups against a pandas apply of the same formula."""
    n = len(frame)

    def ours() -> list[NpsResult]:
        return nps_results(group_counts(count(frame, "score", range(11), ["segment", "month"], "w")), Nps("score"))

    def table() -> ScoreTable:
        return score(frame, Nps("score"), ["segment", "month"], weight="w", min_n=0)

    def one(group: pd.DataFrame) -> pd.Series[float]:
        y = np.where(group["score"] >= 9, 1.0, np.where(group["score"] <= 6, -1.0, 0.0))
        w = group["w"].to_numpy()
        mean = (w * y).sum() / w.sum()
        error = math.sqrt(n / (n - 1) * ((w * (y - mean)) ** 2).sum()) / w.sum()
        return pd.Series({"estimate": 100 * mean, "std_error": 100 * error})

    def theirs() -> pd.DataFrame:
        return frame.groupby(["segment", "month"], observed=True)[["score", "w"]].apply(one)

    mine, reference = table().to_frame().set_index(["segment", "month"]), theirs()
    np.testing.assert_allclose(mine.loc[reference.index, ["estimate", "std_error"]], reference, rtol=1e-9)
    took = times({"ours": ours, "table": table, "theirs": theirs}, rounds)
    return compared(
        "weighted NPS with its error, 720 groups, 1e6 rows / pandas apply", ">= 25", took["ours"], took["theirs"],
        bar="weighted_pandas", note=f"with intervals and the table {written(statistics.median(took['table']))}",
    )  # fmt: skip


def coverage() -> list[Figure]:
    """Simulate clustered samples: the n* interval keeps .94, Kish's falls under .90."""
    figures = []
    for clusters, size in ((8, 10), (30, 10)):
        found = simulated(clusters, size, 0.08, (0.20, 0.35, 0.45))
        shown = ", ".join(f"{name} {value:.4f}" for name, value in found.items())
        world = f"{clusters} clusters of {size}, correlation .08, {REPLICATES} replicates"
        lowest = min(found["n* adjusted-wald"], found["n* score"])
        figures += [
            Figure(name=f"coverage of 95 % intervals at n*, {world}", target=">= 0.94", ratio=lowest, detail=shown),
            Figure(
                name=f"coverage of 95 % intervals at Kish's n, {world}",
                target="<= 0.9",
                ratio=found["Kish adjusted-wald"],
                detail="equal weights: Kish's effective size sees no loss",
            ),
        ]
    return figures


def simulated(clusters: int, size: int, correlation: float, shares: tuple[float, float, float]) -> dict[str, float]:
    """Return how often intervals hold the true NPS; respondents of a cluster share a part of a latent opinion."""
    rng = np.random.default_rng(5)
    shared = rng.standard_normal((REPLICATES, clusters, 1)) * math.sqrt(correlation)
    opinion = shared + rng.standard_normal((REPLICATES, clusters, size)) * math.sqrt(1 - correlation)
    y = np.searchsorted([NormalDist().inv_cdf(s) for s in (shares[0], shares[0] + shares[1])], opinion) - 1.0
    n, truth = clusters * size, shares[2] - shares[0]
    mean = y.mean(axis=(1, 2))
    totals = ((y - mean[:, None, None]).sum(axis=2) / n).ravel()
    row = np.repeat(np.arange(REPLICATES), clusters)
    variance = grouped_variance(row, np.zeros_like(row), totals, totals**2, REPLICATES, sample_plan([clusters]))
    spread = (y**2).mean(axis=(1, 2)) - mean**2
    counts = np.stack([(y == v).mean(axis=(1, 2)) for v in (-1, 0, 1)])
    found = {}
    for name, at in (("Kish", np.full(REPLICATES, float(n))), ("n*", n_star(spread, variance, n, clusters - 1))):
        for method in ("adjusted-wald", "score"):
            low, high = nps_interval(*(counts * at), method=method)
            found[f"{name} {method}"] = float(((low <= truth) & (truth <= high)).mean())
    return found
