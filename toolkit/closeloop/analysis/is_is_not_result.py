"""The result of `closeloop.analysis.is_is_not.is_is_not`: a row per value of a trait, a sentence, a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.contrast import Contrast
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

WORDS = ("only", "more", "never", "less", "no difference", "cannot tell", "hidden")
"""What can be said of a value: it occurs only among the affected, or more often there; never there, or less often; no
difference was found; there are too few to tell; it is hidden."""
FEW = 30
"""Below so many on a side, "no difference found" would promise too much. A limit of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IsIsNotRow:
    """One value of one trait.

    Attributes
    ----------
    dimension : str
        The question it answers (where, when …); empty without one.
    trait : str
        The column, or the name of the period.
    value : object
        As it stands in the data.
    label, title : LocalText
        What the value and the trait are called.
    affected, unaffected : tuple of int, optional
        Those with the value, and all with the trait, of each side; None where hidden.
    contrast : Contrast, optional
        Share among the affected less share among the others; None where hidden.
    p_adjusted : float
        Holm's p over all values compared.
    """

    dimension: str
    trait: str
    value: object
    label: LocalText
    title: LocalText
    affected: tuple[int, int] | None
    unaffected: tuple[int, int] | None
    contrast: Contrast | None
    p_adjusted: float = math.nan
    alpha: float = 0.05

    def with_adjusted(self, p: float) -> IsIsNotRow:
        """Return the row with its adjusted p."""
        return replace(self, p_adjusted=p)

    @property
    def p_value(self) -> float:
        """The p of the score test; NaN where hidden."""
        return math.nan if self.contrast is None else self.contrast.p_value

    @property
    def difference(self) -> float:
        """Share among the affected less share among the others; NaN where hidden."""
        return math.nan if self.contrast is None else self.contrast.estimate

    @property
    def share(self) -> float:
        """Share among the affected."""
        return _share(self.affected)

    @property
    def other_share(self) -> float:
        """Share among the others."""
        return _share(self.unaffected)

    @property
    def word(self) -> str:
        """What can be said of it, one of `WORDS`."""
        if self.contrast is None or self.affected is None or self.unaffected is None:
            return "hidden"
        if self.p_adjusted < self.alpha:
            if self.difference > 0:
                return "only" if self.unaffected[0] == 0 else "more"
            return "never" if self.affected[0] == 0 else "less"
        return "no difference" if min(self.affected[1], self.unaffected[1]) >= FEW else "cannot tell"

    @property
    def source(self) -> str:
        """Where counts of it come from, when they are put on record as evidence."""
        return f"IS / IS NOT: {self.trait} = {self.value}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IsIsNot(TableResult):
    """What sets the affected apart from the others, and what does not.

    ``result["region", "East"]`` is one row, ``result.of("more")`` are those of one word.

    Attributes
    ----------
    comparisons : tuple of IsIsNotRow
        What tells most first.
    affected_is : LocalText
        Who the affected are.
    n_affected, n_unaffected, n_unknown : int
        Rows of each side, and those of which it is not known.
    confidence_level : float
        Of the intervals.
    min_n : int
        Values that fewer rows have are hidden.
    by_dimension : bool
        Whether the traits were asked by question.

    Examples
    --------
    >>> from closeloop.analysis.is_is_not import is_is_not
    >>> data = {"late": [1] * 40 + [0] * 60, "region": ["East"] * 30 + ["West"] * 10 + ["East"] * 15 + ["West"] * 45}
    >>> is_is_not(data, "late", ["region"])["region", "East"].word
    'more'
    """

    kind = "is_is_not"

    comparisons: tuple[IsIsNotRow, ...]
    affected_is: LocalText
    n_affected: int
    n_unaffected: int
    n_unknown: int
    confidence_level: float
    min_n: int
    by_dimension: bool

    def __getitem__(self, key: tuple[str, object]) -> IsIsNotRow:
        """Return the row of a value of a trait.

        Raises
        ------
        ColumnNotFoundError
            If there is none.
        """
        trait, value = key
        for row in self.comparisons:
            if row.trait == trait and (row.value == value or str(row.value) == str(value)):
                return row
        known = [f"{row.trait}, {row.value}" for row in self.comparisons]
        raise ColumnNotFoundError(f"{trait}, {value}", known, message("is_is_not.the_comparison"))

    def of(self, *words: str) -> tuple[IsIsNotRow, ...]:
        """Return the rows of which one of these words is said."""
        return tuple(row for row in self.comparisons if row.word in words)

    @property
    def title(self) -> LocalText:
        """What is compared."""
        return message("is_is_not.title", affected=self.affected_is)

    @property
    def sentence(self) -> LocalText:
        """What sets the affected apart, the surest first; or that nothing does."""
        told_rows = self.of("only", "more")
        counts = {"n": told(self.n_affected, "count"), "m": told(self.n_unaffected, "count")}
        if not any(row.contrast is not None for row in self.comparisons):
            return message("is_is_not.all_hidden", min_n=self.min_n)
        if not told_rows:
            few = not self.of("no difference", "less", "never")
            return message("is_is_not.too_few" if few else "is_is_not.nothing", **counts)
        best = max(told_rows, key=lambda row: (row.word == "only", row.difference))
        low, high = best.contrast.interval if best.contrast else (math.nan, math.nan)
        return message(
            "is_is_not.sets_apart", **counts, trait=best.title, value=best.label, share=told(best.share, "percent", 0),
            other=told(best.other_share, "percent", 0), interval=told_interval(100 * low, 100 * high, "points", 0),
            difference=told(100 * best.difference, "points", 0), level=told_level(self.confidence_level),
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done, and what to be careful about."""
        notes = [message("is_is_not.note_method"), message("is_is_not.note_cause")]
        hidden = sum(row.contrast is None for row in self.comparisons)
        if hidden:
            notes.append(message("is_is_not.note_hidden", count=hidden, min_n=self.min_n))
        if self.n_unknown:
            notes.append(message("is_is_not.note_unknown", count=self.n_unknown))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        level = told_level(self.confidence_level)
        question = (Shown("question", message("is_is_not.question")),) if self.by_dimension else ()
        return (
            *question,
            Shown("trait_title", message("is_is_not.trait")),
            Shown("label", message("is_is_not.value")),
            Shown("share", message("is_is_not.is"), "percent"),
            Shown("other_share", message("is_is_not.is_not"), "percent"),
            Shown("difference_points", message("is_is_not.difference"), "points"),
            Shown("low_points", message("analysis.interval", level=level), "points", high="high_points"),
            Shown("p_adjusted", message("is_is_not.p_adjusted"), "p"),
            Shown("word_text", message("is_is_not.word")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per value: counts, shares 0…1, their difference with its limits, p, the word."""
        return [self._row(row) for row in self.comparisons]

    def _row(self, row: IsIsNotRow) -> dict[str, Any]:
        low, high = row.contrast.interval if row.contrast else (math.nan, math.nan)
        known = row.dimension in {"what", "where", "when", "who"}
        k, n = row.affected or (None, None)
        j, m = row.unaffected or (None, None)
        return {
            "dimension": row.dimension, "trait": row.trait, "value": row.value, "n_with": k, "n_affected": n,
            "other_with": j, "n_unaffected": m, "share": row.share, "other_share": row.other_share,
            "difference": row.difference, "ci_low": float(low), "ci_high": float(high), "p_value": row.p_value,
            "p_adjusted": row.p_adjusted, "word": row.word,
            "question": message(f"is_is_not.{row.dimension}") if known else LocalText(row.dimension),
            "trait_title": row.title, "label": row.label, "word_text": message(f"is_is_not.word_{_key(row.word)}"),
            "difference_points": 100 * row.difference, "low_points": 100 * low, "high_points": 100 * high,
        }  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole."""
        return {
            "affected": self.affected_is, "n_affected": self.n_affected, "n_unaffected": self.n_unaffected,
            "n_unknown": self.n_unknown, "confidence_level": self.confidence_level, "min_n": self.min_n,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the differences with their intervals, what tells most on top; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.is_is_not_chart import plot_is_is_not

        return plot_is_is_not(self, ax)


def _share(side: tuple[int, int] | None) -> float:
    return side[0] / side[1] if side is not None and side[1] else math.nan


def _key(word: str) -> str:
    return word.replace(" ", "_")
