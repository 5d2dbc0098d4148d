"""The same answers lead to the same cases, however often, in whatever order and in how many pieces they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.followup.rules.response_rule import ResponseRule
from closeloop.followup.triage.known import Known
from closeloop.followup.triage.plan import TriagePlan, plan
from closeloop.followup.triage.rows import Key, ResponseRow

SURVEY = cl.load_survey("relationship-nps")
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
RULES = (
    ResponseRule(id="drop", when="{drop.recommend} >= 3", quiet_days=10),
    ResponseRule(id="unsafe", when="{why} contains 'unsafe'", severity="severe", safety=True, quiet_days=90),
)


class Memory:
    """What a loop keeps, as far as triage asks for it."""

    def __init__(self) -> None:
        self.rows: dict[Key, ResponseRow] = {}
        self.live: dict[str, Key] = {}
        self.merged: dict[str, str] = {}
        self.worked_on: set[str] = set()

    def take(self, frame: pd.DataFrame) -> TriagePlan:
        """Triage a file, and do what the plan says."""
        taken = [*self.live, *self.merged]
        known = Known.of(self.rows.values(), worked_on=self.worked_on, case_ids=taken)
        found = plan(frame, SURVEY, now=NOW, rules=RULES, known=known)
        for row in found.rows:
            kept = ResponseRow.of(row.to_response(), row.to_alert(NOW))
            assert kept == row, "what is kept is what was planned"
            self.rows[row.key] = kept
        for case in found.opens:
            assert case.case_id not in {*self.live, *self.merged}, "no id twice"
            self.live[case.case_id] = case.key
        for merge in found.merges:
            assert merge.into in self.live
            assert merge.case_id not in self.worked_on
            self.merged[merge.case_id] = merge.into
            del self.live[merge.case_id]
        for note in found.notes:
            assert note.case_id in self.live
        return found

    @property
    def outcomes(self) -> dict[Key, tuple[str, str, str, str]]:
        """What became of each response: outcome, reason, rule, and the answer that has the case."""
        return {
            key: (row.outcome, row.reason, row.rule_id, str(self.live.get(row.case_id, "")))
            for key, row in self.rows.items()
        }

    @property
    def cases(self) -> set[Key]:
        """The answers that have a case."""
        return set(self.live.values())


Given = tuple[str | None, int | None, int | None, str]
# Mostly one customer and overlapping quiet periods: that is where the order of the files could matter.
ANSWER = st.tuples(
    st.sampled_from(["ann", "ann", "ann", "bob", None]),
    st.sampled_from([*range(0, 85, 5), None]),
    st.sampled_from([2, 2, 2, 2, 7, 10]),
    st.sampled_from(["", "", "unsafe plug"]),
)


def file_of(answers: Sequence[Given]) -> pd.DataFrame:
    """Return an accepted frame; the id of each response is its place."""
    day = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    return pd.DataFrame({
        "response_id": [f"r{i}" for i in range(len(answers))],
        "respondent_id": pd.array([a[0] for a in answers], dtype="str"),
        "answered_at_utc": pd.Series([pd.NaT if a[1] is None else day + dt.timedelta(days=a[1]) for a in answers],
                                     dtype="datetime64[us, UTC]"),
        "status": "complete",
        "recommend": pd.array([a[2] for a in answers], dtype="Int8"),
        "why": pd.array([a[3] or None for a in answers], dtype="str"),
    })  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(ANSWER, min_size=3, max_size=7), st.data())
def test_pieces_in_any_order_and_twice_give_the_same_cases(answers: list[Given], data: st.DataObject) -> None:
    frame = file_of(answers)
    at_once = Memory()
    at_once.take(frame)
    order = data.draw(st.permutations(range(len(frame))))
    everywhere = set(range(len(frame)))
    cuts = sorted(data.draw(st.one_of(st.just(everywhere), st.sets(st.integers(0, len(frame)), max_size=3))))
    pieces = [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    in_pieces = Memory()
    for piece in [*pieces, *pieces[:2]]:
        in_pieces.take(frame.iloc[piece].reset_index(drop=True))
    assert in_pieces.cases == at_once.cases
    assert in_pieces.outcomes == at_once.outcomes
    again = in_pieces.take(frame)
    assert (again.rows, again.opens, again.merges, again.notes) == ((), (), (), ())


@settings(max_examples=40, deadline=None)
@given(st.lists(ANSWER, min_size=3, max_size=7), st.data())
def test_a_case_that_somebody_works_on_stays(answers: list[Given], data: st.DataObject) -> None:
    frame = file_of(answers)
    memory = Memory()
    for part in (frame[frame.index % 2 == 1], frame):
        memory.take(part.reset_index(drop=True))
        touched = data.draw(st.sets(st.sampled_from(sorted(memory.live)), max_size=3)) if memory.live else set()
        memory.worked_on |= touched
    memory.take(frame)
    assert memory.worked_on <= set(memory.live)
    reasons = {row.reason for row in memory.rows.values() if row.outcome == "suppressed"}
    assert reasons <= {"quiet_period", "worked_on"}


def test_shuffling_a_file_changes_nothing_at_all() -> None:
    answers = [("ann", d, s, "") for d, s in ((0, 3), (5, 2), (31, 6), (40, 0), (9, 10))] * 2
    frame = file_of(answers)
    straight = plan(frame, SURVEY, now=NOW)
    mixed = plan(frame.sample(frac=1, random_state=3).reset_index(drop=True), SURVEY, now=NOW)
    assert {case.case_id for case in straight.opens} == {case.case_id for case in mixed.opens}
    assert {row.key: row for row in straight.rows} == {row.key: row for row in mixed.rows}


def test_three_files_backwards_bring_a_merged_answer_back_with_a_case_of_its_own() -> None:
    frame = file_of([("ann", 0, 2, ""), ("ann", 25, 2, ""), ("ann", 40, 2, "")])
    memory = Memory()
    for place in (2, 1, 0):
        memory.take(frame.iloc[[place]].reset_index(drop=True))
    at_once = Memory()
    at_once.take(frame)
    assert memory.cases == at_once.cases == {(SURVEY.id, "r0"), (SURVEY.id, "r2")}
    assert memory.outcomes == at_once.outcomes
    assert len(memory.merged) == 2


def one_by_one(answers: Sequence[Given], order: Sequence[int]) -> Memory:
    """Return what is kept after files of one answer each."""
    memory = Memory()
    for place in order:
        memory.take(file_of(answers).iloc[[place]].reset_index(drop=True))
    return memory


def test_a_drop_is_measured_against_the_best_so_that_a_late_answer_undoes_none() -> None:
    answers: list[Given] = [("ann", 0, 10, ""), ("ann", 20, 7, ""), ("ann", 40, 7, "")]
    assert one_by_one(answers, [0, 2, 1]).outcomes == one_by_one(answers, [0, 1, 2]).outcomes
    assert one_by_one(answers, [0, 2, 1]).cases == {(SURVEY.id, "r1"), (SURVEY.id, "r2")}


def test_a_rule_on_history_that_comes_true_late_does_not_take_the_place_of_another() -> None:
    answers: list[Given] = [("ann", 0, 10, ""), ("ann", 20, 7, "unsafe plug")]
    late, early = one_by_one(answers, [1, 0]), one_by_one(answers, [0, 1])
    assert late.outcomes == early.outcomes
    assert late.rows[SURVEY.id, "r1"].rule_id == "unsafe"
    assert late.rows[SURVEY.id, "r1"].matched == ("unsafe", "drop")
