"""What triage makes of a file: which rule counts, who is suppressed and why, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.errors import SurveyDefinitionError
from closeloop.followup.rules.response_rule import ResponseRule
from closeloop.followup.rules.rule_file import load_response_rules, shipped_response_rules
from closeloop.followup.triage.known import Known, KnownCase
from closeloop.followup.triage.plan import TriagePlan, plan
from closeloop.followup.triage.result import reconciled
from closeloop.followup.triage.rows import ResponseRow
from closeloop.text import set_language

SURVEY = cl.load_survey("relationship-nps")
NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def answers(*rows: dict[str, Any]) -> cl.Responses:
    """Return responses; what a row does not say is blank."""
    filled = [{"response_id": f"r{i}", "answered_at": "2026-03-01 10:00", **row} for i, row in enumerate(rows, 1)]
    names = dict.fromkeys(("respondent_id", "recommend", "why", "callback", *(name for row in filled for name in row)))
    columns = {name: [str(row.get(name, "")) for row in filled] for name in names}
    return cl.read_responses(pd.DataFrame(columns), SURVEY)


def planned(responses: cl.Responses, **options: Any) -> TriagePlan:
    return plan(responses.accepted, SURVEY, now=NOW, ledger=responses.ledger, **options)


def known_after(found: TriagePlan, **options: Any) -> Known:
    return Known.of(found.rows, **options)


def test_the_first_rule_opens_and_the_others_are_noted() -> None:
    found = planned(answers({"respondent_id": "a", "recommend": 3, "callback": "yes", "why": "Too slow"}))
    (case,) = found.opens
    assert case.fields["rule_id"] == "detractor"
    assert case.also == ("callback",)
    assert found.rows[0].matched == ("detractor", "callback")
    assert case.fields["words"] == "Too slow"
    assert case.fields["contact"] == "Customer number: a"
    assert case.fields["score"] == 3
    assert case.at == dt.datetime(2026, 3, 1, 2, tzinfo=dt.UTC)  # the survey asks in Shanghai


@pytest.mark.parametrize(("points", "opens"), [(6, 1), (7, 0)])
def test_a_detractor_ends_at_six(points: int, opens: int) -> None:
    assert len(planned(answers({"recommend": points})).opens) == opens


def test_what_nobody_answered_is_no_match_even_for_unequal() -> None:
    rule = ResponseRule(id="not-ten", when="{effort} != 7")
    found = planned(answers({"recommend": 9}, {"recommend": 9, "effort": 5}), rules=[rule])
    assert [case.key[1] for case in found.opens] == ["r2"]


def test_a_hidden_field_that_no_item_asks_for_can_be_a_condition() -> None:
    rule = ResponseRule(id="key-account", when="{plan} = 'gold' and {recommend} <= 8", severity="severe")
    found = planned(answers({"recommend": 8, "plan": "Gold"}, {"recommend": 8, "plan": "tin"}), rules=[rule])
    assert [(case.key[1], case.fields["severity"]) for case in found.opens] == [("r1", "severe")]


def test_a_question_of_several_answers_can_be_a_condition() -> None:
    rule = ResponseRule(id="billing", when="{pains} contains 'billing'")
    found = planned(
        answers({"recommend": 8, "pains": "Price, Billing"}, {"recommend": 8, "pains": "Price"}), rules=[rule]
    )
    assert [case.key[1] for case in found.opens] == ["r1"]


def test_a_rule_about_something_the_responses_lack_is_said_and_not_applied() -> None:
    found = planned(answers({"recommend": 9}), rules=[ResponseRule(id="gold", when="{plan} = 'gold'")])
    assert found.result.not_applied == {"gold": ("plan",)}
    assert "The rule gold was not applied: these responses have no {plan}." in map(str, found.result.notes)


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="The rule detractor is there twice for the survey relationship-nps"):
        planned(answers({"recommend": 9}), rules=[ResponseRule(id="detractor", when="{recommend} <= 3")])


def test_the_shipped_rules_apply_where_a_survey_has_what_they_ask_about() -> None:
    rules = shipped_response_rules()
    found = planned(answers({"recommend": 9, "why": "建议增加夜间配送。"}, {"recommend": 2}), rules=rules)
    assert [(case.fields["kind"], case.also) for case in found.opens] == [
        ("suggestion", ()), ("complaint", ("low-recommendation",)),
    ]  # fmt: skip
    assert set(found.result.not_applied) == {"key-account"}
    for rule in rules:
        assert ResponseRule.model_validate(rule.model_dump(mode="json")) == rule


def test_faults_of_a_file_of_rules_are_told_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(
        "format: 1\nid: a\nversion: 1\nlanguages: [en]\ntitle: {en: A}\nrules:\n"
        '  - {id: one, when: "{a} <=", severity: minor}\n  - {id: two, when: "{a} = 1", severity: huge}\n',
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_response_rules(file)
    assert "rules.yaml:7" in str(caught.value)
    assert "rules.yaml:8" in str(caught.value)


def test_a_rule_for_another_survey_is_left_alone() -> None:
    rule = ResponseRule(id="low", when="{recommend} <= 8", surveys=("transaction-csat",))
    assert not planned(answers({"recommend": 8}), rules=[rule]).opens


def test_within_the_quiet_period_no_second_case_opens_and_the_answer_is_noted_on_the_first() -> None:
    found = planned(answers(
        {"respondent_id": "a", "recommend": 2, "answered_at": "2026-03-01"},
        {"respondent_id": "a", "recommend": 1, "answered_at": "2026-03-30 23:59", "why": "Still"},
        {"respondent_id": "a", "recommend": 0, "answered_at": "2026-03-31"},
    ))  # fmt: skip
    assert [case.key[1] for case in found.opens] == ["r1", "r3"]
    (note,) = found.notes
    assert (note.case_id, note.kind, note.reason, note.words) == (
        found.opens[0].case_id,
        "again",
        "quiet_period",
        "Still",
    )
    assert found.result.suppressed == {"quiet_period": 1}


def test_a_rule_without_quiet_days_opens_each_time() -> None:
    rule = ResponseRule(id="low", when="{overall} <= 2")
    rows = [{"respondent_id": "a", "overall": 1, "answered_at": f"2026-03-0{day}"} for day in (1, 2)]
    assert len(planned(answers(*rows), rules=[rule]).opens) == 2


def test_safety_is_exempt_from_quiet_days_even_if_another_rule_comes_first() -> None:
    rule = ResponseRule(id="unsafe", when="{why} contains 'smoke'", severity="severe", safety=True, quiet_days=90)
    found = planned(answers(
        {"respondent_id": "a", "recommend": 2, "answered_at": "2026-03-01"},
        {"respondent_id": "a", "recommend": 2, "answered_at": "2026-03-02", "why": "There was smoke"},
    ), rules=[rule])  # fmt: skip
    assert [(c.key[1], c.fields["rule_id"], c.fields["safety"], c.fields["severity"]) for c in found.opens] == [
        ("r1", "detractor", False, "major"), ("r2", "detractor", True, "severe"),
    ]  # fmt: skip


def test_a_suggestion_opens_a_case_of_that_kind_and_keeps_no_complaint_quiet() -> None:
    rule = ResponseRule(id="idea", when="{comment.kind} = 'suggestion'", opens="suggestion", quiet_days=60)
    found = planned(answers(
        {"respondent_id": "a", "recommend": 9, "answered_at": "2026-03-01", "why": "I would suggest a later hour."},
        {"respondent_id": "a", "recommend": 1, "answered_at": "2026-03-05", "why": "It broke."},
        {"respondent_id": "b", "recommend": 10, "why": "建议增加夜间配送。"},
        {"respondent_id": "c", "recommend": 10, "why": "All good."},
    ), rules=[rule])  # fmt: skip
    assert {case.key[1]: case.fields["kind"] for case in found.opens} == {
        "r1": "suggestion", "r2": "complaint", "r3": "suggestion",
    }  # fmt: skip


def test_an_enquiry_opens_a_case_of_that_kind() -> None:
    rule = ResponseRule(id="question", when="{comment.kind} = 'enquiry'", opens="enquiry")
    found = planned(
        answers({"recommend": 9, "why": "请问怎么修改地址？"}, {"recommend": 9, "why": "很好"}), rules=[rule]
    )
    assert [case.fields["kind"] for case in found.opens] == ["enquiry"]


@pytest.mark.parametrize(
    ("points", "words", "odd"),
    [(10, "I am furious", True), (10, "Thank you, great service", False), (2, "非常感谢，太棒了", True),
     (2, "气死我了", False),
     (8, "I am furious", False), (10, "", False)],
)  # fmt: skip
def test_a_comment_that_does_not_fit_the_score_is_noted_and_opens_nothing(points: int, words: str, odd: bool) -> None:
    rule = ResponseRule(id="odd", when="{comment.mismatch} = true", opens="nothing")
    found = planned(answers({"recommend": points, "why": words}), rules=[rule])
    assert ("odd" in found.rows[0].matched) is odd
    assert len(found.opens) == (points <= 6)


def test_a_drop_against_the_customers_own_best_of_the_year_opens_a_case() -> None:
    rule = ResponseRule(id="drop", when="{drop.recommend} >= 2", severity="major")
    found = planned(answers(
        {"respondent_id": "a", "recommend": 10, "answered_at": "2025-06-01"},
        {"respondent_id": "a", "recommend": 9, "answered_at": "2025-12-01"},
        {"respondent_id": "a", "recommend": 8, "answered_at": "2026-03-01"},
        {"respondent_id": "a", "recommend": 8, "answered_at": "2026-11-02"},
        {"respondent_id": "b", "recommend": 8, "answered_at": "2026-03-01"},
    ), rules=[rule])  # fmt: skip
    assert [case.key[1] for case in found.opens] == ["r3"]


def test_an_early_answer_that_comes_late_shows_a_drop_in_an_answer_that_is_known_already() -> None:
    rule = ResponseRule(id="drop", when="{drop.recommend} >= 2")
    late = answers({"respondent_id": "a", "recommend": 8, "response_id": "new", "answered_at": "2026-03-01"})
    early = answers({"respondent_id": "a", "recommend": 10, "response_id": "old", "answered_at": "2026-01-01"})
    before = planned(late, rules=[rule])
    assert not before.opens
    after = planned(early, rules=[rule], known=known_after(before))
    assert [case.key[1] for case in after.opens] == ["new"]
    assert "words" not in after.opens[0].fields  # they are not kept outside a case


def test_a_rule_on_history_may_use_nothing_else() -> None:
    with pytest.raises(ValueError, match=r"may use \{drop.…\} and \{best.…\} only"):
        ResponseRule(id="drop", when="{drop.recommend} >= 2 and {plan} = 'gold'")


def test_a_customer_who_complained_by_telephone_gets_no_second_case() -> None:
    known = Known.of([])
    subject = planned(answers({"respondent_id": "a", "recommend": 2})).rows[0].subject_id
    called = KnownCase(case_id="C-PHONE", subject_id=subject, received_at=dt.datetime(2026, 2, 20, tzinfo=dt.UTC))
    known = Known.of([], by_hand=[called])
    found = planned(answers({"respondent_id": "a", "recommend": 2}), known=known)
    assert found.opens == ()
    assert (found.rows[0].reason, found.rows[0].case_id) == ("already_a_case", "C-PHONE")
    asked = KnownCase(case_id="C-ASKED", subject_id=subject, received_at=called.received_at, kind="enquiry")
    assert len(planned(answers({"respondent_id": "a", "recommend": 2}), known=Known.of([], by_hand=[asked])).opens) == 1


def test_responses_without_respondent_are_customers_of_their_own() -> None:
    found = planned(answers({"recommend": 2}, {"recommend": 2, "answered_at": "2026-03-02"}))
    assert len(found.opens) == len({row.subject_id for row in found.rows}) == 2
    assert found.result.n_anonymous == 2


def test_answers_without_a_time_open_a_case_each_received_now() -> None:
    rows = [{"respondent_id": "a", "recommend": 2, "answered_at": ""}, {"respondent_id": "a", "recommend": 3}]
    found = planned(answers(*rows))
    assert len(found.opens) == 2
    assert found.opens[0].at == found.opens[0].fields["received_at"] == NOW
    assert "1 have no time of answer" in str(found.result)


def test_an_answer_dated_in_the_future_is_received_now_and_said() -> None:
    found = planned(answers({"recommend": 2, "answered_at": "2027-01-01"}))
    assert found.opens[0].at == NOW
    assert found.rows[0].answered_at == dt.datetime(2026, 12, 31, 16, tzinfo=dt.UTC)
    assert found.result.n_future == 1


def test_test_answers_and_screened_out_ones_never_qualify() -> None:
    found = planned(answers({"recommend": 0, "status": "test"}, {"recommend": 0, "status": "screened_out"}))
    assert (len(found.rows), found.opens) == (2, ())


def test_a_public_channel_raises_the_severity_and_is_marked() -> None:
    found = planned(answers({"recommend": 2, "channel_source": "Weibo"}, {"recommend": 2, "channel_source": "app"}))
    assert [(c.fields["severity"], c.fields["public_exposure"]) for c in found.opens] == [
        ("severe", True),
        ("major", False),
    ]


@pytest.mark.parametrize(
    ("row", "reachable"),
    [({"respondent_id": "a", "callback": "yes"}, True), ({"respondent_id": "a", "callback": "no"}, False),
     ({"respondent_id": "a"}, False), ({"callback": "yes"}, False)],
)  # fmt: skip
def test_without_a_way_or_consent_there_is_a_case_but_nobody_calls(row: dict[str, Any], reachable: bool) -> None:
    found = planned(answers({"recommend": 2, **row}))
    assert len(found.opens) == 1
    assert found.rows[0].contactable is reachable


def test_an_amended_answer_keeps_its_case_and_is_noted_on_it() -> None:
    before = planned(answers({"respondent_id": "a", "recommend": 2}))
    after = planned(answers({"respondent_id": "a", "recommend": 9}), known=known_after(before))
    assert (after.opens, after.rows[0].outcome, after.rows[0].score) == ((), "case", 9)
    (note,) = after.notes
    assert (note.kind, note.case_id, dict(note.was)) == ("amended", before.opens[0].case_id, {"recommend": 2.0})
    assert after.result.n_amended == 1


def test_an_amended_answer_that_was_suppressed_stays_accounted_for() -> None:
    rows = [{"respondent_id": "a", "recommend": 2}, {"respondent_id": "a", "recommend": 3, "answered_at": "2026-03-02"}]
    before = planned(answers(*rows))
    rows[1]["recommend"] = 10
    after = planned(answers(*rows), known=known_after(before))
    assert [row.reason for row in after.rows] == ["amended"]
    assert after.result.suppressed == {"amended": 1}
    assert (after.result.n_qualifying, after.result.n_cases) == (2, 1)


def test_an_amended_answer_that_now_calls_for_somebody_opens_a_case() -> None:
    before = planned(answers({"respondent_id": "a", "recommend": 9}))
    after = planned(answers({"respondent_id": "a", "recommend": 1}), known=known_after(before))
    assert len(after.opens) == 1


def test_of_rows_with_one_id_the_one_answered_last_counts() -> None:
    responses = answers({"response_id": "x", "recommend": 9}, {"response_id": "y", "recommend": 9})
    frame = responses.accepted.copy()
    twice = pd.concat([frame, frame.iloc[[0]].assign(recommend=pd.array([1], dtype="Int8"))], ignore_index=True)
    twice.loc[2, "answered_at_utc"] = twice.loc[0, "answered_at_utc"] + DAY
    found = plan(twice, SURVEY, now=NOW)
    assert [case.key[1] for case in found.opens] == ["x"]
    assert found.result.n_repeated == 1


def test_every_row_of_the_file_is_accounted_for_or_it_is_an_error() -> None:
    responses = answers({"recommend": 2}, {"recommend": 11})
    assert dict(planned(responses).result.ledger) == {"rows_in": 2, "accepted": 1, "quarantined": 1, "superseded": 0}
    with pytest.raises(ValueError, match="3 rows came in, but 1 accepted"):
        plan(responses.accepted, SURVEY, now=NOW, ledger=responses.ledger | {"rows_in": 3})
    with pytest.raises(ValueError, match="0 accepted rows are at hand"):
        plan(responses.accepted.iloc[:0], SURVEY, now=NOW, ledger=responses.ledger)


@pytest.mark.parametrize(
    "lost",
    [{"outcome": "", "case_id": ""}, {"outcome": "suppressed", "reason": "", "case_id": "C-1"},
     {"outcome": "case", "case_id": ""}],
)  # fmt: skip
def test_a_qualifying_response_without_case_or_reason_is_an_error(lost: dict[str, Any]) -> None:
    row = ResponseRow(survey_id="s", response_id="r9", subject_id="S-1", qualifies=True, rule_id="low", **lost)
    with pytest.raises(ValueError, match=r"1 qualifying responses have neither a case nor a reason why not: r9\."):
        reconciled([row], survey=SURVEY, rules=[], known=Known(), opened=[], merged=[], not_applied={}, repeated=0,
                   ledger=None, now=NOW)  # fmt: skip


def test_now_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        plan(answers({"recommend": 2}).accepted, SURVEY, now=dt.datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_empty_file_is_a_result_too() -> None:
    found = plan(answers({"recommend": 2}).accepted.iloc[:0], SURVEY, now=NOW)
    assert (found.rows, found.opens) == ((), ())
    assert str(found.result.sentence) == "None of 0 responses calls for somebody; 0 cases were opened now."


def test_a_case_id_that_is_taken_is_not_given_again() -> None:
    first = planned(answers({"recommend": 2})).opens[0].case_id
    found = planned(answers({"recommend": 2}), known=Known.of([], case_ids=[first]))
    assert found.opens[0].case_id != first
    assert found.rows[0].case_id == found.opens[0].case_id


def test_no_word_of_the_customers_is_in_a_row_that_is_kept() -> None:
    found = planned(answers({"respondent_id": "Li Lei", "recommend": 2, "why": "secret words"}))
    row = found.rows[0]
    kept = str(row.to_response()) + str(row.to_alert(NOW))
    assert "secret" not in kept
    assert "Li Lei" not in kept


def test_result_says_the_same_in_chinese_and_as_json() -> None:
    result = planned(answers({"respondent_id": "a", "recommend": 2, "callback": "yes"}, {"recommend": 9})).result
    said = result.to_dict()
    assert (said["kind"], said["n_qualifying"], said["rows"][0]["n_contactable"]) == ("triage", 1, 1)
    set_language("zh-CN")
    assert str(result.sentence) == "2 份答卷中有 1 份需要跟进：1 份已有个案（本次新建 1 个），0 份因故未建；无一遗漏。"
    assert "无一遗漏" in result._repr_html_()


def test_the_figure_shows_every_step() -> None:
    pytest.importorskip("matplotlib")
    rows: list[dict[str, Any]] = [{"respondent_id": "a", "recommend": 2}] * 2 + [{"recommend": 9}]
    chart = planned(answers(*rows)).result.plot()
    texts = {text.get_text() for axes in chart.figure.axes for text in axes.texts}
    assert texts == {"3", "2", "1 + quiet period: 1"}
