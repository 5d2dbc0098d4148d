"""The source map of a survey file, written back into it: comments, order and everything else stay as they are."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from closeloop.errors import SurveyDefinitionError
from closeloop.survey.definition import SourceMap, SurveyFile
from closeloop.survey.document import read_document
from closeloop.survey.validate import build
from closeloop.survey.yaml_text import parsed_document

_KEY = "sources"


def write_sources(path: str | Path, sources: Mapping[str, Mapping[str, SourceMap]]) -> Path:
    r"""Replace the ``sources`` of a survey file.

    Only the lines of that key change, and within them only the entries that differ: every comment, blank line and
    order outside stays, byte for byte. A file without the key gets it at its end.

    Parameters
    ----------
    path : str or Path
        A survey file, in block style.
    sources : mapping
        Platform → item → where it stands; see `Survey.sources`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    SurveyDefinitionError
        If the file is not YAML.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "visit.survey.yaml"
    ...     _ = file.write_text("id: visit  # ours\n")
    ...     print(write_sources(file, {"plain": {"why": SourceMap(column="Why?")}}).read_text())
    id: visit  # ours
    sources:
      plain:
        why:
          column: Why?
    """
    target = Path(path)
    raw = target.read_bytes()
    text = raw.decode("utf-8-sig")
    mark = raw[: len(raw) - len(raw.removeprefix(b"\xef\xbb\xbf"))]
    wanted = {
        platform: {item: entry.model_dump(exclude_defaults=True) for item, entry in entries.items()}
        for platform, entries in sources.items()
    }
    ending = "\r\n" if "\r\n" in text else "\n"
    changed = with_sources(text.replace("\r\n", "\n"), wanted, target.name)
    part = target.with_name(target.name + ".part")
    part.write_bytes(mark + changed.replace("\n", ending).encode("utf-8"))
    part.replace(target)  # at once, so that no half a file is ever there
    return target


def differs_in_sources(path: Path, definition: SurveyFile) -> bool:
    """Say whether a file holds this survey but for its ``sources``, so that nothing else in it needs to be written."""
    if not path.is_file():
        return False
    try:
        there = build(read_document(path))
    except SurveyDefinitionError:
        return False
    return there.model_copy(update={_KEY: definition.sources}) == definition


def with_sources(text: str, wanted: Mapping[str, Any], file: str = "") -> str:
    """Return the text of a survey file with other sources in it."""
    document = parsed_document(text, file)
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 4096
    yaml.preserve_quotes = True
    lines = text.splitlines(keepends=True)
    tops = sorted(line for path, line in document.lines.items() if len(path) == 1)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    first = document.lines.get((_KEY,))
    flow = first is not None and tops.count(first) > 1
    if flow or (first is None and text.lstrip().startswith("{")):  # in flow style nothing has lines of its own
        whole = yaml.load(text)
        whole[_KEY] = _updated(whole.get(_KEY) or {}, wanted)
        return _dumped(yaml, whole)
    if first is None:
        return "".join([*lines, _dumped(yaml, {_KEY: wanted})]) if wanted else text
    end = next((line - 1 for line in tops if line > first), len(lines))
    while end > first and (not lines[end - 1].strip() or lines[end - 1].startswith(("#", "...", "---"))):
        end -= 1  # what stands between it and the next key is the next key's
    block = yaml.load("".join(lines[first - 1 : end]))
    block[_KEY] = _updated(block[_KEY] or {}, wanted)
    return "".join([*lines[: first - 1], _dumped(yaml, block), *lines[end:]])


def _updated(there: Any, wanted: Mapping[str, Any]) -> Any:
    """Return a loaded mapping brought to what is wanted, changed only where it differs so that its comments stay."""
    for key in [key for key in there if key not in wanted]:
        del there[key]
    for key, value in wanted.items():
        before = there.get(key)
        if isinstance(before, str) and value == {"column": before}:
            continue  # the short way of writing it
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            _updated(before, value)
        elif key not in there or before != value:
            there[key] = value
    return there


def _dumped(yaml: YAML, data: Any) -> str:
    buffer = io.StringIO()
    yaml.dump(data, buffer)
    return buffer.getvalue()
