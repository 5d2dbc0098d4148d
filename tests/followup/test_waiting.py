"""The lot of the waiting list: fair, the same when drawn again, and nobody waits who must not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.followup.triage.waiting import Waiting, draw_lots

ONE = st.builds(
    Waiting,
    case_id=st.uuids().map(str),
    subject_id=st.sampled_from([f"S-{i}" for i in range(25)]),
    stratum=st.sampled_from(["a", "b"]),
    severity=st.sampled_from(["minor", "major", "severe"]),
    safety=st.booleans(),
    promised=st.just(False),
)
QUEUES = st.lists(ONE, max_size=25, unique_by=lambda one: one.case_id)


@settings(max_examples=60, deadline=None)
@given(QUEUES, st.integers(0, 12), st.randoms())
def test_the_same_lot_whatever_the_order(queue: list[Waiting], capacity: int, shuffle: object) -> None:
    again = list(queue)
    shuffle.shuffle(again)  # type: ignore[attr-defined]
    first, second = (draw_lots(q, capacity=capacity, seed="monday") for q in (queue, again))
    assert first == second
    assert sorted(one.case_id for one in first.drawn) == sorted(one.case_id for one in queue)


@settings(max_examples=60, deadline=None)
@given(QUEUES, st.integers(0, 12))
def test_exempt_customers_never_wait_and_the_capacity_is_kept(queue: list[Waiting], capacity: int) -> None:
    drawn = draw_lots(queue, capacity=capacity, seed="monday").drawn
    must = {one.subject_id for one in queue if one.exempt}
    assert {one.subject_id for one in drawn if one.exempt} == must
    assert all(one.arm == "" for one in drawn if one.subject_id in must)
    now = {one.subject_id for one in drawn if one.arm == "now"}
    waiting = {one.subject_id for one in drawn if one.arm == "wait"}
    assert now.isdisjoint(waiting)
    assert len(now) == min(max(0, capacity - len(must)), len(now | waiting))


def test_everybody_has_the_same_chance() -> None:
    queue = [Waiting(case_id=f"C-{i}", subject_id=f"S-{i}", stratum="ab"[i % 2]) for i in range(20)]
    called = dict.fromkeys((one.subject_id for one in queue), 0)
    for day in range(2000):
        for one in draw_lots(queue, capacity=6, seed=f"day {day}").drawn:
            assert one.probability == 0.3
            called[one.subject_id] += one.arm == "now"
    # 2000 draws of 0.3: mean 600, standard deviation 20.5; five of these to either side
    assert all(500 < times < 700 for times in called.values())


def test_strata_get_their_part() -> None:
    queue = [Waiting(case_id=f"C-{i}", subject_id=f"S-{i}", stratum="many" if i < 30 else "few") for i in range(40)]
    drawn = draw_lots(queue, capacity=8, seed="x").drawn
    assert sum(one.arm == "now" and one.stratum == "many" for one in drawn) == 6
    assert sum(one.arm == "now" and one.stratum == "few" for one in drawn) == 2


def test_cases_of_one_customer_share_the_lot() -> None:
    queue = [Waiting(case_id=f"C-{i}", subject_id="S-1") for i in range(3)] + [Waiting(case_id="C-9", subject_id="S-2")]
    for seed in ("a", "b", "c", "d"):
        arms = {one.arm for one in draw_lots(queue, capacity=1, seed=seed).drawn if one.subject_id == "S-1"}
        assert len(arms) == 1


def test_the_list_says_whether_there_is_anything_to_compare() -> None:
    queue = [Waiting(case_id=f"C-{i}", subject_id=f"S-{i}") for i in range(3)]
    some = draw_lots(queue, capacity=1, seed="x")
    assert some.is_random
    assert str(some.sentence) == "1 are called now by lot, 2 wait, 0 are called in any case; capacity 1."
    everybody = draw_lots(queue, capacity=5, seed="x")
    assert not everybody.is_random
    assert {one.probability for one in everybody.drawn} == {1.0}
    severe = Waiting(case_id="C-s", subject_id="S-s", severity="severe")
    nobody = draw_lots([*queue, severe], capacity=1, seed="x")
    assert str(nobody.sentence).startswith("The 1 calls that cannot wait take up the capacity of 1")


def test_what_cannot_be_drawn_is_refused() -> None:
    one = Waiting(case_id="C-1", subject_id="S-1")
    with pytest.raises(ValueError, match="may not be below 0"):
        draw_lots([one], capacity=-1, seed="x")
    with pytest.raises(ValueError, match="Give a seed"):
        draw_lots([one], capacity=1, seed=" ")
    with pytest.raises(ValueError, match="The case C-1 waits twice"):
        draw_lots([one, one], capacity=1, seed="x")
