"""What customers wrote in a month, coded, as far as the codebook fits."""

from __future__ import annotations

from typing import Any

import pandas as pd

from closeloop.forms.items import Comment
from closeloop.metrics.spec import Metric, Nps
from closeloop.reports.month_answers import Answers
from closeloop.responses.responses import Responses
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook import Codebook
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.pareto.pareto_result import Pareto
from closeloop.written import told

FITS = 0.5
"""A codebook that leaves more than this share of what was said without a code does not fit, and no order of themes is
shown. Ours."""
_HIGHEST_PASSIVE = 8


def comment_column(data: Any) -> str | None:
    """Return the column of a survey's first open question; None where there is none."""
    survey = data.survey if isinstance(data, Responses) else None
    if survey is None:
        return None
    return next((item.name for item in survey.items if isinstance(item, Comment)), None)


def month_themes(found: Answers, spec: Metric, column: str | None, codebook: Codebook | str, min_n: int) -> Any:
    """Return the themes of the comments as a Pareto, or why there are none.

    Of an NPS the comments of promoters are left out: what they write is praise, and a codebook of complaints leaves it
    without a code.

    Parameters
    ----------
    found : Answers
    spec : Metric
    column : str or None
        The column of comments.
    codebook : Codebook or str
        Or the name of a shipped one.
    min_n : int
        With fewer comments nothing is shown.

    Returns
    -------
    Pareto or LocalText
    """
    frame = found.frame
    if column is None or column not in frame.columns:
        return message("monthly.no_comments")
    rows = frame
    if isinstance(spec, Nps):
        rows = frame[pd.to_numeric(frame[spec.item], errors="coerce") <= _HIGHEST_PASSIVE]
    rows = rows[rows[column].fillna("").astype(str).str.strip() != ""]
    if len(rows) < max(min_n, 1):
        return message("monthly.few_comments", min_n=told(max(min_n, 1), "count"))
    book = load_codebook(codebook) if isinstance(codebook, str) else codebook
    ids = rows["response_id"].tolist() if "response_id" in rows.columns else None
    themes = code_mentions(rows[column], book, ids=ids).pareto()
    return themes if _uncoded(themes) <= FITS else _does_not_fit(book)


def _uncoded(themes: Pareto) -> float:
    return sum(bar.share for bar in themes.bars if bar.role == "uncoded")


def _does_not_fit(book: Codebook) -> LocalText:
    title = book.title if book.title is not None else book.id
    return message("monthly.does_not_fit", codebook=title, most=told(FITS, "percent", 0))
