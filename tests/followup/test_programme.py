"""A programme end to end: intake, which kind, what is aimed at its cause, whether it comes back; and one that fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.followup.case.examples import load_example
from closeloop.followup.measure.measure import measure
from closeloop.stats.intervals import share_interval

REGISTER = Path(__file__).resolve().parents[2] / "sample_data" / "loop"


@pytest.fixture(scope="module")
def loop() -> cl.Loop:
    return cl.import_loop(REGISTER, ":memory:", actor="lin", now="2026-07-01T09:00+08:00", timezone="Asia/Shanghai")


def test_from_the_mechanism_by_way_of_the_analysis_to_what_is_aimed_at_the_cause(loop: cl.Loop) -> None:
    cases = loop.cases()
    coded = cases[cases["code"].fillna("") != ""]
    top = coded["code"].value_counts().index[0]
    assert top == "process", "the analysis names the kind that the sample makes the most frequent"
    hits, n = int((coded["code"] == top).sum()), len(coded)
    low, high = share_interval(hits, n)
    gap = cl.Gap(metric="cases about the process", standard=0.2, actual=hits / n, n=n, as_of="2026-06-30",
                 ci=(float(low), float(high)), unit="percent", higher_is_better=False)  # fmt: skip
    problem = cl.Problem(gap, cases=coded.loc[coded["code"] == top, "case_id"], id="P-1", themes=[top])
    measured = cl.Countermeasure(
        cause="a refund needs a form that a branch signs", what="let the hotline sign refunds", kind="corrective",
        action="process", acts_on="process", owner="Chen Yu", due="2026-06-30", metric=gap.metric,
        baseline=gap.actual, target=0.2, unit="percent", started_on="2026-04-13", done_on="2026-04-13", id="CM-1",
    )  # fmt: skip
    loop.save(problem.add(measured))
    found = loop.measure().table("recurrence").to_frame().set_index("group")
    assert len(loop.problem("P-1").cases) == hits
    assert found["ci_high"].iloc[0] < 1, "after the change it is complained of less, beyond chance"


def test_the_failing_retailer_is_told_as_a_loop_that_fails() -> None:
    events = [event for history in load_example("retailer").events().values() for event in history]
    report = measure(events, [], now=max(event.at for event in events))
    assert report["first_response_within"].estimate == 0
    assert report["handling_satisfied"].n == 0, "nobody asked her"
    assert "cannot be told" in str(report.sentence)


def test_an_imported_end_without_the_customers_word_is_no_confirmed_one() -> None:
    events = [event for history in load_example("ecommerce").events().values() for event in history]
    silent = [replace(event, seq=seq) for seq, event in enumerate(
        (event for event in events if event.type not in {"CustomerConfirmed", "CustomerMessage"}), start=1
    )]  # fmt: skip
    now = max(event.at for event in events)
    assert measure(events, [], now=now)["closed"].estimate == 1
    assert measure(silent, [], now=now)["closed"].estimate == 0
    assert measure(silent, [], now=now)["closed_unconfirmed"].estimate == 1
