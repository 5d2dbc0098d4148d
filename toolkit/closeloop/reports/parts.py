"""The parts that a report can be made of, each as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from closeloop.drawing import Drawing
from closeloop.followup.board import Board
from closeloop.html import Html, element
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import TableResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.reports.block import Block
from closeloop.responses.responses import Responses
from closeloop.rootcause.findings import Findings
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.tree.pyramid import Pyramid
from closeloop.survey.survey import Survey
from closeloop.text import LocalText, speaking
from closeloop.themes.codings.coding import Coding
from closeloop.versioned import Document
from closeloop.views.board_block import board_block, board_css
from closeloop.views.chart import Chart
from closeloop.views.claim import Claim, claim_html
from closeloop.views.coding_block import coding_block
from closeloop.views.countermeasure_table import countermeasure_table
from closeloop.views.document_block import document_block, document_css
from closeloop.views.findings_table import findings_table
from closeloop.views.frame_table import frame_table
from closeloop.views.pyramid_block import pyramid_block
from closeloop.views.responses_table import responses_block
from closeloop.views.result_card import result_card
from closeloop.views.result_table import result_table
from closeloop.views.score_table import score_table
from closeloop.views.survey_table import survey_block
from closeloop.views.words import in_tag, say


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading between the parts of a report; a text that starts with ``# `` is one too.

    Examples
    --------
    >>> Heading("What we found").text
    'What we found'
    """

    text: LocalText | str


def part_html(part: Any, tag: str, places: Mapping[int, tuple[str, str]] | None = None) -> Html:
    """Return one part of a report in the language `tag`.

    Parameters
    ----------
    part : object
    tag : str
    places : mapping, optional
        ``id()`` of each result that a claim of the report stands on → its anchor, and what it is called there.
    """
    if isinstance(part, Claim):
        return claim_html(part, tag, places or {})
    if isinstance(part, Heading):
        return element("h2", in_tag(part.text, tag), class_="part")
    if isinstance(part, str | LocalText) and not isinstance(part, Drawing):
        return _prose(in_tag(part, tag), tag)
    anchor, name = (places or {}).get(id(part), (None, ""))
    label = element("p", name, class_="soft") if name else Html("")
    return element("section", label, _shown(part, tag), class_="part", id=anchor)


def _prose(said: str, tag: str) -> Html:
    if said.startswith("# "):
        return part_html(Heading(said[2:].strip()), tag)
    paragraphs = [" ".join(paragraph.split()) for paragraph in said.replace("\r\n", "\n").split("\n\n")]
    return element("div", *(element("p", paragraph) for paragraph in paragraphs if paragraph), class_="part text")


def _shown(part: Any, tag: str) -> Html:
    if isinstance(part, ScoreTable):
        return score_table(part, tag)
    if isinstance(part, Responses):
        return responses_block(part, tag)
    if isinstance(part, Survey):
        return survey_block(part, tag)
    if isinstance(part, NpsResult | ShareResult | MeanResult):
        return result_card(part, tag)
    if isinstance(part, TableResult):
        return result_table(part, tag)
    if isinstance(part, Document):
        return document_block(part, tag)
    if isinstance(part, Pyramid):
        return pyramid_block(part, tag)
    if isinstance(part, Coding):
        return coding_block(part, tag)
    if isinstance(part, Board):
        return board_block(part, tag)
    if isinstance(part, Findings):
        return findings_table(part, tag)
    if isinstance(part, Countermeasure):
        return countermeasure_table([part], tag)
    if isinstance(part, Block):
        return part.block(tag)
    if isinstance(part, Chart | Drawing):
        return part.to_html()
    if _is_figure(part):
        return Chart(figure=part, title="", alt=_titles(part) or say("figure", tag)).to_html()
    return frame_table(part, tag)


def drawn_chart(part: TableResult | ScoreTable, tag: str) -> Chart:
    """Return the figure of a result in the language `tag`, without the caption: it stands under the table already."""
    with speaking(tag):
        chart: Chart = part.plot()
    return replace(chart, caption="")


def is_part(part: Any) -> bool:
    """Say whether a report can show it."""
    known = (
        str,
        LocalText,
        Heading,
        Claim,
        Responses,
        Survey,
        Chart,
        Document,
        Pyramid,
        Coding,
        Findings,
        Board,
        Block,
    )
    results = (ScoreTable, TableResult, NpsResult, ShareResult, MeanResult, Countermeasure)
    return isinstance(part, known + results) or _is_figure(part) or is_frame(part)


def _is_figure(part: Any) -> bool:
    from matplotlib.figure import Figure

    return isinstance(part, Figure)


def is_frame(part: Any) -> bool:
    """Say whether it is a data frame of any library."""
    import narwhals as nw

    return isinstance(nw.from_native(part, eager_only=True, pass_through=True), nw.DataFrame)


def _titles(figure: Any) -> str:
    """Return what somebody's own figure says of itself."""
    titles = [figure.get_suptitle(), *(axes.get_title() for axes in figure.axes)]
    return ". ".join(title for title in titles if title)


def parts_css(parts: Sequence[Any]) -> Html:
    """Return what the documents among the parts need beside the common style sheet."""
    kinds = {part.kind for part in parts if isinstance(part, Document)}
    kinds |= {"issue-tree" for part in parts if isinstance(part, Pyramid)}  # it is drawn as a tree
    boards = board_css() if any(isinstance(part, Board) for part in parts) else Html("")
    blocks = dict.fromkeys(part.css() for part in parts if isinstance(part, Block))
    return Html(document_css(tuple(sorted(kinds))) + boards + "".join(blocks))
