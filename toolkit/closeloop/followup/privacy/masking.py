"""What is shown of a payload without a reason: lengths in place of private texts, the ends of ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from closeloop.followup.event import PRIVATE, is_private
from closeloop.text import LocalText, message

IDS = frozenset({"subject_id", "respondent_id", "customer_id", "response_id"})
"""Fields that tell one person from another; of them only the end is shown."""

_SHOWN = 4


def mask_id(text: str) -> str:
    """Return the end of an id: enough to tell two apart on a screen, not enough to look one up.

    Examples
    --------
    >>> mask_id("S-7K2M9QPA"), mask_id("4711"), mask_id("")
    ('S-…9QPA', '…', '')
    """
    prefix = text[:2] if text[1:2] == "-" else ""
    rest = text[len(prefix) :]
    return f"{prefix}…{rest[-_SHOWN:]}" if len(rest) > 2 * _SHOWN - 1 else f"{prefix}…" if rest else text


def masked_text(value: Mapping[str, Any]) -> LocalText:
    """Return what stands for a sealed text of a payload.

    Examples
    --------
    >>> str(masked_text({"private": 24}))
    '▒▒▒ (24 characters, sealed)'
    """
    return message("privacy.masked", n=value[PRIVATE])


def mask(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a payload as it may be shown to anybody, in the language in use.

    Examples
    --------
    >>> mask({"words": {"private": 24}, "subject_id": "S-7K2M9QPA", "channel": "phone"})
    {'words': '▒▒▒ (24 characters, sealed)', 'subject_id': 'S-…9QPA', 'channel': 'phone'}
    """
    return {name: _masked(name, value) for name, value in payload.items()}


def _masked(name: str, value: Any) -> Any:
    if is_private(value):
        return str(masked_text(value))
    if name in IDS and isinstance(value, str):
        return mask_id(value)
    if isinstance(value, Mapping):
        return mask(value)
    return [_masked(name, each) for each in value] if isinstance(value, list | tuple) else value
