"""Parquet files and datasets of PyArrow as lazy frames of an engine that reads the columns asked for, piece by piece.

The engine is DuckDB where it is installed, on its default connection (``duckdb.sql("set memory_limit = '2GB'")`` holds
for it), else Polars.
"""

from __future__ import annotations

import glob
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from closeloop.text import LocalText, message


def is_dataset(data: Any) -> bool:
    """Return whether `data` is a dataset of PyArrow.

    Examples
    --------
    >>> is_dataset([9, 10])
    False
    """
    loaded = sys.modules.get("pyarrow.dataset")  # who has a dataset has loaded it
    return loaded is not None and isinstance(data, loaded.Dataset)


def scan_dataset(dataset: Any) -> Any:
    """Return a dataset of PyArrow as a lazy frame: a relation of DuckDB, else a lazy frame of Polars.

    Raises
    ------
    ImportError
        If neither is installed.

    Examples
    --------
    >>> import pyarrow as pa
    >>> import pyarrow.dataset
    >>> scan_dataset(pa.dataset.dataset(pa.table({"score": [9, 10]}))).columns
    ['score']
    """
    engine = _reading_engine(message("frames.a_dataset"), message("frames.or_a_table"))
    if engine.__name__ == "duckdb":
        return _in_their_zones(engine.from_arrow(dataset), dataset.schema)
    return engine.scan_pyarrow_dataset(dataset, allow_pyarrow_filter=False)


def scan_files(place: str) -> Any:
    """Return Parquet files as a lazy frame: a relation of DuckDB, else a lazy frame of Polars.

    Parameters
    ----------
    place : str
        A file, a folder (with the folders in it; names that begin with ``_`` or ``.`` are left out) or a pattern.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or no ``*.parquet`` in the folder.
    ValueError
        If a file is something else than Parquet or broken, or lies on another machine.
    ImportError
        If neither DuckDB nor Polars is installed.

    Notes
    -----
    Files need not agree on their columns: one that a file lacks is missing in its rows, and a column of whole numbers
    here and of fractions there is one of fractions. Folders called ``month=2026-07`` are a column ``month``. Times keep
    the zone that the first file names.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for month, answers in (("july", [9, 10]), ("august", [7, None])):
    ...         pd.DataFrame({"score": answers}).to_parquet(f"{folder}/{month}.parquet")
    ...     scan_files(folder).max("score").fetchall()
    [(10.0,)]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = _parquet_files(place)
    engine = _reading_engine(message("frames.parquet_files"), message("frames.or_read_here"))
    try:
        schema = pq.read_schema(files[0])
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(message("frames.broken", file=files[0], why=error)) from error
    hive = all("=" in str(Path(file).parent) for file in files)
    if engine.__name__ == "duckdb":
        paths = [glob.escape(file) for file in files]
        return _in_their_zones(engine.read_parquet(paths, union_by_name=True, hive_partitioning=hive), schema)
    parts = [engine.scan_parquet(file, glob=False, hive_partitioning=hive) for file in files]
    return parts[0] if len(parts) == 1 else engine.concat(parts, how="diagonal_relaxed")


def _parquet_files(place: str) -> list[str]:
    """Return the Parquet files that a path, a folder or a pattern stands for, in the order of their names."""
    if "://" in place:
        raise ValueError(message("frames.elsewhere", place=place))
    path = Path(place).expanduser()
    if path.is_dir():
        found = [
            str(file) for file in path.rglob("*.parquet")
            if not any(part.startswith(("_", ".")) for part in file.relative_to(path).parts)
        ]  # fmt: skip
        what = "frames.empty_folder"
    elif path.is_file():
        found, what = [str(path)], "frames.no_file"
    else:
        found = [file for file in glob.glob(str(path), recursive=True) if Path(file).is_file()]  # noqa: PTH207
        what = "frames.no_match" if glob.has_magic(place) else "frames.no_file"
    if not found:
        raise FileNotFoundError(str(message(what, place=place)))
    for file in found:
        with Path(file).open("rb") as opened:
            head = opened.read(12)
        if not head.startswith(b"PAR1"):
            key = "frames.a_database" if head[8:] == b"DUCK" else "frames.not_parquet"
            raise ValueError(message(key, file=file))
    return sorted(found)


def _reading_engine(what: LocalText, otherwise: LocalText) -> ModuleType:
    """Return DuckDB, or Polars where it is not installed."""
    try:
        import duckdb
    except ModuleNotFoundError:
        try:
            import polars
        except ModuleNotFoundError as error:
            raise ImportError(str(message("frames.no_engine", what=what, otherwise=otherwise))) from error
        return polars
    return duckdb


def _in_their_zones(relation: Any, schema: Any) -> Any:
    """Return a relation of DuckDB with times on the clock of the zone that Arrow knows; DuckDB keeps moments only."""
    zones = {field.name: getattr(field.type, "tz", None) for field in schema}
    clocks = [
        f"timezone({_quoted(zone, chr(39))}, {_quoted(name, chr(34))}) as {_quoted(name, chr(34))}"
        for name, zone in zones.items()
        if zone is not None
    ]
    return relation.project(f"* replace ({', '.join(clocks)})") if clocks else relation


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark * 2) + mark
