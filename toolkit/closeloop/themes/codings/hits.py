"""Matches of rules in a text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Matches: the rule (its number), and the span of the text that it matched."""

    rule: Ints
    start: Ints
    end: Ints

    def where(self, chosen: npt.NDArray[np.bool_] | Ints) -> Hits:
        """Return some of the matches."""
        return Hits(rule=self.rule[chosen], start=self.start[chosen], end=self.end[chosen])

    def joined(self, others: Hits) -> Hits:
        """Return these matches and others, one after the other."""
        return Hits(
            rule=np.concatenate((self.rule, others.rule)),
            start=np.concatenate((self.start, others.start)),
            end=np.concatenate((self.end, others.end)),
        )


def no_hits() -> Hits:
    """Return no matches."""
    none = np.empty(0, np.int64)
    return Hits(rule=none, start=none, end=none)
