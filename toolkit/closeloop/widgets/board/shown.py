"""The filters of a board as its page shows them: pills with counts, lists with counts, and what is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from closeloop.text import LocalText, message
from closeloop.widgets.board.filters import CHOICES, Chosen, Filters
from closeloop.widgets.board.taking_in import options_of

_LONGEST = 60


def pill_views(chosen: Chosen, filters: Filters, actor: str) -> list[dict[str, Any]]:
    """Return the pills, each with its count and whether it is chosen; the last one is for what is one's own."""
    shown = [
        {
            "id": f"p-{pill}", "by": "pill", "value": pill, "on": filters.pill == pill,
            "text": _pill_text(pill, n), "late": pill == "late" and n > 0,
        }
        for pill, n in chosen.pills.items()
    ]  # fmt: skip
    if actor:
        mine = {"id": "p-mine", "by": "owner", "value": actor, "on": filters.chosen.get("owner") == actor}
        shown.append(mine | {"text": _pill_text("mine", dict(chosen.options["owner"]).get(actor, 0)), "late": False})
    return shown


def list_views(
    chosen: Chosen, filters: Filters, codes: Mapping[str, LocalText], problems: Mapping[str, LocalText]
) -> list[dict[str, Any]]:
    """Return the lists to choose from; one in which there is nothing to choose is left out.

    Parameters
    ----------
    chosen : Chosen
    filters : Filters
    codes : mapping
        Code of a complaint → its label.
    problems : mapping
        Problem behind cases → its title.
    """
    shown = []
    for name in CHOICES:
        value, options = filters.chosen.get(name, ""), chosen.options[name]
        if len(options) < 2 and not value:
            continue
        label = str(message(f"case_board.by_{name}"))
        first = str(message("case_board.all_of", name=label)) if value else label
        names = problems if name == "problem" else {}
        words = [str(names[key]) if key in names else value_words(name, key, codes) for key, _ in options]
        told = [[key, f"{_cut(text)} ({n:,})"] for (key, n), text in zip(options, words, strict=True)]
        shown.append({"id": name, "label": label, "value": value, "options": [["", first], *told]})
    return shown


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _pill_text(pill: str, n: int) -> str:
    return str(message(f"case_board.pill_{pill}", n=f"{n:,}"))


def value_words(name: str, value: str, codes: Mapping[str, LocalText]) -> str:
    """Return a value of a list in words."""
    if name == "type":
        sort, _, key = value.partition(":")
        if sort == "kind" and key in options_of("kind"):
            return str(message(f"board.kind_{key}"))
        return str(codes.get(key, LocalText(key)))
    if name in {"severity", "channel"}:
        return str(options_of(name).get(value, LocalText(value)))
    return value
