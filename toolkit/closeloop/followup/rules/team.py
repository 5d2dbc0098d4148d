"""`Team`: who takes cases on, and by which rule a case finds its owner."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from closeloop.followup.rules.response_rule import CaseKind, Severity
from closeloop.forms.fields import Count, Model, Text, fault

Name = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]


def _check_sorted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


Names = Annotated[tuple[Name, ...], AfterValidator(_check_sorted)]


class Member(Model):
    """One person in a team.

    Attributes
    ----------
    name : str
        As the loop knows the person (``actor``).
    role : str
        ``"manager"`` (approves, is escalated to) or ``"agent"``.
    languages : tuple of str
        Empty: all.
    capacity : int, optional
        How many open cases at most.
    away : bool
        Takes nothing on now.

    Examples
    --------
    >>> Member(name="Li").role
    'agent'
    """

    name: Name
    role: Literal["manager", "agent"] = "agent"
    languages: Names = ()
    capacity: Count | None = None
    away: bool = Field(default=False, strict=True)


class Team(Model):
    """A team; a frozen object that the loop keeps by version.

    Attributes
    ----------
    id : str
    members : tuple of Member
    title : LocalText, optional
    departments, codes, kinds, severities, languages : tuple of str
        Which cases are its own; empty: all.
    task_force : bool
        Made for one problem: it takes that problem's cases and no others.
    problem_id : str
        Of a task force.

    Examples
    --------
    >>> Team(id="service", members=(Member(name="Li", role="manager"), Member(name="Wang"))).managers
    ('Li',)
    """

    kind: Literal["team"] = "team"
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    members: Annotated[tuple[Member, ...], Field(min_length=1)]
    title: Text | None = None
    departments: Names = ()
    codes: Names = ()
    kinds: tuple[CaseKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    languages: Names = ()
    task_force: bool = Field(default=False, strict=True)
    problem_id: str = ""

    @model_validator(mode="after")
    def _check_team(self) -> Self:
        names = [member.name for member in self.members]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise fault("rules.member_twice", team=self.id, name=name)
        if self.task_force != bool(self.problem_id):
            raise fault("rules.task_force_problem", team=self.id)
        return self

    @property
    def managers(self) -> tuple[str, ...]:
        """Who approves and is escalated to."""
        return tuple(member.name for member in self.members if member.role == "manager")

    @property
    def agents(self) -> tuple[Member, ...]:
        """Who takes cases on; in a team of managers only, they do."""
        return tuple(m for m in self.members if m.role == "agent") or self.members
