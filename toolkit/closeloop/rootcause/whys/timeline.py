"""The causes in order of time: what happened when, and what nobody has dated."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.rules.reasoning import date_of, w15_time


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Moment:
    """One cause in time.

    Attributes
    ----------
    on : date or None
        When it happened or began; None: not dated.
    cause : str
        Its id.
    number, text : str
        Its number in the tree and its words.
    late : bool
        Whether it is dated after an effect of it (rule W15).
    """

    on: dt.date | None
    cause: str
    number: str
    text: str
    late: bool

    def __repr__(self) -> str:
        return (
            f"<Moment {self.on or 'undated'}: {f'{self.number} {self.text}'.strip()}{' · late' if self.late else ''}>"
        )


def timeline_of(graph: CauseGraph) -> list[Moment]:
    """Return what stands in order of time, the undated last."""
    late = {finding.cause for finding in w15_time(graph)}
    moments = [
        Moment(on=date_of(graph, cause), cause=cause, number=graph.numbers.get(cause, ""), text=str(graph.text(cause)),
               late=cause in late)
        for cause in graph.reached
    ]  # fmt: skip
    return sorted(moments, key=lambda one: (one.on is None, one.on or dt.date.max))
