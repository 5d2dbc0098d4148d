"""The side panel of a statement: its kind and code, how it is split and ordered, what the data say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from closeloop.rootcause.tree.coded_tree import TreeMece
from closeloop.rootcause.tree.node import PREMISES, NodeKind, OrderKind, TreeNode, TreeState
from closeloop.text import language, message
from closeloop.views.words import marks
from closeloop.widgets.tree.coding_counts import NodeCount
from closeloop.widgets.tree.issue_rows import VERDICTS
from closeloop.widgets.tree.parts import Json, field, form, line, say, section
from closeloop.widgets.tree.whys_panel import head, mend


def issue_panel(
    state: TreeState,
    node: TreeNode,
    row: Json,
    beside: list[TreeNode],
    counts: Mapping[str, NodeCount],
    mece: TreeMece | str | None,
) -> Json:
    """Return the panel of a statement."""
    kind = say(f"mark_{node.kind}") if row["no"] else str(message(f"tree.kind_{state.kind}"))
    state_line = f"{row['no']} · {kind}" if row["no"] else kind
    sections = [head(row, state_line), *mend(row), _about(node, root=not row["no"])]
    sections += _data(node, counts, mece)
    sections.append(_split(node))
    if node.children:
        sections.append(_order(node))
    if state.kind == "driver" or node.formula is not None:
        sections.append(_formula(node))
    if beside:
        others = [(one.id, one.text) for one in beside]
        fields = [
            field("other", say("merge_with"), "select", options=others),
            field("text", say("merge_words"), "area", node.text),
        ]
        ask = form("merge", fields, button=say("merge"), hot="J", icon="gate", submit=say("merge_do"))
        sections.append(section("merge", say("merge_title"), forms=[ask]))
    return {"node": node.id, "sections": sections}


def _about(node: TreeNode, *, root: bool) -> Json:
    fields = []
    if not root:
        kinds = [(one, say(f"mark_{one}")) for one in get_args(NodeKind)]
        fields.append(field("kind", say("node_kind"), "select", node.kind, options=kinds))
    fields.append(field("code", say("code"), value=node.code, hint=say("code_hint")))
    return section("about", say("about_statement"), forms=[form("revise", fields, auto=True)])


def _data(node: TreeNode, counts: Mapping[str, NodeCount], mece: TreeMece | str | None) -> list[Json]:
    """Return what the coding says of a node: its count, and the verdict on its children with the reasons."""
    found = []
    if node.id in counts:
        found.append(line(str(counts[node.id].text), say("count_meaning"), icon="people"))
    elif mece is not None and node.code is not None:  # there is a coding, and it does not know the code
        found.append(line(say("code_unknown", code=node.code), icon="info"))
    if isinstance(mece, TreeMece):
        colon = marks(language()).colon
        for one in mece.nodes:
            if one.node == node.id:
                verdict = say(f"mece_{one.report.verdict.replace(' ', '_')}")
                reasons = "".join(
                    f"{colon if not at else ' '}{reason}" for at, reason in enumerate(one.report.reasons[:2])
                )
                found.append(line(verdict + reasons, icon=VERDICTS[one.report.verdict]))
    elif mece is not None and not node.id.strip("n0"):
        found.append(line(mece, icon="info"))
    return [section("data", say("data"), lines=found)] if found else []


def _split(node: TreeNode) -> Json:
    question = form("question", [field("split", say("split_question"), value=node.split)], auto=True)
    fields = [
        field("question", say("split_question"), value=node.split),
        field("into", say("split_into"), "area", hint=say("split_hint")),
    ]
    ask = form("split", fields, button=say("split_here"), hot="S", icon="gate", submit=say("split_do"))
    return section("split", say("split_title"), forms=[question, ask] if node.children else [ask])


def _order(node: TreeNode) -> Json:
    orders = [("", "–"), *((one, str(message(f"tree.order_{one}"))) for one in get_args(OrderKind))]
    fields = [field("by", say("order_by"), "select", node.order, options=orders)]
    if node.order == "structure":
        fields.append(field("whole", say("order_whole"), value=node.whole))
    elif node.order == "deductive":
        parts = [("", "–"), *((one, str(message(f"tree.premise_{one}"))) for one in PREMISES)]
        fields += [field(f"v_{one.id}", one.text, "select", one.value, options=parts) for one in node.children]
    elif node.order is not None:
        hint = say(f"order_value_{node.order}")
        fields += [field(f"v_{one.id}", one.text, value=one.value, hint=hint) for one in node.children]
    return section("order", say("order"), forms=[form("order", fields, auto=True)])


def _formula(node: TreeNode) -> Json:
    codes = ", ".join(one.code for one in node.children if one.code)
    hint = say("formula_codes", codes=codes) if codes else say("formula_no_codes")
    ask = form("formula", [field("formula", say("formula"), value=node.formula, hint=hint)], auto=True)
    return section("formula", say("formula_title"), forms=[ask])
