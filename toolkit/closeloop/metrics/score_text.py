"""A score table as aligned plain text, in the language in use."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeloop.metrics.labels import value_label
from closeloop.metrics.units import SHOWN
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.metrics.score_block import GroupScore, ScoreBlock
    from closeloop.metrics.score_table import ScoreTable

_DIGITS = {"nps": 1, "top_box": 1, "mean": 2}


def table_text(table: ScoreTable) -> str:
    """Return the blocks one after the other, each row with its score and interval, and the notes."""
    parts = [_block_text(table, block) for block in table.blocks]
    return "\n\n".join([*parts, *(str(note) for note in table.notes)])


def _block_text(table: ScoreTable, block: ScoreBlock) -> str:
    level = f"{100 * table.confidence_level:g}%"
    titles = [str(table.titles.get(key, key)) for key in block.keys] or [""]
    head = [*titles, *(str(message(f"scores.{name}")) for name in ("n", "n_missing", "estimate"))]
    rows = [[*head, str(message("scores.interval", level=level))]]
    for group in (*block.groups, block.total):
        if group is block.total:
            names = [str(message("scores.total")), *[""] * (len(titles) - 1)]
        else:
            names = [str(value_label(table.labels, *pair)) for pair in zip(block.keys, group.key, strict=True)]
        rows.append([*names, *_figures(table, block, group)])
    text = len(titles)
    widths = [max(width_of(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(pad(cell, width, left=i < text) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    return "\n".join([f"{block.metric.label} · {block.method}", *(line.rstrip() for line in lines)])


def _figures(table: ScoreTable, block: ScoreBlock, group: GroupScore) -> Sequence[str]:
    if group.result is None:
        return ["", "", "", str(message(f"scores.hidden_{group.reason}", min_n=table.min_n))]
    digits = _DIGITS[block.metric.kind]
    scale, unit = SHOWN[block.metric.kind], " %" if block.metric.kind == "top_box" else ""
    score = "" if math.isnan(group.result.score) else f"{scale * group.result.score:.{digits}f}{unit}"
    ci = "" if group.ci is None else f"{scale * group.ci.low:.{digits}f} … {scale * group.ci.high:.{digits}f}{unit}"
    return [str(group.n), "" if group.n_missing is None else str(group.n_missing), score, ci]


def width_of(text: str) -> int:
    """Return the columns that a text takes on a terminal, where Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, width: int, *, left: bool) -> str:
    """Return a text filled up with spaces to a width on a terminal."""
    space = " " * (width - width_of(text))
    return text + space if left else space + text
