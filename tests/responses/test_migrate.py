"""Responses to earlier versions, brought to the present one: nothing lost, everything counted."""

from __future__ import annotations

import copy
import random
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.errors import ResponseValidationError, SurveyDefinitionError
from closeloop.responses.migrate.check import passage
from closeloop.responses.migrate.earlier import inferred_version
from closeloop.responses.read import read_responses
from closeloop.responses.responses import Responses
from closeloop.survey.definition import Rescale
from closeloop.survey.load import survey_from_dict
from closeloop.survey.released import release
from closeloop.survey.route import rescaled
from closeloop.survey.survey import Survey
from closeloop.widgets.form.row import header
from random_surveys import random_answers, random_survey

BOTH = ("en", "zh-CN")


def text(words: str) -> dict[str, str]:
    return dict.fromkeys(BOTH, words)


def item(name: str, kind: str, **keys: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "ask": text(f"{name}?"), **keys}


def survey(version: int, items: list[dict[str, Any]], **keys: Any) -> Survey:
    return survey_from_dict(
        {
            "format": 1, "id": "visit", "version": version, "languages": list(BOTH), "title": text("Visit"),
            "timezone": "Asia/Shanghai", "pages": [{"name": "main", "items": items}], **keys,
        }
    )  # fmt: skip


def options(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "text": text(value.title())} for value in values]


FIRST = survey(
    1,
    [
        item("q1", "nps"),
        item("pains", "multi", options=options("cost", "fees", "wait", "smell"), other=True),
        item("overall", "rating", min=1, max=10),
        item("branch", "single", options=options("east", "west")),
        item("grid", "matrix", points=5, rows=options("speed", "care")),
        item("gone", "text"),
        item("rank", "ranking", options=options("a", "b", "c")),
    ],
    metrics={"nps": {"kind": "nps", "item": "q1"}, "mood": {"kind": "mean", "item": "overall"}},
)
STEP = {
    "from": 1,
    "to": 2,
    "rename": {"q1": "recommend", "grid.speed": "grid.pace"},
    "recode": {"pains": {"cost": "price", "fees": "price"}, "rank": {"a": "z"}},
    "rescale": {"overall": {"from": [1, 10], "to": [1, 5]}},
    "drop": ["gone", "pains.smell"],
}
SECOND_ITEMS = [
    item("recommend", "nps"),
    item("pains", "multi", options=options("price", "wait", "app"), other=True),
    item("overall", "csat", points=5),
    item("branch", "single", options=options("east", "west", "north")),
    item("grid", "matrix", points=5, rows=options("pace", "care")),
    item("rank", "ranking", options=options("z", "b", "c")),
    item("new", "comment"),
]
METRICS = {"nps": {"kind": "nps", "item": "recommend"}, "mood": {"kind": "mean", "item": "overall"}}
SECOND = survey(2, SECOND_ITEMS, metrics=METRICS, migrations=[STEP])
ANSWERS = pd.DataFrame(
    {
        "q1": ["9", "3", "", "11"],
        "pains": ["cost;fees;wait", "smell", "cost;other", "wait"],
        "pains__other_text": ["", "", "dirt", ""],
        "overall": ["1", "10", "5", "4"],
        "branch": ["east", "", "west", "east"],
        "grid__speed": ["1", "5", "", "2"],
        "grid__care": ["2", "", "3", "3"],
        "gone": ["a", "b", "", "c"],
        "rank": ["a>b>c", "", "c>a>b", ""],
    }
)


def read(data: pd.DataFrame = ANSWERS, of: Survey = FIRST, **keys: Any) -> Responses:
    return read_responses(data, of, **keys)


def counted(responses: Responses, code: str) -> dict[tuple[str, str], int]:
    """Give (item, old value) → the number of answers that the issues count."""
    found = responses.issues[responses.issues["code"] == code]
    rows = zip(found["item"], found["raw_value"], found["message_en"], strict=True)
    return {(str(i), str(raw)): int(re.search(r"(\d+) answer", str(said))[1]) for i, raw, said in rows}  # type: ignore[index]


def test_answers_move_to_their_new_names_values_and_points() -> None:
    moved = read().migrate(SECOND).accepted
    assert moved["recommend"].tolist()[:2] == [9, 3]
    assert moved["pains__price"].tolist() == [True, False, True]
    assert moved["pains__wait"].tolist() == [True, False, False]
    assert moved["pains__other_text"].tolist()[2] == "dirt"
    assert moved["overall"].tolist() == [1, 5, 3]
    assert moved["grid__pace"].tolist()[:2] == [1, 5]
    assert moved["rank__z"].tolist()[0] == 1
    assert moved["rank__z"].tolist()[2] == 2
    assert moved["new"].isna().all()
    assert moved["survey_version"].tolist() == [1, 1, 1]
    assert not {"q1", "grid__speed", "pains__cost"} & set(moved.columns)
    assert moved["gone"].tolist()[:2] == ["a", "b"], "as text, like any column that the survey does not know"


def test_the_ledger_and_the_raw_cells_stay() -> None:
    before = read()
    after = before.migrate(SECOND)
    assert after.ledger == before.ledger == {"rows_in": 4, "accepted": 3, "quarantined": 1, "superseded": 0}
    pd.testing.assert_frame_equal(after.raw, before.raw)
    assert before.accepted["q1"].tolist()[0] == 9, "the responses before are not changed"


def test_every_changed_cell_is_counted_once_for_each_kind_of_change() -> None:
    after = read().migrate(SECOND)
    assert counted(after, "migrated_recoded") == {
        ("pains", "cost"): 2, ("pains", "fees"): 1, ("rank", "a"): 2,
    }  # fmt: skip
    assert counted(after, "migrated_dropped_option") == {("pains", "smell"): 1}
    assert counted(after, "migrated_dropped") == {("gone", ""): 3}
    assert counted(after, "migrated_rescaled") == {("overall", "10"): 1, ("overall", "5"): 1, ("overall", "4"): 1}
    assert counted(after, "migrated_renamed") == {("recommend", ""): 2, ("grid.pace", ""): 3}


def test_the_columns_say_what_they_were() -> None:
    columns = read().migrate(SECOND).columns.set_index("source_column")
    assert columns.loc["q1", "item"] == "recommend"
    assert "q1 in version 1" in str(columns.loc["q1", "reason_en"])
    assert columns.loc["grid__speed", "option"] == "pace"
    assert columns.loc["gone", "role"] == "unused"


def test_migrating_twice_is_migrating_once_and_nothing_is_its_own_end() -> None:
    before = read()
    once = before.migrate(SECOND)
    assert once.migrate(SECOND) is once
    assert before.migrate(FIRST) is before
    assert before.migrate(1) is before


THIRD = survey(
    3,
    [*copy.deepcopy(SECOND_ITEMS[1:]), item("advise", "nps")],
    metrics=METRICS | {"nps": {"kind": "nps", "item": "advise"}},
    migrations=[STEP, {"from": 2, "to": 3, "rename": {"recommend": "advise"}, "recode": {"pains": {"wait": "app"}}}],
)


def test_a_chain_of_steps_is_the_steps_one_after_the_other() -> None:
    direct, stepwise = read().migrate(THIRD), read().migrate(SECOND).migrate(THIRD)
    pd.testing.assert_frame_equal(direct.accepted, stepwise.accepted)
    assert direct.accepted["advise"].tolist()[:2] == [9, 3]
    assert direct.accepted["pains__app"].tolist() == [True, False, False]


def test_the_order_of_the_steps_in_the_file_does_not_matter() -> None:
    data = THIRD.to_dict()
    data["migrations"].reverse()
    pd.testing.assert_frame_equal(read().migrate(survey_from_dict(data)).accepted, read().migrate(THIRD).accepted)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("rename", "q1: version 2 has no such item"),
        ("recode", "pains: there is no “cost” any more"),
        ("rescale", "overall: the scale was 1–10, is 1–5"),
        ("drop", "gone: version 2 has no such item"),
    ],
)
def test_a_missing_step_is_refused_with_what_is_missing(without: str, said: str) -> None:
    data = SECOND.to_dict()
    del data["migrations"][0][without]
    with pytest.raises(SurveyDefinitionError) as caught:
        read().migrate(survey_from_dict(data))
    assert said in str(caught.value)
    assert "migrations:" in str(caught.value.findings[0].suggestion)


def test_an_item_that_takes_the_name_of_another_is_refused() -> None:
    old = survey(1, [item("a", "text"), item("b", "text")])
    new = survey(2, [item("b", "text")], migrations=[{"from": 1, "to": 2, "rename": {"a": "b"}}])
    with pytest.raises(SurveyDefinitionError, match="has an item “b” of its own"):
        read(pd.DataFrame({"a": ["x"], "b": ["y"]}), old).migrate(new)


def test_another_survey_an_earlier_version_and_no_survey_are_refused() -> None:
    other = survey_from_dict(SECOND.to_dict() | {"id": "other"})
    with pytest.raises(SurveyDefinitionError, match="another survey"):
        read().migrate(other)
    with pytest.raises(SurveyDefinitionError, match="cannot be turned back"):
        read().migrate(SECOND).migrate(FIRST)
    with pytest.raises(SurveyDefinitionError, match="without a survey"):
        read_responses(ANSWERS).migrate(SECOND)
    with pytest.raises(SurveyDefinitionError, match=r"Version 7 of visit was not found.*visit@7\.survey\.yaml"):
        read().migrate(7)


def test_a_version_by_its_number_is_found_beside_the_survey(tmp_path: Path) -> None:
    file = FIRST.save(tmp_path / "visit.survey.yaml")
    release(file)
    SECOND.save(file)
    old = cl.load_survey(tmp_path / "released" / "visit@1.survey.yaml")
    assert read(of=old).migrate(2).accepted["recommend"].tolist()[0] == 9
    waves = read_responses(ANSWERS, file, versions={"frame": 1})
    assert waves.accepted["recommend"].tolist()[0] == 9


def test_waves_of_several_versions_are_one_data_set(tmp_path: Path) -> None:
    ANSWERS.to_csv(tmp_path / "v1.csv", index=False)
    pd.DataFrame({"recommend": [10, 0], "overall": [5, 1]}).to_csv(tmp_path / "v2.csv", index=False)
    both = read_responses([tmp_path / "v1.csv", tmp_path / "v2.csv"], SECOND, versions={"v1.csv": FIRST})
    assert both.accepted["survey_version"].tolist() == [1, 1, 1, 2, 2]
    assert both.accepted["recommend"].dropna().tolist() == [9, 3, 10, 0]
    table = both.score("nps", by="survey_version", min_n=0)
    assert [group.key for group in table.blocks[0].groups] == [(1,), (2,)]
    assert table.result(survey_version=1).n == 2
    with pytest.raises(KeyError, match="v3"):
        read_responses(tmp_path / "v1.csv", SECOND, versions={"v3.csv": 1})
    with pytest.raises(ResponseValidationError, match="no survey is given"):
        read_responses(tmp_path / "v1.csv", versions={"v1.csv": 1})


def test_scores_of_a_rescaled_or_reworded_item_say_that_they_are_not_comparable() -> None:
    after = read().migrate(SECOND)
    notes = [str(note) for note in after.score("mood", min_n=0).notes]
    assert any("Not comparable across versions 1 and 2: the scale of overall changed" in note for note in notes)
    assert not any("Not comparable" in str(note) for note in read().score("mood", min_n=0).notes)
    assert not any("comparable" in str(n) and "overall" in str(n) for n in after.score("nps", min_n=0).notes)
    data = SECOND.to_dict()
    data["pages"][0]["items"][0]["ask"] = text("q1?")
    data["migrations"][0]["rescale"]["overall"]["comparable"] = True
    data["pages"][0]["items"][2]["ask"] = text("overall, in other words?")
    reworded = read().migrate(survey_from_dict(data))
    assert not any("Not comparable" in str(note) for note in reworded.score("nps", min_n=0).notes)
    (note,) = [n for n in reworded.score("mood", min_n=0).notes if "Not comparable" in n.en]
    assert note.en == "Not comparable across versions 1 and 2: overall was changed (wording)."
    assert "不可比" in note.zh


def form_file(folder: Path, rows: list[dict[str, str]]) -> Path:
    """Write a file as closeloop's forms do: one header, and in each row the version that was answered."""
    names = list(dict.fromkeys([*header(FIRST), *header(SECOND)]))
    own = {"survey_id": "visit", "answered_at": "2026-03-01 10:00", "status": "complete"}
    filled = [dict.fromkeys(names, "") | own | {"response_id": f"r{n}"} | row for n, row in enumerate(rows)]
    path = folder / "answers.csv"
    pd.DataFrame(filled).to_csv(path, index=False)
    return path


def test_a_file_of_our_forms_is_migrated_by_itself_row_by_row(tmp_path: Path) -> None:
    path = form_file(
        tmp_path,
        [
            {"survey_version": "2", "recommend": "10", "overall": "5"},
            {"survey_version": "1", "q1": "3", "overall": "10", "gone": "x"},
            {"survey_version": "1", "q1": "77"},
        ],
    )
    responses = read_responses(path, SECOND)
    assert responses.ledger == {"rows_in": 3, "accepted": 2, "quarantined": 1, "superseded": 0}
    rows = responses.accepted.set_index("response_id")
    assert rows["recommend"].to_dict() == {"r0": 10, "r1": 3}
    assert rows["overall"].to_dict() == {"r0": 5, "r1": 5}
    assert rows["survey_version"].to_dict() == {"r0": 2, "r1": 1}
    assert "inferred_version" in set(responses.issues["code"])
    fixed = responses.amend(responses.quarantined.assign(q1="7"))
    assert fixed.ledger["accepted"] == 3
    assert fixed.accepted.set_index("response_id").loc["r2", "recommend"] == 7


def test_a_file_of_our_forms_with_an_unknown_past_or_from_the_future_is_read_with_a_warning(tmp_path: Path) -> None:
    plain = survey(2, SECOND_ITEMS, metrics=METRICS)
    path = form_file(tmp_path, [{"survey_version": "1", "recommend": "4"}, {"survey_version": "9", "recommend": "5"}])
    responses = read_responses(path, plain)
    assert responses.accepted["recommend"].tolist() == [4, 5]
    assert responses.accepted["survey_version"].tolist() == [1, 9]
    assert {"unknown_version", "later_version"} <= set(responses.issues["code"])


def test_rescaling_is_the_nearest_point_of_the_line_between_the_ends() -> None:
    for (a, b), (c, d) in (((1, 10), (1, 5)), ((0, 10), (1, 7)), ((1, 5), (0, 10)), ((1, 7), (1, 5))):
        how = Rescale.model_validate({"from": [a, b], "to": [c, d]})
        down = Rescale.model_validate({"from": [a, b], "to": [c, d], "rule": "linear-down"})
        points = [rescaled(point, how) for point in range(a, b + 1)]
        assert (points[0], points[-1]) == (c, d)
        assert points == sorted(points)
        for point, found in zip(range(a, b + 1), points, strict=True):
            exact = c + (point - a) * (d - c) / (b - a)
            assert abs(found - exact) <= 0.5
            assert rescaled(point, down) == (found - 1 if abs(found - exact - 0.5) < 1e-9 else found)


def test_a_scale_that_leaves_points_out_takes_the_nearest_of_its_points() -> None:
    how = Rescale.model_validate({"from": [1, 5], "to": [0, 100]})
    assert [rescaled(point, how, 50) for point in range(1, 6)] == [0, 50, 50, 100, 100]
    old = survey(1, [item("n", "rating")])
    step = {"from": 1, "to": 2, "rescale": {"n": {"from": [1, 5], "to": [0, 100]}}}
    new = survey(2, [item("n", "rating", min=0, max=100, step=50)], migrations=[step])
    assert old.diff(new).ok
    assert read(pd.DataFrame({"n": [1, 2, 5]}), old).migrate(new).accepted["n"].tolist() == [0, 50, 100]


def test_an_answer_that_the_later_item_cannot_hold_is_blanked_and_said() -> None:
    old = survey(1, [item("n", "number"), item("why", "comment")])
    new = survey(2, [item("n", "number", integer=True), item("why", "comment")])
    moved = read(pd.DataFrame({"n": ["2.5", "3"], "why": ["a", "b"]}), old).migrate(new)
    assert moved.accepted["n"].isna().tolist() == [True, False]
    (issue,) = moved.issues[moved.issues["code"] == "migrated_unfit"].to_dict("records")
    assert (issue["severity"], issue["raw_value"]) == ("warning", "2.5")


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 10_000))
def test_a_rename_and_its_migration_read_back_equal(seed: int) -> None:
    data = random_survey(seed) | {"version": 1}
    data.pop("migrations", None)
    old = survey_from_dict(data)
    movable = [i.name for i in old.items if i.type not in ("note", "hidden")]
    if not movable:
        return
    rng = random.Random(seed)
    names = {name: f"{name}_later" for name in rng.sample(movable, min(3, len(movable)))}
    later = renamed(data, names) | {"version": 2, "migrations": [{"from": 1, "to": 2, "rename": names}]}
    new = survey_from_dict(later)
    diff = old.diff(new)
    assert diff.ok, diff.lines()
    assert {change.kind for change in diff.changes} == {"item_renamed"}
    answers = [random_answers(old, rng) for _ in range(5)]
    frame = pd.DataFrame([flat(answer) for answer in answers], dtype=str)
    if not any(name in column for column in frame.columns for name in movable):
        return
    before = read_responses(frame.fillna(""), old)
    after = before.migrate(new)
    assert after.ledger == before.ledger
    here = before.accepted.rename(columns=lambda c: swapped(c, names))
    names_there = sorted(map(str, here.columns))
    assert names_there == sorted(map(str, after.accepted.columns))
    pd.testing.assert_frame_equal(here[names_there], after.accepted[names_there])


def swapped(column: str, names: dict[str, str]) -> str:
    head, mark, part = column.partition("__")
    return f"{names.get(head, head)}{mark}{part}"


_NOT_NAMES = {
    "ask", "label", "help", "text", "title", "value", "options", "rows", "columns", "look", "type", "kind", "format",
    "extra", "low", "high", "labels", "status", "dimension",
}  # fmt: skip


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Give a survey's data with items renamed wherever they are named."""
    if isinstance(value, dict):
        return {
            (swapped_path(key, names) if isinstance(key, str) else key): renamed(entry, names)
            if key not in _NOT_NAMES
            else conditions_renamed(entry, names)
            for key, entry in value.items()
        }
    if isinstance(value, list):
        return [renamed(entry, names) for entry in value]
    if isinstance(value, str):
        return re.sub(r"\{([A-Za-z_]\w*)", lambda m: "{" + names.get(m[1], m[1]), swapped_path(value, names))
    return value


def conditions_renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [conditions_renamed(entry, names) for entry in value]
    if isinstance(value, dict):
        return {k: renamed(v, names) if k == "show_if" else v for k, v in value.items()}
    return value


def swapped_path(text: str, names: dict[str, str]) -> str:
    head, dot, part = text.partition(".")
    return f"{names.get(head, head)}{dot}{part}"


def flat(answers: dict[str, Any]) -> dict[str, str]:
    """Give typed answers as cells of a plain table."""
    cells: dict[str, str] = {}
    for name, value in answers.items():
        if isinstance(value, dict):
            cells |= {f"{name}__{row}": str(point) for row, point in value.items()}
        elif isinstance(value, bool):
            cells[name] = "yes" if value else "no"
        else:
            cells[name] = " > ".join(value) if isinstance(value, tuple) else str(value)
    return cells


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_an_earlier_version_is_worked_out_from_migrations_of_any_survey(seed: int) -> None:
    data = random_survey(seed) | {"version": 2}
    data.pop("migrations", None)
    asked = [each for each in survey_from_dict(data).items if each.type not in ("note", "hidden")]
    step: dict[str, Any] = {"from": 1, "to": 2, "rename": {f"{each.name}_old": each.name for each in asked}}
    chosen = [each for each in asked if each.type in ("single", "multi", "ranking")]
    step["recode"] = {each.name: {"ancient": each.values[0]} for each in chosen}
    scales = {each.name: each.scale for each in asked if each.scale is not None}
    step["rescale"] = {name: {"from": [1, 9], "to": [scale[0], scale[-1]]} for name, scale in scales.items()}
    later = survey_from_dict(data | {"migrations": [step]})
    earlier = inferred_version(later, 1)
    assert earlier.version == 1
    assert {each.name for each in earlier.items} >= set(step["rename"])
    steps = passage(earlier, later)
    for name, scale in scales.items():
        assert [steps.value(f"{name}_old", end, scale) for end in (1, 9)] == [scale[0], scale[-1]]
    for each in chosen:
        assert "ancient" in earlier.item(f"{each.name}_old").values
        assert steps.value(f"{each.name}_old", "ancient") == each.values[0]
