"""How the mentions spread over the categories: each with its share, and whether the division is balanced."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.themes.mece.mece_node import Node
from closeloop.themes.mece.mece_pairs import MecePairs
from closeloop.themes.mece.mece_shares import FloatArray, Judgements, Share, shares
from closeloop.themes.mece.mece_thresholds import MeceThresholds
from closeloop.written import told, told_interval, told_level


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """One category.

    Attributes
    ----------
    id : str
        Its code.
    label : LocalText or str
        As it is shown.
    other : bool
        Whether it is “Other”.
    share : Share
        Of the mentions of the node.
    shared : float
        Part of its mentions that another category has, too; NaN without a mention.
    most_shared : LocalText or str or None
        The category that has most of them.
    """

    id: str
    label: LocalText | str
    other: bool
    share: Share
    shared: float
    most_shared: LocalText | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Whether the categories divide the mentions, or only name them.

    Attributes
    ----------
    categories : int
        How many there are, “Other” left out.
    effective : float
        exp(H): as many categories of equal size would divide the mentions as well. 1: one has all; NaN: nothing found.
    empty : tuple of (LocalText or str)
        Codes at the ends of the tree that no mention has.
    largest : LocalText or str or None
        The largest category.
    largest_share : Share or None
        Its share.
    dominant : bool
        Whether it is too large to say anything (more than half, by default).
    split_fault : {"none", "several", ""}
        Whether the codebook has no splitting question for the node, or several in one.
    """

    categories: int
    effective: float
    empty: tuple[LocalText | str, ...]
    largest: LocalText | str | None
    largest_share: Share | None
    dominant: bool
    split_fault: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MeceCategories(TableResult):
    """The categories of a node, in the order of the codebook.

    Attributes
    ----------
    rows_ : tuple of CategoryRow
        One each.
    balance : Balance
        How the mentions spread.
    unit : {"mention", "response"}
        What was counted.
    n : int
        Mentions of the node.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": [1, 2, 3, 4], "code": ["late", "rude", "late", "rude"]}
    >>> found = Coding.from_table(table, unit="mention").mece().categories
    >>> found["late"].share.estimate, found.balance.effective
    (0.5, 2.0)
    """

    kind = "mece_categories"

    rows_: tuple[CategoryRow, ...]
    balance: Balance
    unit: str
    n: int
    confidence_level: float

    def __iter__(self) -> Iterator[CategoryRow]:
        return iter(self.rows_)

    def __len__(self) -> int:
        return len(self.rows_)

    def __getitem__(self, category: str) -> CategoryRow:
        """Return a category.

        Raises
        ------
        ColumnNotFoundError
            If there is no such category.
        """
        for row in self.rows_:
            if row.id == category:
                return row
        raise ColumnNotFoundError(category, [row.id for row in self.rows_], message("mece.the_categories"))

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message(f"mece.categories_title_{self.unit}")

    @property
    def sentence(self) -> LocalText:
        """How evenly the mentions spread."""
        found = self.balance
        if found.largest is None or found.largest_share is None:
            return message("mece.balance_nothing", count=told(found.categories, "count"))
        largest = found.largest_share
        return message(
            "mece.balance_dominant" if found.dominant else "mece.balance", count=told(found.categories, "count"),
            effective=told(found.effective, "decimal", 1), largest=found.largest,
            share=told(largest.estimate, "percent", 0),
            interval=told_interval(largest.ci_low, largest.ci_high, "percent", 0),
            what=message(f"mece.what_{self.unit}"),
        )  # fmt: skip

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        level = told_level(self.confidence_level)
        return (
            Shown("label", message("mece.category")),
            Shown("count", message(f"mece.count_{self.unit}"), "count"),
            Shown("share", message("mece.share"), "percent"),
            Shown("ci_low", message("analysis.interval", level=level), "percent", high="ci_high"),
            Shown("shared", message("mece.shared"), "percent", digits=0),
            Shown("most_shared", message("mece.most_shared")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per category."""
        return [
            {
                "id": row.id, "label": _shown(row),
                "other": row.other, "count": row.share.count, "share": row.share.estimate, "ci_low": row.share.ci_low,
                "ci_high": row.share.ci_high, "shared": row.shared, "most_shared": row.most_shared,
            }
            for row in self.rows_
        ]  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the categories as bars with their intervals, the part they share with others set apart."""
        from closeloop.views.mece_chart import plot_categories

        return plot_categories(self, ax)


def categories_of(
    judged: Judgements, node: Node, weight: FloatArray, pairs: MecePairs, labels: dict[str, LocalText | str],
    unit: str, n: int, thresholds: MeceThresholds, confidence_level: float,
) -> MeceCategories:  # fmt: skip
    """Return the categories with their shares, and the balance of the division."""
    found = shares(judged, judged.hits, weight, confidence_level)
    together = judged.hits.sum(axis=1) > 1
    sums = weight @ judged.hits
    with_others = (weight * together) @ judged.hits
    rows = []
    for k, category in enumerate(node.categories):
        most = max((pair for pair in pairs if category.id in (pair.smaller, pair.larger)), key=_count, default=None)
        partner = None
        if most is not None:
            partner = most.larger_label if most.smaller == category.id else most.smaller_label
        rows.append(
            CategoryRow(
                id=category.id, label=category.label, other=category.other, share=found[k],
                shared=float(with_others[k] / sums[k]) if sums[k] else math.nan, most_shared=partner,
            )
        )  # fmt: skip
    real = [row for row in rows if not row.other]
    largest = max(real, key=lambda row: row.share.count, default=None)
    seen = dict(zip(judged.code_names, judged.codes.tolist(), strict=True))
    leaves = dict.fromkeys(leaf for category in node.categories if not category.other for leaf in category.leaves)
    some = largest is not None and largest.share.count > 0
    balance = Balance(
        categories=len(real), effective=_effective(np.array([row.share.count for row in real])),
        empty=tuple(labels.get(leaf, leaf) for leaf in leaves if not seen.get(leaf, 0)),
        largest=largest.label if largest is not None and some else None,
        largest_share=largest.share if largest is not None and some else None,
        dominant=largest is not None and some and largest.share.estimate > thresholds.dominant,
        split_fault=node.split_fault,
    )  # fmt: skip
    return MeceCategories(rows_=tuple(rows), balance=balance, unit=unit, n=n, confidence_level=confidence_level)


def _shown(row: CategoryRow) -> LocalText | str:
    """Return the label; one of “Other” says so, unless it is called that anyway."""
    texts = row.label.values() if isinstance(row.label, LocalText) else [row.label]
    named = any("other" in text.casefold() or "其他" in text for text in texts)
    return message("mece.other_label", label=row.label) if row.other and not named else row.label


def _count(pair: Any) -> float:
    return float(pair.count)


def _effective(counts: FloatArray) -> float:
    """Return exp of the entropy of the shares."""
    counts = counts[counts > 0]
    if not counts.size:
        return math.nan
    p = counts / counts.sum()
    return float(np.exp(-(p * np.log(p)).sum()))
