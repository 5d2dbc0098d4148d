"""Causes and links as one holds them in a notebook: they always tell what the graph says now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.rootcause.whys.read_aloud import sentence
from closeloop.rootcause.whys.state import TOP, CauseState, LinkState
from closeloop.text import LocalText

if TYPE_CHECKING:
    from closeloop.rootcause.whys.graph import Status
    from closeloop.rootcause.whys.lookup import WhysLookup


class Cause:
    """One cause of a `FiveWhys`; the top one is what is to be explained.

    Examples
    --------
    >>> from closeloop.rootcause.whys.five_whys import FiveWhys
    >>> whys = FiveWhys("Parcels arrive late")
    >>> cause = whys.ask(whys.top, "The last pick-up moved to 16:00").cause
    >>> cause.number, cause.text, cause.status
    ('1', 'The last pick-up moved to 16:00', 'hypothesis')
    """

    __slots__ = ("graph", "id")

    def __init__(self, graph: WhysLookup, id: str) -> None:  # as in the saved document
        self.graph = graph
        self.id = id

    @property
    def state(self) -> CauseState:
        """All that is on record about it."""
        return self.graph.cause_state(self)

    @property
    def text(self) -> str:
        """What it says."""
        self.graph.cause_state(self)  # refuses a cause that is gone
        return str(self.graph.graph.text(self.id))

    @property
    def number(self) -> str:
        """Where it stands in the tree (``"1.2"``); empty for the top."""
        return self.graph.graph.numbers.get(self.id, "")

    @property
    def links(self) -> tuple[Link, ...]:
        """The links to its effects: several for a shared cause."""
        return tuple(Link(self.graph, link.id) for link in self.graph.graph.above.get(self.id, ()))

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What was asked below it, ruled-out causes too."""
        return tuple(Cause(self.graph, link.cause) for link in self.graph.graph.below.get(self.id, ()))

    @property
    def status(self) -> Status:
        """``"verified"`` where verified links lead from it to the top, else ``"hypothesis"`` or ``"ruled-out"``."""
        if self.state.ruled_out is not None:
            return "ruled-out"
        return "verified" if self.id == TOP or self.id in self.graph.graph.verified else "hypothesis"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cause) and other.graph is self.graph and other.id == self.id

    def __hash__(self) -> int:
        return hash((id(self.graph), self.id))

    def __repr__(self) -> str:
        return f"<Cause {self.number or self.id}: {self.text} · {self.status}>"


class Link:
    """That one cause leads to one effect; `cause` is where one asks the next why.

    Examples
    --------
    >>> from closeloop.rootcause.whys.five_whys import FiveWhys
    >>> whys = FiveWhys("Parcels arrive late")
    >>> link = whys.ask(whys.top, "The last pick-up moved to 16:00")
    >>> print(link.read_aloud)
    The last pick-up moved to 16:00, therefore Parcels arrive late.
    """

    __slots__ = ("graph", "id")

    def __init__(self, graph: WhysLookup, id: str) -> None:  # as in the saved document
        self.graph = graph
        self.id = id

    @property
    def state(self) -> LinkState:
        """All that is on record about it."""
        return self.graph.link_state(self)

    @property
    def cause(self) -> Cause:
        """What leads to the effect."""
        return Cause(self.graph, self.state.cause)

    @property
    def effect(self) -> Cause:
        """What it leads to."""
        return Cause(self.graph, self.state.effect)

    @property
    def gate(self) -> str:
        """``"or"``: enough by itself; ``"and"``: needed together with the other "and" causes of the effect."""
        return self.state.gate

    @property
    def status(self) -> Status:
        """Verified (evidence, and read back as holding by a second person), hypothesis, or ruled out."""
        return self.graph.graph.status(self.state)

    @property
    def read_aloud(self) -> LocalText:
        """The link as the sentence that is read to the second person."""
        return sentence(self.graph.graph, (self.state,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Link) and other.graph is self.graph and other.id == self.id

    def __hash__(self) -> int:
        return hash((id(self.graph), self.id))

    def __repr__(self) -> str:
        return f"<Link {self.state.cause} → {self.state.effect}: {self.read_aloud} · {self.status}>"
