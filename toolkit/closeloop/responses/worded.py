"""Whether an export gives choices in words or by number: told by all its choices together, not by one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.responses.dialects.layout import Layout
from closeloop.responses.match import Match
from closeloop.responses.source import Cells, codes_of

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey


def in_words_or_numbers(cells: Cells, matches: Sequence[Match], survey: Survey, layout: Layout) -> Layout:
    """Return the layout with ``by_number`` off where most choices are in words.

    An export of labels may have a question whose options are "1", "2" and "3 or more"; if only the first two were
    chosen, its column looks like one of numbers. Its other columns do not.
    """
    if not layout.by_number:
        return layout
    words, numbers = words_and_numbers(cells, matches, survey)
    return replace(layout, by_number=False) if words > numbers else layout


def words_and_numbers(cells: Cells, matches: Sequence[Match], survey: Survey) -> tuple[int, int]:
    """Return how many choices in these cells are in words, and how many are numbers."""
    words = numbers = 0
    for match in matches:
        item = survey.item(match.item) if match.item else None
        labels = _labels(item) if item is not None and (match.part is None or item.type == "matrix") else ()
        if not labels or match.column.position >= len(cells.columns):
            continue
        column = cells.columns[match.column.position]
        counts = np.bincount(codes_of(column), minlength=len(column.dictionary))
        for text, n in zip(column.dictionary.to_pylist(), counts.tolist(), strict=True):
            folded = text.casefold()
            if any(label in folded for label in labels):
                words += n
            elif folded.strip() and not folded.strip(" 0123456789,;|.-┋"):
                numbers += n
    return words, numbers


def _labels(item: Any) -> tuple[str, ...]:
    """Return the labels, folded, that a number is not: of the options of a choice, of the columns of a matrix."""
    options = getattr(item, "columns", ()) if item.type == "matrix" else getattr(item, "options", ())
    texts = {text.strip().casefold() for option in options for text in option.text.values()}
    return tuple(text for text in texts if text.strip("0123456789., -"))
