"""The tools of an editor: what each is called, its key, and what it does with the chosen node."""

from __future__ import annotations

from typing import Any

from closeloop.text import message
from closeloop.widgets.tree.parts import Json, say

_SAID = {"Ins": "Insert", "Del": "Delete", "Ctrl Z": "Control+Z", "Ctrl Y": "Control+Y"}


def tool(
    name: str,
    draw: str,
    how: str,
    kbd: str = "",
    *,
    text: str = "",
    arg: str = "",
    keys: tuple[str, ...] = (),
    **more: Any,
) -> Json:
    """Return a tool.

    Parameters
    ----------
    name : str
        Rows refuse it by this name; its text is ``tree_editor.<name>``, unless `text` is given.
    draw : str
        Its icon.
    how : {"write", "form", "act", "pick"}
        Write in the tree; open the form `arg` of the panel; do `arg` (`bare`: not with the chosen node); choose where
        to move to.
    kbd : str
        Its key as it is shown, which is the key itself where it is a letter.
    """
    typed = keys or ((kbd.lower(),) if len(kbd) == 1 else ())
    return {
        "name": name, "draw": draw, "how": how, "kbd": kbd, "said": _SAID.get(kbd, kbd) or None,
        "text": text or say(name), "arg": arg or name, "keys": list(typed),
        **more,
    }  # fmt: skip


def closing_tools(*, can_undo: bool, can_redo: bool, unsaved: bool | None) -> list[Json | None]:
    """Return undo, redo and, where there is a place to save to, save."""
    back = tool("undo", "undo", "act", "Ctrl Z", bare=True, text=str(message("widgets.undo")))
    again = tool("redo", "redo", "act", "Ctrl Y", bare=True, text=str(message("widgets.redo")))
    back["no"] = "" if can_undo else "widgets.nothing_to_undo"
    again["no"] = "" if can_redo else "widgets.nothing_to_redo"
    if unsaved is None:
        return [None, back, again]
    save = tool("save", "check", "act", bare=True, mark=say("unsaved") if unsaved else "")
    save["no"] = "" if unsaved else "tree_editor.nothing_to_save"
    return [None, back, again, None, save]


def whys_tools() -> list[Json | None]:
    """Return the tools of a cause graph."""
    return [
        tool("add", "add", "write", "Ins", text=say("add_why"), keys=("Insert", "+")),
        tool("rename", "pen", "write", "F2", keys=("F2", "Enter")),
        tool("move", "move", "pick", "M"),
        tool("gate", "gate", "act", "G"),
        tool("split", "people", "form", "P"),
        tool("remove", "bin", "act", "Del", keys=("Delete",)),
        None,
        tool("evidence", "doc", "form", "E"),
        tool("stop", "flag", "form", "S"),
        tool("out", "out", "form", "X", arg="rule_out",
             alt={"mark": "ruled-out", "text": say("reopen"), "how": "act", "arg": "reopen"}),
        None,
        tool("read", "speak", "act", "R", bare=True),
    ]  # fmt: skip


def issue_tools() -> list[Json | None]:
    """Return the tools of an issue tree."""
    return [
        tool("add", "add", "write", "Ins", keys=("Insert", "+")),
        tool("rename", "pen", "write", "F2", keys=("F2", "Enter")),
        tool("split", "gate", "form", "S"),
        tool("move", "move", "pick", "M"),
        tool("merge", "link", "form", "J", text=say("merge_tool")),
        tool("order", "down", "form", "O", text=say("order_tool")),
        tool("code", "doc", "form", "C", arg="revise"),
        tool("remove", "bin", "act", "Del", keys=("Delete",)),
    ]


def refusals(**why: str) -> Json:
    """Return the tools that do not apply to a row, with the key of the reason.

    Examples
    --------
    >>> refusals(gate="no_gate", move="")
    {'gate': 'tree_editor.no_gate'}
    """
    return {name: f"tree_editor.{key}" for name, key in why.items() if key}
