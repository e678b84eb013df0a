"""Parquet files, whose columns have types of their own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tuner.data.readers.table import Table
from tuner.errors import DataError
from tuner.words import list_first

__all__ = ["read_parquet", "stream_parquet"]

_BATCH = 1 << 16  # rows


def read_parquet(path: Path) -> Table:
    """Read a Parquet file; an index that pandas stored in it is no column.

    Numbers, dates and times stay what they are, texts and categories become text, bool becomes
    "true" and "false".

    Raises:
        DataError: It is not a Parquet file, names a column twice, or has no columns or rows.
    """
    with _opened(path) as (file, names):
        return _table(path, file.read().select(names), first=0)


def stream_parquet(path: Path) -> Iterator[Table]:
    """Yield the rows of a file as `read_parquet` reads them, some ten thousand at a time.

    Raises:
        DataError: As `read_parquet`.
    """
    with _opened(path) as (file, names):
        first = 0
        for batch in file.iter_batches(_BATCH):
            yield _table(path, pa.Table.from_batches([batch]).select(names), first=first)
            first += batch.num_rows


@contextmanager
def _opened(path: Path) -> Iterator[tuple[pq.ParquetFile, list[str]]]:
    """Open a file that has rows, and give the names of its columns."""
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as err:
        raise DataError(f"data file {path}: it is not a Parquet file ({err})") from err
    with file:
        names = file.schema_arrow.names
        repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if repeated:
            raise DataError(
                f"data file {path}: it has more than one column {list_first(repeated)}; rename all "
                "but one"
            )
        index = _stored_index(file.schema_arrow)
        used = [name for name in names if name not in index]
        if not used or not file.metadata.num_rows:
            lacking = "rows" if used else "columns"
            raise DataError(f"data file {path}: it has no {lacking}; give it some")
        yield file, used


def _table(path: Path, columns: pa.Table, *, first: int) -> Table:
    """Return the rows of a file from `first` on, counted from 0."""
    return Table(
        label=f"data file {path}",
        columns=pa.table({name: _plain(columns[name]) for name in columns.column_names}),
        locate=lambda row: f"row {row + 1}",
        rows=np.arange(first, first + columns.num_rows),
    )


def _stored_index(schema: pa.Schema) -> list[str]:
    stored = (schema.metadata or {}).get(b"pandas")
    index = json.loads(stored)["index_columns"] if stored else []
    return [name for name in index if isinstance(name, str)]


def _plain(column: Any) -> Any:
    """Return a column as text without nulls or as numbers; any other type as it is."""
    if pa.types.is_dictionary(column.type):
        return _plain(column.cast(column.type.value_type))
    if pa.types.is_decimal(column.type):
        return column.cast(pa.float64())
    kinds = (pa.types.is_boolean, pa.types.is_null, pa.types.is_string, pa.types.is_large_string)
    if any(is_kind(column.type) for is_kind in (*kinds, pa.types.is_string_view)):
        return pc.fill_null(column.cast(pa.string()), "")
    return column
