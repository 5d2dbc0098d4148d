"""The row of a case, however the case is named."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any

from closeloop.followup.loop.case import Case

if TYPE_CHECKING:
    from closeloop.followup.store.transaction import Reading

_MOST = 2**31


def case_row_of(tx: Reading, case: str | int | Case) -> dict[str, Any] | None:
    """Return the row of a case, given by its id, its number (as number or text) or as such; None if it is not there."""
    if isinstance(case, Case):
        return tx.case_row(case.case_id)
    if isinstance(case, str) and not case.strip().isdecimal():
        return tx.case_row(case.strip())
    try:
        number = int(case) if isinstance(case, str) else index(case)
    except TypeError:  # neither a text nor a whole number
        return None
    return next(iter(tx.cases(number=number)), None) if 0 < number < _MOST else None
