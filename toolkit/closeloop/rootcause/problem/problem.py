"""A problem: the gap it starts from, why it is there, what is done about it, and whether that worked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from closeloop.errors import CaseTransitionError
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.days import day_of, day_or_none
from closeloop.rootcause.findings import Findings
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.problem.effect_review import EffectReview
from closeloop.rootcause.problem.lesson import Lesson
from closeloop.rootcause.problem.pdca import PdcaCycle
from closeloop.rootcause.problem.problem_content import ADDED_AS, ProblemContent
from closeloop.rootcause.problem.task import ActionTask
from closeloop.rootcause.whys.evidence import ids_of, words
from closeloop.text import message
from closeloop.versioned import MARK, Document

if TYPE_CHECKING:
    from closeloop.rootcause.problem.gantt import Gantt
    from closeloop.rootcause.problem.trace import NeedsTrace

_DOCUMENTS = ("issue-tree", "five-whys", "worksheet")


class Problem(ProblemContent):
    """A problem that many cases share; stays open until its effect has been measured.

    Parameters
    ----------
    gap : Gap
        There is no problem without a measured gap.
    cases : iterable of str
        Ids of the cases it stands behind.
    title : str
        What it is called; the gap's metric, if left out.
    id : str
        By which others refer to it.
    themes : iterable of str
        Codes of the codebook under which customers speak of it.

    Examples
    --------
    >>> gap = Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148),
    ...           unit="percent", higher_is_better=False)
    >>> problem = Problem(gap, cases=["C-101", "C-107"], id="P-017")
    >>> problem
    <Problem P-017: late parcels; split the problem, 2 cases>
    >>> problem.close(on="2026-12-01", by="Li Mei")
    Traceback (most recent call last):
    closeloop.errors.CaseTransitionError: The problem cannot be closed yet: no effect has been measured; there is ...
    """

    # --- what is added ---

    def add(self, thing: Any, name: str = "") -> Self:
        """Add a tree, five-whys, worksheet, countermeasure, task, PDCA turn or lesson; gives the problem itself.

        A document of the same kind and name, or an entry of the same id, takes the place of the earlier one.

        Parameters
        ----------
        thing : IssueTree, FiveWhys, Worksheet, Countermeasure, ActionTask, PdcaCycle or Lesson
        name : str
            What tells a document from others of its kind; its question, title or template, if left out. Two sheets of
            one template need it.

        Raises
        ------
        TypeError
            If it is something else.
        ValueError
            If a countermeasure that has started comes back with another expected effect.
        """
        self._refuse_closed()
        said = self.state
        if isinstance(thing, Document) and thing.kind in _DOCUMENTS:
            content = thing.to_document() | ({ADDED_AS: name} if name else {})
            kept = [one for one in said.documents if _name_of(one) != _name_of(content)]
            self._put(documents=(*kept, content))
        elif isinstance(thing, Countermeasure):
            self._put(countermeasures=self._with_measure(thing))
        elif isinstance(thing, ActionTask):
            self._put(tasks=(*(task for task in said.tasks if task.id != thing.id), thing))
        elif isinstance(thing, PdcaCycle):
            self._put(cycles=(*(cycle for cycle in said.cycles if cycle.plan != thing.plan), thing))
        elif isinstance(thing, Lesson):
            self._put(lessons=(*(one for one in said.lessons if one.insight != thing.insight), thing))
        else:
            raise TypeError(str(message("problem.not_addable", found=type(thing).__name__)))
        return self

    def link(self, cases: Iterable[str] = (), themes: Iterable[str] = ()) -> Self:
        """Put more cases, or themes of the codebook, under this problem; gives the problem itself."""
        self._refuse_closed()
        said = self.state
        self._put(
            cases=tuple(dict.fromkeys((*said.cases, *ids_of(cases, "cases")))),
            themes=tuple(dict.fromkeys((*said.themes, *ids_of(themes, "themes")))),
        )
        return self

    def concentrate(self, focus: str) -> Self:
        """Say in one sentence what the main contradiction is; gives the problem itself."""
        self._refuse_closed()
        self._put(focus=words(focus, "focus"))
        return self

    def measure(
        self,
        after: Gap,
        *,
        on: dt.date | str,
        by: str = "",
        countermeasure: str = "",
        customers_satisfied: bool | None = None,
        settled: bool | None = None,
        note: str = "",
    ) -> EffectReview:
        """Record what came of it: the figure measured again, and the three questions of a review.

        Parameters
        ----------
        after : Gap
            The same metric as before (of the countermeasure, or of the gap), measured after.
        on : date or str
            Day of the review.
        by : str
        countermeasure : str
            The id of the countermeasure that is judged; empty for the problem as a whole, which is judged by its gap.
        customers_satisfied, settled : bool, optional
            None: nobody knows.
        note : str

        Returns
        -------
        EffectReview

        Raises
        ------
        ValueError
            If it is another metric, was measured before the countermeasure started or after the review, or there is no
            such countermeasure.
        """
        self._refuse_closed()
        if not isinstance(after, Gap):
            raise ValueError(message("problem.not_a_measurement", found=type(after).__name__))  # noqa: TRY004
        reviewed = day_of(on)
        known = {one.id: one for one in self.countermeasures if one.id}
        if countermeasure and countermeasure not in known:
            names = ", ".join(known) or "–"
            raise ValueError(message("problem.no_such_measure", found=countermeasure, known=names))
        measure = known.get(countermeasure)
        metric = measure.metric if measure is not None and measure.metric else self.gap.metric
        if after.metric != metric:
            raise ValueError(message("problem.other_metric", expected=metric, found=after.metric))
        start = self.gap.as_of if measure is None else measure.started_on
        if start is None:
            raise ValueError(message("problem.not_started", what=measure.what if measure else self.title))
        if str(after.as_of) < str(start):
            raise ValueError(message("problem.measured_before", as_of=after.as_of, start=start))
        if str(after.as_of) > str(reviewed):
            raise ValueError(message("problem.measured_later", as_of=after.as_of, on=reviewed))
        judge = measure or Countermeasure(
            cause="–", what="–", baseline=self.gap.actual, target=self.gap.standard, metric=metric
        )
        review = EffectReview(
            after=after, on=reviewed, by=by, countermeasure=countermeasure, verdict=judge.judged(after), note=note,
            customers_satisfied=customers_satisfied, settled=settled,
        )  # fmt: skip
        self._put(reviews=(*self.reviews, review))
        return review

    def close(self, *, on: dt.date | str, by: str, no_lesson: str = "") -> Self:
        """Close the problem.

        Parameters
        ----------
        on : date or str
        by : str
        no_lesson : str
            Why nothing is to be learnt from it, where that is so.

        Raises
        ------
        CaseTransitionError
            If no effect has been measured, a countermeasure that was started is not done, or there is no lesson; all
            that is missing is named.
        """
        self._refuse_closed()
        missing = []
        if not self.reviews:
            missing.append(message("problem.close_no_effect"))
        undone = [one.what for one in self.countermeasures if one.started_on and not one.done_on]
        if undone:
            missing.append(message("problem.close_undone", what=", ".join(undone)))
        if not self.lessons and not no_lesson.strip():
            missing.append(message("problem.close_no_lesson"))
        if missing:
            from closeloop.written import told_joined

            raise CaseTransitionError(message("problem.cannot_close", missing=told_joined(missing, "; ", "；")))
        self._put(closed_on=day_of(on), closed_by=by, no_lesson=no_lesson)
        return self

    # --- what follows ---

    def findings(self, today: dt.date | str | None = None) -> Findings:
        """Return what is weak in the problem and in all that belongs to it; with `today`, also what is late."""
        from closeloop.rootcause.problem.problem_findings import problem_findings

        return problem_findings(self, day_or_none(today))

    def gantt(self, today: dt.date | str) -> Gantt:
        """Return its tasks on a calendar."""
        from closeloop.rootcause.problem.gantt import gantt

        return gantt(self.state.tasks, today)

    def trace(self, coding: Any) -> NeedsTrace:
        """Return how what customers need leads by way of themes to this problem's countermeasures."""
        from closeloop.rootcause.problem.trace import needs_trace

        return needs_trace(coding, [self])

    def recurrence(self, coding: Any, times: Any, every: str = "month", **how: Any) -> Any:
        """Return how often its themes come up over time, its countermeasures marked, so that one sees what comes back.

        Parameters
        ----------
        coding : Coding
            What customers say, coded.
        times : sequence, column or mapping
            When each response was given, as `Coding.trend` takes it.
        every : str
            ``"month"``, ``"week"`` …
        **how
            Further arguments of `Coding.trend`, such as ``baseline``.

        Returns
        -------
        ThemeTrend

        Raises
        ------
        ValueError
            If the problem names no theme.
        """
        if not self.state.themes:
            raise ValueError(message("problem.no_themes"))
        done = [(one.done_on.isoformat(), one.what) for one in self.countermeasures if one.done_on]
        return coding.trend(times, every, **({"codes": list(self.state.themes), "events": done} | how))

    def to_markdown(self) -> str:
        """Return the problem as markdown, in the language in use: gap, steps, causes, what is done, effect, lessons."""
        from closeloop.rootcause.problem.problem_text import problem_markdown

        return problem_markdown(self)

    def __repr__(self) -> str:
        name = f" {self.id}" if self.id else ""
        step = message(f"problem.step_{self.stage}")
        return f"<Problem{name}: {message('problem.repr', title=self.title, step=step, cases=len(self.cases))}>"

    def __str__(self) -> str:
        return self.to_markdown()

    def _put(self, **changes: Any) -> None:
        self._change(self.state.model_copy(update=changes))

    def _refuse_closed(self) -> None:
        if self.state.closed_on is not None:
            raise CaseTransitionError(message("problem.is_closed", day=self.state.closed_on))

    def _with_measure(self, measure: Countermeasure) -> tuple[Countermeasure, ...]:
        """Return the countermeasures with one more, or one replaced; what was expected of a started one stays."""
        numbers = [one.id for one in self.countermeasures]
        if not measure.id:
            free = next(n for n in range(1, len(numbers) + 2) if f"CM-{n}" not in numbers)
            measure = measure.revise(id=f"CM-{free}")
        before = next((one for one in self.countermeasures if one.id == measure.id), None)
        if before is None:
            return (*self.countermeasures, measure)
        before.revise(**measure.model_dump())  # refuses another expected effect after the start
        return tuple(measure if one.id == measure.id else one for one in self.countermeasures)


def _name_of(content: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what tells a document within a problem from the others: its kind and what it is called."""
    named = next(
        (str(content[key]) for key in (ADDED_AS, "id", "question", "title", "template") if content.get(key)), ""
    )
    return content[MARK], named
