"""Where an editor saves its document: a file, or a loop; what somebody else saved meanwhile is not written over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import ConflictError, StoreError
from closeloop.text import LocalText, message
from closeloop.versioned import Document, State

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop


class Saving:
    """Where a document goes, and whether what it says now is there already.

    Parameters
    ----------
    document : Document
        What is saved.
    path : str or Path, optional
        A file.
    loop : Loop, optional
        A loop, which keeps every version.

    Raises
    ------
    ValueError
        If both are given.

    Examples
    --------
    >>> from closeloop.rootcause.whys.five_whys import FiveWhys
    >>> Saving(FiveWhys("Parcels arrive late"), path=None, loop=None).possible
    False
    """

    def __init__(self, document: Document[Any], *, path: str | Path | None, loop: Loop | None) -> None:
        if path is not None and loop is not None:
            raise ValueError(message("tree_editor.path_or_loop"))
        self._document, self._loop = document, loop
        self._path = None if path is None else Path(path)
        self._versions: dict[str, int] = {}
        self._saved: State = document.state
        self._found = self._last()

    @property
    def possible(self) -> bool:
        """Whether there is a place to save to."""
        return self._path is not None or self._loop is not None

    @property
    def pending(self) -> bool:
        """Whether there is something to save."""
        return self._document.state is not self._saved and self._document.state != self._saved

    def save(self) -> LocalText:
        """Save the document; return what is said of it.

        Raises
        ------
        ConflictError
            If somebody else saved it meanwhile.
        """
        if self._path is not None:
            self._write(self._path)
            said = message("tree_editor.saved_file", file=self._path.name)
        elif self._loop is not None:
            said = message("tree_editor.saved_loop", version=self._keep(self._loop))
        else:
            raise ValueError(message("tree_editor.no_place"))
        self._saved = self._document.state
        return said

    def _write(self, path: Path) -> None:
        if (there := _content(path)) != self._found and there is not None:
            raise ConflictError(message("tree_editor.written_meanwhile", file=path.name))
        self._document.save(path)
        self._found = _content(path)

    def _keep(self, loop: Loop) -> int:
        name = self._name
        version = self._versions.get(name)
        if version is None and self._last() != self._found:
            raise ConflictError(message("tree_editor.saved_meanwhile", name=name))
        self._versions[name] = kept = loop.save(self._document, expected=version)
        return kept

    @property
    def _name(self) -> str:
        return str(getattr(self._document.state, "title", "") or getattr(self._document, "question", ""))

    def _last(self) -> Any:
        """Return what the file holds, or the loop has under the name of the document; None if there is nothing."""
        if self._path is not None:
            return _content(self._path)
        if self._loop is None or not self._name:
            return None
        try:
            return self._loop.load(self._name).state
        except StoreError:  # not saved before
            return None


def _content(path: Path) -> bytes | None:
    """Return what a file holds; None if it cannot be read: writing it then says why."""
    try:
        return path.read_bytes()
    except OSError:
        return None
