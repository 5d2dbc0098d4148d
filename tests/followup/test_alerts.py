"""Alerts: a falling score, a surge, a cluster; none without enough answers, none twice, each with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.rules.alert import OUTCOMES, Alert
from closeloop.followup.rules.alert_rule import AlertRule, load_alert_rules, shipped_alert_rules
from closeloop.followup.rules.observed import ObservedAnswer, ObservedCase
from closeloop.followup.rules.watch import watch
from closeloop.followup.rules.windows import window_of
from closeloop.stats.control import nps_chart
from closeloop.stats.poisson import poisson_limit, poisson_tail

START = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)  # a Monday
WEEK = dt.timedelta(days=7)
NPS = AlertRule(id="nps", watch="score_drop", item="recommend", min_n=30, cooldown_days=0)


def weeks_of_answers(mixes: Iterable[Sequence[int]], segments: dict[str, str] | None = None) -> list[ObservedAnswer]:
    """Return answers: so many detractors, passives and promoters in each week."""
    points = (3.0, 7.0, 10.0)
    return [
        ObservedAnswer(at=START + week * WEEK, survey_id="s", scores={"recommend": score}, segments=segments or {})
        for week, mix in enumerate(mixes)
        for score, count in zip(points, mix, strict=True)
        for _ in range(count)
    ]


def cases_on(days: Iterable[float], code: str = "delivery", **fields: Any) -> list[ObservedCase]:
    return [
        ObservedCase(
            at=START + dt.timedelta(days=day),
            case_id=f"C-{code}-{i}",
            subject_id=f"S-{code}-{i}",
            segments={"code": code},
            **fields,
        )
        for i, day in enumerate(days)
    ]


STEADY = [
    (20, 30, 50),
    (22, 30, 48),
    (18, 31, 51),
    (21, 29, 50),
    (19, 32, 49),
    (20, 30, 50),
    (21, 30, 49),
    (19, 30, 51),
]


def test_a_score_below_its_control_limits_alarms_and_says_why_with_n_and_limits() -> None:
    (alert,) = watch([NPS], answers=weeks_of_answers([*STEADY, (60, 20, 20)]), now=START + 10 * WEEK)
    assert str(alert.sentence).replace("\u00a0", " ") == (
        "recommend: −40 in 2026-W10 (n = 100, 95 % interval −54 to −23), below the control limit of +6 "
        "(+30 expected from the 8 windows before)."
    )
    assert (alert.window_id, alert.n, alert.outcome) == ("2026-W10", 100, "shown")
    assert alert.fired_at == dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    assert "2026-W10 为 −40（n = 100" in alert.sentence.zh
    counts = np.array([*STEADY, (60, 20, 20)], dtype=float)
    chart = nps_chart(*counts.T, baseline=[True] * 8 + [False], floor=1.0)
    assert alert.low == pytest.approx(100 * chart.lower[8])
    assert alert.expected == pytest.approx(100 * chart.centre)


def test_a_score_within_its_limits_does_not_alarm() -> None:
    assert watch([NPS], answers=weeks_of_answers([*STEADY, (26, 30, 44)]), now=START + 10 * WEEK) == ()


def test_below_min_n_there_is_no_alert_however_low_the_score() -> None:
    answers = weeks_of_answers([*STEADY, (29, 0, 0)])
    assert watch([NPS], answers=answers, now=START + 10 * WEEK) == ()
    low = NPS.model_copy(update={"min_n": 29})
    assert len(watch([low], answers=answers, now=START + 10 * WEEK)) == 1


def test_without_enough_windows_before_there_are_no_limits() -> None:
    answers = weeks_of_answers([*STEADY[:5], (60, 20, 20)])
    assert watch([NPS], answers=answers, now=START + 10 * WEEK) == ()


def test_a_week_that_is_not_over_is_not_judged() -> None:
    answers = weeks_of_answers([*STEADY, (60, 20, 20)])
    assert watch([NPS], answers=answers, now=dt.datetime(2026, 3, 8, 23, 59, tzinfo=dt.UTC)) == ()
    assert len(watch([NPS], answers=answers, now=dt.datetime(2026, 3, 9, tzinfo=dt.UTC))) == 1
    abroad = watch([NPS], answers=answers, now=dt.datetime(2026, 3, 8, 16, tzinfo=dt.UTC), zone="Asia/Shanghai")
    assert len(abroad) == 1


def test_a_long_crisis_does_not_become_what_is_usual() -> None:
    answers = weeks_of_answers([*STEADY, *[(60, 20, 20)] * 15])
    assert len(watch([NPS], answers=answers, now=START + 40 * WEEK)) == 15


def test_a_fixed_threshold_needs_no_history() -> None:
    rule = NPS.model_copy(update={"threshold": 0})
    (alert,) = watch([rule], answers=weeks_of_answers([(10, 0, 30), (30, 0, 10)]), now=START + 5 * WEEK)
    assert "below the fixed limit of 0" in str(alert.sentence)


def test_a_mean_is_charted_too_and_series_stand_for_themselves() -> None:
    rule = AlertRule(id="csat", watch="score_drop", item="overall", metric="mean", by="touchpoint", min_n=20)

    def week(number: int, touchpoint: str, points: list[float]) -> list[ObservedAnswer]:
        at = START + number * WEEK
        return [ObservedAnswer(at=at, survey_id="s", scores={"overall": p}, segments={"touchpoint": touchpoint})
                for p in points]  # fmt: skip

    usual = [4.0, 5.0, 4.0, 3.0, 5.0] * 5
    answers = [a for number in range(9) for a in week(number, "app", usual)]
    answers += [a for number in range(9) for a in week(number, "shop", usual if number < 8 else [1.0, 2.0] * 12)]
    (alert,) = watch([rule], answers=answers, now=START + 12 * WEEK)
    assert alert.segment == "shop"
    assert str(alert.sentence).startswith("[shop] overall: 1.50 in 2026-W10 (n = 24")


def test_chance_alone_alarms_about_as_seldom_as_the_limits_promise() -> None:
    draw = np.random.default_rng(20260302)
    mixes = draw.multinomial(120, (0.2, 0.3, 0.5), size=400)
    alerts = watch([NPS], answers=weeks_of_answers(mixes.tolist()), now=START + 500 * WEEK)
    assert len(alerts) <= 6  # one side of three standard errors, with estimated limits: about one window in 300


def test_a_surge_of_complaints_alarms_per_day() -> None:
    rule = AlertRule(id="surge", watch="surge", min_n=5)
    days = [7 * week + day for week in range(12) for day in (0, 1, 2, 3, 4, 5)]
    cases = cases_on([*days, *(84 + 0.25 * i for i in range(20))])
    (alert,) = watch([rule], cases=cases, now=START + 14 * WEEK)
    assert (alert.window_id, alert.n, alert.observed) == ("2026-W14", 20, 20)
    assert alert.expected == pytest.approx(6.0)
    assert alert.high == pytest.approx(6 + 3 * 6**0.5)
    assert str(alert.sentence) == (
        "surge: 20 cases in 2026-W14 over 7 days, above the limit of 13.3 (6.0 expected from the 12 windows before)."
    )


def test_a_surge_per_answer_knows_that_more_were_asked() -> None:
    rule = AlertRule(id="surge", watch="surge", per="answers", min_n=5)
    days = [7 * week + day for week in range(12) for day in (0, 1, 2, 3, 4, 5)]
    cases = cases_on([*days, *(84 + 0.25 * i for i in range(20))])
    few = weeks_of_answers([(0, 0, 60)] * 13)
    many = weeks_of_answers([*[(0, 0, 60)] * 12, (0, 0, 200)])
    assert len(watch([rule], cases=cases, answers=few, now=START + 14 * WEEK)) == 1
    assert watch([rule], cases=cases, answers=many, now=START + 14 * WEEK) == ()


def test_a_surge_per_exposure_takes_what_is_given() -> None:
    rule = AlertRule(id="surge", watch="surge", per="exposure", min_n=5)
    cases = cases_on([*(7 * week + day for week in range(12) for day in range(6)), *(84 + 0.25 * i for i in range(20))])
    orders = {window_of((START + week * WEEK).date(), "week").label: 1000.0 for week in range(13)}
    assert len(watch([rule], cases=cases, exposure=orders, now=START + 14 * WEEK)) == 1
    assert watch([rule], cases=cases, exposure=orders | {"2026-W14": 4000.0}, now=START + 14 * WEEK) == ()


def test_a_rare_kind_of_case_is_judged_by_its_count() -> None:
    rule = AlertRule(id="surge", watch="surge", min_n=3, alpha=0.001)
    rare = cases_on([0, 40, 80])
    assert watch([rule], cases=[*rare, *cases_on([85, 86, 87], "x")], now=START + 14 * WEEK) == ()
    (alert,) = watch([rule], cases=[*rare, *cases_on([84, 85, 86, 87, 88], "x")], now=START + 14 * WEEK)
    expected = 3 / 12
    assert alert.expected == pytest.approx(expected)
    assert alert.high == poisson_limit(expected, 0.001)


def test_enquiries_are_no_complaints() -> None:
    rule = AlertRule(id="surge", watch="surge", min_n=3)
    cases = [*cases_on([0, 20, 40, 60]), *cases_on([84 + i / 4 for i in range(20)], "ask", kind="enquiry")]
    assert watch([rule], cases=cases, now=START + 14 * WEEK) == ()


CLUSTER = AlertRule(id="similar", watch="cluster", by="code", window_days=7, min_n=3, cooldown_days=7, route="case")


def test_similar_cases_within_some_days_are_a_cluster_at_the_one_that_completes_it() -> None:
    spread = cases_on(range(0, 100, 25))
    (alert,) = watch([CLUSTER], cases=[*spread, *cases_on([110, 111, 112, 112.5], "plug")], now=START + 20 * WEEK)
    assert (alert.segment, alert.n, alert.outcome) == ("plug", 3, "case")
    assert alert.fired_at == START + dt.timedelta(days=112)
    assert str(alert.sentence) == (
        "similar: 3 customers with “plug” within 7 days, above the limit of 1 "
        "(0.03 expected from 0 cases in the 105 days before)."
    )


def test_a_kind_that_is_frequent_anyway_is_no_cluster() -> None:
    daily = cases_on(range(120))
    assert watch([CLUSTER], cases=daily, now=START + 20 * WEEK) == ()


def test_one_customer_who_complains_five_times_is_no_cluster() -> None:
    spread = cases_on(range(0, 100, 25))
    same = [ObservedCase(at=START + dt.timedelta(days=110 + i), case_id=f"C-{i}", subject_id="S-1",
                         segments={"code": "plug"}) for i in range(5)]  # fmt: skip
    assert watch([CLUSTER], cases=[*spread, *same], now=START + 20 * WEEK) == ()


def test_without_a_history_nothing_is_known_of_what_is_usual() -> None:
    burst = cases_on([0, 1, 2, 3, 4])
    assert watch([CLUSTER], cases=burst, now=START + 2 * WEEK) == ()
    assert len(watch([CLUSTER], cases=burst, now=START + 2 * WEEK, began_at=START - 30 * WEEK)) == 1


def test_looking_again_finds_nothing_new_and_replaying_finds_the_same() -> None:
    answers = weeks_of_answers([*STEADY, (60, 20, 20), (20, 30, 50), (70, 10, 20)])
    rule = NPS.model_copy(update={"cooldown_days": 30})
    now = START + 15 * WEEK
    first = watch([rule], answers=answers, now=now)
    assert watch([rule], answers=answers, now=now, fired=first) == ()
    assert watch([rule], answers=answers[::-1], now=now + 5 * WEEK) == first
    step_by_step: tuple[Alert, ...] = ()
    for week in range(16):
        step_by_step += watch([rule], answers=answers, now=START + week * WEEK, fired=step_by_step)
    assert step_by_step == first


def test_the_outcome_is_never_empty_and_a_cooldown_is_a_reason() -> None:
    answers = weeks_of_answers([*STEADY, (60, 20, 20), (70, 10, 20), (70, 10, 20), (70, 10, 20)])
    rule = NPS.model_copy(update={"cooldown_days": 21})
    found = watch([rule], answers=answers, now=START + 15 * WEEK)
    assert [(a.outcome, a.reason) for a in found] == [
        ("shown", ""), ("suppressed", "cooldown"), ("suppressed", "cooldown"), ("shown", ""),
    ]  # fmt: skip
    assert {alert.outcome for alert in found} <= set(OUTCOMES)


def test_an_alert_is_kept_and_read_back_and_may_be_acknowledged() -> None:
    (alert,) = watch([NPS], answers=weeks_of_answers([*STEADY, (60, 20, 20)]), now=START + 10 * WEEK)
    assert Alert.of(alert.to_row()).to_row() == alert.to_row()
    assert Alert.of(alert.to_row()).sentence == alert.sentence
    seen = alert.acknowledged("Li")
    assert (seen.outcome, seen.reason) == ("acknowledged", "Li")
    assert alert.with_case("C-1").case_id == "C-1"
    with pytest.raises(ValueError, match="not on the board: acknowledged"):
        seen.acknowledged("Wang")
    with pytest.raises(ValueError, match="Say who acknowledges"):
        alert.acknowledged(" ")


def test_alerts_of_windows_long_past_can_be_left_out() -> None:
    answers = weeks_of_answers([*STEADY, (60, 20, 20)])
    assert watch([NPS], answers=answers, now=START + 20 * WEEK, since=START + 15 * WEEK) == ()


def test_poisson_tail_agrees_with_the_sum_of_its_terms() -> None:
    # 1 − exp(−2) · (1 + 2 + 2 + 4/3), by hand
    assert poisson_tail(4, 2.0) == pytest.approx(1 - np.exp(-2) * (1 + 2 + 2 + 4 / 3), abs=1e-12)


@pytest.mark.parametrize(
    ("keys", "words"),
    [({"watch": "score_drop"}, "needs item"), ({"watch": "cluster"}, "needs by"),
     ({"watch": "surge", "min_windows": 20}, "min_windows may not exceed baseline"),
     ({"watch": "cluster", "by": "code", "window_days": 30, "history_days": 40}, "at least twice as long")],
)  # fmt: skip
def test_a_rule_that_cannot_work_is_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        AlertRule(id="x", **keys)


def test_faults_of_a_file_are_all_told_with_their_lines(tmp_path: Any) -> None:
    file = tmp_path / "alerts.yaml"
    file.write_text(
        "format: 1\nid: a\nversion: 1\nlanguages: [en]\ntitle: {en: A}\nrules:\n"
        "  - {id: one, watch: surge, windw: week}\n  - {id: two, watch: score_drop}\n",
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_alert_rules(file)
    assert "alerts.yaml:7" in str(caught.value)
    assert "alerts.yaml:8" in str(caught.value)


def test_the_shipped_rules_are_kept_and_read_back_as_settings() -> None:
    for rule in shipped_alert_rules():
        assert AlertRule.model_validate(rule.model_dump(mode="json")) == rule
        assert rule.kind == "alert_rule"
        assert rule.title is not None
        assert rule.title.zh
