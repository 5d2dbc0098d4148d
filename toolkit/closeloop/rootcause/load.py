"""Documents from their files, whatever kind they are."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from closeloop.errors import StoreError
from closeloop.text import message
from closeloop.versioned import MARK, read_content

if TYPE_CHECKING:
    from pathlib import Path

_KINDS = {
    "codebook": ("closeloop.themes.codebooks.codebook", "Codebook"),
    "coding": ("closeloop.themes.codings.coding", "Coding"),
    "five-whys": ("closeloop.rootcause.whys.five_whys", "FiveWhys"),
    "issue-tree": ("closeloop.rootcause.tree.issue_tree", "IssueTree"),
    "worksheet": ("closeloop.rootcause.worksheet.worksheet", "Worksheet"),
    "problem": ("closeloop.rootcause.problem.problem", "Problem"),
}
"""Kind of document → where its class is defined."""


def document_of(content: Mapping[str, Any], file: str = "") -> Any:
    """Return the document that ``to_document`` gave, of whatever kind.

    Raises
    ------
    StoreError
        If nothing here knows the kind, it is of a newer format, or not complete.
    """
    kind = content.get(MARK)
    if not isinstance(kind, str) or kind not in _KINDS:
        place = file or message("versioned.no_file")
        raise StoreError(message("versioned.unknown_kind", file=place, found=kind, known=", ".join(_KINDS)))
    module, name = _KINDS[kind]
    return getattr(import_module(module), name).from_document(content, file)


def load(path: str | Path) -> Any:
    """Return the document that was saved in a file: a codebook, coding, tree, five-whys, worksheet or problem.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Codebook, Coding, IssueTree, FiveWhys, Worksheet or Problem
        Equal to the one that was saved.

    Raises
    ------
    StoreError
        If the file cannot be read, is cut off, of a newer format, or not one of ours. It is never changed.

    Examples
    --------
    >>> import tempfile
    >>> from closeloop.rootcause.problem.problem import Problem
    >>> from closeloop.metrics.measured_gap import Gap
    >>> problem = Problem(Gap(metric="nps", standard=30, actual=12, n=400, as_of="2026-06-30", unit="points"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load(problem.save(f"{folder}/nps.problem.json")) == problem
    True
    """
    return document_of(read_content(path), str(path))
