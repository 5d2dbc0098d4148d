"""Driver trees on data: whether the children recompute their parent, on every row and in every period."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from closeloop.frames import as_frame, column_names, require_columns
from closeloop.rootcause.tree.driver_change import ChangePart, Row, change_parts
from closeloop.rootcause.tree.driver_result import CheckRow, DriverCheck, Offender
from closeloop.rootcause.tree.driver_table import DriverTable, driver_table
from closeloop.rootcause.tree.formula import FloatArray, Formula, parse_formula
from closeloop.rootcause.tree.node import TreeNode, walk
from closeloop.text import message

_MOST_OFFENDERS = 10


def driver_check(
    root: TreeNode,
    data: Any,
    *,
    period: str | None = None,
    by: str | Sequence[str] = (),
    tolerance: float = 0.005,
) -> DriverCheck:
    """Check on every row and period that the children of a driver tree recompute their parent.

    Parameters
    ----------
    root : TreeNode
        The tree; statements with a formula are checked, their codes are columns.
    data : frame or mapping of columns
        A column per code. One of a statement with a formula may be missing: then it is computed, and not checked.
    period : str, optional
        Column of the periods (dates, or texts that sort, such as ``2026-07``).
    by : str or sequence of str
        Columns that tell the rows of a period apart (product, region).
    tolerance : float
        Relative: what is off by more does not hold.

    Returns
    -------
    DriverCheck

    Raises
    ------
    ColumnNotFoundError
        If a leaf has no column.
    ValueError
        If no statement has a formula, a column holds texts, or the rows cannot be told apart.

    Notes
    -----
    A residual above zero means that the children leave something out, below zero that they count something twice.
    What of a change comes from which child is Shapley's value: the mean over all orders in which the children could
    have changed; it is exact, adds up to the change, and needs no logarithm of a zero. Each term of a sum is split on
    its own.

    References
    ----------
    Shapley L. S. (1953), A value for n-person games, Contributions to the Theory of Games II:307–317.

    Examples
    --------
    >>> from closeloop.rootcause.tree.issue_tree import IssueTree
    >>> tree = IssueTree("Revenue", kind="driver", code="revenue")
    >>> price, volume = tree.add(None, "Price", code="price"), tree.add(None, "Volume", code="volume")
    >>> tree.formula(None, "price * volume")
    >>> data = {"month": ["2026-07", "2026-08"], "revenue": [200, 180], "price": [10, 9], "volume": [20, 20]}
    >>> check = driver_check(tree.root, data, period="month")
    >>> check.verdict, [(part.code, part.value) for part in check.change().parts][:2]
    ('pass', [('price', -20.0), ('volume', 0.0)])
    """
    if not (isinstance(tolerance, int | float) and 0 <= tolerance < 1):
        raise ValueError(message("tree.tolerance", found=tolerance))
    drivers = _drivers(root)
    frame = as_frame(data)
    have = set(column_names(frame))
    own = {driver.code for driver in drivers}
    leaves = [name for driver in drivers for name in driver.formula.names if name not in own]
    keys = [by] if isinstance(by, str) else list(by)
    require_columns(frame, [*dict.fromkeys(leaves), *keys, *([period] if period else [])], message("tree.the_frame"))
    table = driver_table(frame, list(dict.fromkeys([*leaves, *sorted(own & have)])), period, keys)
    columns = dict(table.columns)
    rows: list[CheckRow] = []
    offenders: list[Offender] = []
    parts: list[tuple[ChangePart, ...]] = []
    for driver in reversed(drivers):  # children before their parents
        computed = driver.formula.values(columns, table.n)
        recorded = columns.get(driver.code)
        if recorded is None:
            columns[driver.code] = table.summed(computed) if driver.formula.summed else computed
        else:
            found, off = _checked(driver, recorded, computed, table, tolerance)
            rows = found + rows
            offenders += off
        totals = columns[driver.code]
        parts = _changes(driver, columns, totals, table) + parts
    offenders.sort(key=lambda one: -abs(one.residual))
    return DriverCheck(
        rows_=tuple(rows), offenders=tuple(offenders[:_MOST_OFFENDERS]), n_offenders=len(offenders),
        parts=tuple(part for some in parts for part in some), root=drivers[0].node.id, tolerance=float(tolerance),
        n_rows=table.n, n_no_period=table.n_no_period,
        computed=tuple(driver.node.text for driver in drivers if driver.code not in have),
        unsplit=tuple(driver.node.text for driver in drivers if not _splits(driver, table)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Driver:
    node: TreeNode
    code: str
    formula: Formula


def _drivers(root: TreeNode) -> list[_Driver]:
    found = []
    for _, node, _ in walk(root):
        if node.formula is None:
            continue
        if node.code is None:
            raise ValueError(message("tree.no_code", node=node.text))
        formula = parse_formula(node.formula)
        codes = [child.code for child in node.children if child.code]
        for name in formula.names:
            if name not in codes:
                known = ", ".join(codes) or "–"
                raise ValueError(message("tree.formula_unknown", formula=node.formula, name=name, known=known))
        found.append(_Driver(node, node.code, formula))
    if not found:
        raise ValueError(message("tree.no_formula"))
    return found


def _checked(
    driver: _Driver, recorded: FloatArray, computed: FloatArray, table: DriverTable, tolerance: float
) -> tuple[list[CheckRow], list[Offender]]:
    rows, offenders = [], []
    for number, label in enumerate(table.periods):
        here = np.flatnonzero(table.period == number)
        r, c = recorded[here], computed[here]
        if driver.formula.summed:
            r, c = np.array([_one_total(driver, r, label)]), np.array([c.sum()])  # NaN where a child is missing
        known = np.isfinite(r) & np.isfinite(c)
        off = known & (np.abs(r - c) > tolerance * np.maximum(np.abs(r), np.abs(c)))
        rows.append(
            CheckRow(
                node=driver.node.id, text=driver.node.text, period=label, n=int(known.sum()),
                n_hold=int((known & ~off).sum()), n_missing=int((~known).sum()),
                recorded=float(r[known].sum()) if known.any() else math.nan,
                recomputed=float(c[known].sum()) if known.any() else math.nan,
            )
        )  # fmt: skip
        offenders += [
            Offender(
                text=driver.node.text, period=label, key=() if driver.formula.summed else table.keys[int(here[i])],
                row=None if driver.formula.summed else int(here[i]), recorded=float(r[i]), recomputed=float(c[i]),
            )
            for i in np.flatnonzero(off).tolist()
        ]  # fmt: skip
    return rows, offenders


def _one_total(driver: _Driver, recorded: FloatArray, label: object) -> float:
    """Return the total of a period, which stands on each of its rows."""
    known = recorded[np.isfinite(recorded)]
    if not known.size:
        return math.nan
    if np.ptp(known) > 1e-9 * max(float(np.abs(known).max()), 1.0):
        raise ValueError(message("tree.not_one_total", column=driver.code, period="–" if label is None else label,
                                 first=known.min(), second=known.max()))  # fmt: skip
    return float(known[0])


def _splits(driver: _Driver, table: DriverTable) -> bool:
    """Say whether the change of a total can be taken apart: it must be known what is summed, and rows told apart."""
    return table.rows_told_apart and (driver.formula.summed or table.one_row_each)


def _changes(
    driver: _Driver, columns: dict[str, FloatArray], totals: FloatArray, table: DriverTable
) -> list[tuple[ChangePart, ...]]:
    if len(table.periods) < 2 or not _splits(driver, table):
        return []
    last = len(table.periods) - 1
    pairs = list(dict.fromkeys([(0, last), *((i, i + 1) for i in range(last))]))
    names = {child.code: child.text for child in driver.node.children if child.code}
    found = []
    for before, after in pairs:
        ends = []
        for number in (before, after):
            here = np.flatnonzero(table.period == number)
            rows = {table.keys[i]: Row(columns, i) for i in here.tolist()}
            known = totals[here]
            ends.append((rows, float(known[0]) if known.size else math.nan))
        found.append(
            change_parts(
                driver.node, driver.formula, names, ends[0], ends[1], (table.periods[before], table.periods[after])
            )
        )
    return found
