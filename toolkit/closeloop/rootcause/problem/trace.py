"""From what customers need to what is done about it: themes, the problems they come under, the countermeasures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.intervals import share_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined, told_level

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem import Problem
    from closeloop.themes.codings.coding import Coding


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTheme:
    """One theme with what is done about it.

    Attributes
    ----------
    code : str
    label : LocalText
    n : int
        Responses that mention it.
    share, ci_low, ci_high : float
        Of all responses, with Wilson's limits.
    problems : tuple of str
        Ids (or titles) of the problems under which it comes.
    countermeasures : tuple of str
        What is done.
    effects : tuple of str
        The latest verdict on each problem.
    """

    code: str
    label: LocalText
    n: int
    share: float
    ci_low: float
    ci_high: float
    problems: tuple[str, ...]
    countermeasures: tuple[str, ...]
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NeedsTrace(TableResult):
    """What customers speak of, and what is done about it; what `needs_trace` returns.

    Attributes
    ----------
    themes : tuple of TracedTheme
        The most frequent first.
    n : int
        Responses read.
    unknown : tuple of str
        Themes of problems that the coding does not have.
    confidence_level : float

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> needs_trace(Coding.from_table({"id": [1, 2], "code": ["late", "price"]}, unit="response"), [])
    <NeedsTrace: Something is done about 0 of the 2 themes that customers speak of; the largest without is “late” ...>
    """

    themes: tuple[TracedTheme, ...]
    n: int
    unknown: tuple[str, ...] = ()
    confidence_level: float = 0.95

    kind = "needs_trace"

    @property
    def untreated(self) -> tuple[TracedTheme, ...]:
        """The themes that somebody mentions and nothing is done about."""
        return tuple(theme for theme in self.themes if theme.n and not theme.countermeasures)

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return message("trace.title")

    @property
    def sentence(self) -> LocalText:
        """How many themes are treated, and which is the largest that is not."""
        heard = [theme for theme in self.themes if theme.n]
        facts: dict[str, Any] = {
            "n": told(len(heard), "count"),
            "treated": told(len(heard) - len(self.untreated), "count"),
        }
        if not self.untreated:
            return message("trace.all_treated", **facts)
        first = self.untreated[0]
        return message("trace.sentence", **facts, first=first.label, share=told(first.share, "percent", 0))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How themes and problems were joined."""
        unknown = (message("trace.unknown", codes=", ".join(self.unknown)),) if self.unknown else ()
        return (message("trace.note", n=told(self.n, "count")), *unknown)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Theme, responses, share, problems, countermeasures, effect."""
        level = told_level(self.confidence_level)
        return (
            Shown("label", message("trace.theme")),
            Shown("n", message("trace.responses"), "count"),
            Shown("share", message("trace.share"), "percent"),
            Shown("ci_low", message("analysis.interval", level=level), "percent", high="ci_high"),
            Shown("problems_text", message("trace.problems")),
            Shown("measures_text", message("trace.countermeasures")),
            Shown("effects_text", message("trace.effects")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per theme that somebody mentions."""
        return [
            {
                "code": theme.code, "label": theme.label, "n": theme.n, "share": theme.share, "ci_low": theme.ci_low,
                "ci_high": theme.ci_high, "problems": theme.problems, "countermeasures": theme.countermeasures,
                "effects": theme.effects, "problems_text": _listed(theme.problems),
                "measures_text": _listed(theme.countermeasures) if theme.countermeasures else message("trace.nothing"),
                "effects_text": told_joined([_verdict(effect) for effect in theme.effects], "; ", "；"),
            }
            for theme in self.themes
            if theme.n
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return what the rows do not hold."""
        return {"n": self.n, "unknown": self.unknown, "confidence_level": self.confidence_level}

    def plot(self, ax: Any = None) -> Any:
        """Draw the themes with their shares, treated or not; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.trace_chart import plot_trace

        return plot_trace(self, ax)


def needs_trace(coding: Coding, problems: Sequence[Problem], *, confidence_level: float = 0.95) -> NeedsTrace:
    """Return how themes lead to problems and these to countermeasures, and which themes nobody treats.

    Parameters
    ----------
    coding : Coding
        What customers said, coded.
    problems : sequence of Problem
        Each names its themes (`Problem(…, themes=…)` or `Problem.link`); a code stands for those below it, too.
    confidence_level : float

    Returns
    -------
    NeedsTrace

    Notes
    -----
    A response counts once for a theme however often it mentions it; a mention of a code below another one does not
    count for the upper one, unless it was coded with it.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.measured_gap import Gap
    >>> from closeloop.rootcause.problem.problem import Problem
    >>> from closeloop.themes.codings.coding import Coding
    >>> coding = Coding.from_table(pd.DataFrame({"id": [1, 2, 3], "code": ["late", "late", "price"]}), unit="response")
    >>> gap = Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", unit="percent")
    >>> [theme.code for theme in needs_trace(coding, [Problem(gap, themes=["late"])]).untreated]
    ['late', 'price']
    """
    if not hasattr(coding, "matrix"):
        raise ValueError(message("problem.no_coding", found=type(coding).__name__))
    matrix = coding.matrix(unit="response")
    counts = matrix.sum(axis=0, dtype=np.int64).tolist()
    n = coding.n_responses
    themes = []
    above = _above(coding)
    for code, count in zip(coding.codes, counts, strict=True):
        mine = [problem for problem in problems if {code, *above.get(code, ())} & set(problem.state.themes)]
        low, high = share_interval(count, n, confidence_level) if n else (np.nan, np.nan)
        themes.append(
            TracedTheme(
                code=code, label=_label(coding, code), n=int(count), share=count / n if n else float("nan"),
                ci_low=float(low), ci_high=float(high),
                problems=tuple(problem.id or str(problem.title) for problem in mine),
                countermeasures=tuple(one.what for problem in mine for one in problem.countermeasures),
                effects=tuple(problem.reviews[-1].verdict for problem in mine if problem.reviews),
            )
        )  # fmt: skip
    asked = dict.fromkeys(code for problem in problems for code in problem.state.themes)
    return NeedsTrace(
        themes=tuple(sorted(themes, key=lambda theme: -theme.n)),
        n=n,
        unknown=tuple(code for code in asked if code not in coding.codes),
        confidence_level=confidence_level,
    )


def _above(coding: Coding) -> dict[str, tuple[str, ...]]:
    """Return for each code of the codebook those above it."""
    if coding.codebook is None:
        return {}
    parents = {code.id: code.parent for code in coding.codebook.codes}
    found = {}
    for code in parents:
        chain: list[str] = []
        upper = parents[code]
        while upper is not None:
            chain.append(upper)
            upper = parents.get(upper)
        found[code] = tuple(chain)
    return found


def _label(coding: Coding, code: str) -> LocalText:
    if coding.codebook is None:
        return LocalText(code)
    known = {each.id: each.label for each in coding.codebook.codes}
    return known.get(code, LocalText(code))


def _verdict(effect: str) -> LocalText:
    return message(f"problem.is_{effect.replace(' ', '_')}")


def _listed(parts: Sequence[str]) -> LocalText:
    return told_joined(list(parts), "; ", "；")
