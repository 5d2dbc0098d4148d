"""Ids of more rows than fit into memory: kept on disk in buckets, so that equal ids meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from closeloop.responses.fates import ACCEPTED, SUPERSEDED, winners

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS = 1_000_000
CONTENT_ID = 16
"""Letters of an id made of content: what is behind them is a number that is known only when all rows are read."""


@dataclass(slots=True)
class Buckets:
    """Rows with their ids, on disk: those of one id are in one bucket, in the order in which they were added."""

    folder: Path
    rows: int
    prefix: int | None = None
    _files: dict[int, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many buckets there are: each has about a million rows."""
        return 1 + self.rows // _ROWS

    def add(self, ids: pd.Series, **columns: NDArray[Any]) -> None:
        """Add rows; those without an id are left out."""
        if not len(ids):
            return
        known = ids.notna().to_numpy()
        table = pa.table({"id": pa.array(ids[known], pa.large_string()), **{k: v[known] for k, v in columns.items()}})
        if self.size == 1:
            self._write(0, table)
            return
        of_id = ids[known].str.slice(0, self.prefix) if self.prefix else ids[known]
        bucket = pd.util.hash_array(of_id.to_numpy(dtype=object), categorize=False) % np.uint64(self.size)
        order = np.argsort(bucket, kind="stable")
        bounds = np.searchsorted(bucket[order], np.arange(self.size + 1))
        for i in range(self.size):
            if bounds[i] < bounds[i + 1]:
                self._write(i, table.take(pa.array(order[bounds[i] : bounds[i + 1]])))

    def _write(self, bucket: int, table: pa.Table) -> None:
        if bucket not in self._files:
            self.folder.mkdir(exist_ok=True)
            stream = (self.folder / f"{bucket:05}.arrows").open("wb")
            self._files[bucket] = (stream, pa.ipc.new_stream(stream, table.schema))
        self._files[bucket][1].write_table(table)

    def close(self) -> None:
        """End the writing."""
        for stream, writer in self._files.values():
            if not stream.closed:
                writer.close()
                stream.close()

    def pieces(self) -> Iterator[Iterator[pd.DataFrame]]:
        """Give the buckets, each piece by piece."""
        for bucket in sorted(self._files):
            yield self._pieces(bucket)

    def _pieces(self, bucket: int) -> Iterator[pd.DataFrame]:
        with (self.folder / f"{bucket:05}.arrows").open("rb") as stream, pa.ipc.open_stream(stream) as batches:
            for batch in batches:
                yield batch.to_pandas()


def repeats(buckets: Buckets, rows: int) -> NDArray[np.uint32]:
    """Return for each row how many rows before it have its id."""
    result = np.zeros(rows, dtype=np.uint32)
    for bucket in buckets.pieces():
        seen: Counter[str] = Counter()
        for piece in bucket:
            before = piece["id"].map(seen).fillna(0).to_numpy()
            result[piece["row"].to_numpy()] = piece.groupby("id", sort=False).cumcount().to_numpy() + before
            counts = piece["id"].value_counts()
            seen.update(dict(zip(counts.index.tolist(), counts.tolist(), strict=True)))
    return result


@dataclass(slots=True, kw_only=True)
class Superseded:
    """Rows that another of the same id replaces: which, by which, and what is said about it."""

    lost: NDArray[np.int64]
    ids: pa.Array
    file: NDArray[np.int32]
    source_row: NDArray[np.int32]
    key: str
    keep: str


def settle(
    buckets: Buckets, fate: NDArray[np.int8], key: str, keep: str, again: NDArray[np.uint32] | None
) -> Superseded:
    """Apply the policy on duplicates to the rows that stand, and mark in `fate` those that lose.

    Parameters
    ----------
    again : array, optional
        How many rows before each have its id, where ids are to be told apart by that.
    """
    lost: list[NDArray[np.int64]] = []
    ids: list[pa.Array] = []
    files: list[NDArray[np.int32]] = []
    numbers: list[NDArray[np.int32]] = []
    for bucket in buckets.pieces():
        found = pd.concat(list(bucket), ignore_index=True)
        found = found[fate[found["row"].to_numpy()] == ACCEPTED]
        if again is not None:
            found["id"] = numbered(found["id"], again[found["row"].to_numpy()])
        found = found[found["id"].duplicated(keep=False).to_numpy()].reset_index(drop=True)
        if not len(found):
            continue
        rows = found["row"].to_numpy()
        chosen = winners(
            found["id"].to_numpy(), found["answered_at"].to_numpy(), found["filled"].to_numpy(), rows, keep
        )
        out = chosen != rows
        place = found.set_index("row").loc[chosen[out]]
        lost.append(rows[out])
        ids.append(pa.array(found["id"].to_numpy(dtype=object)[out], pa.large_string()))
        files.append(place["file"].to_numpy().astype(np.int32))
        numbers.append(place["source_row"].to_numpy().astype(np.int32))
    all_lost = np.concatenate([np.zeros(0, dtype=np.int64), *lost])
    order = np.argsort(all_lost, kind="stable")
    fate[all_lost] = SUPERSEDED
    return Superseded(
        lost=all_lost[order],
        ids=pa.concat_arrays([pa.array([], pa.large_string()), *ids]).take(pa.array(order)),
        file=np.concatenate([np.zeros(0, dtype=np.int32), *files])[order],
        source_row=np.concatenate([np.zeros(0, dtype=np.int32), *numbers])[order],
        key=key,
        keep=keep,
    )


def numbered(ids: pd.Series, again: NDArray[np.uint32]) -> pd.Series:
    """Return ids with ``-2``, ``-3`` … behind those that others before them have.

    Examples
    --------
    >>> numbered(pd.Series(["a", "a"], dtype="str"), np.array([0, 1], dtype=np.uint32)).tolist()
    ['a', 'a-2']
    """
    places = np.flatnonzero(again)
    if not places.size:
        return ids
    result = ids.to_numpy(dtype=object, copy=True)
    result[places] = [f"{result[i]}-{again[i] + 1}" for i in places]
    return pd.Series(result, index=ids.index, dtype="str")
