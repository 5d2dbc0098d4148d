"""The door to the tables: each object as the HTML of a notebook output, in the language in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.text import language
from closeloop.views.responses_table import responses_block
from closeloop.views.result_card import result_card
from closeloop.views.result_table import result_table
from closeloop.views.score_table import score_table
from closeloop.views.style import framed
from closeloop.views.survey_table import survey_block

if TYPE_CHECKING:
    from closeloop.metrics.nps import NpsResult
    from closeloop.metrics.result import TableResult
    from closeloop.metrics.satisfaction import MeanResult, ShareResult
    from closeloop.metrics.score_table import ScoreTable
    from closeloop.responses.responses import Responses
    from closeloop.survey.survey import Survey


def score_table_html(table: ScoreTable) -> str:
    """Return a score table as HTML with its style; it says everything without the style too."""
    return framed(score_table(table, language()), language())


def responses_html(responses: Responses) -> str:
    """Return the import of responses as HTML: ledger, facts, what was set aside and why, matched columns."""
    return framed(responses_block(responses, language()), language())


def survey_html(survey: Survey) -> str:
    """Return a survey as HTML: items, metrics, follow-up rules."""
    return framed(survey_block(survey, language()), language())


def result_html(result: NpsResult | ShareResult | MeanResult) -> str:
    """Return one result as a line of HTML.

    Examples
    --------
    >>> from closeloop.metrics.nps import NpsResult
    >>> "+28" in result_html(NpsResult(promoters=17, passives=12, detractors=7))
    True
    """
    return framed(result_card(result, language()), language())


def table_result_html(result: TableResult) -> str:
    """Return a result of several rows: sentence, table, notes."""
    return framed(result_table(result, language()), language())
