"""Commands become events: fields are checked, private texts set apart, defaults said."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from closeloop.errors import CaseTransitionError, CloseloopError, SurveyDefinitionError
from closeloop.followup.commands.context import Context
from closeloop.followup.commands.decide import decide
from closeloop.followup.commands.table import argument, command_table, load_commands
from closeloop.followup.privacy.screening import screen
from closeloop.followup.state import CaseState
from closeloop.survey.shipped import data_folder
from closeloop.text import set_language
from closeloop.themes.codebooks.codebook_file import load_codebook, shipped_codebooks

Make = Callable[..., Any]
FILE = data_folder("followup") / "commands.yaml"
VOCABULARY = """
acknowledge Acknowledged, confirm_nature NatureConfirmed, start_analysis AnalysisStarted, propose Proposed, agree
Agreed, refuse Refused, start ImplementationStarted, resolve Resolved, effect_short EffectShort, customer_confirms
CustomerConfirmed, customer_denies CustomerDenied, no_answer_timeout NoAnswerTimeout, review Reviewed, close Closed,
reopen Reopened, appeal Appealed, late_confirm LateConfirmed, reject Rejected, withdraw Withdrawn, merge Merged,
go_external WentExternal, ruling RulingReceived, open_case CaseOpened, record_contact ContactAttempted,
customer_message CustomerMessage, playback PlaybackAgreed, add_fact FactAdded, add_evidence EvidenceAdded,
add_stakeholder StakeholderAdded, focus FocusSet, link_cause CauseLinked, add_option OptionAdded, change_option
OptionChanged, score_option OptionScored, assess_risk RiskAssessed, approve Approved, offer Offered, add_task TaskAdded,
task_done TaskDone, change_task TaskChanged, promise PromiseMade, keep_promise PromiseKept, break_promise PromiseBroken,
hold HoldStarted, resume HoldEnded, assign OwnerChanged, add_watcher WatcherAdded, set_severity SeveritySet, code Coded,
set_policy PolicyApplied, escalate Escalated, draw_lot LotDrawn, ack_escalation EscalationAcked, review_effect
EffectReviewed, lesson LessonRecorded, schedule_remeasure RemeasureScheduled, remeasure RemeasureReceived,
record_negotiation NegotiationRecorded, split Split, correct Corrected
"""


def test_the_vocabulary_is_complete() -> None:
    pairs = [tuple(each.split()) for each in VOCABULARY.split(",")]
    table = command_table()
    assert {name: command.event for name, command in table.commands.items()} == dict(pairs)  # type: ignore[arg-type]
    assert set(table.derived) == {"ClockWarned", "ClockBreached", "ClockMet", "PiiRevealed", "PiiErased"}


def test_everything_has_words_in_both_languages() -> None:
    table = command_table()
    words = [text for command in table.commands.values() for text in (command.label, command.help)]
    words += [text for c in table.commands.values() for f in c.fields.values() for text in (f.label, f.help)]
    words += [text for choices in table.choices.values() for text in choices.values()]
    words += list(table.derived.values())
    assert all(text.en.strip() and re.search("[\u4e00-\u9fff\\d]", text.zh) for text in words)
    assert all(command.help.en.endswith(".") and command.help.zh.endswith("。") for command in table.commands.values())
    assert not [text.zh for text in words if re.search("[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]", text.zh)]


def test_the_fields_that_hold_what_people_said_are_private() -> None:
    private = {(name, key) for name, c in command_table().commands.items() for key, f in c.fields.items() if f.private}
    assert private == {
        ("open_case", "words"), ("open_case", "contact"), ("record_contact", "words"), ("record_contact", "summary"),
        ("customer_message", "words"), ("playback", "summary"), ("add_fact", "text"), ("add_stakeholder", "name"),
        ("refuse", "objection"), ("customer_denies", "objection"), ("customer_confirms", "words"),
        ("late_confirm", "words"), ("withdraw", "words"), ("offer", "words"),
    }  # fmt: skip


def test_the_codebooks_that_fields_name_are_shipped() -> None:
    named = {f.codebook for c in command_table().commands.values() for f in c.fields.values() if f.codebook}
    assert named == {"conflict-types", "emotions", "motives", "cause-classes", "remedy-types"}
    assert named <= set(shipped_codebooks())


def test_private_words_leave_their_length_only(new_case: Make) -> None:
    case = new_case()
    [event] = case.decide("open_case", channel="phone", words="  我叫王芳，又坏了。 ", contact="138 0013 8000")
    assert event.payload["words"] == {"private": 9}
    assert event.private == {"words": "我叫王芳，又坏了。", "contact": "138 0013 8000"}
    assert "王芳" not in str(event.payload)
    assert (event.zone, event.at, event.payload["kind"]) == ("Asia/Shanghai", case.now, "complaint")


def test_free_text_is_screened_and_its_original_becomes_private(new_case: Make) -> None:
    case = new_case(screen=screen).play("propose")
    [event] = case.decide("add_task", what="call 13800138000 back", owner="wu", due_on=dt.date(2026, 3, 5))
    assert "13800138000" not in str(event.payload)
    assert event.private == {"what": "call 13800138000 back"}
    [event] = case.decide("add_task", what="send a new one", owner="wu", due_on="2026-03-05")
    assert (event.payload["what"], dict(event.private)) == ("send a new one", {})
    [event] = case.decide(
        "record_negotiation", positions={"customer": "write to a.b@example.org", "company": "a voucher"},
        shared_interests=["time", "a.b@example.org"],
    )  # fmt: skip
    assert "example.org" not in str(event.payload)
    assert event.payload["positions"]["company"] == "a voucher"
    assert event.private == {
        "positions.customer": "write to a.b@example.org", "shared_interests.1": "a.b@example.org",
    }  # fmt: skip


def test_names_of_ours_are_not_screened(new_case: Make) -> None:
    case = new_case(screen=screen).play("propose")
    [event] = case.decide("assign", owner="wu.fang@shop.example", handover="waits for a part")
    assert event.payload["owner"] == "wu.fang@shop.example"


@pytest.mark.parametrize(
    ("command", "fields", "words"),
    [
        (
            "add_task",
            {"what": "x", "owner": "wu", "due": "2026-03-05"},
            r"no field “due”; did you mean due_on\?.*due_on \(Due\) is missing",
        ),
        ("add_task", {"owner": "wu", "due_on": "2026-03-05"}, r"what \(What\) is missing"),
        ("add_task", {"what": " ", "owner": "wu", "due_on": "2026-03-05"}, r"what \(What\) is missing"),
        ("add_task", {"what": "x", "owner": "wu", "due_on": "5 March"}, r"due_on \(Due\): It should be a day.*5 March"),
        (
            "add_task",
            {"what": "x", "owner": "wu", "due_on": dt.datetime(2026, 3, 5, tzinfo=dt.UTC)},
            "It should be a day",
        ),
        ("add_task", {"what": "x", "owner": "w\nu", "due_on": "2026-03-05"}, "name on one line"),
        ("add_task", {"what": "x", "owner": "w" * 201, "due_on": "2026-03-05"}, "at most 200 characters"),
        ("add_task", {"what": 5, "owner": "wu", "due_on": "2026-03-05"}, r"It should be a text; it is 5"),
        ("add_task", {"what": "\ud83d", "owner": "wu", "due_on": "2026-03-05"}, "Character 1 is half of one"),
        (
            "add_task",
            {"what": "x", "owner": "wu", "due_on": "2026-03-05", "priority": "hihg"},
            "one of high, normal, low; it is hihg",
        ),
        ("add_task", {"what": "x", "owner": "wu", "due_on": "2026-03-05", "depends_on": 3}, "It should be a list"),
        ("add_task", {"what": "x", "owner": "wu", "due_on": "2026-03-05", "depends_on": [3]}, "one of –; it is 3"),
        ("add_stakeholder", {"role": "customer", "attitude": 3, "influence": 1}, "between -2 and 2; it is 3"),
        ("add_stakeholder", {"role": "customer", "attitude": True, "influence": 1}, "whole number; it is true"),
        ("add_stakeholder", {"role": "customer", "attitude": 0.5, "influence": 1}, "whole number; it is 0.5"),
        ("add_option", {"text": "x", "cost": -1}, "at least 0; it is -1"),
        ("add_option", {"text": "x", "cost": float("nan")}, "It should be a number; it is nan"),
        ("add_option", {"text": "x", "interim": "yes"}, "True or False; it is yes"),
        ("add_option", {"text": "x", "steps": "send"}, "Put a single one into brackets"),
        ("record_negotiation", {"positions": "refund"}, "mapping of names to texts"),
        ("promise", {"what": "x", "due_at": "2026-03-05T10:00"}, "has to say its zone"),
        ("promise", {"what": "x", "due_at": "tomorrow"}, "It should be a time"),
        ("promise", {"what": "x", "due_at": 5}, "It should be a time"),
        (
            "score_option",
            {"option": 2, "resources": 1, "time": 1, "people": 1, "customer": 1, "market": 1},
            "one of 14, 15; it is 2",
        ),
        ("code", {"code": "defekt"}, "one of defect, "),
        ("remeasure", {"score": None}, r"score \(Score\) is missing"),
    ],
)
def test_wrong_fields_are_refused_with_what_to_write(
    command: str, fields: dict[str, Any], words: str, new_case: Make
) -> None:
    case = new_case(codes={"conflict-types": ["defect", "attitude"]}).play("score_option")
    with pytest.raises(ValueError, match=words) as refused:
        case.decide(command, **fields)
    assert not isinstance(refused.value, CaseTransitionError)


def test_all_faults_of_the_fields_come_in_one_message(new_case: Make) -> None:
    case = new_case().play("propose")
    with pytest.raises(ValueError, match="owner") as refused:
        case.decide("add_task", what=5, owener="wu", due_on="soon")
    text = str(refused.value)
    assert all(
        word in text for word in ("owener", "did you mean owner", "what (What)", "due_on (Due)", "owner (Owner)")
    )


def test_an_unknown_command_names_the_closest(new_case: Make) -> None:
    with pytest.raises(ValueError, match="Did you mean “acknowledge”"):
        new_case().play("acknowledge").decide("acknowlege")


def test_a_case_is_opened_once_and_before_anything_else(new_case: Make) -> None:
    case = new_case()
    with pytest.raises(CaseTransitionError, match="has not been opened"):
        case.decide("assign", owner="lin")
    case.play("assign")
    with pytest.raises(CaseTransitionError, match="is open already"):
        case.decide("open_case", channel="phone")


def test_times_have_a_zone_are_not_ahead_and_not_before_the_stage(new_case: Make) -> None:
    case = new_case().play("resolve")

    def at(time: dt.datetime, command: str = "resolve") -> Any:
        return decide(
            case.state,
            command,
            {"who": "wu"} if command == "add_watcher" else {},
            at=time,
            actor="lin",
            context=Context(now=case.now),
        )

    with pytest.raises(ValueError, match="time with its zone"):
        at(case.now.replace(tzinfo=None))
    with pytest.raises(ValueError, match="Nothing can be recorded before it has happened"):
        at(case.now + dt.timedelta(minutes=6))
    with pytest.raises(ValueError, match="only since"):
        at(case.now - dt.timedelta(days=2))
    assert at(case.now + dt.timedelta(minutes=4))[0].type == "Resolved"  # clocks of two machines
    assert at(case.now - dt.timedelta(days=2), "add_watcher")  # what only adds may be recorded later


def test_times_and_days_are_written_as_text(new_case: Make) -> None:
    case = new_case().play("propose")
    shanghai = dt.timezone(dt.timedelta(hours=8))
    [event] = case.decide("promise", what="x", due_at=dt.datetime(2026, 3, 5, 18, tzinfo=shanghai))
    assert event.payload["due_at"] == "2026-03-05T10:00:00.000000Z"
    [event] = case.decide("schedule_remeasure", on=dt.date(2026, 5, 1))
    assert event.payload["on"] == "2026-05-01"


def test_a_case_that_has_ended_takes_what_comes_later_and_no_work(new_case: Make) -> None:
    case = new_case().play()
    with pytest.raises(CaseTransitionError, match="Possible: reopen") as refused:
        case.decide("add_task", what="x", owner="wu", due_on="2026-03-09")
    assert refused.value.allowed == ("reopen",)
    case.do("customer_message", channel="email", words="Thank you.")
    case.do("remeasure", score=9, trust=4)
    assert case.state.value("remeasured_score") == 9


def test_a_merged_case_points_to_the_one_that_goes_on(new_case: Make) -> None:
    other = CaseState(case_id="C-2", version=1, stage="analysing", values={"subject_id": "S-1"})
    case = new_case(case=lambda _: other).play("propose")
    case.do("merge", into="C-2")
    assert case.state.value("merged_into") == "C-2"
    with pytest.raises(CaseTransitionError, match="Record it at case C-2"):
        case.decide("customer_message", channel="email", words="?")
    with pytest.raises(CaseTransitionError, match="stays so") as refused:
        case.decide("reopen", reason="x")
    assert refused.value.allowed == ()


def test_work_goes_on_while_an_outside_body_decides(new_case: Make) -> None:
    case = new_case().play("agree")
    case.do("go_external", body="court", options_told="court")
    case.do("add_evidence", kind="other", what="letter to the court")
    assert case.state.stage == "external"


def test_a_refusal_says_what_is_missing_in_both_languages_and_where_one_can_go(new_case: Make) -> None:
    case = new_case().play("acknowledge", without={"assign"})
    with pytest.raises(CaseTransitionError) as refused:
        case.decide("acknowledge")
    error = refused.value
    assert (error.from_stage, error.event, error.allowed) == (
        "received", "acknowledge", ("acknowledge", "reject", "withdraw", "merge"),
    )  # fmt: skip
    assert len(error.unmet) == 2
    assert str(error).count("\n  – ") == 2
    set_language("zh")
    assert "还缺 2 项" in str(error)
    assert "尚无负责人：assign(owner=…)。" in str(error)


def test_a_refusal_of_one_text_works_as_before() -> None:
    error = CaseTransitionError("closed")
    assert (str(error), error.from_stage, error.event, error.allowed, error.unmet) == ("closed", "", "", (), ())
    assert isinstance(error, CloseloopError)


def test_a_correction_is_of_the_kind_of_what_it_corrects(new_case: Make) -> None:
    case = new_case().play("propose")
    first = case.names["first"]
    with pytest.raises(ValueError, match=r"is_ .*at least 0"):
        case.decide("correct", event=first, field="cost", is_=-5, reason="x")
    with pytest.raises(ValueError, match="no field “stage” that can be corrected"):
        case.decide("correct", event=first, field="stage", is_="closed", reason="x")
    with pytest.raises(ValueError, match="recorded nothing that can be corrected"):
        case.decide("correct", event=99, field="cost", is_=5, reason="x")
    with pytest.raises(ValueError, match=r"is_ \(Is\) is missing"):
        case.decide("correct", event=first, field="cost", reason="x")
    opening = case.state.added("openings")[0].seq
    [event] = case.decide("correct", event=opening, field="words", is_="It smoked.", reason="misheard")
    assert event.payload["is"] == {"private": 10}
    assert event.private == {"is": "It smoked."}
    assert event.payload["was"] == {"private": 15}


def test_python_keywords_get_an_underscore() -> None:
    assert [argument(name) for name in ("is", "on", "from")] == ["is_", "on", "from_"]


def test_commands_that_only_add_are_told_from_those_that_set() -> None:
    commands = command_table().commands
    assert commands["add_fact"].is_additive
    assert commands["task_done"].is_additive
    assert not any(
        commands[name].is_additive for name in ("agree", "assign", "hold", "set_severity", "correct", "escalate")
    )


def test_codes_are_those_of_the_codebook_and_unknown_codebooks_are_open(new_case: Make) -> None:
    emotions = [code.id for code in load_codebook("emotions").codes]
    case = new_case(codes={"emotions": emotions}).play("propose")
    case.do("record_contact", direction="inbound", channel="phone", emotion="anger")
    with pytest.raises(ValueError, match="emotion"):
        case.decide("record_contact", direction="inbound", channel="phone", emotion="angry")
    case.do("add_option", text="x", remedies=["anything"])


def broken(tmp_path: Path, *changes: tuple[str, str]) -> SurveyDefinitionError:
    text = FILE.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SurveyDefinitionError) as refused:
        load_commands(tmp_path / "own.yaml")
    return refused.value


def test_a_broken_table_of_commands_is_found_out_with_lines(tmp_path: Path) -> None:
    error = broken(
        tmp_path,
        ("event: ImplementationStarted", "event: Agreed"),
        ("on: {type: choice, choices: hold_on,", "on: {type: choice, choices: hold_upon,"),
        ("priority: {type: choice, choices: priority, default: normal,", "priority: {type: choice, default: normal,"),
        ("promise: {type: entry, of: promises, required: true, label: {en: Promise, zh-CN: 承诺}, help: {en: \"One of "
         "the open promises, by its number in the history.\", zh-CN: "
         "未兑现的承诺之一，按其在历史中的编号。}}\n      reason",
         "promise: {type: entry, of: vows, required: true, label: {en: Promise, zh-CN: 承诺}, help: {en: \"One of "
         "the open promises, by its number in the history.\", zh-CN: "
         "未兑现的承诺之一，按其在历史中的编号。}}\n      reason"),
        ("effect: {sets: [focus], adds: focuses}", "effect: {sets: [fokus], adds: focuses}"),
        ("attitude: {type: integer,", "attitude: {type: integer, private: true,"),
    )  # fmt: skip
    assert {(each.code, each.item) for each in error.findings} == {
        ("event_twice", "start"), ("unknown_choices", "hold"), ("no_choices", "add_task"),
        ("unknown_kind", "break_promise"), ("unknown_field", "focus"), ("private_type", "add_stakeholder"),
    }  # fmt: skip
    lines = (tmp_path / "own.yaml").read_text(encoding="utf-8").splitlines()
    assert "fokus" in lines[next(each.line or 0 for each in error.findings if each.code == "unknown_field") - 1]
    assert all(each.line for each in error.findings)


def test_a_command_without_words_in_one_language_is_refused(tmp_path: Path) -> None:
    error = broken(tmp_path, ("label: {en: Name the focus, zh-CN: 明确焦点}", "label: {en: Name the focus}"))
    assert "zh-CN" in error.findings[0].message.en


@pytest.mark.parametrize(
    ("choices", "values"),
    [
        ("evidence_kind", "complaint contacts transactions contract policy standard other"),  # L091
        ("evidence_state", "present not_applicable missing"),
        ("role", "customer company third_party management staff other"),  # L086
        ("cause_level", "symptom proximate contributory root"),  # L078
        ("family", "process quality compensation communication"),  # L101
        ("risk_source", "impact legal customer market"),  # L105
        ("risk_response", "avoid reduce transfer accept"),  # L107
        ("goal", "settle common_ground restore"),  # L068
        ("protocol", "listen understand probe propose confirm"),  # L286 … L290
        ("severity", "minor major severe"),
    ],
)
def test_the_choices_are_those_of_the_sources(choices: str, values: str) -> None:
    assert list(command_table().choices[choices]) == values.split()


def required(command: str) -> set[str]:
    return {name for name, field in command_table().commands[command].fields.items() if field.required}


def test_the_effect_review_answers_its_three_questions_apart() -> None:
    assert required("review_effect") == {"effective", "customer_satisfied", "settled"}


def test_a_lesson_names_root_trigger_gains_and_losses_and_has_the_four_prompts() -> None:
    fields = command_table().commands["lesson"].fields
    assert required("lesson") == {"root", "trigger", "gains", "losses"}
    assert {
        "worked_communication",
        "worked_needs",
        "worked_style",
        "worked_balance",
        "seen_earlier",
        "review_by",
    } <= set(fields)


def test_the_customers_words_stand_apart_from_ours(new_case: Make) -> None:
    case = new_case().play("propose")
    case.do(
        "record_contact", direction="outbound", channel="phone", reached=True, words="too slow", summary="late parcel",
        protocol=["listen", "understand"], next_update_on="2026-03-04",
    )  # fmt: skip
    [contact] = case.state.added("contacts")
    assert (contact.get("words"), contact.get("summary")) == ({"private": 8}, {"private": 11})
    assert contact.get("next_update_on") == "2026-03-04"


def test_a_complaint_is_a_gap_with_a_motive_and_a_need(new_case: Make) -> None:
    case = new_case().play("confirm_nature")
    case.do("confirm_nature", remedy_sought="a new one", expected="a day", experienced="two weeks", motive="redress")
    assert [case.state.value(name) for name in ("expected", "experienced", "motive", "remedy_sought")] == [
        "a day", "two weeks", "redress", "a new one",
    ]  # fmt: skip
    confirms = command_table().commands["customer_confirms"].fields
    assert {"felt_heard", "solution_reasonable"} <= set(confirms)


def test_tasks_have_priority_department_and_what_comes_first(new_case: Make) -> None:
    case = new_case().play("start")
    later = case.do(
        "add_task", what="x", owner="wu", due_on="2026-03-09", priority="high", department="stock",
        depends_on=[case.names["task"]],
    )  # fmt: skip
    case.do("change_task", task=later, due_on="2026-03-10", reason="the part comes later")
    task = case.state.added("tasks")[-1]
    assert [task.get(name) for name in ("priority", "department", "due_on", "owner")] == [
        "high", "stock", "2026-03-10", "wu",
    ]  # fmt: skip


def test_what_is_agreed_says_why_and_why_not_the_others(new_case: Make) -> None:
    case = new_case().play("agree")
    both = {"customer": "a", "company": "b"}
    case.do("agree", option="$first", positions=both, interests=both, why_chosen="in time", why_not_others="too late")
    [agreement] = case.state.added("agreements")
    assert (agreement.get("why_chosen"), agreement.get("why_not_others")) == ("in time", "too late")


def test_a_missed_effect_and_a_denial_lead_back_to_the_analysis(new_case: Make) -> None:
    case = new_case().play("resolve")
    case.do("effect_short", note="it still smokes")
    assert case.state.stage == "analysing"
    again = new_case().play("customer_confirms")
    again.do("customer_denies", objection="it still smokes")
    assert (again.state.stage, again.state.cycle) == ("analysing", 1)
