"""Pyramids: the answer first, the one sentence, and the linter of arguments in English and in Chinese."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.tree.pyramid import Pyramid
from closeloop.rootcause.tree.pyramid_lint import pyramid_findings, read_statements
from closeloop.text import set_language

GOOD_EN = """# Parcels arrive late because the pick-up moved

Parcels arrive late because the last pick-up moved to 16:00 (order data, n = 4,820, as of 30 Sep 2026).

There are three reasons why parcels wait, the largest first:

1. Parcels packed after 16:00 wait overnight: 13.8 % of orders (source: warehouse log).
2. Parcels to the islands wait for the ferry.
3. Parcels with a wrong address wait for the customer.
"""
GOOD_ZH = """# 包裹晚到是因为末班揽收提前

包裹晚到，是因为末班揽收提前到 16:00（订单数据，n = 4,820，截至 2026-09-30）。

包裹滞留有三个原因，从大到小：

1. 16:00 之后打包的包裹滞留过夜，占订单的 13.8%（来源：仓库系统）。
2. 发往海岛的包裹滞留等轮渡。
3. 地址有误的包裹滞留等客户确认。
"""


@pytest.fixture
def tree() -> IssueTree:
    made = IssueTree("Why do parcels arrive late?", split="What are the reasons?")
    for text in ("The last pick-up moved to 16:00", "Nobody told the shop", "The ferry runs once a day"):
        made.add(None, text, kind="finding")
    made.order(None, "importance", {"n1": 8, "n2": 5, "n3": 1})
    return made


def rules(what: Any) -> tuple[str, ...]:
    return tuple(sorted(pyramid_findings(what).rules))


# The read-out.


def test_the_answer_comes_first_then_the_groups_then_their_points(tree: IssueTree) -> None:
    tree.add("n1", "The carrier contract was renewed without asking operations")
    pyramid = tree.pyramid("Parcels wait overnight", recommend="operations signs every carrier contract.")
    assert str(pyramid).splitlines() == [
        "Parcels wait overnight",
        "Because the last pick-up moved to 16:00; nobody told the shop; the ferry runs once a day, therefore parcels "
        "wait overnight; we recommend: operations signs every carrier contract.",
        "1 The last pick-up moved to 16:00",
        "  - The carrier contract was renewed without asking operations",
        "2 Nobody told the shop",
        "3 The ferry runs once a day",
    ]


def test_the_sentence_is_because_therefore_recommend_in_both_languages() -> None:
    pyramid = Pyramid(
        question="为什么晚到？", answer="包裹过夜。", because="末班揽收提前", recommend="合同由运营会签。"
    )
    assert pyramid.one_sentence.zh == "因为末班揽收提前，所以包裹过夜，建议合同由运营会签。"
    english = Pyramid(question="Why?", answer="Parcels wait.", because="the pick-up moved", recommend="Move it back!")
    assert str(english.one_sentence) == "Because the pick-up moved, therefore Parcels wait; we recommend: Move it back."


def test_an_answer_is_never_made_up(tree: IssueTree) -> None:
    pyramid = tree.pyramid()
    assert pyramid.answer == ""
    assert {"P01", "P07"} <= set(pyramid.findings().rules)
    assert "(no answer yet)" in pyramid.to_markdown()
    assert "(still missing)" in str(pyramid.one_sentence)
    tree.revise(None, kind="finding", text="Parcels wait overnight")
    assert tree.pyramid().answer == "Parcels wait overnight"


def test_a_pyramid_of_an_ordered_tree_passes_its_own_linter(tree: IssueTree) -> None:
    answer = "Parcels arrive late because the ferry and the pick-up run too early"
    assert tree.pyramid(answer, recommend="move the pick-up back").findings().rules == ()
    tree.order(None, None)
    assert tree.pyramid(answer, recommend="move the pick-up back").findings().rules == ("P05",)


def test_markdown_of_a_pyramid_is_an_outline_with_the_answer_as_its_title(tree: IssueTree) -> None:
    written = tree.pyramid("Parcels wait <b>overnight</b>", recommend="act").to_markdown()
    assert written.splitlines()[0] == "# Parcels wait \\<b\\>overnight\\</b\\>"
    assert [line for line in written.splitlines() if line.startswith("## ")] == [
        "## 1. The last pick-up moved to 16:00", "## 2. Nobody told the shop", "## 3. The ferry runs once a day",
    ]  # fmt: skip
    assert IssueTree.from_markdown(written).question == "Parcels wait <b>overnight</b>"


# The linter.


@pytest.mark.parametrize("text", [GOOD_EN, GOOD_ZH])
def test_a_report_that_argues_well_has_no_findings(text: str) -> None:
    assert rules(text) == ()


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("This report describes the deliveries of the third quarter.", True),
        ("In this document we look at parcels.", True),
        ("The purpose of this paper is to explain late parcels.", True),
        ("Background", True),
        ("Delivery performance in the third quarter", True),
        ("Why do parcels arrive late?", True),
        ("We will show what happened.", True),
        ("Late parcels come from the earlier pick-up.", False),
        ("Delivery got slower in the third quarter.", False),
        ("13.8 % of orders (n = 4,820) arrive late.", False),
        ("The report of the carrier was wrong.", False),
        ("本报告介绍第三季度的配送情况。", True),
        ("本文旨在分析包裹晚到的问题。", True),
        ("为了提高客户满意度，我们做了调查。", True),
        ("第三季度配送情况", True),
        ("随着业务发展，投诉增加。", True),
        ("为什么包裹晚到？", True),
        ("包裹晚到是因为末班揽收提前。", False),
        ("建议把末班揽收改回 20:00。", False),
    ],
)
def test_the_first_sentence_is_the_answer(sentence: str, fault: bool) -> None:
    assert ("P01" in rules(sentence)) is fault
    assert ("P01" in rules(f"# Title\n\n{sentence} More follows.\n")) is fault


@pytest.mark.parametrize(
    ("parent", "points", "fault"),
    [
        ("Parcels wait at three places", ["Parcels wait in the warehouse", "At the ferry parcels wait"], False),
        ("Parcels are late", ["The invoice was wrong", "The app crashes"], True),
        ("包裹滞留", ["包裹在仓库滞留", "轮渡停航"], False),
        ("包裹晚到", ["发票开错", "应用闪退"], True),
    ],
)
def test_parents_that_share_no_word_with_their_children_are_asked_about(
    parent: str, points: list[str], fault: bool
) -> None:
    text = f"Parcels are late and we act. 包裹晚到需要处理。\n\n## {parent}\n" + "".join(f"- {p}\n" for p in points)
    found = [finding for finding in pyramid_findings(text) if finding.rule == "P02" and finding.subject == parent]
    assert bool(found) is fault
    assert all("so what?" in str(finding) and finding.level == "info" for finding in found)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Reasons", False), ("Three things to know", False), ("Packaging", True), ("Warehouse processes", False),
        ("Miscellaneous", True), ("The warehouse is too small", False), ("原因", False), ("主要风险", False),
        ("三个环节", False), ("仓库", True), ("杂项", True), ("仓库太小，需要扩建", False),
    ],
)  # fmt: skip
def test_a_group_is_named_by_one_plural_noun_or_is_a_claim(name: str, fault: bool) -> None:
    text = f"Parcels are late.\n\n## {name}\n- {name} one\n- {name} two\n"
    assert (name in [finding.subject for finding in pyramid_findings(text) if finding.rule == "P03"]) is fault


@pytest.mark.parametrize(("n", "fault"), [(1, True), (2, False), (7, False), (8, True)])
def test_two_to_seven_points_stand_side_by_side(n: int, fault: bool) -> None:
    text = "Parcels are late.\n\n## Two reasons, by size\n" + "".join(f"1. Reason {i}\n" for i in range(n))
    assert ("Two reasons, by size" in [f.subject for f in pyramid_findings(text) if f.rule == "P04"]) is fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Four reasons\n- a reason\n- another reason\n- third rate reason", True),
        ("Four reasons, the largest first\n- a reason\n- another reason\n- one more reason", False),
        ("Steps\n- First, step one\n- Then step two\n- Finally step three", False),
        ("Steps\n1. step one\n2. step two\n3. step three", False),
        ("原因\n- 原因甲\n- 原因乙\n- 原因丙", True),
        ("原因，从大到小\n- 原因甲\n- 原因乙\n- 原因丙", False),
        ("步骤\n- 首先打包的步骤\n- 其次揽收的步骤\n- 最后派送的步骤", False),
    ],
)
def test_the_order_of_three_or_more_points_is_named_or_shows(text: str, fault: bool) -> None:
    assert ("P05" in rules(f"Parcels are late.\n\n## {text}\n")) is fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("13.8 % arrive late.", True),
        ("Costs rose by 12 points.", True),
        ("1,200 parcels got lost.", True),
        ("晚到比例上升了 3.5 个百分点。", True),
        ("损失 120 万。", True),
        ("13.8 % of orders arrive late (source: warehouse log).", False),
        ("Of 4,820 orders 13.8 % arrive late, n = 4,820.", False),
        ("晚到占 13.8%（来源：仓库系统）。", False),
        ("The pick-up moved from 20:00 to 16:00 on 1 August 2026.", False),
        ("末班揽收 2026 年 8 月 1 日提前到 16:00。", False),
        ("We took [13.8 %](https://example.org/log) as the share that is late.", False),
    ],
)
def test_figures_have_a_source(text: str, fault: bool) -> None:
    assert ("P06" in rules(text)) is fault


def test_findings_say_where_and_speak_both_languages() -> None:
    finding = pyramid_findings("# Deliveries\n\nThis report describes deliveries.\n")[0]
    assert (finding.rule, finding.level, finding.at) == ("P01", "error", "L3")
    assert "结论先行" in finding.in_language("zh-CN")
    set_language("zh-CN")
    assert "开头只是在预告" in str(finding)


def test_paragraphs_without_headings_are_read_by_their_first_sentences() -> None:
    top = read_statements("Parcels are late. We know why.\n\nThe pick-up moved. It did so in August.\n\nNobody knew.")
    assert (top.text, [child.text for child in top.children]) == (
        "Parcels are late.",
        ["The pick-up moved.", "Nobody knew."],
    )


def test_code_tables_and_rules_are_no_statements() -> None:
    top = read_statements(
        "# T\n\nParcels are late.\n\n| a | b |\n|---|---|\n\n---\n\n```\n# no heading\n- no point\n```\n"
    )
    assert (top.text, top.children) == ("Parcels are late.", ())


@pytest.mark.parametrize("what", [None, 3, ["text"]])
def test_what_is_no_text_is_refused(what: Any) -> None:
    with pytest.raises(TypeError, match="A text, a tree or a pyramid is read"):
        pyramid_findings(what)


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="text is empty"):
        pyramid_findings(" \n")


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("#-*1.) \n`|a净因为%5？?。"), min_size=1, max_size=80))
def test_any_text_is_read(text: str) -> None:
    if text.strip():
        for finding in pyramid_findings(text):
            assert finding.rule in {f"P0{i}" for i in range(1, 8)}


def test_a_text_of_a_hundred_thousand_characters_is_read() -> None:
    assert "P04" in rules("Parcels are late.\n\n## Reasons\n" + "- a reason to wait\n" * 6000)
    assert rules("x" * 100_000) == ("P01",)
