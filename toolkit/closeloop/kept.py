"""What was parsed from a shipped file, kept beside it as Python keeps bytecode.

YAML is read by a parser written in Python: all that the package ships takes it seconds, as JSON it is a blink.
"""

from __future__ import annotations

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

_FORM = "1"  # another one whenever something else is kept of the same text


def parsed_once(source: Path, text: str, parse: Callable[[], Any]) -> Any:
    """Return what `parse` makes of the text of a file: what an earlier run has kept, if the text is still the same.

    Nothing is kept where Python would not keep bytecode either, nor what would come back from JSON as something else.
    """
    place = Path(cache_from_source(str(source))).with_suffix(".json")
    mark = blake2b(f"{_FORM}\n{text}".encode()).hexdigest()
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there yet, or not to be read
        kept = None
    if isinstance(kept, list) and len(kept) == 2 and kept[0] == mark:
        return kept[1]
    value = parse()
    if not sys.dont_write_bytecode:
        _keep([mark, value], place)
    return value


def _keep(entry: list[Any], place: Path) -> None:
    """Write an entry in one step, so that who reads meanwhile finds the old one, the new one or none."""
    try:
        content = json.dumps(entry, ensure_ascii=False)
    except (TypeError, ValueError):  # a date, say
        return
    if json.loads(content) != entry:  # a key that is a number, say
        return
    draft = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    with suppress(OSError):  # a folder that is read-only: the text is parsed again the next time
        place.parent.mkdir(exist_ok=True)
        try:
            draft.write_text(content, encoding="utf-8")
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
