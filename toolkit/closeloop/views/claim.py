"""A sentence of a report that stands on a computed result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from closeloop.html import Html, element
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import TableResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.text import LocalText, message
from closeloop.views.result_card import result_card
from closeloop.views.score_panel import panels
from closeloop.views.words import in_tag, marks, say

Computed = TableResult | ScoreTable | NpsResult | ShareResult | MeanResult
"""What can prove a claim."""


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A sentence and the computed result that it stands on, as a part of a report; made by `claim`.

    Attributes
    ----------
    text : str or LocalText
        The sentence.
    result : TableResult, ScoreTable, NpsResult, ShareResult or MeanResult
        What proves it.

    Examples
    --------
    >>> import closeloop as cl
    >>> cl.claim("Customers recommend us.", cl.NpsResult(17, 12, 7))
    <Claim: Customers recommend us.>
    """

    text: LocalText | str
    result: Computed

    def _repr_html_(self) -> str:
        from closeloop.text import language
        from closeloop.views.style import framed

        return framed(claim_html(self, language(), {}), language())

    def __repr__(self) -> str:
        return f"<Claim: {self.text}>"


def claim(text: LocalText | str, result: Computed) -> Claim:
    """Tie a sentence of a report to the computed result that it stands on.

    In a report that shows the result, the sentence links to it; in one that does not, the sentence of the result stands
    under it. `Report.findings` names each figure of the sentence that the result does not have.

    Parameters
    ----------
    text : str or LocalText
        The sentence, in your words.
    result : TableResult, ScoreTable, NpsResult, ShareResult or MeanResult
        What `score`, `compare`, `trend`, `drivers` … returned.

    Returns
    -------
    Claim

    Raises
    ------
    TypeError
        If it is no computed result.
    ValueError
        If there is no sentence.

    Examples
    --------
    >>> from closeloop.metrics.compare import compare
    >>> difference = compare(NpsResult(75, 45, 30), NpsResult(20, 40, 40), names=("East", "West"))
    >>> claim("The East is ahead by 50 points.", difference)
    <Claim: The East is ahead by 50 points.>
    """
    if not isinstance(result, Computed):
        raise TypeError(message("reports.claim_no_result", kind=type(result).__name__))
    if not str(text).strip():
        raise ValueError(message("reports.claim_no_text"))
    return Claim(text, result)


def claim_html(part: Claim, tag: str, places: Mapping[int, tuple[str, str]]) -> Html:
    """Return a claim with the way to its result.

    Parameters
    ----------
    part : Claim
    tag : str
        The language.
    places : mapping
        ``id()`` of each result that the report shows → its anchor and what it is called there.
    """
    said = in_tag(part.text, tag)
    place = places.get(id(part.result))
    if place is not None:
        anchor, name = place
        link = element("a", say("reports.see", tag, name=name), href=f"#{anchor}")
        return element("div", element("p", said, marks(tag).gap, link), class_="part text claim")
    return element("div", element("p", said), _proof(part.result, tag), class_="part text claim")


def result_title(result: Computed, tag: str) -> str:
    """Return what a result is about, in a few words."""
    if isinstance(result, TableResult):
        return result.title.in_language(tag)
    if isinstance(result, ScoreTable):
        return marks(tag).semicolon.join(panel.title for panel in panels(result, tag))
    return say(f"result_{result.kind}", tag)


def _proof(result: Computed, tag: str) -> Html:
    if isinstance(result, NpsResult | ShareResult | MeanResult):
        return result_card(result, tag)
    if isinstance(result, TableResult):
        sentence = result.sentence.in_language(tag)
    else:
        sentence = marks(tag).gap.join(panel.sentence for panel in panels(result, tag))
    said = say("reports.proof", tag, title=result_title(result, tag), sentence=sentence)
    return element("p", said, class_="note")
