"""Triage in a loop: pieces in any order lead to the same cases, and each answer is accounted for."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd
import pytest

import closeloop as cl
from closeloop.followup.triage.keys import case_id

SURVEY = cl.load_survey("relationship-nps")
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def some_answers(seed: int, n: int = 40) -> pd.DataFrame:
    """Return answers of a few customers, so that quiet periods overlap in every way."""
    draw = random.Random(seed)
    days = [dt.datetime(2026, 1, 1) + dt.timedelta(days=draw.randrange(150)) for _ in range(n)]  # noqa: DTZ001
    return pd.DataFrame({
        "response_id": [f"r{i}" for i in range(n)],
        "respondent_id": [draw.choice(["ann", "bob", "cho", ""]) for _ in range(n)],
        "answered_at": [day.isoformat(sep=" ") for day in days],
        "recommend": [str(draw.choice([0, 2, 6, 7, 10])) for _ in range(n)],
        "why": [draw.choice(["", "slow", "气死我了"]) for _ in range(n)],
    })  # fmt: skip


def told(loop: cl.Loop) -> tuple[set[str], dict[str, tuple[str, str, str]]]:
    """Return the answers that have a living case, and what became of each answer."""
    cases = loop.cases()
    living = cases[cases["stage"] != "merged"].set_index("case_id")["response_id"].to_dict()
    with loop._desk.store.reading() as tx:
        alerts = {
            str(row["response_id"]): (row["outcome"], row["reason"] or "", str(living[row["case_id"]]))
            for row in tx.alerts()
        }
    return set(living.values()), alerts


@pytest.mark.parametrize("seed", range(4))
def test_a_file_at_once_and_in_shuffled_pieces_give_the_same_cases(seed: int) -> None:
    frame = some_answers(seed)
    with cl.open_loop(":memory:", actor="li") as at_once:
        result = at_once.triage(cl.read_responses(frame, SURVEY), now=NOW)
        expected = told(at_once)
    mixed = frame.sample(frac=1, random_state=seed)
    with cl.open_loop(":memory:", actor="li") as in_pieces:
        for start in range(0, len(mixed), 9):
            in_pieces.triage(cl.read_responses(mixed.iloc[start : start + 9].reset_index(drop=True), SURVEY), now=NOW)
        assert told(in_pieces) == expected
        again = in_pieces.triage(cl.read_responses(frame, SURVEY), now=NOW)
        assert told(in_pieces) == expected
        assert in_pieces.verify().breaks == ()
    assert (again.n_opened, again.n_merged, again.n_known) == (0, 0, len(frame))
    assert again.n_qualifying == result.n_qualifying == len(expected[1])
    assert again.suppressed == result.suppressed
    assert again.n_cases == len(expected[0]) == result.n_opened


def test_the_same_file_twice_opens_nothing_and_writes_no_event() -> None:
    responses = cl.read_responses(some_answers(9), SURVEY)
    with cl.open_loop(":memory:", actor="li") as loop:
        loop.triage(responses, now=NOW)
        before = loop.cases()[["case_id", "version"]].to_numpy().tolist()
        again = loop.triage(responses, now=NOW)
        assert loop.cases()[["case_id", "version"]].to_numpy().tolist() == before
    assert again.opened == ()


def test_a_case_that_somebody_works_on_stays_and_the_earlier_answer_is_noted_on_it() -> None:
    late = pd.DataFrame(
        {"response_id": ["b"], "respondent_id": ["ann"], "answered_at": ["2026-03-10"], "recommend": ["3"]}
    )
    early = late.assign(response_id="a", answered_at="2026-03-01", why="First")
    with cl.open_loop(":memory:", actor="li") as loop:
        loop.triage(cl.read_responses(late, SURVEY), now=NOW)
        name = case_id(SURVEY.id, "b")
        loop.case(name).assign(owner="li")
        result = loop.triage(cl.read_responses(early, SURVEY), now=NOW)
        assert result.suppressed == {"worked_on": 1}
        assert loop.cases()["case_id"].tolist() == [name]
        assert "Message from the customer" in str(loop.case(name).history())
