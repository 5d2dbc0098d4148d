"""What can be asked of a coding: each question is answered in a module of its own, loaded when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding


class CodingVerbs:
    """The analyses of a `Coding`, and its door to a file."""

    __slots__ = ()

    def mece(self, parent: str | None = None, **how: Any) -> Any:
        """Return how far a code's children cover the mentions and keep apart; see `closeloop.themes.mece.mece.mece`."""
        from closeloop.themes.mece.mece import mece

        return mece(_coding(self), parent, **how)

    def pareto(self, weight: Any = None, **how: Any) -> Any:
        """Return the codes by frequency, with intervals; see `closeloop.themes.pareto.pareto.pareto`."""
        from closeloop.themes.pareto.pareto import pareto

        return pareto(_coding(self), weight, **how)

    def agreement(self, other: Coding | None = None, **how: Any) -> Any:
        """Return how far the coders agree; see `closeloop.themes.mece.agreement.agreement`."""
        from closeloop.themes.mece.agreement import agreement

        return agreement(_coding(self), other, **how)

    def suggest(self, k: int = 5, **how: Any) -> Any:
        """Return what the uncoded mentions have in common; see `closeloop.themes.residual.residual.suggest`."""
        from closeloop.themes.residual.residual import suggest

        return suggest(_coding(self), k, **how)

    def trend(self, times: Any, every: str = "month", **how: Any) -> Any:
        """Return the codes over time; see `closeloop.themes.trend.theme_trend.theme_trend`."""
        from closeloop.themes.trend.theme_trend import theme_trend

        return theme_trend(_coding(self), times, every, **how)

    def to_document(self) -> dict[str, Any]:
        """Return the coding as JSON-safe values, with its codebook; nothing is lost."""
        from closeloop.themes.codings.coding_document import coding_document

        return coding_document(_coding(self))

    @classmethod
    def from_document(cls, content: Mapping[str, Any], file: str = "") -> Self:
        """Return the coding that `to_document` gave.

        Raises
        ------
        StoreError
            If it is of another kind, of a newer version, or not complete.
        """
        from closeloop.themes.codings.coding_document import coding_values

        return cls(**coding_values(content, file))

    def save(self, path: str | Path) -> Path:
        """Write the coding as a file that `closeloop.load` reads; all of it or nothing, even if killed."""
        from closeloop.versioned import write_content

        return write_content(self.to_document(), path)


def _coding(asked: CodingVerbs) -> Coding:
    return cast("Coding", asked)
