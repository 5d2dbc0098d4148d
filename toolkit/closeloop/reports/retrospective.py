"""The retrospective as a report: what came in, what became of it, whether it helped, what was learnt, what is next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from closeloop.reports.report import Report, report
from closeloop.text import message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.followup.board import Board
    from closeloop.followup.measure.loop_report import LoopReport
    from closeloop.followup.store.verification import Verification
    from closeloop.rootcause.problem.lesson_library import LessonLibrary
    from closeloop.rootcause.problem.problem import Problem


def retrospective(
    measured: LoopReport,
    board: Board,
    problems: Sequence[Problem],
    *,
    actions: pd.DataFrame,
    lessons: LessonLibrary,
    verification: Verification,
) -> Report:
    """Return the report."""
    parts: list[Any] = [
        f"# {message('retrospective.measured')}",
        *measured.parts(),
        f"# {message('retrospective.board')}",
        board,
    ]
    if problems:
        parts += [f"# {message('retrospective.problems')}", *problems]
    if len(actions):
        parts += [f"# {message('retrospective.actions')}", actions]
    if lessons.lessons:
        parts += [f"# {message('retrospective.lessons')}", lessons]
    parts += [f"# {message('retrospective.integrity')}", verification.sentence]
    return report(message("retrospective.title"), parts)
