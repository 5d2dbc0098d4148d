"""The pieces that the side panel is made of, as the page draws them: sections, lines, forms, fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from closeloop.rootcause.findings import Finding
from closeloop.text import language, message

Json = dict[str, Any]

_CALL = r"[A-Za-z_.]+\([^()]*\)"
_CODE = re.compile(rf"\s?[（(](?:[a-z_]+(?:=…)?|{_CALL}(?: (?:or|或) {_CALL})*)[）)](?:[:：][^.。]*)?")
"""The method that does it, and what it takes, which a remedy names for people who write code."""


def say(key: str, /, **values: Any) -> str:
    """Return a text of the tree editors, in the language in use.

    Examples
    --------
    >>> say("rename")
    'Rename'
    """
    return wording(f"tree_editor.{key}", **values)


def wording(key: str, /, **values: Any) -> str:
    """Return a text of any catalogue in the language in use; a tree of 300 nodes asks for the same ones over and over.

    Examples
    --------
    >>> wording("whys.chip_evidence", n=2)
    '2 evidence'
    """
    return _wording(key, language(), tuple(values.items()))


@lru_cache(maxsize=4096)
def _wording(key: str, tag: str, values: tuple[tuple[str, Any], ...]) -> str:
    return message(key, **dict(values)).in_language(tag)


def field(
    name: str,
    label: str,
    kind: str = "text",
    value: object = "",
    *,
    options: Iterable[tuple[str, str]] = (),
    hint: str = "",
) -> Json:
    """Return a field of a form: ``text``, ``area``, ``number``, ``date``, ``select`` or ``radio``.

    Examples
    --------
    >>> field("by", "Who", value=None)["value"]
    ''
    """
    said, known = "" if value is None else str(value), [list(option) for option in options]
    if kind == "select" and known and said not in {option[0] for option in known}:
        said = known[0][0]
    return {"name": name, "label": label, "kind": kind, "value": said, "options": known, "hint": hint}


def form(key: str, fields: Iterable[Json], **more: Any) -> Json:
    """Return a form: what it does (`do`, else its key), its fields, and how it is opened and sent.

    `button` (and `hot`, its key) opens it; `submit` is on its own button; `choices` are several buttons, each with a
    value and whether it holds now; `auto` sends with each change; `why_not` says why it cannot be used.
    """
    return {"key": key, "do": key, "fields": list(fields), **more}


def section(key: str, title: str = "", **more: Any) -> Json:
    """Return a section: `aside`, `because`, `lines`, `text`, `html`, `forms`."""
    return {"key": key, "title": title, **more}


def line(text: str, meta: str = "", *, icon: str = "", **more: Any) -> Json:
    """Return a line of a list, with small print below it."""
    return {"text": text, "meta": meta, "icon": icon, **more}


def note(finding: Finding) -> list[str]:
    """Return a finding as it stands under its node: level, rule, what is wrong and what to do."""
    tag = language()
    text = finding.beside_subject(tag)
    if finding.suggestion is not None:
        remedy = finding.suggestion.in_language(tag)
        text = text.replace(remedy, _CODE.sub("", remedy))
    return [finding.level, finding.rule, text]


def given(text: str | None) -> str | None:
    """Return what was typed; None for nothing.

    Examples
    --------
    >>> given("  "), given(" Chen Yu ")
    (None, 'Chen Yu')
    """
    return (text or "").strip() or None
