"""The figures of a paired change, from the matched answers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.analysis.change.paired_rows import MatchedWaves
from closeloop.metrics.estimate import Result
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.spec import Metric, Nps
from closeloop.stats.contrast import Contrast, wald_contrast
from closeloop.stats.intervals import Interval, nps_interval
from closeloop.stats.paired import sign_flip_p, transition_contrast, unpaired_std_error

FloatArray = npt.NDArray[np.float64]


class PairedNumbers(NamedTuple):
    """What is known of a change; on the scale inside.

    Attributes
    ----------
    table : list of list of int
        The transitions; empty for a mean.
    contrast : Contrast
        The change with its precision.
    unpaired_std_error : float
        Its standard error if the waves were of different people.
    p_value : float
        Of "nothing changed".
    method, test : str
        How interval and p were made.
    """

    table: list[list[int]]
    contrast: Contrast
    unpaired_std_error: float
    p_value: float
    method: str
    test: str


def paired_numbers(waves: MatchedWaves, metric: Metric, confidence_level: float = 0.95) -> PairedNumbers:
    """Return the change of a metric from the matched answers.

    Parameters
    ----------
    waves : MatchedWaves
        What `match_waves` returned.
    metric : Nps, TopBox, MeanScore or GapScore
        What the answers contribute to.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    PairedNumbers

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> up, none = np.array([-1.0, 0.0, 1.0]), np.array([])
    >>> waves = MatchedWaves(
    ...     before=up, after=np.ones(3), lost=none, joined=none, without_id=(0, 0), examples=("1", "1")
    ... )
    >>> paired_numbers(waves, Nps("q")).table
    [[0, 0, 1], [0, 0, 1], [0, 0, 1]]
    """
    if metric.kind == "mean":
        n = len(waves.before)
        change = waves.after - waves.before
        variance = _variance(change) / n if n > 1 else math.nan
        mean = wald_contrast(float(change.mean()) if n else math.nan, variance, n - 1, confidence_level)
        apart = math.sqrt((_variance(waves.before) + _variance(waves.after)) / n) if n > 1 else math.nan
        return PairedNumbers([], mean, apart, mean.p_value, "paired-t", "t")
    lowest, size = (-1, 3) if isinstance(metric, Nps) else (0, 2)
    cell = (waves.before - lowest) * size + waves.after - lowest
    table = np.bincount(cell.astype(np.int64), minlength=size * size).reshape(size, size)
    found = transition_contrast(table, confidence_level)
    apart, p_value = unpaired_std_error(table), sign_flip_p(table)
    if isinstance(metric, Nps):
        return PairedNumbers(table.tolist(), found, apart, p_value, "paired-t", "sign_flip")
    if len(waves.before):
        # The change of a share is (ups − downs)/n: the very form of an NPS, with its interval.
        low, high = nps_interval(table[1, 0], table[0, 0] + table[1, 1], table[0, 1], confidence_level)
        found = found._replace(interval=Interval(float(low), float(high)))
    return PairedNumbers(table.tolist(), found, apart, p_value, "adjusted-wald", "mcnemar")


def _variance(values: FloatArray) -> float:
    """Return the unbiased variance; 0 where all are alike, not what rounding leaves."""
    return 0.0 if np.ptp(values) == 0 else float(values.var(ddof=1))


def wave_result(values: FloatArray, spec: Metric) -> Result:
    """Return the result of one wave from what its respondents contribute.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> wave_result(np.array([1.0, 0.0]), Nps("q")).score
    50.0
    """
    n = len(values)
    if isinstance(spec, Nps):
        promoters, passives, detractors = (int((values == value).sum()) for value in (1, 0, -1))
        return NpsResult(promoters, passives, detractors)
    if spec.kind == "mean":
        mean = float(values.mean()) if n else math.nan
        return MeanResult(mean, math.sqrt(_variance(values)) if n > 1 else math.nan, n)
    top = int(values.sum())
    return ShareResult(top=top, rest=n - top)
