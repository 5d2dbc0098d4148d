"""Who does something in a loop."""

from __future__ import annotations

from closeloop.followup.commands.values import FieldFaultError, checked_name
from closeloop.text import message


def who(actor: str) -> str:
    """Return who does something.

    Raises
    ------
    ValueError
        If nobody is named: an event without its author proves nothing; or if it is no name on one line.
    """
    if not isinstance(actor, str) or not actor.strip():
        raise ValueError(message("loop.no_actor"))
    try:
        return checked_name(actor)
    except FieldFaultError as error:
        raise ValueError(message("loop.bad_actor", reason=error.text)) from None
