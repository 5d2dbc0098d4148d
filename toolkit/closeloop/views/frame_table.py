"""Any data frame as a table of a report."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import narwhals as nw

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.numbers import day, number
from closeloop.views.words import say

MOST_ROWS = 200


def frame_table(frame: Any, tag: str) -> Html:
    """Return a frame (pandas, polars, pyarrow …) as a table: at most `MOST_ROWS` rows, the rest counted.

    Examples
    --------
    >>> import pandas as pd
    >>> print(frame_table(pd.DataFrame({"region": ["East"], "share": [0.4]}), "en").partition("<tbody>")[2])
    <tr><th scope="row">East</th><td class="num">0.40</td></tr></tbody></table></div>
    """
    whole = as_columns(frame)
    columns = tuple(
        Column(head=name, css="num" if whole.schema[name].is_numeric() else "") for name in map(str, whole.columns)
    )
    rows = tuple(tuple(_text(value, tag) for value in row) for row in whole.head(MOST_ROWS).iter_rows())
    written = element("div", table(columns, [Section(rows=rows)], css="t data"), class_="scroll", tabindex="0")
    more = len(whole) - len(rows)
    note = element("p", say("rows_left_out", tag, count=number(more)), class_="note") if more else Html("")
    return join([written, note])


def as_columns(frame: Any) -> nw.DataFrame[Any]:
    """Return a frame of any library; the names of its rows are a column, too."""
    return nw.from_native(frame.reset_index() if _has_named_rows(frame) else frame, eager_only=True)


def _has_named_rows(frame: Any) -> bool:
    import pandas as pd

    return isinstance(frame, pd.DataFrame) and not isinstance(frame.index, pd.RangeIndex)


def _text(value: Any, tag: str) -> str:
    if value is None or value is nw.dependencies.get_pandas().NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return say("yes" if value else "no", tag)
    if isinstance(value, int):
        return number(value)
    if isinstance(value, float):
        return number(value, 2)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return day(value, tag)
    return str(value)
