"""`Drivers`: the items in the order of their importance, with a table, a figure and what to be careful about."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.limits import normal_quantile
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

_SMALL = 0.1

METHODS = ("lmg", "johnson", "ordered-logit", "penalty-reward")


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One item.

    Attributes
    ----------
    item : str
        The column.
    label : LocalText or str
        What it is called on display.
    estimate : float
        Its importance: with ``"lmg"`` and ``"johnson"`` the share of the outcome's variance; with ``"ordered-logit"``
        the change of the log odds of a higher outcome per standard deviation; with ``"penalty-reward"`` the range.
    std_error, ci_low, ci_high : float
        Of the estimate; NaN where no bootstrap was asked for.
    rank : int or None
        1 for the most important.
    correlation, coefficient : float
        With the outcome; standardised, the other items held constant.
    mean, vif : float
        Performance; variance inflation factor.
    more : mapping
        Figures of the method alone.

    Examples
    --------
    >>> Driver(item="effort", label="Ease", estimate=0.2, rank=1).rank
    1
    """

    item: str
    label: LocalText | str
    estimate: float = math.nan
    std_error: float = math.nan
    ci_low: float = math.nan
    ci_high: float = math.nan
    rank: int | None = None
    correlation: float = math.nan
    coefficient: float = math.nan
    mean: float = math.nan
    vif: float = math.nan
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Drivers(TableResult):
    """What goes along with an outcome, and how strongly; the answer of `closeloop.analysis.drivers.drivers.drivers`.

    Attributes
    ----------
    method : str
        One of `METHODS`.
    outcome : str
        The column explained.
    outcome_label : LocalText or str
        What it is called on display.
    items : tuple of Driver
        The most important first; items without an estimate last.
    n, n_missing : int
        Complete answers; answers left out because one item or the outcome is missing.
    confidence_level : float
        Of the intervals.
    r_squared, adjusted_r_squared : float
        Share of the outcome's variance that all items explain together (ordered logit: McFadden's pseudo R²).
    bootstrap, seed : int
        Resamples behind the intervals; 0 for none.
    weight, cluster : str or None
        Columns of weights and clusters.
    n_clusters : int or None
        Clusters with complete answers.
    drawing_error : float
        Above 20 items, where LMG draws orders: the largest Monte-Carlo standard error of a share, else NaN.
    cautions : tuple of LocalText
        What a reader should know.
    undecided : bool
        Whether it is open which of the first two items is the more important.

    Examples
    --------
    >>> from closeloop.analysis.drivers.drivers import drivers
    >>> found = drivers({"y": [1, 2, 4, 5, 7], "a": [1, 2, 3, 3, 5], "b": [2, 1, 2, 1, 2]}, "y", ["a", "b"])
    >>> [driver.item for driver in found.items]
    ['a', 'b']
    """

    kind: ClassVar[str] = "drivers"

    method: str
    outcome: str
    outcome_label: LocalText | str
    items: tuple[Driver, ...]
    n: int
    n_missing: int
    confidence_level: float
    r_squared: float
    adjusted_r_squared: float = math.nan
    bootstrap: int = 0
    seed: int = 0
    weight: str | None = None
    cluster: str | None = None
    n_clusters: int | None = None
    drawing_error: float = math.nan
    cautions: tuple[LocalText, ...] = ()
    undecided: bool = False

    @property
    def shares_variance(self) -> bool:
        """Whether the importances are shares of the outcome's variance."""
        return self.method in ("lmg", "johnson")

    @property
    def share_digits(self) -> int:
        """Decimals of a share in percent: small ones need one."""
        return int(all(driver.estimate < _SMALL for driver in self.items if driver.rank is not None))

    @property
    def title(self) -> LocalText:
        """What goes along with the outcome."""
        return message("drivers.title", outcome=self.outcome_label)

    @property
    def sentence(self) -> LocalText:
        """The first items with their importance, and what all explain together."""
        told_n = told(self.n, "count")
        ranked = [driver for driver in self.items if driver.rank is not None]
        if not ranked:
            return message("drivers.sentence_none", outcome=self.outcome_label, n=told_n)
        key = {"ordered-logit": "logit", "penalty-reward": "penalty"}.get(self.method, "shares")
        then: LocalText | str = ""
        if len(ranked) > 1:
            then = message(f"drivers.then_{key}", item=ranked[1].label, value=self._told(ranked[1], key))
        alone = "_one" if key == "shares" and len(ranked) == 1 else ""
        found = message(
            f"drivers.sentence_{key}{alone}",
            outcome=self.outcome_label,
            item=ranked[0].label,
            value=self._told(ranked[0], key),
            then=then,
            count=len(ranked),
            r_squared=told(self.r_squared, "percent", 0),
            n=told_n,
        )
        return message("drivers.sentence_undecided", found=found) if self.undecided else found

    def _told(self, driver: Driver, key: str) -> LocalText:
        """Return an importance as it is told: a share, a multiple of the odds, a range; with its interval."""
        form, digits = ("percent", self.share_digits) if key == "shares" else ("decimal", 2)
        value, low, high = driver.estimate, driver.ci_low, driver.ci_high
        if key == "logit":
            value, low, high = math.exp(value), math.exp(low), math.exp(high)
        told_value = told(value, form, digits)
        if key != "shares":
            told_value = message(f"drivers.value_{key}", value=told_value)
        if math.isnan(low):
            return told_value
        limits = told_interval(low, high, form, digits)
        level = told_level(self.confidence_level)
        return message("drivers.value_interval", value=told_value, level=level, interval=limits)

    def margin(self, std_error: float) -> float:
        """Return how far the limits at the result's level lie from an estimate with this standard error."""
        return normal_quantile(self.confidence_level) * std_error

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done, and what to be careful about."""
        return self.cautions

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        interval = message("analysis.interval", level=told_level(self.confidence_level))
        label = Shown("label", message("analysis.item"))
        always = (
            Shown("correlation", message("drivers.correlation"), "decimal"),
            Shown("mean", message("drivers.mean"), "decimal"),
            Shown("vif", message("drivers.vif"), "decimal", digits=1),
        )
        if self.method == "ordered-logit":
            return (
                label,
                Shown("odds_ratio", message("drivers.odds_ratio"), "decimal"),
                Shown("odds_low", interval, "decimal", high="odds_high"),
                Shown("p_value", message("analysis.p_value"), "p"),
                Shown("unit_coefficient", message("drivers.per_point"), "decimal"),
                *always,
            )
        if self.method == "penalty-reward":
            return (
                label,
                Shown("penalty", message("drivers.penalty"), "decimal"),
                Shown("reward", message("drivers.reward"), "decimal"),
                Shown("estimate", message("drivers.range"), "decimal"),
                Shown("ci_low", interval, "decimal", high="ci_high"),
                Shown("asymmetry", message("drivers.asymmetry"), "decimal"),
                Shown("factor", message("drivers.factor")),
                Shown("n_low", message("drivers.n_low"), "count"),
                Shown("n_high", message("drivers.n_high"), "count"),
            )
        drawn = (
            Shown("ci_low", interval, "percent", high="ci_high"),
            Shown("p_top", message("drivers.p_top"), "percent", digits=0),
            Shown("rank_range", message("drivers.ranks")),
        )
        return (
            label,
            Shown("estimate", message("drivers.share"), "percent"),
            *(drawn if self.bootstrap else ()),
            Shown("share_of_explained", message("drivers.share_of_explained"), "percent", digits=0),
            Shown("coefficient", message("drivers.coefficient"), "decimal"),
            *always,
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per item; shares 0…1."""
        return [
            {
                "item": driver.item,
                "label": driver.label,
                "rank": driver.rank,
                "n": self.n,
                "estimate": driver.estimate,
                "std_error": driver.std_error,
                "ci_low": driver.ci_low,
                "ci_high": driver.ci_high,
                **driver.more,
                "correlation": driver.correlation,
                "coefficient": driver.coefficient,
                "mean": driver.mean,
                "vif": driver.vif,
                "method": self.method,
            }
            for driver in self.items
        ]

    def facts(self) -> dict[str, Any]:
        """Return the figures of the whole analysis."""
        estimated = sum(driver.rank is not None for driver in self.items)
        return {
            "method": self.method,
            "outcome": self.outcome,
            "n": self.n,
            "n_missing": self.n_missing,
            "answers_per_item": self.n / estimated if estimated else math.nan,
            "r_squared": self.r_squared,
            "adjusted_r_squared": self.adjusted_r_squared,
            "confidence_level": self.confidence_level,
            "bootstrap": self.bootstrap,
            "seed": self.seed,
            "weight": self.weight,
            "cluster": self.cluster,
            "n_clusters": self.n_clusters,
            "drawing_error": self.drawing_error,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw the importances with their intervals; penalties and rewards as bars. Returns a `Chart`."""
        from closeloop.views.drivers_chart import plot_drivers

        return plot_drivers(self, ax)
