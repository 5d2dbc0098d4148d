"""Results of this room that are text: they are read as a table, and there is nothing to draw."""

from __future__ import annotations

from typing import Any

from closeloop.metrics.result import TableResult
from closeloop.text import message


class TextResult(TableResult):
    """A result without a figure."""

    __slots__ = ()

    def plot(self, ax: Any = None) -> Any:  # noqa: ARG002  # as every result takes it
        """Refuse: there is nothing to draw.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(message("playbook.no_figure"))
