"""Issue trees: what can be changed and undone, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import StoreError
from closeloop.html import harmless
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.tree.node import TreeState, walk


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


def nested(levels: int) -> dict[str, object]:
    node: dict[str, object] = {"id": f"n{levels}", "text": "x"}
    for level in range(levels - 1):
        node = {"id": f"n{level}", "text": "x", "children": [node]}
    return node


def texts(tree: IssueTree) -> list[str]:
    return [node.text for _, node, _ in walk(tree.root)]


def codes(tree: IssueTree, rule: str) -> list[str]:
    return [finding.subject for finding in tree.findings() if finding.rule == rule]


# Kinds, nodes, and how they are named.


@pytest.mark.parametrize(("kind", "usual"), [("why", "hypothesis"), ("how", "hypothesis"), ("driver", "question")])
def test_a_tree_is_a_why_how_or_driver_tree_and_a_node_a_question_hypothesis_or_finding(kind: str, usual: str) -> None:
    tree = IssueTree("Why?", kind=kind)  # type: ignore[arg-type]
    plain = tree.add(None, "Price")
    found = [tree.add(None, name, kind=name) for name in ("question", "hypothesis", "finding")]  # type: ignore[arg-type]
    assert tree.tree_kind == kind
    assert [tree.node(node).kind for node in (None, plain, *found)] == [
        "question", usual, "question", "hypothesis", "finding",
    ]  # fmt: skip


def test_a_node_is_named_by_id_code_or_itself(tree: IssueTree) -> None:
    by_code = tree.node("packing")
    assert tree.node(by_code.id) is by_code
    assert tree.node(by_code) is by_code
    assert tree.node(None) is tree.root


def test_an_unknown_node_is_named_with_those_that_look_like_it(tree: IssueTree) -> None:
    with pytest.raises(ValueError, match=r"no statement “pakcing”.*packing"):
        tree.add("pakcing", "x")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: IssueTree("Why?", kind="what"), "one of: why, how, driver; not “what”"),  # type: ignore[arg-type]
        (lambda: IssueTree("  \n "), "needs words"),
        (lambda: IssueTree("x" * 2001), "at most 2000 characters, this has 2001"),
        (lambda: IssueTree("Why?").add(None, ""), "needs words"),
        (lambda: IssueTree("Why?").add(None, "x", kind="guess"), "question, hypothesis, finding; not “guess”"),  # type: ignore[arg-type]
        (lambda: IssueTree("Why?").split(None, "ab", "How?"), "Into what"),
        (lambda: IssueTree("Why?").order(None, "alphabet"), "importance, deductive; not “alphabet”"),  # type: ignore[arg-type]
        (lambda: IssueTree("Why?").remove(None), "stays on top"),
        (lambda: IssueTree("Why?").move(None, None), "stays on top"),
        (lambda: IssueTree("Why?").to_svg("pie"), "tree, mind-map, outline; not as “pie”"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()  # type: ignore[operator]


def test_a_code_stands_once_in_a_tree(tree: IssueTree) -> None:
    with pytest.raises(ValueError, match="“pickup” already belongs to “The pick-up moved to 16:00”"):
        tree.add(None, "Another", code="pickup")
    with pytest.raises(ValueError, match="already belongs"):
        tree.revise("packing", code="n2")
    tree.revise("packing", code="packing")
    tree.revise("packing", code="")
    assert tree.node("n1").code is None


def test_a_code_that_looks_like_an_id_is_never_handed_out_as_one() -> None:
    tree = IssueTree("Why?", code="n1")
    assert tree.add(None, "x") == "n2"


# Changes.


def test_split_takes_a_statement_apart_and_merge_puts_two_together(tree: IssueTree) -> None:
    road, air = tree.split("transport", ["By road", "By air"], "By which means?")
    assert tree.node("transport").split == "By which means?"
    assert [child.id for child in tree.node("transport").children] == [road, air]
    deeper = tree.add(air, "Weather")
    kept = tree.merge(road, air, "By road or air")
    assert kept == road
    assert [child.text for child in tree.node("transport").children] == ["By road or air"]
    assert [child.id for child in tree.node(road).children] == [deeper]


def test_statements_of_other_branches_can_be_merged_in_either_order(tree: IssueTree) -> None:
    for a, b in (("pickup", "transport"), ("transport", "pickup")):
        copy = tree.copy()
        place = copy.node(a).id
        assert copy.merge(a, b, "Both") == place
        assert copy.node(place).code == a
        assert copy.node(place).kind == "hypothesis"  # a finding and a hypothesis are no finding
        assert copy.n_statements == tree.n_statements - 1


def test_what_stands_one_below_the_other_is_not_merged(tree: IssueTree) -> None:
    with pytest.raises(ValueError, match="one below the other"):
        tree.merge("packing", "pickup", "x")
    with pytest.raises(ValueError, match="one and the same"):
        tree.merge("packing", "packing", "x")


def test_move_takes_all_that_stands_under_a_statement_along(tree: IssueTree) -> None:
    tree.move("packing", "transport")
    assert [node.text for _, node, _ in walk(tree.root)] == [
        "Why do parcels arrive late?", "Longer on the road", "Packed after the last pick-up",
        "The pick-up moved to 16:00", "The shop promises next day until 20:00",
    ]  # fmt: skip
    tree.move("promise", "packing", 0)
    assert [child.code for child in tree.node("packing").children] == ["promise", "pickup"]


@pytest.mark.parametrize("goal", ["packing", "pickup"])
def test_a_tree_never_has_a_loop(tree: IssueTree, goal: str) -> None:
    before = tree.state
    with pytest.raises(ValueError, match="cannot be put under it"):
        tree.move("packing", goal)
    assert tree.state is before


def test_every_change_can_be_undone_and_made_again(tree: IssueTree) -> None:
    before = tree.state
    tree.remove("packing")
    assert texts(tree) == ["Why do parcels arrive late?", "Longer on the road"]
    assert tree.undo()
    assert tree.state == before
    assert tree.redo()
    assert texts(tree) == ["Why do parcels arrive late?", "Longer on the road"]


def test_a_tree_is_saved_and_read_again(tree: IssueTree, tmp_path: Path) -> None:
    from closeloop.versioned import read_content

    path = tree.save(tmp_path / "late.tree.json")
    again = IssueTree.from_document(read_content(path))
    assert again.state == tree.state
    assert again == tree
    assert again.add(None, "next") not in {node.id for _, node, _ in walk(tree.root)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "what"}, "kind"),
        ({"root": {"id": "a", "text": "Why?", "children": [{"id": "a", "text": "x"}]}}, "“a” is there twice"),
        ({"root": {"id": "a", "text": "  "}}, "needs words"),
        ({"root": nested(51)}, "at most 50 levels"),
        ({"root": nested(400)}, "root"),
        ({"root": {"id": "a", "text": "Why?", "parent": "a"}}, "root.parent"),
    ],
)
def test_a_broken_document_is_refused(tree: IssueTree, change: dict[str, object], words: str) -> None:
    with pytest.raises(StoreError, match=words):
        IssueTree.from_document({**tree.to_document(), **change})


def test_two_trees_are_equal_when_they_say_the_same() -> None:
    one, two = IssueTree("Why?"), IssueTree("Why?")
    one.add(None, "a")
    dropped = two.add(None, "b")
    two.add(None, "a")
    assert one != two
    two.remove(dropped)
    assert one == two
    assert [node.id for node in two.root.children] == ["n2"]


def test_one_thousand_statements_in_ten_levels_are_no_burden() -> None:
    tree = IssueTree("Why?")
    level: list[str | None] = [None]
    for depth in range(10):
        level = [tree.add(level[i % len(level)], f"statement {depth}.{i}") for i in range(100)]
    assert tree.n_statements == 1000
    assert len(tree._repr_html_()) < 1_000_000
    assert "600 more statements are not drawn" in tree._repr_html_()
    assert IssueTree.from_markdown(tree.to_markdown()) == tree


def test_ten_thousand_statements_can_be_read_checked_and_drawn() -> None:
    lines = ["# Why?"] + [f"{'  ' * (i % 10)}- statement {i}" for i in range(10_000)]
    tree = IssueTree.from_markdown("\n".join(lines))
    assert tree.n_statements == 10_000
    assert IssueTree.from_opml(tree.to_opml()) == tree
    assert tree.findings()
    assert tree.to_svg().count("<rect") == 150


def test_more_than_fifty_levels_are_refused_everywhere() -> None:
    tree = IssueTree("Why?")
    last: str | None = None
    for i in range(49):
        last = tree.add(last, f"level {i}")
    for change in (lambda: tree.add(last, "x"), lambda: tree.split(last, ["x"], "Why?")):
        with pytest.raises(ValueError, match="at most 50 levels"):
            change()
    beside = tree.add(None, "beside")
    tree.add(beside, "below")
    with pytest.raises(ValueError, match="at most 50 levels"):
        tree.move(beside, tree.node("n48"))


# Whatever people do.

WORDS = st.text(min_size=1, max_size=12).filter(
    lambda text: bool(harmless(text).strip("\ufffd \t\n\u2028\u2029\x85").strip())
)
STEPS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 30), st.integers(0, 30), WORDS), max_size=12)


def change(tree: IssueTree, what: int, a: int, b: int, text: str) -> None:
    """Do one thing to a tree; what is refused changes nothing."""
    ids = [node.id for _, node, _ in walk(tree.root)]
    one, two = ids[a % len(ids)], ids[b % len(ids)]
    steps = [
        lambda: tree.add(one, text),
        lambda: tree.split(one, [text, f"{text} 2"], "Which?"),
        lambda: tree.merge(one, two, text),
        lambda: tree.move(one, two, b % 3),
        lambda: tree.rename(one, text),
        lambda: tree.remove(one),
        lambda: tree.order(one, "importance", {child.id: b for child in tree.node(one).children}),
        lambda: tree.revise(one, split=text, kind="finding", code=f"c{a}"),
    ]
    before = tree.state
    try:
        steps[what]()
    except ValueError:
        assert tree.state is before


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_undo_after_any_changes_gives_the_first_state_and_redo_the_last(
    steps: list[tuple[int, int, int, str]],
) -> None:
    tree = IssueTree("Why?")
    tree.split(None, ["a", "b", "c"], "Which?")
    first = TreeState.model_validate(tree.state.model_dump())
    tree = IssueTree(first)
    for step in steps:
        change(tree, *step)
    last = tree.state
    TreeState.model_validate(last.model_dump())  # whatever was done, it is a tree that a file can hold
    while tree.undo():
        pass
    assert tree.state == first
    while tree.redo():
        pass
    assert tree.state == last


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 4)), max_size=15))
def test_move_never_loses_a_statement(moves: list[tuple[int, int, int]]) -> None:
    tree = IssueTree("Why?")
    for i in range(6):
        tree.add(None if i < 3 else f"n{i - 2}", f"statement {i}")
    ids = {node.id for _, node, _ in walk(tree.root)}
    for a, b, position in moves:
        change(tree, 3, a, b, "x")
        known = sorted(ids)
        try:
            tree.move(known[a % len(known)], known[b % len(known)], position)
        except ValueError:
            continue
        assert {node.id for _, node, _ in walk(tree.root)} == ids
