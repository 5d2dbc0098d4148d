"""The outer loop: documents kept as versions, problems with their cases, what is to be done, what was learnt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from closeloop.errors import StoreError
from closeloop.followup.calendar.zone import any_zone
from closeloop.followup.case.fold import fold
from closeloop.followup.loop.actor import who
from closeloop.rootcause.days import day_of
from closeloop.rootcause.load import document_of
from closeloop.rootcause.problem.lesson import Lesson
from closeloop.rootcause.problem.problem import Problem
from closeloop.text import message
from closeloop.versioned import Document

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.followup.loop.desk import Desk
    from closeloop.followup.state import CaseState
    from closeloop.rootcause.problem.lesson_library import LessonLibrary

PROBLEM_COLUMNS = (
    "problem_id",
    "version",
    "title",
    "stage",
    "metric",
    "gap",
    "n_cases",
    "n_countermeasures",
    "closed_on",
)
ACTION_COLUMNS = ("belongs_to", "ref", "what", "owner", "due_on", "done_on", "priority", "is_late")
NOTICE = "problem_closed"
"""What lies in the outbox for each case of a problem that was closed: its customer is to hear what was changed."""


class OuterLoop:
    """What a loop does with problems and other documents; part of `closeloop.followup.loop.loop.Loop`."""

    actor: str
    _desk: Desk

    def save(self, document: Document[Any], *, expected: int | None = None) -> int:
        """Keep a version of a document: a problem, tree, five-whys, worksheet, codebook.

        When a problem is closed, a notice for the customer of each of its cases is put into the outbox.

        Parameters
        ----------
        document : Document
            With an id, title, question or template by which it is known.
        expected : int, optional
            The version that it was made from; if somebody saved meanwhile, that is a conflict.

        Returns
        -------
        int
            Its version; what says the same as the last version is not kept again.

        Raises
        ------
        ConflictError
            If somebody else saved a version since `expected`.
        """
        if not isinstance(document, Document):
            raise ValueError(message("loop.no_document", found=type(document).__name__))  # noqa: TRY004
        name, by, now = _name_of(document), who(self.actor), self._desk.clock.now()
        with self._desk.store.writing() as tx:
            before = tx.document(name)
            version = tx.put_document(document.kind, name, document.to_document(), actor=by, at=now, expected=expected)
            if isinstance(document, Problem) and document.state.closed_on is not None:
                was_open = before is None or not before["content"].get("closed_on")
                for case_id in document.cases if was_open else ():
                    tx.post(NOTICE, {"problem_id": name, "version": version}, case_id=case_id, at=now)
        return version

    def load(self, name: str, version: int | None = None) -> Any:
        """Return a document that was saved, by its id: the last version, or one of before.

        Raises
        ------
        StoreError
            If there is none.
        """
        with self._desk.store.reading() as tx:
            row = tx.document(name, version)
            known = [each["doc_id"] for each in tx.documents()]
        if row is None:
            raise StoreError(message("loop.no_such_document", name=name, known=", ".join(known) or "–"))
        return document_of(row["content"], name)

    def versions(self, name: str) -> list[tuple[dt.datetime, Any]]:
        """Return every version of a document with the time it was saved, the first one first; none if there is none."""
        with self._desk.store.reading() as tx:
            rows = tx.document_versions(name)
        return [(self._desk.clock.read(row["saved_at"]), document_of(row["content"], name)) for row in rows]

    def problem(self, problem_id: str) -> Problem:
        """Return a problem by its id."""
        found = self.load(problem_id)
        if not isinstance(found, Problem):
            raise StoreError(message("loop.no_problem", name=problem_id, found=type(found).__name__))
        return found

    def problems(self) -> pd.DataFrame:
        """Return the problems, one a row: where each stands and what it rests on."""
        import pandas as pd

        with self._desk.store.reading() as tx:
            kept = tx.documents("problem")
        rows = []
        for row in kept:
            problem = document_of(row["content"], row["doc_id"])
            closed = problem.state.closed_on
            rows.append(
                {
                    "problem_id": row["doc_id"], "version": row["version"], "title": problem.title,
                    "stage": problem.stage, "metric": problem.gap.metric, "gap": str(problem.gap.sentence),
                    "n_cases": len(problem.cases), "n_countermeasures": len(problem.countermeasures),
                    "closed_on": closed.isoformat() if closed else None,
                }
            )  # fmt: skip
        return pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS))

    def actions(self, today: dt.date | str | None = None) -> pd.DataFrame:
        """Return everything that somebody has undertaken to do, of cases and of problems, the first due first."""
        import pandas as pd

        day = self._day(today)
        rows = [
            _action(state.case_id, str(task.seq), task.get("what"), task.get("owner"), task.get("due_on"),
                    task.get("done_at"), task.get("priority"), day)
            for state in self._states()
            for task in state.added("tasks")
        ]  # fmt: skip
        for problem in self._problems():
            rows += [
                _action(_called(problem), task.id, task.what, task.owner, task.due, task.done_on,
                        task.priority, day)
                for task in problem.state.tasks
            ]  # fmt: skip
            rows += [
                _action(_called(problem), measure.id, measure.what, measure.owner, measure.due,
                        measure.done_on, None, day)
                for measure in problem.countermeasures
            ]  # fmt: skip
        rows.sort(key=lambda row: (row["done_on"] or "", row["due_on"] or "9999", row["belongs_to"], row["ref"]))
        return pd.DataFrame(rows, columns=list(ACTION_COLUMNS))

    def lessons(self, tag: str | None = None, today: dt.date | str | None = None) -> LessonLibrary:
        """Return what was learnt, in problems and in cases; what has to be looked at again comes first.

        Parameters
        ----------
        tag : str, optional
            Only lessons with this tag.
        today : date or str, optional
        """
        from closeloop.rootcause.problem.lesson_library import LessonLibrary

        day = self._day(today)
        found = [(_called(problem), each) for problem in self._problems() for each in problem.lessons]
        found += [
            (state.case_id, lesson)
            for state in self._states()
            for entry in state.added("lessons")
            if (lesson := _lesson(entry.fields)) is not None
        ]
        chosen = [each for each in found if tag is None or tag in each[1].tags]
        chosen.sort(key=lambda each: (each[1].review_by is None, each[1].review_by or dt.date.max, each[0]))
        return LessonLibrary(lessons=tuple(chosen), today=day)

    def outbox(self, kind: str | None = None) -> pd.DataFrame:
        """Return what is to be sent and was not yet marked as sent: one row a case and notice."""
        import pandas as pd

        with self._desk.store.reading() as tx:
            rows = tx.outbox(kind=kind)
        return pd.DataFrame(rows, columns=["number", "at", "sent_at", "kind", "case_id", "payload"])

    def mark_sent(self, *numbers: int) -> int:
        """Note that entries of the outbox were sent; returns how many were not yet."""
        with self._desk.store.writing() as tx:
            return tx.mark_sent(numbers, at=self._desk.clock.now())

    def _problems(self) -> list[Problem]:
        with self._desk.store.reading() as tx:
            return [document_of(row["content"], row["doc_id"]) for row in tx.documents("problem")]

    def _states(self) -> list[CaseState]:
        from closeloop.followup.store.rebuild import by_case

        with self._desk.store.reading() as tx:
            return [fold(events) for events in by_case(tx)]

    def _day(self, today: dt.date | str | None) -> dt.date:
        """Return a day; that of the people who work here, not of Greenwich, if none is given."""
        clock = self._desk.clock
        return day_of(today) if today is not None else clock.now().astimezone(any_zone(clock.timezone or "UTC")).date()


def _name_of(document: Document[Any]) -> str:
    """Return by what a document is known in the register."""
    said = document.state
    for field in ("id", "question", "title", "template"):
        name = getattr(said, field, "") or getattr(document, field, "")
        if isinstance(name, str) and name.strip():
            return name.strip()
    raise ValueError(message("loop.document_without_name", kind=document.kind))


def _called(problem: Problem) -> str:
    return problem.id or str(problem.title)


def _action(
    belongs_to: str, ref: str, what: Any, owner: Any, due: Any, done: Any, priority: Any, today: dt.date
) -> dict[str, Any]:
    due_on, done_on = (str(each)[:10] if each else None for each in (due, done))
    return {
        "belongs_to": belongs_to, "ref": ref, "what": what, "owner": owner, "due_on": due_on, "done_on": done_on,
        "priority": priority, "is_late": done_on is None and due_on is not None and due_on < today.isoformat(),
    }  # fmt: skip


def _lesson(said: Mapping[str, Any]) -> Lesson | None:
    """Return the lesson of a case as one of the library; None if what lay at the root was not written down."""
    worked = next((said[name] for name in _WORKED if said.get(name)), said.get("gains"))
    if not said.get("root") or not worked:
        return None
    texts = {name: str(said.get(name) or "") for name in ("root", "trigger", "gains", "losses")}
    return Lesson(
        insight=texts["root"], action=str(worked), root=texts["root"], trigger=texts["trigger"],
        gains=texts["gains"], losses=texts["losses"], tags=tuple(said.get("tags") or ()),
        review_by=said.get("review_by"),
    )  # fmt: skip


_WORKED = ("worked_communication", "worked_needs", "worked_style", "worked_balance")
