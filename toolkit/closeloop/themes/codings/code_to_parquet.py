"""Comments coded block by block, from Parquet to Parquet: as many as there are, in the memory that one block takes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError
from closeloop.survey.whole_file import not_written
from closeloop.text import message
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.versioned import check_target

if TYPE_CHECKING:
    import pyarrow as pa

    from closeloop.themes.codebooks.codebook import Codebook


def code_to_parquet(
    source: Any, codebook: Codebook, file: str | Path, *, text: str, id: str = "response_id", rows: int = 100_000
) -> Path:
    """Code the comments of Parquet files by the rules of a codebook, block by block, into a Parquet file.

    Parameters
    ----------
    source : path or StoredResponses
        A Parquet file, a folder of them, or what `closeloop.import_responses` has written.
    codebook : Codebook
    file : path
        The Parquet file to write; whole or not there.
    text, id : str
        The columns of the comments and of what tells responses apart.
    rows : int
        How many comments are coded at a time.

    Returns
    -------
    Path
        The file: a row per assignment with the columns `id`, ``theme``, start, end, text, rule and found, in the order
        of the responses. It is the long form that `closeloop.theme_impact` takes.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    StoreError
        If the file cannot be written.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> with tempfile.TemporaryDirectory() as place:
    ...     comments = Path(place) / "comments.parquet"
    ...     pd.DataFrame({"response_id": ["a", "b"], "why": ["I am angry", "fine"]}).to_parquet(comments)
    ...     coded = code_to_parquet(comments, cl.load_codebook("emotions"), Path(place) / "coded.parquet", text="why")
    ...     pd.read_parquet(coded)[["response_id", "theme"]].values.tolist()
    [['a', 'anger'], ['b', 'positive']]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = Path(file)
    folder = getattr(source, "folder", None)
    place = Path(source) if folder is None else folder / "accepted"
    schema: Any = None
    try:
        check_target(target)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".closeloop-") as aside:
            beside = Path(aside) / target.name
            writer: Any = None
            for block in _blocks(place, [id, text], rows):
                found = code_mentions(block[text], codebook, ids=block[id]).to_frame()
                found = found[found["code"].notna()].rename(columns={"id": id, "code": "theme"})
                if schema is None:
                    schema = _schema(id, block.schema.field(id).type)
                    writer = pq.ParquetWriter(beside, schema, compression="zstd")
                table = pa.Table.from_pandas(found[schema.names], schema=schema, preserve_index=False)
                writer.write_table(table)
            writer.close()
            beside.replace(target)
    except OSError as error:
        raise not_written(target, error) from error
    return target


def _schema(id: str, kind: pa.DataType) -> pa.Schema:
    import pyarrow as pa

    texts = pa.large_string()
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.schema(
        [(id, plain), ("theme", texts), ("start", pa.int64()), ("end", pa.int64()), ("text", texts), ("rule", texts),
         ("found", texts)]
    )  # fmt: skip


def _blocks(place: Path, columns: list[str], rows: int) -> Iterator[pa.Table]:
    """Give the columns of all files, so many rows at a time; at least one block, if an empty one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = sorted(place.glob("*.parquet")) if place.is_dir() else [place]
    if not files:
        raise FileNotFoundError(str(message("frames.empty_folder", place=place)))
    for path in files:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            for name in columns:
                if name not in names:
                    raise ColumnNotFoundError(name, names, message("responses.the_file"))
            given = False
            for batch in file.iter_batches(batch_size=rows, columns=columns):
                yield pa.Table.from_batches([batch])
                given = True
            if not given:
                yield file.schema_arrow.empty_table().select(columns)
