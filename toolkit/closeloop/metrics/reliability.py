"""How well the items of a scale agree: alpha with its interval, omega, and what each item does to them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.encode import answer_numbers
from closeloop.metrics.planned import column_of, columns_of, different_scales, reversed_of, title_of
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_input import answer_rows, score_input
from closeloop.stats.correlation import correlation_of
from closeloop.stats.intervals import Interval
from closeloop.stats.reliability import (
    FloatArray,
    alpha_without_each,
    cronbach_alpha,
    feldt_interval,
    item_rest_correlation,
    omega_total,
)
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level, told_list

_ENOUGH = 0.7
"""The usual minimum for comparing groups (Nunnally 1978): a convention, not a law of nature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReliability:
    """One item of a scale.

    Attributes
    ----------
    item : str
        The column.
    title : LocalText
        What it is called.
    mean, sd : float
        Of the complete answers, as they were given.
    item_rest : float
        Correlation with the sum of the other items, reversed items turned round.
    alpha_without : float
        Alpha of the other items alone.
    reversed : bool
        Whether it was turned round.
    """

    item: str
    title: LocalText
    mean: float
    sd: float
    item_rest: float
    alpha_without: float
    reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reliability(TableResult):
    """The reliability of a scale; made by `reliability`.

    Attributes
    ----------
    alpha, alpha_standardised : float
        Cronbach's alpha of the sum of the items, and of the sum of standardised items.
    ci : Interval
        Feldt's interval of `alpha`.
    omega, omega_standardised : float
        McDonald's omega (one factor, maximum likelihood) of the raw sum, and on correlations.
    items : tuple of ItemReliability
        The items, in the order given.
    n, n_missing : int
        Complete answers; answers left out because an item is missing.
    confidence_level : float
        Of the interval.
    one_scale : bool
        Whether the survey declares one scale for all items; true where it says nothing.

    Examples
    --------
    >>> answers = {"fast": [5, 4, 2, 1, 3], "kind": [5, 5, 2, 2, 3], "slow": [1, 1, 4, 5, 2]}
    >>> reliability(answers, ["fast", "kind", "slow"], reverse=["slow"]).n
    5
    """

    kind: ClassVar[str] = "reliability"

    alpha: float
    alpha_standardised: float
    ci: Interval[float]
    omega: float
    omega_standardised: float
    items: tuple[ItemReliability, ...]
    n: int
    n_missing: int
    confidence_level: float
    one_scale: bool = True

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("reliability.title", k=len(self.items))

    @property
    def sentence(self) -> LocalText:
        """How well the items agree."""
        if math.isnan(self.alpha):
            return message("reliability.undefined", n=told(self.n, "count"))
        key = "contradict" if self.alpha < 0 else "agree" if self.alpha >= _ENOUGH else "disagree"
        return message(
            f"reliability.{key}",
            alpha=told(self.alpha, "decimal"),
            interval=told_interval(*self.ci, "decimal"),
            level=told_level(self.confidence_level),
            n=told(self.n, "count"),
            omega=told(self.omega, "decimal"),
        )

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method and cautions."""
        notes = [message("reliability.method")]
        if not self.one_scale:
            notes.insert(0, message("reliability.scales", alpha=told(self.alpha_standardised, "decimal", 2)))
        if math.isnan(self.omega) and not math.isnan(self.alpha):
            notes.append(message("reliability.no_omega"))
        if self.n_missing:
            notes.append(message("reliability.missing", count=told(self.n_missing, "count")))
        if constant := [item.title for item in self.items if item.sd == 0]:
            notes.append(message("reliability.constant", items=told_list(constant)))
        if self.alpha < _ENOUGH and (odd := [item.title for item in self.items if item.item_rest < 0]):
            notes.append(message("reliability.reverse_hint", items=told_list(odd)))
        if self.n <= len(self.items):
            notes.append(message("reliability.few", n=told(self.n, "count"), k=len(self.items)))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What is shown of each item."""
        return (
            Shown("title", message("analysis.item")),
            Shown("mean", message("reliability.mean"), "decimal"),
            Shown("sd", message("reliability.sd"), "decimal"),
            Shown("item_rest", message("reliability.item_rest"), "decimal"),
            Shown("alpha_without", message("reliability.alpha_without"), "decimal"),
            Shown("reversed", message("reliability.reversed"), "yes"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per item."""
        return [
            {
                "item": item.item,
                "title": item.title,
                "mean": item.mean,
                "sd": item.sd,
                "item_rest": item.item_rest,
                "alpha_without": item.alpha_without,
                "reversed": item.reversed,
            }
            for item in self.items
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return alpha, omega and how many answered."""
        return {
            "alpha": self.alpha,
            "ci_low": self.ci.low,
            "ci_high": self.ci.high,
            "confidence_level": self.confidence_level,
            "alpha_standardised": self.alpha_standardised,
            "omega": self.omega,
            "omega_standardised": self.omega_standardised,
            "k": len(self.items),
            "n": self.n,
            "n_missing": self.n_missing,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw alpha without each item against alpha of all, and the item–rest correlations."""
        from closeloop.views.reliability_chart import plot_reliability

        return plot_reliability(self, ax)


def reliability(
    data: Any, items: str | Sequence[str], *, reverse: Sequence[str] = (), confidence_level: float = 0.95
) -> Reliability:
    """Return how well the items of a scale agree: Cronbach's alpha with Feldt's interval, McDonald's omega, each item.

    Parameters
    ----------
    data : frame, mapping or Responses
        Answers, one row per respondent.
    items : sequence of str, or str
        The columns. Of responses with a survey also the name of a matrix, or of a dimension that items declare.
    reverse : sequence of str
        Items in which a high answer means the opposite; added to those whose survey item says ``reverse: true``.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Reliability
        With fewer than two items or answers, or answers that do not vary, the figures are NaN. A negative alpha is
        shown as it is, with a hint which items may need reversing.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there, or `reverse` names one that is not among the items.
    ValueError
        If no item is given.
    ResponseValidationError
        If an answer is no number.

    Notes
    -----
    Formulae and sources: `closeloop.stats.reliability`. Respondents with a missing item are left out (listwise) and
    counted. Not for items that form no scale together, such as single questions about different things.

    Examples
    --------
    >>> answers = {"fast": [5, 4, 2, 1, 3], "kind": [5, 5, 2, 2, 3], "slow": [1, 1, 4, 5, 2]}
    >>> found = reliability(answers, ["fast", "kind", "slow"], reverse=["slow"])
    >>> round(found.alpha, 3), found.n
    (0.976, 5)
    """
    given = score_input(data)
    names = tuple(dict.fromkeys(columns_of(data, items)))
    if not names:
        raise ValueError(message("reliability.no_items"))
    turned = {column_of(name) for name in reverse} | (reversed_of(data) & set(names))
    for name in sorted(turned - set(names)):
        raise ColumnNotFoundError(name, names, message("reliability.the_items"))
    frame = answer_rows(given, names, message("reliability.what"))
    answers = np.column_stack([answer_numbers(frame[name]) for name in names])
    complete = ~np.isnan(answers).any(axis=1)
    rows = answers[complete]
    signs = np.array([-1.0 if name in turned else 1.0 for name in names])
    covariance = covariance_of(rows * signs)
    deviations = np.sqrt(np.diagonal(covariance))
    correlation = correlation_of(covariance)
    n, k = rows.shape
    alpha = cronbach_alpha(covariance)
    item_rest, without = item_rest_correlation(covariance), alpha_without_each(covariance)
    means = rows.mean(axis=0) if n else np.full(k, np.nan)
    return Reliability(
        alpha=alpha,
        alpha_standardised=cronbach_alpha(correlation),
        ci=feldt_interval(alpha, n, k, confidence_level),
        omega=omega_total(correlation, n, deviations),
        omega_standardised=omega_total(correlation, n),
        items=tuple(
            ItemReliability(
                item=name,
                title=title_of(data, given, name),
                mean=float(means[i]),
                sd=float(deviations[i]),
                item_rest=float(item_rest[i]),
                alpha_without=float(without[i]),
                reversed=name in turned,
            )
            for i, name in enumerate(names)
        ),
        n=n,
        n_missing=int(len(answers) - n),
        confidence_level=confidence_level,
        one_scale=not different_scales(data, names),
    )


def covariance_of(rows: FloatArray) -> FloatArray:
    """Return the covariances of the columns (divisor n − 1); exactly 0 for a column that is constant, NaN for one row.

    Examples
    --------
    >>> covariance_of(np.array([[1.0, 0.1], [3.0, 0.1]])).tolist()
    [[2.0, 0.0], [0.0, 0.0]]
    """
    n, k = rows.shape
    if n < 2:
        return np.full((k, k), np.nan)
    centred = rows - rows.mean(axis=0)
    centred[:, (rows == rows[0]).all(axis=0)] = 0.0
    found: FloatArray = centred.T @ centred / (n - 1)
    return found
