"""What is done about a cause: who, by when, and which figure it is meant to move, fixed before it starts."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from closeloop.errors import closest
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.problem.entry import Entry
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.metrics.measured_gap import Gap

Kind = Literal["containment", "corrective", "preventive"]
"""Stops the harm for now; removes the cause here; keeps it from coming up elsewhere."""
Strength = Literal["strong", "intermediate", "weak", "none", "unknown"]
"""How well such an action keeps working when nobody thinks of it, by the codebook ``remedy-types``; ``"none"``: it
makes amends to a customer and leaves the cause as it is."""

EXPECTED = ("metric", "baseline", "target", "unit", "due")
"""What is expected of a countermeasure; fixed once it has started."""
REVIEW_DAYS = (30, 60, 90)
"""When the effect is looked at again after the work is done; days, as corrective-action registers do."""


class Countermeasure(Entry):
    """One countermeasure; immutable, so that what was expected cannot be made to fit what came.

    Parameters
    ----------
    cause : str
        The cause it treats: its words, or the node of a `FiveWhys`.
    what : str
        What is done: a verb and its object.
    kind : {"containment", "corrective", "preventive"}
    owner : str
        The one person who answers for it.
    due : date or str
        When the effect is to be seen.
    metric, baseline, target, unit
        The figure that is to move, from where to where. Shares 0…1 in the unit ``"percent"``.
    action : str
        What kind of action it is: a code of the codebook ``remedy-types`` (``"training"``, ``"process"`` …). Decides
        the strength.
    acts_on : {"product", "process", "service"}, optional
        What is changed for customers: what they buy, how they get it, or how they are served.
    accepted : bool
        Whether the owner has said yes.
    cost : float, optional
    ends_on : date, optional
        The last day of an arrangement that is meant to end (a transition, a compensation).
    id, cause_id : str
        Names by which other documents refer to it and to the cause.
    started_on, done_on : date, optional
    evidence : str
        What shows that it was done.

    Raises
    ------
    ValueError
        If a field is of the wrong kind.

    Examples
    --------
    >>> measure = Countermeasure(cause="contracts renewed without operations", what="have operations sign contracts",
    ...                          kind="corrective", owner="Zhao Ning", due="2026-10-30", metric="late parcels",
    ...                          baseline=0.138, target=0.05, unit="percent")
    >>> measure
    <Countermeasure: have operations sign contracts; Zhao Ning by 2026-10-30>
    >>> measure.strength
    'unknown'
    """

    cause: str = Field(min_length=1)
    what: str = Field(min_length=1)
    kind: Kind = "corrective"
    owner: str = ""
    due: dt.date | None = None
    metric: str = ""
    baseline: float | None = None
    target: float | None = None
    unit: str = ""
    action: str = ""
    acts_on: Literal["", "product", "process", "service"] = ""
    accepted: bool = False
    cost: float | None = Field(default=None, ge=0)
    ends_on: dt.date | None = None
    id: str = ""
    cause_id: str = ""
    started_on: dt.date | None = None
    done_on: dt.date | None = None
    evidence: str = ""

    @model_validator(mode="before")
    @classmethod
    def _take_cause(cls, given: Any) -> Any:
        """Take the node of a cause for its words and its id."""
        cause = given.get("cause") if isinstance(given, Mapping) else None
        if cause is None or isinstance(cause, str):
            return given
        return {"cause_id": getattr(cause, "id", ""), **given, "cause": getattr(cause, "text", cause)}

    @field_validator("action")
    @classmethod
    def _known_action(cls, action: str) -> str:
        if action and action not in _strengths():
            near = closest(action, _strengths(), n=1) or tuple(_strengths())
            raise ValueError(str(message("problem.no_action", found=action, near=", ".join(near))))
        return action

    @property
    def strength(self) -> Strength:
        """How strong such an action is; ``"unknown"`` as long as nobody has said what kind of action it is."""
        return _strengths()[self.action] if self.action else "unknown"

    @property
    def change(self) -> float:
        """How far the figure is meant to move; NaN where that was not said."""
        return math.nan if self.target is None or self.baseline is None else self.target - self.baseline

    def smart(self) -> Findings:
        """Return what it lacks to be specific, measurable, accepted, relevant and timed.

        What no program can see is asked, not judged: whether the figure is the right one, whether the owner has room.
        """
        from closeloop.rootcause.worksheet.checks.smart import smart_findings

        found = smart_findings(
            what=self.what, metric=self.metric, baseline=self.baseline, target=self.target, unit=self.unit,
            owner=self.owner, accepted=self.accepted, cause=self.cause, due=self.due,
        )  # fmt: skip
        return Findings(found)

    def start(self, on: dt.date | str) -> Self:
        """Return the countermeasure as started; from now on what is expected of it cannot be changed.

        Raises
        ------
        ValueError
            If it does not say which figure moves from where to where until when, or the day is past `due`.
        """
        missing = [name for name in EXPECTED if getattr(self, name) in (None, "")]
        if missing:
            raise ValueError(message("problem.start_needs", what=self.what, missing=", ".join(missing)))
        started = self.revise(started_on=on)
        if started.started_on and started.due and started.started_on > started.due:
            values = {"start": started.started_on, "due": started.due}
            raise ValueError(message("problem.start_after_due", what=self.what, **values))
        return started

    def finish(self, on: dt.date | str, evidence: str) -> Self:
        """Return the countermeasure as done, with what shows it.

        Raises
        ------
        ValueError
            If it has not started, or there is no evidence.
        """
        if self.started_on is None:
            raise ValueError(message("problem.not_started", what=self.what))
        if not evidence.strip():
            raise ValueError(message("problem.done_needs_evidence", what=self.what))
        return self.revise(done_on=on, evidence=evidence)

    def revise(self, **changes: Any) -> Self:
        """Return the countermeasure with other fields.

        Raises
        ------
        ValueError
            If it has started and the change is one of what was expected, see `EXPECTED`.
        """
        revised = type(self)(**(self.model_dump() | changes))
        fixed = [name for name in EXPECTED if getattr(revised, name) != getattr(self, name)]
        if self.started_on is not None and fixed:
            raise ValueError(
                message("problem.expected_is_fixed", what=self.what, day=self.started_on, fields=", ".join(fixed))
            )
        if revised.started_on and revised.done_on and revised.done_on < revised.started_on:
            raise ValueError(message("problem.done_before_start", what=self.what))
        return revised

    def reviews(self) -> tuple[dt.date, ...]:
        """Return the days on which the effect is looked at again; none as long as it is not done."""
        return () if self.done_on is None else tuple(self.done_on + dt.timedelta(days=d) for d in REVIEW_DAYS)

    def judged(self, after: Gap) -> str:
        """Return ``"reached"``, ``"not reached"`` or ``"cannot tell"`` of a measurement of its figure.

        The limits decide: the target is reached when all of the interval is at or beyond it, missed when none of it is.
        """
        if self.target is None or self.baseline is None or after.ci is None:
            return "cannot tell"
        low, high = after.ci
        near, far = (low, high) if self.change >= 0 else (-high, -low)
        goal = self.target if self.change >= 0 else -self.target
        if near >= goal:
            return "reached"
        return "not reached" if far < goal else "cannot tell"

    def findings(self) -> Findings:
        """Return what is weak about it: SMART, strength, an arrangement without an end."""
        found = [*self.smart()]
        if self.strength == "weak":
            found.append(self._finding("C01", "warn", "weak"))
        elif self.strength == "none" and self.kind != "containment":
            found.append(self._finding("C04", "warn", "amends"))
        elif self.strength == "unknown":
            found.append(self._finding("C02", "info", "strength_unknown"))
        if self.action in {"transition", "compensation"} and (self.ends_on is None or self.cost is None):
            found.append(self._finding("C03", "warn", "no_end"))
        return Findings(found)

    def _finding(self, rule: str, level: Any, key: str) -> Finding:
        text, hint = (message(f"problem.{key}{part}", what=self.what) for part in ("", "_do"))
        return Finding(rule=rule, level=level, at=self.id, subject=self.what, message=text, suggestion=hint)

    def label(self, field: str) -> LocalText:
        """Return what a field is called on display."""
        return message(f"problem.field_{field}")

    def _repr_html_(self) -> str:
        from closeloop.views.countermeasure_table import countermeasure_html

        return countermeasure_html(self)

    def __repr__(self) -> str:
        owner, due = self.owner or "–", self.due or "–"
        return f"<Countermeasure: {message('problem.owned', what=self.what, owner=owner, due=due)}>"

    def __str__(self) -> str:
        return repr(self)[1:-1]


@cache
def _strengths() -> Mapping[str, Strength]:
    """Return the actions that the codebook ``remedy-types`` knows, each with its strength."""
    from closeloop.themes.codebooks.codebook_file import load_codebook

    codes: Any = load_codebook("remedy-types").codes
    return {code.id: code.tags.get("strength", "unknown") for code in codes}
