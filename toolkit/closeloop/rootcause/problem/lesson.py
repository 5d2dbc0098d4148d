"""What was learnt, where it holds, when it is looked at again, and where it was used."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.problem.entry import Entry
from closeloop.text import message


class Lesson(Entry):
    """One lesson from a problem or a case.

    Parameters
    ----------
    insight : str
        What is true now and was not known before.
    action : str
        What others should do or stop doing.
    context : str
        Where it holds: product, channel, kind of customer.
    root, trigger : str
        The root of the trouble, and what set it off.
    gains, losses : str
        What went well in handling it, and what did not.
    tags : tuple of str
        ``"slow reaction"``, ``"lacking resources"``, ``"poor internal communication"``, or any other.
    review_by : date, optional
        The day from which it may be out of date.
    used_in : tuple of str
        Problems and cases in which it was applied.

    Examples
    --------
    >>> Lesson(insight="contracts decide the last pick-up", action="have operations sign", review_by="2027-03-01")
    <Lesson: contracts decide the last pick-up>
    """

    insight: str = Field(min_length=1)
    action: str = Field(min_length=1)
    context: str = ""
    root: str = ""
    trigger: str = ""
    gains: str = ""
    losses: str = ""
    tags: tuple[str, ...] = ()
    review_by: dt.date | None = None
    used_in: tuple[str, ...] = ()

    def applied_in(self, where: str) -> Lesson:
        """Return the lesson with one more place where it was used."""
        return self.model_copy(update={"used_in": tuple(dict.fromkeys((*self.used_in, where)))})

    def findings(self, today: dt.date) -> Findings:
        """Return whether it has to be looked at again."""
        key = "lesson_no_review" if self.review_by is None else "lesson_due" if self.review_by <= today else ""
        if not key:
            return Findings([])
        text = message(f"problem.{key}", day=self.review_by)
        return Findings([Finding(rule="L01", level="warn", subject=self.insight, message=text)])

    def __repr__(self) -> str:
        return f"<Lesson: {self.insight}>"
