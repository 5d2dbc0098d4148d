"""Did it work: the figure measured again, and the three questions of a review, each answered by itself."""

from __future__ import annotations

import datetime as dt

from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.problem.entry import Entry
from closeloop.text import LocalText, message


class EffectReview(Entry):
    """A look at what came of a countermeasure, or of all that was done about a problem.

    Parameters
    ----------
    after : Gap
        The figure measured again; `standard` is what was aimed at.
    on : date or str
        The day of the review.
    by : str
        Who looked.
    countermeasure : str
        The id of the countermeasure; empty for the problem as a whole.
    verdict : {"reached", "not reached", "cannot tell"}
        Whether what was expected has come; found by its limits, see `Countermeasure.judged`.
    customers_satisfied, settled : bool, optional
        Whether the customers are satisfied, and whether the conflict is really settled; None: nobody knows.
    note : str

    Examples
    --------
    >>> after = Gap(metric="late parcels", standard=0.05, actual=0.04, n=5120, as_of="2026-11-30", ci=(0.035, 0.046),
    ...             unit="percent", higher_is_better=False)
    >>> review = EffectReview(after=after, on="2026-12-01", by="Li Mei", verdict="reached")
    >>> [str(answer) for _, answer in review.answers()]
    ['yes', 'not known', 'not known']
    """

    after: Gap
    on: dt.date
    by: str = ""
    countermeasure: str = ""
    verdict: str = "cannot tell"
    customers_satisfied: bool | None = None
    settled: bool | None = None
    note: str = ""

    def answers(self) -> tuple[tuple[LocalText, LocalText], ...]:
        """Return the three questions, each with its answer: did it work, are they satisfied, is it settled."""
        worked = {"reached": True, "not reached": False}.get(self.verdict)
        given = (("worked", worked), ("satisfied", self.customers_satisfied), ("settled", self.settled))
        words = {True: "yes", False: "no", None: "unknown"}
        return tuple((message(f"problem.ask_{name}"), message(f"problem.answer_{words[said]}")) for name, said in given)
