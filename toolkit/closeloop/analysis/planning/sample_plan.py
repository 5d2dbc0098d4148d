"""`SampleSize`: how many answers it takes, over a ladder of targets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from closeloop.metrics.compare_text import told_unit
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.units import SCALE, SHOWN
from closeloop.stats.sample_size import (
    PSEUDO,
    WORST,
    answers_for_difference,
    answers_for_margin,
    change_of_pairs,
    difference_of_answers,
    margin_of_answers,
    pairs_for_change,
)
from closeloop.text import LocalText, message
from closeloop.written import told, told_level

Purpose = Literal["precision", "comparison", "paired"]

_LADDERS = {
    "nps": (3.0, 5.0, 7.0, 10.0, 15.0, 20.0),
    "top_box": (0.02, 0.03, 0.05, 0.07, 0.1, 0.15),
    "mean": (0.05, 0.1, 0.15, 0.2, 0.3, 0.5),  # standard deviations
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeStep:
    """What one margin (or difference, or change) takes.

    Attributes
    ----------
    target : float
        In public units: points of an NPS, a share 0…1, units of the scale.
    n : int
        Answers needed, per group where two are compared; of paired samples respondents who answer twice.
    invitations : int
        Invitations at the response rate, per group.
    asked : bool
        Whether this is the target asked for.
    """

    target: float
    n: int
    invitations: int
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SampleSize(TableResult):
    """How many answers it takes, over a ladder of targets; made by `sample_size`.

    Attributes
    ----------
    unit : {"nps", "top_box", "mean"}
        What is measured.
    purpose : {"precision", "comparison", "paired"}
        A margin of one score, a difference of two groups, or a change of the same respondents.
    asked : float or None
        The target asked for, in public units.
    variance : float
        Of one answer (paired: of the change of one respondent), on the scale inside: an NPS on −1…1.
    confidence_level, power, design_effect, response_rate : float
        As asked for.
    population : int or None
        As asked for.
    assumed : LocalText
        Where the variance comes from.

    Examples
    --------
    >>> from closeloop.analysis.planning.sample_size import sample_size
    >>> sample_size("nps", margin=10).n
    255
    """

    kind: ClassVar[str] = "sample_size"

    unit: str
    purpose: Purpose
    asked: float | None
    variance: float
    assumed: LocalText
    confidence_level: float = 0.95
    power: float = 0.8
    design_effect: float = 1.0
    response_rate: float = 1.0
    population: int | None = None

    def answers(self, target: float) -> int:
        """Return the answers that a target takes, rounded up.

        Parameters
        ----------
        target : float
            Margin, difference or change, in public units.

        Examples
        --------
        >>> from closeloop.analysis.planning.sample_size import sample_size
        >>> sample_size("nps").answers(10)
        255
        """
        size, level, effect = target / SCALE[self.unit], self.confidence_level, self.design_effect
        if self.purpose == "precision":
            needed = answers_for_margin(
                size, self.variance, level, saved=self._saved, student=self.unit == "mean",
                design_effect=effect, population=self.population,
            )  # fmt: skip
        elif self.purpose == "comparison":
            needed = answers_for_difference(
                size, self.variance, level, self.power, saved=self._saved, design_effect=effect
            )
        else:
            needed = pairs_for_change(size, self.variance, level, self.power, design_effect=effect)
        return max(math.ceil(needed - 1e-9), 1)

    def margin(self, n: float) -> float:
        """Return what n answers (per group; pairs) are good for: the margin, or the difference that can be found.

        Parameters
        ----------
        n : float
            Answers.

        Returns
        -------
        float
            In public units; 0 where the whole population answered.

        Raises
        ------
        ValueError
            If n is below 1.

        Examples
        --------
        >>> from closeloop.analysis.planning.sample_size import sample_size
        >>> [round(sample_size("nps").margin(n), 1) for n in (30, 100, 400)]
        [27.9, 15.8, 8.0]
        """
        if not n >= 1:
            raise ValueError(message("sample_size.bad_n", value=n))
        level, effect = self.confidence_level, self.design_effect
        if self.purpose == "precision":
            reached = margin_of_answers(
                n, self.variance, level, saved=self._saved, student=self.unit == "mean",
                design_effect=effect, population=self.population,
            )  # fmt: skip
        elif self.purpose == "comparison":
            reached = difference_of_answers(
                n, self.variance, level, self.power, saved=self._saved, design_effect=effect
            )
        else:
            reached = change_of_pairs(n, self.variance, level, self.power, design_effect=effect)
        return reached * SCALE[self.unit]

    @property
    def steps(self) -> tuple[SampleSizeStep, ...]:
        """The ladder with the target asked for in its place."""
        spread = math.sqrt(self.variance) if self.unit == "mean" else 1.0
        ladder = {spread * target for target in _LADDERS[self.unit]}
        if self.asked is not None:
            ladder = {target for target in ladder if not math.isclose(target, self.asked)} | {self.asked}
        return tuple(self._step(target) for target in sorted(ladder))

    def _step(self, target: float) -> SampleSizeStep:
        n = self.answers(target)
        invitations = math.ceil(n / self.response_rate - 1e-9)
        return SampleSizeStep(target=target, n=n, invitations=invitations, asked=target == self.asked)

    @property
    def n(self) -> int | None:
        """The answers that the target asked for takes; None where none was asked for."""
        return None if self.asked is None else self.answers(self.asked)

    @property
    def invitations(self) -> int | None:
        """The invitations that the target asked for takes; None where none was asked for."""
        return None if self.asked is None else self._step(self.asked).invitations

    @property
    def _saved(self) -> float:
        return PSEUDO if self.unit == "nps" else 0.0

    @property
    def title(self) -> LocalText:
        """What is planned."""
        return message(f"sample_size.title_{self.purpose}", what=message(f"sample_size.what_{self.unit}"))

    @property
    def sentence(self) -> LocalText:
        """What the target asked for takes; without one, what the ends of the ladder take."""
        how = {"level": told_level(self.confidence_level), "power": told(self.power, "percent", 0)}
        if self.asked is None:
            fine, coarse = self.steps[0], self.steps[-1]
            return message(
                f"sample_size.ladder_{self.purpose}", fine=self.told_target(fine.target), n_fine=told(fine.n, "count"),
                coarse=self.told_target(coarse.target), n_coarse=told(coarse.n, "count"), **how,
            )  # fmt: skip
        step = self._step(self.asked)
        said = message(
            f"sample_size.asked_{self.purpose}", target=self.told_target(step.target), n=told(step.n, "count"), **how
        )
        if self.response_rate == 1:
            return said
        rate = told(self.response_rate, "percent", 0)
        return message("sample_size.and_invite", said=said, rate=rate, invitations=told(step.invitations, "count"))

    def told_target(self, target: float) -> LocalText:
        """Return a target with its unit, as it stands in a sentence."""
        if self.unit == "mean":
            return told(target, "decimal", self._digits)
        value = SHOWN[self.unit] * target
        shown = told(value, "decimal", 0 if math.isclose(value, round(value)) else 1)
        return told_unit(shown, self.unit)

    @property
    def _digits(self) -> int:
        """Decimals that keep the targets apart."""
        if self.unit != "mean":
            return 1
        return max(2, 1 - math.floor(math.log10(self.steps[0].target)))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What was assumed, and what the numbers do not say."""
        found = [self.assumed]
        if self.unit == "nps" and self.purpose != "paired" and self.asked is not None and self.variance < WORST:
            found.append(
                message("sample_size.note_worst", n=told(replace(self, variance=WORST).answers(self.asked), "count"))
            )
        if self.design_effect != 1:
            found.append(message("sample_size.note_deff", deff=told(self.design_effect, "decimal", 2)))
        if self.population is not None:
            found.append(message("sample_size.note_population", population=told(self.population, "count")))
            if any(step.invitations > self.population for step in self.steps):
                found.append(message("sample_size.note_too_few", population=told(self.population, "count")))
        if self.response_rate != 1:
            found.append(message("sample_size.note_rate"))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Target, answers, invitations, and which row was asked for."""
        form = "percent" if self.unit == "top_box" else "decimal"
        shown = [
            Shown("target", message(f"sample_size.target_{self.purpose}"), form, digits=self._digits),
            Shown("n", message(f"sample_size.n_{self.purpose}"), "count"),
        ]
        if self.response_rate != 1:
            shown.append(Shown("invitations", message("sample_size.invitations"), "count"))
        if self.asked is not None:
            shown.append(Shown("mark", message("sample_size.asked")))
        return tuple(shown)

    def rows(self) -> list[dict[str, Any]]:
        """Return the ladder, the finest target first."""
        mark = message("sample_size.mark")
        return [
            {
                "target": step.target, "n": step.n, "invitations": step.invitations, "asked": step.asked,
                "mark": mark if step.asked else "",
            }
            for step in self.steps
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return what was asked for and assumed."""
        return {
            "unit": self.unit, "purpose": self.purpose, "target": self.asked, "n": self.n,
            "invitations": self.invitations, "variance": self.variance, "confidence_level": self.confidence_level,
            "power": None if self.purpose == "precision" else self.power, "design_effect": self.design_effect,
            "response_rate": self.response_rate, "population": self.population,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the target against the answers, with the point asked for."""
        from closeloop.views.sample_size_chart import plot_sample_size

        return plot_sample_size(self, ax)
