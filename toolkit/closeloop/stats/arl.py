"""How long a chart runs: the average number of periods until an alarm, when nothing has changed or after a shift.

The average run length without a change, ARL0, is what a chart's alarms are worth: at 150 periods one in twelve and a
half years of months is false.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from closeloop.stats.control_rules import ORDER_RULES, ZONE_RULES, ZoneRule, chosen_rules, fired
from closeloop.stats.limits import normal_density

FloatArray = npt.NDArray[np.float64]

_NODES = 81
_CHAINS, _BLOCK, _SEED = 40_000, 64, 20_250_301


def rules_arl(rules: str | Sequence[str] = "default", shift: float = 0.0) -> float:
    """Return the average number of periods until one of the rules holds.

    Parameters
    ----------
    rules : str or sequence of str
        See `closeloop.stats.control_rules.chosen_rules`.
    shift : float
        How far the level has moved, in standard errors of a period; 0 gives the rate of false alarms.

    Returns
    -------
    float
        The ARL of independent normal figures with known centre and spread.

    Raises
    ------
    ValueError
        If there is no such rule.

    Notes
    -----
    Rules that ask for zones only are a Markov chain over what the rules remember (Champ and Woodall): the figure is
    exact. With ``"6-trend"`` or ``"14-alternating"``, which ask for the order of the figures, 40 000 runs are simulated
    from a fixed seed; the standard error is about 0.5 %.

    References
    ----------
    Champ C. W., Woodall W. H. (1987), Technometrics 29:393–399.

    Examples
    --------
    >>> round(rules_arl("beyond-limits"), 1), round(rules_arl("default"), 2), round(rules_arl("western-electric"), 2)
    (370.4, 152.73, 91.75)
    """
    names = tuple(sorted(chosen_rules(rules)))
    return _simulated(names, shift) if set(names) & set(ORDER_RULES) else _exact(names, shift)


@cache
def _exact(names: tuple[str, ...], shift: float) -> float:
    """Solve (I − Q) L = 1 over the states that can be reached; the first is the empty memory."""
    from scipy.sparse import coo_array, eye_array
    from scipy.sparse.linalg import spsolve
    from scipy.special import ndtr

    cuts = np.array([-math.inf, -3, -2, -1, 0, 1, 2, 3, math.inf])
    probability = np.diff(ndtr(cuts - shift))
    middle = np.array([-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5])
    watched = [(ZONE_RULES[name], ZONE_RULES[name].hits(middle, s)) for name in names for s in ZONE_RULES[name].sides]
    start = (0,) * len(watched)
    place = {start: 0}
    waiting, moves = [start], []
    while waiting:
        state = waiting.pop()
        for zone, chance in enumerate(probability):
            after = _remembered(state, watched, zone)
            if after is None:
                continue
            if after not in place:
                place[after] = len(place)
                waiting.append(after)
            moves.append((place[state], place[after], chance))
    row, column, chance = (np.array(values) for values in zip(*moves, strict=True))
    size = len(place)
    stay = coo_array((chance, (row, column)), shape=(size, size)).tocsc()
    return float(spsolve((eye_array(size, format="csc") - stay).tocsc(), np.ones(size))[0])


def _remembered(
    state: tuple[int, ...], watched: Sequence[tuple[ZoneRule, npt.NDArray[np.bool_]]], zone: int
) -> tuple[int, ...] | None:
    """Return what the rules remember after a figure in a zone, as bits, the newest lowest; None if one holds."""
    after = []
    for memory, (rule, hits) in zip(state, watched, strict=True):
        window = memory << 1 | int(hits[zone])
        if window & 1 and window.bit_count() >= rule.m:
            return None
        kept, seen = 0, 0
        for age in range(1, rule.k):
            if window >> (age - 1) & 1:
                seen += 1
                if seen + rule.k - age >= rule.m:  # else it leaves the window before the pattern can be complete
                    kept |= 1 << (age - 1)
        after.append(kept)
    return tuple(after)


@cache
def _simulated(names: tuple[str, ...], shift: float) -> float:
    """Run many charts side by side until each has an alarm; those that have had it are dropped."""
    rng = np.random.default_rng(_SEED)
    keep = max(rule.k for rule in ZONE_RULES.values())
    past = np.full((_CHAINS, keep), np.nan)
    done, periods = 0, 0.0
    while len(past):
        z = np.concatenate([past, rng.normal(shift, 1.0, (len(past), _BLOCK))], axis=1)
        alarm = np.zeros((len(past), _BLOCK), np.bool_)
        for name in names:
            high, low = fired(z, name)
            alarm |= (high | low)[:, keep:]
        stopped = alarm.any(axis=1)
        periods += float((alarm.argmax(axis=1) + done + 1)[stopped].sum())
        past = z[~stopped, -keep:]
        done += _BLOCK
    return periods / _CHAINS


def ewma_arl(smoothing: float, width: float, shift: float = 0.0, *, exact_limits: bool = False) -> float:
    """Return the average number of periods until an EWMA passes its limits.

    Parameters
    ----------
    smoothing, width : float
        λ and L of `closeloop.stats.control_memory.ewma`.
    shift : float
        How far the level has moved, in standard errors of a period.
    exact_limits : bool
        The limits that widen with time, as `ewma` has them; else those that they end at, as in printed tables.

    Returns
    -------
    float
        The ARL of independent normal figures with known centre and spread.

    Notes
    -----
    L(u) = 1 + ∫ L(x) φ((x − (1 − λ)u)/λ − δ)/λ dx over the limits, at u = 0; solved at 81 Gauss–Legendre nodes
    (Nyström). Exact limits: the same step backwards from where the limits have settled.

    References
    ----------
    Crowder S. V. (1987), Technometrics 29:401–407. Lucas and Saccucci (1990), Technometrics 32:1–12.

    Examples
    --------
    >>> round(ewma_arl(0.2, 2.962), 2), round(ewma_arl(0.2, 2.962, 1.0), 2)
    (499.74, 10.54)
    """
    settled = width * math.sqrt(smoothing / (2 - smoothing))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)

    def kernel(begin: FloatArray, limit: float) -> FloatArray:
        """Return weights that integrate over where the average stands next, from where it stands now."""
        z = (limit * nodes[None, :] - (1 - smoothing) * begin[:, None]) / smoothing - shift
        return np.asarray(limit * weights * normal_density(z) / smoothing)

    at = settled * nodes
    length = np.linalg.solve(np.eye(_NODES) - kernel(at, settled), np.ones(_NODES))
    if not exact_limits:
        return float(1 + kernel(np.zeros(1), settled)[0] @ length)
    periods = math.ceil(math.log(1e-14) / (2 * math.log1p(-smoothing))) if smoothing < 1 else 1
    limits = [settled * math.sqrt(1 - (1 - smoothing) ** (2 * t)) for t in range(1, periods + 1)]
    for now, later in zip(reversed(limits[:-1]), reversed(limits[1:]), strict=True):
        length = 1 + kernel(now * nodes, later) @ length
    return float(1 + kernel(np.zeros(1), limits[0])[0] @ length)


def cusum_arl(reference: float, limit: float, shift: float = 0.0) -> float:
    """Return the average number of periods until one of the two cumulative sums passes its limit.

    Parameters
    ----------
    reference, limit : float
        k of `closeloop.stats.control_memory.cusum`, and h.
    shift : float
        How far the level has moved, in standard errors of a period.

    Returns
    -------
    float
        The ARL of independent normal figures with known centre and spread.

    Notes
    -----
    One side: L(u) = 1 + L(0) Φ(k − u − δ) + ∫₀ʰ L(x) φ(x + k − u − δ) dx, at u = 0, solved at 81 Gauss–Legendre nodes.
    Two sides: 1/L = 1/L⁺ + 1/L⁻.

    References
    ----------
    Page (1954), Biometrika 41:100–115. Brook D., Evans D. A. (1972), Biometrika 59:539–549. Vance L. C. (1986), Journal
    of Quality Technology 18:189–193.

    Examples
    --------
    >>> round(cusum_arl(0.5, 4.0), 2), round(cusum_arl(0.5, 5.0, 1.0), 2)
    (167.68, 10.38)
    """
    return 1 / (1 / _one_sided(reference, limit, shift) + 1 / _one_sided(reference, limit, -shift))


def _one_sided(reference: float, limit: float, shift: float) -> float:
    from scipy.special import ndtr

    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    at = np.concatenate([[0.0], limit * (nodes + 1) / 2])
    weight = np.concatenate([[0.0], limit * weights / 2])
    step = weight * normal_density(at[None, :] + reference - at[:, None] - shift)
    step[:, 0] = ndtr(reference - at - shift)
    return float(np.linalg.solve(np.eye(len(at)) - step, np.ones(len(at)))[0])


def ewma_width(smoothing: float, arl0: float) -> float:
    """Return the limits L at which an EWMA with settled limits has a false alarm every `arl0` periods.

    Examples
    --------
    >>> round(ewma_width(0.2, 370), 4)
    2.859
    """
    from scipy.optimize import brentq

    return float(brentq(lambda width: math.log(ewma_arl(smoothing, width) / arl0), 0.5, 6.0, xtol=1e-10))


def cusum_limit(reference: float, arl0: float) -> float:
    """Return the limit h at which a CUSUM has a false alarm every `arl0` periods.

    Examples
    --------
    >>> round(cusum_limit(0.5, 370), 4)
    4.7738
    """
    from scipy.optimize import brentq

    return float(brentq(lambda limit: math.log(cusum_arl(reference, limit) / arl0), 0.1, 20.0, xtol=1e-10))
