"""Which codes stand together in a bar or a line: the children of a node, each with all that lies below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding

IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeGroup:
    """One theme: its code, what it is called, and the codes that count for it.

    Examples
    --------
    >>> ThemeGroup(code="price", label=LocalText("Price"), members=("price", "price_rise")).other
    False
    """

    code: str
    label: LocalText
    members: tuple[str, ...]
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThemeHits:
    """The units of a coding (mentions or responses) that are about a node, and the themes that each has.

    Attributes
    ----------
    response : ndarray of int
        The response of each unit.
    first : ndarray of int
        Position of each unit in the coding: of the mention, or of the response.
    row, column : ndarray of int
        Unit and theme of each hit; each pair once.
    coded : ndarray of bool
        Which units have any code at all.
    """

    response: IntArray
    first: IntArray
    row: IntArray
    column: IntArray
    coded: Mask


def theme_groups(coding: Coding, parent: str | None = None, leaves: bool = False) -> tuple[ThemeGroup, ...]:
    """Return the themes of a coding.

    Parameters
    ----------
    coding : Coding
    parent : str, optional
        The node whose children are wanted; by default those at the top. A coding without a codebook has no nodes.
    leaves : bool
        Every code below the node by itself, as it was assigned, in place of the children with all that lies below them.

    Raises
    ------
    ValueError
        If there is no such code, it has no children, or there is no codebook to have nodes.
    """
    book = coding.codebook
    if book is None:
        if parent is not None:
            raise ValueError(message("pareto.no_codebook", parent=parent))
        return tuple(ThemeGroup(code=code, label=LocalText(code), members=(code,)) for code in coding.codes)
    children = book.children(parent)
    if not children:
        raise ValueError(message("pareto.no_children", parent=parent))
    if leaves:
        found = book.codes if parent is None else book.descendants(parent)
        return tuple(ThemeGroup(code=code.id, label=code.label, members=(code.id,), other=code.other) for code in found)
    return tuple(
        ThemeGroup(
            code=code.id, label=code.label, members=(code.id, *(below.id for below in book.descendants(code.id))),
            other=code.other,
        )
        for code in children
    )  # fmt: skip


def theme_hits(coding: Coding, groups: Sequence[ThemeGroup], unit: str, parent: str | None = None) -> ThemeHits:
    """Return which mention or response has which theme, among those of substance.

    Parameters
    ----------
    coding : Coding
    groups : sequence of ThemeGroup
    unit : {"mention", "response"}
    parent : str, optional
        Only what has this code, or one below it.

    Raises
    ------
    ValueError
        If there is no such unit, or mentions are asked of a coding of responses.
    """
    if unit not in ("mention", "response"):
        raise ValueError(message("pareto.unknown_unit", unit=unit))
    if unit == "mention" and coding.unit == "response":
        raise ValueError(message("pareto.only_responses"))
    response = np.asarray(coding.response, np.int64)
    about = np.asarray(coding.substantive, bool)
    mention, code = np.asarray(coding.mention, np.int64), np.asarray(coding.code, np.int64)
    if parent is not None and coding.codebook is not None:
        below = {parent, *(one.id for one in coding.codebook.descendants(parent))}
        mine = np.array([name in below for name in coding.codes], bool)
        said = np.zeros(len(response), bool)
        said[mention[mine[code]]] = True
        about = about & said
        kept = mine[code]
        mention, code = mention[kept], code[kept]
    kept = about[mention]
    mention, code = mention[kept], code[kept]
    chosen = np.flatnonzero(about)
    if unit == "response":
        first = np.unique(response[chosen])
        at = np.searchsorted(first, response[mention])
        owner = first
    else:
        first, owner = chosen, response[chosen]
        at = np.searchsorted(chosen, mention)
    coded = np.zeros(len(first), bool)
    coded[at] = True
    place = {name: i for i, name in enumerate(coding.codes)}
    pairs = [np.zeros(0, np.int64)]
    for column, group in enumerate(groups):
        wanted = np.zeros(len(coding.codes), bool)
        wanted[[place[name] for name in group.members if name in place]] = True
        pairs.append(np.unique(at[wanted[code]]) * len(groups) + column)
    flat = np.sort(np.concatenate(pairs))
    size = max(len(groups), 1)
    return ThemeHits(response=owner, first=first, row=flat // size, column=flat % size, coded=coded)


def of_responses(values: Any, coding: Coding, what: str) -> npt.NDArray[np.object_]:
    """Return a value for each response of a coding, however it was given.

    Parameters
    ----------
    values : sequence, column or mapping
        One for each response, in their order; or by id: a mapping, or a pandas column whose index holds the ids. A
        column as long as the coding whose index holds none of its ids goes by order, too.
    coding : Coding
    what : str
        The argument, for the message.

    Returns
    -------
    ndarray
        None where a mapping says nothing about a response.

    Raises
    ------
    ValueError
        If there are more or fewer than responses, or no id is known.
    """
    import pandas as pd

    if isinstance(values, str) or (np.ndim(values) == 0 and not isinstance(values, Mapping)):
        raise ValueError(message("pareto.not_values", what=what, found=type(values).__name__))
    n = coding.n_responses
    if isinstance(values, pd.Series) and not isinstance(values.index, pd.RangeIndex):
        known = set(coding.ids.tolist())
        # The index of a filtered frame tells rows, not responses: then the column goes in the order of the texts.
        if len(values) != n or not known.isdisjoint(values.index.tolist()):
            values = dict(zip(values.index.tolist(), values.tolist(), strict=True))
    if isinstance(values, Mapping):
        found = [values.get(one) for one in coding.ids.tolist()]
        if n and all(one is None for one in found):
            raise ValueError(message("pareto.no_known_id", what=what, first=repr(next(iter(coding.ids.tolist())))))
    else:
        found = list(values.to_list() if hasattr(values, "to_list") else values)
        if len(found) != n:
            raise ValueError(message("pareto.length", what=what, expected=n, found=len(found)))
    given = np.empty(n, object)
    given[:] = found
    return given
