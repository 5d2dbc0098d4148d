"""The agenda of a meeting: topics with their minutes, from a file that a team may copy and change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closeloop.kept import parsed_once
from closeloop.text import LANGUAGES, LocalText, message


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """A topic of the agenda.

    Parameters
    ----------
    minutes : int
    topic, how : LocalText or str

    Examples
    --------
    >>> AgendaItem(10, "Causes").minutes
    10
    """

    minutes: int
    topic: LocalText | str
    how: LocalText | str = ""


def read_agenda(given: str | Path | Sequence[Mapping[str, Any]] | None = None) -> tuple[AgendaItem, ...]:
    """Return an agenda.

    Parameters
    ----------
    given : path or sequence of mapping, optional
        A YAML file, or entries with ``minutes``, ``topic`` and ``how``; a text, or language → text. The shipped agenda
        of 90 minutes, if left out.

    Raises
    ------
    ValueError
        If an entry has no topic, or its minutes are no whole number above 0; the message says which entry.

    Examples
    --------
    >>> sum(item.minutes for item in read_agenda())
    90
    >>> read_agenda([{"minutes": 20, "topic": "Causes"}])
    (AgendaItem(minutes=20, topic='Causes', how=''),)
    """
    entries = given if given is not None and not isinstance(given, str | Path) else _parsed(given)
    if not isinstance(entries, Sequence) or not entries:
        raise ValueError(message("retrospective.no_agenda"))
    return tuple(_item(entry, at) for at, entry in enumerate(entries, 1))


def _parsed(path: str | Path | None) -> Any:
    own = Path(__file__).parents[1] / "data" / "reports" / "agenda.yaml"
    source = own if path is None else Path(path)
    text = source.read_text(encoding="utf-8")

    def parsed() -> Any:
        from ruamel.yaml import YAML

        return YAML(typ="safe", pure=True).load(text)

    return parsed_once(own, text, parsed) if path is None else parsed()


def _item(entry: Any, at: int) -> AgendaItem:
    said = entry if isinstance(entry, Mapping) else {}
    minutes, topic = said.get("minutes"), _text(said.get("topic"))
    if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 1 or not topic:
        raise ValueError(message("retrospective.bad_agenda", at=at))
    return AgendaItem(minutes, topic, _text(said.get("how")))


def _text(said: Any) -> LocalText | str:
    if isinstance(said, Mapping):
        texts = {tag: str(said[tag]) for tag in LANGUAGES if said.get(tag)}
        return LocalText(texts) if texts else ""
    return str(said or "").strip()
