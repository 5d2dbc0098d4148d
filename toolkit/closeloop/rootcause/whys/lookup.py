"""Finding one's way in a five-whys: its graph, its causes, its links; what is of another graph is refused."""

from __future__ import annotations

from typing import Any, ClassVar

from closeloop.errors import closest
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.whys.evidence import words
from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.handles import Cause, Link
from closeloop.rootcause.whys.state import TOP, CauseState, LinkState, WhysState
from closeloop.text import LocalText, message
from closeloop.versioned import Document


class WhysLookup(Document[WhysState]):
    """What of a `FiveWhys` finds its parts; use `FiveWhys`."""

    kind: ClassVar[str] = "five-whys"
    model = WhysState

    def __init__(self, gap_or_problem: Any, *, title: str | None = None, author: str | None = None) -> None:
        super().__init__(_start(gap_or_problem, title, author))

    def _begin(self, state: WhysState) -> None:
        super()._begin(state)
        self._graph = CauseGraph(self.state)
        self._highest = self.state.last

    @property
    def graph(self) -> CauseGraph:
        """The state, indexed; a new one after each change."""
        if self._graph.state is not self.state:
            self._graph = CauseGraph(self.state)
        return self._graph

    @property
    def title(self) -> LocalText:
        """What is to be explained, in words."""
        text = self.graph.text(TOP)
        return text if isinstance(text, LocalText) else LocalText(text)

    @property
    def gap(self) -> Gap | None:
        """The measured gap it starts from; None as long as there are only words."""
        return self.state.gap

    @property
    def top(self) -> Cause:
        """What is to be explained: where the first why is asked."""
        return Cause(self, TOP)

    def cause(self, id_or_number: str) -> Cause:
        """Return a cause by its id or its number in the tree.

        Raises
        ------
        ValueError
            If there is none.

        Examples
        --------
        >>> from closeloop.rootcause.whys.five_whys import FiveWhys
        >>> whys = FiveWhys("Parcels arrive late")
        >>> _ = whys.ask(whys.top, "The last pick-up moved to 16:00")
        >>> whys.cause("1").text
        'The last pick-up moved to 16:00'
        """
        by_number = {number: cause for cause, number in self.graph.numbers.items()}
        found = id_or_number if id_or_number in self.graph.causes else by_number.get(id_or_number)
        if found is None:
            known = closest(str(id_or_number), [*by_number, *self.graph.causes]) or tuple(self.graph.causes)[:5]
            raise ValueError(message("whys.no_cause", found=id_or_number, known=", ".join(known)))
        return Cause(self, found)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Every cause asked for, in the order of asking."""
        return tuple(Cause(self, cause.id) for cause in self.state.causes if cause.id != TOP)

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link, in the order of asking."""
        return tuple(Link(self, link.id) for link in self.state.links)

    def cause_state(self, cause: Cause | str) -> CauseState:
        """Return what is on record about a cause.

        Raises
        ------
        ValueError
            If it is of another graph, or no longer there.
        """
        if isinstance(cause, str):
            cause = self.cause(cause)
        if not isinstance(cause, Cause):
            raise ValueError(message("whys.not_a_cause", found=type(cause).__name__))  # noqa: TRY004  # as all of these
        if cause.graph is not self:
            raise ValueError(message("whys.other_graph"))
        if cause.id not in self.graph.causes:
            raise ValueError(message("whys.gone", id=cause.id))
        return self.graph.causes[cause.id]

    def link_state(self, link: Link | str) -> LinkState:
        """Return what is on record about a link; also by its id.

        Raises
        ------
        ValueError
            If it is of another graph, or no longer there.
        """
        if not isinstance(link, Link | str):
            raise ValueError(message("whys.not_a_link", found=type(link).__name__))  # noqa: TRY004  # as all of these
        if isinstance(link, Link) and link.graph is not self:
            raise ValueError(message("whys.other_graph"))
        name = link if isinstance(link, str) else link.id
        if name not in self.graph.links:
            raise ValueError(message("whys.gone", id=name))
        return self.graph.links[name]


def _start(given: Any, title: str | None, author: str | None) -> WhysState:
    """Return the state that a gap, a problem, words, or a state stand for."""
    if isinstance(given, WhysState):
        return given
    said: dict[str, Any] = {"title": title or "", "author": author or ""}
    if isinstance(given, Gap):
        return WhysState(gap=given, **said)
    if isinstance(given, str | LocalText):
        return WhysState(title=title or words(given, "title"), author=author or "")
    gap = getattr(given, "gap", None)
    if not isinstance(gap, Gap):
        raise ValueError(message("whys.not_a_start", found=type(given).__name__))  # noqa: TRY004  # as all of these
    cases = tuple(map(str, getattr(given, "cases", ()) or ()))
    problem = str(getattr(given, "id", "") or "")
    said["title"] = title or str(getattr(given, "title", "") or "")
    return WhysState(gap=gap, problem=problem, causes=(CauseState(id=TOP, text="", cases=cases),), **said)
