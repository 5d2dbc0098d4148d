"""The way of an answer from one version of a survey to a later one, as the file's ``migrations:`` tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from closeloop.survey.definition import Migration, Rescale


@dataclass(frozen=True, slots=True)
class Route:
    """The steps from one version to another, in order; none if nothing moves.

    A step first drops, then renames, then recodes, then rescales: `drop` has names as they were, `recode` and `rescale`
    names as they are afterwards. A version without a step is passed through: nothing had to be told about it.

    Examples
    --------
    >>> told = {"from": 1, "to": 2, "rename": {"q1": "pains"}, "recode": {"pains": {"a": "b"}}}
    >>> route = Route((Migration.model_validate(told),))
    >>> route.name("q1"), route.value("q1", "a"), route.value("q1", "c")
    ('pains', 'b', 'c')
    """

    steps: tuple[Migration, ...] = ()

    def name(self, name: str) -> str | None:
        """Return what an item (or a matrix's row, ``matrix.row``) is called at the end; None where it is dropped."""
        for step in self.steps:
            head, _, row = name.partition(".")
            if head in step.drop or name in step.drop:
                return None
            head = step.rename.get(head, head)
            name = step.rename.get(name, f"{head}.{row}" if row else head)
        return name

    def value(self, name: str, value: object, scale: range | None = None) -> object:
        """Return what an option value or a point of the item `name` has become; None where it is dropped.

        `scale` is that of the later item: where it leaves points out, the nearest of its points is taken.
        """
        for step in self.steps:
            head, _, row = name.partition(".")
            if {head, name, f"{head}.{value}"} & set(step.drop):
                return None
            head = step.rename.get(head, head)
            name = step.rename.get(name, f"{head}.{row}" if row else head)
            told = step.recode.get(head, {}).get(str(value))
            if told is not None:
                value = int(told) if isinstance(value, int) and told.lstrip("-").isdecimal() else told
            if head in step.rescale and isinstance(value, int):
                how = step.rescale[head]
                known = scale is not None and (scale[0], scale[-1]) == how.new
                value = rescaled(value, how, scale.step if scale is not None and known else 1)
        return value

    def rescales(self, name: str) -> tuple[Rescale, ...]:
        """Return the rescalings that the answers of an item go through."""
        found = []
        for step in self.steps:
            head = step.rename.get(name, name)
            if head in step.rescale:
                found.append(step.rescale[head])
            name = head
        return tuple(found)


def route(migrations: Sequence[Migration], old: int, new: int) -> Route:
    """Return the steps that lead from one version to a later one.

    Where a step spans several versions it is preferred to the single ones.
    """
    steps = []
    here = old
    while here < new:
        onward = [step for step in migrations if here <= step.old and step.new <= new]
        if not onward:
            break
        nearest = min(step.old for step in onward)
        chosen = max((step for step in onward if step.old == nearest), key=lambda step: step.new)
        steps.append(chosen)
        here = chosen.new
    return Route(tuple(steps))


def rescaled(point: int, how: Rescale, step: int = 1) -> int:
    """Return a point of the old scale as the nearest point of the new one.

    new = b₁ + (old − a₁) · (b₂ − b₁) / (a₂ − a₁), exactly, for the scales a₁…a₂ and b₁…b₂; then to the nearest of the
    points b₁, b₁ + step … b₂. Exactly between two of them it goes up with the rule ``linear``, down with
    ``linear-down``.

    Examples
    --------
    >>> how = Rescale.model_validate({"from": [1, 10], "to": [1, 5]})
    >>> [rescaled(point, how) for point in range(1, 11)]
    [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    """
    (low, high), (new_low, new_high) = how.old, how.new
    steps = Fraction((point - low) * (new_high - new_low), (high - low) * step)
    down = steps.numerator // steps.denominator
    part = steps - down
    half = Fraction(1, 2)
    return new_low + step * (down + (part > half or (part == half and how.rule != "linear-down")))
