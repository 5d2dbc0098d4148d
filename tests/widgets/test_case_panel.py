"""The panel of a case without a browser: every command has a form, a case is worked from its first word to its end."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.errors import CaseTransitionError, ConflictError
from closeloop.followup.case.examples import Example, ExampleCase, load_example
from closeloop.followup.commands.table import command_table
from closeloop.followup.playbook.cards import load_deck
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import stage_table
from closeloop.text import LANGUAGES, catalogue, speaking
from closeloop.widgets.board.case_panel import CasePanel
from closeloop.widgets.board.command_menu import GROUPS, ONLY_THE_LOOP
from closeloop.widgets.board.panel_log import PAGE
from closeloop.widgets.board.panel_words import plain

NOW = "2026-07-01T09:00+08:00"
HOSTILE = "<img src=x onerror=alert(1)>\u202e{0}</script>"


@pytest.fixture
def loop() -> Iterator[Any]:
    with cl.open_loop(":memory:", actor="li", now=NOW, timezone="Asia/Shanghai") as opened:
        yield opened


def opened(loop: Any, language: str = "en", **fields: Any) -> CasePanel:
    case = loop.open_case(
        words="Nobody called me back.", channel="phone", received_at="2026-06-30T22:30+08:00", subject="4711", **fields
    )
    return listening(case.edit(language=language))


def listening(panel: CasePanel) -> CasePanel:
    panel.sent = []
    panel.send = lambda content, buffers=None: panel.sent.append(content)
    return panel


def ask(panel: CasePanel, name: str, **fields: Any) -> dict[str, Any]:
    panel._handle_custom_msg({"kind": "do", "view": "v", "seq": 1, "name": name, "fields": fields}, [])
    answer: dict[str, Any] = panel.sent[-1]
    return answer


def form(panel: CasePanel) -> dict[str, Any]:
    shown: dict[str, Any] = panel.view["panel"]["form"]
    return shown


def typed(panel: CasePanel, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give values as a person would type or choose them in the form that is open; each must have its control."""
    controls = {each["name"]: each for each in form(panel)["fields"]}
    found: dict[str, Any] = {}
    for name, value in fields.items():
        parts = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, Mapping) else {name: value}
        for key, part in parts.items():
            control = controls[key]
            found[key] = _typed(part, control["type"])
            known = {choice for choice, _ in control.get("choices", ())}
            if "choices" in control:
                chosen = found[key] if isinstance(found[key], list) else [found[key]]
                assert set(chosen) <= known, (key, chosen, known)
    return {name: found.get(name, control["value"]) for name, control in controls.items()}


def _typed(value: Any, kind: str) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.timezone(dt.timedelta(hours=8))).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, list):
        return [str(each) for each in value] if kind == "boxes" else "\n".join(map(str, value))
    return str(value)


# --- every command can be reached ---


def test_every_command_is_a_step_or_stands_in_one_group_of_the_menu() -> None:
    table = command_table()
    listed = [name for names in GROUPS.values() for name in names]
    steps = {step.event for step in stage_table().steps}
    assert len(listed) == len(set(listed))
    assert set(listed) | steps == set(table.commands) - set(ONLY_THE_LOOP)
    assert not set(listed) & steps


def test_every_guard_names_what_supplies_it_and_has_a_name_for_people() -> None:
    commands = command_table().commands
    fields = {name for command in commands.values() for name in command.fields}
    for guard in GUARDS.values():
        assert guard.by or guard.fields, guard.id
        assert set(guard.by) <= set(commands), guard.id
        assert set(guard.fields) <= fields, guard.id
        assert catalogue("case_panel")[f"guard_{guard.id}"]
    for step in stage_table().steps:
        for name in step.guards:
            guard = GUARDS[name]
            assert guard.by or set(guard.fields) & set(commands[step.event].fields), (step.event, name)
    assert {key.removeprefix("guard_") for key in catalogue("case_panel") if key.startswith("guard_")} == set(GUARDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_form_with_labels_and_a_control_for_each_field(loop: Any, language: str) -> None:
    panel = ripe(loop, language)
    table = command_table()
    for name, command in table.commands.items():
        if name in ONLY_THE_LOOP or command.moves:
            continue
        if name in {"resume", "ack_escalation"}:
            continue  # they have to wait; see below
        panel.do("form", command=name)
        shown = form(panel)
        assert shown["label"] == command.label.in_language(language)
        names = {each["name"].partition(".")[0] for each in shown["fields"]} | {"was", "remedy_details"}
        assert set(command.fields) <= names, name
        for control in shown["fields"]:
            assert control["label"]
            assert control["type"] in {"line", "area", "pick", "boxes", "date", "datetime-local"}
            assert control["sealed"] == (control["name"] in command.fields and command.fields[control["name"]].private)
        json.dumps(panel.view)


def ripe(loop: Any, language: str = "en") -> CasePanel:
    """Give a case with something of everything, so that every command has something to be about."""
    panel = opened(loop, language)
    case = loop.case(1)
    case.assign(owner="li")
    case.add_task(what="Call", owner="li", due_on="2026-07-02")
    case.promise(what="An answer", due_at="2026-07-02T12:00+08:00")
    case.link_cause(cause="The label printer", level="proximate")
    case.add_option(text="Refund the fee", owner="li", due_on="2026-07-03", lawful="yes", interim=True)
    panel.refresh()
    return panel


MINIMAL: dict[str, dict[str, Any]] = {
    "record_contact": {
        "direction": "outbound", "channel": "phone", "reached": "true", "words": HOSTILE, "summary": HOSTILE,
    },
    "customer_message": {"channel": "email", "words": HOSTILE, "score": "2"},
    "playback": {"summary": HOSTILE, "agreed": "true"},
    "record_negotiation": {
        "positions.customer": HOSTILE, "interests.company": "keep her", "standards": "one\ntwo",
        "relationship_before": "2",
    },
    "offer": {"option": "option", "channel": "phone", "words": HOSTILE},
    "add_fact": {"text": HOSTILE, "source": HOSTILE},
    "add_evidence": {"kind": "contract", "what": HOSTILE, "date": "2026-06-01"},
    "add_stakeholder": {"role": "customer", "name": HOSTILE, "attitude": "-2", "influence": "5"},
    "code": {"code": "defect"},
    "set_severity": {"severity": "major", "impact": "3", "reason": HOSTILE},
    "focus": {"focus": HOSTILE},
    "link_cause": {"cause": HOSTILE, "level": "root"},
    "add_option": {
        "text": HOSTILE, "remedies": ["refund"], "remedy_forms": ["voucher"], "cost": "1,200.50", "steps": HOSTILE,
        "remedy_details.expires_on": "2026-08-01",
    },
    "change_option": {"option": "option", "text": HOSTILE, "lawful": "yes"},
    "score_option": {"option": "option", "resources": "3", "time": "3", "people": "3", "customer": "3", "market": "3"},
    "assess_risk": {
        "option": "option", "source": "legal", "likelihood": "1", "impact": "5", "response": "avoid", "owner": "wu",
        "trigger": HOSTILE,
    },
    "approve": {"option": "option", "approver": "zhao"},
    "add_task": {"what": HOSTILE, "owner": "wu", "due_on": "2026-07-02", "depends_on": ["task"]},
    "task_done": {"task": "task", "evidence": HOSTILE},
    "change_task": {"task": "task", "due_on": "2026-07-05", "reason": HOSTILE},
    "promise": {"what": HOSTILE, "due_at": "2026-07-02T10:00"},
    "keep_promise": {"promise": "promise"},
    "break_promise": {"promise": "promise", "reason": HOSTILE},
    "assign": {"owner": "wu", "handover": HOSTILE},
    "add_watcher": {"who": "zhao", "role": "manager"},
    "escalate": {"level": "2", "reason": HOSTILE},
    "hold": {"on": "third_party", "reason": HOSTILE, "until": "2026-07-03T18:00"},
    "set_policy": {"policy": "default", "version": "1"},
    "draw_lot": {"arm": "now"},
    "lesson": {"root": HOSTILE, "trigger": HOSTILE, "gains": HOSTILE, "losses": HOSTILE, "tags": "slow_reaction\nlate"},
    "review_effect": {"effective": "yes", "customer_satisfied": "no", "settled": "unknown"},
    "schedule_remeasure": {"on": "2026-09-01"},
    "remeasure": {"score": "9"},
    "split": {"into": "C-ANOTHER"},
    "correct": {"event": "3", "field": "owner", "is": "wu", "reason": HOSTILE},
}  # fmt: skip


@pytest.mark.parametrize("command", [name for names in GROUPS.values() for name in names])
def test_every_form_can_be_filled_and_run_with_hostile_text(loop: Any, command: str) -> None:
    panel = ripe(loop)
    case = loop.case(1)
    if command == "resume":
        case.hold(on="third_party", reason="the carrier")
    if command == "ack_escalation":
        case.escalate(level=1, reason="late")
    numbers = {kind: str(case.refresh().state.added(f"{kind}s")[0].seq) for kind in ("option", "task", "promise")}
    panel.do("form", command=command)
    fields = {
        name: numbers.get(value, value) if isinstance(value, str) else [numbers.get(each, each) for each in value]
        for name, value in MINIMAL.get(command, {}).items()
    }
    before = case.version
    answer = ask(panel, "run", command=command, fields=fields, version=form(panel)["version"])
    assert answer["error"] == "", answer
    after = case.refresh()
    assert after.version == before + 1
    assert after.events[-1].type == command_table().commands[command].event
    assert panel.view["panel"]["form"] is None
    assert panel.view["panel"]["version"] == after.version
    json.dumps(panel.view)


# --- a case from its first word to its end ---


class Clock:
    """A clock that a test sets."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at

    def __call__(self) -> dt.datetime:
        return self.at


def test_a_case_goes_from_received_to_closed_by_its_forms_alone() -> None:
    example = load_example("ecommerce")
    case = example.cases[0]
    clock = Clock(example.moment("@0 09:05"))
    with cl.open_loop(":memory:", actor="zhou", now=clock, timezone=example.zone) as loop:
        stages = played(loop, example, case, clock, "zh-CN")
        assert loop.case(1).stage == "closed"
    main = ["acknowledged", "confirmed", "analysing", "proposed", "agreed", "implementing", "resolved", "satisfied"]
    assert stages == ["received", *main, "learning", "closed"]


def played(loop: Any, example: Example, case: ExampleCase, clock: Clock, language: str) -> list[str]:
    """Play an example through the forms of its panel; return the stages, each refused first where something lacks."""
    panel: list[CasePanel] = []
    stages: list[str] = []

    def do(command: str, fields: Mapping[str, Any], at: dt.datetime, actor: str) -> int:
        clock.at, loop.actor = at, actor
        if command == "open_case":
            given = {name: value for name, value in fields.items() if name != "subject_id"}
            opened_case = loop.open_case(**given, subject="4711")
            panel.append(listening(opened_case.edit(language=language)))
            stages.append(opened_case.stage)
            refuses(panel[0])
            return 1
        panel[0].do("form", command=command)
        answer = ask(
            panel[0], "run", command=command, fields=typed(panel[0], fields), version=form(panel[0])["version"]
        )
        assert answer["error"] == "", (command, answer)
        done = loop.case(1)
        if done.stage != stages[-1]:
            stages.append(done.stage)
            refuses(panel[0])
        return int(done.events[-1].seq)

    example.play(case, do, language)
    return stages


def refuses(panel: CasePanel) -> None:
    """See that the next step, tried too early, is refused with each guard that is not met, and what mends it."""
    following = panel.view["panel"]["next"]
    if following is None or not following["off"]:
        return
    missing = [each["name"] for each in following["checks"] if each["state"] == "missing"]
    assert missing
    answer = ask(panel, "run", command=following["command"], fields={})
    shown = form(panel)
    assert answer["error"]
    assert set(missing) <= {each["name"] for each in shown["checks"]}
    for check in shown["checks"]:
        assert check["words"]
        assert "(" not in check["words"].replace("（", "(") or "=" not in check["words"], check["words"]
        assert check["by"] or check["state"] == "asked", check
    panel.do("close_form")


def test_a_step_that_waits_says_what_for_and_keeps_the_type_of_its_error(loop: Any) -> None:
    panel = opened(loop)
    following = panel.view["panel"]["next"]
    assert following["title"] == "To “Acknowledge”: owner missing"
    assert (following["off"], following["why"]) == (True, "First: owner")
    assert [(each["name"], each["state"], [a["command"] for a in each["by"]]) for each in following["checks"]] == [
        ("owner", "missing", ["assign"]),
        ("word to the customer that it arrived", "asked", []),
    ]
    with pytest.raises(CaseTransitionError) as caught:
        panel.do("run", command="acknowledge", fields={"sent": "true", "channel": "phone"})
    assert caught.value.guards == ("owner",)
    assert form(panel)["error"] == "“Acknowledge” has to wait; this is missing:"
    panel.do("run", command="assign", fields={"owner": "li"})
    assert panel.view["panel"]["next"]["off"] is False
    said = panel.do("run", command="acknowledge", fields={"sent": "true", "channel": "phone"})
    assert said == "Acknowledge: recorded. The case is now “Acknowledged”."


def test_what_cannot_be_read_or_is_missing_is_said_at_its_field(loop: Any) -> None:
    panel = opened(loop)
    panel.do("form", command="add_task")
    answer = ask(
        panel, "run", command="add_task", fields={"what": "x", "owner": "a\nb", "due_on": "tomorrow", "at": "soon"}
    )
    errors = {each["name"]: each["error"] for each in form(panel)["fields"] if each["error"]}
    assert set(errors) == {"at"}
    assert "Add a task" in answer["error"]
    ask(panel, "run", command="add_task", fields={"what": "x", "owner": "a\nb", "due_on": "tomorrow"})
    errors = {each["name"]: each["error"] for each in form(panel)["fields"] if each["error"]}
    assert set(errors) == {"owner", "due_on"}
    ask(panel, "run", command="add_task", fields={"what": "", "owner": "", "due_on": "2026-07-03"})
    errors = {each["name"]: each["error"] for each in form(panel)["fields"] if each["error"]}
    assert errors == {"what": "This is needed.", "owner": "This is needed."}
    assert loop.case(1).version == 2


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("set_severity", {"severity": "major", "impact": "9"}), ("remeasure", {"score": "nine"}),
        ("escalate", {"level": "1.5", "reason": "x"}),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them_or_refused(loop: Any, command: str, fields: dict[str, str]) -> None:
    panel = opened(loop)
    answer = ask(panel, "run", command=command, fields=fields)
    assert answer["error"]
    assert len([each for each in form(panel)["fields"] if each["error"]]) == 1


def test_a_conflict_says_what_changed_and_the_second_try_goes_on_top(loop: Any) -> None:
    panel = opened(loop)
    panel.do("form", command="assign")
    seen = form(panel)["version"]
    loop.case(1).assign(owner="wu", actor="wu")
    with pytest.raises(ConflictError, match="Assign"):
        panel.do("run", command="assign", fields={"owner": "li", "handover": "mine"}, version=seen)
    assert "wu" in form(panel)["error"]
    assert panel.view["panel"]["since"].count("owner wu") == 1
    again = ask(
        panel, "run", command="assign", fields={"owner": "li", "handover": "mine"}, version=form(panel)["version"]
    )
    assert again["error"] == ""
    assert loop.case(1).owner == "li"


def test_what_only_adds_goes_on_top_of_what_others_wrote(loop: Any) -> None:
    panel = opened(loop)
    panel.do("form", command="add_task")
    seen = form(panel)["version"]
    loop.case(1).assign(owner="wu", actor="wu")
    fields = {"what": "Call", "owner": "wu", "due_on": "2026-07-02"}
    assert ask(panel, "run", command="add_task", fields=fields, version=seen)["error"] == ""


# --- what is sealed ---


def test_words_are_shown_for_a_reason_logged_and_never_stand_in_what_the_widget_keeps(loop: Any) -> None:
    panel = opened(loop)
    words = panel.view["panel"]["words"]
    assert words["text"] == "The customer's own words: 22 characters, sealed"
    assert ask(panel, "run", command="reveal", fields={"reason": " "})["error"].startswith("Say why")
    assert loop.case(1).version == 2
    assert ask(panel, "run", command="reveal", fields={"reason": "calling back"})["error"] == ""
    [secret] = [each for each in panel.sent if each["kind"] == "revealed"]
    assert [each["text"] for each in secret["texts"]] == ["Nobody called me back."]
    assert secret["turn"] == panel.view["panel"]["revealing"]
    event = loop.case(1).events[-1]
    assert (event.type, event.actor, event.payload["reason"]) == ("PiiRevealed", "li", "calling back")
    kept = json.dumps([panel.view, dict(panel.labels), panel._repr_html_(), panel._repr_mimebundle_()])
    assert "Nobody called" not in kept
    panel.do("close_panel")
    assert panel.view["panel"]["revealing"] == 0


def test_without_the_key_file_it_says_which_is_missing(tmp_path: Path) -> None:
    with cl.open_loop(tmp_path / "loop.sqlite", actor="li", now=NOW) as loop:
        opened(loop)
    (tmp_path / "loop.sqlite.keys").rename(tmp_path / "elsewhere.keys")
    with cl.open_loop(tmp_path / "loop.sqlite", actor="li", now=NOW) as loop:
        panel = listening(loop.case(1).edit())
        words = panel.view["panel"]["words"]
        assert words["act"] is None
        assert "loop.sqlite.keys" in words["why"]
        assert "loop.sqlite.keys" in ask(panel, "reveal", reason="calling back")["error"]
        assert str(tmp_path) not in json.dumps([panel.view, panel.sent])


# --- clocks, lists, the rest ---


def test_a_clock_says_when_it_is_due_and_why(loop: Any) -> None:
    panel = opened(loop)
    [clock] = [each for each in panel.view["panel"]["blocks"] if each["key"].startswith("clock:")]
    assert clock["title"] == "Clock: First response"
    assert (clock["due"]["when"], clock["due"]["left"]) == ("due today 22:30", "13 h 30 min left")
    assert clock["due"]["marks"] == [50, 75]
    panel.do("explain", clock=clock["key"])
    [clock] = [each for each in panel.view["panel"]["blocks"] if each["key"] == clock["key"]]
    assert [each["right"] for each in clock["rows"][:3]] == ["10 h 30 min so far", "1 h 30 min", "9 h"]
    panel.do("explain", clock=clock["key"])
    assert all("rows" not in each for each in panel.view["panel"]["blocks"] if each["key"] == clock["key"])


def test_tasks_and_promises_are_ended_in_place_and_tell_their_state(loop: Any) -> None:
    panel = ripe(loop)
    blocks = {each["key"]: each for each in panel.view["panel"]["blocks"]}
    [task], [promise] = blocks["tasks"]["rows"], blocks["promises"]["rows"]
    done, kept = task["acts"][0], promise["acts"][0]
    assert (done["command"], kept["command"]) == ("task_done", "keep_promise")
    panel.do("form", command="task_done", fields=done["fields"], section="tasks")
    assert form(panel)["fields"][0]["value"] == str(done["fields"]["task"])
    panel.do("run", command="task_done", fields={**done["fields"], "evidence": "note 7"})
    panel.do("run", command="keep_promise", fields=kept["fields"])
    blocks = {each["key"]: each for each in panel.view["panel"]["blocks"]}
    assert blocks["tasks"]["note"] == "0 open, 1 done"
    assert blocks["tasks"]["rows"][0]["sub"].startswith("done today 09:00")
    assert "acts" not in blocks["tasks"]["rows"][0]


def test_long_lists_and_the_history_are_paged(loop: Any) -> None:
    panel = opened(loop)
    case = loop.case(1)
    for n in range(2 * PAGE):
        case.record_contact(direction="outbound", channel="phone", reached=bool(n % 2))
    panel.refresh()
    blocks = {each["key"]: each for each in panel.view["panel"]["blocks"]}
    assert len(blocks["log"]["rows"]) == 5
    assert blocks["history"]["rows"] == []
    panel.do("unfold", part="log")
    panel.do("unfold", part="history", page=2)
    blocks = {each["key"]: each for each in panel.view["panel"]["blocks"]}
    assert len(blocks["log"]["rows"]) == PAGE
    assert blocks["log"]["fold"]["text"] == "page 1 of 3"
    assert [each["text"] for each in blocks["history"]["rows"]] == ["Apply a policy", "Open a case"]
    assert len(json.dumps(panel.view)) < 60_000


def test_ten_thousand_characters_are_kept_and_shown_when_somebody_asks(loop: Any) -> None:
    panel, long = opened(loop), HOSTILE * 250
    task = {"what": long, "owner": "wu", "due_on": "2026-07-02"}
    for command, fields in {"add_fact": {"text": long, "source": long}, "add_task": task}.items():
        assert ask(panel, "run", command=command, fields=fields)["error"] == ""
    panel.do("unfold", part="history")
    assert len(json.dumps(panel.view)) < 40_000

    def fact() -> dict[str, Any]:
        return next(dict(block["rows"][0]) for block in panel.view["panel"]["blocks"] if block["key"] == "facts")

    assert (len(fact()["sub"]), fact()["sub"][-1], fact()["fold"]["open"]) == (320, "…", False)
    panel.do("unfold", part=fact()["fold"]["part"])
    assert long in fact()["sub"]
    panel.do("unfold", part=fact()["fold"]["part"])
    assert long not in fact()["sub"]


def test_negotiation_and_playbook_are_short_until_they_are_unfolded(loop: Any) -> None:
    panel = ripe(loop)
    blocks = {each["key"]: each for each in panel.view["panel"]["blocks"]}
    assert blocks["negotiation"]["note"] == "0 of 4 begun"
    assert [each["command"] for each in blocks["negotiation"]["grid"]][2] == "add_option"
    assert blocks["playbook"]["steps"]
    assert "html" not in blocks["playbook"]
    for part in ("playbook", "negotiation"):
        panel.do("unfold", part=part)
    blocks = {each["key"]: each for each in panel.view["panel"]["blocks"]}
    assert "pcard" in blocks["playbook"]["html"]
    assert "<table" in blocks["negotiation"]["html"]


def test_a_correction_asks_for_the_field_and_takes_its_choices(loop: Any) -> None:
    panel = ripe(loop)
    cause = loop.case(1).state.added("causes")[0].seq
    panel.do("form", command="correct", fields={"event": str(cause), "field": "level"})
    controls = {each["name"]: each for each in form(panel)["fields"]}
    assert ("root", "root cause") in [tuple(each) for each in controls["is"]["choices"]]
    panel.do("run", command="correct", fields={"event": str(cause), "field": "level", "is": "root", "reason": "seen"})
    assert loop.case(1).state.added("causes")[0].get("level") == "root"


def test_details_of_a_remedy_are_asked_for_once_it_is_chosen(loop: Any) -> None:
    panel = opened(loop)
    panel.do("form", command="add_option", fields={"remedy_forms": ["voucher"]})
    names = [each["name"] for each in form(panel)["fields"]]
    assert "remedy_details.expires_on" in names


@pytest.mark.parametrize("command", ["open_case", "destroy", "reopen"])
def test_what_cannot_be_given_is_refused_in_words(loop: Any, command: str) -> None:
    panel = opened(loop)
    for name in ("form", "run"):
        with pytest.raises(ValueError, match=r"not possible|no command"):
            panel.do(name, command=command)


def test_an_ended_case_offers_what_is_still_possible(loop: Any) -> None:
    panel = opened(loop)
    case = loop.case(1)
    case.customer_message(channel="phone", words="I take it back.")
    case.do("withdraw", words="I take it back.")
    panel.refresh()
    view = panel.view["panel"]
    assert view["next"] is None
    assert [each["command"] for each in view["steps"]] == ["reopen"]
    assert "add_task" not in {item["command"] for group in view["record"] for item in group["items"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_python_stands_in_a_panel(loop: Any, language: str) -> None:
    panel = ripe(loop, language)
    for part in ("playbook", "negotiation", "log", "history", "options"):
        panel.do("unfold", part=part)
    view = dict(panel.view["panel"])
    for block in view["blocks"]:
        block.pop("html", None)
    said = json.dumps(view, ensure_ascii=False)
    assert [name for name in command_table().commands if f"{name}(" in said] == []
    assert "=…" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_card_guard_or_finding_speaks_python(language: str) -> None:
    texts = [step for card in load_deck().values() for step in card.steps]
    texts += [text for key, text in catalogue("stages").items() if key.startswith("needs_")]
    texts += [text for key, text in catalogue("case").items() if key.endswith("_do")]
    with speaking(language):
        said = [plain(text) for text in texts]
    assert [text for text in said if re.search(r"[a-z_]+\(|=…|[a-z]+_[a-z]+", text)] == []


def test_as_an_output_it_is_the_case_with_a_mark(loop: Any) -> None:
    panel = opened(loop)
    data, _ = panel._repr_mimebundle_()
    assert data["text/plain"] == "<CasePanel #1: received, nobody>"
    assert data["text/html"].startswith(f'<div data-cl-live="{panel.key}">')
    assert "What can be done next" in data["text/html"]
