"""What happened outside a case and moves many of them: a change of policy or price, a law, a competitor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from closeloop.errors import InsufficientDataError
from closeloop.frames import as_frame, column_names
from closeloop.metrics.design import Design
from closeloop.metrics.difference import Difference
from closeloop.metrics.score import score
from closeloop.metrics.score_input import answer_rows, chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.rootcause.days import day_of
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.problem.entry import Entry
from closeloop.text import message

_PERIODS = ("before", "after")


class OutsideEvent(Entry):
    """A change of policy, or an event in the market, with its day and whom it touches.

    Parameters
    ----------
    what : str
    on : date or str
        The day from which it holds.
    kind : {"policy", "external"}
        Our own decision (price, terms, product), or what others did (market, competitor, law).
    announced_on, until : date or str, optional
        When customers were told; the last day it holds.
    codes : tuple of str
        Codes of a codebook that its complaints bear.
    affected : str
        Which customers it touches.
    purpose : str
        Why it is done, in words for customers.
    transition : str
        What those get who are hit: a transition period, a compensation.
    id : str
        What the hidden field ``policy_change`` of its mini-survey says.

    Examples
    --------
    >>> event = OutsideEvent(what="refund policy tightened", on="2025-03-01", codes=("policy",))
    >>> event.annotation
    ('2025-03-01', 'refund policy tightened')
    >>> event.touched([("C1", "2025-03-20", ["policy"]), ("C2", "2025-02-20", ["policy"]), ("C3", "2025-03-21", [])])
    ('C1',)
    """

    what: str = Field(min_length=1)
    on: dt.date
    kind: Literal["policy", "external"] = "policy"
    announced_on: dt.date | None = None
    until: dt.date | None = None
    codes: tuple[str, ...] = ()
    affected: str = ""
    purpose: str = ""
    transition: str = ""
    id: str = ""

    @property
    def annotation(self) -> tuple[str, str]:
        """Day and words, as the `events` of `closeloop.trend` take them."""
        return self.on.isoformat(), self.what

    def touched(self, cases: Iterable[tuple[str, dt.date | str, Iterable[str]]], *, days: int = 90) -> tuple[str, ...]:
        """Return the ids of the cases that may come from it: since it was told, within so many days, of its codes.

        Parameters
        ----------
        cases : iterable of (id, day, codes)
        days : int
            How long after it began to hold a case is still put down to it; 90 is ours.

        Returns
        -------
        tuple of str
            In the order given. A link in time is no proof of a cause.
        """
        first = min(self.announced_on or self.on, self.on)
        last = min(self.until or dt.date.max, self.on + dt.timedelta(days=days))
        found = []
        for name, given, codes in cases:
            day = day_of(given)
            if first <= day <= last and (not self.codes or set(self.codes) & set(codes)):
                found.append(name)
        return tuple(found)

    def feedback(
        self, data: Any, metric: Metric | str = "csat", *, confidence_level: float = 0.95, min_n: int = 10
    ) -> Difference:
        """Return how far customers rate the rule higher after the change than before, with its interval.

        Parameters
        ----------
        data : Responses or frame
            Answers to the shipped survey ``policy-change-pulse``, or others with its columns ``policy_change`` (the
            `id` of this event) and ``period`` (``"before"`` or ``"after"``); ``respondent_id`` is used if it is there.
        metric : Nps, TopBox, MeanScore or str
            What is compared; a name is one that the survey declares.
        confidence_level : float
            Between 0 and 1.
        min_n : int
            With fewer answers on one side nothing is shown.

        Returns
        -------
        Difference
            After minus before. Where somebody answered on both sides, the respondents are the units, so that the two
            sides are not taken for strangers.

        Raises
        ------
        ValueError
            If the event has no id.
        InsufficientDataError
            If a side has too few answers.

        Notes
        -----
        A difference in time is no proof of a cause: other things changed, too. Where some customers were not touched,
        ask them as well; `closeloop.effect` takes their change off.

        Examples
        --------
        >>> from closeloop.metrics.spec import TopBox
        >>> answers = {
        ...     "policy_change": ["P1"] * 80,
        ...     "period": ["before"] * 40 + ["after"] * 40,
        ...     "rule": [4, 4, 2, 1] * 10 + [5, 1, 1, 2] * 10,
        ... }
        >>> event = OutsideEvent(id="P1", what="refund policy tightened", on="2025-03-01")
        >>> event.feedback(answers, TopBox("rule")).estimate
        -0.25
        """
        if not self.id:
            raise ValueError(message("reports.event_no_id", what=self.what))
        given = score_input(data)
        spec = chosen_metric(metric, given)
        known = "respondent_id" in column_names(as_frame(given.frame))
        wanted = [*spec.items, "policy_change", "period", *(["respondent_id"] if known else [])]
        rows = answer_rows(given, wanted, message("reports.feedback"))
        rows = rows[(rows["policy_change"] == self.id) & rows["period"].isin(_PERIODS)]
        counts = {side: int((rows["period"] == side).sum()) for side in _PERIODS}
        if not all(counts.values()):
            raise InsufficientDataError(message("reports.feedback_one_side", what=self.what, id=self.id, **counts))
        columns = {name: rows[name].tolist() for name in (*spec.items, "period")}
        people = _people(rows) if known else None
        if people is not None:
            columns["person"] = people
        design = None if people is None else Design(cluster="person")
        table = score(columns, spec, by="period", design=design, confidence_level=confidence_level, min_n=min_n)
        names = (message("reports.after"), message("reports.before"))
        return replace(table.compare("after", "before"), names=names)

    def findings(self) -> Findings:
        """Return what a change of policy still owes its customers: the reason, notice, a transition."""
        if self.kind != "policy":
            return Findings([])
        late = self.announced_on is None or self.announced_on >= self.on
        weak = [
            ("E01", "error", "event_no_purpose", not self.purpose),
            ("E02", "warn", "event_no_notice", late),
            ("E03", "warn", "event_no_transition", not self.transition),
            ("E04", "warn", "event_no_affected", not self.affected),
        ]
        return Findings(
            Finding(rule=rule, level=level, subject=self.what, message=message(f"problem.{key}"))  # type: ignore[arg-type]
            for rule, level, key, is_weak in weak
            if is_weak
        )


def _people(rows: Any) -> list[str] | None:
    """Return who gave each answer (who has no id is one more person); None if nobody answered both times."""
    who = [
        f"row {at}" if missing or not str(name).strip() else f"id {name}"
        for at, (name, missing) in enumerate(zip(rows["respondent_id"], rows["respondent_id"].isna(), strict=True))
    ]
    sides: dict[str, set[str]] = {}
    for name, side in zip(who, rows["period"], strict=True):
        sides.setdefault(name, set()).add(str(side))
    return who if any(len(both) > 1 for both in sides.values()) else None
