"""Where the answers of a form go: nowhere but the form itself, a file, or a loop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from closeloop.followup.loop.moments import Clockwork, Now
from closeloop.text import LocalText, message
from closeloop.widgets.form.response_file import ResponseFile

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.survey.survey import Survey

Send = Callable[[Mapping[str, str], dt.datetime], LocalText | None]
"""Takes a row of text and the moment of sending, and returns what there is to say about it; raises if it did not
arrive."""


def sender(survey: Survey, to: Loop | str | Path | None) -> Send:
    """Return what sends a response of `survey` to `to`.

    Raises
    ------
    ValueError
        If `to` is neither a path nor a loop, or a file that holds something else.
    """
    if to is None:
        return lambda _row, _at: None
    if isinstance(to, (str, Path)):
        file = ResponseFile(to, survey)

        def append(row: Mapping[str, str], _at: dt.datetime) -> LocalText | None:
            file.append(row)  # False if it is in it already, with the same answers: the kernel was lost in between
            return None

        return append
    if not hasattr(to, "triage"):
        raise ValueError(message("form.to_unknown", found=type(to).__name__))
    return lambda row, at: _take_in(to, survey, row, at)


def clock_of(survey: Survey, to: Loop | str | Path | None, now: Now) -> Clockwork:
    """Return what time it is for a form: what was given, else the loop's clock, else the machine's."""
    if now is not None or to is None or isinstance(to, (str, Path)):
        return Clockwork(now, survey.timezone or "UTC")
    return to._desk.clock  # of the same package


def _take_in(loop: Loop, survey: Survey, row: Mapping[str, str], at: dt.datetime) -> LocalText | None:
    """Open the case that the answers call for; a response that the loop knows already changes nothing, which is said.

    The loop keeps no words of a response, so nobody can tell whether the answers are still the same.
    """
    import pandas as pd

    from closeloop.responses.read import read_responses

    responses = read_responses(pd.DataFrame([dict(row)], dtype="str"), survey, dialect="closeloop", progress=False)
    if responses.ledger["accepted"] != 1:
        errors = responses.issues[responses.issues["severity"] == "error"]
        why = LocalText({"en": "; ".join(errors["message_en"]), "zh-CN": "；".join(errors["message_zh"])})
        raise ValueError(message("form.not_taken", issues=why))
    with loop._desk.store.reading() as tx:  # of the same package
        is_known = bool(tx.responses(survey_id=survey.id, response_id=row["response_id"]))
    loop.triage(responses, now=at)
    return message("form.sent_before") if is_known else None
