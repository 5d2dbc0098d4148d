"""What a later version of a survey changes: each rule has a case, and no rule is without one."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.diff import SurveyDiff
from closeloop.survey.diff.rules import RULES, VERDICTS
from closeloop.survey.load import load_survey, survey_from_dict
from closeloop.survey.survey import Survey
from closeloop.text import speaking
from random_surveys import random_answers, random_condition, random_survey

Data = dict[str, Any]
Edit = Callable[[Data], object]


def text(words: str) -> dict[str, str]:
    return {"en": words, "zh-CN": f"{words}？"}


def options(*values: str) -> list[Data]:
    return [{"value": value, "text": text(value.title())} for value in values]


BASE: Data = {
    "format": 1,
    "id": "visit",
    "version": 1,
    "stage": "draft",
    "languages": ["en", "zh-CN"],
    "title": text("Visit"),
    "timezone": "Asia/Shanghai",
    "status": {"test": ["preview"]},
    "pages": [
        {
            "name": "main",
            "title": text("Start"),
            "items": [
                {"name": "recommend", "type": "nps", "ask": text("Recommend us?"), "low": text("no"),
                 "high": text("yes")},
                {"name": "overall", "type": "csat", "ask": text("Satisfied?"), "label": text("Overall")},
                {
                    "name": "pains", "type": "multi", "ask": text("What hurts?"), "show_if": "{recommend} <= 8",
                    "options": options("price", "wait", "staff"), "max": 2, "other": True,
                },
                {"name": "branch", "type": "single", "ask": text("Where?"), "options": options("east", "west")},
            ],
        },
        {
            "name": "more",
            "items": [
                {"name": "grid", "type": "matrix", "points": 5, "ask": text("Rate"), "rows": options("speed", "care")},
                {"name": "visits", "type": "number", "ask": text("Visits?"), "min": 0, "max": 99},
                {
                    "name": "why", "type": "comment", "ask": text("Why?"), "pii": True, "require_if": "{overall} <= 2",
                    "required_message": text("Please say why"),
                    "checks": [{"expr": "{why} notempty", "message": text("Say more")}],
                },
                {"name": "call", "type": "yesno", "ask": text("Call?"), "required": True, "show_if": "{visits} > 2"},
            ],
        },
    ],
    "thanks": [{"if": "{recommend} <= 6", "text": text("Sorry")}, {"text": text("Thanks")}],
    "metrics": {
        "nps": {"kind": "nps", "item": "recommend"},
        "csat": {"kind": "csat", "item": "overall", "label": text("Satisfaction")},
    },
    "sources": {"wjx": {"recommend": {"column": "1"}}},
    "follow_up": [{"id": "low", "when": "{recommend} <= 6", "severity": "minor"}],
}  # fmt: skip


def item(data: Data, name: str) -> Data:
    return next(i for page in data["pages"] for i in page["items"] if i["name"] == name)


def put(name: str, /, **keys: Any) -> Edit:
    return lambda data: item(data, name).update(keys)


def drop(name: str, key: str) -> Edit:
    return lambda data: item(data, name).pop(key)


def add(**keys: Any) -> Edit:
    new = {"type": "comment", "ask": text("New?"), "name": "new", **keys}
    return lambda data: data["pages"][1]["items"].append(new)


def remove(name: str) -> Edit:
    def edit(data: Data) -> None:
        for page in data["pages"]:
            page["items"] = [each for each in page["items"] if each["name"] != name]

    return edit


def option(name: str, place: int, key: str = "options", /, **keys: Any) -> Edit:
    return lambda data: item(data, name)[key][place].update(keys)


def top(**keys: Any) -> Edit:
    return lambda data: data.update(keys)


def both(*edits: Edit) -> Edit:
    return lambda data: [edit(data) for edit in edits]


CASES: list[tuple[str, Edit]] = [
    ("id_changed", top(id="other")),
    ("language_removed", lambda d: (d.update(languages=["en"]), d.update(only(d, "en")))),
    ("language_order", top(languages=["zh-CN", "en"])),
    ("title_changed", top(title=text("A visit"))),
    ("timezone_changed", top(timezone="Europe/Berlin")),
    ("status_changed", top(status={"test": ["preview", "try"]})),
    ("stage_changed", top(stage="live")),
    ("duplicates_changed", top(duplicates=[{"by": "respondent_id", "keep": "last"}])),
    ("thanks_changed", lambda d: d["thanks"].pop(0)),
    ("thanks_wording", lambda d: d["thanks"][1].update(text=text("Thank you"))),
    ("sources_changed", top(sources={"wjx": {"recommend": {"column": "2"}}})),
    ("follow_up_added", lambda d: d["follow_up"].append({"id": "b", "when": "{call} = true", "severity": "minor"})),
    ("follow_up_removed", top(follow_up=[])),
    ("follow_up_changed", lambda d: d["follow_up"][0].update(severity="major")),
    ("extra_changed", top(extra={"theme": "dark"})),
    ("page_title", lambda d: d["pages"][0].update(title=text("Begin"))),
    ("page_condition", lambda d: d["pages"][1].update(show_if="{branch} = 'east'")),
    ("end_condition", top(end_if=["{recommend} = 0"])),
    ("page_renamed", lambda d: d["pages"][1].update(name="end")),
    ("page_moved", lambda d: d["pages"][1]["items"].insert(0, d["pages"][0]["items"].pop(3))),
    ("order_changed", lambda d: d["pages"][1]["items"].reverse()),
    ("item_added", add()),
    ("required_item_added", add(required=True)),
    ("note_added", add(type="note")),
    ("item_removed", remove("branch")),
    ("item_renamed", put("branch", name="shop")),
    ("item_renamed", both(put("recommend", ask=text("Satisfied with it?")),
                          lambda d: d["pages"][1]["items"].insert(0, {**item(BASE, "recommend"), "name": "again"}))),
    ("type_changed", lambda d: (put("visits", type="text")(d), drop("visits", "min")(d), drop("visits", "max")(d))),
    ("scale_changed", put("overall", points=7)),
    ("scale_changed", put("grid", points=3)),
    ("scale_changed", lambda d: (put("recommend", type="rating", min=1, max=10)(d), d["metrics"].pop("nps"))),
    ("ends_swapped", put("recommend", low=text("yes"), high=text("no"))),
    ("ends_swapped", both(drop("recommend", "low"), drop("recommend", "high"),
                          put("recommend", labels={0: text("yes"), 10: text("no")}))),
    ("reverse_flipped", put("overall", reverse=True)),
    ("wording_changed", put("recommend", ask=text("Would you recommend us?"))),
    ("wording_changed", put("recommend", low=text("never"))),
    ("wording_changed", put("overall", labels={1: text("bad")})),
    ("label_changed", put("overall", label=text("All in all"))),
    ("message_changed", put("why", required_message=text("Why?"))),
    ("message_changed", put("why", checks=[{"expr": "{why} notempty", "message": text("Go on")}])),
    ("look_changed", put("why", type="text")),
    ("look_changed", put("branch", look="dropdown")),
    ("pii_added", put("branch", pii=True)),
    ("pii_removed", drop("why", "pii")),
    ("analysis_changed", put("grid", dimension="quality")),
    ("confirmed", put("branch", to_confirm={"en": "a guess"})),
    ("option_added", lambda d: item(d, "branch")["options"].append(options("north")[0])),
    ("option_added", put("branch", other=True)),
    ("option_removed", lambda d: item(d, "pains")["options"].pop(1)),
    ("option_removed", drop("pains", "other")),
    ("option_recoded", option("pains", 0, value="cost")),
    ("option_recoded", both(option("branch", 0, value="west"), option("branch", 1, value="east"))),
    ("option_wording", option("pains", 0, text=text("Costs"))),
    ("option_order", lambda d: item(d, "branch")["options"].reverse()),
    ("option_code_added", option("branch", 0, code=7)),
    ("limit_narrowed", option("pains", 0, exclusive=True)),
    ("row_added", lambda d: item(d, "grid")["rows"].append(options("calm")[0])),
    ("row_removed", lambda d: item(d, "grid")["rows"].pop()),
    ("row_renamed", option("grid", 0, "rows", value="pace")),
    ("required_added", put("branch", required=True)),
    ("required_removed", put("call", required=False)),
    ("required_of_more", put("why", require_if="{overall} <= 3")),
    ("required_of_fewer", put("why", require_if="{overall} < 2")),
    ("required_of_fewer", drop("why", "require_if")),
    ("shown_to_fewer", put("pains", show_if="{recommend} <= 6")),
    ("shown_to_fewer", put("branch", show_if="{overall} = 1")),
    ("shown_to_fewer", top(end_if=["{recommend} = 0"])),
    ("shown_to_fewer", lambda d: d["pages"][1].update(show_if="{branch} = 'east'")),
    ("shown_to_more", drop("pains", "show_if")),
    ("required_shown_to_more", put("call", show_if="{visits} >= 2")),
    ("shown_unclear", put("call", show_if="{visits} * 2 > 4.5")),
    ("condition_rewritten", put("pains", show_if="!({recommend} > 8) and {recommend} notempty")),
    ("limit_narrowed", put("pains", max=1)),
    ("limit_narrowed", put("visits", integer=True)),
    ("limit_narrowed", put("why", max_length=10)),
    ("limit_narrowed", put("visits", checks=[{"expr": "{visits} > 1", "message": text("More")}])),
    ("limit_narrowed", put("grid", every_row=True)),
    ("limit_widened", put("pains", max=3)),
    ("limit_widened", drop("visits", "min")),
    ("limit_widened", drop("why", "checks")),
    ("metric_added", lambda d: d["metrics"].update(mood={"kind": "mean", "item": "overall"})),
    ("metric_removed", lambda d: d["metrics"].pop("nps")),
    ("metric_changed", lambda d: d["metrics"]["csat"].update(top=1)),
    ("metric_changed", lambda d: d["metrics"]["csat"].update(kind="top_box")),
    ("metric_label", lambda d: d["metrics"]["csat"].update(label=text("Happiness"))),
]  # fmt: skip


def only(value: Any, tag: str) -> Any:
    """Give a survey's data with its texts in one language."""
    if isinstance(value, dict):
        return {tag: value[tag]} if set(value) == {"en", "zh-CN"} else {k: only(v, tag) for k, v in value.items()}
    return [only(entry, tag) for entry in value] if isinstance(value, list) else value


def edited(edit: Edit, base: Data = BASE) -> Data:
    data = copy.deepcopy(base)
    edit(data)
    return data


def diff(edit: Edit, base: Data = BASE) -> SurveyDiff:
    return survey_from_dict(base).diff(survey_from_dict(edited(edit, base)))


@pytest.mark.parametrize(("kind", "edit"), CASES, ids=[f"{n}-{kind}" for n, (kind, _) in enumerate(CASES)])
def test_a_change_is_called_by_its_name_and_weighs_what_the_table_says(kind: str, edit: Edit) -> None:
    found = diff(edit)
    kinds = [change.kind for change in found.changes]
    assert kind in kinds, found.lines()
    change = found.changes[kinds.index(kind)]
    assert change.verdict == RULES[kind].verdict
    assert (change.remedy is not None) == (change.verdict == "breaking")
    assert found.ok == (found.verdict != "breaking")
    for tag in ("en", "zh-CN"):
        assert change.why.in_language(tag)
        assert "{" not in change.why.in_language(tag).replace("{recommend", "").replace("{overall", "").replace(
            "{visits", "").replace("{branch", "").replace("{call", "").replace("{why", "")  # fmt: skip


ELSEWHERE = {
    "language_added",
    "timezone_added",
    "version_lowered",
    "option_code",
    "option_exclusive",
    "note_removed",
    "note_shown",
}
"""Kinds with a test of their own: they need another survey to begin with."""


def test_every_rule_has_a_case() -> None:
    assert {kind for kind, _ in CASES} | ELSEWHERE == set(RULES)


@pytest.mark.parametrize(
    ("kind", "base", "edit"),
    [
        (
            "language_added",
            only(BASE, "en") | {"languages": ["en"]},
            lambda d: (d.clear(), d.update(copy.deepcopy(BASE))),
        ),
        ("timezone_added", {k: v for k, v in BASE.items() if k != "timezone"}, top(timezone="Asia/Shanghai")),
        ("version_lowered", BASE | {"version": 3}, top(version=2)),
        ("option_exclusive", edited(option("pains", 0, exclusive=True)), option("pains", 0, exclusive=False)),
        ("note_removed", edited(add(type="note")), remove("new")),
        ("note_shown", edited(add(type="note")), put("new", show_if="{recommend} > 3")),
        ("option_code", edited(option("branch", 0, code=1)), option("branch", 0, code=2)),
    ],
)
def test_changes_from_another_beginning(kind: str, base: Data, edit: Edit) -> None:
    found = diff(edit, base)
    assert [change.kind for change in found.changes] == [kind]
    assert found.verdict == RULES[kind].verdict


def test_a_survey_is_no_different_from_itself_nor_from_its_tests_and_migrations() -> None:
    data = edited(top(tests=[{"name": "a", "steps": [{"set": {"recommend": 1}}]}]))
    found = survey_from_dict(BASE).diff(survey_from_dict(data))
    assert (found.verdict, found.changes, found.ok) == ("none", (), True)


def test_a_breaking_change_is_owned_up_to_by_a_version_and_a_migration() -> None:
    recoded = both(option("pains", 0, value="cost"), put("overall", points=7))
    step = {
        "from": 1,
        "to": 2,
        "recode": {"pains": {"price": "cost"}},
        "rescale": {"overall": {"from": [1, 5], "to": [1, 7]}},
    }
    assert not diff(recoded).ok
    bumped = diff(both(recoded, top(version=2)))
    assert {change.kind for change in bumped.faults} == {"option_recoded", "scale_changed"}
    told = diff(both(recoded, top(version=2, migrations=[step])))
    assert (told.verdict, told.ok, told.faults) == ("breaking", True, ())
    assert "every step told" in told.sentence.en


def test_a_removed_item_may_be_dropped_or_renamed() -> None:
    gone = both(remove("branch"), top(version=2))
    assert not diff(gone).ok
    assert diff(both(gone, top(migrations=[{"from": 1, "to": 2, "drop": ["branch"]}]))).ok
    named = both(put("branch", name="shop", ask=text("Which shop?")), top(version=2))
    assert {c.kind for c in diff(named).changes} >= {"item_removed", "item_added"}
    told = diff(both(named, top(migrations=[{"from": 1, "to": 2, "rename": {"branch": "shop"}}])))
    assert told.ok
    assert {c.kind for c in told.changes} == {"item_renamed", "wording_changed"}


def test_a_renamed_item_takes_its_conditions_metrics_and_maps_along() -> None:
    def edit(data: Data) -> None:
        put("recommend", name="advise")(data)
        put("pains", show_if="{advise} <= 8")(data)
        data["thanks"][0]["if"] = "{advise} <= 6"
        data["metrics"]["nps"]["item"] = "advise"
        data["sources"]["wjx"] = {"advise": {"column": "1"}}
        data["follow_up"][0]["when"] = "{advise} <= 6"

    assert [change.kind for change in diff(edit).changes] == ["item_renamed"]


def test_new_wording_of_a_metric_item_spoils_the_comparison_of_its_scores() -> None:
    found = diff(put("recommend", ask=text("Would you?")))
    assert (found.verdict, found.ok) == ("wording", True)
    assert list(found.not_comparable) == ["recommend"]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("{visits} > 2", "{visits} >= 3", "shown_to_fewer"),  # 2.5 visits
        ("{recommend} > 2", "{recommend} >= 3", None),
        ("{pains} contains 'price'", "{pains} anyof ['price', 'wait']", "shown_to_more"),
        ("{pains} anyof ['price', 'wait']", "{pains} contains 'price' or {pains} contains 'wait'", None),
        ("{branch} != 'east'", "{branch} = 'west'", "shown_to_fewer"),  # no answer is not east
        ("{grid.speed} < 3", "{grid.speed} <= 2", None),
        ("{visits} >= 0", "{visits} >= 0 and {call} = true", "shown_to_fewer"),
        ("{branch} = 'east' and {recommend} < 5", "{recommend} < 5 and {branch} = 'east'", None),
    ],
)
def test_conditions_are_compared_by_all_answers_that_matter(before: str, after: str, kind: str | None) -> None:
    def edit(condition: str) -> Edit:
        return add(name="last", show_if=condition)

    old, new = survey_from_dict(edited(edit(before))), survey_from_dict(edited(edit(after)))
    kinds = [change.kind for change in old.diff(new).changes]
    assert kinds == [kind or "condition_rewritten"]


def test_a_condition_upstream_hides_what_depends_on_it() -> None:
    chain = edited(add(name="last", show_if="{call} empty"))
    found = diff(put("call", show_if="{visits} > 5"), chain)
    assert {change.item: change.kind for change in found.changes} == {"call": "shown_to_fewer", "last": "shown_to_more"}


def test_where_the_page_decides_its_condition_is_told_with_the_item() -> None:
    found = diff(lambda d: d["pages"][1].update(show_if="{branch} = 'east'"))
    told = {change.item: (change.old, change.new) for change in found.faults}
    assert told["visits"] == ("", "{branch} = 'east'")
    found = diff(top(end_if=["{recommend} = 0"]))
    assert {change.new for change in found.faults} == {"end_if {recommend} = 0"}


def test_two_questions_that_change_names_are_two_renamed_ones() -> None:
    base = edited(add(name="tidy", type="yesno", ask=text("Tidy?")))
    base = edited(add(name="loud", type="yesno", ask=text("Loud?")), base)
    found = diff(both(put("tidy", ask=text("Loud?")), put("loud", ask=text("Tidy?"))), base)
    assert {(change.kind, change.old, change.new) for change in found.faults} == {
        ("item_renamed", "tidy", "loud"),
        ("item_renamed", "loud", "tidy"),
    }


def test_swapped_ends_are_seen_although_a_language_was_added() -> None:
    base = only(BASE, "en") | {"languages": ["en"]}
    found = survey_from_dict(base).diff(
        survey_from_dict(edited(put("recommend", low=text("yes"), high=text("no")), BASE))
    )
    assert [change.kind for change in found.faults] == ["ends_swapped"]


def test_what_is_settled_is_told_without_a_remedy() -> None:
    moved = [{"from": 1, "to": 2, "recode": {"pains": {"price": "cost"}}}]
    found = diff(both(option("pains", 0, value="cost"), top(version=2, migrations=moved)))
    assert found.ok
    assert "Raise version" not in str(found)
    assert set(found.to_frame()["remedy"]) == {""}
    assert "Raise version" in str(diff(option("pains", 0, value="cost")))


def test_it_is_said_with_file_and_line_in_both_languages(tmp_path: Path) -> None:
    old, new = tmp_path / "old.survey.yaml", tmp_path / "new.survey.yaml"
    survey_from_dict(BASE).save(old)
    new.write_text(old.read_text("utf-8").replace("value: price", "value: cost"), "utf-8")
    found = load_survey(old).diff(load_survey(new))
    line = next(n for n, text in enumerate(new.read_text("utf-8").splitlines(), 1) if "value: cost" in text)
    (change,) = found.changes
    assert (change.old_place, change.new_place) == (f"{old}:{line}", f"{new}:{line}")
    assert str(found).splitlines()[1].startswith(f"  {new}:{line}: breaking: pains: The option price is stored as cost")
    with speaking("zh-CN"):
        assert "选项的编码由 price 改为 cost" in str(found)
        assert "破坏性" in found._repr_html_()
    frame = found.to_frame()
    assert frame.loc[0, ["verdict", "kind", "needs"]].tolist() == ["breaking", "option_recoded", "recode"]
    assert found.changes == tuple(sorted(found.changes, key=lambda c: -VERDICTS.index(c.verdict)))


def breaking_edits(data: Data, rng: random.Random) -> list[Edit]:
    """Give edits of a random survey each of which breaks it."""
    found: list[Edit] = []
    referred = repr([data["pages"], data.get("end_if"), data.get("thanks"), data.get("follow_up"), data.get("metrics")])
    for page in data["pages"]:
        for each in page["items"]:
            name, kind = each["name"], each["type"]
            free = "{" + name not in referred and f"'{name}" not in repr(
                [data.get("metrics"), data.get("sources"), data.get("tests"), data.get("migrations")]
            )
            if kind in ("single", "multi", "ranking") and free and name not in repr(data.get("sources", "")):
                found.append(lambda d, name=name: recode(item(d, name)["options"], 0))  # type: ignore[misc]
            if kind not in ("note", "hidden") and free and not each.get("required"):
                found.append(lambda d, name=name: item(d, name).update(required=True))  # type: ignore[misc]
            if kind not in ("note", "hidden") and not each.get("reverse"):
                found.append(lambda d, name=name: item(d, name).update(reverse=True))  # type: ignore[misc]
            if kind == "rating" and free and "labels" not in each and each.get("look") != "smileys":
                found.append(lambda d, name=name, each=each: item(d, name).update(  # type: ignore[misc]
                    max=each.get("max", 5) + each.get("step", 1)))  # fmt: skip
    found.append(lambda d: d["pages"][0]["items"].append({"name": "brand_new", "type": "yesno", "required": True}))
    return rng.sample(found, min(3, len(found)))


def recode(entries: list[Any], place: int) -> None:
    value = entries[place]
    entries[place] = {**(value if isinstance(value, dict) else {"value": value}), "value": "quite_another_value"}


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 100_000))
def test_nothing_differs_from_itself_and_every_breaking_edit_breaks(seed: int) -> None:
    data = random_survey(seed)
    survey = survey_from_dict(data)
    same = survey.diff(survey_from_dict(data))
    assert (same.verdict, same.changes) == ("none", ())
    for edit in breaking_edits(data, random.Random(seed)):
        changed = copy.deepcopy(data)
        edit(changed)
        try:
            later: Survey = survey_from_dict(changed)
        except SurveyDefinitionError:
            continue  # the edit is none: the file would not load
        found = survey.diff(later)
        assert found.verdict == "breaking", found.lines()
        assert not found.ok


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 100_000))
@example(58)
@example(84)
def test_answers_that_were_right_stay_right_where_nothing_is_said_to_break(seed: int) -> None:
    data, rng = random_survey(seed), random.Random(seed)
    survey = survey_from_dict(data)
    for _ in range(3):
        changed = copy.deepcopy(data)
        other_branching(changed, rng)
        try:
            later = survey_from_dict(changed)
        except SurveyDefinitionError:
            continue  # the edit is none: the file would not load
        found = survey.diff(later)
        if found.verdict != "breaking":
            for number in range(10):
                answers = random_answers(survey, random.Random(f"{seed} {number}"))
                assert later.check(answers) == (), found.lines()


def other_branching(data: Data, rng: random.Random) -> None:
    """Change who sees what in a random survey, or what may be answered."""
    items = [each for page in data["pages"] for each in page["items"]]
    chosen = rng.choice(items)
    condition = random_condition(rng, items[: max(1, items.index(chosen))])
    pages = data["pages"]
    what = rng.randrange(6)
    if what == 0:
        data.pop("end_if", None)
    elif what == 1:
        pages[-1]["show_if"] = condition or "true"
    elif what == 2 and len(pages) > 1 and len(pages[0]["items"]) > 1:
        pages[1]["items"].append(pages[0]["items"].pop(0))
    elif what == 3:
        chosen.pop("show_if", None)
    elif what == 4 and chosen.get("options"):
        chosen["options"] = chosen["options"][1:] or chosen["options"]
    elif condition:
        chosen["show_if"] = condition


STEP = {"from": 1, "to": 2}


@pytest.mark.parametrize(
    ("migration", "code", "words"),
    [
        ({"rename": {"overall": "branch", "branch": "overall"}}, "migration_cycle", "overall → branch → overall"),
        ({"rename": {"old": "nowhere"}}, "migration_item", "no item “nowhere”"),
        ({"rename": {"overall": "branch"}}, "migration_still_there", "still an item “overall”"),
        ({"rename": {"a": "branch", "b": "branch"}}, "migration_onto_existing", "already takes the answers of “a”"),
        ({"recode": {"nowhere": {"a": "b"}}}, "migration_item", "no item “nowhere”"),
        ({"recode": {"pains": {"cost": "pric"}}}, "migration_unknown_option", "“pric” is not an option"),
        ({"recode": {"why": {"a": "b"}}}, "migration_no_options", "nothing to recode"),
        ({"rescale": {"why": {"from": [1, 2], "to": [1, 3]}}}, "migration_no_scale", "no scale"),
        ({"rescale": {"overall": {"from": [1, 7], "to": [1, 10]}}}, "migration_wrong_scale", "runs from 1 to 5"),
        ({"rescale": {"overall": {"from": [7, 1], "to": [1, 5]}}}, "migration_scale_order", "lowest to its highest"),
        ({"rescale": {"overall": {"from": [1, 7], "to": [1, 5], "rule": "guess"}}}, "not_a_choice", "linear"),
        ({"rename": {"a": "branch"}, "drop": ["a"]}, "migration_dropped_too", "renamed and dropped"),
        ({"drop": ["a", "a"]}, "migration_dropped_twice", "dropped twice"),
    ],
)
def test_hostile_migrations_are_refused_with_their_line(tmp_path: Path, migration: Data, code: str, words: str) -> None:
    file = tmp_path / "visit.survey.yaml"
    survey_from_dict(BASE | {"version": 2}).save(file)
    lines = file.read_text("utf-8").count("\n")
    file.write_text(f"{file.read_text('utf-8')}migrations:\n  - {STEP | migration}\n", "utf-8")
    with pytest.raises(SurveyDefinitionError) as caught:
        load_survey(file)
    assert code in {finding.code for finding in caught.value.findings}
    assert all(finding.line == lines + 2 for finding in caught.value.findings)
    assert words in str(caught.value)


def test_two_migrations_for_one_step_are_refused() -> None:
    data = BASE | {"version": 2, "migrations": [STEP | {"drop": ["a"]}, STEP | {"drop": ["b"]}]}
    with pytest.raises(SurveyDefinitionError, match="already told"):
        survey_from_dict(data)


def test_a_chain_of_migrations_is_checked_backwards_from_what_the_file_asks() -> None:
    steps = [
        {"from": 1, "to": 2, "rename": {"q": "middle"}, "recode": {"middle": {"a": "b"}}},
        {"from": 2, "to": 3, "rename": {"middle": "branch"}, "recode": {"branch": {"b": "east"}}},
    ]
    assert survey_from_dict(BASE | {"version": 3, "migrations": steps}).migrations[0].rename == {"q": "middle"}
    with pytest.raises(SurveyDefinitionError, match=r"no item “midle”.*Did you mean “middle”"):
        survey_from_dict(BASE | {"version": 3, "migrations": [STEP | {"rename": {"q": "midle"}}, steps[1]]})


@pytest.mark.parametrize("words", ["Please say why", "In short"])
def test_a_change_far_back_in_a_long_text_is_seen(words: str) -> None:
    start = words + " and tell us which of our branches it was, on which day, and who served you "
    old, new = (copy.deepcopy(BASE) for _ in range(2))
    old["pages"][1]["items"][2]["ask"] = text(start + "there")
    new["pages"][1]["items"][2]["ask"] = text(start + "then, or where")
    (change,) = survey_from_dict(old).diff(survey_from_dict(new)).changes
    assert change.old != change.new
    assert change.old.startswith("…")
    assert "there" in change.old
    assert "then, or where" in change.new
    assert max(len(change.old), len(change.new)) <= 60
