"""What to do and say about a case, in its panel: the playbook in short, and the four elements of a negotiation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from closeloop.followup.loop.case import Case
from closeloop.followup.loop.moments import Moment
from closeloop.followup.playbook.negotiation_sheet import PANELS, NegotiationSheet
from closeloop.followup.playbook.playbook import Playbook, ShownCard
from closeloop.text import LocalText, language, message
from closeloop.views.negotiation_block import negotiation_block
from closeloop.views.playbook_block import playbook_block
from closeloop.views.words import marks
from closeloop.widgets.board.panel_words import here, plain

_FILLS = {
    "interests": "positions.customer",
    "standards": "standards",
    "alternatives": "alternatives.customer",
    "relationship": "relationship_before",
}
"""Element of a negotiation → the field of its form in which it begins."""
_LONGEST = 120
_ORDER = {"style": 0, "emotion": 1, "protocol": 2}


def playbook_view(case: Case, now: Moment | None, unfolded: Mapping[str, int]) -> dict[str, Any] | None:
    """Return the playbook in short: the card that fits best, its steps, what one can say; all of it on demand."""
    book = case.playbook(now)
    if not book.step:
        return None
    card = _card(book)
    block = {
        "key": "playbook", "title": here(message("case_panel.playbook", card=_card_title(card, book))),
        "note": "" if book.language == language() else here(message(f"case_panel.words_{book.language[:2]}")),
        "steps": [] if card is None else [plain(each) for each in card.card.steps],
        "say": _quoted(book), "say_language": book.language,
        "fold": {
            "part": "playbook", "open": "playbook" in unfolded, "label": here(message("case_panel.whole_playbook")),
        },
    }  # fmt: skip
    if "playbook" in unfolded:
        block["html"] = playbook_block(book, language())
    return block


def negotiation_view(case: Case, now: Moment | None, unfolded: Mapping[str, int]) -> dict[str, Any]:
    """Return the four elements, what stands in each or what is missing, and the form that fills it."""
    sheet = case.negotiation(now)
    filled = len(PANELS) - len(sheet.empty)
    block = {
        "key": "negotiation", "title": here(message("case_panel.negotiation")),
        "note": here(message("case_panel.filled", n=filled, of=len(PANELS))),
        "grid": [_cell(sheet, panel) for panel in PANELS],
        "fold": {
            "part": "negotiation", "open": "negotiation" in unfolded,
            "label": here(message("case_panel.whole_sheet")),
        },
    }  # fmt: skip
    if "negotiation" in unfolded:
        block["html"] = negotiation_block(sheet, language())
    return block


def _card(book: Playbook) -> ShownCard | None:
    """Return the card that fits this customer in this mood, or else that of the step which is due."""
    cards = [each for each in book.cards if each.card.steps and each.card.id != "style_unknown"]
    return min(cards, key=lambda each: _ORDER.get(each.family, len(_ORDER)), default=None)


def _card_title(card: ShownCard | None, book: Playbook) -> LocalText:
    return message(f"playbook.step_{book.step}") if card is None else card.card.title


def _quoted(book: Playbook) -> str:
    if not book.phrases:
        return ""
    return f"“{book.phrases[0].text.in_language(book.language)}”"


def _cell(sheet: NegotiationSheet, panel: str) -> dict[str, Any]:
    title = message(f"case_panel.element_{panel}")
    missing = sheet.missing()[panel]
    options = panel == "alternatives" and len(sheet.alternatives) < 2
    cell = {
        "title": here(title), "text": _said(sheet, panel),
        "lack": _lack(missing),
        "command": "add_option" if options else "record_negotiation",
    }  # fmt: skip
    return cell if options else cell | {"first": _FILLS[panel]}


def _lack(missing: tuple[LocalText, ...]) -> str:
    """Return what is missing first, and how much besides."""
    if not missing:
        return ""
    key = "lacking_more" if len(missing) > 1 else "lacking"
    return here(message(f"case_panel.{key}", what=missing[0], n=len(missing) - 1))


def _said(sheet: NegotiationSheet, panel: str) -> str:
    """Return what stands in an element, cut short."""
    match panel:
        case "interests":
            parts = [*sheet.positions.values(), *sheet.interests.values(), *sheet.shared]
        case "standards":
            parts = [here(each.named) for each in sheet.standards]
        case "alternatives":
            parts = [str(each.option.get("text") or "") for each in sheet.alternatives]
        case _:
            parts = [] if sheet.before is None else [here(message("playbook.relationship_mark", value=sheet.before))]
    text = marks(language()).semicolon.join(part for part in parts if part)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
