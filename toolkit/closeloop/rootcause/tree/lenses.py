"""Trees to begin with: the four P as a driver tree of revenue, and any codebook as an issue tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.text import language, message

if TYPE_CHECKING:
    from closeloop.themes.codebooks.codebook import Codebook


def four_p_tree() -> IssueTree:
    """Return revenue split by the four P, in the language in use: a sum over products of price × volume.

    Product is what the rows are; price has a column; volume is what place (visitors) and promotion (their share that
    buys) bring. Columns: ``revenue`` (the total of the period on each row), ``price``, ``volume``, ``visitors``,
    ``conversion``. Rename, split and add to it; it is a start, not a law.

    Examples
    --------
    >>> print(four_p_tree())
    Revenue
    What is it computed from? = sum(price * volume) (by structure, parts of the four P, each product a row)
    1 Price: what one piece costs the customer
    2 Volume: pieces sold of a product
      What is it computed from? = visitors * conversion (by structure, parts of place and promotion)
      2.1 Place: visitors who can buy the product
      2.2 Promotion: share of the visitors who buy
    """
    said = {name: str(message(f"tree.four_p_{name}")) for name in _FOUR_P}
    question = str(message("tree.asked_driver"))
    tree = IssueTree(said["revenue"], kind="driver", split=question, code="revenue")
    tree.add(None, said["price"], code="price")
    volume = tree.add(None, said["volume"], code="volume", split=question)
    tree.add(volume, said["visitors"], code="visitors")
    tree.add(volume, said["conversion"], code="conversion")
    tree.formula(None, "sum(price * volume)")
    tree.formula(volume, "visitors * conversion")
    tree.order(None, "structure", whole=said["whole"])
    tree.order(volume, "structure", whole=said["place_promotion"])
    return IssueTree(tree.state)  # nothing of the making to undo


_FOUR_P = ("revenue", "price", "volume", "visitors", "conversion", "whole", "place_promotion")


def tree_from_codebook(codebook: Codebook, question: str | None = None) -> IssueTree:
    """Return the categories of a codebook as an issue tree that `IssueTree.mece` can check on a coding.

    Parameters
    ----------
    codebook : Codebook
        Its labels and splitting questions are taken in the language in use.
    question : str, optional
        What the tree takes apart; default the codebook's title.

    Returns
    -------
    IssueTree

    Examples
    --------
    >>> from closeloop.themes.codebooks.codebook_file import load_codebook
    >>> tree = tree_from_codebook(load_codebook("4p"), "What do customers complain about?")
    >>> len(tree.root.children) >= 4
    True
    """
    tag = language()
    tree = IssueTree(question or codebook.title.in_language(tag), split=codebook.split.in_language(tag))
    placed: dict[str | None, str | None] = {None: None}
    waiting = list(codebook.codes)
    while waiting:
        ready = [code for code in waiting if code.parent in placed]
        for code in ready:
            split = None if code.split is None else code.split.in_language(tag)
            text = code.label.in_language(tag)
            placed[code.id] = tree.add(placed[code.parent], text, code=code.id, split=split)
        waiting = [code for code in waiting if code.id not in placed]
    return IssueTree(tree.state)
