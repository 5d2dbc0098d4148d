"""From the text in a cell to an answer: each distinct text of a column is read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from closeloop.forms.answers import Problem, check_value
from closeloop.responses.dialects.layout import Layout, SourceColumn
from closeloop.responses.text_reader import Readings, TextReader
from closeloop.text import LocalText

if TYPE_CHECKING:
    from closeloop.survey.definition import SourceMap


def read_texts(
    item: Any,
    texts: Sequence[str],
    layout: Layout,
    source: SourceMap | None = None,
    column: SourceColumn | None = None,
) -> Readings:
    """Read the distinct texts of a column that answers one item (or one matrix row's scale).

    Parameters
    ----------
    item : Item
        What the column answers.
    texts : sequence of str
        The column's distinct texts.
    layout : Layout
        Which texts mean "no answer", how choices are parted and numbered.
    source : SourceMap, optional
        What the survey says about the platform's spellings: options, codes and texts that stand for no answer.
    column : SourceColumn, optional
        What the source itself says about the column's codes.
    """
    readings = Readings(values=[None] * len(texts))
    reader = TextReader(item, layout, texts, source, column.labels if column else {})
    readings.evidence = reader.evidence
    told = source.missing if source else {}
    declared = {text.strip(): LocalText({"en": why, "zh-CN": why}) for text, why in told.items()}
    declared = {**(column.missing if column else {}), **declared}
    if reader.is_text and _unlimited(item):
        gone = {**(layout.missing if layout.everywhere else {}), **declared}
        readings.values = [text if (s := text.strip()) and s not in gone else None for text in texts]
        readings.missing = {i: gone[s] for i, text in enumerate(texts) if (s := text.strip()) in gone} if gone else {}
        return readings
    for place, text in enumerate(texts):
        stripped = text.strip()
        if not stripped:
            continue
        if stripped in declared:
            readings.missing[place] = declared[stripped]
            continue
        reason = layout.missing.get(stripped)
        if reason is not None and (layout.everywhere or not reader.is_text) and not reader.knows(stripped):
            readings.missing[place] = reason
            continue
        value = reader.read(reader.meant(stripped) if not reader.is_text else text, place, readings)
        if isinstance(value, Problem):
            readings.problems[place] = value
            continue
        problem = None if item.type == "matrix" else check_value(item, value)
        if problem is None:
            readings.values[place] = value
        else:
            readings.problems[place] = problem
    return readings


def _unlimited(item: Any) -> bool:
    """Say whether any text answers the item, so that a million distinct ones need no look each."""
    limits = ("min_length", "max_length", "pattern")
    return getattr(item, "format", "text") == "text" and all(getattr(item, limit, None) is None for limit in limits)
