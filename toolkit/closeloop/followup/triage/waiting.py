"""Who is called first where there is not time for everybody: a lot, so that its effect can be measured afterwards."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from closeloop.text import LocalText, message
from closeloop.written import told

Arm = Literal["now", "wait"]
ARMS: tuple[Arm, ...] = ("now", "wait")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case that waits for a call.

    Attributes
    ----------
    case_id, subject_id : str
    stratum : str
        Those of one stratum are alike, such as one severity and survey: the lot is drawn within it.
    severity : str
    safety, promised : bool
        Somebody may be hurt; a time was promised. Nobody waits then.
    """

    case_id: str
    subject_id: str
    stratum: str = ""
    severity: str = "minor"
    safety: bool = False
    promised: bool = False

    @property
    def exempt(self) -> str:
        """Why no lot is drawn; empty where one is."""
        if self.safety:
            return "safety"
        return "severe" if self.severity == "severe" else "promised" if self.promised else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What was drawn for a case; to be recorded, so that the arms can be compared.

    Attributes
    ----------
    case_id, subject_id, stratum : str
    arm : str
        ``"now"`` or ``"wait"``; empty for a case without a lot.
    exempt : str
        ``"safety"``, ``"severe"`` or ``"promised"``: called now, and left out of the comparison.
    place : int
        In which order they are called, from 1.
    probability : float
        Of the arm ``now`` in its stratum; 1 for an exempt one.
    seed : str
        With which the same lot can be drawn again.
    """

    case_id: str
    subject_id: str
    stratum: str
    arm: Arm | Literal[""]
    exempt: str
    place: int
    probability: float
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingList:
    """A drawn waiting list.

    Attributes
    ----------
    capacity : int
    drawn : tuple of Drawn
        In the order of calling: exempt ones, then the arm ``now``, then ``wait``.
    """

    capacity: int
    drawn: tuple[Drawn, ...]

    @property
    def is_random(self) -> bool:
        """Whether anybody waits because of the lot: only then is there anything to compare."""
        return {one.arm for one in self.drawn} >= {"now", "wait"}

    @property
    def sentence(self) -> LocalText:
        """How many are called now, how many wait, how many are exempt."""
        count = {arm: sum(one.arm == arm for one in self.drawn) for arm in (*ARMS, "")}
        counts = {"now": told(count["now"], "count"), "exempt": told(count[""], "count")}
        key = "waiting_drawn" if self.is_random else "waiting_all" if not count["wait"] else "waiting_none"
        return message(
            f"rules.{key}", wait=told(count["wait"], "count"), capacity=told(self.capacity, "count"), **counts
        )


def draw_lots(waiting: Iterable[Waiting], *, capacity: int, seed: str) -> WaitingList:
    """Draw who is called now.

    Severe cases, those of safety and promised calls come first and take their part of the capacity. What is left is
    shared among the strata by their size, and drawn within each. The lot hangs on the seed and the customer alone: the
    order in which the cases are given changes nothing, nor does drawing again.

    Parameters
    ----------
    waiting : iterable of Waiting
        All that wait. Of one customer with several cases all share the lot.
    capacity : int
        How many customers can be called in this turn.
    seed : str
        Such as the loop's id and the day.

    Raises
    ------
    ValueError
        If the capacity is below 0, a case is there twice, or the seed is empty.

    Examples
    --------
    >>> queue = [Waiting(case_id=f"C-{i}", subject_id=f"S-{i}") for i in range(6)]
    >>> queue.append(Waiting(case_id="C-x", subject_id="S-x", safety=True))
    >>> found = draw_lots(queue, capacity=3, seed="2026-03-02")
    >>> [one.arm for one in found.drawn], found.drawn[0].exempt, round(found.drawn[1].probability, 3)
    (['', 'now', 'now', 'wait', 'wait', 'wait', 'wait'], 'safety', 0.333)
    """
    queue = list(waiting)
    names = [one.case_id for one in queue]
    if capacity < 0:
        raise ValueError(message("rules.waiting_capacity", found=capacity))
    if not seed.strip():
        raise ValueError(message("rules.waiting_seed"))
    if len(set(names)) < len(names):
        twice = next(name for position, name in enumerate(names) if name in names[:position])
        raise ValueError(message("rules.waiting_twice", case=twice))
    people: dict[str, list[Waiting]] = {}
    for one in sorted(queue, key=lambda each: each.case_id):
        people.setdefault(one.subject_id, []).append(one)
    exempt = {who: cases for who, cases in people.items() if any(one.exempt for one in cases)}
    drawn: list[tuple[str, Arm | Literal[""], float]] = [
        (who, "", 1.0) for who in sorted(exempt, key=lambda who: _lot(seed, who))
    ]
    strata: dict[str, list[str]] = {}
    for who, cases in people.items():
        if who not in exempt:
            strata.setdefault(cases[0].stratum, []).append(who)
    seats = _shares({name: len(members) for name, members in strata.items()}, max(0, capacity - len(exempt)), seed)
    for name, members in strata.items():
        ordered = sorted(members, key=lambda who: _lot(seed, who))
        chance = seats[name] / len(ordered)
        drawn += [(who, ARMS[place >= seats[name]], chance) for place, who in enumerate(ordered)]
    ranked = sorted(drawn, key=lambda one: (("", *ARMS).index(one[1]), _lot(seed, one[0])))
    result: list[Drawn] = []
    for who, arm, chance in ranked:
        for case in people[who]:
            reason = next((one.exempt for one in people[who] if one.exempt), "") if not arm else ""
            result.append(Drawn(
                case_id=case.case_id, subject_id=who, stratum=people[who][0].stratum, arm=arm, exempt=reason,
                place=len(result) + 1, probability=chance, seed=seed,
            ))  # fmt: skip
    return WaitingList(capacity=capacity, drawn=tuple(result))


def _lot(seed: str, who: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{who}".encode()).digest()


def _shares(sizes: dict[str, int], seats: int, seed: str) -> dict[str, int]:
    """Return how many of each stratum are called: by size, what is left over by the largest remainder."""
    total = sum(sizes.values())
    if seats >= total:
        return dict(sizes)
    exact = {name: seats * size / total for name, size in sizes.items()}
    given = {name: math.floor(share) for name, share in exact.items()}
    rest: Sequence[str] = sorted(sizes, key=lambda name: (given[name] - exact[name], _lot(seed, name)))
    for name in rest[: seats - sum(given.values())]:
        given[name] += 1
    return given
