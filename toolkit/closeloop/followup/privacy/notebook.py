"""Notebooks keep what they show: finding revealed texts in an ``.ipynb`` file, and taking them out."""

from __future__ import annotations

import copy
import json
import os
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closeloop.errors import StoreError
from closeloop.followup.privacy.revealed import MARK
from closeloop.text import LocalText, message

_SHORTEST = 4  # a shorter text is in every notebook


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedOutput:
    """One place of a notebook where a revealed text stands.

    Attributes
    ----------
    file : str
    cell : int
        From 0; −1 for the state of widgets.
    where : {"output", "source", "widget"}
        What somebody typed into a cell is found only if its text is given, and is for that person to take out.
    """

    file: str
    cell: int
    where: str

    @property
    def text(self) -> LocalText:
        """The place in words."""
        key = {"output": "in_output", "source": "in_source", "widget": "in_widget"}[self.where]
        return message(f"privacy.{key}", file=self.file, cell=self.cell + 1)

    def __str__(self) -> str:
        return str(self.text)


def revealed_outputs(path: str | Path, *, texts: Collection[str] = ()) -> tuple[RevealedOutput, ...]:
    """Return where a notebook shows revealed texts; a check before it is shared or committed.

    Parameters
    ----------
    path : str or Path
        An ``.ipynb`` file. Its checkpoint, if there is one, is looked at, too.
    texts : collection of str
        Texts to look for besides the mark: those revealed in this session are found even where only a part of the
        program printed them.

    Raises
    ------
    StoreError
        If the file cannot be read, or is no notebook.
    """
    found: list[RevealedOutput] = []
    for file in _files(Path(path)):
        found += _places(str(file), _read(file), _wanted(texts))
    return tuple(found)


def clean_notebook(path: str | Path, *, texts: Collection[str] = ()) -> tuple[RevealedOutput, ...]:
    """Take the outputs that show revealed texts out of a notebook and its checkpoint; a note stays in their place.

    The file is replaced in one step, and only if something was found. Close the notebook in JupyterLab first, or
    reload it afterwards: what is open there would be saved over it.

    Parameters
    ----------
    path, texts
        See `revealed_outputs`.

    Returns
    -------
    tuple of RevealedOutput
        What was taken out; what somebody typed into a cell is named, and stays.
    """
    found: list[RevealedOutput] = []
    for file in _files(Path(path)):
        notebook = _read(file)
        places = _places(str(file), notebook, _wanted(texts))
        found += places
        if any(place.where != "source" for place in places):
            _replace(file, _cleaned(notebook, places, _wanted(texts)))
    return tuple(found)


def _files(path: Path) -> list[Path]:
    checkpoint = path.parent / ".ipynb_checkpoints" / f"{path.stem}-checkpoint{path.suffix}"
    return [path, checkpoint] if checkpoint.is_file() else [path]


def _read(path: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(message("privacy.notebook_unreadable", path=path, problem=error.strerror or error)) from error
    except ValueError as error:
        raise StoreError(message("privacy.no_notebook", path=path)) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise StoreError(message("privacy.no_notebook", path=path))
    return notebook


def _wanted(texts: Collection[str]) -> list[str]:
    return [MARK, *(text for each in texts if len(text := getattr(each, "plain", each).strip()) >= _SHORTEST)]


def _places(file: str, notebook: dict[str, Any], wanted: list[str]) -> list[RevealedOutput]:
    found = []
    for number, cell in enumerate(notebook["cells"]):
        if any(_is_revealed(output, wanted) for output in cell.get("outputs", [])):
            found.append(RevealedOutput(file=file, cell=number, where="output"))
        if _says(cell.get("source", ""), wanted[1:]):
            found.append(RevealedOutput(file=file, cell=number, where="source"))
    if _says(notebook.get("metadata", {}).get("widgets", {}), wanted):
        found.append(RevealedOutput(file=file, cell=-1, where="widget"))
    return found


def _is_revealed(output: dict[str, Any], wanted: list[str]) -> bool:
    flag = output.get("metadata", {}).get("closeloop", {})
    return bool(isinstance(flag, dict) and flag.get("revealed")) or _says(output, wanted)


def _says(value: Any, wanted: list[str]) -> bool:
    if not wanted:
        return False
    return any(text in said for said in _strings(value) for text in wanted)


def _strings(value: Any) -> Iterator[str]:
    """Give every text of a JSON value; one that is written as a list of lines in one piece."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(each, str) for each in value):
            yield "".join(value)
        else:
            for each in value:
                yield from _strings(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)


def _cleaned(notebook: dict[str, Any], places: list[RevealedOutput], wanted: list[str]) -> dict[str, Any]:
    cleaned = copy.deepcopy(notebook)
    note = str(message("privacy.taken_out"))
    for place in places:
        if place.where == "output":
            outputs = cleaned["cells"][place.cell]["outputs"]
            cleaned["cells"][place.cell]["outputs"] = [
                {"output_type": "stream", "name": "stdout", "text": [f"{note}\n"]} if _is_revealed(o, wanted) else o
                for o in outputs
            ]
        elif place.where == "widget":
            del cleaned["metadata"]["widgets"]
    return cleaned


def _replace(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook as Jupyter does, in one step: a crash leaves the old one or the new one."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            json.dump(notebook, stream, ensure_ascii=False, indent=1, sort_keys=True)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
