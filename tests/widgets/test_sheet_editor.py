"""The editor of a worksheet without a browser: what is typed is in the sheet, nothing is lost, matrices write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.errors import CloseloopError, ColumnNotFoundError
from closeloop.forms.items import BaseItem
from closeloop.rootcause.worksheet.load import shipped_names
from closeloop.rootcause.worksheet.template import SheetPage
from closeloop.rootcause.worksheet.worksheet import Worksheet
from closeloop.text import speaking
from closeloop.widgets.sheet.entry_ids import EntryIds
from closeloop.widgets.sheet.page_view import AT_ONCE, RESULTS
from closeloop.widgets.sheet.sheet_editor import SheetEditor

HOSTILE = "<script>window.hit=1</script><b>\u202emal</b> & \"' ] }}"


def example(name: str, tag: str = "en") -> Worksheet:
    """Give a shipped worksheet, filled with its example."""
    sheet: Worksheet = cl.worksheet(name)
    return sheet.fill(**sheet.template.examples[0].answers[tag])


def raw(item: BaseItem) -> Any:
    """Give an answer as a page sends it."""
    if item.type in {"single", "multi"}:
        return item.values[0] if item.type == "single" else [item.values[0]]
    if item.scale is not None:
        return item.scale[0]
    if item.type == "number":
        return str(getattr(item, "min", None) or 3)
    longest = getattr(item, "max_length", None)
    return {"yesno": "yes", "date": "2026-03-31"}.get(item.type, HOSTILE[:longest])


def section(editor: SheetEditor) -> dict[str, Any]:
    """Give the open section as the page gets it."""
    found: dict[str, Any] = json.loads(json.dumps(editor.view))["page"]
    return found


def ids(editor: SheetEditor, page: str) -> list[str]:
    """Give the ids of the entries of a page."""
    editor.do("open", page=page)
    return [entry["id"] for entry in section(editor)["entries"]]


# --- every template ---


@pytest.mark.parametrize("name", shipped_names())
def test_every_template_opens_and_every_item_can_be_answered(name: str) -> None:
    editor = cl.worksheet(name).edit(language="zh-CN")
    wanted: dict[str, Any] = {}
    with speaking("zh-CN"):
        for page in editor.sheet.template.pages:
            wanted |= answer_all(editor, page)
    for tag in ("en", "zh-CN"):
        editor.do("language", tag=tag)
        for page in editor.sheet.template.pages:
            editor.do("open", page=page.name)
            assert section(editor)["name"] == page.name
    assert set(wanted) <= set(editor.sheet.answers)
    for page in editor.sheet.template.repeated:
        assert set(editor.sheet.answers[page.name][0]) == wanted[page.name]
    assert editor._state.not_taken() == 0


def answer_all(editor: SheetEditor, page: SheetPage) -> dict[str, Any]:
    """Answer every item of a page; give what then has to be in the sheet."""
    items = [item for item in page.items if item.type != "note"]
    entry = ""
    if page.repeat is not None:
        editor.do_add(page.name)
        (entry,) = editor._state.entries(page.name)
    for item in items:
        assert editor.do_answer(page.name, item.name, raw(item), entry) is None, item.name
    names = {item.name for item in items}
    return {page.name: names} if entry else dict.fromkeys(names)


@pytest.mark.parametrize("name", ["5w2h", "risk-matrix", "swot", "option-matrix", "fmea", "affinity"])
def test_the_example_shows_in_both_languages_and_as_static_html(name: str) -> None:
    for tag in ("en", "zh-CN"):
        editor = example(name, tag).edit(language=tag)
        for each in editor.view["sections"]:
            editor.do("open", page=each["name"])
            assert section(editor)["title"]
        bundle, _ = editor._repr_mimebundle_()
        assert editor.sheet.title.in_language(tag) in bundle["text/html"]
        assert "<script" not in bundle["text/html"]


# --- answers ---


def test_an_answer_is_in_the_sheet_at_once_and_the_next_cell_sees_it() -> None:
    sheet = cl.worksheet("5w2h")
    editor = sheet.edit()
    assert repr(editor) == "<SheetEditor 5w2h: 0 of 15 items answered, 6 missing>"
    editor.do("answer", page="problem", item="what", value="The statement came late")
    assert sheet.answers == {"what": "The statement came late"}
    assert repr(editor) == "<SheetEditor 5w2h: 1 of 15 items answered, 5 missing>"
    assert "what" not in {each.item for each in sheet.missing()}
    assert [each["kind"] for each in section(editor)["beside"]["how_many"]] == ["warn"]


def test_the_sheet_may_be_changed_in_another_cell() -> None:
    sheet = example("risk-matrix")
    editor = sheet.edit()
    first = ids(editor, "risks")
    sheet.add("risks", risk="new")
    sheet.remove("risks", 1)
    editor.refresh()
    assert [each["id"] for each in section(editor)["entries"]][:-1] == first[1:]


def test_what_cannot_be_taken_over_stays_in_its_field_with_the_reason() -> None:
    sheet = cl.worksheet("ideas").fill(asked_n=12)
    editor = sheet.edit()
    said = editor.do("answer", page="question", item="asked_n", value="twelve or so")
    assert "twelve or so" in said
    field = next(each for each in section(editor)["fields"] if each["name"] == "asked_n")
    assert (field["value"], len(field["issues"])) == ("twelve or so", 1)
    assert sheet.answers["asked_n"] == 12
    assert editor.view["todo"][0] == {"kind": "kept", "text": "1 not taken over"}
    editor.do("answer", page="question", item="asked_n", value="-3")  # understood, and out of range
    field = next(each for each in section(editor)["fields"] if each["name"] == "asked_n")
    assert field["value"] == "-3"
    assert field["issues"]
    editor.do("answer", page="question", item="asked_n", value="14")
    assert sheet.answers["asked_n"] == 14
    assert all(each["kind"] != "kept" for each in editor.view["todo"])


def test_undo_takes_back_first_what_was_typed_last_and_redo_brings_it_again() -> None:
    sheet = cl.worksheet("ideas")
    editor = sheet.edit()
    editor.do("answer", page="question", item="asked_n", value="12")
    editor.do("answer", page="question", item="asked_n", value="many")
    assert editor.do("undo") == "Undone."
    field = next(each for each in section(editor)["fields"] if each["name"] == "asked_n")
    assert (field["value"], field["issues"]) == ("12", [])
    editor.do("undo")
    assert sheet.answers == {}
    assert (editor.view["can_undo"], editor.view["can_redo"]) == (False, True)
    assert editor.do("undo") == "There is nothing to undo."
    editor.do("redo")
    editor.do("redo")
    field = next(each for each in section(editor)["fields"] if each["name"] == "asked_n")
    assert field["value"] == "many"
    assert sheet.answers == {"asked_n": 12}


def test_long_and_hostile_text_is_kept_as_it_is() -> None:
    sheet = cl.worksheet("swot")
    editor = sheet.edit()
    text = (HOSTILE * 300)[:10_000]
    editor.do("add", page="strengths")
    (entry,) = ids(editor, "strengths")
    editor.do("answer", page="strengths", entry=entry, item="point", value=text)
    assert sheet.answers["strengths"][0]["point"] == text
    assert "<script" not in editor._repr_html_()


def test_an_answer_that_is_not_asked_any_more_is_shown_and_can_be_taken_away() -> None:
    sheet = cl.worksheet("ideas").fill(ideas=[{"text": "a", "fate": "done", "fate_why": "because"}])
    editor = sheet.edit()
    (entry,) = ids(editor, "ideas")
    editor.do("fold", page="ideas", entry=entry)
    shown = {each["name"]: each for each in section(editor)["entries"][0]["fields"]}
    assert shown["fate_why"]["value"] == "because"
    assert section(editor)["entries"][0]["beside"]["fate_why"]
    editor.do("answer", page="ideas", entry=entry, item="fate_why", value="")
    assert "fate_why" not in sheet.answers["ideas"][0]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("answer", {"page": "problem", "item": "nothing", "value": "x"}),
        ("answer", {"page": "problem", "item": "what", "entry": "e9", "value": "x"}),
        ("answer", {"page": "risks", "item": "risk", "entry": "e99", "value": "x"}),
        ("open", {"page": "nowhere"}),
        ("fold", {"page": "risks", "entry": "e99"}),
        ("add", {"page": "option"}),
        ("place", {"plane": "none", "entry": "e1", "column": 0, "row": 0}),
        ("place", {"plane": "risk_matrix", "entry": "e1", "column": 5, "row": 0}),
        ("place", {"plane": "risk_matrix", "entry": "e1", "column": -1, "row": 0}),
        ("jump", {"kind": "nothing"}),
        ("save", {}),
    ],
)
def test_what_a_page_asks_for_in_vain_is_said_in_words_and_changes_nothing(name: str, fields: dict[str, Any]) -> None:
    sheet = example("risk-matrix")
    editor = sheet.edit()
    before = sheet.answers
    editor._handle_custom_msg({"kind": "do", "seq": 1, "name": name, "fields": fields}, [])
    assert editor.error
    assert sheet.answers == before
    with pytest.raises((CloseloopError, ValueError)):
        editor.do(name, **fields)


# --- entries ---


def test_entries_are_added_moved_and_removed_and_keep_their_ids() -> None:
    sheet = example("risk-matrix")
    names = [each["risk"] for each in sheet.answers["risks"]]
    editor = sheet.edit()
    first, second, *others = ids(editor, "risks")
    editor.do("move", page="risks", entry=first, by=1)
    assert ids(editor, "risks") == [second, first, *others]
    assert [each["risk"] for each in sheet.answers["risks"]] == [names[1], names[0], *names[2:]]
    editor.do("remove", page="risks", entry=second)
    assert ids(editor, "risks") == [first, *others]
    editor.do("undo")
    assert ids(editor, "risks") == [second, first, *others]
    said = editor.do("add", page="risks")
    assert said == "Added: risk 5."
    assert section(editor)["entries"][-1]["open"]
    assert editor.view["goal"] == f"risks-{ids(editor, 'risks')[-1]}-risk"
    with pytest.raises(ValueError, match="at the end"):
        editor.do("move", page="risks", entry=second, by=-1)


def test_what_refers_to_an_entry_by_its_number_follows_it() -> None:
    sheet = example("swot")
    editor = sheet.edit()
    before = sheet.answers
    first, second = ids(editor, "weaknesses")
    editor.do("move", page="weaknesses", entry=first, by=1)
    assert [each["internal"] for each in sheet.answers["cross"]] == ["S1", "W1", "W1", "S2", "W2"]
    editor.do("remove", page="weaknesses", entry=second)
    assert [each.get("internal") for each in sheet.answers["cross"]] == ["S1", None, None, "S2", "W1"]
    editor.do("undo")
    editor.do("undo")
    assert sheet.answers == before
    sheet = cl.worksheet("ideas").fill(ideas=[{"text": "a"}, {"text": "b", "merged_into": 1}, {"text": "c"}])
    editor = sheet.edit()
    editor.do("move", page="ideas", entry=ids(editor, "ideas")[0], by=1)
    assert sheet.answers["ideas"][0] == {"text": "b", "merged_into": 2}
    editor.do("remove", page="ideas", entry=ids(editor, "ideas")[1])
    assert sheet.answers["ideas"] == [{"text": "b"}, {"text": "c"}]


def test_no_more_entries_than_the_template_allows() -> None:
    sheet = cl.worksheet("swot").fill(strengths=[{"point": str(n)} for n in range(8)])
    editor = sheet.edit()
    editor.do("open", page="strengths")
    assert section(editor)["full"]
    with pytest.raises(ValueError, match="at most 8"):
        editor.do("add", page="strengths")
    assert len(sheet.answers["strengths"]) == 8


def test_many_entries_come_in_parts_and_the_page_stays_small() -> None:
    sheet = cl.worksheet("ideas").fill(ideas=[{"text": f"idea {n}", "votes": n % 7} for n in range(200)])
    editor = sheet.edit()
    assert len(ids(editor, "ideas")) == AT_ONCE
    assert [each["part"] for each in section(editor)["parts"]] == [1, 2, 3]
    editor.do("part", page="ideas", part=3)
    assert section(editor)["entries"][0]["n"] == 3 * AT_ONCE + 1
    editor.do("part", page="ideas", part=99)
    assert section(editor)["entries"][0]["n"] == 3 * AT_ONCE + 1
    editor.do("answer", page="ideas", entry=section(editor)["entries"][0]["id"], item="votes", value="70")
    assert sheet.answers["ideas"][150]["votes"] == 70
    assert len(json.dumps(editor.view)) < 60_000


def test_ids_follow_an_entry_through_every_change() -> None:
    known = EntryIds()
    a, b, c = {"t": "a"}, {"t": "b"}, {"t": "c"}
    assert known.of([a, b, c]) == ("e1", "e2", "e3")
    assert known.of([a, {"t": "B"}, c]) == ("e1", "e2", "e3")
    assert known.of([c, a]) == ("e3", "e1")
    assert known.of([c, a, {}]) == ("e3", "e1", "e4")
    assert known.of([{"t": "B"}, c, a, {}]) == ("e2", "e3", "e1", "e4")


# --- what is missing and weak ---


def test_the_summary_jumps_from_one_to_the_next() -> None:
    editor = cl.worksheet("risk-matrix").edit()
    kinds = {each["kind"]: each["text"] for each in editor.view["todo"]}
    assert kinds == {"missing": "4 missing"}
    assert editor.do("jump", kind="missing") == "1 of 4: Not answered yet"
    assert (section(editor)["name"], editor.view["goal"]) == ("option", "option-what")
    editor.do("jump", kind="missing")
    assert editor.view["goal"] == "option-assessed_by"
    editor.do("jump", kind="missing")
    assert (section(editor)["name"], editor.view["goal"]) == ("risks", "page")
    editor.do("jump", kind="missing")
    editor.do("jump", kind="missing")
    assert editor.view["goal"] == "option-what"


def test_a_jump_opens_the_entry_that_is_meant_also_of_what_was_not_taken_over() -> None:
    sheet = example("risk-matrix").fill()
    editor = sheet.edit()
    second = ids(editor, "risks")[1]
    editor.do("answer", page="risks", entry=second, item="cost_low", value="a lot")
    editor.do("open", page="option")
    editor.do("jump", kind="kept")
    assert editor.view["goal"] == f"risks-{second}-cost_low"
    assert section(editor)["entries"][1]["open"]


# --- matrices ---


@pytest.mark.parametrize(
    ("name", "plane", "page", "items"),
    [
        ("risk-matrix", "risk_matrix", "risks", {"likelihood": 5, "impact": 5}),
        ("risk-matrix", "risk_matrix_after", "risks", {"likelihood_after": 5, "impact_after": 5}),
        ("effort-effect", "effort_effect", "options", {"effort": 5, "effect": 5}),
        ("two-by-two", "two_by_two", "entries", {"x": 5, "y": 5}),
        ("stakeholders", "stakeholders", "stakeholders", {"attitude": 2, "influence": 5}),
        ("swot", "swot_cross", "cross", {"external": "T2", "internal": "S1"}),
        ("affinity", "affinity", "notes", {"group": "Group 1"}),
    ],
)
def test_a_matrix_writes_the_answers_and_takes_them_back(
    name: str, plane: str, page: str, items: dict[str, Any]
) -> None:
    sheet = example(name)
    editor = sheet.edit()
    last = ids(editor, page)[-1]
    drawn = next(each for each in section(editor)["planes"] if each["name"] == plane)
    corner = {"plane": plane, "column": len(drawn["x"]["steps"]) - 1, "row": 0}
    before = sheet.answers
    said = editor.do("place", entry=last, **corner)
    assert said
    assert {item: sheet.answers[page][-1][item] for item in items} == items
    drawn = next(each for each in section(editor)["planes"] if each["name"] == plane)
    assert (drawn["chips"][-1]["column"], drawn["chips"][-1]["row"]) == (corner["column"], 0)
    assert drawn["chips"][-1]["called"] in drawn["cells"][0][corner["column"]]["label"]
    editor.do("lift", plane=plane, entry=last)
    assert not set(items) & set(sheet.answers[page][-1])
    editor.do("undo")
    editor.do("undo")
    assert sheet.answers == before


def test_a_matrix_says_in_words_where_an_entry_stands() -> None:
    for tag, said in (("en", "Likelihood 4 Likely, Impact 3 Many customers: high"), ("zh-CN", "可能性 4 很可能")):
        editor = example("risk-matrix", tag).edit(language=tag)
        editor.do("open", page="risks")
        assert section(editor)["planes"][0]["chips"][0]["said"].startswith(said)


def test_an_entry_can_be_added_in_a_cell() -> None:
    sheet = example("swot")
    editor = sheet.edit()
    editor.do("add_at", plane="swot_cross", column=2, row=3)
    assert sheet.answers["cross"][-1] == {"internal": "W2", "external": "T1"}
    assert section(editor)["entries"][-1]["open"]


def test_a_cross_needs_points_first() -> None:
    editor = cl.worksheet("swot").edit()
    editor.do("open", page="cross")
    assert section(editor)["planes"] == []


def test_own_names_of_the_axes_are_used() -> None:
    editor = cl.worksheet("two-by-two").fill(x_title="urgent", y_title="important", upper_right="now").edit()
    editor.do("open", page="entries")
    (plane,) = section(editor)["planes"]
    assert (plane["x"]["title"], plane["y"]["title"]) == ("urgent", "important")
    assert plane["cells"][0][4]["said"] == "urgent 5, important 5: now"


@pytest.mark.parametrize(
    ("name", "page", "item"), [("option-matrix", "options", "time"), ("fmea", "failures", "severity")]
)
def test_scores_stand_in_one_table_and_the_sentence_follows(name: str, page: str, item: str) -> None:
    sheet = example(name)
    editor = sheet.edit()
    first = ids(editor, page)[0]
    (table,) = section(editor)["scores"]
    assert item in {column["item"] for column in table["columns"]}
    assert section(editor)["said"]
    editor.do("answer", page=page, entry=first, item=item, value="1")
    assert sheet.answers[page][0][item] == 1
    editor.do("answer", page=page, entry=first, item=item, value="")
    assert item not in sheet.answers[page][0]


def test_results_are_a_section_of_their_own() -> None:
    editor = example("risk-matrix").edit()
    editor.do("open", page=RESULTS)
    assert "Agents refund" in section(editor)["html"][0]


# --- saving and languages ---


def test_save_writes_the_file_once_and_says_what_is_not_in_it(tmp_path: Path) -> None:
    sheet = cl.worksheet("ideas")
    editor = sheet.edit(path=tmp_path / "ideas.json")
    editor.do("answer", page="question", item="question", value="How might we answer sooner?")
    assert editor.view["unsaved"]
    assert not (tmp_path / "ideas.json").exists()
    assert editor.do("save") == "Saved as ideas.json."
    assert not editor.view["unsaved"]
    assert cl.load(tmp_path / "ideas.json") == sheet
    editor.do("answer", page="question", item="asked_n", value="some")
    assert editor.do("save").endswith("1 answer could not be taken over and is not in it.")


def test_save_keeps_one_version_in_the_loop_and_a_conflict_is_said(tmp_path: Path) -> None:
    with cl.open_loop(tmp_path / "loop.db", actor="Li Mei") as loop:
        sheet = cl.worksheet("5w2h")
        editor = sheet.edit(loop=loop)
        for word in ("a", "b", "c"):
            editor.do("answer", page="problem", item="what", value=word)
        assert editor.do("save") == "Saved as version 1."
        assert loop.load("5w2h") == sheet
        loop.save(cl.worksheet("5w2h").fill(what="from somebody else"))
        editor.do("answer", page="problem", item="what", value="d")
        with pytest.raises(CloseloopError):
            editor.do("save")
        assert editor.view["unsaved"]
        assert sheet.answers == {"what": "d"}


def test_save_needs_one_place() -> None:
    with pytest.raises(ValueError, match="either path or loop"):
        cl.worksheet("5w2h").edit(path="a.json", loop=object())


def test_the_language_is_the_one_in_use_and_can_be_changed() -> None:
    with speaking("zh-CN"):
        editor = cl.worksheet("5w2h").edit()
    assert editor.view["title"] == "5W2H 问题分析表"
    editor.do("answer", page="problem", item="what", value="迟到")
    editor.do("language", tag="en")
    assert editor.view["title"] == "5W2H"
    assert editor.sheet.answers == {"what": "迟到"}
    with pytest.raises((CloseloopError, ValueError)):
        editor.do("language", tag="fr")


def test_a_page_that_is_not_there_is_named() -> None:
    with pytest.raises(ColumnNotFoundError, match="problem"):
        cl.worksheet("5w2h").edit().do("open", page="problems")
