"""Which team and which person takes a case on.

It only proposes an owner. It never answers a customer, and nothing here ends a case: that takes a person, and for a
confirmed end the customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from closeloop.followup.rules.team import Member, Team
from closeloop.text import LocalText, message
from closeloop.written import told


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAssign:
    """What of a case decides who takes it on.

    Attributes
    ----------
    case_id : str
    kind, severity, code, department, language, problem_id : str
        Empty where unknown.
    """

    case_id: str
    kind: str = "complaint"
    severity: str = ""
    code: str = ""
    department: str = ""
    language: str = ""
    problem_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who takes a case on; its fields are those of the command ``assign``.

    Attributes
    ----------
    case_id, team, owner : str
        Without an owner nobody can take it on now: it waits for the team, and stands in what is due.
    reason : LocalText
    """

    case_id: str
    team: str
    owner: str
    reason: LocalText


def assign(
    cases: Sequence[ToAssign], teams: Sequence[Team], load: Mapping[str, int] | None = None
) -> tuple[Assignment, ...]:
    """Return who takes each of some cases on.

    The team is the one that suits in most respects (a task force of the case's problem before all others); within it
    whoever speaks the language, is not away and has room, and has the fewest open cases for their capacity; of several
    the one whose turn it is, in the order of the team.

    Parameters
    ----------
    cases : sequence of ToAssign
        In the order in which they are given out.
    teams : sequence of Team
    load : mapping of str to int
        Person → open cases now.

    Returns
    -------
    tuple of Assignment
        The same for the same cases in the same order.

    Examples
    --------
    >>> team = Team(id="service", members=(Member(name="Li"), Member(name="Wang")))
    >>> [one.owner for one in assign([ToAssign(case_id=f"C-{i}") for i in range(3)], [team], {"Li": 1})]
    ['Wang', 'Li', 'Wang']
    """
    busy = dict(load or {})
    given: list[Assignment] = []
    for case in cases:
        team = _team_for(case, teams)
        if team is None:
            reason = message("rules.assign_no_team", case=case.case_id)
            given.append(Assignment(case_id=case.case_id, team="", owner="", reason=reason))
            continue
        able = [(place, m) for place, m in enumerate(team.agents) if _can(m, case, busy)]
        if not able:
            reason = message("rules.assign_nobody", team=team.title or team.id)
            given.append(Assignment(case_id=case.case_id, team=team.id, owner="", reason=reason))
            continue
        _, chosen = min(able, key=lambda each: (_share(each[1], busy), each[0]))
        reason = message("rules.assigned", team=team.title or team.id, owner=chosen.name,
                         open=told(busy.get(chosen.name, 0), "count"))  # fmt: skip
        busy[chosen.name] = busy.get(chosen.name, 0) + 1
        given.append(Assignment(case_id=case.case_id, team=team.id, owner=chosen.name, reason=reason))
    return tuple(given)


def _team_for(case: ToAssign, teams: Sequence[Team]) -> Team | None:
    suited = [(_fit(case, team), -place, team) for place, team in enumerate(teams)]
    best = max((one for one in suited if one[0] >= 0), key=lambda one: one[:2], default=None)
    return None if best is None else best[2]


def _fit(case: ToAssign, team: Team) -> int:
    """Return in how many respects a team is meant for a case; −1 where it is not for it."""
    if team.task_force:
        return 100 if team.problem_id == case.problem_id else -1
    fit = 0
    wanted: tuple[tuple[tuple[str, ...], str], ...] = (
        (team.kinds, case.kind), (team.severities, case.severity), (team.codes, case.code),
        (team.departments, case.department), (team.languages, case.language),
    )  # fmt: skip
    for allowed, value in wanted:
        if allowed and value not in allowed:
            return -1
        fit += bool(allowed)
    return fit


def _can(member: Member, case: ToAssign, busy: Mapping[str, int]) -> bool:
    speaks = not member.languages or not case.language or case.language in member.languages
    room = member.capacity is None or busy.get(member.name, 0) < member.capacity
    return speaks and room and not member.away


def _share(member: Member, busy: Mapping[str, int]) -> float:
    """Return how full a person is: open cases by capacity; without one, as if it were that of a hundred."""
    return busy.get(member.name, 0) / (member.capacity or 100)
