"""Definitions of this room from YAML files: every fault collected, each with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from closeloop.forms.fields import Model
from closeloop.survey.defined import defined, finding_at
from closeloop.survey.document import KeyPath, read_document
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from pathlib import Path

Definition = TypeVar("Definition", bound=Model)


class Fault(NamedTuple):
    """One fault that only the whole file shows: where, which text of the catalogue, and what to put in."""

    path: tuple[str | int, ...]
    key: str
    fields: Mapping[str, object]


def _sound(_definition: object) -> Iterable[Fault]:
    return ()


def read_definition(
    path: str | Path,
    model: type[Definition],
    entries: Mapping[str, type[Model]],
    check: Callable[[Definition], Iterable[Fault]] = _sound,
) -> Definition:
    """Return what a file defines.

    Parameters
    ----------
    path : str or Path
    model : type
        The model of the whole file.
    entries : mapping
        Key → model of what the list or mapping below it holds.
    check : callable, optional
        Gives what contradicts itself.

    Raises
    ------
    SurveyDefinitionError
        With every fault of the file, each with its line.
    """
    document = read_document(path)
    return defined(
        document, model, entries,
        lambda found: () if found is None else [finding_at(document, *_told(each)) for each in check(found)],
    )  # fmt: skip


def _told(found: Fault) -> tuple[KeyPath, str, LocalText]:
    return found.path, found.key, message(found.key, **found.fields)
