"""What people put on record about causes and links: evidence, answers, rivals, stops, what is done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from closeloop.rootcause.days import day_or_none
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.whys.contrast import contrast_of
from closeloop.rootcause.whys.editing import WhysEditing
from closeloop.rootcause.whys.evidence import chosen, contrast_evidence, evidence_of, ids_of, number_of, words
from closeloop.rootcause.whys.graph import same_person
from closeloop.rootcause.whys.handles import Cause, Link
from closeloop.rootcause.whys.state import (
    AIMS,
    STOP_REASONS,
    STRENGTHS,
    TOP,
    CauseState,
    Counterfactual,
    Prediction,
    Readback,
    Remedy,
    RuledOut,
    Stop,
)
from closeloop.text import message


class WhysRecording(WhysEditing):
    """What of a `FiveWhys` puts things on record; use `FiveWhys`."""

    def evidence(
        self,
        link: Link | str,
        kind: str,
        *,
        source: str,
        says: str | None = None,
        on: dt.date | str | None = None,
        by: str | None = None,
        shows: str = "supports",
        result: Any = None,
        sha256: str | None = None,
    ) -> None:
        """Put evidence for or against a link on record; the parameters are those of `evidence_of`.

        Examples
        --------
        >>> from closeloop.rootcause.whys.five_whys import FiveWhys
        >>> whys = FiveWhys("Parcels arrive late", author="Li Mei")
        >>> link = whys.ask(whys.top, "The last pick-up moved to 16:00")
        >>> whys.evidence(link, "document", source="Contract addendum, §4.2", says="last pick-up 16:00")
        >>> whys.readback(link, by="Chen Yu", holds=True)
        >>> link.status
        'verified'
        """
        state = self.link_state(link)
        one = evidence_of(
            kind, source=source, says=says, on=on, by=by, shows=shows, result=result, sha256=sha256
        )  # fmt: skip
        self._replace_link(state.id, evidence=(*state.evidence, one))

    def contrast(
        self,
        cause: Cause | Link | str,
        counts: Any,
        *,
        source: str | None = None,
        by: str | None = None,
        on: dt.date | str | None = None,
    ) -> None:
        """Put on record how often a cause is present where the problem is, and where it is not.

        Parameters
        ----------
        cause : Cause or Link
            A cause's links all get it.
        counts : pair of pairs, or a row of `closeloop.is_is_not`
            ``((with the cause, all affected), (with the cause, all others))``.
        source : str, optional
            Where the counts come from.
        by, on : optional
            Who compared, and when.

        Notes
        -----
        It becomes evidence: for the link where the cause is surely more frequent among the affected, against it where
        it is surely less frequent; where that cannot be told it stands on record and speaks for nothing (rule W10).
        """
        one = contrast_evidence(
            contrast_of(counts), source=source or str(getattr(counts, "source", "") or "IS / IS NOT"), by=by, on=on
        )
        if isinstance(cause, Link) or (isinstance(cause, str) and cause in self.graph.links):
            about = {self.link_state(cause).id}
        else:
            about = {link.id for link in self.graph.above.get(self.cause_state(cause).id, ())}
        if not about:
            raise ValueError(message("whys.top_has_no_link"))
        self._update(
            links=tuple(
                link.model_copy(update={"evidence": (*link.evidence, one)}) if link.id in about else link
                for link in self.state.links
            )
        )

    def readback(self, link: Link | str, *, by: str, holds: bool | None, on: dt.date | str | None = None) -> None:
        """Put on record what a second person answered when the link was read to them.

        Parameters
        ----------
        link : Link
        by : str
            Who answered: somebody other than the author of the link.
        holds : bool or None
            It holds, it does not, or (None) they are not sure.
        on : date or str, optional

        Raises
        ------
        ValueError
            If it is the author, or nobody knows who the author is.
        """
        state = self.link_state(link)
        reader = words(by, "by")
        if holds not in (True, False, None):
            raise ValueError(message("whys.holds", found=holds))
        if not state.by:
            raise ValueError(message("whys.no_author"))
        if same_person(reader) == same_person(state.by):
            raise ValueError(message("whys.own_readback", by=reader))
        cause, effect = self.graph.words(state.cause), self.graph.words(state.effect)
        read = Readback(by=reader, holds=holds, on=day_or_none(on), cause=cause, effect=effect)
        self._replace_link(state.id, readbacks=(*state.readbacks, read))

    def sufficient(self, link: Link | str, *, alone: bool) -> None:
        """Answer whether the cause alone is enough for its effect."""
        self._replace_link(self.link_state(link).id, alone=_yes_no("alone", alone))

    def counterfactual(
        self,
        cause: Cause | str,
        *,
        shrinks_to: float,
        by: str | None = None,
        on: dt.date | str | None = None,
        note: str | None = None,
    ) -> None:
        """Answer where the measure would stand without the cause, in the unit of the gap; it becomes the target."""
        state = self._caused(cause)
        expected = Counterfactual(
            shrinks_to=number_of("shrinks_to", shrinks_to),
            by=by or self.state.author,
            on=day_or_none(on),
            note=note or "",
        )
        self._replace_cause(state.id, counterfactual=expected)

    def predict(
        self, cause: Cause | str, other_effect: str, *, found: bool | None = None, source: str | None = None
    ) -> None:
        """Put on record another effect the cause must have, and whether it was found (None: not looked for yet)."""
        state = self._caused(cause)
        known = None if found is None else _yes_no("found", found)
        one = Prediction(effect=words(other_effect, "other_effect"), found=known, source=source or "")
        others = tuple(each for each in state.predictions if each.effect != one.effect)
        self._replace_cause(state.id, predictions=(*others, one))

    def rival(self, effect: Cause | str, cause: str, *, by: str | None = None, on: dt.date | str | None = None) -> Link:
        """Put a rival explanation of an effect beside the others, to be tested; returns its link."""
        return self._ask(effect, cause, "or", by, on, {}, rival=True)

    def no_rival(self, effect: Cause | str, reason: str) -> None:
        """Say why an effect has a single explanation and no rival was looked for."""
        self._replace_cause(self.cause_state(effect).id, no_rival=words(reason, "reason"))

    def rule_out(
        self,
        cause: Cause | str,
        kind: str,
        *,
        source: str,
        says: str | None = None,
        on: dt.date | str | None = None,
        by: str | None = None,
        result: Any = None,
    ) -> None:
        """Rule a cause out: it stays in the graph, struck out, with the evidence against it."""
        state = self._caused(cause)
        one = evidence_of(kind, source=source, says=says, on=on, by=by, shows="contradicts", result=result)
        earlier = state.ruled_out.evidence if state.ruled_out else ()
        self._replace_cause(state.id, ruled_out=RuledOut(evidence=(*earlier, one)))

    def reopen(self, cause: Cause | str) -> None:
        """Take back that a cause was ruled out."""
        self._replace_cause(self.cause_state(cause).id, ruled_out=None)

    def stop(self, cause: Cause | str, reason: str, *, note: str | None = None, problem: str | None = None) -> None:
        """Say why nobody asks further.

        Parameters
        ----------
        cause : Cause
        reason : {"actionable", "outside_control", "evidence_exhausted", "another_problem"}
            We can act on it; it lies outside our control (then soften the effect); there is nothing more to be found;
            it is a problem of its own (then name it in `problem`).
        note : str, optional
            A word why; asked for before the third why.
        problem : str, optional
            Id of the other problem.
        """
        chosen("reason", reason, STOP_REASONS)
        stop = Stop.model_validate({"reason": reason, "note": note or "", "problem": problem or ""})
        self._replace_cause(self._caused(cause).id, stop=stop)

    def countermeasure(
        self,
        cause: Cause | str,
        id: str | Countermeasure,  # the field's word
        strength: str | None = None,
        *,
        aim: str | None = None,
        what: str | None = None,
    ) -> None:
        """Attach a countermeasure to a cause; one with the same id is replaced.

        Parameters
        ----------
        cause : Cause
        id : str or Countermeasure
            Of the countermeasure; one that was made elsewhere brings its strength and its words.
        strength : {"strong", "intermediate", "weak", "unknown"}
            Training and reminders are weak.
        aim : {"prevent", "detect", "mitigate"}, optional
            What it is for.
        what : str, optional
            What is done.
        """
        if isinstance(id, Countermeasure):
            strength, what = strength or ("weak" if id.strength == "none" else id.strength), what or id.what
            aim = aim or ("mitigate" if id.kind == "containment" else "prevent")
        chosen("strength", strength, STRENGTHS)
        if aim is not None:
            chosen("aim", aim, AIMS)
        state = self._caused(cause)
        name = words((id.id or id.what) if isinstance(id, Countermeasure) else id, "id")
        remedy = Remedy.model_validate({"id": name, "strength": strength, "aim": aim, "what": what or ""})
        others = tuple(each for each in state.remedies if each.id != remedy.id)
        self._replace_cause(state.id, remedies=(*others, remedy))

    def detach(self, cause: Cause | str, id: str) -> None:  # the field's word
        """Take a countermeasure off a cause."""
        state = self.cause_state(cause)
        kept = tuple(each for each in state.remedies if each.id != id)
        if len(kept) == len(state.remedies):
            known = ", ".join(each.id for each in state.remedies) or "–"
            raise ValueError(message("whys.no_remedy", found=id, known=known))
        self._replace_cause(state.id, remedies=kept)

    def cases(self, cause: Cause | str, ids: Iterable[str]) -> None:
        """Say which cases were coded to a cause; at the top: all cases of the problem."""
        listed = ids_of(ids, "cases")
        self._replace_cause(self.cause_state(cause).id, cases=listed)

    def dated(self, cause: Cause | str, on: dt.date | str | None) -> None:
        """Say when a cause happened or began; None takes the date away."""
        self._replace_cause(self.cause_state(cause).id, dated=day_or_none(on))

    def _caused(self, cause: Cause | str) -> CauseState:
        """Return a cause that is not what is to be explained."""
        state = self.cause_state(cause)
        if state.id == TOP:
            raise ValueError(message("whys.top_has_no_link"))
        return state


def _yes_no(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(message("whys.yes_no", field=field, found=value))  # noqa: TRY004  # a wrong value
    return value
