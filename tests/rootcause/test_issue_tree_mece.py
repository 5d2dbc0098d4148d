"""Issue trees on coded mentions: each node's children are judged on the mentions within it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from closeloop.rootcause.tree.coded_tree import TreeMece
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.text import set_language
from closeloop.themes.codings.coding import Coding


def coded(*groups: tuple[Sequence[str], int], unit: str = "mention") -> Coding:
    """Give so many mentions with each set of codes; each is a response of its own."""
    rows: dict[str, list[object]] = {"id": [], "code": []}
    for codes, n in groups:
        for _ in range(n):
            number = len(set(rows["id"]))
            for code in codes or [None]:
                rows["id"].append(number)
                rows["code"].append(code)
    return Coding.from_table(rows, unit=unit)  # type: ignore[arg-type]


@pytest.fixture
def tree() -> IssueTree:
    made = IssueTree("Why do parcels arrive late?", split="On which part of the way?")
    packing, transport = made.split(None, ["Packing", "Transport"], "On which part of the way?")
    made.revise(packing, code="packing")
    for parent, text, code in (
        (packing, "Pick-up", "pickup"), (packing, "Promise", "promise"), (transport, "Road", "road"),
        (transport, "Ferry", "ferry"),
    ):  # fmt: skip
        made.add(parent, text, code=code)
    return made


def judged(tree: IssueTree, coding: Coding) -> TreeMece:
    found = tree.mece(coding)
    assert isinstance(found, TreeMece)
    return found


def test_each_node_is_judged_on_the_mentions_within_it(tree: IssueTree) -> None:
    found = judged(tree, coded((["pickup"], 150), (["promise"], 150), (["road"], 120), (["ferry"], 110), ([], 4)))
    assert [(row["text"], row["n"]) for row in found.rows()] == [
        ("Why do parcels arrive late?", 534), ("Packing", 300), ("Transport", 230),
    ]  # fmt: skip
    assert found.verdict == "pass"
    assert found["n0"].coverage.estimate == pytest.approx(530 / 534)
    assert str(found.sentence) == "All 3 divisions pass (3 of 3)."


def test_a_gap_and_an_overlap_are_found_on_their_own_node(tree: IssueTree) -> None:
    found = judged(
        tree,
        coded((["packing"], 120), (["pickup"], 60), (["promise"], 70), (["pickup", "promise"], 40), (["road"], 90),
              (["ferry"], 60)),
    )  # fmt: skip
    assert [one.report.verdict for one in found.nodes] == ["pass", "fail", "pass"]
    assert found["n1"].coverage.estimate == pytest.approx(170 / 290)
    assert found["n1"].overlap.estimate == pytest.approx(40 / 290)
    assert str(found.sentence) == "2 of 3 divisions pass. Not complete, or overlapping: “Packing”."
    assert any(str(note).startswith("Packing: 41.4") for note in found.notes)
    assert found.verdict == "fail"


def test_an_overlap_of_branches_is_one_of_the_root(tree: IssueTree) -> None:
    found = judged(tree, coded((["pickup", "road"], 100), (["promise"], 60), (["ferry"], 60)))
    assert found["n0"].overlap.estimate == pytest.approx(100 / 220)
    assert found["n1"].overlap.estimate == 0.0


def test_codes_per_response_cannot_tell(tree: IssueTree) -> None:
    found = judged(
        tree, coded((["pickup"], 150), (["promise"], 150), (["road"], 150), (["ferry"], 150), unit="response")
    )
    assert found.verdict == "cannot tell"
    assert str(found.sentence).startswith("0 of 3 divisions pass. Cannot tell:")


def test_codes_that_nobody_used_and_statements_without_a_code_are_named(tree: IssueTree) -> None:
    tree.add(None, "Customs", code="customs")
    tree.add(None, "Something else")
    found = judged(tree, coded((["pickup"], 150), (["promise"], 150), (["road"], 150), (["ferry"], 150)))
    assert (found.unknown, found.uncoded) == (("customs", "packing"), ("Something else",))
    assert any("never found: customs and packing" in str(note) for note in found.notes)


def test_siblings_of_one_name_stay_apart(tree: IssueTree) -> None:
    tree.rename("n4", "Pick-up")
    found = judged(tree, coded((["pickup"], 150), (["promise"], 150), (["road"], 150), (["ferry"], 150)))
    assert len(found["n1"].categories) == 2


def test_a_coding_that_does_not_fit_says_what_it_has(tree: IssueTree) -> None:
    with pytest.raises(ValueError, match=r"knows none of the tree’s codes .*it has: price"):
        tree.mece(coded((["price"], 10)))
    other = IssueTree("Why?")
    other.add(None, "a", code="price")
    with pytest.raises(ValueError, match="No statement has two parts with a code"):
        other.mece(coded((["price"], 10)))


def test_doors_and_languages(tree: IssueTree) -> None:
    found = judged(tree, coded((["pickup"], 150), (["promise"], 150), (["road"], 120), (["ferry"], 110)))
    assert list(found.to_frame()["verdict"]) == ["pass"] * 3
    set_language("zh-CN")
    assert "3 处拆分全部通过" in str(found)
    assert "覆盖率" in found._repr_html_()
    assert found.plot().title == "议题树与编码提及的对照"
