"""From answers to a scorecard: what is counted, what is shown, and who is never parted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from closeloop.analysis.scorecard.blocks import Blocks, people_blocks
from closeloop.analysis.scorecard.dimension import Dimension, Ints, calendar_filter, checked_names, segment
from closeloop.analysis.scorecard.margins import with_margins
from closeloop.analysis.scorecard.protection import shown_groups
from closeloop.analysis.scorecard.scorecard import Scorecard
from closeloop.analysis.scorecard.words import Words, coded_rows
from closeloop.forms.items import Comment, TextItem
from closeloop.frames import as_frame, column_names
from closeloop.metrics.encode import encode_answers
from closeloop.metrics.labels import Labels
from closeloop.metrics.period import Period
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import ScoreInput, answer_rows, chosen_metric, score_input
from closeloop.metrics.spec import Metric, Nps, TopBox
from closeloop.stats.intervals import normal_quantile
from closeloop.text import LANGUAGES, LocalText, message

MOST_CELLS = 4_000
"""Beyond so many combinations of all filters it is not looked into what could be worked out."""

_IDS = ("response_id", "id")


def make_scorecard(
    data: Any,
    metric: Metric | str | None = None,
    *,
    by: str | Sequence[str],
    period: Period | str | None = None,
    coding: Any = None,
    verbatims: str | None = None,
    min_n: int = 10,
    confidence_level: float = 0.95,
    language_column: str = "language",
    screen: Callable[[str], str] | None = None,
) -> Scorecard:
    """Return a scorecard; see `closeloop.followup.scorecard.scorecard`, which screens what people wrote.

    Parameters
    ----------
    screen : callable, optional
        Takes out of a comment what identifies a person. Without it no comment is kept.

    Examples
    --------
    >>> answers = {"recommend": [10, 9, 8, 3] * 30, "plan": ["Basic", "Pro"] * 60}
    >>> make_scorecard(answers, Nps("recommend"), by="plan")
    <Scorecard: nps by plan (2); 3 choices, 0 hidden>
    """
    checked_min_n(min_n)
    normal_quantile(confidence_level)
    given = score_input(data)
    spec = _metric(metric, given)
    names = checked_names(by)
    frame, comment, key = _rows(data, given, spec, names, period, coding, verbatims, language_column)
    codes = encode_answers(frame[spec.item], spec.levels)
    answer = codes.values.astype(np.int64) + codes.offset
    answered = answer < len(spec.levels)
    frame = frame[answered].reset_index(drop=True)
    order = (1, 0, -1) if isinstance(spec, Nps) else (1, 0)
    kind = np.array([order.index(value) for value in spec.values], np.int64)[answer[answered]]
    dimensions, places = _dimensions(frame, given, names, period, language_column)
    sizes = tuple(len(one.values) for one in dimensions)
    _check_size(dimensions)
    cells = np.zeros((len(order), *sizes), np.int64)
    np.add.at(cells, (kind, *places), 1)
    apart = [i for i, one in enumerate(dimensions) if one.name == "language"]
    calendar_at = [i for i, one in enumerate(dimensions) if one.every]
    blocks = people_blocks(cells.sum(axis=0), min_n, apart, [0, *calendar_at] if 0 not in apart else calendar_at)
    block = blocks.of_cell[places] if len(frame) else np.empty(0, np.int64)
    words = None if screen is None else _words(frame, coding, comment, key, block, blocks, screen)
    shown = shown_groups(cells, np.array(order), min_n, _written(words, blocks))
    return Scorecard(
        metric=spec, dimensions=dimensions, n=len(frame), min_n=min_n, confidence_level=confidence_level,
        source=given.source, kinds=with_margins(cells, first=1), shown=shown, blocks=blocks, words=words,
        notes=_notes(words, min_n),
    )  # fmt: skip


def _metric(metric: Metric | str | None, given: ScoreInput) -> Nps | TopBox:
    """Return what is scored; of several metrics of a survey the NPS."""
    if metric is None:
        own = [spec for spec in given.specs.values() if isinstance(spec, Nps)]
        metric = own[0] if own else None
    spec = chosen_metric(metric, given)
    if not isinstance(spec, Nps | TopBox):
        raise ValueError(message("scorecard.not_counted", metric=spec.label))  # noqa: TRY004
    return spec


def _rows(
    data: Any,
    given: ScoreInput,
    spec: Nps | TopBox,
    names: tuple[str, ...],
    period: Period | str | None,
    coding: Any,
    verbatims: str | None,
    language_column: str,
) -> tuple[pd.DataFrame, str | None, str | None]:
    """Return the columns that are needed, which of them holds the comments, and which tells responses apart."""
    known = column_names(as_frame(given.frame))
    columns = [*spec.items, *names]
    if period is not None:
        columns.append(period.column if isinstance(period, Period) else period)
    if language_column in known or language_column != "language":
        columns.append(language_column)
    comment = verbatims
    if comment is None and coding is None and getattr(data, "survey", None) is not None:
        asked = (item.name for item in data.survey.items if isinstance(item, Comment | TextItem))
        comment = next((name for name in asked if name in known), None)
    key = next((name for name in _IDS if name in known), None) if coding is not None else None
    columns += [name for name in (comment, key) if name is not None]
    rows = answer_rows(given, columns, message("scorecard.a_scorecard"))
    return rows, comment, key


def _dimensions(
    frame: pd.DataFrame, given: ScoreInput, names: tuple[str, ...], period: Period | str | None, language_column: str
) -> tuple[tuple[Dimension, ...], tuple[Ints, ...]]:
    found = []
    for name in names:
        title = given.titles.get(name, name)
        said = title if isinstance(title, LocalText) else LocalText(title)
        found.append(segment(frame[name], "language" if name == language_column else name, said, given.labels))
    if period is not None:
        found.append(calendar_filter(frame[period.column if isinstance(period, Period) else period], period))
    if language_column in frame.columns and language_column not in names:
        title = given.titles.get(language_column, message("scorecard.language"))
        tags: dict[object, LocalText] = {tag: message(f"responses.language_{tag[:2]}") for tag in LANGUAGES}
        labels: Labels = {language_column: tags, **given.labels}
        found.append(segment(frame[language_column], "language", title, labels))
    return tuple(one for one, _ in found), tuple(rows for _, rows in found)


def _check_size(dimensions: tuple[Dimension, ...]) -> None:
    """Refuse more combinations than can be protected in reasonable time; what is not looked into is not shown."""
    cells = math.prod(max(len(one.values), 1) for one in dimensions)
    if cells > MOST_CELLS:
        told = ", ".join(f"{one.name} ({len(one.values)})" for one in dimensions)
        raise ValueError(message("scorecard.too_large", count=f"{cells:,}", most=f"{MOST_CELLS:,}", found=told))


def _words(
    frame: pd.DataFrame,
    coding: Any,
    comment: str | None,
    key: str | None,
    block: Ints,
    blocks: Blocks,
    screen: Callable[[str], str],
) -> Words | None:
    """Return the comments of the answers, None if there are none to be had."""
    codes: list[str] = []
    labels: list[LocalText] = []
    marks = np.zeros((len(frame), 0), bool)
    texts: Any = None
    if coding is not None:
        ids = pd.Series(frame.index, name="row") if key is None else frame[key]
        codes, labels, marks, texts = coded_rows(coding, ids)
    if comment is not None:
        column = frame[comment]
        texts = column.astype(object).where(column.notna(), "").astype(str).to_numpy()
    if texts is None:
        return None
    return Words.of(texts, marks, codes, labels, block, len(blocks.place), screen)


def _written(words: Words | None, blocks: Blocks) -> tuple[tuple[Ints, int], ...]:
    """Return how many people are known to be in each block: those whose comments are listed."""
    if words is None:
        return ()
    flat = blocks.of_cell.ravel()
    return tuple((np.flatnonzero(flat == i), int(n)) for i, n in enumerate(words.totals.tolist()) if n)


def _notes(words: Words | None, min_n: int) -> tuple[LocalText, ...]:
    if min_n < 2:
        return (message("scorecard.note_unprotected"),)
    notes = [message("scorecard.note_hidden", min_n=min_n)]
    if words is not None and words.totals.sum():
        notes.append(message("scorecard.note_words", min_n=min_n))
    return tuple(notes)
