"""Trees as HTML and SVG: nothing lost without style, nothing hostile, nothing that overlaps."""

from __future__ import annotations

import re
import xml.dom.minidom
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.text import set_language
from closeloop.views.outline import Bullet, Note, outline, outline_key
from closeloop.views.outline_svg import WIDTH, outline_svg
from closeloop.views.svg_text import width, wrap

HOSTILE = "<script>alert('x')</script>\u202e\"&"
LONG = "Delivery takes longer than planned on the road between the warehouse and the islands, above all before holidays"
LONG_ZH = "东部仓库到海岛的运输时间长于计划，节假日前一周尤其明显，平均多花一天半，冷链包裹更久，客户因此取消订单"


@pytest.fixture
def bullets() -> tuple[Bullet, ...]:
    return (
        Bullet("1", "Parcels stay overnight", "verified", ("3 evidence", "holds"), "AND", children=(
            Bullet("1.1", "The pick-up moved", "hypothesis", notes=(Note("error", "W02", "Add evidence."),)),
            Bullet("1.2", LONG, "ruled-out", notes=(Note("info", "", "No difference found."),)),
        ), gate_note="needed together"),
        Bullet("2", HOSTILE, "question", (HOSTILE,), notes=(Note("warn", HOSTILE, HOSTILE),)),
        Bullet("3", LONG_ZH, "finding"),
    )  # fmt: skip


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    found = [re.findall(r'\b(?:x|y|width|height)="([\d.]+)"', rect) for rect in re.findall(r"<rect [^>]*>", svg)]
    return [(float(x), float(y), float(x) + float(w), float(y) + float(h)) for x, y, w, h in found]


def overlaps(found: list[tuple[float, float, float, float]]) -> list[tuple[int, int]]:
    return [
        (i, j)
        for i, a in enumerate(found)
        for j, b in enumerate(found[:i])
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def lines(svg: str) -> Iterator[tuple[float, str]]:
    svg = re.sub(r'<text [^>]*text-anchor="end".*?</text>', "", svg)  # these end at their x
    for x, text in re.findall(r'<tspan x="([\d.]+)" y="[\d.]+">([^<]*)</tspan>', svg):
        yield float(x), unescape(text)


# HTML.


def test_without_style_every_word_state_and_level_is_still_there(
    bullets: tuple[Bullet, ...], bare: Callable[[str], str]
) -> None:
    text = bare(
        outline(bullets, "en", gate="OR", gate_note="any one is enough").replace("</div>", "\n").replace("</li>", "\n")
    )
    assert [line.strip() for line in text.splitlines() if line.strip()] == [
        "OR any one is enough",
        "1 Parcels stay overnight (verified) · 3 evidence · holds",
        "AND needed together",
        "1.1 The pick-up moved (hypothesis)",
        "Error: W02 Add evidence.",
        f"1.2 {LONG} (ruled out)",
        "Note: No difference found.",
        "2 <script>alert('x')</script>�\"& (question) · <script>alert('x')</script>�\"&",
        "Warning: <script>alert('x')</script>�\"& <script>alert('x')</script>�\"&",
        f"3 {LONG_ZH} (finding)",
    ]


def test_words_cannot_become_markup(bullets: tuple[Bullet, ...]) -> None:
    for written in (outline(bullets, "en"), outline_svg(bullets, HOSTILE, "en")):
        assert "<script" not in written
        assert "\u202e" not in written


def test_the_key_names_only_marks_that_occur(bullets: tuple[Bullet, ...], bare: Callable[[str], str]) -> None:
    assert bare(outline_key(bullets, "en")).split() == [
        "Marks:", "verified", "hypothesis", "ruled", "out", "question", "finding",
    ]  # fmt: skip
    assert bare(outline_key(bullets[2:], "zh-CN")).split() == ["标记：", "结论"]
    assert outline_key([Bullet("", "x")], "en") == ""


def test_lists_nest_as_the_statements_do(bullets: tuple[Bullet, ...]) -> None:
    written = outline(bullets, "en")
    assert written.count("<ul") == written.count("</ul>") == 2
    assert written.count("<li") == 6  # five statements, one gate
    assert outline([], "en") == ""


def test_more_than_four_hundred_statements_are_counted() -> None:
    children = tuple(Bullet(str(i), f"statement {i}") for i in range(500))
    written = outline([Bullet("", "top", children=children)], "en")
    assert written.count('class="node"') == 400
    assert "101 more statements are not drawn" in written
    assert "另有 101 条未画出" in outline([Bullet("", "top", children=children)], "zh-CN")
    assert "101 more" in outline_svg([Bullet("", "top", children=children)], "Many", "en")


def test_a_tree_block_says_question_split_order_and_findings(bare: Callable[[str], str]) -> None:
    tree = IssueTree("Why late?", split="Where?")
    tree.add(None, "Packing", code="packing")
    tree.add(None, "Is it the ferry?", kind="question")
    tree.order(None, "importance", {"packing": 3})
    html = tree._repr_html_()
    assert html.startswith("<style>")
    text = bare(html)
    for words in (
        "Why late?", "Why-tree · statements: 2 · errors: 1 · warnings: 0", "T07 Ordered by importance, but",
        "Where? by importance", "1 Packing (hypothesis) · 3 · code packing", "2 Is it the ferry? (question)",
        "T10 This question is still open.",
    ):  # fmt: skip
        assert words in text
    set_language("zh-CN")
    assert "原因树 · 2 条陈述 · 1 处错误 · 0 处警告" in bare(tree._repr_html_())


def test_a_pyramid_shows_the_answer_the_sentence_and_its_findings(bare: Callable[[str], str]) -> None:
    tree = IssueTree("Why late?")
    tree.add(None, "Packing <late>")
    text = bare(tree.pyramid("Parcels wait")._repr_html_())
    for words in ("Question: Why late?", "In one sentence: Because Packing <late>, therefore", "Parcels wait (finding)",
                  "1 Packing <late>", "P04 Only one point", "P07 Nothing is recommended yet."):  # fmt: skip
        assert words in text


# SVG.


@pytest.mark.parametrize("kind", ["tree", "mind-map", "outline"])
@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_drawings_are_pictures_with_words_in_the_ink_of_the_page(kind: str, tag: str) -> None:
    set_language(tag)
    tree = IssueTree("Why late?", split="Where?")
    tree.add(tree.add(None, LONG), LONG_ZH)
    svg = tree.to_svg(kind)
    xml.dom.minidom.parseString(svg)  # noqa: S318  our own text; it is well-formed
    assert re.match(r'<svg [^>]*role="img"', svg)
    assert "<title>Why late?</title><desc>" in svg
    assert "currentColor" in svg
    assert not re.search(r'fill="(?!none|currentColor)', svg)
    assert not re.search(r"<(style|script|image|foreignObject)", svg)


def test_every_box_of_an_outline_stands_alone_and_inside(bullets: tuple[Bullet, ...]) -> None:
    svg = outline_svg(bullets, "Why?", "en", gate="OR")
    found = boxes(svg)
    assert len(found) == 7  # five statements, two gates
    assert overlaps(found) == []
    assert max(box[2] for box in found) <= WIDTH


def test_words_stay_inside_their_box(bullets: tuple[Bullet, ...]) -> None:
    for svg in (outline_svg(bullets, "Why?", "en"), _tree(6, 2, LONG_ZH).to_svg("tree")):
        wide = float(re.search(r'viewBox="0 0 ([\d.]+) ', svg).group(1))  # type: ignore[union-attr]
        assert [text for x, text in lines(svg) if x + width(text, 12) > wide + 1] == []


def _tree(n: int, depth: int, text: str) -> IssueTree:
    tree = IssueTree("Why?")
    level: list[str | None] = [None]
    for d in range(depth):
        level = [tree.add(level[i % len(level)], f"{text} {d}.{i}") for i in range(n)]
    return tree


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.text("ab 净推荐W，", min_size=1, max_size=90)), min_size=1, max_size=40)
)
def test_no_box_of_a_tree_lies_on_another(nodes: list[tuple[int, str]]) -> None:
    tree = IssueTree("Why?", split="Where?")
    ids: list[str | None] = [None]
    for parent, text in nodes:
        if text.strip():
            ids.append(tree.add(ids[parent % len(ids)], text))
    found = boxes(tree.to_svg("tree"))
    assert len(found) == len(ids)
    assert overlaps(found) == []
    assert overlaps(boxes(tree.to_svg("outline"))) == []
    # a mind map frames its question only; there the lines of words must not meet
    places = [
        (x, float(y)) for x, y, _ in re.findall(r'<tspan x="([\d.]+)" y="([\d.]+)">([^<]+)', tree.to_svg("mind-map"))
    ]
    assert len(places) == len(set(places))


def test_more_than_a_page_holds_is_counted_where_it_hangs() -> None:
    svg = _tree(200, 1, "statement").to_svg("tree")
    assert svg.count("<rect") == 150
    assert "and 51 more" in svg


@pytest.mark.parametrize(
    "text", [LONG, LONG_ZH, "x" * 300, "https://example.org/" + "a" * 200, "净" * 100, "a", "👍" * 40]
)
@pytest.mark.parametrize("room", [60.0, 196.0])
def test_lines_fit_and_lose_nothing(text: str, room: float) -> None:
    found = wrap(text, room, 13.0)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(width(line.rstrip("，。,."), 13.0) <= room for line in found)
    assert not any(line[0] in "，。、；：" for line in found)


def test_a_cut_text_ends_with_an_ellipsis() -> None:
    assert wrap(LONG, 120, 13, most=2)[-1].endswith("…")
