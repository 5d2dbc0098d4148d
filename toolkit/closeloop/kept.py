"""What was parsed from a shipped file, kept beside it as Python keeps bytecode.

YAML is read by a parser written in Python: all that the package ships takes it seconds, as JSON it is a blink.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

_FORM = "2"  # another one whenever something else is kept of the same text
_TAG = "\x00"  # no YAML text has it
"""The key of a mapping that stands for what JSON does not have."""
_KINDS = {dt.date: "date", dt.datetime: "time"}
_MADE: dict[str, Callable[[Any], Any]] = {
    "date": dt.date.fromisoformat, "time": dt.datetime.fromisoformat, "pairs": dict,
}  # fmt: skip


def parsed_once(source: Path, text: str, parse: Callable[[], Any]) -> Any:
    """Return what `parse` makes of the text of a file: what an earlier run has kept, if the text is still the same.

    Nothing is kept where Python would not keep bytecode either, nor what would come back as something else.
    """
    place = Path(cache_from_source(str(source))).with_suffix(".json")
    mark = blake2b(f"{_FORM}\n{text}".encode()).hexdigest()
    try:
        kept = _read(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there yet, or not to be read
        kept = None
    if isinstance(kept, list) and len(kept) == 2 and kept[0] == mark:
        return kept[1]
    value = parse()
    if not sys.dont_write_bytecode:
        _keep([mark, value], place)
    return value


def _read(content: str) -> Any:
    tagged = "\\u0000" in content  # a call for each mapping takes longer than all the rest
    return json.loads(content, object_hook=_untagged) if tagged else json.loads(content)


def _tagged(value: Any) -> Any:
    r"""Return a value as JSON has it: dates, and mappings with other keys than texts, as mappings with a tag.

    Examples
    --------
    >>> _tagged({1: "a", "on": dt.date(2026, 1, 5)})
    {'\x00': 'pairs', 'of': [[1, 'a'], ['on', {'\x00': 'date', 'of': '2026-01-05'}]]}
    """
    if isinstance(value, dict):
        if all(type(key) is str for key in value) and _TAG not in value:
            return {key: _tagged(entry) for key, entry in value.items()}
        return {_TAG: "pairs", "of": [[_tagged(key), _tagged(entry)] for key, entry in value.items()]}
    if isinstance(value, list):
        return [_tagged(entry) for entry in value]
    kind = _KINDS.get(type(value))
    return value if kind is None else {_TAG: kind, "of": value.isoformat()}


def _untagged(found: dict[str, Any]) -> Any:
    """Return what a mapping stands for."""
    kind = found.get(_TAG)
    return found if kind is None else _MADE[kind](found["of"])


def _keep(entry: list[Any], place: Path) -> None:
    """Write an entry in one step, so that who reads meanwhile finds the old one, the new one or none."""
    try:
        content = json.dumps(_tagged(entry), ensure_ascii=False)
    except (TypeError, ValueError):  # a set, say
        return
    if _read(content) != entry:  # a tuple, say
        return
    draft = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    with suppress(OSError):  # a folder that is read-only: the text is parsed again the next time
        place.parent.mkdir(exist_ok=True)
        try:
            draft.write_text(content, encoding="utf-8")
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
