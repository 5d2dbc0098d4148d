"""What a score would be if those who did not answer thought differently."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.satisfaction import ShareResult
from closeloop.metrics.units import FORM, SHOWN
from closeloop.stats.nonresponse import bounds, mean_of_invited
from closeloop.text import LocalText, message
from closeloop.written import told


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NonResponse(TableResult):
    """A score under assumptions about those who did not answer; what `non_response` returns.

    Attributes
    ----------
    result : NpsResult or ShareResult
        Of those who answered.
    invited : int
    difference : float
        How far the others may lie from those who answered (points, or a share).

    Examples
    --------
    >>> found = non_response(NpsResult(60, 20, 20), invited=250)
    >>> [round(row["estimate"], 1) for row in found.rows()]
    [-44.0, 28.0, 40.0, 52.0, 76.0]
    """

    kind = "non_response"

    result: NpsResult | ShareResult
    invited: int
    difference: float

    @property
    def title(self) -> LocalText:
        """What is asked."""
        return message("quality.silent_title")

    @property
    def sentence(self) -> LocalText:
        """The share that answered, and how far the others could move the score."""
        answered = self.result.n / self.invited if self.invited else math.nan
        worst, below, _, _, best = (told(row["estimate"], self._form, 0) for row in self.rows())
        return message(
            "quality.silent_sentence", n=told(self.result.n, "count"), invited=told(self.invited, "count"),
            share=told(answered, "percent", 0), worst=worst, best=best,
            difference=self._gap(self.difference), below=below, observed=told(self.result.score, self._form, 0),
        )  # fmt: skip

    @property
    def _form(self) -> str:
        return FORM[self.result.kind]

    def _gap(self, value: float) -> LocalText:
        return message(f"quality.gap_{self._form}", value=told(SHOWN[self.result.kind] * value, "count"))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What the two ends mean."""
        return (message("quality.silent_note"),)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Assumption, the others' score, the score of all invited."""
        return (
            Shown("label", message("quality.assumption")),
            Shown("others", message("quality.others"), self._form, digits=0),
            Shown("estimate", message("quality.of_all"), self._form),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per assumption, the least favourable first."""
        unit, low = (100.0, -1.0) if isinstance(self.result, NpsResult) else (1.0, 0.0)
        mean, n, gap = self.result.score / unit, float(self.result.n), self.difference / unit
        ends = bounds(mean, n, self.invited, low, 1.0)
        assumed = {
            "worst": low, "below": max(mean - gap, low), "same": mean, "above": min(mean + gap, 1.0), "best": 1.0,
        }  # fmt: skip
        found = {name: mean_of_invited(mean, n, self.invited, others) for name, others in assumed.items()}
        found |= {"worst": ends.low, "best": ends.high}
        names = {
            name: message(f"quality.others_{name}", difference=self._gap(self.difference))
            for name in ("below", "same", "above")
        }
        kind = "nps" if unit > 1 else "share"
        names |= {name: message(f"quality.others_{name}_{kind}") for name in ("worst", "best")}
        return [
            {"assumption": name, "label": names[name], "others": unit * assumed[name], "estimate": unit * found[name]}
            for name in assumed
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return how many were invited and answered."""
        return {"n": self.result.n, "invited": self.invited, "observed": self.result.score}

    def plot(self, ax: Any = None) -> Any:
        """Draw the score of all invited under each assumption."""
        from closeloop.views.non_response_chart import plot_non_response

        return plot_non_response(self, ax=ax)


def non_response(result: NpsResult | ShareResult, invited: int, *, difference: float | None = None) -> NonResponse:
    """Ask what a score would be if those who did not answer thought differently.

    Parameters
    ----------
    result : NpsResult or ShareResult
        Of those who answered (unweighted).
    invited : int
        How many were asked.
    difference : float, optional
        How far the silent may lie from those who answered: points of NPS (20 if left out), or a share (0.1).

    Returns
    -------
    NonResponse

    Raises
    ------
    ValueError
        If more answered than were invited, or `result` is something else.

    Notes
    -----
    The score of all invited is (n θ + (N − n) θ') / N, where θ' is assumed of the silent. The bounds hold whatever they
    think; they are wide where few answered, and that is the honest answer. Sampling error comes on top.

    References
    ----------
    Manski C. F. (1989), Journal of Human Resources 24:343–360.

    Examples
    --------
    >>> non_response(NpsResult(60, 20, 20), invited=125).rows()[0]["estimate"]
    12.0
    """
    if not isinstance(result, NpsResult | ShareResult):
        raise ValueError(message("quality.of_a_result", found=type(result).__name__))  # noqa: TRY004  every bad argument is a ValueError
    mean_of_invited(0.0, float(result.n), invited, 0.0)  # refuses more answers than invitations
    default = 20.0 if isinstance(result, NpsResult) else 0.1
    return NonResponse(result=result, invited=invited, difference=default if difference is None else difference)
