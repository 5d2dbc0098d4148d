"""Invented customers with a known truth: what they feel and answer, who of them is followed up, and the effect."""

from __future__ import annotations

import datetime as dt

import numpy as np

from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.columns import DAY
from closeloop.followup.measure.response_table import ResponseTable

MEAN, SPREAD = 7.57, 2.594
"""Of the latent likelihood to recommend: 34 % detractors, 36 % promoters when rounded."""
NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
END = NOW.timestamp()
START = END - 100 * DAY


def answer(latent: np.ndarray) -> np.ndarray:
    """Round a latent likelihood to recommend to 0 … 10."""
    return np.clip(np.rint(MEAN + SPREAD * latent), 0, 10)


def again(rng: np.random.Generator, latent: np.ndarray, r: float, gain: float | np.ndarray = 0.0) -> np.ndarray:
    """Give the latent value at the second survey: test–retest correlation r, and what following up adds, in points."""
    fresh = rng.standard_normal(latent.shape)
    return r * latent + np.sqrt(1 - r * r) * fresh + np.asarray(gain) / SPREAD


def world(
    rng: np.random.Generator, n: int = 1500, *, r: float = 0.6, gain: float = 0.0, followed: float = 0.5,
    replies: float = 0.7, lot: bool = False,
) -> tuple[CaseTable, ResponseTable]:  # fmt: skip
    """Give the cases and responses of a world: every detractor has a case, some of them are followed up.

    Parameters
    ----------
    rng, n
    r : float
        Test–retest correlation.
    gain : float
        What following up adds, in points of the latent score.
    followed : float
        Share of detractors who are followed up, at random.
    replies : float
        Share who answer the second survey, at random.
    lot : bool
        Whether the cases know that it was by lot.
    """
    first = rng.standard_normal(n)
    score = answer(first)
    unhappy = np.flatnonzero(score <= 6)
    treated = np.zeros(n, dtype=bool)
    treated[unhappy[rng.random(len(unhappy)) < followed]] = True
    second = answer(again(rng, first, r, np.where(treated, gain, 0.0)))
    back = np.flatnonzero(rng.random(n) < replies)
    name = np.char.add("S-", np.arange(n).astype(str))
    key = np.char.add("r1-", np.arange(n).astype(str))
    responses = ResponseTable.made(
        {
            "survey_id": ["relationship"] * (n + len(back)),
            "response_id": np.concatenate([key, np.char.add("r2-", back.astype(str))]),
            "subject_id": np.concatenate([name, name[back]]),
            "answered_at": np.concatenate([np.full(n, START), np.full(len(back), START + 60 * DAY)]),
            "qualifies": np.concatenate([score <= 6, np.zeros(len(back), dtype=bool)]),
            "outcome": np.concatenate([np.where(score <= 6, "case", ""), np.full(len(back), "")]),
            "contactable": np.ones(n + len(back)),
        },
        {"recommend": np.concatenate([score, second[back]])},
    )
    contact = np.where(treated[unhappy], START + DAY / 2, np.nan)
    cases = CaseTable.of(
        cases={
            "case_id": np.char.add("C-", unhappy.astype(str)), "subject_id": name[unhappy],
            "stage": ["analysing"] * len(unhappy),
            "survey_id": ["relationship"] * len(unhappy), "response_id": key[unhappy], "is_open": [True] * len(unhappy),
            "received_at": np.full(len(unhappy), START),
            "arm": np.where(treated[unhappy], "now", "wait") if lot else np.full(len(unhappy), ""),
        },
        cycles={
            "case": np.arange(len(unhappy)), "began_at": np.full(len(unhappy), START), "first_response_at": contact,
        },
    )  # fmt: skip
    return cases, responses
