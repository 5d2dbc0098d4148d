"""Trees to begin with: revenue split by the four P, and the categories of a codebook."""

from __future__ import annotations

from closeloop.rootcause.tree.driver_result import DriverCheck
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.tree.lenses import four_p_tree, tree_from_codebook
from closeloop.rootcause.tree.node import walk
from closeloop.text import set_language
from closeloop.themes.codebooks.codebook_file import load_codebook


def test_revenue_by_the_four_p_is_checked_for_every_product_and_month() -> None:
    tree = four_p_tree()
    assert len(tree.findings()) == 0
    data = {
        "month": ["2026-07"] * 2 + ["2026-08"] * 2, "product": ["tea", "coffee"] * 2,
        "revenue": [2000, 2000, 1880, 1880], "price": [10, 20, 12, 20], "volume": [100, 50, 90, 40],
        "visitors": [1000, 500, 1000, 500], "conversion": [0.1, 0.1, 0.09, 0.08],
    }  # fmt: skip
    found = tree.mece(data, period="month", by="product")
    assert isinstance(found, DriverCheck)
    assert (found.verdict, found.n) == ("pass", 6)
    assert found.change()["price"].value == 190.0
    data["revenue"][2:] = [1600, 1600]
    worse = tree.mece(data, period="month", by="product")
    assert (worse.verdict, worse.offenders[0].residual) == ("fail", -280.0)


def test_the_four_p_speak_both_languages() -> None:
    set_language("zh-CN")
    assert [child.text for child in four_p_tree().root.children] == ["价格：客户每件付多少", "销量：每种产品卖出多少件"]
    assert not four_p_tree().undo()


def test_a_codebook_is_a_tree_with_its_splitting_questions() -> None:
    codebook = load_codebook("4p")
    tree = tree_from_codebook(codebook, "What do customers complain about?")
    assert tree.question == "What do customers complain about?"
    assert sorted(node.code for _, node, _ in walk(tree.root) if node.code) == sorted(
        code.id for code in codebook.codes
    )
    parts = {node.code: parent.code for _, node, parent in walk(tree.root) if parent is not None}
    assert parts == {code.id: code.parent for code in codebook.codes}
    assert "T02" not in tree.findings().rules
    set_language("zh-CN")
    assert tree_from_codebook(codebook).question == codebook.title.zh
    assert isinstance(tree, IssueTree)
