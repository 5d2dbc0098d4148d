"""The tree editors without a browser: what is done changes the document, can be undone, and says what it did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from closeloop.errors import ConflictError
from closeloop.followup.loop.opening import open_loop
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.load import load
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.themes.codings.coding import Coding
from closeloop.widgets.tree.issue_editor import IssueEditor
from closeloop.widgets.tree.whys_editor import WhysEditor

GAP = Gap(
    metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148), unit="percent",
    higher_is_better=False,
)  # fmt: skip


@pytest.fixture
def editor() -> WhysEditor:
    """Give an editor with three causes, one of them below another."""
    whys = FiveWhys(GAP, title="Parcels arrive late", author="Li Mei")
    made: WhysEditor = whys.edit()
    made.do("add", node="top", text="Parcels stay overnight")
    made.do("add", node=made.at, text="The last pick-up moved to 16:00")
    made.do("add", node="top", text="The scanner is slow")
    return made


def rows(editor: WhysEditor | IssueEditor) -> list[tuple[str, str]]:
    return [(row["no"], row["text"]) for row in editor.nodes]


def node(editor: WhysEditor | IssueEditor, number: str) -> str:
    return next(str(row["id"]) for row in editor.nodes if row["no"] == number)


def section(editor: WhysEditor | IssueEditor, key: str) -> dict[str, Any]:
    return next(one for one in editor.view["panel"]["sections"] if one["key"] == key)


def message(editor: WhysEditor | IssueEditor, name: str, **fields: Any) -> None:
    editor._handle_custom_msg({"kind": "do", "view": "v", "seq": 1, "name": name, "fields": fields}, [])


# --- five whys: the shape ---


def test_what_is_added_stands_in_the_document_and_is_chosen(editor: WhysEditor) -> None:
    assert rows(editor)[1:] == [
        ("1", "Parcels stay overnight"),
        ("1.1", "The last pick-up moved to 16:00"),
        ("2", "The scanner is slow"),
    ]
    assert editor.at == node(editor, "2") == editor.view["at"] == editor.view["panel"]["node"]
    assert editor.document.cause("1.1").state.text == "The last pick-up moved to 16:00"
    assert [link.state.by for link in editor.document.links] == ["Li Mei"] * 3


def test_a_page_asks_in_messages_and_hears_what_is_wrong(editor: WhysEditor) -> None:
    sent: list[dict[str, Any]] = []
    editor.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    message(editor, "rename", node=node(editor, "1"), text="   ")
    assert "needs words" in sent[-1]["error"]
    message(editor, "rename", node=node(editor, "1"), text="x" * 10_000)
    assert "10000 characters" in sent[-1]["error"]
    message(editor, "rename", node="l99", text="too late")
    assert sent[-1]["error"]
    assert rows(editor)[1] == ("1", "Parcels stay overnight")
    message(editor, "rename", node=node(editor, "1"), text="<b>Parcels</b> stay")
    assert sent[-1] == {"kind": "done", "view": "v", "seq": 1, "error": "", "say": "Now: 1 <b>Parcels</b> stay"}


def test_every_change_is_one_step_of_undo(editor: WhysEditor) -> None:
    before = rows(editor)
    for name, fields in (
        ("add", {"text": "Why so?"}),
        ("rename", {"text": "In other words"}),
        ("remove", {}),
        ("split", {"text": "The first half", "second": "The second half", "gate": "and"}),
        ("about", {"subject": "machine", "claim": "event", "duty": "manual", "dated": "2026-08-01"}),
        ("shift", {"by": 1}),
    ):
        editor.do(name, node=node(editor, "1"), **fields)
        assert editor.view["can_undo"]
        assert editor.do("undo") == "Undone."
        assert rows(editor) == before
        assert editor.view["can_redo"]
    assert editor.do("redo") == "Done again."
    assert rows(editor)[1] == ("1", "The scanner is slow")


def test_removing_says_what_went_and_chooses_the_nearest(editor: WhysEditor) -> None:
    assert editor.do("remove", node=node(editor, "1")) == (
        "Removed: Parcels stay overnight, and 1 below it. Ctrl+Z brings them back."
    )
    assert editor.at == node(editor, "1")
    assert rows(editor)[1:] == [("1", "The scanner is slow")]
    editor.do("remove", node=node(editor, "1"))
    assert editor.at == "top"
    with pytest.raises(ValueError, match="cannot be removed"):
        editor.do("remove", node="top")


def test_moving_refuses_a_circle_and_keeps_what_is_below(editor: WhysEditor) -> None:
    with pytest.raises(ValueError, match="both cause and effect"):
        editor.do("move", node=node(editor, "1"), to=node(editor, "1.1"))
    editor.do("move", node=node(editor, "1"), to=node(editor, "2"))
    assert [number for number, _ in rows(editor)[1:]] == ["1", "1.1", "1.1.1"]
    with pytest.raises(ValueError, match="cannot go further"):
        editor.do("shift", node=node(editor, "1"), by=-1)
    with pytest.raises(ValueError, match="not a cause of anything"):
        editor.do("move", node="top", to=node(editor, "1"))


def test_a_cause_with_two_effects_is_shown_in_full_once(editor: WhysEditor) -> None:
    editor.do("also", node=node(editor, "1.1"), to=node(editor, "2"))
    again = next(row for row in editor.nodes if row["no"] == "2.1")
    assert again["again"] == "1.1"
    assert again["no_tool"]["rename"] == "tree_editor.no_again"
    assert "same as 1.1" in again["spoken"]
    with pytest.raises(ValueError, match="already stands under"):
        editor.do("also", node=node(editor, "1.1"), to=node(editor, "2"))


def test_the_gate_needs_two_causes(editor: WhysEditor) -> None:
    assert editor.nodes[0]["gate"][:2] == ["or", "OR"]
    assert editor.do("gate", node="top") == "The causes of “Parcels arrive late” are now needed together."
    assert editor.nodes[0]["gate"][:2] == ["and", "AND"]
    assert "needed together" in editor.nodes[0]["spoken"]
    editor.do("add", node="top", text="A third")
    assert {link.gate for link in editor.document.links if link.effect.id == "top"} == {"and"}
    with pytest.raises(ValueError, match="two causes or more"):
        editor.do("gate", node=node(editor, "2"))
    assert next(row for row in editor.nodes if row["no"] == "2")["no_tool"]["gate"] == "tree_editor.no_gate"


def test_a_split_keeps_what_is_on_record_with_the_first(editor: WhysEditor) -> None:
    first = node(editor, "1.1")
    editor.do("evidence", node=first, kind="document", source="contract")
    editor.do("split", node=first, text="The pick-up moved", second="Nobody told the shop", gate="and")
    assert rows(editor)[2:4] == [("1.1", "The pick-up moved"), ("1.2", "Nobody told the shop")]
    assert len(editor.document.link_state(first).evidence) == 1
    assert {link.gate for link in editor.document.cause("1").causes[0].links} == {"and"}


# --- five whys: the record ---


def test_evidence_and_a_second_person_verify_a_step(editor: WhysEditor) -> None:
    one = node(editor, "1")
    editor.do("look", node=one)
    assert section(editor, "evidence")["text"] == "No evidence yet."
    editor.do(
        "evidence", node=one, kind="document", source="scans", says="1 212 of 1 240", on="2026-10-08", by="Li Mei"
    )
    assert section(editor, "evidence")["lines"][0]["text"] == "1 212 of 1 240"
    with pytest.raises(ValueError, match="cannot read it back"):
        editor.do("readback", node=one, choice="holds", by=" li mei")
    with pytest.raises(ValueError, match="Say who reads back"):
        editor.do("readback", node=one, choice="holds", by="")
    editor.do("readback", node=one, choice="holds", by="Chen Yu")
    assert editor.nodes[1]["mark"] == "verified"
    assert [chip[1] for chip in editor.nodes[1]["chips"]] == ["1 evidence", "holds"]
    ask = section(editor, "readback")["forms"][0]
    assert [choice[2] for choice in ask["choices"]] == [True, False, False]
    assert ask["fields"][0]["value"] == "Chen Yu"


def test_a_step_that_nobody_signed_waits_for_a_writer() -> None:
    editor: WhysEditor = FiveWhys("Parcels arrive late").edit()
    editor.do("add", node="top", text="The scanner is slow")
    assert "Nobody signed" in section(editor, "readback")["forms"][0]["why_not"]
    editor.do("undo")
    editor.do("look", node="top")
    editor.do("writer", node="top", by="Li Mei")
    editor.do("add", node="top", text="The scanner is slow")
    assert "why_not" not in section(editor, "readback")["forms"][0]


def test_the_record_of_an_end(editor: WhysEditor) -> None:
    end = node(editor, "1.1")
    editor.do("look", node=end)
    editor.do("stop", node=end, reason="another_problem")
    assert [one["name"] for one in section(editor, "stop")["forms"][0]["fields"]] == ["reason", "note", "problem"]
    editor.do("stop", node=end, reason="actionable", note="the contract is ours")
    editor.do("counterfactual", node=end, value="4,5 %", by="Li Mei")
    state = editor.document.cause("1.1").state
    assert (state.stop.reason, state.stop.note) == ("actionable", "the contract is ours")
    assert state.counterfactual.shrinks_to == pytest.approx(0.045)
    assert "13.8" in section(editor, "removed")["text"]
    with pytest.raises(ValueError, match="A number is needed"):
        editor.do("counterfactual", node=end, value="less")
    editor.do("countermeasure", node=end, id="CM-9", what="Sign every contract", strength="strong", aim="prevent")
    assert section(editor, "remedies")["lines"][0]["code"] == "CM-9"
    editor.do("detach", node=end, id="CM-9")
    editor.do("predict", node=end, effect="Complaints rise in August", found="yes")
    editor.do("sufficient", node=end, choice="yes")
    editor.do("no_rival", node=end, reason="the contract names the hour")
    editor.do("cases", node=end, ids="C-1, C-2，C-2")
    assert editor.document.cause("1.1").state.cases == ("C-1", "C-2")
    assert ["", "2 cases"] in next(row for row in editor.nodes if row["no"] == "1.1")["chips"]
    editor.do("look", node=node(editor, "1"))
    assert section(editor, "stop")["text"] == "The asking goes on below it."


def test_ruling_out_strikes_and_can_be_taken_back(editor: WhysEditor) -> None:
    two = node(editor, "2")
    editor.do("rule_out", node=two, kind="test", source="timed ten scans", says="4 s each")
    row = next(one for one in editor.nodes if one["no"] == "2")
    assert (row["mark"], row["notes"][-1]) == ("ruled-out", ["ok", "ruled out", "4 s each"])
    editor.do("reopen", node=two)
    assert next(one for one in editor.nodes if one["no"] == "2")["mark"] == "hypothesis"


def test_findings_stand_at_their_node_without_the_names_of_methods(editor: WhysEditor) -> None:
    levels = {row["no"]: [(rule, level) for level, rule, _ in row["notes"]] for row in editor.nodes}
    assert ("W11", "error") in levels["1.1"]
    text = next(text for _, rule, text in editor.nodes[2]["notes"] if rule == "W11")
    assert text == "Nobody said why the asking stops here. Ask on, or say why not."
    assert [one["level"] for one in editor.view["sums"]] == ["error", "warn"]
    assert section(editor, "mend")["lines"][0]["code"] == "W11"


def test_a_large_tree_is_checked_when_there_is_time() -> None:
    whys = FiveWhys("Parcels arrive late", author="Li Mei")
    for at in range(150):
        whys.ask(whys.top, f"Cause {at}")
    editor: WhysEditor = whys.edit()
    assert not editor.view["unchecked"]
    editor.do("add", node="top", text="The night shift forgot it")
    assert editor.view["unchecked"]
    assert editor.nodes[-1]["notes"] == []
    editor.do("check")
    assert not editor.view["unchecked"]
    assert editor.nodes[-1]["notes"][0][1] == "W06"


def test_coverage_counts_the_cases_that_are_given() -> None:
    whys = FiveWhys(GAP, title="Parcels arrive late", author="Li Mei")
    editor: WhysEditor = whys.edit(cases=["C-1", "C-2", "C-3"])
    editor.do("add", node="top", text="The pick-up is early")
    one = editor.at
    editor.do("cases", node=one, ids="C-1 C-2")
    editor.do("evidence", node=one, kind="query", source="scans")
    editor.do("readback", node=one, choice="holds", by="Chen Yu")
    assert "2 of 3 linked cases" in editor.view["cover"]
    assert "3 cases linked" in editor.view["top"]["facts"]


# --- reading back ---


def test_a_second_person_reads_one_step_after_the_other(editor: WhysEditor) -> None:
    editor.do("read")
    assert editor.view["panel"]["step"] == "name"
    with pytest.raises(ValueError, match="Say who reads back"):
        editor.do("begin", node="name", by=" ")
    said = editor.do("begin", node="name", by="Chen Yu")
    assert said == "Because the last pick-up moved to 16:00, therefore Parcels stay overnight."
    first = node(editor, "1.1")
    assert editor.view["panel"]["step"] == editor.at == first
    editor.do("answer", node=first, choice="does_not")
    editor.do("answer", node=first, choice="does_not")  # a second click on the same button
    editor.do("answer", node=editor.at, choice="holds")
    assert editor.do("answer", node=editor.at, choice="later") == "1 holds. 1 does not hold. 1 put off."
    assert editor.view["panel"]["step"] == "end"
    assert [editor.document.graph.answer(link.state) for link in editor.document.links] == [
        "holds",
        "does_not",
        "not_yet",
    ]
    editor.do("end_reading")
    assert "step" not in editor.view["panel"]
    with pytest.raises(ValueError, match="Nothing is being read back"):
        editor.do("answer", node=first, choice="holds")


def test_causes_that_are_needed_together_are_read_together(editor: WhysEditor) -> None:
    editor.do("gate", node="top")
    editor.do("read")
    editor.do("begin", node="name", by="Chen Yu")
    editor.do("answer", node=editor.at, choice="holds")
    pieces = "".join(text for text, _ in section(editor, "ask")["because"])
    assert pieces == "Because Parcels stay overnight and the scanner is slow, therefore Parcels arrive late."
    editor.do("answer", node=editor.at, choice="holds")
    assert editor.view["panel"]["step"] == "end"
    assert {editor.document.graph.answer(link.state) for link in editor.document.links} == {"holds"}
    editor.do("undo")
    assert [editor.document.graph.answer(link.state) for link in editor.document.links] == [
        "not_yet",
        "holds",
        "not_yet",
    ]


def test_the_author_reads_nothing_back_and_hears_why(editor: WhysEditor) -> None:
    editor.do("read")
    assert editor.do("begin", node="name", by="LI MEI") == (
        "No step was read back. 3 steps not read out: LI MEI wrote them."
    )
    editor.document.remove(editor.document.link_state(node(editor, "2")).id)
    editor.do("read")
    editor.do("begin", node="name", by="Chen Yu")
    editor.document.remove(editor.document.link_state(node(editor, "1")).id)
    assert editor.do("answer", node=editor.at, choice="holds") == "No step was read back."


# --- issue trees ---


@pytest.fixture
def issue() -> IssueEditor:
    """Give an editor with a split tree."""
    made: IssueEditor = IssueTree("What do they complain about?").edit()
    made.do("split", node="n0", question="About what?", into="Price\n\nDelivery\nService")
    return made


def test_an_issue_tree_is_split_moved_and_merged(issue: IssueEditor) -> None:
    assert [number for number, _ in rows(issue)] == ["", "1", "2", "3"]
    assert issue.nodes[0]["gate"][:2] == ["split", "About what?"]
    issue.do("add", node=node(issue, "2"), text="Late")
    issue.do("move", node=node(issue, "3"), to=node(issue, "2"))
    assert rows(issue)[2:] == [("2", "Delivery"), ("2.1", "Late"), ("2.2", "Service")]
    issue.do("shift", node=node(issue, "2.2"), by=-1)
    assert rows(issue)[3] == ("2.1", "Service")
    with pytest.raises(ValueError, match="stands below"):
        issue.do("move", node=node(issue, "2"), to=node(issue, "2.1"))
    issue.do("merge", node=node(issue, "2.1"), other=node(issue, "2.2"), text="Late and rude")
    assert rows(issue)[3:] == [("2.1", "Late and rude")]
    for _ in range(4):
        issue.do("undo")
    assert len(issue.nodes) == 4


def test_an_issue_tree_has_kinds_codes_orders_and_formulas() -> None:
    tree = IssueTree("Revenue", kind="driver", code="revenue")
    issue: IssueEditor = tree.edit()
    issue.do("split", node="n0", question="Computed from what?", into="Price\nVolume")
    issue.do("revise", node=node(issue, "1"), code="price")
    issue.do("revise", node=node(issue, "2"), code="volume", kind="finding")
    with pytest.raises(ValueError, match="already belongs"):
        issue.do("revise", node=node(issue, "1"), code="volume")
    issue.do("formula", node="n0", formula="price * volume")
    with pytest.raises(ValueError, match="is no child here"):
        issue.do("formula", node="n0", formula="price * cost")
    issue.do("order", node="n0", by="importance")
    issue.do("order", node="n0", by="importance", **{f"v_{node(issue, '1')}": "3", f"v_{node(issue, '2')}": "2,5"})
    assert tree.root.formula == "price * volume"
    assert [child.value for child in tree.root.children] == [3, 2.5]
    assert tree.root.children[1].kind == "finding"
    issue.do("question", node="n0", split="What is it made of?")
    assert tree.root.split == "What is it made of?"


def test_a_coding_counts_on_the_nodes_and_says_whether_they_are_mece() -> None:
    tree = IssueTree("What do they complain about?", split="About what?")
    for code in ("price", "delivery"):
        tree.add(None, code.title(), code=code)
    coding = Coding.from_table(
        {"id": range(200), "code": ["price"] * 120 + ["delivery"] * 60 + [None] * 20}, unit="mention"
    )
    issue: IssueEditor = tree.edit(coding=coding)
    assert ["people", "120 (60\u00a0%, 53\u00a0to\u00a067)"] in issue.nodes[1]["chips"]
    assert issue.nodes[0]["gate"][3:] == ["error", "not MECE on the data"]
    issue.do("look", node="n0")
    assert "not MECE on the data" in section(issue, "data")["lines"][1]["text"]
    issue.do("add", node="n0", text="Colour")
    issue.do("revise", node=issue.at, code="colour")
    assert section(issue, "data")["lines"][0]["text"].startswith("The coding has no code “colour”")
    other: IssueEditor = IssueTree("Why?").edit(coding=coding)
    assert "no" in section(other, "data")["lines"][0]["text"].lower()


# --- saving, repr, languages ---


def test_saving_to_a_file_takes_the_mark_away(tmp_path: Path) -> None:
    path = tmp_path / "whys.json"
    editor: WhysEditor = FiveWhys("Parcels arrive late", author="Li Mei").edit(path=path)
    save = editor.view["tools"][-1]
    assert (save["name"], save["no"]) == ("save", "tree_editor.nothing_to_save")
    editor.do("add", node="top", text="The scanner is slow")
    assert editor.view["tools"][-1]["mark"] == "not saved"
    assert repr(editor).endswith("unsaved>")
    assert editor.do("save") == "Saved: whys.json"
    assert "unsaved" not in repr(editor)
    assert load(path) == editor.document


def test_saving_to_a_loop_keeps_a_version_and_writes_over_nobody(tmp_path: Path) -> None:
    loop = open_loop(":memory:", actor="Li Mei", now="2026-10-08T09:00+08:00")
    editor: WhysEditor = FiveWhys("Parcels arrive late", author="Li Mei").edit(loop=loop)
    editor.do("add", node="top", text="The scanner is slow")
    assert editor.do("save") == "Saved as version 1."
    editor.do("rename", node=editor.at, text="The scanner takes 4 s")
    assert editor.do("save") == "Saved as version 2."
    mine: WhysEditor = loop.load("Parcels arrive late").edit(loop=loop)
    editor.do("rename", node=editor.at, text="The scanner takes 5 s")
    editor.do("save")
    mine.do("add", node="top", text="The pick-up is early")
    with pytest.raises(ConflictError, match="Somebody else saved"):
        mine.do("save")
    assert len(loop.load("Parcels arrive late").causes) == 1


def test_two_editors_of_one_file_write_over_nobody(tmp_path: Path) -> None:
    path = FiveWhys("Parcels arrive late", author="Li Mei").save(tmp_path / "whys.json")
    mine, yours = (load(path).edit(path=path) for _ in range(2))
    for text in ("The scanner is slow", "The pick-up is early"):
        mine.do("add", node="top", text=text)
        assert mine.do("save") == "Saved: whys.json"
    yours.do("add", node="top", text="The lorry is full")
    with pytest.raises(ConflictError, match="changed by somebody else"):
        yours.do("save")
    assert [cause.text for cause in load(path).causes] == ["The scanner is slow", "The pick-up is early"]
    path.unlink()
    yours.do("save")
    assert load(path) == yours.document


@pytest.mark.parametrize("place", ["no/such/folder/whys.json", ".", "x" * 300 + ".json"])
def test_a_place_that_cannot_be_written_is_named_and_nothing_is_lost(tmp_path: Path, place: str) -> None:
    editor: WhysEditor = FiveWhys("Parcels arrive late", author="Li Mei").edit(path=tmp_path / place)
    editor.do("add", node="top", text="The scanner is slow")
    sent: list[dict[str, Any]] = []
    editor.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    message(editor, "save")
    assert "could not be written" in sent[-1]["error"]
    assert editor.view["tools"][-1]["mark"] == "not saved"
    assert len(editor.nodes) == 2


def test_two_editors_of_one_document_catch_up() -> None:
    whys = FiveWhys("Parcels arrive late", author="Li Mei")
    one: WhysEditor = whys.edit()
    two: WhysEditor = whys.edit()
    one.do("add", node="top", text="The scanner is slow")
    assert (len(two.nodes), len(two.rows)) == (1, 1)
    two.do("look")
    assert [json.loads(row) for row in two.rows] == two.nodes == one.nodes
    assert two.at == "top"


def test_a_remedy_names_no_call_to_people_who_click() -> None:
    for language, words in (("en", "Then start from the gap that was measured."), ("zh-CN", "再从测得的落差开始。")):
        editor: WhysEditor = FiveWhys("Parcels arrive late", author="Li Mei").edit(language=language)
        assert any(text.endswith(words) for _, _, text in editor.nodes[0]["notes"])


def test_text_of_every_field_is_text_and_all_of_it_can_be_taken_back() -> None:
    hostile = '<img src=x onerror="window.hit=1">\n第二行 \u202eend \t| `'
    editor: WhysEditor = FiveWhys(hostile, author="Li Mei").edit()
    start = editor.document.state
    editor.do("add", node="top", text=hostile)
    one = editor.at
    steps: list[tuple[str, dict[str, str]]] = [
        ("evidence", {"kind": "document", "source": hostile, "says": hostile, "by": hostile}),
        ("readback", {"choice": "holds", "by": hostile}),
        ("sufficient", {"choice": "no"}),
        ("stop", {"reason": "actionable", "note": hostile}),
        ("countermeasure", {"id": hostile, "what": hostile, "strength": "strong"}),
        ("counterfactual", {"value": "4", "by": hostile}),
        ("predict", {"effect": hostile, "found": "yes", "source": hostile}),
        ("no_rival", {"reason": hostile}),
        ("about", {"subject": "machine", "duty": hostile}),
        ("cases", {"ids": hostile}),
        ("rival", {"text": hostile + "2"}),
        ("rule_out", {"kind": "test", "source": hostile, "says": hostile}),
        ("reopen", {}),
    ]
    for name, fields in steps:
        editor.do(name, node=one, **fields)
        json.dumps([editor.nodes, editor.view], allow_nan=False)
        assert "<img" not in editor._repr_html_()
    assert "\n" not in editor.nodes[1]["text"]  # what is pasted in lines is one line of the tree
    for _ in (*steps, "add"):
        assert editor.do("undo") == "Undone."
    assert editor.document.state == start
    assert not editor.view["can_undo"]


def test_one_place_to_save_to_or_none(tmp_path: Path) -> None:
    whys = FiveWhys("Parcels arrive late")
    with pytest.raises(ValueError, match="not both"):
        whys.edit(path=tmp_path / "w.json", loop=object())
    editor: WhysEditor = whys.edit()
    assert all(tool is None or tool["name"] != "save" for tool in editor.view["tools"])
    with pytest.raises(ValueError, match="no place to save"):
        editor.do("save")


def test_it_says_what_it_is_and_shows_itself_without_a_kernel(editor: WhysEditor) -> None:
    assert repr(editor) == "<WhysEditor: Parcels arrive late · 3 causes, 0 verified · 2 errors, 1 warning>"
    data, _ = editor._repr_mimebundle_()
    assert "The last pick-up moved to 16:00" in data["text/html"]
    assert repr(editor.document.edit()) == repr(editor)
    assert repr(IssueTree("Why?").edit()) == "<IssueEditor why: Why? (0 statements, 1 finding)>"


def test_what_the_page_gets_is_json_in_its_language(editor: WhysEditor) -> None:
    editor.language = "zh-CN"
    json.dumps([editor.nodes, editor.view], allow_nan=False)
    assert editor.view["label"] == "编辑因果图"
    assert editor.nodes[1]["spoken"].startswith("（假设")
    assert editor.do("add", node="top", text="扫描枪太慢") == "已添加：3 扫描枪太慢"
    assert section(editor, "readback")["because"][0] == ["因为", True]


def test_another_cell_may_change_the_document_meanwhile(editor: WhysEditor) -> None:
    gone = editor.at
    editor.document.remove(gone)
    editor.refresh()
    assert editor.at == node(editor, "1")
    with pytest.raises(ValueError, match="no longer there"):
        editor.do("look", node=gone)
