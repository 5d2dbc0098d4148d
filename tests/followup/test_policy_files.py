"""Policies: what may be written, what contradicts itself, and which target holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.calendar.load import load_calendar, shelf, shipped_calendars
from closeloop.followup.clock.policy import TARGET_CLOCKS, Circumstances, Policy
from closeloop.followup.clock.policy_check import check_policy
from closeloop.followup.clock.policy_file import load_policy, shipped_policies

CALENDARS = shelf([load_calendar(name) for name in shipped_calendars()])


def policy(calendar: str = "weekdays-9-17", **targets: Any) -> Policy:
    return Policy.model_validate({"id": "p", "title": "P", "calendar": calendar, "targets": targets})


def test_the_default_sets_one_target_and_says_where_it_comes_from() -> None:
    found = load_policy("default")
    (only,) = found.targets.first_response
    assert (only.amount, only.unit) == (24, "calendar_hours")
    assert only.source is not None
    assert "24" in only.source.en
    assert "24" in only.source.zh
    assert [clock for clock in TARGET_CLOCKS if getattr(found.targets, clock)] == ["first_response"]
    assert found.warn_at == (50, 75, 100)


@pytest.mark.parametrize("name", ["default", "example"])
def test_the_shipped_policies_are_sound_and_come_back_from_storage(name: str) -> None:
    assert name in shipped_policies()
    found = load_policy(name)
    assert list(check_policy(found, CALENDARS)) == []
    assert Policy.model_validate(found.model_dump(mode="json")) == found


def test_the_most_special_target_holds_and_of_equals_the_first() -> None:
    found = policy(
        resolution=[
            {"amount": 9, "unit": "working_days"},
            {"amount": 5, "unit": "working_days", "kind": "complaint"},
            {"amount": 4, "unit": "working_days", "channel": "social"},
            {"amount": 2, "unit": "working_days", "channel": "social", "severity": ["major", "severe"]},
            {"amount": 1, "unit": "working_days", "public_exposure": True, "channel": "social", "severity": "severe"},
        ]
    )

    def amount(**case: Any) -> float | None:
        target = found.target("resolution", Circumstances(**case))
        return None if target is None else target.amount

    assert amount(kind="enquiry") == 9
    assert amount(kind="complaint") == 5
    assert amount(kind="complaint", channel="social") == 5
    assert amount(kind="enquiry", channel="social") == 4
    assert amount(kind="complaint", channel="social", severity="major") == 2
    assert amount(channel="social", severity="severe", public_exposure=True) == 1
    assert found.target("proposal", Circumstances()) is None


@pytest.mark.parametrize("clock", ["acknowledge", "first_response", "next_update", "customer_confirm_wait"])
def test_what_the_customer_waits_for_never_pauses(clock: str) -> None:
    with pytest.raises(ValidationError, match="never pauses"):
        policy(**{clock: [{"amount": 1, "unit": "calendar_hours", "pausable": True}]})


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"amount": 24}, "unit"),
        ({"amount": 24, "unit": "hours"}, "calendar_hours"),
        ({"amount": 0, "unit": "calendar_hours"}, "greater than 0"),
        ({"amount": 1.5, "unit": "working_days"}, "whole numbers, not 1.5"),
        ({"amount": 1, "unit": "working_days", "max_pause": {"amount": 1, "unit": "working_days"}}, "never pauses"),
        ({"amount": True, "unit": "working_days"}, "valid"),
    ],
)
def test_a_target_that_cannot_be_is_refused(target: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        policy(resolution=[target])


def test_an_answer_after_the_end_is_refused_case_by_case() -> None:
    with pytest.raises(ValidationError, match="an answer cannot come after the end"):
        policy(
            first_response=[{"amount": 24, "unit": "calendar_hours"}],
            resolution=[{"amount": 8, "unit": "calendar_hours"}],
        )
    with pytest.raises(ValidationError, match="an answer cannot come after the end"):
        policy(
            first_response=[{"amount": 24, "unit": "calendar_hours"}],
            resolution=[
                {"amount": 48, "unit": "calendar_hours"},
                {"amount": 12, "unit": "calendar_hours", "severity": "severe", "channel": "social"},
            ],
        )


def test_units_that_differ_are_compared_on_the_calendar() -> None:
    fine = policy(
        first_response=[{"amount": 8, "unit": "calendar_hours"}], resolution=[{"amount": 2, "unit": "working_days"}]
    )
    assert list(check_policy(fine, CALENDARS)) == []
    wrong = policy(
        first_response=[{"amount": 24, "unit": "calendar_hours"}], resolution=[{"amount": 1, "unit": "business_hours"}]
    )
    (found,) = check_policy(wrong, CALENDARS)
    assert found.rule == "P02"
    assert "24 calendar hours" in str(found.message)
    (missing,) = check_policy(policy("moon"), CALENDARS)
    assert missing.rule == "P01"


def test_every_fault_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "faulty.policy.yaml"
    file.write_text(
        "format: 1\nid: faulty\nlanguages: [en]\ntitle: Faulty\ncalendar: 24x7\nwarn_at: [50, 50]\ntargets:\n"
        "  first_response:\n    - {amount: 24}\n  resolution:\n"
        "    - {amount: 4, unit: business_hours, severty: minor}\n"
        "    - {amount: 2, unit: business_hours, severity: huge}\n  answer: []\n",
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_policy(file)
    told = sorted((found.line, found.code) for found in caught.value.findings)
    assert told == [
        (6, "warn_twice"),
        (9, "missing_key"),
        (11, "unknown_key"),
        (12, "not_a_choice"),
        (13, "unknown_key"),
    ]
    assert "severity" in str(caught.value)


def test_contradictions_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "twice.policy.yaml"
    file.write_text(
        "format: 1\nid: twice\nlanguages: [en]\ntitle: Twice\ncalendar: 24x7\ntargets:\n  first_response:\n"
        "    - {amount: 24, unit: calendar_hours}\n    - {amount: 12, unit: calendar_hours, pausable: true}\n"
        "  resolution:\n    - {amount: 8, unit: calendar_hours}\n",
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_policy(file)
    told = sorted((found.line, found.code) for found in caught.value.findings)
    assert told == [(8, "response_after"), (9, "never_pausable"), (9, "target_twice")]
