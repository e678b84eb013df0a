"""Folders of Parquet files, as Spark, Dask and pandas write one table."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.readers.parquet_files import read_parquet
from tuner.data.readers.table import Table
from tuner.errors import DataError, one_line

__all__ = ["list_parts", "read_parquet_folder"]

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_DIGITS = re.compile("([0-9]+)")


def list_parts(folder: Path) -> list[Path]:
    """Return the Parquet files in a folder and below it, part.2 before part.10.

    Files and folders whose names begin with a dot or an underscore describe the others; links to
    folders are not followed.
    """
    parts = []
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] not in "._"]
        parts += [
            Path(path, name)
            for name in names
            if name[0] not in "._" and name.lower().endswith((".parquet", ".parq"))
        ]
    return sorted(parts, key=lambda part: [_rank(name) for name in part.parts])


def _rank(name: str) -> list[tuple[int, str]]:
    """Return what sorts names by the numbers in them."""
    pieces = _DIGITS.split(name)
    return [(int(piece) if piece.isdecimal() else -1, piece) for piece in pieces]


def read_parquet_folder(folder: Path, *, nearest: bool = True) -> Table:
    """Read the files of a folder as one table.

    What folders such as `year=2024` say becomes a column. Files without rows are skipped.

    Args:
        folder: The folder.
        nearest: How decimals are read, as `simplify_column` has it.

    Raises:
        DataError: No file has rows, one is refused by `read_parquet` or leads out of the folder, or
            their columns have types that do not agree.
    """
    parts = list_parts(folder)
    tables: list[pa.Table] = []
    ends: list[int] = []  # of each part, the rows up to its end
    index: dict[str, None] = {}
    for part in parts:
        _check_place(part, folder)
        content = read_parquet(part, allow_empty=True, nearest=nearest)
        index |= dict.fromkeys(content.index)
        table = _add_partitions(content.columns, part.relative_to(folder))
        if len(table):
            tables.append(table)
        ends.append(len(table) + (ends[-1] if ends else 0))
    if not tables:
        raise DataError(f"data folder {folder}: none of its {len(parts):,} files has rows")
    columns = _concatenate(folder, tables)
    return Table(
        label=f"data folder {folder}",
        columns=pa.table({name: _fill(columns[name]) for name in columns.column_names}),
        locate=partial(_locate, folder, parts, ends),
        rows=np.arange(len(columns)),
        warnings=_warn_about_absent(tables, columns.column_names),
        index=tuple(index),
    )


def _concatenate(folder: Path, tables: Sequence[pa.Table]) -> pa.Table:
    try:
        return pa.concat_tables(_drop_untyped(tables), promote_options="permissive")
    except pa.ArrowException as err:
        raise DataError(
            f"data folder {folder}: its files do not fit together ({one_line(err)}); give their "
            "columns the same types"
        ) from err


def _locate(folder: Path, parts: Sequence[Path], ends: Sequence[int], row: int) -> str:
    """Return where a row is: the number of its part's row, and the part."""
    number = bisect_right(ends, row)
    begin = ends[number - 1] if number else 0
    return f"row {row - begin + 1} of {parts[number].relative_to(folder)}"


def _warn_about_absent(tables: Sequence[pa.Table], names: Sequence[str]) -> tuple[str, ...]:
    """Return a warning for each column that some files lack."""
    counts = {name: sum(name in table.column_names for table in tables) for name in names}
    return tuple(
        f"column {name} is in {count:,} of {len(tables):,} files, and missing in the rows of the "
        "others"
        for name, count in counts.items()
        if count < len(tables)
    )


def _check_place(part: Path, folder: Path) -> None:
    if not Path(os.path.realpath(part)).is_relative_to(os.path.realpath(folder)):
        raise DataError(
            f"data folder {folder}: {part.relative_to(folder)} is a link out of the folder; "
            "replace it by a copy"
        )
    if not part.is_file():  # reading a FIFO may never end
        raise DataError(f"data folder {folder}: {part.relative_to(folder)} is no file; delete it")


def _add_partitions(table: pa.Table, part: Path) -> pa.Table:
    """Return a part's rows with the columns that only the names of its folders have."""
    for name, value in _list_partitions(part):
        if name not in table.column_names:
            column = pa.array([value]).take(pa.array(np.zeros(len(table), np.int64)))
            table = table.append_column(name, column)
    return table


def _list_partitions(part: Path) -> list[tuple[str, str]]:
    """Return the columns that the names of a file's folders give values."""
    pairs = [name.partition("=") for name in part.parts[:-1] if "=" in name]
    return [
        (unquote(name), "" if value == _NO_VALUE else unquote(value)) for name, _, value in pairs
    ]


def _drop_untyped(tables: Sequence[pa.Table]) -> Iterator[pa.Table]:
    """Yield tables without the columns that have no value there, and numbers in another table.

    Such a column has no type in its file, and `read_parquet` makes it text.
    """
    fields = (field for table in tables for field in table.schema)
    typed = {field.name for field in fields if not pa.types.is_string(field.type)}
    for table in tables:
        names = [
            name
            for name in typed.intersection(table.column_names)
            if pa.types.is_string(table.schema.field(name).type)
        ]
        untyped = [name for name in names if not pc.any(pc.not_equal(table[name], "")).as_py()]
        yield table.drop_columns(untyped)


def _fill(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column with "" for the texts of the files that lack it."""
    return pc.fill_null(column, "") if pa.types.is_string(column.type) else column
