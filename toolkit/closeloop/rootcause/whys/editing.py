"""The shape of a five-whys: asking, renaming, moving, removing; every change can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from closeloop.rootcause.days import day_or_none
from closeloop.rootcause.whys.evidence import chosen, words
from closeloop.rootcause.whys.handles import Cause, Link
from closeloop.rootcause.whys.lookup import WhysLookup
from closeloop.rootcause.whys.state import CLAIMS, TOP, CauseState, LinkState
from closeloop.text import message

GATES = ("or", "and")


class WhysEditing(WhysLookup):
    """What of a `FiveWhys` changes its shape; use `FiveWhys`."""

    def ask(
        self,
        effect: Cause | str,
        cause: Cause | str,
        *,
        gate: str = "or",
        by: str | None = None,
        on: dt.date | str | None = None,
        subject: str | None = None,
        duty: str | None = None,
        claim: str | None = None,
        loop: bool = False,
    ) -> Link:
        """Ask why, and put an answer below an effect.

        Parameters
        ----------
        effect : Cause or str
            What is asked about: the top, a cause, or its id or number.
        cause : str or Cause
            The answer in words; or a cause that is already there and leads to this effect, too.
        gate : {"or", "and"}
            ``"or"``: enough by itself. ``"and"``: needed together with the other "and" causes of the effect.
        by, on : optional
            Who wrote it (default: the author of the document), and when.
        subject : str, optional
            What the cause is about: person, procedure, machine …, or a code of the codebook ``cause-classes``.
        duty : str, optional
            Where the duty to act is laid down, for a failure to act.
        claim : {"event", "condition", "breach", "omission"}, optional
            What it claims; ``"breach"``: a procedure was not followed, ``"omission"``: somebody did not act.
        loop : bool
            Declares that the cause is itself an effect of this effect: it keeps the problem going.

        Returns
        -------
        Link
            `link.cause` is where the next why is asked.

        Raises
        ------
        ValueError
            If the words are empty, the cause is of another graph, or it would run in a circle that is not declared.
        """
        return self._ask(effect, cause, gate, by, on, {"subject": subject, "duty": duty, "claim": claim}, loop=loop)

    def _ask(
        self,
        effect: Cause | str,
        cause: Cause | str,
        gate: str,
        by: str | None,
        on: dt.date | str | None,
        given: Mapping[str, str | None],
        *,
        loop: bool = False,
        rival: bool = False,
    ) -> Link:
        chosen("gate", gate, GATES)
        if given.get("claim") is not None:
            chosen("claim", given["claim"], CLAIMS)
        below = self.cause_state(effect).id
        state = self.state
        told = {name: value for name, value in given.items() if value is not None}
        if isinstance(cause, Cause):
            above = self.cause_state(cause).id
            self._new_link_allowed(above, below, loop=loop)
            causes = self._with_cause(above, told)
        else:
            if loop:
                raise ValueError(message("whys.no_loop"))
            said = words(cause, "cause")
            above = self._new("c")
            causes = (*state.causes, CauseState.model_validate({"id": above, "text": said, **told}))
        link = LinkState.model_validate(
            {"id": self._new("l"), "cause": above, "effect": below, "gate": gate, "by": by or state.author,
             "on": day_or_none(on), "loop": loop, "rival": rival}
        )  # fmt: skip
        self._update(causes=causes, links=(*state.links, link), last=self._highest)
        return Link(self, link.id)

    def _new_link_allowed(self, cause: str, effect: str, *, loop: bool) -> None:
        self._loop_allowed(cause, effect, declared=loop)
        if any(link.effect == effect for link in self.graph.above.get(cause, ())):
            text = self.graph.text
            raise ValueError(message("whys.link_twice", cause=text(cause), effect=text(effect)))

    def _loop_allowed(self, cause: str, effect: str, *, declared: bool) -> None:
        # The cause would have itself among its causes if the effect is one of them.
        circle = cause == TOP or self.graph.within_below(cause, effect)
        if circle and not declared:
            values = {"cause": self.graph.text(cause), "effect": self.graph.text(effect)}
            raise ValueError(message("whys.undeclared_loop", **values))
        if declared and not circle:
            raise ValueError(message("whys.no_loop"))

    def set_gate(self, effect: Cause | str, gate: str) -> None:
        """Say whether the causes of an effect are needed together ("and") or each enough ("or")."""
        chosen("gate", gate, GATES)
        about = self.cause_state(effect).id
        self._update(
            links=tuple(
                link.model_copy(update={"gate": gate}) if link.effect == about else link for link in self.state.links
            )
        )

    def rename(self, cause: Cause | str, text: str) -> None:
        """Put a cause into other words; the links it is part of have to be read back again."""
        about = self.cause_state(cause).id
        said = words(text, "text")
        if about == TOP:
            self._update(title=said)
        else:
            self._replace_cause(about, text=said)

    def tag(
        self, cause: Cause | str, *, subject: str | None = None, duty: str | None = None, claim: str | None = None
    ) -> None:
        """Say what a cause is about, what it claims, or where the duty to act is laid down; None leaves it as it is."""
        if claim is not None:
            chosen("claim", claim, CLAIMS)
        given = {"subject": subject, "duty": duty, "claim": claim}
        self._replace_cause(
            self.cause_state(cause).id, **{name: value for name, value in given.items() if value is not None}
        )

    def move(self, link: Link | str, effect: Cause | str, position: int | None = None) -> None:
        """Hang a link, with all below its cause, under another effect; it has to be read back again there.

        Parameters
        ----------
        link : Link
        effect : Cause or str
            Where to; its effect so far, to change only its place among its neighbours.
        position : int, optional
            Its place among the causes of the effect, from 0; left out, it stays or comes last.

        Raises
        ------
        ValueError
            If it would run in a circle, or the link is there already.

        Examples
        --------
        >>> from closeloop.rootcause.whys.five_whys import FiveWhys
        >>> whys = FiveWhys("Parcels arrive late")
        >>> links = [whys.ask(whys.top, words) for words in ("The pick-up is early", "The scanner is slow")]
        >>> whys.move(links[1], whys.top, 0)
        >>> [cause.text for cause in whys.top.causes]
        ['The scanner is slow', 'The pick-up is early']
        """
        state = self.link_state(link)
        goal = self.cause_state(effect).id
        if goal != state.effect:
            self._new_link_allowed(state.cause, goal, loop=state.loop)
            state = LinkState.model_validate({**dict(state), "effect": goal, "alone": None})
        elif position is None:
            return
        others = [one for one in self.state.links if one.id != state.id]
        beside = [at for at, one in enumerate(others) if one.effect == goal]
        last = len(beside) if position is None else max(0, min(position, len(beside)))
        others.insert(beside[last] if last < len(beside) else len(others), state)
        self._update(links=tuple(others))

    def remove(self, part: Cause | Link | str) -> None:
        """Take a link, or a cause with its links, out; what then hangs on nothing goes, too.

        Raises
        ------
        ValueError
            If it is the top.
        """
        if isinstance(part, Link) or (isinstance(part, str) and part in self.graph.links):
            gone = {self.link_state(part).id}
        else:
            about = self.cause_state(part).id
            if about == TOP:
                raise ValueError(message("whys.remove_top"))
            gone = {link.id for link in self.state.links if about in (link.cause, link.effect)}
        links = tuple(link for link in self.state.links if link.id not in gone)
        held = _held(links)
        self._update(
            causes=tuple(cause for cause in self.state.causes if cause.id in held),
            links=tuple(link for link in links if link.effect in held and link.cause in held),
        )

    def _new(self, letter: str) -> str:
        while True:
            self._highest += 1
            name = f"{letter}{self._highest}"
            if name not in self.graph.causes and name not in self.graph.links:
                return name

    def _update(self, **changes: Any) -> None:
        self._change(self.state.model_copy(update=changes))

    def _replace_cause(self, about: str, **changes: Any) -> None:
        self._update(causes=self._with_cause(about, changes))

    def _with_cause(self, about: str, changes: Mapping[str, Any]) -> tuple[CauseState, ...]:
        return tuple(
            CauseState.model_validate({**dict(cause), **changes}) if cause.id == about else cause
            for cause in self.state.causes
        )

    def _replace_link(self, about: str, **changes: Any) -> None:
        self._update(
            links=tuple(
                LinkState.model_validate({**dict(link), **changes}) if link.id == about else link
                for link in self.state.links
            )
        )


def _held(links: tuple[LinkState, ...]) -> set[str]:
    """Return the causes that hang on the top by links that are no loops."""
    below: dict[str, list[str]] = {}
    for link in links:
        if not link.loop:
            below.setdefault(link.effect, []).append(link.cause)
    held = {TOP}
    stack = [TOP]
    while stack:
        for cause in below.get(stack.pop(), ()):
            if cause not in held:
                held.add(cause)
                stack.append(cause)
    return held
