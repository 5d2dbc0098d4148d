"""Who answered when: a customer's next answer, and pairs of answers of customers whom nobody contacted in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.followup.measure.columns import FloatArray, IntArray, factorized, lookup
from closeloop.followup.measure.response_table import ResponseTable

_DETRACTOR_BELOW, _PROMOTER_FROM = 7, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to one item, by customer and time; those of nobody in particular are left out.

    Attributes
    ----------
    people : numpy.ndarray
        Every customer once.
    code : numpy.ndarray
        Of each answer: which of them.
    at, value : numpy.ndarray
    row : numpy.ndarray
        Where the answer stands among the responses.
    """

    people: npt.NDArray[np.str_]
    code: IntArray
    at: FloatArray
    value: FloatArray
    row: IntArray

    @classmethod
    def to(cls, responses: ResponseTable, item: str) -> Answers:
        """Return the answers to an item.

        Examples
        --------
        >>> rows = [{"response_id": str(i), "subject_id": s, "answered_at": f"2026-01-0{i}", "scores": {"recommend": i}}
        ...         for i, s in ((3, "a"), (1, "a"), (2, ""))]
        >>> Answers.to(ResponseTable.of(rows), "recommend").value.tolist()
        [1.0, 3.0]
        """
        value, subject = responses.score(item), responses.columns["subject_id"]
        at = responses.columns["answered_at"]
        row = np.flatnonzero(~np.isnan(value) & (subject != "") & ~np.isnan(at))
        people, code = factorized(subject[row])
        order = np.lexsort((at[row], code))
        row = row[order]
        return cls(people=people, code=code[order], at=at[row], value=value[row], row=row)

    def after(self, subject: npt.NDArray[np.str_], moment: FloatArray) -> IntArray:
        """Return the position of each customer's first answer after a moment; −1 without one."""
        if not len(self.code):
            return np.full(len(subject), -1, dtype=np.int64)
        who = lookup(self.people, subject)
        start = np.searchsorted(self.code, np.maximum(who, 0), side="left")
        end = np.searchsorted(self.code, np.maximum(who, 0), side="right")
        # Within a customer the times rise; one key of both makes it a single search.
        origin = float(self.at.min())
        reach = max(float(self.at.max()), float(np.nanmax(moment, initial=origin))) - origin + 1.0
        key = self.code * reach + (self.at - origin)
        wanted = np.maximum(who, 0) * reach + np.clip(np.nan_to_num(moment, nan=np.inf) - origin, -0.5, reach - 0.5)
        place = np.clip(np.searchsorted(key, wanted, side="right"), start, end)
        return np.where((who >= 0) & ~np.isnan(moment) & (place < end), place, -1)

    def before(self, subject: npt.NDArray[np.str_], moment: FloatArray) -> IntArray:
        """Return the position of each customer's last answer up to a moment; −1 without one."""
        who = lookup(self.people, subject)
        start = np.searchsorted(self.code, np.maximum(who, 0), side="left")
        end = np.searchsorted(self.code, np.maximum(who, 0), side="right")
        following = self.after(subject, moment)
        last = np.where(following >= 0, following, end) - 1
        return np.where((who >= 0) & ~np.isnan(moment) & (last >= start), last, -1)

    def since(self, moment: float) -> Answers:
        """Return only the answers from a moment on."""
        if not (self.at < moment).any():
            return self
        keep = self.at >= moment
        return Answers(
            people=self.people, code=self.code[keep], at=self.at[keep], value=self.value[keep], row=self.row[keep]
        )

    def first_two(self) -> tuple[IntArray, IntArray]:
        """Return the positions of the first and the second answer of everybody who has two."""
        _, first = np.unique(self.code, return_index=True)
        size = np.bincount(self.code, minlength=len(self.people)) if len(self.code) else np.zeros(0, np.int64)
        first = first[size[self.code[first]] > 1] if len(first) else first
        return first, first + 1


def groups(scores: FloatArray) -> IntArray:
    """Return 0 for detractors, 1 for passives, 2 for promoters.

    Examples
    --------
    >>> groups(np.array([6.0, 7.0, 9.0])).tolist()
    [0, 1, 2]
    """
    return (scores >= _DETRACTOR_BELOW).astype(np.int64) + (scores >= _PROMOTER_FROM)


def transitions(first: FloatArray, second: FloatArray) -> IntArray:
    """Return how many went from which group to which, 3 × 3.

    Examples
    --------
    >>> transitions(np.array([3.0, 9.0]), np.array([8.0, 10.0])).tolist()
    [[0, 1, 0], [0, 0, 0], [0, 0, 1]]
    """
    return np.bincount(groups(first) * 3 + groups(second), minlength=9).reshape(3, 3)
