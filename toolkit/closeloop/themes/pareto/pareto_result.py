"""The result of a Pareto analysis: a row per theme, a sentence, a figure, and the words behind a bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.frames import convert
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.themes.theme_groups import ThemeGroup
from closeloop.written import told, told_interval, told_level, told_list

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

VITAL = 0.8
"""The vital few cover so much: a convention, not a law."""

_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One theme, or what no theme covers.

    Attributes
    ----------
    code : str
        Its id; empty where it is no single code.
    label : LocalText
    role : str
        ``"code"``, ``"pooled"`` (themes too small to stand alone), ``"other"``, ``"parent_only"`` (it has the parent,
        none of its children) or ``"uncoded"``.
    count, responses : int
        Mentions (or responses, where these were counted), and the responses they stand in.
    weight : float
        Of the mentions together.
    share, ci_low, ci_high : float
        Of all mentions, 0…1.
    cumulative : float
        Share of mentions that have this theme or one before it.
    rank_low, rank_high : int or None
        The best and the worst rank it may well have; None for what has no rank.
    vital : bool
        Whether it is one of the vital few.

    Examples
    --------
    >>> Bar(code="price", label=LocalText("Price"), role="code", count=3, responses=3, weight=3.0, share=0.75,
    ...     ci_low=0.3, ci_high=0.95, cumulative=0.75, rank_low=1, rank_high=2, vital=True).may_be_first
    True
    """

    code: str
    label: LocalText
    role: str
    count: int
    responses: int
    weight: float
    share: float
    ci_low: float
    ci_high: float
    cumulative: float
    rank_low: int | None
    rank_high: int | None
    vital: bool

    @property
    def may_be_first(self) -> bool:
        """Whether the data cannot tell it apart from the largest theme."""
        return self.rank_low == 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Pareto(TableResult):
    """Themes by size.

    Attributes
    ----------
    bars : tuple of Bar
        The largest theme first; what is no theme of its own last.
    unit : str
        What was counted: ``"mention"`` or ``"response"``.
    parent : LocalText or None
        The code whose children are the bars.
    n, n_responses : int
        Mentions of substance (or responses with one), and the responses they stand in.
    weighted : bool
    total : float
        Weight of all of them.
    confidence_level : float
    min_n : int
    coding : Coding
    groups : tuple of ThemeGroup
        Which codes each theme is made of.
    node : str or None
        Id of the parent.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> frame = {"id": [1, 1, 2, 3, 4], "code": ["price", "staff", "price", "price", "delivery"]}
    >>> [(bar.code, bar.count) for bar in Coding.from_table(frame, unit="response").pareto().bars]
    [('price', 3), ('staff', 1), ('delivery', 1)]
    """

    kind: ClassVar[str] = "pareto"

    bars: tuple[Bar, ...]
    unit: str
    parent: LocalText | None
    n: int
    n_responses: int
    weighted: bool
    total: float
    confidence_level: float
    min_n: int
    coding: Coding
    groups: tuple[ThemeGroup, ...]
    node: str | None

    def __getitem__(self, code: str) -> Bar:
        """Return the bar of a code.

        Raises
        ------
        ValueError
            If there is none.
        """
        for bar in self.bars:
            if bar.code == code and code:
                return bar
        known = ", ".join(bar.code for bar in self.bars if bar.code)
        raise ValueError(message("pareto.no_bar", code=code, known=known or "–"))

    @property
    def themes(self) -> tuple[Bar, ...]:
        """The bars that have a rank."""
        return tuple(bar for bar in self.bars if bar.role == "code")

    @property
    def vital(self) -> tuple[Bar, ...]:
        """The vital few: the first themes that cover 80 % of the mentions that have a theme."""
        return tuple(bar for bar in self.bars if bar.vital)

    @property
    def covered(self) -> float:
        """Share of mentions with a theme other than “Other”."""
        named = [bar.cumulative for bar in self.bars if bar.role in ("code", "pooled")]
        return named[-1] if named else 0.0

    @property
    def title(self) -> LocalText:
        """What is counted."""
        unit = message(f"pareto.of_{self.unit}")
        if self.parent is None:
            return message("pareto.title", unit=unit)
        return message("pareto.title_of", unit=unit, parent=self.parent)

    @property
    def sentence(self) -> LocalText:
        """The largest theme, whether it is surely the largest, and how few cover most."""
        found = [bar for bar in self.themes if bar.count]
        number = "one" if self.n == 1 else "count"
        unit = message(f"pareto.{number}_{self.unit}", count=told(self.n, "count"))
        if not self.n:
            return message("pareto.nothing")
        if not found:
            return message("pareto.no_theme", unit=unit)
        top = found[0]
        level = told_level(self.confidence_level)
        said = {
            "theme": top.label, "share": told(top.share, "percent", 0), "unit": unit, "level": level,
            "interval": told_interval(top.ci_low, top.ci_high, "percent", 0),
        }  # fmt: skip
        rivals = [bar.label for bar in found[1:] if bar.may_be_first]
        if rivals:
            more = [message("pareto.more", count=len(rivals) - _NAMED)] if len(rivals) > _NAMED else []
            first = message("pareto.first_perhaps", rivals=told_list([*rivals[:_NAMED], *more]), **said)
        else:
            first = message("pareto.first" if len(found) > 1 else "pareto.only", **said)
        if len(found) == 1:
            return first
        reached = self.vital[-1].cumulative
        few = {
            "count": len(self.vital), "of": len(found), "covered": told(reached, "percent", 0),
            "part": told(reached / self.covered, "percent", 0),
        }  # fmt: skip
        key = "pareto.vital_one" if len(self.vital) == 1 else "pareto.vital"
        return message("pareto.joined", first=first, second=message(key, **few))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done."""
        level = told_level(self.confidence_level)
        found = [message(f"pareto.note_{self.unit}", level=level), message("pareto.note_cumulative")]
        found.append(message("pareto.note_ranks", level=level))
        empty = [bar.label for bar in self.themes if not bar.count]
        if empty:
            more = [message("pareto.more", count=len(empty) - _NAMED)] if len(empty) > _NAMED else []
            found.append(message("pareto.note_empty", themes=told_list([*empty[:_NAMED], *more])))
        if self.weighted:
            found.append(message("pareto.note_weighted"))
        pooled = self.min_n and any(bar.role == "pooled" for bar in self.bars)
        found.append(message("pareto.note_pooled", min_n=self.min_n) if pooled else message("pareto.note_small"))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Theme, mentions, share with interval, cumulative share, possible ranks."""
        level = message("analysis.interval", level=told_level(self.confidence_level))
        weight = (Shown("weight", message("pareto.weight"), "decimal", digits=1),) if self.weighted else ()
        people = (Shown("responses", message("pareto.responses"), "count"),) if self.unit == "mention" else ()
        return (
            Shown("label", message("pareto.theme")),
            Shown("count", message(f"pareto.head_{self.unit}"), "count"),
            *people,
            *weight,
            Shown("share", message("pareto.share"), "percent"),
            Shown("ci_low", level, "percent", high="ci_high"),
            Shown("cumulative", message("pareto.cumulative"), "percent"),
            Shown("ranks", message("pareto.ranks")),
            Shown("vital", message("pareto.vital_head"), "yes"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per bar."""
        return [
            {
                "code": bar.code, "label": bar.label, "role": bar.role, "count": bar.count, "responses": bar.responses,
                "weight": bar.weight, "share": bar.share, "ci_low": bar.ci_low, "ci_high": bar.ci_high,
                "cumulative": bar.cumulative, "rank_low": bar.rank_low, "rank_high": bar.rank_high,
                "ranks": _ranks(bar), "may_be_first": bar.may_be_first, "vital": bar.vital if bar.code else None,
            }
            for bar in self.bars
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole."""
        return {
            "unit": self.unit, "parent": self.node, "n": self.n, "n_responses": self.n_responses, "total": self.total,
            "covered": self.covered, "n_vital": len(self.vital), "weighted": self.weighted,
            "confidence_level": self.confidence_level, "min_n": self.min_n,
        }  # fmt: skip

    def mentions(self, code: str | None = None, n: int | None = 10, backend: str = "pandas") -> Any:
        """Return the words behind a bar.

        The texts are what people wrote and may name persons: look before you show them to others.

        Parameters
        ----------
        code : str, optional
            The code of a bar; None for what has no code.
        n : int, optional
            How many, the first ones in the order of the coding; None gives all.
        backend : {"pandas", "polars", "pyarrow"}
            Which kind of frame.

        Returns
        -------
        DataFrame
            id, mention, start, end, text (of the clause; of the whole comment where responses were coded), codes, rules
            (what matched, joined by commas; empty where a person coded).

        Raises
        ------
        ValueError
            If there is no such bar.
        """
        from closeloop.themes.pareto.pareto_mentions import bar_mentions

        return convert(bar_mentions(self, code, n), backend)

    def plot(self, ax: Any = None) -> Any:
        """Draw the bars with their intervals, and the line of what they cover together."""
        from closeloop.views.pareto_chart import plot_pareto

        return plot_pareto(self, ax)


def _ranks(bar: Bar) -> LocalText | None:
    if bar.rank_low is None:
        return None
    one = bar.rank_low == bar.rank_high
    return LocalText(dict.fromkeys(LANGUAGES, str(bar.rank_low) if one else f"{bar.rank_low}–{bar.rank_high}"))
