"""The head of a case's panel: which case it is, where it stands, and the customer's own words, sealed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from closeloop.followup.case.history import code_text
from closeloop.followup.commands.decide import stage_label
from closeloop.followup.commands.values import utc_time
from closeloop.followup.event import PRIVATE, is_private
from closeloop.followup.loop.case import Case
from closeloop.followup.privacy.masking import mask_id
from closeloop.text import LocalText, message
from closeloop.widgets.board.cards import DETRACTOR
from closeloop.widgets.board.command_form import REVEAL
from closeloop.widgets.board.panel_words import here, moment
from closeloop.widgets.board.places import without_folders

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.privacy.revealed import Revealed


def head_view(case: Case, loop: Loop, now: dt.datetime) -> dict[str, Any]:
    """Return the head of the panel; nothing in it names a person."""
    state = case.state
    value = state.value
    score = value("score")
    began = utc_time(value("received_at")) or state.opened_at
    code, severity = value("code"), case.severity
    about = [
        stage_label(case.stage),
        code_text("conflict-types", str(code)) if code else message(f"board.kind_{value('kind') or 'other'}"),
        message(f"board.severity_{severity}") if severity else None,
    ]
    since = [
        None if began is None else message("case_panel.opened", at=moment(began, case.zone, now)),
        message("board.cycle", n=state.cycle) if state.cycle > 1 else None,
        message("case_panel.owned", owner=case.owner) if case.owner else message("case_panel.no_owner"),
        LocalText(str(value("team"))) if value("team") else None,
        message("case_panel.escalated", level=state.escalation) if state.escalation else None,
    ]
    return {
        "id": case.case_id, "version": case.version, "number": f"#{case.number}",
        "who": mask_id(str(value("subject_id") or "")), "detractor": value("rule_id") == DETRACTOR,
        "score": "" if score is None else f"{float(score):g}",
        "name": here(message("case_panel.name", number=case.number, id=case.case_id)),
        "about": _joined(about), "since": _joined(since),
        "hold": here(message(f"board.on_hold_{state.hold}")) if state.hold else "",
        "words": _words(case, loop),
    }  # fmt: skip


def revealed_message(found: Revealed, turn: int) -> dict[str, Any]:
    """Return what was revealed as a message to the page: it never stands in what the widget keeps."""
    return {
        "kind": "revealed", "turn": turn, "heading": here(found.heading),
        "texts": [
            {
                "label": here(each.label), "text": each.text.plain if each.gone is None else here(each.gone),
                "gone": each.gone is not None,
            }
            for each in found
        ],
    }  # fmt: skip


def _words(case: Case, loop: Loop) -> dict[str, Any]:
    """Return how much of the case is sealed, and whether it can be shown here."""
    value = case.state.value("words")
    sealed = any(event.key_id for event in case.events)
    label = message("case_panel.no_words")
    if is_private(value):
        label = message("case_panel.sealed_words", n=value[PRIVATE])
    elif sealed:
        label = message("case_panel.sealed_other")
    because = loop.sealed_because if sealed else None
    return {
        "text": here(label), "why": "" if because is None else without_folders(here(because), loop),
        "act": {"command": REVEAL, "label": here(message("case_panel.reveal"))} if sealed and because is None else None,
    }  # fmt: skip


def _joined(parts: list[LocalText | None]) -> str:
    return " · ".join(here(part) for part in parts if part is not None)
