"""SMART: what an action lacks, in both languages, and what only a person can say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from closeloop.rootcause.worksheet.checks.smart import smart_findings
from closeloop.rootcause.worksheet.worksheet import worksheet

CLEAN: dict[str, dict[str, Any]] = {
    "en": {
        "what": "Let agents refund up to 200 yuan during the call", "metric": "settled in the first call",
        "baseline": 22.0, "target": 60.0, "unit": "%", "owner": "Wang Li", "accepted": True,
        "cause": "nobody on the phone may decide", "due": dt.date(2026, 10, 31),
    },
    "zh-CN": {
        "what": "让客服在通话中可退 200 元以内", "metric": "首次通话办结率",
        "baseline": 22.0, "target": 60.0, "unit": "%",
        "owner": "王丽", "accepted": True, "cause": "电话里没有人能拍板", "due": "2026-10-31",
    },
}  # fmt: skip
LANGUAGES = tuple(CLEAN)


def rules(language: str, **changes: Any) -> list[tuple[str, str]]:
    """Give rule and level of what is found, without what is asked of a person."""
    found = smart_findings(**CLEAN[language] | changes)
    return [(each.rule, each.level) for each in found if not each.rule.endswith("-ask")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clean_action_leaves_two_questions_to_a_person(language: str) -> None:
    found = smart_findings(**CLEAN[language])
    assert [(each.rule, each.level) for each in found] == [("smart-M-ask", "info"), ("smart-A-ask", "info")]
    assert all(each.suggestion for each in found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("slot", "rule"),
    [
        ("what", "smart-S"), ("metric", "smart-M"), ("baseline", "smart-M"), ("target", "smart-M"), ("unit", "smart-M"),
        ("owner", "smart-A"), ("cause", "smart-R"), ("due", "smart-T"),
    ],
)  # fmt: skip
def test_each_letter_is_missed_where_it_is_missing(language: str, slot: str, rule: str) -> None:
    for nothing in (None, "") if slot not in {"baseline", "target"} else (None,):
        assert rules(language, **{slot: nothing}) == [(rule, "error")]


@pytest.mark.parametrize(
    ("language", "what"),
    [
        ("en", "Improve the service"), ("en", "Refund customers as soon as possible"),
        ("en", "Raise awareness of quality"),
        ("zh-CN", "进一步加强服务意识"), ("zh-CN", "尽快联系客户"), ("zh-CN", "优化流程"),
    ],
)  # fmt: skip
def test_talk_without_content_is_not_specific(language: str, what: str) -> None:
    assert rules(language, what=what) == [("smart-S", "warn")]


@pytest.mark.parametrize(("language", "what"), [("en", "Customer satisfaction"), ("zh-CN", "客户满意度")])
def test_a_thing_without_a_verb_is_not_specific(language: str, what: str) -> None:
    assert rules(language, what=what) == [("smart-S", "warn")]


@pytest.mark.parametrize(("language", "what"), [("en", "Train them"), ("zh-CN", "培训")])
def test_a_verb_without_an_object_is_not_specific(language: str, what: str) -> None:
    assert rules(language, what=what) == [("smart-S", "warn")]


@pytest.mark.parametrize(
    ("language", "what"),
    [
        ("en", "Call every customer back within one working day"),
        ("en", "Zhao will check the dispatch list each Monday"),
        ("en", "The desk sends a message when the case moves"), ("en", "Replace the form by two questions"),
        ("zh-CN", "每周一核对寄件清单"), ("zh-CN", "把退款额度下放到一线"), ("zh-CN", "回访近三个月投诉的客户"),
        ("zh-CN", "在开票前由第二人复核金额"),
    ],
)  # fmt: skip
def test_actions_as_people_write_them_are_specific(language: str, what: str) -> None:
    assert rules(language, what=what) == []


def test_a_script_that_the_lists_do_not_know_is_left_to_a_person() -> None:
    assert rules("en", what="Вернуть деньги клиенту") == [("smart-S", "info")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_target_that_is_the_value_of_today_measures_nothing(language: str) -> None:
    assert rules(language, target=22.0) == [("smart-M", "error")]
    assert rules(language, target=0.0) == []  # zero is a value


@pytest.mark.parametrize(
    ("language", "owner"), [("en", "Marketing"), ("en", "the whole team"), ("zh-CN", "市场部"), ("zh-CN", "大家")]
)
def test_a_group_cannot_accept(language: str, owner: str) -> None:
    assert rules(language, owner=owner) == [("smart-A", "warn")]


@pytest.mark.parametrize(
    ("language", "owner"), [("en", "Head of marketing"), ("zh-CN", "市场部主管"), ("zh-CN", "部长王丽")]
)
def test_somebody_who_leads_a_group_can(language: str, owner: str) -> None:
    assert rules(language, owner=owner) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_owner_who_has_not_accepted_is_graver_than_one_who_was_not_asked(language: str) -> None:
    assert rules(language, accepted=None) == [("smart-A", "warn")]
    assert rules(language, accepted=False) == [("smart-A", "error")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_exists_in_both_languages(language: str) -> None:
    found = smart_findings(
        what="", metric="", baseline=None, target=None, unit="", owner="", accepted=None, cause="", due=None
    )
    assert {each.rule for each in found} == {"smart-S", "smart-M", "smart-A", "smart-R", "smart-T"}
    assert all(each.in_language(language) for each in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_of_a_worksheet_says_the_same(language: str) -> None:
    answers = CLEAN[language] | {"target": 22, "baseline": 22}
    sheet = worksheet("smart").fill(**answers)
    found = [(each.rule, each.level, each.at) for each in sheet.findings() if each.rule == "smart-M"]
    assert found == [("smart-M", "error", "target")]
