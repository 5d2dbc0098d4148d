"""What was learnt in all problems, where it was used since, and what has to be looked at again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.problem.lesson import Lesson
from closeloop.text import LocalText, message
from closeloop.written import told

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LessonLibrary(TableResult):
    """The lessons of several problems; what `lesson_library` returns.

    Attributes
    ----------
    lessons : tuple of (str, Lesson)
        The problem each comes from, and the lesson; those to be looked at again come first.
    today : date or None
        The day on which that is judged.

    Examples
    --------
    >>> LessonLibrary(lessons=(("P-1", Lesson(insight="contracts decide", action="have operations sign")),)).due
    ()
    """

    lessons: tuple[tuple[str, Lesson], ...]
    today: dt.date | None = None

    kind = "lesson_library"

    @property
    def due(self) -> tuple[Lesson, ...]:
        """The lessons that have to be looked at again."""
        return tuple(lesson for _, lesson in self.lessons if _is_due(lesson, self.today))

    @property
    def title(self) -> LocalText:
        """That these are the lessons."""
        return message("lessons.title")

    @property
    def sentence(self) -> LocalText:
        """How many there are, how many were used elsewhere, how many have to be looked at again."""
        used = sum(bool(lesson.used_in) for _, lesson in self.lessons)
        facts = {"n": len(self.lessons), "used": used, "due": len(self.due)}
        return message("lessons.sentence", **{name: told(count, "count") for name, count in facts.items()})

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What was learnt, what to do, where it holds, tags, where from, where used, until when."""
        names = ("insight", "action", "context", "tags_text", "problem", "used_text", "review_by")
        return tuple(Shown(name, message(f"lessons.{name}")) for name in names)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per lesson."""
        return [
            {
                "insight": lesson.insight, "action": lesson.action, "context": lesson.context, "tags": lesson.tags,
                "tags_text": ", ".join(lesson.tags), "problem": problem, "used_in": lesson.used_in,
                "used_text": ", ".join(lesson.used_in), "is_due": _is_due(lesson, self.today),
                "review_by": lesson.review_by.isoformat() if lesson.review_by else "",
            }
            for problem, lesson in self.lessons
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the day of the reading."""
        return {"today": self.today.isoformat() if self.today else None}

    def plot(self, ax: Any = None) -> Any:
        """Draw how often each lesson was used; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.lesson_chart import plot_lessons

        return plot_lessons(self, ax)


def lesson_library(
    problems: Sequence[Problem], *, tag: str | None = None, today: dt.date | str | None = None
) -> LessonLibrary:
    """Return what was learnt in problems.

    Parameters
    ----------
    problems : sequence of Problem
    tag : str, optional
        Only the lessons that bear this tag.
    today : date or str, optional
        The day on which it is judged whether a lesson has to be looked at again.

    Returns
    -------
    LessonLibrary

    Examples
    --------
    >>> from closeloop.metrics.measured_gap import Gap
    >>> from closeloop.rootcause.problem.problem import Problem
    >>> problem = Problem(Gap(metric="nps", standard=30, actual=12, n=400, as_of="2026-06-30", unit="points"), id="P-1")
    >>> lesson = Lesson(insight="contracts decide", action="have operations sign", review_by="2027-01-01")
    >>> lesson_library([problem.add(lesson.applied_in("P-2"))], today="2027-02-01")
    <LessonLibrary: 1 lesson, 1 of them used elsewhere, 1 to be looked at again.>
    """
    day = dt.date.fromisoformat(today) if isinstance(today, str) else today
    found = [
        (problem.id or str(problem.title), lesson)
        for problem in problems
        for lesson in problem.lessons
        if tag is None or tag in lesson.tags
    ]
    found.sort(key=lambda pair: not _is_due(pair[1], day))
    return LessonLibrary(lessons=tuple(found), today=day)


def _is_due(lesson: Lesson, today: dt.date | None) -> bool:
    return today is not None and lesson.review_by is not None and lesson.review_by <= today
