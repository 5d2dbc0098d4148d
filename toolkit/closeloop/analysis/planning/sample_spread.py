"""How much single answers differ: the variance that a plan of a sample starts from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.stats.sample_size import FLAT_THIRDS, nps_spread
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined


def assumed_spread(
    unit: str, mix: Any, variance: float | None, correlation: float | None, *, paired: bool
) -> tuple[float, LocalText]:
    """Return the variance that the plan starts from, and where it comes from."""
    if mix is not None and variance is not None:
        raise ValueError(message("sample_size.mix_or_variance"))
    if correlation is not None and not (paired and variance is None and -1 <= correlation < 1):
        raise ValueError(message("sample_size.bad_correlation", value=correlation))
    if variance is not None:
        most = {"nps": 4.0 if paired else 1.0, "top_box": 1.0 if paired else 0.25, "mean": math.inf}[unit]
        if variance > most:
            raise ValueError(message("sample_size.big_variance", value=variance, most=f"{most:g}"))
        key = "sample_size.assumed_change" if paired else "sample_size.assumed_variance"
        return variance, message(key, variance=told(variance, "decimal", 3))
    if paired and correlation is None:
        raise ValueError(message("sample_size.paired_variance"))
    one, assumed = _of_mix(unit, mix)
    if not one > 0 or not math.isfinite(one):
        raise ValueError(message("sample_size.no_spread"))
    if not paired or correlation is None:
        return one, assumed
    shown = told(correlation, "decimal", 2)
    return 2 * one * (1 - correlation), message("sample_size.assumed_correlation", assumed=assumed, correlation=shown)


def _of_mix(unit: str, mix: Any) -> tuple[float, LocalText]:
    if unit == "nps":
        if mix is None:
            return FLAT_THIRDS, message("sample_size.assumed_thirds", variance=told(FLAT_THIRDS, "decimal", 2))
        shares = _parts(mix)
        one = nps_spread(shares[2], shares[1], shares[0])
        told_shares = [told(share / math.fsum(shares), "percent", 0) for share in shares]
        listed = told_joined(told_shares, " / ")
        return one, message("sample_size.assumed_mix", mix=listed, variance=told(one, "decimal", 2))
    if unit == "top_box":
        share = 0.5 if mix is None else mix.score if isinstance(mix, ShareResult) else mix
        if not (isinstance(share, int | float) and 0 <= share <= 1):
            raise ValueError(message("sample_size.bad_share", value=share))
        key = "sample_size.assumed_half" if mix is None else "sample_size.assumed_share"
        return share * (1 - share), message(key, share=told(share, "percent", 0))
    if not isinstance(mix, MeanResult):
        raise ValueError(message("sample_size.mean_variance"))  # noqa: TRY004  a missing value, not a wrong type
    return mix.sd**2, message("sample_size.assumed_sd", sd=told(mix.sd, "decimal", 2))


def _parts(mix: Any) -> tuple[float, float, float]:
    """Return promoters, passives and detractors."""
    if isinstance(mix, NpsResult):
        return mix.promoters, mix.passives, mix.detractors
    if not (isinstance(mix, Sequence) and len(mix) == 3 and not isinstance(mix, str)):
        raise ValueError(message("sample_size.bad_mix", mix=mix))
    return float(mix[0]), float(mix[1]), float(mix[2])
