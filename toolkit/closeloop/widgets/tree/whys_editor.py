"""The editor of a five-whys: ask, move, put evidence on record, read back, say why the asking stops."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.html import join
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.rootcause.whys.state import TOP
from closeloop.text import LocalText, language, message
from closeloop.views.whys_block import above_title, cover_block, gap_facts, gap_figures
from closeloop.widgets.tree.parts import Json, given, say
from closeloop.widgets.tree.reading import ANSWERS, Reading
from closeloop.widgets.tree.tools import whys_tools
from closeloop.widgets.tree.tree_editor import legend
from closeloop.widgets.tree.whys_panel import cause_panel, top_panel
from closeloop.widgets.tree.whys_recorder import WhysRecorder
from closeloop.widgets.tree.whys_rows import whys_rows

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop


class WhysEditor(WhysRecorder):
    """A five-whys to be worked on; `document` is the five-whys itself, which changes.

    Parameters
    ----------
    whys : FiveWhys
        What is edited.
    path : str or Path, optional
        The file that "Save" writes.
    loop : Loop, optional
        The loop in which "Save" keeps a version.
    cases : iterable of str, optional
        Ids of all cases of the problem, for the coverage (default: those listed at the top).
    language : str, optional
        ``"en"`` or ``"zh-CN"``; the language in use, if left out.

    Examples
    --------
    >>> whys = FiveWhys("Parcels arrive late", author="Li Mei")
    >>> editor = WhysEditor(whys)
    >>> editor.do("add", node="top", text="The last pick-up moved to 16:00")
    'Added: 1 The last pick-up moved to 16:00'
    >>> editor
    <WhysEditor: Parcels arrive late · 1 cause, 0 verified · 2 errors, 1 warning>
    >>> whys.cause("1").text
    'The last pick-up moved to 16:00'
    """

    scripts: ClassVar[tuple[str, ...]] = ("tree",)

    def __init__(
        self,
        whys: FiveWhys,
        *,
        path: str | Path | None = None,
        loop: Loop | None = None,
        cases: Iterable[str] | None = None,
        language: str | None = None,
    ) -> None:
        self._cases = None if cases is None else tuple(map(str, cases))
        self._writer = whys.state.author
        self._reader = ""
        self._reading: Reading | None = None
        super().__init__(whys, path=path, loop=loop, language=language)

    # What is shown.

    def _rows(self) -> list[Json]:
        return whys_rows(self.whys.graph, self.findings)

    def _key(self) -> tuple[Any, ...]:
        return ()

    def _tools(self) -> list[Json | None]:
        return whys_tools()

    def _panel(self) -> Json:
        if self._reading is not None:
            return self._reading.panel(self.whys.graph, self._reader)
        row = self._row(self.at)
        if self.at == TOP:
            return top_panel(self.whys.graph, row, self._writer)
        return cause_panel(self.whys.graph, row, self._reader, self._writer)

    def _more(self) -> Json:
        graph, tag = self.whys.graph, language()
        gap = graph.state.gap
        coverage = self.whys.coverage(self._cases)
        figure = gap_figures(gap, tag) if gap is not None else ""
        circles = [
            str(message("whys.loop_declared" if link.loop else "whys.loop_undeclared", cause=graph.text(link.cause),
                        effect=graph.text(link.effect)))
            for link in (*graph.loops, *graph.closing)
        ]  # fmt: skip
        return {
            "top": {
                "above": " · ".join(above_title(graph, tag)), "figure": str(figure),
                "facts": gap_facts(graph, coverage.n, tag), "said": "" if gap else str(message("whys.no_gap")),
            },
            "cover": str(join([cover_block(coverage, coverage.n > 0, tag)])), "circles": circles,
            "legend": [*legend(["verified", "hypothesis", "ruled-out"]), ["people", say("legend_people")]],
            "label": say("tools_whys"), "write": say("write_why"), "also": True,
        }  # fmt: skip

    # The shape.

    def do_add(self, node: str, text: str) -> LocalText:
        """Ask why, and put the answer below a cause."""
        effect = self._cause_of(node)
        beside = self.whys.graph.kept(effect)
        gate = "and" if len(beside) > 1 and all(link.gate == "and" for link in beside) else "or"
        link = self.whys.ask(effect, text, gate=gate, by=self._writer or None)
        return self._choose(link.id, "added")

    def do_rename(self, node: str, text: str) -> LocalText:
        """Put a cause, or what is to be explained, into other words."""
        self.whys.rename(self._cause_of(node), text)
        return self._choose(node, "renamed")

    def do_remove(self, node: str) -> LocalText:
        """Take a cause away from its effect; what then hangs on nothing goes, too."""
        row, n = self._row(node), self._below(node)
        self.whys.remove(self._cause_of(node) if node == TOP else node)
        self.at = node  # what is nearest to it is chosen next
        return message("tree_editor.removed_with" if n else "tree_editor.removed", text=row["text"], n=n)

    def do_move(self, node: str, to: str) -> LocalText:
        """Hang a cause, with all below it, under another effect."""
        self._not_top(node)
        self.whys.move(node, self._cause_of(to))
        return self._choose(node, "moved")

    def do_also(self, node: str, to: str) -> LocalText:
        """Let a cause lead to another effect, too."""
        link = self.whys.ask(self._cause_of(to), self.whys.cause(self._cause_of(node)), by=self._writer or None)
        return self._choose(link.id, "added")

    def do_shift(self, node: str, by: int) -> LocalText:
        """Move a cause up or down among those beside it."""
        beside = self._beside(node)
        place = beside.index(node) + by
        self._not_top(node)
        if not 0 <= place < len(beside):
            raise ValueError(message("tree_editor.no_further"))
        self.whys.move(node, self._cause_of(self._row(node)["up"]), place)
        return self._choose(node, "moved")

    def do_gate(self, node: str) -> LocalText:
        """Change whether the causes of a cause are needed together or each enough."""
        effect = self._cause_of(node)
        links = self.whys.graph.kept(effect)
        if len(links) < 2:
            raise ValueError(message("tree_editor.no_gate"))
        gate = "or" if all(link.gate == "and" for link in links) else "and"
        self.whys.set_gate(effect, gate)
        return message(f"tree_editor.gate_{gate}", text=self._row(node)["text"])

    def do_split(self, node: str, text: str, second: str, gate: str = "or") -> LocalText:
        """Make two causes of one: it keeps what is on record, the second stands beside it."""
        state = self.whys.link_state(node)
        with self.whys.as_one():
            if text.strip() != self.whys.graph.text(state.cause):
                self.whys.rename(self._cause_of(node), text)
            link = self.whys.ask(state.effect, second, gate=gate, by=self._writer or None)
            others = [one.id for one in self.whys.graph.kept(state.effect)]
            self.whys.move(link, state.effect, others.index(node) + 1)
            if gate == "and":
                self.whys.set_gate(state.effect, "and")
        return self._choose(link.id, "added")

    # Reading back.

    def do_read(self) -> None:
        """Begin to read back: first one says who one is."""
        self._reading = Reading()

    def do_begin(self, node: str, by: str) -> str:
        """Say who reads back; the first step follows."""
        del node  # the panel of a read-back is that of no node
        reader = given(by)
        if reader is None:
            raise ValueError(message("tree_editor.reader_needed"))
        self._reader = reader
        self._reading = Reading()
        self._reading.begin(self.whys.graph, reader)
        return self._follow(self._reading)

    def do_answer(self, node: str, choice: str) -> str:
        """Answer the step in hand, `node`: ``"holds"``, ``"does_not"``, ``"not_sure"``, or ``"later"``."""
        if self._reading is None or self._reading.ended or not self._reading.by:
            raise ValueError(message("tree_editor.nothing_read"))
        if node not in self._reading.current(self.whys.graph):  # a second click on the step before
            return self._follow(self._reading)
        self._reading.answer(self.whys, choice)
        return self._follow(self._reading)

    def do_end_reading(self, node: str = "") -> None:
        """Leave the read-back; what was answered stays."""
        del node
        self._reading = None

    def _follow(self, reading: Reading) -> str:
        """Choose the cause whose step is read, and say what comes now."""
        ids = reading.current(self.whys.graph)
        rows = {row["id"] for row in self._current_rows()}
        if ids and ids[0] in rows:
            self.at = ids[0]
        return reading.words(self.whys.graph)

    def do_readback(self, node: str, choice: str, by: str) -> LocalText:
        """Put on record what a second person says of the step of one cause."""
        reader = given(by)
        if reader is None:
            raise ValueError(message("tree_editor.reader_needed"))
        if choice not in ANSWERS:
            raise ValueError(message("tree_editor.no_answer", found=choice))
        self.whys.readback(node, by=reader, holds=ANSWERS[choice])
        self._reader = reader
        return message("tree_editor.recorded")

    def __repr__(self) -> str:
        text = repr(self.whys).replace("<FiveWhys:", "<WhysEditor:", 1)
        return f"{text[:-1]} · unsaved>" if self._saving.possible and self._saving.pending else text
