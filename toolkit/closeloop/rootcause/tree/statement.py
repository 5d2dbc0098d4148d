"""What the linter reads: a statement, and the statements under it, wherever they come from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a text.

    Attributes
    ----------
    text : str
        The claim, or the name of a group.
    children : tuple of Statement
        What stands under it.
    lead : str
        The words between it and its children.
    order : str or None
        Why the children stand in their order, where that is known.
    asked : str
        The question that its children answer.
    part_of : str
        What it is a part of, beside its siblings.
    at : str
        Its id in a tree, or ``L12``, its line in a text.
    numbered : bool
        Whether it carries a number of its own.

    Examples
    --------
    >>> Statement(text="Parcels wait overnight").children
    ()
    """

    text: str
    children: tuple[Statement, ...] = ()
    lead: str = ""
    order: str | None = None
    asked: str = ""
    part_of: str = ""
    at: str = ""
    numbered: bool = False
