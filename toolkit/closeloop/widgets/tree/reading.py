"""The read-back: a second person hears one step after the other and says whether it holds."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from dataclasses import field as kept
from typing import TYPE_CHECKING, Any

from closeloop.rootcause.whys.graph import CauseGraph, Group, same_person
from closeloop.rootcause.whys.read_aloud import spoken_part
from closeloop.text import LANGUAGES, LocalText, language, message
from closeloop.widgets.tree.parts import Json, field, form, line, say, section
from closeloop.written import told_list

if TYPE_CHECKING:
    from closeloop.rootcause.whys.five_whys import FiveWhys

ANSWERS: dict[str, bool | None] = {"holds": True, "does_not": False, "not_sure": None}
"""What a second person can say, and how it is kept."""
_MARKED = re.compile(r"\x01(.*?)\x02", re.DOTALL)


def because(graph: CauseGraph, group: Group) -> list[list[Any]]:
    """Return a step as pieces of a sentence: "Because A, therefore B"; what only joins them is marked.

    Examples
    --------
    >>> from closeloop.rootcause.whys.five_whys import FiveWhys
    >>> whys = FiveWhys("Parcels arrive late")
    >>> link = whys.ask(whys.top, "The last pick-up moved to 16:00")
    >>> "".join(text for text, joins in because(whys.graph, (link.state,)))
    'Because the last pick-up moved to 16:00, therefore Parcels arrive late.'
    """
    causes = [_marked(spoken_part(graph, link.cause)) for link in group]
    effect = _marked(spoken_part(graph, group[0].effect))
    joined = LocalText({"en": told_list(causes)["en"], "zh-CN": "，并且".join(cause.zh for cause in causes)})
    text = message("tree_editor.because", causes=joined, effect=effect).in_language(language())
    return [[piece, at % 2 == 0] for at, piece in enumerate(_MARKED.split(text)) if piece]


def _marked(text: LocalText) -> LocalText:
    return LocalText({tag: f"\x01{text.in_language(tag)}\x02" for tag in LANGUAGES})


def spoken(pieces: list[list[Any]]) -> str:
    """Return the sentence without marks."""
    return "".join(str(text) for text, _ in pieces)


def step_of(graph: CauseGraph, link: str) -> Group:
    """Return the explanation that a link is part of: itself, or all that are needed together."""
    state = graph.links[link]
    return next((group for group in graph.explanations(state.effect) if state in group), (state,))


@dataclass(slots=True)
class Reading:
    """One sitting in which somebody reads back.

    Attributes
    ----------
    by : str
        Who reads; empty until they said.
    waiting : list of tuple of str
        The steps still to be read, the deepest first: ids of the links of each.
    n : int
        How many there were.
    given : Counter
        How often each answer was given.
    own, unsigned : int
        Steps that were not read out: the reader wrote them, or nobody knows who did.
    """

    by: str = ""
    waiting: list[tuple[str, ...]] = kept(default_factory=list)
    n: int = 0
    given: Counter[str] = kept(default_factory=Counter)
    own: int = 0
    unsigned: int = 0
    ended: bool = False

    def begin(self, graph: CauseGraph, by: str) -> None:
        """Take down who reads, and what there is to read to them."""
        self.by = by
        for effect in reversed(graph.reached):
            for group in graph.explanations(effect):
                open_ = [link for link in group if graph.answer(link) in {"not_yet", "not_sure"}]
                unsigned = [link for link in open_ if not link.by]
                own = [link for link in open_ if link.by and same_person(link.by) == same_person(by)]
                self.unsigned += len(unsigned)
                self.own += len(own)
                if ids := tuple(link.id for link in open_ if link not in unsigned and link not in own):
                    self.waiting.append(ids)
        self.n = len(self.waiting)
        self.ended = not self.waiting

    def current(self, graph: CauseGraph) -> tuple[str, ...]:
        """Return the links of the step in hand; a step that was taken out of the tree meanwhile is passed over."""
        while self.waiting:
            ids = tuple(link for link in self.waiting[0] if link in graph.links)
            if ids:
                return ids
            self.waiting.pop(0)
        self.ended = True
        return ()

    def answer(self, whys: FiveWhys, choice: str) -> None:
        """Put an answer on record and go on; ``"later"`` goes on without."""
        ids = self.current(whys.graph)
        if choice in ANSWERS:
            with whys.as_one():
                for link in ids:
                    whys.readback(link, by=self.by, holds=ANSWERS[choice])
        elif choice != "later":
            raise ValueError(message("tree_editor.no_answer", found=choice))
        self.given[choice] += 1
        del self.waiting[:1]
        self.ended = not self.waiting

    def panel(self, graph: CauseGraph, reader: str) -> Json:
        """Return what the page shows: first who reads, then one sentence after the other, then what came of it."""
        if not self.by:
            who = form("begin", [field("by", say("reader"), value=reader)], submit=say("reading_begin"))
            asked = section("who", "", text=say("reading_who"), forms=[who, _leave(say("leave"))])
            return _step("name", [section("head", say("reading"), mark="speak", state=say("read")), asked], "begin.by")
        ids = self.current(graph)
        if not ids:
            lines = [line(text, icon="check") for text in self.summary()]
            done = section("done", lines=lines, forms=[_leave(say("reading_close"))])
            return _step(
                "end",
                [section("head", say("reading_done"), mark="speak", state=say("reading")), done],
                "end_reading.go",
            )
        at = say("reading_at", at=self.n - len(self.waiting) + 1, n=self.n, by=self.by)
        choices = [[key, say(f"answer_{key}"), False] for key in ANSWERS]
        ask = form("answer", [], choices=[*choices, ["later", say("reading_later"), False]], numbered=True)
        pieces = because(graph, step_of(graph, ids[0]))
        asked = section("ask", because=pieces, forms=[ask, _leave(say("reading_end"))])
        return _step(ids[0], [section("head", say("reading_question"), mark="speak", state=at), asked], "answer.holds")

    def summary(self) -> list[str]:
        """Return what came of it, a line each."""
        counts = [say(f"read_{key}", n=self.given[key]) for key in (*ANSWERS, "later") if self.given[key]]
        lines = counts or [say("read_nothing")]
        lines += [say("read_own", n=self.own, by=self.by)] if self.own else []
        return lines + ([say("read_unsigned", n=self.unsigned)] if self.unsigned else [])

    def words(self, graph: CauseGraph) -> str:
        """Return what is said aloud now: the next sentence, or what came of it."""
        ids = self.current(graph)
        return spoken(because(graph, step_of(graph, ids[0]))) if ids else " ".join(self.summary())


def _step(step: str, sections: list[Json], focus: str) -> Json:
    """Return a panel that leads: its step, and what the focus goes to."""
    return {"node": step, "step": step, "sections": sections, "focus": f"{step}/{focus}"}


def _leave(words: str) -> Json:
    return form("end_reading", [], submit=words, quiet=True)
