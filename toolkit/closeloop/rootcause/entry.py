"""Small immutable records that people write: a wrong field is named in a sentence, not in a program's report."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from closeloop.text import message
from closeloop.versioned import State


class Entry(State):
    """Base of countermeasures, tasks, turns of the PDCA cycle and lessons; made with keywords.

    Raises
    ------
    ValueError
        If a field is missing, unknown or of the wrong kind.
    """

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "–"
            reason = first.get("ctx", {}).get("error", first["msg"])  # our own words, where it was we who refused
            raise ValueError(
                message("problem.wrong_field", what=type(self).__name__, field=where, reason=reason)
            ) from None
