"""A cause where the problem is, and where it is not: a difference of two shares, kept as evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from closeloop.rootcause.whys.state import Evidence
from closeloop.stats.contrast import Contrast as ShareContrast
from closeloop.stats.intervals import share_interval
from closeloop.stats.share_contrast import share_contrast
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

FEW = 30
"""Below so many on a side, "no difference found" would promise too much: then it cannot be told. A limit of ours."""
_KIND = "contrast"

Verdict = Literal["more", "less", "no difference", "cannot tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """How often a cause is present among the affected and among the others.

    Attributes
    ----------
    affected, unaffected : tuple of int
        Those with the cause, and all, of each side.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> c = Contrast(affected=(58, 80), unaffected=(120, 400))
    >>> c.verdict, round(c.difference, 3)
    ('more', 0.425)
    """

    affected: tuple[int, int]
    unaffected: tuple[int, int]
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        for side in (self.affected, self.unaffected):
            whole = all(isinstance(count, int) and not isinstance(count, bool) for count in side)
            if len(side) != 2 or not whole or not 0 <= side[0] <= side[1]:
                raise ValueError(message("whys.not_counts", found=side))

    @property
    def difference(self) -> float:
        """Share among the affected less share among the others; NaN where a side is empty."""
        return float(self._contrast().estimate)

    @property
    def interval(self) -> tuple[float, float]:
        """Newcombe's limits of the difference."""
        low, high = self._contrast().interval
        return float(low), float(high)

    def _contrast(self) -> ShareContrast:
        return share_contrast(self.unaffected, self.affected, self.confidence_level)

    def share_limits(self, side: tuple[int, int]) -> tuple[float, float]:
        """Return Wilson's limits of the share of one side (`affected` or `unaffected`)."""
        low, high = share_interval(*side, self.confidence_level)
        return float(low), float(high)

    @property
    def verdict(self) -> Verdict:
        """Whether the cause is more or less frequent where the problem is, if that can be told."""
        low, high = self.interval
        if low > 0:
            return "more"
        if high < 0:
            return "less"
        return "no difference" if min(self.affected[1], self.unaffected[1]) >= FEW else "cannot tell"

    @property
    def shows(self) -> Literal["supports", "contradicts", "neither"]:
        """What that means for the cause."""
        return "supports" if self.verdict == "more" else "contradicts" if self.verdict == "less" else "neither"

    @property
    def sentence(self) -> LocalText:
        """Both shares with their limits, and what can be told."""
        sides = {}
        for name, (count, n) in (("affected", self.affected), ("unaffected", self.unaffected)):
            sides[name] = told(count / n if n else None, "percent")
            sides[f"{name}_interval"] = told_interval(*self.share_limits((count, n)), "percent")
        key = self.verdict.replace(" ", "_")
        return message(f"whys.contrast_{key}", **sides, level=told_level(self.confidence_level))

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as JSON-safe values; all else follows from them."""
        return {
            "kind": _KIND, "affected": list(self.affected), "unaffected": list(self.unaffected),
            "confidence_level": self.confidence_level,
        }  # fmt: skip


def contrast_of(given: Any) -> Contrast:
    """Return the contrast that counts, or a row of an IS/IS-NOT comparison, stand for.

    Parameters
    ----------
    given : pair of pairs, mapping, or row with ``affected`` and ``unaffected``
        ``((with the cause, all affected), (with the cause, all others))``.

    Raises
    ------
    ValueError
        If these are no counts.

    Examples
    --------
    >>> contrast_of(((3, 10), (1, 10))).affected
    (3, 10)
    """
    if isinstance(given, Contrast):
        return given
    sides: Any = given
    if hasattr(given, "affected") and hasattr(given, "unaffected"):
        sides = (given.affected, given.unaffected)
    try:
        (a, n), (b, m) = sides
    except (TypeError, ValueError):
        raise ValueError(message("whys.not_counts", found=given)) from None
    return Contrast(affected=(_whole(a), _whole(n)), unaffected=(_whole(b), _whole(m)))


def contrasts(evidence: Iterable[Evidence]) -> list[Contrast]:
    """Return the contrasts among pieces of evidence."""
    found = []
    for one in evidence:
        if one.result is not None and one.result.get("kind") == _KIND:
            a, b = one.result["affected"], one.result["unaffected"]
            level = one.result.get("confidence_level", 0.95)
            found.append(Contrast(affected=(a[0], a[1]), unaffected=(b[0], b[1]), confidence_level=level))
    return found


def _whole(count: Any) -> Any:
    """Return a count of numpy or the like as a plain whole number; anything else as it is, to be refused."""
    return int(count) if hasattr(count, "__index__") and not isinstance(count, bool) else count
