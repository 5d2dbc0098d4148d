"""The five steps of solving a problem, and what is still missing for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem_content import ProblemContent

STEPS = ("gap", "split", "focus", "propose", "optimise")
"""See the gap, split the problem, find the key, propose, optimise: 看落差、拆问题、找关键、提方案、做优化."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Step:
    """One step of the five.

    Attributes
    ----------
    name : str
        One of `STEPS`.
    missing : tuple of LocalText
        What it still needs; empty when it is done.
    """

    name: str
    missing: tuple[LocalText, ...]

    @property
    def done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    def __repr__(self) -> str:
        said = " ".join(str(each) for each in self.missing) or "done"
        return f"<Step {self.name}: {said}>"

    @property
    def label(self) -> LocalText:
        """What the step is called."""
        return message(f"problem.step_{self.name}")


def steps_of(problem: ProblemContent) -> tuple[Step, ...]:
    """Return the five steps of a problem.

    A step counts as done by what is there: a gap that can be told from chance; a tree or five-whys with a cause; a
    focus, or a verified root; a countermeasure with its expected effect; a measured effect that was reached, and a
    lesson.
    """
    needs = (_gap, _split, _focus, _propose, _optimise)
    return tuple(
        Step(name=name, missing=tuple(message(f"problem.needs_{key}") for key in need(problem)))
        for name, need in zip(STEPS, needs, strict=True)
    )


def _gap(problem: ProblemContent) -> Iterator[str]:
    if problem.gap.verdict != "missed":
        yield "gap_met" if problem.gap.verdict == "met" else "gap_told"


def _split(problem: ProblemContent) -> Iterator[str]:
    if not problem.trees and not any(whys.top.causes for whys in problem.whys):
        yield "tree"


def _focus(problem: ProblemContent) -> Iterator[str]:
    if not problem.state.focus.strip() and not any(whys.verified_roots() for whys in problem.whys):
        yield "focus"


def _propose(problem: ProblemContent) -> Iterator[str]:
    measures = problem.countermeasures
    if not measures:
        yield "countermeasure"
    elif not any(one.target is not None and one.baseline is not None and one.due for one in measures):
        yield "expected"


def _optimise(problem: ProblemContent) -> Iterator[str]:
    if not problem.reviews:
        yield "effect"
    elif problem.reviews[-1].verdict != "reached":
        yield "reached"
    if not problem.lessons and not problem.state.no_lesson:
        yield "lesson"
