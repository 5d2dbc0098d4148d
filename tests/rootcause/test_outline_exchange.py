"""Trees as markdown outlines and OPML: out and in again without loss, and what others wrote, however hostile."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.html import harmless
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.tree.node import TreeNode, TreeState, walk

HOSTILE = (
    "- 1. # <script>alert(1)</script> `{code=x}` {finding} a|b *b* _i_ ~~s~~ \\ \\\\ [l](javascript:x) & &amp; $x$",
    "{hypothesis code=x}", "`{driver}`", "1. first", "12) twelfth", "+ plus", "= = =", "# not a heading #",
    "]]> <!-- --> <!DOCTYPE x>", "\u202egnp.exe", "ends with a backslash\\", '"quoted" \'too\'',
    "净推荐值 · 闭环，根因",
)  # fmt: skip


def outline(tree: IssueTree) -> list[tuple[int, str]]:
    return [(len(path), node.text) for path, node, _ in walk(tree.root)]


def full() -> IssueTree:
    tree = IssueTree("Revenue fell", kind="driver", code="revenue")
    price = tree.add(None, "Price", code="price", kind="finding", split="Which {price}? `list`")
    volume = tree.add(None, "Volume", code="线上 销量")
    tree.formula(None, "sum(price * {线上 销量})")
    tree.order(None, "importance", {price: 8.25, volume: 3})
    a, b = tree.add(price, "Rebates"), tree.add(price, "List price", kind="hypothesis")
    tree.order(price, "time", {a: "2026-07-01", b: "2026-08-01T10:00"}, whole='the "year"')
    return tree


# Markdown.


def test_a_markdown_outline_is_readable_and_keeps_all() -> None:
    tree = full()
    written = tree.to_markdown()
    assert written == (
        '# Revenue fell `{driver code=revenue formula="sum(price * {线上 销量})" order=importance}`\n\n'
        '- Price `{finding code=price split="Which {price}? \\u0060list\\u0060" order=time '
        'whole="the \\"year\\"" value=8.25}`\n'
        '  - Rebates `{value="2026-07-01"}`\n'
        '  - List price `{hypothesis value="2026-08-01T10:00"}`\n'
        '- Volume `{code="线上 销量" value=3}`\n'
    )
    assert IssueTree.from_markdown(written) == tree


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(text: str) -> None:
    tree = IssueTree(text)
    tree.add(tree.add(None, text), text)
    assert IssueTree.from_markdown(tree.to_markdown()) == tree
    assert IssueTree.from_opml(tree.to_opml()) == tree
    for line in tree.to_markdown().splitlines():
        assert "<script" not in line.replace("\\<script", "")


@pytest.mark.parametrize(
    "text",
    [
        "# Why late?\n\n* Packing\n    * Too few people\n    * Late pick-up\n* Transport\n",
        "# Why late?\n## Packing\n### Too few people\n### Late pick-up\n## Transport",
        "# Why late?\n## Packing\n- Too few people\n- Late pick-up\n## Transport",
        "Why late?\n\n1. Packing\n\t- Too few\n\t  people\n\t+ Late pick-up\n2) Transport\n",
        "\ufeff# Why late? ##\r\n- Packing\r\n  - Too few people\r\n  - Late pick-up\r\n- Transport",
    ],
)
def test_outlines_that_people_wrote_are_read(text: str) -> None:
    tree = IssueTree.from_markdown(text, kind="how")
    assert outline(tree) == [
        (0, "Why late?"), (1, "Packing"), (2, "Too few people"), (2, "Late pick-up"), (1, "Transport"),
    ]  # fmt: skip
    assert tree.tree_kind == "how"
    assert tree.node("n1").kind == "hypothesis"


def test_paragraphs_are_statements_and_nothing_is_lost() -> None:
    tree = IssueTree.from_markdown(
        "# Why late?\nIt got worse\nin August.\n\nTwo reasons:\n\n- Packing\n\n  too late\n- Ferry\n\nThe end."
    )
    assert outline(tree) == [
        (0, "Why late?"), (1, "It got worse in August."), (1, "Two reasons:"), (2, "Packing too late"), (2, "Ferry"),
        (1, "The end."),
    ]  # fmt: skip


def test_braces_in_peoples_words_stay_words() -> None:
    tree = IssueTree.from_markdown("# Why {beta}?\n- the set {a b}\n- {order=alphabet}\n- price {finding}")
    assert outline(tree)[:3] == [(0, "Why {beta}?"), (1, "the set {a b}"), (1, "{order=alphabet}")]
    assert (tree.node("n3").text, tree.node("n3").kind) == ("price", "finding")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with its question"),
        ("\n\n", "begins with its question"),
        ("- a\n- b", "begins with its question"),
        ("# Why?\n- a\n- `{finding}`", "Line 3: A statement needs words"),
        ("# Why?\n- " + "x" * 30_000, "Line 2: A statement has at most 2000 characters"),
        ("# Why?\n- a `{code=x}`\n- b `{code=x}`", "“x” is there twice"),
        ("# Why?\n" + "\n".join("  " * i + "- x" for i in range(60)), "Line 51: a tree has at most 50 levels"),
    ],
)
def test_a_broken_outline_says_where(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        IssueTree.from_markdown(text)


# OPML.


def test_opml_keeps_all_and_declares_itself() -> None:
    tree = full()
    written = tree.to_opml()
    assert written.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0"><head><title>Revenue fell</title>'
    )
    assert IssueTree.from_opml(written) == tree
    assert IssueTree.from_opml(written.encode()) == tree


def test_opml_of_other_programs_is_read() -> None:
    text = """<?xml version="1.0"?><opml version="1.0"><head><title>Why late?</title></head><body>
      <outline text="Packing" _note="x" created="2026"><outline title="Too few people"/></outline>
      <outline text="Transport" kind="odd" order="odd" value="soon"/></body></opml>"""
    assert outline(IssueTree.from_opml(text)) == [
        (0, "Why late?"), (1, "Packing"), (2, "Too few people"), (1, "Transport"),
    ]  # fmt: skip


def test_ids_in_opml_cannot_make_a_loop() -> None:
    text = """<opml version="2.0"><body><outline text="Why?" id="a" parent="b"><outline text="x" id="b" parent="a">
      <outline text="y" id="a" parent="b"/></outline></outline></body></opml>"""
    tree = IssueTree.from_opml(text)
    assert outline(tree) == [(0, "Why?"), (1, "x"), (2, "y")]
    assert len({node.id for _, node, _ in walk(tree.root)}) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml><body><outline text="&a;"/></body></opml>', "Line 1: .*entities"),
        ('<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml><body/></opml>', "document type"),
        ("<opml><body><outline text='Why?'/></body>", "Line 1: this is no OPML"),
        ("", "no OPML"),
        ("Why?", "no OPML"),
        ("<html><body/></html>", "first element is “html”"),
        ("<opml><body/></opml>", "this has 0 outlines"),
        ("<opml><body><outline text='a'/><outline text='b'/></body></opml>", "this has 2 outlines and no title"),
        ("<opml><body><outline text='Why?'><outline text=' '/></outline></body></opml>", "Line 1: A statement needs"),
        ("<opml><body>" + "<outline text='x'>" * 60 + "</outline>" * 60 + "</body></opml>", "at most 50 levels"),
        (b"\xff\xfe\x00bad", "no OPML"),
    ],
)
def test_what_is_no_opml_is_refused(text: str | bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        IssueTree.from_opml(text)


# Whatever it says.

KINDS = ("question", "hypothesis", "finding")
CHARACTERS = st.characters(codec="utf-8")
WORDS = (
    st.text(CHARACTERS, min_size=1, max_size=20)
    .map(harmless)
    .filter(lambda text: bool(text.replace("\x85", "").split()))
)
SPECIAL = st.text(st.sampled_from("\\`*_{}[]<>#|&~$-+=.:1 \"'ab净"), min_size=1, max_size=15).filter(
    lambda t: bool(t.strip())
)
LINES = st.one_of(WORDS, SPECIAL, st.sampled_from(HOSTILE))
VALUES = st.one_of(st.none(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False),
                   st.sampled_from(["2026-07-01", "major"]))  # fmt: skip


@st.composite
def trees(draw: Any) -> IssueTree:
    number, codes = 0, set()

    def node(depth: int) -> TreeNode:
        nonlocal number
        own, number = number, number + 1
        code = draw(st.one_of(st.none(), LINES))
        code = (
            None if code is None or " ".join(code.split()) in codes or code.startswith("n") else " ".join(code.split())
        )
        codes.add(code)
        children = tuple(node(depth + 1) for _ in range(draw(st.integers(0, 3 if depth < 3 else 0))))
        return TreeNode(
            id=f"n{own}", text=draw(LINES), code=code, kind=draw(st.sampled_from(KINDS)),
            split=draw(st.one_of(st.none(), LINES)), formula=draw(st.one_of(st.none(), LINES)),
            order=draw(st.sampled_from([None, "time", "structure", "importance", "deductive"])),
            whole=draw(st.one_of(st.none(), LINES)), value=draw(VALUES), children=children,
        )  # fmt: skip

    root = node(0)
    return IssueTree(TreeState(kind=draw(st.sampled_from(["why", "how", "driver"])), root=root, issued=number))


@settings(max_examples=150, deadline=None)
@given(trees())
def test_markdown_opml_and_documents_lose_nothing(tree: IssueTree) -> None:
    assert IssueTree.from_markdown(tree.to_markdown()) == tree
    assert IssueTree.from_opml(tree.to_opml()) == tree
    assert IssueTree.from_document(json.loads(json.dumps(tree.to_document()))).state == tree.state


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('#-*+1.) \t\n`{}="abcode净\\<&'), max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for read in (IssueTree.from_markdown, IssueTree.from_opml):
        try:
            tree = read(text)
        except ValueError:
            continue
        assert IssueTree.from_markdown(tree.to_markdown()) == tree
