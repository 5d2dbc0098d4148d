"""The result of `closeloop.analysis.change.decompose.decompose`: a row per group, the sums, a sentence, a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from closeloop.metrics.compare_text import difference_interval, difference_size
from closeloop.metrics.labels import group_label
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.spec import Metric
from closeloop.metrics.units import FORM, SCALE
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_level, told_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the change with its interval.

    Examples
    --------
    >>> Part(value=-0.02, std_error=0.01, ci_low=-0.04, ci_high=0.0).scaled(100).value
    -2.0
    """

    value: float
    std_error: float
    ci_low: float
    ci_high: float

    def scaled(self, scale: float) -> Part:
        """Return the part in other units."""
        return Part(
            value=scale * self.value, std_error=scale * self.std_error, ci_low=scale * self.ci_low,
            ci_high=scale * self.ci_high,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One group.

    Attributes
    ----------
    key : tuple or None
        Its value in each column; None for the small groups put together.
    n_before, n_after : int
        Answers.
    share_before, share_after : float
        Share by weight, 0…1.
    estimate_before, estimate_after : float
        Score; NaN in a period that does not have the group.
    rate, mix : Part
        What it adds to the change by its own change, and by that of its share.

    Examples
    --------
    >>> nothing = Part(value=0.0, std_error=0.0, ci_low=0.0, ci_high=0.0)
    >>> Segment(key=("pro",), n_before=30, n_after=20, share_before=0.6, share_after=0.4, estimate_before=0.1,
    ...         estimate_after=0.3, rate=nothing, mix=nothing).change
    0.19999999999999998
    """

    key: tuple[object, ...] | None
    n_before: int
    n_after: int
    share_before: float
    share_after: float
    estimate_before: float
    estimate_after: float
    rate: Part
    mix: Part

    @property
    def change(self) -> float:
        """Its own change; NaN where one period does not have it."""
        return self.estimate_after - self.estimate_before

    def scaled(self, scale: float) -> Segment:
        """Return the group in other units."""
        return replace(
            self, estimate_before=scale * self.estimate_before, estimate_after=scale * self.estimate_after,
            rate=self.rate.scaled(scale), mix=self.mix.scaled(scale),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Decomposition(TableResult):
    """A change taken apart into rate and mix.

    Attributes
    ----------
    metric : Nps, TopBox or MeanScore
        What is scored.
    by : tuple of str
        The columns of the groups.
    inside, inside_total, inside_scores
        Groups; rate, mix and change; scores before and after, on the scale inside (an NPS on −1…1).
    df : float
        Degrees of freedom.
    n_merged : int
        Groups put together as small.
    confidence_level : float
        Of the intervals.
    min_n : int
        Groups with fewer answers in a period were put together.
    weight : str or None
        Column of weights.

    Examples
    --------
    >>> from closeloop.analysis.change.decompose import decompose
    >>> from closeloop.metrics.spec import Nps
    >>> before = {"recommend": [9] * 30 + [3] * 20, "plan": ["pro"] * 30 + ["free"] * 20}
    >>> after = {"recommend": [9] * 20 + [3] * 30, "plan": ["pro"] * 20 + ["free"] * 30}
    >>> found = decompose(before, after, Nps("recommend"), "plan")
    >>> [round(part, 4) for part in (found.rate.value, found.mix.value)]
    [0.0, -40.0]
    """

    kind = "decomposition"

    metric: Metric
    by: tuple[str, ...]
    inside: tuple[Segment, ...]
    inside_total: tuple[Part, Part, Part]
    inside_scores: tuple[float, float]
    df: float
    n_merged: int
    confidence_level: float
    min_n: int
    weight: str | None = None
    titles: Mapping[str, LocalText] = field(default_factory=dict)
    labels: Mapping[str, Mapping[object, LocalText]] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        """What figures inside are multiplied by to be published."""
        return SCALE[self.metric.kind]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The groups in public units, the largest first."""
        return tuple(segment.scaled(self.scale) for segment in self.inside)

    @property
    def rate(self) -> Part:
        """What the groups' own changes add up to, in public units."""
        return self.inside_total[0].scaled(self.scale)

    @property
    def mix(self) -> Part:
        """What the changes of the groups' shares add up to, in public units."""
        return self.inside_total[1].scaled(self.scale)

    @property
    def change(self) -> Part:
        """The whole change, in public units."""
        return self.inside_total[2].scaled(self.scale)

    @property
    def before(self) -> float:
        """The score before, in public units."""
        return self.scale * self.inside_scores[0]

    @property
    def after(self) -> float:
        """The score after, in public units."""
        return self.scale * self.inside_scores[1]

    @property
    def simpson(self) -> bool:
        """Whether all groups moved one way and the whole the other."""
        moves = [segment.change for segment in self.inside if not math.isnan(segment.change)]
        whole = self.inside_total[2].value
        return len(moves) > 1 and whole != 0 and all(move * whole < 0 for move in moves)

    def name(self, segment: Segment) -> LocalText:
        """Return what a group is called on display."""
        if segment.key is None:
            return message("decompose.other")
        return group_label(self.labels, self.by, segment.key)

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        columns = told_list([self.titles.get(column, column) for column in self.by])
        return message("decompose.title", metric=self.metric.label, by=columns)

    @property
    def sentence(self) -> LocalText:
        """How much of the change is the groups' own, how much that of their shares."""
        kind = self.metric.kind
        form = FORM[kind]
        facts = {
            "metric": self.metric.label,
            "before": told(self.before, form),
            "after": told(self.after, form),
            "rate": self._size(self.rate),
            "rate_interval": self._interval(self.rate),
            "mix": self._size(self.mix),
            "mix_interval": self._interval(self.mix),
            "level": told_level(self.confidence_level),
        }
        told_all = message("decompose.sentence", **facts)
        if not self.simpson:
            return told_all
        key = "decompose.simpson_up" if self.change.value < 0 else "decompose.simpson_down"
        pull = 1 if self.change.value > 0 else -1
        most = max(self.segments, key=lambda segment: pull * segment.mix.value)
        shares = [told(share, "percent", 0) for share in (most.share_before, most.share_after)]
        warning = message(key, metric=self.metric.label, group=self.name(most), old=shares[0], new=shares[1])
        return message("decompose.joined", first=warning, second=told_all)

    def _size(self, part: Part) -> LocalText:
        """Return a part with a decimal more than a score has, so that the parts add up to the change as written."""
        return difference_size(part.value, self.metric.kind, signed=True, digits=self._digits)

    def _interval(self, part: Part) -> LocalText:
        return difference_interval(Interval(part.ci_low, part.ci_high), self.metric.kind, self._digits)

    @property
    def _digits(self) -> int:
        return 2 if self.metric.kind == "mean" else 1

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done, and what to be careful about."""
        found = [message("decompose.note_method")]
        single = [self.name(segment) for segment in self.inside if math.isnan(segment.change)]
        if single:
            found.append(message("decompose.note_single", groups=told_list(single)))
        if self.n_merged:
            found.append(message("decompose.note_merged", count=self.n_merged, min_n=self.min_n))
        if self.weight is not None:
            found.append(message("impact.note_weighted", weight=self.weight))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        form = FORM[self.metric.kind]
        level = told_level(self.confidence_level)
        return (
            Shown("group", message("analysis.group")),
            Shown("n_before", message("decompose.n_before"), "count"),
            Shown("n_after", message("decompose.n_after"), "count"),
            Shown("share_before", message("decompose.share_before"), "percent"),
            Shown("share_after", message("decompose.share_after"), "percent"),
            Shown("estimate_before", message("decompose.score_before"), form),
            Shown("estimate_after", message("decompose.score_after"), form),
            Shown("change", message("decompose.change"), form),
            Shown("rate", message("decompose.rate"), form),
            Shown("rate_low", message("analysis.interval", level=level), form, high="rate_high"),
            Shown("mix", message("decompose.mix"), form),
            Shown("mix_low", message("analysis.interval", level=level), form, high="mix_high"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per group and a last one of all together, in public units."""
        rows = [
            self._row(
                self.name(segment), segment.n_before, segment.n_after, (segment.share_before, segment.share_after),
                (segment.estimate_before, segment.estimate_after), segment.change, segment.rate, segment.mix,
            )
            for segment in self.segments
        ]  # fmt: skip
        n = (sum(segment.n_before for segment in self.inside), sum(segment.n_after for segment in self.inside))
        scores = (self.before, self.after)
        total = message("scores.total")
        return [*rows, self._row(total, *n, (1.0, 1.0), scores, self.change.value, self.rate, self.mix)]

    @staticmethod
    def _row(
        group: LocalText,
        n_before: int,
        n_after: int,
        shares: tuple[float, float],
        scores: tuple[float, float],
        change: float,
        rate: Part,
        mix: Part,
    ) -> dict[str, Any]:
        return {
            "group": group, "n_before": n_before, "n_after": n_after, "share_before": shares[0],
            "share_after": shares[1], "estimate_before": scores[0], "estimate_after": scores[1], "change": change,
            "rate": rate.value, "rate_std_error": rate.std_error, "rate_low": rate.ci_low, "rate_high": rate.ci_high,
            "mix": mix.value, "mix_std_error": mix.std_error, "mix_low": mix.ci_low, "mix_high": mix.ci_high,
        }  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole."""
        change = self.change
        return {
            "metric": self.metric.name, "by": self.by, "before": self.before, "after": self.after,
            "change": change.value, "std_error": change.std_error, "ci_low": change.ci_low, "ci_high": change.ci_high,
            "rate": self.rate.value, "mix": self.mix.value, "simpson": self.simpson, "df": self.df,
            "confidence_level": self.confidence_level, "min_n": self.min_n, "n_merged": self.n_merged,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the way from before to after, and each group's part of it."""
        from closeloop.views.decompose_chart import plot_decomposition

        return plot_decomposition(self, ax)
