"""Questions spread over columns that each name an option: the places of a ranking, the mentions of several choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.forms.coded import Coded
from closeloop.forms.items import Single

if TYPE_CHECKING:
    from numpy.typing import NDArray


def as_single(item: Any) -> Single:
    """Return an item's options as a question that has one of them for its answer."""
    extras = {key: getattr(item, key) for key in ("other", "other_text", "none") if hasattr(item, key)}
    return Single(name=item.name, type="single", options=item.options, **extras)


def mentions(columns: Sequence[Coded], order: Sequence[str], n: int) -> NDArray[np.bool_]:
    """Return for each row which options (in `order`) any of the columns names."""
    ticked = np.zeros((n, len(order)), dtype=bool)
    for column in columns:
        for place, option in enumerate(order):
            ticked[:, place] |= _naming(column, option)
    return ticked


def places(columns: Sequence[tuple[int, Coded]], order: Sequence[str], n: int) -> NDArray[np.int16]:
    """Return for each row the rank of each option (in `order`), from columns that hold the option on one rank.

    An option on two ranks keeps the first.
    """
    ranks = np.zeros((n, len(order)), dtype=np.int16)
    for rank, column in columns:
        for place, option in enumerate(order):
            ranks[_naming(column, option) & (ranks[:, place] == 0), place] = rank
    return ranks


def _naming(column: Coded, option: str) -> NDArray[np.bool_]:
    flags: NDArray[np.bool_] = np.array([*(value == option for value in column.values), False])[column.codes]
    return flags
