"""Documents that people work on over weeks: changes can be undone, a file holds all, the next version reads it.

A codebook, a tree, a five-whys, a worksheet, a problem: each is a small value (`state`, immutable) in a `Document` that
replaces it with the next one. So undo is the value before, saving is the value as JSON, and two documents are equal
when they say the same.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from closeloop.errors import StoreError
from closeloop.text import message

MARK = "closeloop"
"""The key of a file that says which kind of document it holds."""


class State(BaseModel):
    """Base of what a document says at one moment: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Give what was said, not what was left as it is."""
        fields = type(self).model_fields
        return ((name, value) for name, value in super().__repr_args__() if value != fields[str(name)].default)


S = TypeVar("S", bound=State)


class Document(Generic[S]):
    """A document: its state, what it was before, and its door to a file.

    A kind of document sets `kind`, `model` and, once its layout has changed, `format` and `upcasts`; its methods call
    `_change` with the next state.

    Parameters
    ----------
    state : State
        What it says.
    """

    kind: ClassVar[str]
    format: ClassVar[int] = 1
    model: ClassVar[type[State]]
    upcasts: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    """Format → the function that turns such a content into one of the next format."""

    def __init__(self, state: S) -> None:
        self._begin(state)

    def _begin(self, state: S) -> None:
        """Take the first state; a kind of document that keeps something beside its state does it here."""
        self._state = state
        self._past: list[S] = []
        self._future: list[S] = []

    @classmethod
    def of(cls, state: Any) -> Self:
        """Return the document that says `state`, however the class is made by people."""
        document = cls.__new__(cls)
        document._begin(state)
        return document

    @property
    def state(self) -> S:
        """What the document says now; immutable."""
        return self._state

    def _change(self, state: S) -> None:
        """Make `state` what the document says; what it said before can be had back with `undo`."""
        if state != self._state:
            self._past.append(self._state)
            self._future.clear()
            self._state = state

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change that was taken back."""
        return bool(self._future)

    @contextmanager
    def as_one(self) -> Iterator[None]:
        """Make the changes within a ``with`` one step of `undo`; if one of them fails, none of them is made."""
        before, depth = self._state, len(self._past)
        try:
            yield
        except BaseException:
            del self._past[depth:]
            self._state = before
            raise
        del self._past[depth + 1 :]

    def undo(self) -> bool:
        """Take the last change back; False if there is none."""
        if not self._past:
            return False
        self._future.append(self._state)
        self._state = self._past.pop()
        return True

    def redo(self) -> bool:
        """Make the change again that was taken back last; False if there is none."""
        if not self._future:
            return False
        self._past.append(self._state)
        self._state = self._future.pop()
        return True

    def to_document(self) -> dict[str, Any]:
        """Return the document as JSON-safe values: kind, format (version of the layout), and all that it says."""
        return {MARK: self.kind, "format": self.format, **self._state.model_dump(mode="json", by_alias=True)}

    @classmethod
    def from_document(cls, content: Mapping[str, Any], file: str = "") -> Self:
        """Return the document that `to_document` gave, also one of an older layout.

        Parameters
        ----------
        content : mapping
        file : str
            Where it comes from, for the message.

        Raises
        ------
        StoreError
            If it is of another kind, of a newer version, or not complete.
        """
        place = file or str(message("versioned.no_file"))
        if content.get(MARK) != cls.kind:
            found = content.get(MARK, "–")
            raise StoreError(message("versioned.kind", file=place, expected=cls.kind, found=found))
        layout = content.get("format")
        if not isinstance(layout, int) or isinstance(layout, bool) or layout < 1:
            raise StoreError(message("versioned.no_format", file=place, found=layout))
        if layout > cls.format:
            raise StoreError(message("versioned.newer", file=place, kind=cls.kind, found=layout, known=cls.format))
        said = {key: value for key, value in content.items() if key not in {MARK, "format"}}
        for older in range(layout, cls.format):
            said = cls.upcasts[older](said)
        try:
            state: Any = cls.model.model_validate(said)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "–"
            raise StoreError(
                message("versioned.broken", file=place, kind=cls.kind, where=where, reason=first["msg"])
            ) from None
        return cls.of(state)

    def save(self, path: str | Path) -> Path:
        """Write the document as a file that `closeloop.load` reads; all of it or nothing, even if killed.

        Parameters
        ----------
        path : str or Path
            Where to; a file that is there is replaced.

        Returns
        -------
        Path
            Where it was written.
        """
        return write_content(self.to_document(), path)

    def copy(self) -> Self:
        """Return a document that says the same and can be changed on its own."""
        return self.of(self._state)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Document) and other.state == self._state

    __hash__ = None  # type: ignore[assignment]  # it changes

    def _repr_html_(self) -> str:
        from closeloop.views.document_block import document_html

        return document_html(self)


def write_content(content: Mapping[str, Any], path: str | Path) -> Path:
    """Write JSON-safe values to a file that is complete or not there: first beside it, then in its place.

    Raises
    ------
    StoreError
        If the file cannot be written, or its place is taken by a folder or a device; what stood there before is
        untouched.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return write_whole(text.encode(), path)


def write_whole(content: bytes, path: str | Path) -> Path:
    """Write a file that is complete or not there, as `write_content` does.

    Raises
    ------
    StoreError
        As `write_content`.
    """
    target = Path(path)
    beside = None
    try:
        check_target(target)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as stream:
            beside = Path(stream.name)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(0o666 & ~_umask())
        beside.replace(target)
    except OSError as error:
        if beside is not None:
            beside.unlink(missing_ok=True)
        raise StoreError(message("versioned.not_written", file=target, reason=error.strerror or error)) from error
    return target


def check_target(target: Path) -> None:
    """Refuse to put a file in the place of something that is none: renaming over it would do away with it.

    Raises
    ------
    StoreError
        If it is a folder, or a device such as ``/dev/null``, a pipe, a socket.
    """
    if target.is_dir():
        raise StoreError(message("versioned.is_folder", file=target))
    if target.exists() and not target.is_file():
        raise StoreError(message("versioned.no_plain_file", file=target))


def read_content(path: str | Path) -> dict[str, Any]:
    """Return what a document's file holds.

    Raises
    ------
    StoreError
        If there is no such file, or it is not one of ours, or cut off.
    """
    source = Path(path)
    try:
        content = json.loads(source.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise StoreError(message("versioned.not_read", file=source, reason=error.strerror or error)) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or nothing but brackets
        raise StoreError(message("versioned.not_json", file=source, reason=error)) from None
    if not isinstance(content, dict) or MARK not in content:
        raise StoreError(message("versioned.not_ours", file=source, mark=MARK))
    return content


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now
