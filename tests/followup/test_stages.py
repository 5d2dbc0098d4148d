"""The table of stages keeps what it promises, and a table that does not is found out."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from closeloop.errors import CaseTransitionError, SurveyDefinitionError
from closeloop.followup.commands.table import command_table
from closeloop.followup.stages.check import check_stages
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import StageTable, load_stages, stage_table
from closeloop.followup.state import CaseState
from closeloop.survey.document import read_document
from closeloop.survey.shipped import data_folder
from closeloop.survey.yaml_text import write_document

FILE = data_folder("followup") / "stages.yaml"
PAIRS = [(stage.id, event) for stage in stage_table().stages for event in stage_table().events]
LEGAL = {(each.source, each.event) for each in stage_table().transitions}
# The table of the specification, 40 B8, row by row.
OPEN = ["received", "acknowledged", "confirmed", "analysing", "proposed", "agreed", "implementing", "resolved"]
SPECIFIED = {
    ("received", "acknowledge", "acknowledged"), ("acknowledged", "confirm_nature", "confirmed"),
    ("confirmed", "start_analysis", "analysing"), ("confirmed", "propose", "proposed"),
    ("analysing", "propose", "proposed"), ("proposed", "agree", "agreed"), ("proposed", "refuse", "analysing"),
    ("agreed", "start", "implementing"), ("implementing", "resolve", "resolved"),
    ("implementing", "effect_short", "analysing"), ("resolved", "customer_confirms", "satisfied"),
    ("resolved", "customer_denies", "analysing"), ("resolved", "no_answer_timeout", "closed_unconfirmed"),
    ("satisfied", "review", "learning"), ("learning", "close", "closed"), ("closed", "reopen", "received"),
    ("closed_unconfirmed", "reopen", "received"), ("withdrawn", "reopen", "received"),
    ("rejected", "appeal", "received"), ("closed_unconfirmed", "late_confirm", "satisfied"),
    ("proposed", "go_external", "external"), ("resolved", "go_external", "external"),
    ("external", "ruling", "proposed"),
} | {(stage, "reject", "rejected") for stage in OPEN[:4]} | {
    (stage, event, end) for stage in OPEN for event, end in (("withdraw", "withdrawn"), ("merge", "merged"))
}  # fmt: skip


def content() -> dict[str, Any]:
    return copy.deepcopy(read_document(FILE).data)


def broken(change: Callable[[dict[str, Any]], object]) -> StageTable:
    data = content()
    change(data)
    return StageTable.model_validate(data, context={"languages": ("en", "zh-CN")})


def step(data: dict[str, Any], event: str) -> dict[str, Any]:
    return next(each for each in data["transitions"] if each["event"] == event)


def test_there_are_16_stages_43_transitions_and_22_events() -> None:
    table = stage_table()
    assert (len(table.stages), len(table.transitions), len(table.events)) == (16, 43, 22)
    assert (len(table.open_stages), len(table.end_stages)) == (10, 6)
    assert {(each.source, each.event, each.target) for each in table.transitions} == SPECIFIED


def test_309_pairs_of_stage_and_event_are_illegal() -> None:
    assert len(PAIRS) - len(LEGAL) == 309


def refusal(stage: str, event: str, new_case: Callable[..., Any]) -> CaseTransitionError:
    case = new_case()
    case.state = CaseState(case_id="C-1", version=1, stage=stage)
    with pytest.raises(CaseTransitionError) as refused:
        case.decide(event)
    return refused.value


def test_every_illegal_event_is_refused_and_names_the_possible_ones(new_case: Callable[..., Any]) -> None:
    illegal = [pair for pair in PAIRS if pair not in LEGAL]
    for stage, event in illegal:
        error = refusal(stage, event, new_case)
        assert (error.from_stage, error.event, error.unmet) == (stage, event, ())
        assert error.allowed == tuple(each.event for each in stage_table().out_of(stage))
        assert all(f"{name} (" in error.text.en and f"{name}（" in error.text.zh for name in error.allowed)
    assert len(illegal) == 309


def test_a_legal_event_is_refused_for_its_guards_alone(new_case: Callable[..., Any]) -> None:
    for stage, event in LEGAL:
        assert refusal(stage, event, new_case).unmet


def test_the_shipped_table_has_no_findings() -> None:
    assert len(check_stages(stage_table())) == 0


def test_every_event_of_the_table_is_a_command_that_moves_and_the_other_way_round() -> None:
    moving = {name for name, command in command_table().commands.items() if command.moves}
    assert moving == set(stage_table().events)


def test_every_guard_is_used_and_every_used_guard_exists() -> None:
    used = {name for step in stage_table().steps for name in step.guards}
    used |= {name for command in command_table().commands.values() for name in command.guards}
    assert used == set(GUARDS)


def test_the_crosswalk_names_the_steps_of_the_other_models() -> None:
    stages = {stage.id: stage for stage in stage_table().stages}
    assert stages["confirmed"].crosswalk["problem"].zh == "看落差"
    assert stages["agreed"].crosswalk["contact"].zh == "获得认同"
    assert stages["learning"].crosswalk["iso_10002"].en == "8.2, 8.7"
    assert [stage.id for stage in stages.values() if "conflict" in stage.crosswalk] == [
        "confirmed", "analysing", "proposed", "agreed", "implementing", "resolved", "satisfied", "learning",
    ]  # fmt: skip
    assert {name for stage in stages.values() for name in stage.crosswalk} == set(stage_table().crosswalk)


def drop(data: dict[str, Any], event: str) -> None:
    data["transitions"] = [each for each in data["transitions"] if each["event"] != event]


def add(data: dict[str, Any], source: str, event: str, target: str, **said: Any) -> None:
    data["transitions"].append({"from": [source], "event": event, "to": target, "guards": [], **said})


@pytest.mark.parametrize(
    ("rule", "at", "words", "change"),
    [
        ("S1", "agree", "“agred”", lambda d: step(d, "agree").update(to="agred")),
        ("S1", "start", "“recieved”", lambda d: d.update(start="recieved")),
        ("S1", "closed", "two stages", lambda d: d["stages"].append(copy.deepcopy(d["stages"][10]))),
        ("S1", "reviewed", "“reviewed”", lambda d: d["gates"].append(["reviewed"])),
        ("S2", "agree", "several places: agreed, learning", lambda d: add(d, "proposed", "agree", "learning")),
        ("S2", "learning", "is no end", lambda d: d.update(confirmed_end="learning")),
        ("S3", "external", "to “external”", lambda d: drop(d, "go_external")),
        ("S4", "learning", "never end", lambda d: (drop(d, "close"), add(d, "learning", "review", "satisfied"))),
        ("S5", "acknowledge", "received → jump → confirm_nature", lambda d: add(d, "received", "jump", "acknowledged")),
        ("S5", "confirm_nature", "jump", lambda d: add(d, "acknowledged", "jump", "analysing")),
        ("S5", "agree", "jump", lambda d: add(d, "proposed", "jump", "implementing")),
        ("S5", "resolve", "jump", lambda d: add(d, "implementing", "jump", "satisfied")),
        (
            "S5",
            "customer_confirms",
            "customer_confirms / late_confirm",
            lambda d: add(d, "resolved", "jump", "satisfied"),
        ),
        ("S5", "review", "jump", lambda d: add(d, "satisfied", "jump", "learning")),
        ("S5", "acknowledge", "confirmed → propose", lambda d: step(d, "appeal").update(to="confirmed")),
        ("S6", "external", "Nothing leads out", lambda d: drop(d, "ruling")),
        ("S6", "merged", "something leads out", lambda d: add(d, "merged", "unmerge", "received", new_cycle=True)),
        ("S7", "reopen", "at “learning”", lambda d: step(d, "reopen").update(to="learning")),
        ("S7", "reopen", "without a new cycle", lambda d: step(d, "reopen").update(new_cycle=False)),
        ("S8", "start", "no guard “task”", lambda d: step(d, "start").update(guards=["task"])),
    ],
)
def test_a_broken_table_is_found_out(
    rule: str, at: str, words: str, change: Callable[[dict[str, Any]], object]
) -> None:
    found = check_stages(broken(change))
    told = [each for each in found if each.rule == rule and each.at == at]
    assert told, str(found)
    assert any(words in each.message.en for each in told), str(found)
    assert all(each.message.zh for each in found)


def test_ones_own_table_is_loaded_with_the_same_checks_and_line_numbers(tmp_path: Path) -> None:
    data = content()
    step(data, "review")["to"] = "closed"
    step(data, "close")["guards"] = ["lesons"]
    data["stages"][0]["label"] = {"en": "Received"}
    path = tmp_path / "own.yaml"
    write_document(data, path)
    with pytest.raises(SurveyDefinitionError, match=r"own\.yaml:\d+: .*zh-CN"):
        load_stages(path)
    data["stages"][0]["label"]["zh-CN"] = "已接收"
    write_document(data, path)
    with pytest.raises(SurveyDefinitionError) as refused:
        load_stages(path)
    assert {each.code for each in refused.value.findings} == {"S3", "S8"}
    lines = path.read_text(encoding="utf-8").splitlines()
    guard = next(each for each in refused.value.findings if each.code == "S8")
    assert lines[(guard.line or 0) - 1].strip() == "event: close"


def test_a_good_table_of_ones_own_is_taken(tmp_path: Path) -> None:
    data = content()
    data["stages"][0]["label"]["en"] = "Come in"
    write_document(data, tmp_path / "own.yaml")
    assert load_stages(tmp_path / "own.yaml").stages[0].label.en == "Come in"
