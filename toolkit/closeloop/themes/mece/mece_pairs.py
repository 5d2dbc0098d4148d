"""Which categories run into each other: pairs with their overlap, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.overlap import overlap
from closeloop.text import LocalText, message
from closeloop.themes.mece.mece_node import Node
from closeloop.themes.mece.mece_shares import FloatArray, Judgements
from closeloop.themes.mece.mece_thresholds import MeceThresholds
from closeloop.written import told, told_interval, told_level


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two categories side by side.

    Attributes
    ----------
    smaller, larger : str
        The categories; the one with fewer mentions first.
    smaller_label, larger_label : LocalText or str
        As they are shown.
    count, n_smaller, n_larger : float
        Mentions in both, in the smaller, in the larger one (means over the coders).
    jaccard, jaccard_low, jaccard_high : float
        Mentions in both / in either.
    containment, containment_low, containment_high : float
        Mentions in both / in the smaller one.
    lift, lift_low, lift_high : float
        Mentions in both / in both by chance.
    hint : {"subset", "same", "overlap", ""}
        What it looks like: the smaller lies within the larger, they are one category, they run into each other.
    sure : bool
        Whether the interval, too, lies beyond the threshold.
    declared : float
        Mentions in both only because the codebook itself puts a code under both.
    """

    smaller: str
    larger: str
    smaller_label: LocalText | str
    larger_label: LocalText | str
    count: float
    n_smaller: float
    n_larger: float
    jaccard: float
    jaccard_low: float
    jaccard_high: float
    containment: float
    containment_low: float
    containment_high: float
    lift: float
    lift_low: float
    lift_high: float
    hint: str = ""
    sure: bool = False
    declared: float = 0.0

    @property
    def is_meant(self) -> bool:
        """Whether at least half of what they share is so by the codebook itself; then there is no hint."""
        return self.declared > 0 and 2 * self.declared >= self.count

    @property
    def advice(self) -> LocalText | None:
        """What was found and what to do, with the interval; None without a hint."""
        if not self.hint:
            return None
        contained = self.hint == "subset"
        value = self.containment if contained else self.jaccard
        low = self.containment_low if contained else self.jaccard_low
        high = self.containment_high if contained else self.jaccard_high
        return message(
            f"mece.{self.hint}" if self.sure else f"mece.{self.hint}_perhaps",
            smaller=self.smaller_label, larger=self.larger_label, share=told(value, "percent", 0),
            interval=told_interval(low, high, "percent", 0), count=told(self.count, "count"),
            total=told(self.n_smaller if contained else self.n_smaller + self.n_larger - self.count, "count"),
        )  # fmt: skip

    @property
    def to_do(self) -> LocalText | None:
        """What to do, in a few words, or that the overlap is meant; None without either."""
        if self.is_meant:
            return message("mece.do_declared")
        return message(f"mece.do_{self.hint}") if self.hint else None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MecePairs(TableResult):
    """The pairs of categories that share mentions, the clearest hint first, then the largest overlap.

    Attributes
    ----------
    pairs : tuple of Pair
        Every pair with a mention in both.
    n : int
        Mentions of the node.
    unit : {"mention", "response"}
        With responses it is co-occurrence, and there are no hints.
    thresholds : MeceThresholds
        What the hints go by.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": [*range(60), *range(20)], "code": ["delivery"] * 30 + ["price"] * 30 + ["late"] * 20}
    >>> pair = Coding.from_table(table, unit="mention").mece().pairs["late", "delivery"]
    >>> pair.hint, pair.containment, pair.lift
    ('subset', 1.0, 2.0)
    """

    kind = "mece_pairs"

    pairs: tuple[Pair, ...]
    n: int
    unit: str
    thresholds: MeceThresholds
    confidence_level: float

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, names: tuple[str, str]) -> Pair:
        """Return the pair of two categories, in either order.

        Raises
        ------
        KeyError
            If no mention is in both.
        """
        for pair in self.pairs:
            if {pair.smaller, pair.larger} == set(names):
                return pair
        raise KeyError(names)

    @property
    def hints(self) -> tuple[Pair, ...]:
        """The pairs that something should be done about."""
        return tuple(pair for pair in self.pairs if pair.hint)

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message(f"mece.pairs_title_{self.unit}")

    @property
    def sentence(self) -> LocalText:
        """The clearest hint, or that there is none."""
        advice = self.pairs[0].advice if self.pairs else None
        if advice is not None:
            return advice
        if not self.pairs:
            return message(f"mece.no_pairs_{self.unit}")
        count = told(len(self.pairs), "count")
        return message(f"mece.no_hint_{self.unit}", count=count)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What the measures are."""
        if self.unit == "response":
            return (message("mece.pairs_note_response"),)
        limits = self.thresholds
        return (
            message(
                "mece.pairs_note", containment=told(limits.containment, "percent", 0),
                jaccard=told(limits.jaccard, "percent", 0), shared=told(limits.shared, "count"),
            ),
        )  # fmt: skip

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        level = told_level(self.confidence_level)
        hint = (Shown("to_do", message("mece.to_do")),) if self.unit == "mention" else ()
        return (
            Shown("smaller_label", message("mece.smaller")),
            Shown("larger_label", message("mece.larger")),
            Shown("count", message("mece.both"), "count"),
            Shown("containment", message("mece.containment"), "percent", digits=0),
            Shown("containment_low", message("analysis.interval", level=level), "percent", "containment_high", 0),
            Shown("jaccard", message("mece.jaccard"), "percent", digits=0),
            Shown("jaccard_low", message("analysis.interval", level=level), "percent", "jaccard_high", 0),
            Shown("lift", message("mece.lift"), "decimal", digits=1),
            Shown("lift_low", message("analysis.interval", level=level), "decimal", "lift_high", 1),
            *hint,
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per pair that shares a mention."""
        names = [name for name in Pair.__slots__ if name != "sure"]
        return [
            {name: getattr(pair, name) for name in names} | {"sure": pair.sure, "to_do": pair.to_do or ""}
            for pair in self.pairs
        ]

    def plot(self, ax: Any = None) -> Any:
        """Draw the pairs as a grid: how much of the smaller category lies in the larger one."""
        from closeloop.views.overlap_chart import plot_pairs

        return plot_pairs(self, ax)


def pairs_of(
    judged: Judgements,
    node: Node,
    weight: FloatArray,
    n: int,
    unit: str,
    thresholds: MeceThresholds,
    confidence_level: float,
) -> MecePairs:
    """Return the pairs of a node's categories that share a mention."""
    size = len(node.categories)
    inside = judged.hits.astype(np.float64)
    together = (inside * weight[:, None]).T @ inside if len(inside) else np.zeros((size, size))
    first, second = np.triu_indices(size, 1)
    sums = np.diag(together)
    shared = together[first, second] > 1e-9
    first, second = first[shared], second[shared]
    swap = sums[first] > sums[second]
    first, second = np.where(swap, second, first), np.where(swap, first, second)
    both = together[first, second]
    own = judged.own.astype(np.float64)
    apart = ((own * weight[:, None]).T @ own)[first, second] if len(own) else np.zeros(both.size)
    found = overlap(both, sums[first], sums[second], float(weight.sum()), confidence_level)
    pairs = []
    for k in range(both.size):
        a, b = node.categories[first[k]], node.categories[second[k]]
        measured: dict[str, Any] = {
            "count": float(both[k]), "n_smaller": float(sums[first[k]]), "n_larger": float(sums[second[k]]),
            "jaccard": float(found.jaccard[k]), "jaccard_low": float(found.jaccard_limits.low[k]),
            "jaccard_high": float(found.jaccard_limits.high[k]), "containment": float(found.containment[k]),
            "containment_low": float(found.containment_limits.low[k]),
            "containment_high": float(found.containment_limits.high[k]), "lift": float(found.lift[k]),
            "lift_low": float(found.lift_limits.low[k]), "lift_high": float(found.lift_limits.high[k]),
            "declared": max(float(both[k] - apart[k]), 0.0) if a.codes & b.codes else 0.0,
        }  # fmt: skip
        pair = Pair(smaller=a.id, larger=b.id, smaller_label=a.label, larger_label=b.label, **measured)
        pairs.append(_hinted(pair, thresholds) if unit == "mention" else pair)
    pairs.sort(key=lambda pair: (not pair.hint, not pair.sure, -_strength(pair), pair.smaller, pair.larger))
    return MecePairs(pairs=tuple(pairs), n=n, unit=unit, thresholds=thresholds, confidence_level=confidence_level)


def _strength(pair: Pair) -> float:
    return pair.containment if pair.hint == "subset" else pair.jaccard


def _hinted(pair: Pair, limits: MeceThresholds) -> Pair:
    """Return the pair with what it looks like.

    A hint needs enough mentions in both, or one miscoded mention would make it. “Within” also needs more than chance:
    in a category of nine mentions out of ten everything lies within it. What the codebook itself puts under both is no
    fault of the categories.
    """
    if pair.count < limits.shared or pair.is_meant:
        return pair
    if pair.jaccard > limits.containment:
        return replace(pair, hint="same", sure=pair.jaccard_low > limits.jaccard)
    if pair.containment > limits.containment and not math.isnan(pair.lift_low) and pair.lift_low > 1:
        return replace(pair, hint="subset", sure=pair.containment_low > limits.containment)
    if pair.jaccard > limits.jaccard:
        return replace(pair, hint="overlap", sure=pair.jaccard_low > limits.jaccard)
    return pair
