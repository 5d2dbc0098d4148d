"""What is judged: the categories that stand beside each other under one parent, and the codes within each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.errors import closest
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.themes.codebooks.codebook import Codebook
    from closeloop.themes.codings.coding import Coding

QUESTION_MARKS = "?？"


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One of the categories side by side.

    Attributes
    ----------
    id : str
        Its code, or the name of a group of the caller's own.
    label : LocalText or str
        As it is shown.
    codes : frozenset of str
        The code itself and all below it.
    kinds : tuple of str
        Those of them that name something: not an “Other” further down.
    leaves : tuple of str
        Those of the kinds that have nothing below.
    other : bool
        Whether it is “Other”, which never counts as covered.
    """

    id: str
    label: LocalText | str
    codes: frozenset[str]
    kinds: tuple[str, ...]
    leaves: tuple[str, ...]
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Categories side by side and what they are to divide.

    Attributes
    ----------
    parent : str or None
        The code whose parts they are; None: everything that was said.
    label : LocalText or str or None
        As the parent is shown.
    categories : tuple of Category
        In the order of the codebook.
    split : LocalText or None
        The question that they answer.
    split_fault : {"none", "several", ""}
        Whether there is no such question, or more than one in it; "" also where there is no codebook to ask.
    """

    parent: str | None
    label: LocalText | str | None
    categories: tuple[Category, ...]
    split: LocalText | None = None
    split_fault: str = ""


def node_of(
    coding: Coding,
    parent: str | None,
    other: Collection[str] = (),
    groups: Mapping[str, str | Collection[str]] | None = None,
) -> Node:
    """Return the categories under `parent`: the codebook's, the caller's groups, or each code for itself.

    Raises
    ------
    ValueError
        If there is no such code, it has no children, or a group names an unknown code.
    """
    codebook = coding.codebook
    known = list(coding.codes) if codebook is None else [code.id for code in codebook.codes]
    unknown = [code for code in other if code not in known]
    if parent is not None and parent not in known:
        unknown.insert(0, parent)
    if unknown:
        raise ValueError(_unknown(unknown[0], known))
    if groups is not None:
        return _grouped(coding, parent, other, groups)
    if codebook is None:
        if parent is not None:
            raise ValueError(message("mece.no_tree", parent=parent))
        flat = tuple(
            Category(id=code, label=code, codes=frozenset({code}), kinds=(code,), leaves=(code,), other=code in other)
            for code in coding.codes
        )
        return Node(parent=None, label=None, categories=flat)
    children = codebook.children(parent)
    if not children:
        raise ValueError(message("mece.no_children", parent=parent))
    own = None if parent is None else codebook.code(parent)
    split = codebook.splitting_question(parent)
    return Node(
        parent=parent,
        label=None if own is None else own.label,
        categories=tuple(
            _category(codebook, code.id, code.label, [code.id], code.other or code.id in other) for code in children
        ),
        split=split or None,
        split_fault=_split_fault(split),
    )


def codes_below(coding: Coding, parent: str) -> frozenset[str]:
    """Return a code and all codes below it."""
    return _below(coding.codebook, [parent])


def _below(codebook: Codebook | None, codes: Collection[str]) -> frozenset[str]:
    found = set(codes)
    if codebook is not None:
        for code in codes:
            found.update(below.id for below in codebook.descendants(code))
    return frozenset(found)


def _category(
    codebook: Codebook | None, name: str, label: LocalText | str, codes: Collection[str], other: bool
) -> Category:
    below = _below(codebook, codes)
    if codebook is None:
        kinds = leaves = tuple(sorted(below))
    else:
        kinds = tuple(code.id for code in codebook.codes if code.id in below and not code.other)
        leaves = tuple(code for code in kinds if not codebook.children(code))
    return Category(id=name, label=label, codes=below, kinds=kinds, leaves=leaves, other=other)


def _grouped(
    coding: Coding, parent: str | None, other: Collection[str], groups: Mapping[str, str | Collection[str]]
) -> Node:
    codebook = coding.codebook
    known = list(coding.codes) if codebook is None else [code.id for code in codebook.codes]
    categories = []
    for name, given in groups.items():
        codes = [given] if isinstance(given, str) else list(given)
        unknown = [code for code in codes if code not in known]
        if unknown:
            raise ValueError(_unknown(unknown[0], known))
        is_other = bool(codes) and all(
            code in other or (codebook is not None and codebook.code(code).other) for code in codes
        )
        categories.append(_category(codebook, name, name, codes, is_other))
    label = None if parent is None or codebook is None else codebook.code(parent).label
    return Node(parent=parent, label=label, categories=tuple(categories))


def _split_fault(split: LocalText) -> str:
    if not any(split.values()):
        return "none"
    several = any(sum(text.count(mark) for mark in QUESTION_MARKS) > 1 for text in split.values())
    return "several" if several else ""


def _unknown(code: str, known: list[str]) -> LocalText:
    names = ", ".join(closest(str(code), known) or known[:8])
    return message("mece.unknown_code", code=code, names=names)
