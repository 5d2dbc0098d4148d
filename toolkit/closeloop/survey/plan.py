"""The analysis plan: which metric is taken over which item. It is declared, never inferred from a scale."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from closeloop.forms.fields import Model, Text, fault


class MetricPlan(Model):
    """One metric of the plan; `kind` says which figures it gives."""

    kind: str
    label: Text | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """The items (or matrix rows) that the metric needs."""
        return ()


class _OneItem(MetricPlan):
    item: str

    @property
    def items(self) -> tuple[str, ...]:
        """The one item."""
        return (self.item,)


class NpsPlan(_OneItem):
    """Net promoter score."""

    kind: Literal["nps"]


class MeanPlan(_OneItem):
    """Mean of a scale or a number."""

    kind: Literal["mean"]


class TopBoxPlan(_OneItem):
    """Share of the `top` highest points of a scale."""

    kind: Literal["csat", "ces", "top_box"]
    points: int | None = Field(default=None, strict=True, ge=2)  # the highest point; of the item, if left out
    top: int | None = Field(default=None, strict=True, ge=1)  # csat and top_box 2, ces 3 of 7 or 2 of 5

    @model_validator(mode="after")
    def _check_top(self) -> TopBoxPlan:
        if self.points is not None and self.top is not None and self.top >= self.points:
            raise fault("survey.top_too_many", top=self.top, points=self.points)
        return self


class GapPlan(MetricPlan):
    """Perception minus expectation, item by item."""

    kind: Literal["gap"]
    expectation: Annotated[tuple[str, ...], Field(min_length=1)]
    perception: Annotated[tuple[str, ...], Field(min_length=1)]

    @property
    def items(self) -> tuple[str, ...]:
        """Expectations, then perceptions."""
        return (*self.expectation, *self.perception)

    @model_validator(mode="after")
    def _check_pairs(self) -> GapPlan:
        if len(self.expectation) != len(self.perception):
            raise fault("survey.gap_pairs", expectation=len(self.expectation), perception=len(self.perception))
        return self


class ServqualPlan(MetricPlan):
    """SERVQUAL: two matrices with the same rows, gathered into dimensions."""

    kind: Literal["servqual"]
    expectations: str
    perceptions: str
    dimensions: Annotated[dict[str, tuple[str, ...]], Field(min_length=1)]

    @property
    def items(self) -> tuple[str, ...]:
        """Both matrices."""
        return (self.expectations, self.perceptions)


class KanoPair(Model):
    """The two questions about one feature: if it is there, if it is not."""

    functional: str
    dysfunctional: str


class KanoPlan(MetricPlan):
    """Kano categories of features."""

    kind: Literal["kano"]
    pairs: Annotated[dict[str, KanoPair], Field(min_length=1)]
    table: str = "standard"

    @property
    def items(self) -> tuple[str, ...]:
        """Both items of every feature."""
        return tuple(name for pair in self.pairs.values() for name in (pair.functional, pair.dysfunctional))


class ImportancePlan(MetricPlan):
    """Importance and performance of items for an outcome."""

    kind: Literal["importance_performance"]
    outcome: str
    performance: Annotated[tuple[str, ...], Field(min_length=1, alias="items")]

    @property
    def items(self) -> tuple[str, ...]:
        """The outcome, then the items."""
        return (self.outcome, *self.performance)


Plan = Annotated[
    NpsPlan | TopBoxPlan | MeanPlan | GapPlan | ServqualPlan | KanoPlan | ImportancePlan, Field(discriminator="kind")
]
"""Any metric of the plan."""
