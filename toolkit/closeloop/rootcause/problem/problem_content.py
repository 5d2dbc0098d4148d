"""What a problem says, and how it is read: gap, cases, what belongs to it, which of the five steps are done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.html import harmless
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.problem.effect_review import EffectReview
from closeloop.rootcause.problem.lesson import Lesson
from closeloop.rootcause.problem.pdca import PdcaCycle
from closeloop.rootcause.problem.task import ActionTask
from closeloop.rootcause.whys.evidence import ids_of
from closeloop.text import LocalText, message
from closeloop.versioned import MARK, Document, State

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem_steps import Step


ADDED_AS = "added_as"
"""The key under which a problem notes by which name a document was added to it."""


class ProblemState(State):
    """What a problem says at one moment."""

    gap: Gap
    title: str = ""
    id: str = ""
    cases: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    focus: str = ""
    documents: tuple[dict[str, Any], ...] = ()
    countermeasures: tuple[Countermeasure, ...] = ()
    tasks: tuple[ActionTask, ...] = ()
    cycles: tuple[PdcaCycle, ...] = ()
    reviews: tuple[EffectReview, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    no_lesson: str = ""
    closed_on: dt.date | None = None
    closed_by: str = ""


class ProblemContent(Document[ProblemState]):
    """What a problem says; `closeloop.rootcause.problem.problem.Problem` adds the changes and what follows from it."""

    kind: ClassVar[str] = "problem"
    model = ProblemState

    def __init__(
        self,
        gap: Gap,
        cases: Iterable[str] = (),
        *,
        title: str = "",
        id: str = "",
        themes: Iterable[str] = (),
    ) -> None:
        if not isinstance(gap, Gap):
            raise TypeError(str(message("problem.no_gap", found=type(gap).__name__)))
        super().__init__(
            ProblemState(
                gap=gap, title=_text(title), id=_text(id), cases=ids_of(cases, "cases"), themes=ids_of(themes, "themes")
            )
        )

    @property
    def gap(self) -> Gap:
        """The gap it starts from."""
        return self.state.gap

    @property
    def id(self) -> str:
        """By which others refer to it."""
        return self.state.id

    @property
    def cases(self) -> tuple[str, ...]:
        """Ids of the cases behind which it stands."""
        return self.state.cases

    @property
    def title(self) -> LocalText:
        """What it is called."""
        return LocalText(self.state.title) if self.state.title else self.gap.label

    @property
    def countermeasures(self) -> tuple[Countermeasure, ...]:
        """What is done about it."""
        return self.state.countermeasures

    @property
    def trees(self) -> tuple[Any, ...]:
        """Its issue trees, as they were when they were added."""
        return self._loaded("issue-tree")

    @property
    def whys(self) -> tuple[Any, ...]:
        """Its five-whys, as they were when they were added."""
        return self._loaded("five-whys")

    @property
    def worksheets(self) -> tuple[Any, ...]:
        """Its worksheets, as they were when they were added."""
        return self._loaded("worksheet")

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """What was learnt."""
        return self.state.lessons

    @property
    def reviews(self) -> tuple[EffectReview, ...]:
        """How often it was looked at whether it worked, in order."""
        return self.state.reviews

    @property
    def stage(self) -> str:
        """The first of the five steps that is not done, see `steps`; ``"closed"`` once it is closed."""
        if self.state.closed_on is not None:
            return "closed"
        return next((step.name for step in self.steps() if not step.done), "optimise")

    def steps(self) -> tuple[Step, ...]:
        """Return the five steps of problem solving, each with what is still missing for it."""
        from closeloop.rootcause.problem.problem_steps import steps_of

        return steps_of(self)

    def _loaded(self, kind: str) -> tuple[Any, ...]:
        from closeloop.rootcause.load import document_of

        mine = [content for content in self.state.documents if content[MARK] == kind]
        return tuple(document_of({key: said for key, said in one.items() if key != ADDED_AS}) for one in mine)


def _text(given: object) -> str:
    """Return a name on one line; empty where there is none."""
    return " ".join(harmless(str(given)).split()) if given is not None else ""
