r"""Issue trees as markdown outlines, in and out.

The question is the heading, statements are nested list items. What a statement has beside its words stands behind it as
inline code, so that any markdown viewer shows it quietly::

    # Why do parcels arrive late? `{split="On which part of the way?" order=structure whole="the way"}`

    - Packed after the last pick-up `{finding code=packing}`

Outlines that people wrote are read as they are: headings of any level, ``-``, ``*``, ``+`` or ``1.``, lines that
continue the one above; a paragraph is a statement, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from closeloop.rootcause.tree.node import (
    MOST_CHARACTERS,
    MOST_LEVELS,
    NodeKind,
    OrderKind,
    TreeKind,
    TreeNode,
    TreeState,
    line,
    usual_kind,
    walk,
)
from closeloop.text import message

_SPECIAL = re.compile(r"([\\`*{}\[\]<>|&~$#]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9]))")  # within a word _ is no markup
_LEADING = re.compile(r"^(?:([-+=])|(\d+)([.)]))")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_ITEM = re.compile(r"^([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(.*)$")
_ATTRIBUTE = r"""[a-z]+(?:=(?:"(?:[^"\\]|\\.)*"|[^\s"'{}=`]+))?"""
_ATTRIBUTES = re.compile(rf"(?:^|[ \t]+)(`?)\{{({_ATTRIBUTE}(?: +{_ATTRIBUTE})*)\}}\1$")
_BARE = re.compile(r"[^\W\d][\w.-]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")
_MOST_ON_A_LINE = 10 * MOST_CHARACTERS
_NAMED = ("code", "split", "formula", "order", "whole", "value")


def to_markdown(state: TreeState) -> str:
    r"""Return a tree as a markdown outline.

    Examples
    --------
    >>> price = TreeNode(id="n1", text="Price *rose*", code="price", kind="finding")
    >>> print(to_markdown(TreeState(root=TreeNode(id="n0", text="Why?", children=(price,)))))
    # Why?
    <BLANKLINE>
    - Price \*rose\* `{finding code=price}`
    <BLANKLINE>
    """
    lines = []
    for path, node, _ in walk(state.root):
        words: list[str] = [] if path or state.kind == "why" else [state.kind]
        if node.kind != usual_kind(state.kind, root=not path):
            words.append(node.kind)
        words += [f"{name}={_written(value)}" for name in _NAMED if (value := getattr(node, name)) is not None]
        behind = f" `{{{' '.join(words)}}}`" if words else ""
        before = f"{'  ' * (len(path) - 1)}- " if path else "# "
        lines.append(f"{before}{escaped(node.text)}{behind}")
        if not path and node.children:
            lines.append("")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    r"""Return a text as markdown that shows it and does nothing else.

    Examples
    --------
    >>> print(escaped("1. <b>cheap</b>"))
    1\. \<b\>cheap\</b\>
    """
    kept = _SPECIAL.sub(r"\\\1", text)
    return _LEADING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", kept)


def unescaped(text: str) -> str:
    """Return what `escaped` was given."""
    return _ESCAPED.sub(r"\1", text)


def from_markdown(text: str, kind: TreeKind = "why") -> TreeState:
    r"""Return the tree of a markdown outline.

    Parameters
    ----------
    text : str
        The outline.
    kind : {"why", "how", "driver"}
        Where the outline does not say it.

    Raises
    ------
    ValueError
        If there is no question on top, or a statement cannot be kept.

    Examples
    --------
    >>> state = from_markdown("# Why late?\n* Packing\n    * Too few people\n* Transport")
    >>> [(path, node.text) for path, node, _ in walk(state.root)][1:]
    [((0,), 'Packing'), ((0, 0), 'Too few people'), ((1,), 'Transport')]
    """
    entries = list(_entries(text))
    if not entries or entries[0][0] >= _PARAGRAPH:
        raise ValueError(message("tree.markdown_no_question"))
    root = _Read(entries[0][1], entries[0][2])
    trail: list[tuple[int, _Read]] = [(-1, root)]  # nothing comes above the first heading
    for number, (rank, said, place) in enumerate(entries[1:], 1):
        while trail[-1][0] >= rank:
            trail.pop()
        if len(trail) >= MOST_LEVELS:
            raise ValueError(message("tree.too_deep_line", line=place, most=MOST_LEVELS))
        child = _Read(said, place, f"n{number}")
        trail[-1][1].children.append(child)
        trail.append((rank, child))
    tree_kind = root.attributes.get("tree", kind)
    return TreeState(kind=tree_kind, root=root.built(tree_kind), issued=len(entries) - 1)


_PARAGRAPH, _LIST = 90, 100
"""Ranks of a paragraph and of the first level of a list; headings rank 1 to 6."""


def _entries(text: str) -> Iterator[tuple[int, str, int]]:
    """Give (rank, words, line) of each heading, paragraph and list item."""
    open_entry: tuple[int, str, int] | None = None
    after_blank = False
    for place, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not raw.strip():
            after_blank = True
            continue
        heading, item = _HEADING.match(raw), _ITEM.match(raw)
        if heading is not None:
            entry = (len(heading[1]), heading[2], place)
        elif item is not None:
            entry = (_LIST + len(item[1].expandtabs(4)), item[2], place)
        elif open_entry is None:
            entry = (0, raw.strip(), place)  # a question without its #
        elif 1 <= open_entry[0] <= 6 or (after_blank and not raw[0].isspace()):
            entry = (_PARAGRAPH, raw.strip(), place)
        else:
            open_entry = (open_entry[0], f"{open_entry[1]} {raw.strip()}", open_entry[2])
            after_blank = False
            continue
        after_blank = False
        if open_entry is not None:
            yield open_entry
        open_entry = entry
    if open_entry is not None:
        yield open_entry


class _Read:
    """A statement being read."""

    def __init__(self, said: str, place: int, name: str = "n0") -> None:
        self.place, self.name = place, name
        self.children: list[_Read] = []
        if len(said) > _MOST_ON_A_LINE:
            raise ValueError(message("tree.at_line", line=place, reason=message("tree.long_text", count=len(said),
                                     most=MOST_CHARACTERS)))  # fmt: skip
        found = _ATTRIBUTES.search(said)
        known = _known(found[2]) if found else None
        self.said = said if found is None or known is None else said[: found.start()]
        self.attributes: dict[str, Any] = known or {}

    def built(self, kind: TreeKind) -> TreeNode:
        said = {key: value for key, value in self.attributes.items() if key != "tree"}
        try:
            text = line(unescaped(self.said))
        except ValueError as error:
            raise ValueError(message("tree.at_line", line=self.place, reason=error.args[0])) from None
        children = tuple(child.built(kind) for child in self.children)
        usual = usual_kind(kind, root=self.name == "n0")
        return TreeNode(**{"id": self.name, "text": text, "kind": usual, **said, "children": children})


def _known(written: str) -> dict[str, Any] | None:
    """Return attributes by name; None where a word is none of ours, so that braces in people's words stay words."""
    found: dict[str, Any] = {}
    for part in re.findall(_ATTRIBUTE, written):
        name, equals, value = part.partition("=")
        if not equals and name in get_args(NodeKind):
            found["kind"] = name
        elif not equals and name in get_args(TreeKind):
            found["tree"] = name
        elif equals and name in _NAMED:
            read = _read_value(value, number=name == "value")
            if read is None or (name == "order" and read not in get_args(OrderKind)):
                return None
            found[name] = read
        else:
            return None
    return found


def _read_value(written: str, *, number: bool) -> Any:
    if not written.startswith('"'):
        if number and _NUMBER.fullmatch(written):
            return json.loads(written)
        return written
    try:
        return json.loads(written)
    except ValueError:
        return None


def _written(value: str | int | float) -> str:
    if isinstance(value, int | float):
        return json.dumps(value)
    if _BARE.fullmatch(value) and value.isascii():
        return value
    # Inside code nothing is markup, but a backtick would end it.
    return json.dumps(value, ensure_ascii=False).replace("`", "\\u0060")
