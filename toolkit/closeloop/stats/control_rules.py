"""Run rules: patterns of standardised figures that chance seldom makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
Fired = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """At least `m` of the last `k` figures lie beyond `beyond` (or within it), on one side or on either.

    Examples
    --------
    >>> ZONE_RULES["2-of-3"].m
    2
    """

    m: int
    k: int
    beyond: float
    one_side: bool = True
    within: bool = False

    def hits(self, z: FloatArray, side: int) -> Fired:
        """Return which figures count; `side` is 1 or −1."""
        if self.within:
            inside: Fired = np.abs(z) < self.beyond
            return inside
        outside: Fired = (side * z if self.one_side else np.abs(z)) > self.beyond
        return outside

    @property
    def sides(self) -> tuple[int, ...]:
        """The sides that are looked at one by one."""
        return (1, -1) if self.one_side else (1,)


ZONE_RULES = {
    "beyond-limits": ZoneRule(1, 1, 3.0),
    "2-of-3": ZoneRule(2, 3, 2.0),
    "4-of-5": ZoneRule(4, 5, 1.0),
    "8-same-side": ZoneRule(8, 8, 0.0),
    "9-same-side": ZoneRule(9, 9, 0.0),
    "15-within": ZoneRule(15, 15, 1.0, one_side=False, within=True),
    "8-outside": ZoneRule(8, 8, 1.0, one_side=False),
}
"""Rules that ask only in which zone each figure lies."""

ORDER_RULES = ("6-trend", "14-alternating")
"""Rules that ask for the order of the figures: six in a row all rising or all falling, fourteen up and down in turn."""

RULES = (*ZONE_RULES, *ORDER_RULES)
"""All rules, by name."""

RULE_SETS: dict[str, tuple[str, ...]] = {
    "default": ("beyond-limits", "8-same-side"),
    "western-electric": ("beyond-limits", "2-of-3", "4-of-5", "8-same-side"),
    "nelson": (
        "beyond-limits", "9-same-side", "6-trend", "14-alternating", "2-of-3", "4-of-5", "15-within", "8-outside",
    ),
}  # fmt: skip
"""Sets with a name of their own."""


def chosen_rules(rules: str | Sequence[str]) -> tuple[str, ...]:
    """Return the rules that are meant by the name of a set, of a rule, or by several of these.

    Raises
    ------
    ValueError
        If there is no such rule, or none at all.

    Notes
    -----
    Each rule added makes false alarms more frequent: ARL0 is 370 periods for the first rule alone, 153 for
    ``"default"``, 92 for ``"western-electric"``, 73 for ``"nelson"`` (`closeloop.stats.arl.rules_arl`).

    References
    ----------
    Western Electric (1956), Statistical Quality Control Handbook. Nelson L. S. (1984), Journal of Quality Technology
    16:237–239.

    Examples
    --------
    >>> chosen_rules("default"), chosen_rules("2-of-3")
    (('beyond-limits', '8-same-side'), ('2-of-3',))
    """
    names = [rules] if isinstance(rules, str) else list(rules)
    found = [one for name in names for one in RULE_SETS.get(name, (name,))]
    unknown = next((name for name in found if name not in RULES), None)
    if unknown is not None or not found:
        choices = ", ".join(f'"{name}"' for name in (*RULE_SETS, *RULES))
        raise ValueError(message("trend.unknown_rule", rule=unknown, choices=choices))
    return tuple(dict.fromkeys(found))


def rule_signals(z: npt.ArrayLike, rules: str | Sequence[str] = "default") -> dict[str, npt.NDArray[np.int8]]:
    """Return for each rule in which periods it holds, and on which side.

    Parameters
    ----------
    z : array_like
        Standardised figures in the order of time (`closeloop.stats.control.ControlChart.score`). NaN (gaps) are
        skipped: a run goes on after them.
    rules : str or sequence of str
        See `chosen_rules`.

    Returns
    -------
    dict
        Rule → 1 (high, rising), −1 (low, falling) or 0 (does not hold). A rule that knows no side has that of the
        figure itself. A rule holds from the period that completes the pattern on.

    Raises
    ------
    ValueError
        If there is no such rule.

    Examples
    --------
    >>> rule_signals([0.1, -3.4, 1.0], "beyond-limits")["beyond-limits"].tolist()
    [0, -1, 0]
    """
    given = np.asarray(z, dtype=float)
    shown = ~np.isnan(given)
    found = {}
    for rule in chosen_rules(rules):
        side = np.zeros(given.shape, np.int8)
        high, low = fired(given[shown][None, :], rule)
        side[shown] = high[0].astype(np.int8) - low[0].astype(np.int8)
        found[rule] = side
    return found


def fired(z: FloatArray, rule: str) -> tuple[Fired, Fired]:
    """Return where a rule holds, high and low, in sequences along the last axis; NaN never counts.

    Examples
    --------
    >>> high, low = fired(np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]), "6-trend")
    >>> high[0].tolist()
    [False, False, False, False, False, True]
    """
    if rule in ZONE_RULES:
        zone = ZONE_RULES[rule]
        both = []
        for side in zone.sides:
            hit = zone.hits(z, side)
            both.append(hit & (_running(hit, zone.k) >= zone.m))
        if zone.one_side:
            return both[0], both[1]
        return both[0] & (z > 0), both[0] & (z <= 0)
    step = np.sign(np.diff(z, axis=-1, prepend=np.nan))
    if rule == "6-trend":
        return _running(step > 0, 5) == 5, _running(step < 0, 5) == 5
    turned = np.zeros(z.shape, np.bool_)
    turned[..., 1:] = step[..., 1:] * step[..., :-1] < 0
    zigzag = _running(turned, 12) == 12
    return zigzag & (step > 0), zigzag & (step < 0)


def _running(hit: Fired, k: int) -> npt.NDArray[np.int64]:
    """Return how many of the last k were hits."""
    total = np.cumsum(hit, axis=-1, dtype=np.int64)
    total[..., k:] = total[..., k:] - total[..., :-k].copy()
    return total
