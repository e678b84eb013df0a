"""Parquet files, whose columns have types of their own."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tuner.data.table import Table, listed
from tuner.errors import DataError

__all__ = ["read_parquet"]


def read_parquet(path: Path) -> Table:
    """Read a Parquet file; an index that pandas stored in it is no column.

    Numbers stay numbers, texts and categories become text, bool becomes "true" and "false".

    Raises:
        DataError: It is not a Parquet file, names a column twice, or has no columns or rows.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns = file.read()
    except pa.ArrowInvalid as err:
        raise DataError(f"data file {path}: it is not a Parquet file ({err})") from err
    names = columns.column_names
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if repeated:
        raise DataError(
            f"data file {path}: it has more than one column {listed(repeated)}; rename all but one"
        )
    columns = columns.drop_columns(_stored_index(columns))
    if not columns.num_columns or not columns.num_rows:
        raise DataError(f"data file {path}: it has no {_lacking(columns)}; give it some")
    return Table(
        label=f"data file {path}",
        columns=pa.table({name: _plain(columns[name]) for name in columns.column_names}),
        locate=lambda row: f"row {row + 1}",
        rows=np.arange(columns.num_rows),
    )


def _lacking(columns: pa.Table) -> str:
    return "rows" if columns.num_columns else "columns"


def _stored_index(columns: pa.Table) -> list[str]:
    stored = (columns.schema.metadata or {}).get(b"pandas")
    index = json.loads(stored)["index_columns"] if stored else []
    return [name for name in index if isinstance(name, str) and name in columns.column_names]


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
