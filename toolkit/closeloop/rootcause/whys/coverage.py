"""How many of a problem's cases the verified roots explain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.state import TOP
from closeloop.stats.intervals import share_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval


def counted(key: str, n: int) -> LocalText:
    """Return how many there are, in the singular where it is one.

    Examples
    --------
    >>> counted("n_causes", 1).en, counted("n_causes", 2).en
    ('1 cause', '2 causes')
    """
    return message(f"whys.{key}_one" if n == 1 else f"whys.{key}", n=told(n, "count"))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Coverage:
    """Cases of a problem that at least one verified root reaches, of all its cases.

    Attributes
    ----------
    n : int
        Cases of the problem; 0 where nobody listed them.
    reached : int
        Those that a verified root reaches.
    missing : tuple of str
        Ids of the others.
    n_foreign : int
        Cases coded to a cause that are not among the problem's.
    n_causes, n_verified : int
        Causes asked for, and those a chain of verified links leads from to the top.

    Examples
    --------
    >>> c = Coverage(n=43, reached=31, missing=(), n_foreign=0, n_causes=8, n_verified=4)
    >>> round(c.share, 3), tuple(round(limit, 3) for limit in c.interval)
    (0.721, (0.573, 0.833))
    """

    n: int
    reached: int
    missing: tuple[str, ...]
    n_foreign: int
    n_causes: int
    n_verified: int

    @property
    def share(self) -> float:
        """The share that is reached; NaN without cases."""
        return self.reached / self.n if self.n else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's limits of the share, 95 %."""
        low, high = share_interval(self.reached, self.n)
        return float(low), float(high)

    @property
    def sentence(self) -> LocalText:
        """How many causes, how many verified, how many cases reached and not reached."""
        causes = {"causes": counted("n_causes", self.n_causes), "n_verified": self.n_verified}
        if not self.n:
            return message("whys.coverage_no_cases", **causes)
        key = "whys.coverage" if self.reached < self.n else "whys.coverage_all"
        low, high = self.interval
        return message(
            key, **causes, reached=self.reached, n=self.n, linked=counted("n_linked", self.n),
            left=counted("n_left", self.n - self.reached),
            share=told(self.share, "percent", 0), interval=told_interval(low, high, "percent", 0),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.sentence)

    def __repr__(self) -> str:
        return f"<Coverage: {self.sentence}>"


def coverage_of(graph: CauseGraph, cases: Iterable[str] | None = None) -> Coverage:
    """Return which cases the verified roots of a graph reach.

    A case is reached where it was coded to a verified root, or to a cause above it whose only standing explanation
    leads to one; where several explanations are open, it has to be coded to the one that applies.

    Parameters
    ----------
    graph : CauseGraph
    cases : iterable of str, optional
        All cases of the problem, if not those listed at the top.
    """
    every = dict.fromkeys(graph.causes[TOP].cases if cases is None else map(str, cases))
    explained = _explained(graph)
    coded = {case for name, cause in graph.causes.items() if name != TOP for case in cause.cases}
    reached = {case for name in explained for case in graph.causes[name].cases if name != TOP} & every.keys()
    return Coverage(
        n=len(every),
        reached=len(reached),
        missing=tuple(case for case in every if case not in reached),
        n_foreign=len(coded - every.keys()) if every else 0,
        n_causes=len(graph.causes) - 1,
        n_verified=len(graph.verified),
    )


def _explained(graph: CauseGraph) -> set[str]:
    """Return the verified roots, and what is above them as long as nothing else could explain it."""
    found = set(graph.roots)
    for cause in reversed(graph.reached):  # deepest first: what is below is settled before what is above
        groups = graph.explanations(cause)
        only = groups[0] if len(groups) == 1 else ()
        proved = all(graph.status(link) == "verified" for link in only)
        if proved and any(link.cause in found for link in only):
            found.add(cause)
    return found & graph.verified
