"""A result of several rows: a sentence in plain words, one table, one figure, and what to be careful about.

Whatever an analysis returns is a `TableResult`: it says which of its values are shown under which heads, the views do
the rest. So every result reads alike, in a notebook, as text and in a report.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.doors import ResultDoors
from closeloop.text import LocalText


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a result's table.

    Parameters
    ----------
    name : str
        Which value of each row.
    title : LocalText
        The head.
    form : str
        How it is written, see `closeloop.written.FORMS`.
    high : str, optional
        Makes an interval: `name` is its lower limit, this its upper one.
    digits : int, optional
        Decimals, if not those of the form.

    Examples
    --------
    >>> Shown("n", LocalText("n"), "count").form
    'count'
    """

    name: str
    title: LocalText
    form: str = "text"
    high: str | None = None
    digits: int | None = None


class TableResult(ResultDoors):
    """What results of several rows share.

    A result defines `kind`, `title`, `sentence`, `columns` and `rows`; where it has cautions `notes`, where it has
    figures of its own beside the rows `facts`, and `plot`.
    """

    __slots__ = ()

    kind: ClassVar[str]

    @property
    @abstractmethod
    def title(self) -> LocalText:
        """What the result is about, in a few words."""

    @property
    @abstractmethod
    def sentence(self) -> LocalText:
        """What was found, in one or two sentences with the figures that matter."""

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What a reader should know: the method, cautions."""
        return ()

    @property
    @abstractmethod
    def columns(self) -> tuple[Shown, ...]:
        """What of the rows is shown, in which order."""

    @abstractmethod
    def rows(self) -> list[dict[str, Any]]:
        """Return the rows: names → texts, numbers (NaN where there is none) or None, in public units."""

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole result, which stand beside the rows in `to_dict`."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON-safe values: kind, version of this layout, facts, rows; a gap is null."""
        facts = {name: _json(value) for name, value in self.facts().items()}
        rows = [{name: _json(value) for name, value in row.items()} for row in self.rows()]
        return {"kind": self.kind, "version": 1, **facts, "rows": rows}

    def to_frame(self, backend: str = "pandas") -> Any:
        """Return the rows as a frame (``"pandas"``, ``"polars"`` or ``"pyarrow"``); texts in the language in use."""
        import pandas as pd

        from closeloop.frames import convert

        rows = [{k: str(v) if isinstance(v, LocalText) else v for k, v in row.items()} for row in self.rows()]
        return convert(pd.DataFrame(rows), backend)

    @abstractmethod
    def plot(self, ax: Any = None) -> Any:
        """Draw the result; into `ax` if given. Returns a `closeloop.views.chart.Chart`."""

    def _repr_html_(self) -> str:
        from closeloop.views.tables import table_result_html

        return table_result_html(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.sentence}>"

    def __str__(self) -> str:
        from closeloop.views.result_text import result_text

        return result_text(self)


def _json(value: Any) -> Any:
    if isinstance(value, LocalText):
        return dict(value)
    if isinstance(value, tuple | list):
        return [_json(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): _json(part) for name, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
