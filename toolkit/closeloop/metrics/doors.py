"""The doors that every result has: a table of one row, and a card in a notebook."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pass


class ResultDoors(ABC):
    """What results share; each of them says in `to_dict` what it holds."""

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON-safe values, with its kind and the version of this layout."""

    def to_frame(self, backend: str = "pandas") -> Any:
        """Return the result as a table of one row (``"pandas"``, ``"polars"`` or ``"pyarrow"``)."""
        import pandas as pd

        from closeloop.frames import convert

        return convert(pd.DataFrame([{k: v for k, v in self.to_dict().items() if k != "version"}]), backend)

    def _repr_html_(self) -> str:
        from closeloop.views.tables import result_html

        result: Any = self  # whichever of the results it is
        return result_html(result)


def number(value: float) -> float | None:
    """Return a figure for JSON, in which a missing one is null."""
    return value if math.isfinite(value) else None
