"""Figures of the loop against hand-counted cases: what is in the base, what is left out, what cannot be told."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.followup.measure.answers import Answers
from closeloop.followup.measure.by_group import measure_by
from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.causes import recurrence_chart
from closeloop.followup.measure.columns import DAY, HOUR, first_of, lookup, seconds
from closeloop.followup.measure.group_table import with_small_hidden
from closeloop.followup.measure.loop_report import LoopReport
from closeloop.followup.measure.measure import measure
from closeloop.followup.measure.money import AccountValue
from closeloop.followup.measure.response_table import ResponseTable
from closeloop.followup.measure.scope import Items, Scope
from closeloop.followup.measure.waiting_list import waiting_list_effect
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.problem.problem import Problem
from closeloop.stats.intervals import share_interval
from closeloop.stats.rate_ratio import rate_ratio
from closeloop.text import LocalText
from closeloop.themes.codebooks.codebook_file import load_codebook

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
END = NOW.timestamp()
NAN = float("nan")


def cases(n: int, cycle: Mapping[str, Any] | None = None, **columns: Any) -> CaseTable:
    """Give n cases that reached us ten days ago, each with one cycle."""
    given_ = {"received_at": np.full(n, END - 10 * DAY), "case_id": [f"C-{i}" for i in range(n)], **columns}
    return CaseTable.of(cases=given_, cycles={"case": np.arange(n), **(cycle or {})})


def report(table: CaseTable, rows: Any = (), **how: Any) -> LoopReport:
    return measure(table, rows, now=NOW, **how)


# --- capture ---


def responses(outcomes: list[str], **more: Any) -> list[dict[str, Any]]:
    return [
        {"survey_id": "s", "response_id": f"r{i}", "qualifies": True, "outcome": outcome, **more}
        for i, outcome in enumerate(outcomes)
    ]


def test_a_response_without_case_and_without_reason_is_an_error() -> None:
    found = report(cases(0), responses(["case", "suppressed", "", "case"]))
    assert found["captured"].estimate == 0.75
    assert [(f.rule, f.level) for f in found.findings()] == [("LM1", "error")]
    assert "r2" in found.findings()[0].message.en
    assert "lost" in found.section("capture").said.en


def test_a_case_that_does_not_exist_catches_nobody() -> None:
    rows = responses(["case", "case"])
    rows[0]["case_id"], rows[1]["case_id"] = "C-0", "C-9"
    assert report(cases(1), rows)["captured"].estimate == 0.5


def test_nothing_lost_is_no_finding_and_exactly_one() -> None:
    found = report(cases(0), responses(["case", "suppressed"], contactable=True))
    assert found["captured"].estimate == 1
    assert not found.findings()
    assert found["contactable"].n == 2


def test_the_rows_of_the_store_and_its_alerts_give_the_same_capture() -> None:
    rows = [{"survey_id": "s", "response_id": f"r{i}", "scores": '{"recommend": 3.0}'} for i in range(3)]
    alerts = [
        {"survey_id": "s", "response_id": "r0", "outcome": "suppressed", "reason": "quiet_period", "case_id": None},
        {"survey_id": "s", "response_id": "r0", "outcome": "case", "reason": None, "case_id": "C-0"},
        {"survey_id": "s", "response_id": "r1", "outcome": "", "reason": None, "case_id": None},
    ]
    table = ResponseTable.of(rows, alerts)
    assert table.columns["qualifies"].tolist() == [True, True, False]
    assert table.columns["outcome"].tolist() == ["case", "", ""]
    assert table.score("recommend").tolist() == [3.0, 3.0, 3.0]
    assert report(cases(1), table)["captured"].estimate == 0.5


def test_why_there_is_no_case_is_told_in_words() -> None:
    table = report(cases(0), responses(["suppressed", "case"], reason="quiet_period")).table("suppressed")
    assert "quiet period" in table.rows()[0]["group"].en
    assert "静默期" in table.rows()[0]["group"].zh


def test_only_detractors_who_can_be_reached_and_had_their_time_are_followed_up_or_not() -> None:
    rows = [
        {"survey_id": "s", "response_id": f"r{i}", "subject_id": f"S{i}", "scores": {"recommend": score},
         "contactable": reach, "qualifies": True, "outcome": "case", "answered_at": END - 10 * DAY}
        for i, (score, reach) in enumerate([(3, True), (6, True), (7, True), (2, False), (1, True)])
    ]  # fmt: skip
    received = np.full(5, END - 10 * DAY)
    received[4] = END - 3 * HOUR
    table = cases(
        5, {"first_response_at": [END - 9 * DAY, NAN, END - 9 * DAY, NAN, NAN]},
        response_id=[f"r{i}" for i in range(5)], survey_id=["s"] * 5, received_at=received,
    )  # fmt: skip
    figure = report(table, rows)["followed_up"]
    assert (figure.n, figure.estimate) == (2, 0.5)
    assert "24" in figure.base.en


# --- speed ---


def test_times_run_from_the_customers_word_in_the_first_cycle() -> None:
    table = CaseTable.of(
        cases={"received_at": np.full(4, END - 10 * DAY), "is_open": [False] * 4},
        cycles={
            "case": [0, 1, 2, 3, 3], "number": [1, 1, 1, 1, 2],
            "first_response_at": [*(END - 10 * DAY + h * HOUR for h in (2, 5, 30, 9)), END - DAY],
        },
    )  # fmt: skip
    found = report(table)
    assert found["first_response_within"].estimate == 0.75
    assert found["first_response_median"].estimate == 5
    low, high = found["first_response_within"].ci_low, found["first_response_within"].ci_high
    assert 0 < low < 0.75 < high < 1


def test_a_case_that_ended_without_an_answer_counts_as_never_answered() -> None:
    table = cases(4, {"first_response_at": [END - 10 * DAY + HOUR, NAN, NAN, NAN]}, is_open=[False, False, True, True],
                  stage=["closed", "withdrawn", "received", "merged"])  # fmt: skip
    found = report(table)
    assert found["first_response_within"].n == 3  # the merged one goes on elsewhere
    assert found["first_response_within"].estimate == pytest.approx(1 / 3)
    assert any("merged" in note.en for note in found.section("speed").notes)


def test_what_is_too_young_cannot_be_told() -> None:
    found = report(cases(2, received_at=np.full(2, END - 2 * HOUR), is_open=[True, True]))["first_response_within"]
    assert math.isnan(found.estimate)
    assert str(found.shown) == "cannot tell"
    assert found.shown.zh == "无法判断"


# --- closing ---


def test_only_the_customers_own_word_is_a_confirmation() -> None:
    stages = ["closed"] * 3 + ["closed_unconfirmed"] * 4 + ["rejected", "withdrawn", "external", "merged", "agreed"]
    found = report(cases(12, stage=stages, is_open=[stage == "agreed" for stage in stages]))
    n = {name: round(found[name].estimate * found[name].n) for name in ("closed", "closed_unconfirmed", "rejected")}
    assert found["closed"].n == 10
    assert n == {"closed": 3, "closed_unconfirmed": 4, "rejected": 1}
    low, high = share_interval(3, 10)
    assert (found["closed"].ci_low, found["closed"].ci_high) == (float(low), float(high))


def test_reopening_is_judged_thirty_days_after_the_end_and_not_earlier() -> None:
    ended = [END - 60 * DAY, END - 60 * DAY, END - 60 * DAY, END - 10 * DAY]
    table = CaseTable.of(
        cases={"received_at": np.full(4, END - 80 * DAY)},
        cycles={
            "case": [0, 1, 2, 3, 0, 1, 3], "number": [1, 1, 1, 1, 2, 2, 2], "ended_at": [*ended, NAN, NAN, NAN],
            "began_at": [0, 0, 0, 0, END - 40 * DAY, END - 20 * DAY, END - 5 * DAY],
        },
    )  # fmt: skip
    figure = report(table)["reopened"]
    assert figure.n == 3
    assert figure.estimate == pytest.approx(1 / 3)


def test_a_repeat_is_the_same_customer_with_the_same_cause_within_ninety_days() -> None:
    days = [200, 130, 200, 150, 200, 90.5, 10]
    table = cases(
        7, subject_id=["a", "a", "b", "b", "c", "", "c"], code=["x", "x", "x", "y", "x", "x", "x"],
        received_at=[END - d * DAY for d in days],
    )  # fmt: skip
    figure = report(table)["repeated"]
    # a/x came back after 70 days; b with another cause; c after 190 days; b/y 150 days ago has not.
    assert (figure.n, figure.estimate) == (4, 0.25)


# --- recovery, answers ---


def paired(first: list[float], second: list[float], **columns: Any) -> tuple[CaseTable, ResponseTable]:
    n = len(first)
    back = [i for i, score in enumerate(second) if not math.isnan(score)]
    table = ResponseTable.made(
        {
            "response_id": [f"r{i}" for i in range(n)] + [f"b{i}" for i in back],
            "subject_id": [f"S{i}" for i in range(n)] + [f"S{i}" for i in back],
            "answered_at": [END - 90 * DAY] * n + [END - 9 * DAY] * len(back),
        },
        {"recommend": [*first, *(second[i] for i in back)]},
    )
    made = cases(
        n, {"first_response_at": np.full(n, END - 89 * DAY)}, response_id=[f"r{i}" for i in range(n)],
        subject_id=[f"S{i}" for i in range(n)], received_at=np.full(n, END - 90 * DAY), **columns,
    )  # fmt: skip
    return made, table


def test_without_a_benchmark_there_is_no_net_effect_but_a_range_of_what_would_have_been() -> None:
    table, rows = paired([3.0] * 20 + [9.0] * 30, [8.0] * 10 + [3.0] * 10 + [NAN] * 30)
    found = report(table, rows)
    assert math.isnan(found["net_effect"].estimate)
    assert str(found["net_effect"].shown) == "cannot tell"
    assert 0.1 < found["recovered_anyway"].ci_low < found["recovered_anyway"].ci_high < 0.7
    assert "LM2" in found.findings().rules


def test_a_known_reliability_is_a_benchmark_and_an_interval_needs_its_error() -> None:
    table, rows = paired([3.0] * 20 + [9.0] * 30, [8.0] * 10 + [3.0] * 10 + [NAN] * 30)
    exact = report(table, rows, reliability=0.6)["net_effect"]
    loose = report(table, rows, reliability=(0.6, 0.15))["net_effect"]
    assert exact.estimate == loose.estimate
    assert loose.ci_low < exact.ci_low < exact.ci_high < loose.ci_high


def test_a_customer_counts_once_and_one_who_will_still_be_asked_is_not_silent() -> None:
    table, rows = paired([3.0] * 4, [8.0, NAN, NAN, NAN])
    table = CaseTable.of(
        cases={**table.cases, "subject_id": ["S0", "S1", "S2", "S1"], "remeasure_on": [NAN, NAN, END + DAY, NAN]},
        cycles=table.cycles,
    )
    bounds = report(table, rows)["recovered_bounds"]
    assert bounds.n == 2
    assert (bounds.ci_low, bounds.ci_high) == (0.5, 1.0)


def test_a_score_measured_again_for_the_case_goes_before_one_from_elsewhere() -> None:
    table, rows = paired([3.0] * 2, [8.0, 8.0])
    table = CaseTable.of(
        cases={**table.cases, "remeasure_score": [4.0, NAN], "remeasured_at": [END - 20 * DAY, NAN]},
        cycles=table.cycles,
    )
    assert report(table, rows)["recovered_naive"].estimate == 0.5


def test_fewer_than_half_answering_again_is_a_warning() -> None:
    table, rows = paired([3.0] * 5, [8.0, 8.0, NAN, NAN, NAN])
    assert "LM3" in report(table, rows).findings().rules


def test_the_paired_change_is_of_everybody_who_answered_twice() -> None:
    table, rows = paired([3.0, 9.0, 9.0, 7.0], [9.0, 9.0, 3.0, NAN])
    figure = report(table, rows)["paired_nps"]
    assert (figure.n, figure.estimate) == (3, 0.0)


def test_no_paradox_is_claimed() -> None:
    assert any("no such evidence" in note.en for note in report(cases(1)).notes)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20), st.integers(0, 10)), max_size=14),
    st.sampled_from("abcz"), st.integers(-2, 22),
)  # fmt: skip
def test_the_next_and_the_last_answer_are_those_that_a_loop_finds(
    given_: list[tuple[str, int, int]], who: str, moment: int
) -> None:
    table = ResponseTable.made(
        {"response_id": [str(i) for i in range(len(given_))], "subject_id": [s for s, _, _ in given_],
         "answered_at": [float(at) for _, at, _ in given_]},
        {"recommend": [float(score) for _, _, score in given_]},
    )  # fmt: skip
    answers = Answers.to(table, "recommend")
    later = [at for s, at, _ in given_ if s == who and at > moment]
    earlier = [at for s, at, _ in given_ if s == who and at <= moment]
    after, before = (find(np.array([who]), np.array([float(moment)]))[0] for find in (answers.after, answers.before))
    assert (answers.at[after] if after >= 0 else None) == (min(later) if later else None)
    assert (answers.at[before] if before >= 0 else None) == (max(earlier) if earlier else None)
    for position in (after, before):
        assert position < 0 or answers.people[answers.code[position]] == who


# --- the customers' own view ---


def closing_survey(values: dict[str, list[float]]) -> ResponseTable:
    n = len(next(iter(values.values())))
    return ResponseTable.made(
        {"response_id": [f"c{i}" for i in range(n)], "subject_id": [f"S{i}" for i in range(n)],
         "answered_at": np.full(n, END - DAY)}, values,
    )  # fmt: skip


def test_satisfaction_with_the_company_is_not_satisfaction_with_the_handling() -> None:
    at = {"subject_id": ["S1", "S2"], "answered_at": np.full(2, END - DAY), "response_id": ["a", "b"]}
    company = ResponseTable.made({**at, "survey_id": ["relationship-nps"] * 2}, {"overall": [5, 1]})
    assert report(cases(0), company)["handling_satisfied"].n == 0
    surveys = ["relationship-nps", "resolution-confirmation"]
    mixed = ResponseTable.made({**at, "survey_id": surveys}, {"overall": [5, 1]})
    assert (
        report(cases(0), mixed)["handling_satisfied"].n,
        report(cases(0), mixed)["handling_satisfied"].estimate,
    ) == (1, 0)


def test_fairness_has_its_items_and_relationship_and_handling_stay_two_measures() -> None:
    rows = closing_survey(
        {"overall": [5, 4, 2, NAN], "felt_heard": [7, 5, 6, NAN], "clear": [4, 4, 4, 4], "fair_outcome": [1, 2, 3, 4],
         "fair_procedure": [7, 7, 7, 6], "fair_treatment": [5, 5, 6, 6], "solution_reasonable": [3, 4, 5, 6],
         "recommend": [NAN, NAN, NAN, 9]}
    )  # fmt: skip
    found = report(cases(0), rows)
    assert found["handling_satisfied"].estimate == pytest.approx(2 / 3)
    assert found["nps"].estimate == 100
    assert found["nps"].section != found["handling_satisfied"].section
    assert found["fair_outcome"].estimate == 2.5
    assert found["felt_heard"].n == 3
    assert found["fair_outcome"].ci_low < 2.5 < found["fair_outcome"].ci_high
    names = {figure.name for figure in found.section("voice").figures}
    assert {"felt_heard", "clear", "fair_procedure", "fair_treatment", "fair_outcome", "solution_reasonable"} <= names


def test_the_items_are_those_of_the_closing_survey() -> None:
    from closeloop.survey.load import load_survey

    survey = load_survey("resolution-confirmation")
    names = {*Items().process, Items().overall, Items().trust}
    assert names <= {spec.items[0] for spec in survey.metrics.values()}


def test_trust_is_compared_before_and_after_person_by_person() -> None:
    n = 4
    rows = ResponseTable.made(
        {"response_id": [f"t{i}" for i in range(2 * n)], "subject_id": ["a", "b", "c", "d"] * 2,
         "answered_at": [END - 30 * DAY] * n + [END - DAY] * n},
        {"trust": [3, 4, 2, 5, 5, 5, 6, NAN]},
    )  # fmt: skip
    table = cases(n, {"resolved_at": [END - 5 * DAY] * n}, subject_id=["a", "b", "c", "d"])
    figure = report(table, rows)["trust_change"]
    assert figure.n == 3
    assert figure.estimate == pytest.approx((2 + 1 + 4) / 3)
    assert figure.ci_low < figure.estimate < figure.ci_high


# --- causes ---


def test_fewer_complaints_with_fewer_answers_is_a_warning_and_the_rate_is_shown() -> None:
    half = 100 * DAY
    received = [END - half - DAY] * 60 + [END - DAY] * 40
    table = cases(100, received_at=received)
    rows = ResponseTable.made(
        {"response_id": [f"r{i}" for i in range(1500)], "answered_at": [END - half - DAY] * 1000 + [END - DAY] * 500}
    )
    found = report(table, rows, since=NOW - dt.timedelta(days=100))
    assert "LM4" in found.findings().rules
    figure = found["complaint_rate_ratio"]
    assert figure.estimate == pytest.approx((40 / 500) / (60 / 1000))
    assert figure.ci_low < figure.estimate < figure.ci_high
    steady = report(table, rows.chosen(np.arange(1500) >= 500), since=NOW - dt.timedelta(days=100))
    assert "LM4" not in steady.findings().rules


def test_with_the_number_of_invitations_the_response_rate_decides() -> None:
    table = cases(100, received_at=[END - 101 * DAY] * 60 + [END - DAY] * 40)
    rows = ResponseTable.made(
        {"response_id": [f"r{i}" for i in range(1500)], "answered_at": [END - 101 * DAY] * 1000 + [END - DAY] * 500}
    )
    since = NOW - dt.timedelta(days=100)
    assert "LM4" not in report(table, rows, since=since, invited=(4000, 2000)).findings().rules
    assert "LM4" in report(table, rows, since=since, invited=(4000, 4000)).findings().rules
    with pytest.raises(ValueError, match="at least as many as answered"):
        report(table, rows, since=since, invited=(10, 10))


def test_recurrence_compares_windows_of_one_length_by_exposure() -> None:
    changed = NOW - dt.timedelta(days=30)
    received = [END - 50 * DAY] * 30 + [END - 10 * DAY] * 12 + [END - 55 * DAY] * 5
    table = cases(47, code=["delivery"] * 42 + ["price"] * 5, received_at=received)
    answered = [END - 200 * DAY] * 50 + [END - 45 * DAY] * 300 + [END - 5 * DAY] * 200
    rows = ResponseTable.made({"response_id": [f"r{i}" for i in range(550)], "answered_at": answered})
    line = report(table, rows, changes={"delivery": changed}).table("recurrence").rows()[0]
    assert (line["before"], line["after"], line["days"]) == (30, 12, 30)
    expected = rate_ratio(30, 300, 12, 200)
    assert (line["estimate"], line["ci_low"]) == (expected.estimate, expected.interval.low)
    assert str(line["verdict"]) == "cannot tell"


def test_a_problem_says_when_something_was_done_and_whether_it_reached_what_was_expected() -> None:
    problem = late_parcels()
    found = report(cases(3, code=["delivery"] * 3), problems=[problem])
    assert [str(line["group"]) for line in found.table("recurrence").rows()] == ["delivery"]
    effect = found.table("effects").rows()[0]
    assert (effect["expected"], effect["estimate"], str(effect["verdict"])) == (0.05, 0.04, "reached")
    assert found["effects_reached"].estimate == 1


def late_parcels() -> Problem:
    gap = Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-05-01", ci=(0.129, 0.148),
              unit="percent", higher_is_better=False)  # fmt: skip
    problem = Problem(gap, cases=["C-0"], id="P-1", themes=["delivery"])
    problem.add(
        Countermeasure(
            id="M-1", cause="no contract", what="have operations sign contracts", owner="Zhao Ning",
            due=dt.date(2026, 5, 30), metric="late parcels", baseline=0.138, target=0.05, unit="percent",
            started_on=dt.date(2026, 6, 1),
        )
    )  # fmt: skip
    after = Gap(metric="late parcels", standard=0.05, actual=0.04, n=5120, as_of="2026-06-28", ci=(0.035, 0.046),
                unit="percent", higher_is_better=False)  # fmt: skip
    problem.measure(after, on="2026-06-29", by="Li Mei", countermeasure="M-1")
    return problem


def test_the_recurrence_chart_is_a_u_chart_of_cases_per_answer() -> None:
    rng = np.random.default_rng(1)
    days = np.sort(rng.uniform(0, 336, 400))
    table = cases(400, code=["delivery"] * 400, received_at=END - days * DAY)
    rows = ResponseTable.made(
        {"response_id": [f"r{i}" for i in range(4000)], "answered_at": END - rng.uniform(0, 336, 4000) * DAY}
    )
    chart = recurrence_chart(Scope.of(table, rows, now=END), "delivery")
    assert chart.measure == "u"
    assert len(chart.rows()) == 11  # whole periods of four weeks; the last one has only begun


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [  # R 4.3.1, poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)), from its help page
        ((21, 3011), (11, 800), (1.971488, 0.8584264, 4.2772659)),
    ],
)
def test_the_rate_ratio_is_that_of_r(
    before: tuple[int, int], after: tuple[int, int], expected: tuple[float, float, float]
) -> None:
    found = rate_ratio(*before, *after)
    assert (found.estimate, *found.interval) == pytest.approx(expected, abs=1e-6)


def test_a_rate_ratio_without_events_says_nothing_and_none_before_is_without_limit() -> None:
    assert math.isnan(rate_ratio(0, 10, 0, 10).estimate)
    assert math.isinf(rate_ratio(0, 10, 3, 10).interval.high)
    assert rate_ratio(3, 10, 0, 10).interval.low == 0


# --- work ---


def test_a_promise_past_its_time_is_not_kept_and_is_a_finding() -> None:
    table = CaseTable.of(
        cases={"received_at": np.full(1, END - 9 * DAY)},
        promises={"case": [0] * 5, "kept": [1, 1, 0, NAN, NAN], "due_at": [0, 0, 0, END - DAY, END + DAY]},
    )
    found = report(table)
    assert (found["promises_kept"].n, found["promises_kept"].estimate) == (4, 0.5)
    assert found["promises_overdue"].estimate == 1
    assert "LM5" in found.findings().rules


def test_contacts_per_case_and_the_lag_of_their_records() -> None:
    at = np.full(5, END - 5 * DAY)
    table = CaseTable.of(
        cases={"received_at": np.full(3, END - 9 * DAY), "stage": ["closed", "closed", "agreed"],
               "is_open": [False, False, True]},
        contacts={"case": [0, 0, 0, 1, 2], "at": at, "recorded_at": at + HOUR * np.array([0.5, 2, 30, 1, 3])},
    )  # fmt: skip
    found = report(table)
    assert (found["contacts_per_case"].n, found["contacts_per_case"].estimate) == (2, 2)
    assert found["recorded_in_time"].estimate == 0.8
    assert found["record_lag"].estimate == 2


def test_where_cases_wait_counts_who_is_still_there_and_who_waits_for_the_customer() -> None:
    table = CaseTable.of(
        cases={"received_at": [END - 9 * DAY] * 2, "is_open": [True] * 2},
        stays={
            "case": [0, 0, 1], "stage": ["acknowledged", "analysing", "acknowledged"],
            "entered_at": [END - 9 * DAY, END - 8 * DAY, END - 9 * DAY], "left_at": [END - 8 * DAY, NAN, END - 5 * DAY],
        },
        holds={"case": [0, 0, 1], "on": ["customer", "third_party", "customer"],
               "began_at": [END - 4 * DAY, END - 8 * DAY, END - 30 * DAY], "ended_at": [NAN, NAN, END - 8 * DAY]},
    )  # fmt: skip
    lines = {line["stage"]: line for line in report(table).table("stages").rows()}
    assert (lines["acknowledged"]["n"], lines["acknowledged"]["total"]) == (2, 5)
    assert (lines["analysing"]["still"], lines["analysing"]["total"]) == (1, 8)
    assert lines["analysing"]["held"] == pytest.approx(4 / 8)
    assert lines["acknowledged"]["held"] == pytest.approx(1 / 5)
    assert sum(line["share"] for line in lines.values()) == pytest.approx(1)
    assert lines["analysing"]["share"] == pytest.approx(8 / 13)


def test_options_show_what_was_agreed_confirmed_and_reopened_with_small_ones_hidden() -> None:
    n = 40
    ended = np.full(n, END - 60 * DAY)
    confirmed = np.where(np.arange(n) < 24, END - 61 * DAY, NAN)
    table = CaseTable.of(
        cases={"received_at": np.full(n, END - 90 * DAY), "stage": ["closed"] * n},
        cycles={
            "case": [*range(n), 0, 1], "number": [1] * n + [2, 2], "ended_at": [*ended, NAN, NAN],
            "began_at": [*(ended - DAY), END - 50 * DAY, END - 50 * DAY],
            "confirmed_at": [*confirmed, END - 40 * DAY, END - 40 * DAY],
        },
        options={"case": range(n + 1), "family": ["compensation"] * (n + 1), "remedy": ["refund"] * 30 + ["gift"] * 11,
                 "agreed": [True] * n + [False]} | {"case": [*range(n), 0]},
    )  # fmt: skip
    lines = {str(line["group"]): line for line in report(table, min_n=0).table("options").rows()}
    refund = lines["Refund"]
    assert (refund["n"], refund["estimate"]) == (30, pytest.approx(24 / 30))
    assert refund["reopened"] == pytest.approx(2 / 30)
    assert refund["ci_low"] < 0.8 < refund["ci_high"]
    assert lines["gift"]["n"] == 10
    hidden = {str(line["group"]): line for line in report(table, min_n=11).table("options").rows()}
    assert hidden["gift"]["n"] is None
    assert math.isnan(hidden["gift"]["estimate"])
    assert hidden["Refund"]["n"] is None  # else the gift could be worked out from the total


def test_public_complaints_channels_and_hand_offs() -> None:
    table = CaseTable.of(
        cases={
            "received_at": np.full(30, END - 5 * DAY), "channel": ["phone"] * 14 + ["social"] * 16,
            "public_exposure": [True, *[False] * 29], "department": ["service"] * 12 + ["sales"] * 18,
        },
        handoffs={"case": [3, 3, 4], "at": np.full(3, END - DAY), "left": ["a"] * 3, "to": ["b"] * 3},
    )  # fmt: skip
    found = report(table)
    assert found["public_share"].estimate == pytest.approx(17 / 30)
    assert found["handed_on"].estimate == pytest.approx(2 / 30)
    assert [(line["group"].zh, line["n"]) for line in found.table("channels").rows()] == [
        ("社交媒体", 16),
        ("电话", 14),
    ]
    assert [line["n"] for line in found.table("departments").rows()] == [18, 12]


# --- money ---


def test_value_at_risk_is_of_open_cases_once_a_customer_with_its_source() -> None:
    table = cases(4, subject_id=["a", "a", "b", "c"], is_open=[True, True, True, False])
    values = {
        "a": AccountValue(amount=900, currency="CNY", source="contract 2026"),
        "c": AccountValue(amount=5000, currency="CNY", source="contract 2026"),
    }
    figure = report(table, values=values)["value_at_risk_CNY"]
    assert (figure.estimate, figure.n) == (900, 1)
    assert "contract 2026" in figure.remark.en
    assert "1 of 2" in figure.remark.en.replace("\xa0", " ")
    assert not report(table)["value_at_risk"].is_measured
    with pytest.raises(ValueError, match="source"):
        AccountValue(amount=900, currency="CNY", source=" ")


def test_the_cost_of_agreed_options_is_summed_by_currency() -> None:
    table = CaseTable.of(
        cases={"received_at": [END - DAY]},
        options={"case": [0] * 4, "agreed": [True, True, False, True], "cost": [10.0, 5.5, 99.0, 7.0],
                 "currency": ["CNY", "CNY", "CNY", "EUR"]},
    )  # fmt: skip
    found = report(table)
    assert (found["cost_CNY"].estimate, found["cost_EUR"].estimate) == (15.5, 7)


def test_retention_is_labelled_observational_and_has_an_interval() -> None:
    table = cases(6, {"resolved_at": [END - DAY] * 3 + [NAN] * 3}, subject_id=list("abcdef"))
    figure = report(table, retained=dict(zip("abcdef", [True, True, True, True, False, False], strict=True)))[
        "retention_difference"
    ]
    assert figure.estimate == pytest.approx(100 * (1 - 1 / 3))
    assert figure.ci_low < figure.estimate <= figure.ci_high
    assert "observational" in figure.label.en
    assert "Observational" in figure.remark.en


# --- groups ---


def test_small_groups_are_hidden_with_as_many_more_as_protect_them() -> None:
    table = cases(60, code=["a"] * 40 + ["b"] * 13 + ["c"] * 7)
    lines = report(table).table("codes").rows()
    assert [(str(line["group"]), line["n"]) for line in lines] == [("a", 40), ("b", None), ("c", None)]
    assert any("hidden" in note.en for note in report(table).table("codes").notes)
    assert [line["n"] for line in report(table, min_n=0).table("codes").rows()] == [40, 13, 7]


def test_people_are_listed_by_name_and_never_with_a_handful_of_cases() -> None:
    table = cases(
        45,
        {"first_response_at": [END - 10 * DAY + HOUR] * 20 + [NAN] * 25},
        owner=["zhao"] * 20 + ["li"] * 21 + ["wu"] * 4,
    )
    found = measure_by(table, "owner", now=NOW, min_n=0)
    assert [str(line["group"]) for line in found.rows()] == ["li", "wu", "zhao"]
    shown = {str(line["group"]): line["n"] for line in found.rows()}
    assert shown["wu"] is None
    assert any("not a ranking" in note.en for note in found.notes)
    by_kind = measure_by(table, "severity", now=NOW)
    assert by_kind.rows()[0]["n"] == 45
    with pytest.raises(ValueError, match="Choose one of"):
        measure_by(table, "shoe size", now=NOW)


def test_codes_are_shown_by_their_names_and_ones_own_names_go_first() -> None:
    table = cases(30, code=["price_change"] * 16 + ["process"] * 14, severity=["severe"] * 30)
    own = {"process": LocalText({"en": "My kind", "zh-CN": "自定类别"})}
    lines = report(table, names=own).table("codes").rows()
    labels = {code.id: code.label for code in load_codebook("conflict-types").codes}
    assert lines[0]["group"] == labels["price_change"]
    assert lines[1]["group"].zh == "自定类别"
    assert measure_by(table, "severity", now=NOW).rows()[0]["group"].zh == "严重"


def test_hiding_leaves_the_names_and_blanks_every_figure() -> None:
    lines = [{"group": g, "n": n, "estimate": 0.5, "more": 3} for g, n in (("a", 30), ("b", 20), ("c", 3))]
    shown, hidden = with_small_hidden(lines, 10)
    assert hidden == 2
    assert shown[2]["group"] == "c"
    assert math.isnan(shown[2]["estimate"])
    assert shown[2]["more"] is None


# --- waiting list ---


def test_safety_cases_are_left_out_of_the_comparison_whatever_their_lot() -> None:
    table, rows = paired([3.0] * 8, [5.0, 6.0, 7.0, 8.0, 3.0, 4.0, 5.0, 6.0], safety=[True, *[False] * 7])
    contacted = [END - 89 * DAY] * 4 + [NAN] * 4
    table = CaseTable.of(cases=table.cases, cycles={"case": range(8), "first_response_at": contacted})
    arms = {f"C-{i}": "now" if i < 4 else "wait" for i in range(8)}
    found = report(table, rows, arms=arms).section("recovery").details["waiting"]
    assert (found.n_now, found.n_wait, found.n_exempt) == (3, 4, 1)
    assert found.adjusted.estimate == pytest.approx(7 - 4.5)
    with pytest.raises(ValueError, match="now, wait or exempt"):
        report(table, rows, arms={"C-0": "later"})


def test_an_answer_after_the_turn_of_who_waited_is_no_comparison() -> None:
    table, rows = paired([3.0] * 4, [5.0, 6.0, 3.0, 9.0])
    contacted = [END - 89 * DAY, END - 89 * DAY, NAN, END - 20 * DAY]
    table = CaseTable.of(cases=table.cases, cycles={"case": range(4), "first_response_at": contacted})
    arms = {"C-0": "now", "C-1": "now", "C-2": "wait", "C-3": "wait"}
    found = report(table, rows, arms=arms).section("recovery").details["waiting"]
    assert (found.n_now, found.n_wait, found.n_silent) == (2, 1, 1)


def test_with_an_empty_arm_nothing_can_be_told() -> None:
    effect = waiting_list_effect([1, 2], [3, 4], ["now", "now"])
    assert math.isnan(effect.adjusted.estimate)
    assert "Nothing can be compared" in effect.sentence.en


# --- the period, and what is refused ---


def test_what_happens_after_the_moment_is_not_seen() -> None:
    table = cases(2, received_at=[END - DAY, END + DAY])
    rows = ResponseTable.made({"response_id": ["a", "b"], "answered_at": [END - DAY, END + DAY]})
    found = report(table, rows)
    assert (found.n_cases, found.n_responses) == (1, 1)


def test_a_period_takes_the_cases_that_reached_us_in_it() -> None:
    table = cases(3, received_at=[END - 40 * DAY, END - 20 * DAY, END - DAY])
    assert report(table, since=NOW - dt.timedelta(days=30)).n_cases == 2
    with pytest.raises(ValueError, match="must be before now"):
        report(table, since=NOW)


def test_without_anything_every_figure_says_that_it_was_not_measured() -> None:
    found = report(cases(0))
    assert {figure.name for figure in found.figures if figure.is_measured} == {"promises_overdue"}
    assert not found.findings()
    assert all(str(figure.shown) == "not measured" for figure in found.figures if not figure.is_measured)


def test_wrong_columns_are_named() -> None:
    with pytest.raises(ValueError, match="colour"):
        CaseTable.of(cases={"colour": ["red"]})
    with pytest.raises(ValueError, match="one length"):
        CaseTable.of(cases={"code": ["a"], "stage": ["received", "closed"]})
    with pytest.raises(ValueError, match="no column"):
        CaseTable.of(people={"name": ["x"]})


def test_times_are_read_from_texts_and_moments_alike() -> None:
    moment = dt.datetime(2026, 7, 1, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert seconds("2026-07-01T08:00:00+08:00") == seconds(moment) == seconds("2026-07-01T00:00:00Z") == END
    assert math.isnan(seconds(None))
    with pytest.raises(TypeError, match="Expected a time"):
        seconds(["2026"])


@given(
    st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=8),
    st.lists(st.sampled_from(["a", "b", "d", ""]), max_size=8),
)
def test_a_look_up_finds_the_first_place(keys: list[str], wanted: list[str]) -> None:
    found = lookup(np.array(keys, dtype="U1"), np.array(wanted, dtype="U1")).tolist()
    assert found == [keys.index(one) if one and one in keys else -1 for one in wanted]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), min_size=1, max_size=10))
def test_the_first_of_each_kind_is_the_first(pairs: list[tuple[str, str]]) -> None:
    found = first_of([np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])]).tolist()
    assert found == sorted({pairs.index(pair) for pair in pairs})
