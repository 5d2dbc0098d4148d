"""Issue trees as OPML 2.0, the exchange format of outliners and mind-map programs, in and out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import count
from typing import Any, get_args
from xml.parsers import expat

from closeloop.html import Html, element
from closeloop.rootcause.tree.node import (
    MOST_LEVELS,
    NodeKind,
    OrderKind,
    TreeKind,
    TreeNode,
    TreeState,
    line,
    usual_kind,
)
from closeloop.text import message

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMED = ("code", "split", "formula", "whole")


def to_opml(state: TreeState) -> str:
    """Return a tree as OPML.

    Examples
    --------
    >>> root = TreeNode(id="n0", text="Why?", children=(TreeNode(id="n1", text="R&D", kind="finding"),))
    >>> to_opml(TreeState(root=root)).splitlines()[1].partition("<body>")[2].partition("</body>")[0]
    '<outline text="Why?" treeKind="why" kind="question"><outline text="R&amp;D" kind="finding"></outline></outline>'
    """
    head = element("head", element("title", state.root.text))
    body = element("body", _outline(state.root, treeKind=state.kind))
    return _HEAD + element("opml", head, body, version="2.0") + "\n"


def _outline(node: TreeNode, **more: str) -> Html:
    named = {name: getattr(node, name) for name in _NAMED}
    value = None if node.value is None else json.dumps(node.value, ensure_ascii=False)
    children = [_outline(child) for child in node.children]
    return element("outline", *children, text=node.text, **more, kind=node.kind, **named, order=node.order, value=value)


def from_opml(text: str | bytes, kind: TreeKind = "why") -> TreeState:
    """Return the tree of an OPML text.

    Parameters
    ----------
    text : str or bytes
        What the file holds.
    kind : {"why", "how", "driver"}
        Where the file does not say it.

    Raises
    ------
    ValueError
        If it is no OPML, declares a document type or entities, or has an outline without text.

    Examples
    --------
    >>> inside = '<outline text="Why?"><outline text="Price"/></outline>'
    >>> state = from_opml(f'<opml version="2.0"><body>{inside}</body></opml>')
    >>> state.root.text, state.root.children[0].text
    ('Why?', 'Price')
    """
    reader = _Reader()
    try:
        reader.parser.Parse(text, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise ValueError(message("tree.opml_broken", line=error.lineno, reason=reason)) from None
    top = reader.top
    if len(top) == 1:
        root = top[0]
    elif top and reader.title.strip():
        root = {"text": reader.title, "children": top, "line": 1}
    else:
        raise ValueError(message("tree.opml_no_question", count=len(top)))
    found: TreeKind = root["treeKind"] if root.get("treeKind") in get_args(TreeKind) else kind
    numbers = count()
    built = _built(root, found, numbers)
    return TreeState(kind=found, root=built, issued=next(numbers) - 1)


class _Reader:
    """Takes the outlines from a parser that expands nothing."""

    def __init__(self) -> None:
        self.top: list[dict[str, Any]] = []
        self.title = ""
        self._open: list[dict[str, Any]] = []
        self._elements: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_: object) -> None:
        raise ValueError(message("tree.opml_doctype", line=self.parser.CurrentLineNumber))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._elements and name != "opml":
            raise ValueError(message("tree.opml_other", found=name))
        self._elements.append(name)
        if name != "outline":
            return
        if len(self._open) >= MOST_LEVELS:
            raise ValueError(message("tree.too_deep_line", line=self.parser.CurrentLineNumber, most=MOST_LEVELS))
        entry = {**attributes, "children": [], "line": self.parser.CurrentLineNumber}
        (self._open[-1]["children"] if self._open else self.top).append(entry)
        self._open.append(entry)

    def _end(self, name: str) -> None:
        self._elements.pop()
        if name == "outline":
            self._open.pop()

    def _text(self, text: str) -> None:
        if self._elements[-2:] == ["head", "title"]:
            self.title += text


def _built(entry: dict[str, Any], kind: TreeKind, numbers: Iterator[int]) -> TreeNode:
    try:
        text = line(str(entry.get("text") or entry.get("title") or ""))
    except ValueError as error:
        raise ValueError(message("tree.at_line", line=entry["line"], reason=error.args[0])) from None
    number = next(numbers)
    said: dict[str, Any] = {name: entry[name] for name in _NAMED if str(entry.get(name, "")).strip()}
    if entry.get("order") in get_args(OrderKind):
        said["order"] = entry["order"]
    own_kind = entry.get("kind")
    said["kind"] = own_kind if own_kind in get_args(NodeKind) else usual_kind(kind, root=number == 0)
    if "value" in entry:
        said["value"] = _value(entry["value"])
    children = tuple(_built(child, kind, numbers) for child in entry["children"])
    return TreeNode(**{"id": f"n{number}", "text": text, **said, "children": children})


def _value(written: str) -> int | float | str | None:
    try:
        found = json.loads(written)
    except ValueError:
        return written.strip() or None  # another program's own word
    if isinstance(found, str):
        return found.strip() or None
    return found if isinstance(found, int | float) and not isinstance(found, bool) and math.isfinite(found) else None
