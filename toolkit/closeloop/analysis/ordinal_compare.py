"""`compare_ratings`: which of two groups gives the higher ratings, on a scale of which only the order is known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from closeloop.errors import InsufficientDataError, closest
from closeloop.frames import as_frame, require_columns
from closeloop.metrics.counts import count
from closeloop.metrics.estimate import GroupedCounts, group_counts
from closeloop.metrics.labels import value_label
from closeloop.metrics.protect import checked_min_n, protect
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_input import ScoreInput, score_input
from closeloop.metrics.spec import Nps, TopBox
from closeloop.stats.intervals import normal_quantile
from closeloop.stats.superiority import Superiority, superiority
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level, told_p

__all__ = ["RatingComparison", "compare_ratings"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RatingComparison(TableResult):
    """The ratings of two groups side by side; what `compare_ratings` returns.

    Attributes
    ----------
    metric : TopBox or Nps
        The item and its scale.
    item_title : LocalText
        What the item is called.
    names : tuple of LocalText
        What the groups are called.
    levels : range
        The allowed answers.
    counts : tuple of two tuples of int
        How often each group gave each of them.
    n_missing : int
        Respondents of the two groups without an answer.
    found : Superiority
        How often a rating of the first group lies above one of the second, with interval and p.
    confidence_level : float

    Examples
    --------
    >>> frame = {"effort": [3] * 10 + [5] * 30 + [3] * 30 + [5] * 10, "region": ["East"] * 40 + ["West"] * 40}
    >>> found = compare_ratings(frame, TopBox("effort"), "region", "East", "West")
    >>> found.found.probability, found.means
    (0.75, (4.5, 3.5))
    """

    kind: ClassVar[str] = "rating_comparison"

    metric: TopBox | Nps
    item_title: LocalText
    names: tuple[LocalText, LocalText]
    levels: range
    counts: tuple[tuple[int, ...], tuple[int, ...]]
    n_missing: int
    found: Superiority
    confidence_level: float

    @property
    def n(self) -> tuple[int, int]:
        """The answers of each group."""
        return sum(self.counts[0]), sum(self.counts[1])

    @property
    def means(self) -> tuple[float, float]:
        """The mean of each group, as if all steps were equal."""
        return _mean(self.levels, self.counts[0]), _mean(self.levels, self.counts[1])

    @property
    def shares(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The share of each answer in each group, 0…1."""
        first, second = ([k / n if n else math.nan for k in c] for c, n in zip(self.counts, self.n, strict=True))
        return tuple(first), tuple(second)

    @property
    def title(self) -> LocalText:
        """Which item, which groups."""
        return message("ratings.title", item=self.item_title, a=self.names[0], b=self.names[1])

    @property
    def sentence(self) -> LocalText:
        """In how many of a hundred pairs the first group rates higher."""
        if 0 in self.n:
            return message("ratings.sentence_empty", group=self.names[self.n.index(0)])
        pair = {"a": self.names[0], "b": self.names[1], "share": told(self.found.probability, "percent", 0)}
        if math.isnan(self.found.p_value):
            return message("ratings.sentence_bare", **pair)
        return message(
            "ratings.sentence", level=told_level(self.confidence_level), p=told_p(self.found.p_value),
            interval=told_interval(*self.found.interval, "percent", 0), **pair,
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The method, the means, and who did not answer."""
        a, b = (told(mean, "decimal", 2) for mean in self.means)
        notes = [message("ratings.note_method"), message("ratings.note_means", mean_a=a, mean_b=b)]
        if self.n_missing:
            notes.append(message("ratings.note_missing", count=f"{self.n_missing:,}"))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Answer; n and share of each group."""
        a, b = self.names
        return (
            Shown("level", message("ratings.level"), "count"),
            Shown("n_a", message("ratings.n_of", group=a), "count"),
            Shown("share_a", message("ratings.share_of", group=a), "percent", digits=1),
            Shown("n_b", message("ratings.n_of", group=b), "count"),
            Shown("share_b", message("ratings.share_of", group=b), "percent", digits=1),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per allowed answer, from the lowest."""
        parts = zip(self.levels, self.counts[0], self.shares[0], self.counts[1], self.shares[1], strict=True)
        return [dict(zip(("level", "n_a", "share_a", "n_b", "share_b"), part, strict=True)) for part in parts]

    def facts(self) -> Mapping[str, Any]:
        """Return the probability of superiority with interval and p, and n and mean of both groups."""
        return {
            "item": self.metric.item, "a": self.names[0], "b": self.names[1], "estimate": self.found.probability,
            "ci_low": self.found.interval.low, "ci_high": self.found.interval.high, "p_value": self.found.p_value,
            "confidence_level": self.confidence_level, "n_a": self.n[0], "n_b": self.n[1], "mean_a": self.means[0],
            "mean_b": self.means[1], "n_missing": self.n_missing,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw both distributions side by side."""
        from closeloop.views.ratings_chart import plot_ratings

        return plot_ratings(self, ax=ax)


def compare_ratings(
    data: Any,
    item: TopBox | Nps | str,
    by: str,
    a: object,
    b: object = None,
    *,
    min_n: int = 10,
    confidence_level: float = 0.95,
) -> RatingComparison:
    """Return how often a rating of one group lies above one of another, on a scale of which only the order counts.

    For effort (CES), satisfaction and other short scales, where a difference of means would pretend that each step is
    as long as the next.

    Parameters
    ----------
    data : frame or Responses
        As for `closeloop.score`; counted where it lies.
    item : TopBox, Nps or str
        The item with its scale (``TopBox("effort", points=7)``; its box is not used); of responses also the name of a
        metric or of its item.
    by : str
        The column of the groups.
    a, b : object
        The groups: values of the column, or their labels. Without `b` all others, those without a group among them.
    min_n : int
        Groups with fewer answers are not shown, nor those from which one could be had by subtraction.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    RatingComparison

    Raises
    ------
    InsufficientDataError
        If a group has fewer than `min_n` answers.
    ResponseValidationError
        If an answer is not on the scale.
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If there is no such group, both are the same, or the scale is not known.

    Notes
    -----
    P(A > B) + ½ P(A = B), see `closeloop.stats.superiority.superiority`. It says how often, not by how much. When
    not to use: for the same people twice (`paired_change`), with weights or clusters (`closeloop.score` with a design),
    or where the share of a box is what is agreed upon (`compare`).

    References
    ----------
    Brunner E., Munzel U. (2000), Biometrical Journal 42:17–25.

    Examples
    --------
    >>> ratings = [4] * 10 + [5] * 25 + [7] * 30 + [4] * 25 + [5] * 25 + [7] * 15
    >>> frame = {"effort": ratings, "region": ["East"] * 65 + ["West"] * 65}
    >>> found = compare_ratings(frame, TopBox("effort", points=7), "region", "East", "West")
    >>> str(found.sentence).replace(chr(0xA0), " ").partition(" (")[0]
    'A customer of East gives a higher rating than one of West in 66 % of pairs'
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    checked_min_n(min_n)
    given = score_input(data)
    spec = _scale(item, given)
    frame = as_frame(given.frame)
    require_columns(frame, [spec.item, by], given.source)
    counts = group_counts(count(frame, spec.item, spec.levels, (by,), None, given.cache))
    sizes = counts.n.sum(axis=1)
    hidden = protect([(by,)], [(sizes.tolist(), counts.keys)], min_n)[0]
    first = _row(counts, given, by, a)
    second = None if b is None else _row(counts, given, by, b)
    if first == second or len(counts.keys) < 3:
        raise ValueError(message("scores.compare_itself", asked=f"{by}={a!r}"))
    rows = counts.n[first], counts.n[0] - counts.n[first] if second is None else counts.n[second]
    missing = counts.n_missing[0] if second is None else counts.n_missing[first] + counts.n_missing[second]
    asked = [first] if second is None else [first, second]
    if any(hidden[row] is not None for row in asked) or min(int(row.sum()) for row in rows) < min_n:
        raise InsufficientDataError(message("scores.group_hidden", min_n=min_n))
    others = message("scores.the_rest") if second is None else value_label(given.labels, by, counts.keys[second][0])
    parts = tuple(rows[0].tolist()), tuple(rows[1].tolist())
    return RatingComparison(
        metric=spec, item_title=given.titles.get(spec.item, LocalText(spec.item)),
        names=(value_label(given.labels, by, counts.keys[first][0]), others), levels=spec.levels, counts=parts,
        n_missing=int(missing), found=superiority(*parts, confidence_level), confidence_level=confidence_level,
    )  # fmt: skip


def _scale(item: Any, given: ScoreInput) -> TopBox | Nps:
    """Return the item with its scale: as given, or as a metric declares it."""
    if isinstance(item, str):
        declared = [spec for name, spec in given.specs.items() if name == item]
        declared += [s for s in given.specs.values() if isinstance(s, TopBox | Nps) and s.item == item]
        if not declared:
            raise ValueError(message("ratings.scale_of", item=item))
        item = declared[0]
    if not isinstance(item, TopBox | Nps):
        raise ValueError(message("ratings.no_levels", found=type(item).__name__))  # noqa: TRY004
    return item


def _row(counts: GroupedCounts, given: ScoreInput, by: str, asked: object) -> int:
    """Return the row of a group, told by its value or by the one label it alone bears."""
    values = [key[0] for key in counts.keys[1:]]
    labels = given.labels.get(by, {})
    bearing = [value for value in values if value in labels and asked in dict(labels[value]).values()]
    wanted = asked if asked in values or len(bearing) != 1 else bearing[0]
    if wanted not in values:
        known = [str(value) for value in values if value is not None]
        near = closest(str(asked), known) or tuple(known[:5])
        raise ValueError(message("ratings.no_group", by=by, asked=asked, near="; ".join(near)))
    return 1 + values.index(wanted)


def _mean(levels: range, counts: Sequence[int]) -> float:
    return float(np.average(levels, weights=counts)) if sum(counts) else math.nan
