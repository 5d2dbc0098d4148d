"""What is measured: the cases and responses of a period, and what their scores are called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from closeloop.followup.measure.answers import Answers
from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.columns import BoolArray, FloatArray, IntArray, lookup
from closeloop.followup.measure.response_table import ResponseTable, key_of
from closeloop.metrics.protect import checked_min_n
from closeloop.text import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """By which names the scores of responses are known.

    Attributes
    ----------
    recommend : str
        Likelihood to recommend, 0 to 10.
    overall : str
        Satisfaction with how a complaint was handled, 1 to 5.
    trust : str
        Asked before and after.
    process : tuple of str
        What customers say of the handling, each on one scale.
    closing : tuple of str
        Ids of the surveys that are about the handling. In other surveys `overall` is about something else: there it
        counts only beside an answer to one of `process`.

    Examples
    --------
    >>> Items().recommend
    'recommend'
    """

    recommend: str = "recommend"
    overall: str = "overall"
    trust: str = "trust"
    process: tuple[str, ...] = (
        "felt_heard", "clear", "fair_procedure", "fair_treatment", "fair_outcome", "solution_reasonable",
    )  # fmt: skip
    closing: tuple[str, ...] = ("resolution-confirmation",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What every section is made from.

    Attributes
    ----------
    table, responses : CaseTable, ResponseTable
        Of the period.
    every, all_responses : CaseTable, ResponseTable
        Of all time up to now.
    now, since : float
        Seconds since 1970; `since` is −∞ without a beginning.
    items : Items
    within : float
        Hours that a first answer may take.
    confidence_level : float
    min_n : int
    response_row : numpy.ndarray
        Row in `all_responses` of the response that opened each case of the period; −1 without one.
    opening_score : numpy.ndarray
        The likelihood to recommend with which each case of the period was opened; NaN without one.
    answers : Answers
        The likelihood to recommend of everybody, of all time.
    contacted_at : numpy.ndarray
        When a person of ours first reached the customer of each case, whatever the cycle; NaN if nobody has.
    names : mapping of str to LocalText
        One's own names of codes.
    """

    table: CaseTable
    responses: ResponseTable
    every: CaseTable
    all_responses: ResponseTable
    now: float
    since: float
    items: Items
    within: float
    confidence_level: float
    min_n: int
    response_row: IntArray
    opening_score: FloatArray
    contacted_at: FloatArray
    answers: Answers
    names: Mapping[str, LocalText]

    @classmethod
    def of(
        cls,
        every: CaseTable,
        all_responses: ResponseTable,
        *,
        now: float,
        since: float = -math.inf,
        items: Items | None = None,
        within: float = 24.0,
        confidence_level: float = 0.95,
        min_n: int = 10,
        names: Mapping[str, LocalText] | None = None,
    ) -> Self:
        """Return the scope of a period; what came after `now` is left out, without a time it is taken as before."""
        known = all_responses.chosen(~(all_responses.columns["answered_at"] > now))
        cases = every.chosen(~(every.cases["received_at"] > now))
        table = cases.chosen(~(cases.cases["received_at"] < since))
        asked = items or Items()
        row = lookup(known.keys, key_of(table.cases))
        score = np.full(table.n, np.nan)
        score[row >= 0] = known.score(asked.recommend)[row[row >= 0]]
        return cls(
            table=table, responses=known.chosen(~(known.columns["answered_at"] < since)), every=cases,
            all_responses=known, now=now, since=since, items=asked, within=float(within),
            confidence_level=confidence_level, min_n=checked_min_n(min_n), response_row=row, opening_score=score,
            contacted_at=earliest(table), answers=Answers.to(known, asked.recommend),
            names=names or {},
        )  # fmt: skip


def earliest(table: CaseTable) -> FloatArray:
    """Return each case's first human response.

    Examples
    --------
    >>> table = CaseTable.of(cases={"code": ["a"]},
    ...                      cycles={"case": [0, 0], "number": [1, 2], "first_response_at": [float("nan"), 5.0]})
    >>> earliest(table).tolist()
    [5.0]
    """
    found = np.full(table.n, np.inf)
    times = table.cycles["first_response_at"]
    known = ~np.isnan(times)
    np.minimum.at(found, table.cycles["case"][known], times[known])
    return np.where(np.isinf(found), np.nan, found)


def outcome_of(table: CaseTable) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Return how each case ended; empty for one that is open.

    Examples
    --------
    >>> outcome_of(CaseTable.of(cases={"stage": ["closed", "agreed"], "is_open": [False, True]})).tolist()
    ['closed', '']
    """
    return np.where(table.cases["is_open"], "", table.cases["stage"])


def is_merged(table: CaseTable) -> BoolArray:
    """Return which cases went on inside another one: they are not counted twice.

    Examples
    --------
    >>> is_merged(CaseTable.of(cases={"stage": ["merged", "closed"]})).tolist()
    [True, False]
    """
    return np.asarray(table.cases["stage"] == "merged")
