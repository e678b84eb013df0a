"""Parquet files, whose columns have stored types."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tuner.data.readers.room import require_few_columns, require_room
from tuner.data.readers.table import Table, simplify_column
from tuner.errors import DataError
from tuner.words import list_first

__all__ = ["list_index_columns", "read_parquet", "stream_parquet"]

_BATCH_ROWS = 1 << 16


def read_parquet(path: Path, *, allow_empty: bool = False, nearest: bool = True) -> Table:
    """Read a Parquet file. An index that pandas stored is ignored.

    Numbers, dates and times keep their types, texts and categories become text, and bool becomes
    "true" and "false".

    Args:
        path: The file.
        allow_empty: Whether the file may have no rows.
        nearest: How decimals are read, as `simplify_column` has it.

    Raises:
        DataError: The file is not a Parquet file, has two columns of one name, or has no columns or
            no rows.
    """
    with _open(path, allow_empty=allow_empty) as (file, names):
        # each value takes four bytes at least, though a file may store a million of them in two
        size = max(4 * file.metadata.num_rows * len(names), _count_unpacked(file.metadata))
        require_room(f"data file {path}", "its rows take", size)
        return _make_table(path, file.read(names), first=0, nearest=nearest)


def stream_parquet(path: Path) -> Iterator[Table]:
    """Yield the rows of a file as `read_parquet` reads them, some ten thousand at a time.

    Raises:
        DataError: As `read_parquet`.
    """
    with _open(path) as (file, names):
        first = 0
        schema = pq.read_schema(path)
        for batch in file.iter_batches(_BATCH_ROWS, columns=names):
            columns = pa.Table.from_batches([batch]).select(names)
            table = _make_table(path, columns, first=first)
            yield replace(table, read_stored=partial(_restore_types, columns, schema))
            first += batch.num_rows


@contextmanager
def _open(path: Path, *, allow_empty: bool = False) -> Iterator[tuple[pq.ParquetFile, list[str]]]:
    """Open a file that has rows, and yield it with the names of its columns."""
    try:
        texts = [field.name for field in pq.read_schema(path) if _is_text(field.type)]
        # repeated texts are stored once, and are only repeated after their size was looked at
        file = pq.ParquetFile(path, read_dictionary=texts)
    except pa.ArrowInvalid as err:
        raise DataError(f"data file {path}: it is not a Parquet file ({err})") from err
    with file:
        names = file.schema_arrow.names
        require_few_columns(f"data file {path}", len(names))
        repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if repeated:
            raise DataError(
                f"data file {path}: it has more than one column {list_first(repeated)}; rename all "
                "but one"
            )
        index = _find_index(path, file.schema_arrow)
        used = [name for name in names if name not in index]
        if not used or not (file.metadata.num_rows or allow_empty):
            lacking = "rows" if used else "columns"
            raise DataError(f"data file {path}: it has no {lacking}; add some")
        yield file, used


def _find_index(path: Path, schema: pa.Schema) -> list[str]:
    try:
        return list_index_columns(schema)
    except (ValueError, LookupError, TypeError, RecursionError) as err:
        raise DataError(
            f"data file {path}: what pandas has stored about its index is damaged; write the file "
            "again"
        ) from err


def _make_table(path: Path, columns: pa.Table, *, first: int, nearest: bool = True) -> Table:
    """Return a table whose first row is row `first` of the file, counted from 0."""
    label = f"data file {path}"
    columns.validate(full=True)  # a file may claim that any bytes are UTF-8
    require_room(label, "its texts take", sum(map(_count_bytes, columns.columns)))
    return Table(
        label=label,
        columns=pa.table(
            {name: simplify_column(columns[name], nearest=nearest) for name in columns.column_names}
        ),
        locate=lambda row: f"row {row + 1}",
        rows=np.arange(first, first + columns.num_rows),
        index=tuple(list_index_columns(columns.schema)),
    )


def _count_unpacked(metadata: pq.FileMetaData) -> int:
    """Return the bytes of a file's columns before they were packed, as its end says."""
    groups = range(metadata.num_row_groups)
    return sum(metadata.row_group(group).total_byte_size for group in groups)


def _restore_types(columns: pa.Table, schema: pa.Schema, names: Sequence[str]) -> pa.Table:
    """Return columns with their types in a file: texts are read as indices into distinct ones."""
    return columns.select(names).cast(pa.schema([schema.field(name) for name in names]))


def _count_bytes(column: Any) -> int:
    """Return the bytes that the texts of a column take when each is stored for itself."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return 0
    return sum(
        pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        for chunk in column.chunks
    )


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def list_index_columns(schema: pa.Schema) -> list[str]:
    """Return the columns that pandas stored an index in, which is not data."""
    stored = (schema.metadata or {}).get(b"pandas")
    index = json.loads(stored)["index_columns"] if stored else []
    return [name for name in index if isinstance(name, str)]
