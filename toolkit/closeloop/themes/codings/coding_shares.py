"""The share of the mentions that has each code, and that has any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeloop.themes.shares import Shares, clustered_shares

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding


def coding_shares(coding: Coding, confidence_level: float = 0.95) -> Shares:
    """Return the share of each code, in the order of the coding, and last that of having any code.

    Mentions without words do not count. Clauses of one comment go together, as in a Pareto analysis.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> coding = Coding.from_table({"id": [1, 2, 3, 4], "code": ["late", "late", "price", None]}, unit="response")
    >>> coding_shares(coding).share.tolist()
    [0.5, 0.25, 0.75]
    """
    given = np.asarray(coding.matrix())[coding.substantive] > 0
    given = np.column_stack([given, given.any(axis=1)])
    row, column = np.nonzero(given)
    people = np.asarray(coding.response)[coding.substantive]
    return clustered_shares(row, column, given.shape[1], np.ones(len(given)), people, confidence_level)
