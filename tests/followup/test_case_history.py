"""What a person reads of a case: its log in words, and what can be done next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from closeloop.followup.case.allowed import allowed, allowed_events
from closeloop.followup.case.examples import load_example
from closeloop.followup.case.history import history
from closeloop.followup.commands.context import Context
from closeloop.followup.state import CaseState
from closeloop.text import set_language

Make = Callable[..., Any]


def test_the_log_is_in_words_and_local_time() -> None:
    log = history(load_example("ecommerce").events("en")["C-SAMPLES1"])
    rows = log.rows()
    assert (rows[0]["when"], str(rows[0]["what"])) == ("2026-03-02 09:10", "Open a case")
    assert "Channel: telephone" in str(rows[0]["said"])
    assert "Received: 2026-03-02 09:05" in str(rows[0]["said"])
    step = next(row for row in rows if row["type"] == "Agreed")
    assert "Solution and risks proposed → Agreed with the customer" in str(step["said"])
    assert str(log.sentence) == "Events: 46, people: 3, from 2026-03-02 to 2026-04-06."
    set_language("zh")
    assert str(log.rows()[0]["what"]) == "建立个案"
    assert "渠道：电话" in str(log.rows()[0]["said"])


def test_what_is_private_stays_masked_everywhere() -> None:
    log = history(load_example("ecommerce").events("en")["C-SAMPLES1"])
    shown = log.to_frame().to_string() + str(log.to_dict()) + log._repr_html_() + str(log)
    assert "characters, sealed" in shown
    assert "smoked" not in shown.replace("Smoke on the second day", "")


def test_hostile_text_does_no_harm(new_case: Make) -> None:
    case = new_case().play("propose")
    case.do(
        "add_task", what="<script>alert(1)</script> | =1+1", owner="<b>wu</b>", due_on="2026-03-09", actor="<i>x</i>"
    )
    shown = history(case.events)._repr_html_()
    assert "<script>" not in shown
    assert "<i>x</i>" not in shown


def test_events_of_other_systems_are_told_as_they_are(new_case: Make) -> None:
    case = new_case().play("assign")
    case.take("TicketTouched", by="crm", tags=["a", "b"], flag=True)
    row = history(case.events).rows()[-1]
    assert (str(row["what"]), str(row["said"])) == ("TicketTouched", "by: crm; tags: a and b; flag: yes")


def test_an_empty_log_says_so() -> None:
    log = history([])
    assert str(log.sentence) == "Nothing has happened yet."
    assert "Nothing has happened" in log.plot().alt


def test_what_can_be_done_next_names_the_unmet_guards_in_both_languages(new_case: Make) -> None:
    case = new_case().play("confirm_nature", without={"code", "playback"})
    steps = {step.event: step for step in allowed(case.state, Context(now=case.now))}
    assert list(steps) == ["confirm_nature", "reject", "withdraw", "merge"]
    step = steps["confirm_nature"]
    assert (step.to, step.is_ready, step.to_say) == ("confirmed", False, ())
    assert [text.en.split(":")[0] for text in step.unmet] == [
        "The type of conflict is not named", "It is not known what the customer wants to have done",
        "The customer has not agreed to our summary",
    ]  # fmt: skip
    assert [text.zh.split("：")[0] for text in step.unmet] == [
        "尚未归类冲突类型",
        "尚不清楚客户希望如何解决",
        "客户尚未认可我方的复述",
    ]


def test_what_the_call_itself_says_is_told_apart(new_case: Make) -> None:
    case = new_case().play("acknowledge")
    step = allowed(case.state, Context(now=case.now))[0]
    assert step.is_ready
    assert [text.en[:26] for text in step.to_say] == ["The customer has not been "]


@pytest.mark.parametrize("until", ["acknowledge", "propose", "agree", "resolve", "close", ""])
def test_what_is_ready_can_be_done(until: str, new_case: Make) -> None:
    """Where nothing is missing and nothing has to be said, the bare call goes through."""
    case = new_case().play(until)
    for step in allowed(case.state, Context(now=case.now)):
        if step.is_ready and not step.to_say:
            assert case.decide(step.event)[0].payload["to"] == step.to


def test_the_table_of_steps_shows_in_both_languages(new_case: Make) -> None:
    case = new_case().play("acknowledge", without={"assign"})
    steps = allowed_events(case.state, Context(now=case.now))
    assert len(steps) == 4
    assert steps["acknowledge"].to == "acknowledged"
    assert str(steps.sentence) == "The case is “Received”. Nothing has to be recorded first for: Withdrawn, Merge."
    assert "It has no owner" in steps._repr_html_()
    assert steps.to_dict()["rows"][0]["unmet"]["zh-CN"].startswith("尚无负责人")
    set_language("zh")
    assert "尚无负责人" in str(steps)
    assert "已接收" in steps.plot().alt


def test_a_merged_case_has_no_next_step() -> None:
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    steps = allowed_events(CaseState(case_id="C-1", version=1, stage="merged"), Context(now=now))
    assert len(steps) == 0
    assert "nothing leads on" in str(steps.sentence)
