"""What the editors of trees share: one chosen node, its panel, findings beside the nodes, undo, saving."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets as t

from closeloop.rootcause.findings import Findings
from closeloop.text import LocalText, language, message, speaking
from closeloop.versioned import Document
from closeloop.views.document_block import document_css, document_html
from closeloop.views.words import marks
from closeloop.widgets.base import Widget
from closeloop.widgets.tree.parts import Json, say, wording
from closeloop.widgets.tree.saving import Saving
from closeloop.widgets.tree.tools import closing_tools

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop

MOST_NODES = 1000
"""More than these are counted and not sent to the page."""
AT_ONCE = 100
"""Trees of so many nodes are checked with each change; larger ones when nobody has typed for a moment."""


class TreeEditor(Widget):
    """Base of the editors; `document` is changed by what people do.

    Parameters
    ----------
    document : Document
        What is edited.
    path, loop : optional
        Where to save to.
    language : str, optional
        As of `Widget`.

    Attributes
    ----------
    nodes : list of dict
        The tree from the top down, a row per node.
    rows : list of str
        The same as JSON, row by row: the page reads only those that are new to it. Apart from `view`, so that choosing
        another node sends its panel only.
    at : str
        The node that is chosen.
    """

    areas: ClassVar[tuple[str, ...]] = ("tree_editor",)
    sheets: ClassVar[tuple[str, ...]] = ("tree",)

    rows: t.List[Any] = t.List(t.Unicode()).tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        its_own = "_esm" not in cls.__dict__
        super().__init_subclass__(**kwargs)
        if its_own:
            # Both kinds look like the static five-whys: rails, nodes, remarks, and the card on top.
            cls._css = str(document_css(("five-whys",))) + str(cls._css)

    def __init__(
        self, document: Document[Any], *, path: str | Path | None, loop: Loop | None, language: str | None
    ) -> None:
        self.document = document
        self.at = ""
        self._saving = Saving(document, path=path, loop=loop)
        self._checked: tuple[Any, Findings] | None = None
        self._drawn: tuple[tuple[Any, ...], list[Json]] | None = None
        self._sent: list[Json] | None = None
        super().__init__(language=language)

    # What a kind of editor gives.

    @abstractmethod
    def _rows(self) -> list[Json]:
        """Return the tree as rows: id, up (id of the node above), no, text, mark, spoken, chips, notes …."""

    @abstractmethod
    def _panel(self) -> Json:
        """Return what is known of the chosen node, in sections."""

    @abstractmethod
    def _tools(self) -> list[Json | None]:
        """Return the tools, with None between their groups."""

    @abstractmethod
    def _more(self) -> Json:
        """Return what this kind of editor shows beside tree and panel."""

    @abstractmethod
    def _key(self) -> tuple[Any, ...]:
        """Return what the rows depend on, beside document, findings and language."""

    def _find(self) -> Findings:
        return self.document.findings()  # type: ignore[attr-defined,no-any-return]  # both kinds have it

    # What is shown.

    def refresh(self) -> None:
        """Send to the page what is so now."""
        with speaking(self.language), self.hold_sync():
            rows = self._current_rows()
            if rows is not self._sent:
                self._sent, self.rows = rows, [json.dumps(row, ensure_ascii=False) for row in rows]
            super().refresh()

    @property
    def nodes(self) -> list[Json]:
        """The tree from the top down, a row per node."""
        return [] if self._drawn is None else self._drawn[1]

    def _current_rows(self) -> list[Json]:
        state = self.document.state
        if self._checked is None or (self._checked[0] is not state and len(self.nodes) <= AT_ONCE):
            self._check()
        key = (state, self.findings, self.language, self._key())
        if self._drawn is None or self._drawn[0] != key:
            before = self.nodes
            self._drawn = (key, self._rows()[:MOST_NODES])
            self._stay(before)
        return self._drawn[1]

    @property
    def findings(self) -> Findings:
        """What the rules found when they looked last."""
        return Findings([]) if self._checked is None else self._checked[1]

    def _check(self) -> None:
        self._checked = (self.document.state, self._find())

    def _stay(self, before: list[Json]) -> None:
        """Choose the nearest node where the chosen one is gone: the next beside it, the one before it, the one above.

        The rows `before` tell where it stood.
        """
        here = {row["id"]: row for row in self._drawn[1]} if self._drawn else {}
        if self.at in here:
            return
        gone = next((row for row in before if row["id"] == self.at), None)
        choices: list[str] = []
        if gone is not None:
            beside = [row["id"] for row in before if row["up"] == gone["up"]]
            place = beside.index(self.at)
            above = {row["id"]: row["up"] for row in before}
            choices = [*beside[place + 1 :], *beside[:place][::-1]]
            up = gone["up"]
            while up:
                choices.append(up)
                up = above.get(up, "")
        self.at = next((one for one in choices if one in here), next(iter(here), ""))

    def _shown(self) -> dict[str, Any]:
        unchecked = self._checked is not None and self._checked[0] is not self.document.state
        sums = [
            {"level": level, "text": say(f"n_{level}", n=len(self.findings.of(level)))}
            for level in ("error", "warn")
            if self.findings.of(level)
        ]
        can = {"can_undo": self.document.can_undo, "can_redo": self.document.can_redo}
        closing = closing_tools(**can, unsaved=self._saving.pending if self._saving.possible else None)
        return {
            "at": self.at, "panel": self._panel(), "sums": sums, "unchecked": unchecked, **can,
            "tools": [*self._tools(), *closing], **self._more(),
        }  # fmt: skip

    def _static(self) -> str:
        return document_html(self.document)

    # What a person does.

    def do_look(self, node: str = "") -> None:
        """Choose a node: its panel is shown; without one, show what another editor of the same document has changed."""
        if node:
            self._row(node)
            self.at = node

    def do_check(self) -> None:
        """Let the rules look at what is there now."""
        self._check()

    def do_undo(self) -> LocalText:
        """Take the last change back."""
        return message("widgets.undone" if self.document.undo() else "widgets.nothing_to_undo")

    def do_redo(self) -> LocalText:
        """Make it again."""
        return message("widgets.redone" if self.document.redo() else "widgets.nothing_to_redo")

    def do_save(self) -> LocalText:
        """Save the document where `edit` was told to."""
        return self._saving.save()

    def _row(self, node: str) -> Json:
        """Return a row by its id.

        Raises
        ------
        ValueError
            If it is no longer there.
        """
        for row in self._current_rows():
            if row["id"] == node:
                return row
        raise ValueError(message("tree_editor.gone"))

    def _beside(self, node: str) -> list[str]:
        """Return the ids of a node and those beside it, in order."""
        above = self._row(node)["up"]
        return [row["id"] for row in self._current_rows() if row["up"] == above]

    def _below(self, node: str) -> int:
        """Return how many nodes stand below one."""
        below = {node}
        for row in self._current_rows():
            if row["up"] in below:
                below.add(row["id"])
        return len(below) - 1


def legend(shown: Iterable[str]) -> list[list[str]]:
    """Return the marks of a tree with their words."""
    return [[mark, say(f"mark_{mark}")] for mark in shown]


def spoken_words(parts: list[str]) -> str:
    """Return what a screen reader says after the words of a node."""
    return wording("tree.in_brackets", word=marks(language()).semicolon.join(part for part in parts if part))
