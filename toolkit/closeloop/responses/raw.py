"""Rows as they stood in the source: every cell as text, with the place it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from closeloop.responses.issues import constant_category
from closeloop.responses.match import unique_name
from closeloop.text import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from closeloop.responses.opened import Opened


def raw_frame(opened: Opened) -> pd.DataFrame:
    """Return every cell of a source as text, with file, hash, sheet and row; a repeated header gets ``#2``."""
    each = opened.lines or opened
    n = each.source.rows
    columns: dict[str, Any] = {}
    for name, value in (
        ("source_file", each.source.name),
        ("source_sha256", each.source.sha256),
        ("source_sheet", each.source.sheet or ""),
    ):
        columns[name] = constant_category(value, n)
    columns["source_row"] = pd.Series(each.cells.source_rows)
    for position, column in enumerate(each.cells.columns):
        header = each.layout.columns[position].header if position < len(each.layout.columns) else ""
        name = unique_name(header or f"column {position + 1}", columns)
        columns[name] = pd.Series(pd.array(column, dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))))
    return pd.DataFrame(columns)


def rows_of_lines(opened: Opened) -> NDArray[np.intp]:
    """Return for each line of a source the row that it belongs to: itself, unless it is a long table."""
    return opened.of_line if opened.of_line is not None else np.arange(opened.source.rows)


def with_problems(rows: pd.DataFrame, source_rows: NDArray[np.int32], issues: pd.DataFrame) -> pd.DataFrame:
    """Return rows set aside with a column ``problems``: what the issues say about them.

    Parameters
    ----------
    rows : DataFrame
        Of `raw_frame`.
    source_rows : array
        The first line of each row's response.
    issues : DataFrame
        The issues of these rows, and perhaps of others.
    """
    problems = unique_name("problems", {str(name): None for name in rows})
    text, colon = ("message_zh", "：") if language() == "zh-CN" else ("message_en", ": ")
    flags = (issues["effect"] == "quarantined").to_numpy()
    why: Sequence[Any] = [
        issues[name].to_numpy()[flags].tolist() for name in ("source_file", "source_row", "item", text)
    ]
    said: dict[tuple[str, int], list[str]] = {}
    for file, row, i, t in zip(*why, strict=True):
        said.setdefault((file, row), []).append(t if not i or t.startswith(i) else f"{i}{colon}{t}")
    places = zip(rows["source_file"], source_rows.tolist(), strict=True)
    return rows.assign(**{problems: ["; ".join(said.get(place, ())) for place in places]})
