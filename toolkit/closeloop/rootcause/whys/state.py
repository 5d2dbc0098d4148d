"""What a five-whys holds at one moment: causes, the links between them, and what people put on record about both."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from closeloop.html import harmless
from closeloop.metrics.measured_gap import Gap
from closeloop.text import message
from closeloop.versioned import State

TOP = "top"
"""The id of what is to be explained."""

EVIDENCE_KINDS = ("query", "document", "observation", "interview", "test")
STOP_REASONS = ("actionable", "outside_control", "evidence_exhausted", "another_problem")
STRENGTHS = ("strong", "intermediate", "weak", "unknown")
AIMS = ("prevent", "detect", "mitigate")
CLAIMS = ("event", "condition", "breach", "omission")
"""What a cause claims: that something happened, that something was so, that a procedure was not followed, that somebody
did not act."""


def _clean(text: str) -> str:
    return " ".join(harmless(text).split())


Line = Annotated[str, AfterValidator(_clean)]
"""A text that people wrote, on one line, without what would hide it."""
Said = Annotated[str, AfterValidator(_clean), StringConstraints(min_length=1)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Shows = Literal["supports", "contradicts", "neither"]


class Evidence(State):
    """One thing that was found out: where it stands, what it says, and whether that speaks for the link."""

    kind: Literal["query", "document", "observation", "interview", "test"]
    source: Said
    says: Line = ""
    shows: Shows = "supports"
    on: dt.date | None = None
    by: Line = ""
    sha256: Sha256 | None = None
    result: dict[str, Any] | None = None


class Readback(State):
    """What a second person answered when the link was read to them, and the words they heard."""

    by: Said
    holds: bool | None
    on: dt.date | None = None
    cause: str
    effect: str


class Stop(State):
    """Why nobody asked further."""

    reason: Literal["actionable", "outside_control", "evidence_exhausted", "another_problem"]
    note: Line = ""
    problem: Line = ""


class Counterfactual(State):
    """Where the measure would stand if a cause were gone, in the unit of the gap."""

    shrinks_to: float
    by: Line = ""
    on: dt.date | None = None
    note: Line = ""


class Prediction(State):
    """Another effect that a cause must have if it is real, and whether it was found; None: not looked for yet."""

    effect: Said
    found: bool | None = None
    source: Line = ""


class Remedy(State):
    """A countermeasure that is attached to a cause: its id, how strong it is, and what it is for."""

    id: Said
    strength: Literal["strong", "intermediate", "weak", "unknown"]
    aim: Literal["prevent", "detect", "mitigate"] | None = None
    what: Line = ""


class RuledOut(State):
    """That a cause is not one, and what shows it."""

    evidence: tuple[Evidence, ...]


class CauseState(State):
    """One cause; the top one is what is to be explained."""

    id: Said
    text: Line
    subject: Line = ""
    claim: Literal["event", "condition", "breach", "omission"] | None = None
    duty: Line = ""
    dated: dt.date | None = None
    stop: Stop | None = None
    no_rival: Line = ""
    cases: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    counterfactual: Counterfactual | None = None
    predictions: tuple[Prediction, ...] = ()
    ruled_out: RuledOut | None = None


class LinkState(State):
    """That one cause leads to one effect, and what is known about that."""

    id: Said
    cause: str
    effect: str
    gate: Literal["and", "or"] = "or"
    by: Line = ""
    on: dt.date | None = None
    loop: bool = False
    rival: bool = False
    alone: bool | None = None
    evidence: tuple[Evidence, ...] = ()
    readbacks: tuple[Readback, ...] = ()


class WhysState(State):
    """All of a five-whys. A cycle is accepted here, so that an imported graph can be judged (rule W16)."""

    title: Line = ""
    author: Line = ""
    problem: Line = ""
    gap: Gap | None = None
    causes: tuple[CauseState, ...] = Field(default=(CauseState(id=TOP, text=""),))
    links: tuple[LinkState, ...] = ()
    last: int = Field(default=0, ge=0)
    """The highest number that an id was made of."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        causes = {cause.id for cause in self.causes}
        every = Counter([cause.id for cause in self.causes] + [link.id for link in self.links])
        if twice := [name for name, times in every.items() if times > 1]:
            raise ValueError(message("whys.id_twice", id=twice[0]).en)
        if TOP not in causes:
            raise ValueError(message("whys.no_top", id=TOP).en)
        for link in self.links:
            lost = [end for end in (link.cause, link.effect) if end not in causes]
            if lost:
                raise ValueError(message("whys.lost_end", link=link.id, id=lost[0]).en)
        for cause in self.causes:
            if cause.id != TOP and not cause.text:
                raise ValueError(message("whys.empty_text").en)
        return self
