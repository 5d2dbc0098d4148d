"""What groups are made by: the keys of each block, and which of them follow from finer ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from closeloop.metrics.period import Period, period_labels
from closeloop.metrics.score_input import checked_keys
from closeloop.text import message

Key = str | Period
Cut = tuple[Key, ...]
"""The keys that make the groups of one block; empty for everybody together."""
Step = tuple[int, Period | None, Period | None]
"""Position of the finer key, and, where both are periods, the finer and the coarser one."""


def key_name(key: Key) -> str:
    """Return the name of the key's column in the table.

    Examples
    --------
    >>> key_name(Period("answered_at", "week"))
    'week'
    """
    return key.key if isinstance(key, Period) else key


def key_column(key: Key) -> str:
    """Return the column of the data that a key reads.

    Examples
    --------
    >>> key_column(Period("answered_at", "week"))
    'answered_at'
    """
    return key.column if isinstance(key, Period) else key


def chosen_cuts(
    by: Key | Sequence[Key] | None, breakdowns: Sequence[Key | Sequence[Key]] | None, reserved: Sequence[str]
) -> list[Cut]:
    """Return the sets of keys, one per block; one empty set for everybody together.

    Parameters
    ----------
    by, breakdowns
        As in `closeloop.score`.
    reserved : sequence of str
        Names that no key may bear.

    Raises
    ------
    ValueError
        If both are given, or a name is reserved or comes twice.

    Examples
    --------
    >>> chosen_cuts(None, ["region", ["region", "channel"]], [])
    [('region',), ('region', 'channel')]
    """
    if by is not None and breakdowns is not None:
        raise ValueError(message("scores.by_and_breakdowns"))
    sets = ([] if by is None else [by]) if breakdowns is None else list(breakdowns)
    cuts = [(one,) if isinstance(one, str | Period) else tuple(one) for one in sets] or [()]
    for cut in cuts:
        checked_keys([key_name(key) for key in cut], reserved)
    return list(dict.fromkeys(cuts))


def within(coarse: Cut, fine: Cut) -> list[Step] | None:
    """Return how each key of `coarse` follows from one of `fine`; None when one does not.

    Examples
    --------
    >>> within(("region",), ("channel", "region")), within(("region",), ("channel",))
    ([(1, None, None)], None)
    """
    steps: list[Step] = []
    for key in coarse:
        for position, finer in enumerate(fine):
            if isinstance(key, Period) and isinstance(finer, Period) and finer.refines(key):
                steps.append((position, finer, key))
                break
            if key == finer:
                steps.append((position, None, None))
                break
        else:
            return None
    return steps


def kept_cuts(cuts: Sequence[Cut]) -> list[Cut]:
    """Return the breakdowns that have to be counted: those that do not follow from another one.

    Examples
    --------
    >>> kept_cuts([("region",), ("region", "channel"), ("channel", "region")])
    [('region', 'channel')]
    """
    return [
        cut
        for i, cut in enumerate(cuts)
        if not any(
            i != j and within(cut, other) is not None and (j < i or within(other, cut) is None)
            for j, other in enumerate(cuts)
        )
    ]


def coarser(label: object, finer: Period | None, coarse: Period | None) -> object:
    """Return the label of the longer period in which a period lies; any other value as it is.

    Examples
    --------
    >>> coarser("2026-08", Period("answered_at"), Period("answered_at", "quarter"))
    '2026-Q3'
    """
    if label is None or finer is None or coarse is None or finer.every == coarse.every:
        return label
    text = str(label)
    if finer.every == "quarter":
        text = f"{text[:4]}-{3 * int(text[-1]) - 2:02d}"
    return period_labels(np.array([text], "M8[D]"), coarse.every)[0]
