"""Issue trees: the order of siblings, what is found weak, and the two ways to read a tree."""

from __future__ import annotations

import math

import pytest

from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.tree.node import walk
from closeloop.text import LANGUAGES, set_language


@pytest.fixture
def tree() -> IssueTree:
    made = IssueTree("Why do parcels arrive late?", split="On which part of the way?")
    packing = made.add(None, "Packed after the last pick-up", code="packing")
    made.add(packing, "The pick-up moved to 16:00", code="pickup", kind="finding")
    made.add(packing, "The shop promises next day until 20:00", code="promise")
    made.add(None, "Longer on the road", code="transport")
    made.revise(packing, split="What has to come together?")
    made.order(packing, "importance", {"pickup": 8, "promise": 3})
    made.order(None, "structure", whole="the way from order to door")
    return made


def texts(tree: IssueTree) -> list[str]:
    return [node.text for _, node, _ in walk(tree.root)]


def codes(tree: IssueTree, rule: str) -> list[str]:
    return [finding.subject for finding in tree.findings() if finding.rule == rule]


# Order of siblings (L233, L247).


def test_dates_in_order_pass_and_others_are_named() -> None:
    tree = IssueTree("What happened?", split="When?")
    first, second = tree.add(None, "Contract renewed"), tree.add(None, "Pick-up moved")
    tree.order(None, "time", {first: "2026-07-01", second: "2026-08"})
    assert codes(tree, "T07") == []
    tree.order(None, "time", {first: "2026-09-01", second: "2026-08-01"})
    assert "“Pick-up moved” (2026-08-01) comes before “Contract renewed”" in str(tree.findings())
    tree.order(None, "time", {first: 1, second: "2026-08-01"})
    assert "cannot be compared" in str(tree.findings())
    tree.order(None, "time", {first: 1})
    assert "“Pick-up moved” has no date" in str(tree.findings())


def test_importance_must_fall(tree: IssueTree) -> None:
    assert codes(tree, "T07") == []
    tree.order("packing", "importance", {"pickup": 3, "promise": 8})
    assert codes(tree, "T07") == ["Packed after the last pick-up"]
    tree.order("packing", "importance", {"pickup": 3, "promise": 3})
    assert codes(tree, "T07") == []


def test_the_premises_of_a_deduction_come_before_its_conclusion() -> None:
    tree = IssueTree("Late parcels cost customers", split="What follows from what?")
    ids = [tree.add(None, text) for text in ("Who waits leaves", "Our customers wait", "Our customers leave")]
    tree.order(None, "deductive", dict(zip(ids, ("major", "minor", "conclusion"), strict=True)))
    assert codes(tree, "T07") == []
    tree.move(ids[2], None, 0)
    assert "belongs before" in str(tree.findings())
    tree.order(None, "deductive", dict.fromkeys(ids, "conclusion"))
    assert "one conclusion, this has 3" in str(tree.findings())
    tree.order(None, "deductive")
    tree.add(None, "And another")
    assert "“And another” is none of them" in str(tree.findings())


def test_parts_name_their_whole(tree: IssueTree) -> None:
    assert codes(tree, "T07") == []
    tree.order(None, "structure")
    assert "Parts of what?" in str(tree.findings())


def test_siblings_have_exactly_one_order(tree: IssueTree) -> None:
    assert codes(tree, "T06") == []
    tree.order(None, None)
    assert codes(tree, "T06") == ["Why do parcels arrive late?"]


@pytest.mark.parametrize("value", ["soon", True, math.nan, math.inf, None, [1]])
def test_a_place_is_a_date_or_a_number(tree: IssueTree, value: object) -> None:
    with pytest.raises(ValueError, match="cannot place a statement"):
        tree.order("packing", "time", {"pickup": value})


def test_an_order_is_one_of_siblings(tree: IssueTree) -> None:
    with pytest.raises(ValueError, match="does not stand right below"):
        tree.order(None, "importance", {"pickup": 1})


# Findings.


def test_a_clean_tree_has_no_findings(tree: IssueTree) -> None:
    assert len(tree.findings()) == 0


@pytest.mark.parametrize(
    ("question", "double"),
    [
        ("On which part of the way, from order to door?", False),
        ("Where and how does it happen?", True),
        ("Where? When?", True),
        ("Which product, which region?", True),
        ("发生在从下单到收货的哪个环节？", False),
        ("发生在哪个环节，由谁负责？", True),
        ("为什么晚到？怎么办？", True),
    ],
)
def test_one_splitting_question_is_asked_at_a_time(tree: IssueTree, question: str, double: bool) -> None:
    tree.revise(None, split=question)
    assert ("T03" in tree.findings().rules) is double


def test_each_weakness_is_found(tree: IssueTree) -> None:
    tree.revise("packing", split="")
    assert codes(tree, "T02") == ["Packed after the last pick-up"]
    tree.add("transport", "The ferry")
    assert codes(tree, "T04") == ["Longer on the road"]
    for i in range(7):
        tree.add("transport", f"Route {i}")
    assert codes(tree, "T05") == ["Longer on the road"]
    tree.add("transport", "the  FERRY")
    assert codes(tree, "T08") == ["the FERRY"]
    tree.add("pickup", "Pick-up moved to 16:00!")
    assert codes(tree, "T09") == ["Pick-up moved to 16:00!"]
    tree.add("pickup", "Is it the carrier?", kind="question")
    assert codes(tree, "T10") == ["Is it the carrier?"]
    assert IssueTree("Why?").findings().rules == ("T01",)


def test_findings_and_errors_exist_in_both_languages(tree: IssueTree) -> None:
    tree.order(None, None)
    finding = tree.findings()[0]
    said = {tag: finding.in_language(tag) for tag in LANGUAGES}
    assert said["zh-CN"] == "下级的排列没有说明顺序。请选定一种：时间、结构、重要性或演绎。"
    assert said["en"].startswith("Its parts stand in no named order.")
    set_language("zh-CN")
    with pytest.raises(ValueError, match="不能把“Packed after the last pick-up”放到它下面"):
        tree.move("packing", "pickup")


# Reading.


def test_a_tree_is_read_down_as_questions_and_up_as_summaries(tree: IssueTree) -> None:
    down = [str(text) for text in tree.top_down()]
    assert down[0] == (
        "“Why do parcels arrive late?” On which part of the way? → Packed after the last pick-up; Longer on the road"
    )
    up = [str(text) for text in tree.so_what()]
    assert up[0] == (
        "The pick-up moved to 16:00; The shop promises next day until 20:00. So what? Packed after the last pick-up"
    )
    assert (
        "Which answer to “Why do parcels arrive late?” do they give together?" in up[-1]
    )  # a question sums nothing up
    assert tree.so_what()[0].zh.endswith("这说明：Packed after the last pick-up")


def test_a_how_tree_asks_how() -> None:
    tree = IssueTree("Parcels arrive in time", kind="how")
    tree.add(None, "Later pick-up")
    assert "How? → Later pick-up" in str(tree.top_down()[0])
