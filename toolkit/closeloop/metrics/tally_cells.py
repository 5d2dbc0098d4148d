"""The cells of a tally as one table: for people (`cells_frame`), and as a file keeps them (`cells_table`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from closeloop.frames import convert
from closeloop.metrics.breakdowns import key_name
from closeloop.metrics.counting import AnyTally, sample_design
from closeloop.metrics.counts import CountTally, MomentTally
from closeloop.metrics.counts_sum import scaled_counts, scaled_sums
from closeloop.metrics.tally import Tally

_SUMS = 6


def cells_frame(tally: Tally, backend: str = "pandas") -> Any:
    """Return the counts of a tally, one row per cell; see `Tally.to_frame`.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> from closeloop.metrics.tallying import tally
    >>> cells_frame(tally({"x": [9, 10, 10], "k": list("aab")}, Nps("x"), "k"))
      item  k  answer  n  weight
    0    x  a       9  1     1.0
    1    x  a      10  1     1.0
    2    x  b      10  1     1.0
    """
    design = sample_design(tally.design)
    units = () if design is None else design.unit_columns
    keys = list(dict.fromkeys([key_name(key) for _, cut in tally.tables for key in cut] + list(units)))
    several = len({cut for _, cut in tally.tables}) > 1
    frames = []
    for (asked, cut), table in tally.tables.items():
        names = [*(key_name(key) for key in cut), *units]
        columns: dict[str, Any] = {"item": asked[1] if isinstance(asked[1], str) else " ".join(asked[1] + asked[2])}
        if several:
            columns["breakdown"] = " × ".join(names)
        columns |= dict.fromkeys(keys)
        columns |= {
            name: [labels[code] for code in codes]
            for name, labels, codes in zip(names, table.labels, table.codes.T.tolist(), strict=True)
        }
        if isinstance(table, CountTally):
            answers = [*range(asked[2], asked[3]), None]
            columns |= {"answer": [answers[at] for at in table.answer.tolist()], "n": table.n}
            columns["weight"] = scaled_counts(table)
        else:
            sums = scaled_sums(table)
            columns |= {"n": table.n, "n_missing": table.n_missing}
            columns |= {name: sums[:, i] for i, name in enumerate(("weight", "sum", "sum_of_squares"))}
        frames.append(pd.DataFrame(columns, index=range(len(table.codes))))
    whole = pd.concat(frames, ignore_index=True)
    counts = {name: "Int64" for name in ("answer", "n_missing") if name in whole}
    return convert(whole.astype(counts), backend)


def cells_table(tallies: Sequence[AnyTally]) -> pa.Table:
    """Return the cells of many tallies in one table of numbers, those of one after those of another."""
    width = max((table.codes.shape[1] for table in tallies), default=0)
    columns: dict[str, list[Any]] = {}
    for number, table in enumerate(tallies):
        n = len(table.codes)
        found: dict[str, npt.NDArray[Any]] = {"table": np.full(n, number, np.int32)}
        for key in range(width):
            inside = key < table.codes.shape[1]
            found[f"key_{key}"] = table.codes[:, key].astype(np.int32) if inside else np.zeros(n, np.int32)
        sums: list[npt.NDArray[np.float64] | None] = [None] * _SUMS
        if isinstance(table, CountTally):
            found["answer"], found["n_missing"] = table.answer.astype(np.int16), np.zeros(n, np.int64)
            sums[:2] = table.weight, table.weight_squares
        else:
            found["answer"], found["n_missing"] = np.zeros(n, np.int16), table.n_missing
            sums = list(table.sums.T)
        found["n"] = table.n
        for i, values in enumerate(sums):
            found[f"sum_{i}"] = np.zeros(n) if values is None else values
        for name, numbers in found.items():
            columns.setdefault(name, []).append(numbers)
    return pa.table({name: np.concatenate(each) for name, each in columns.items()})


def tallies_of_cells(cells: pa.Table, heads: Sequence[Mapping[str, Any]]) -> Iterator[AnyTally]:
    """Return the tallies that `cells_table` was given, one for each head.

    Parameters
    ----------
    cells : pyarrow.Table
    heads : sequence of mappings
        ``labels``, ``n_rows``, ``equal_weight`` and ``weighted`` of each; ``n_answers`` of those of counts.
    """
    columns = {name: cells.column(name).to_numpy() for name in cells.column_names}
    ends = np.cumsum(np.bincount(columns["table"], minlength=len(heads)))
    for number, head in enumerate(heads):
        rows = slice(int(ends[number - 1]) if number else 0, int(ends[number]))
        codes = [columns[f"key_{key}"][rows].astype(np.int64) for key in range(len(head["labels"]))]
        n = columns["n"][rows]
        sums = [columns[f"sum_{i}"][rows] for i in range(_SUMS)]
        same = {
            "labels": tuple(head["labels"]),
            "codes": np.column_stack(codes) if codes else np.empty((len(n), 0), np.int64),
            "n": n,
            "n_rows": head["n_rows"],
            "equal_weight": head["equal_weight"],
        }
        if head["n_answers"] is None:
            missing = columns["n_missing"][rows]
            yield MomentTally(**same, n_missing=missing, sums=np.column_stack(sums), weighted=head["weighted"])
        else:
            yield CountTally(
                **same,
                answer=columns["answer"][rows].astype(np.int64),
                n_answers=head["n_answers"],
                weight=sums[0] if head["weighted"] else None,
                weight_squares=sums[1] if head["weighted"] else None,
            )
