"""Writes predictions as CSV or Parquet, chunk by chunk."""

import os
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO, cast

import numpy as np
import pandas as pd

from tuner.errors import UserError, make_write_error
from tuner.files.whole_files import write_whole

__all__ = ["check_prediction_file", "write_csv", "write_predictions"]

_SUFFIXES = (".csv", ".parquet")


def check_prediction_file(output: Path, *, data: str = "") -> None:
    """Refuse a file that cannot be written, before anything is predicted.

    Args:
        output: The file to write.
        data: The source of the rows, which may be a file.

    Raises:
        UserError: The suffix is unknown, the path is a folder, its folder does not exist, or it is
            the file of the rows.
    """
    if output.suffix not in _SUFFIXES:
        raise UserError(f"output file {output}: give it the suffix {' or '.join(_SUFFIXES)}")
    if output.is_dir():
        raise UserError(f"output file {output} is a folder; give --output the name of a file")
    if not output.parent.is_dir():
        raise UserError(
            f"output file {output}: the folder {output.parent} does not exist; create it first"
        )
    if output.exists() and Path(data).is_file() and output.samefile(data):
        raise UserError(
            f"output file {output} is the file to predict, which would be lost; give --output "
            "another file"
        )


def write_predictions(tables: Iterable[pd.DataFrame], output: Path) -> int:
    """Write tables with the same columns as one file, whose suffix selects CSV or Parquet.

    An earlier file of that name stays until the new one is whole. Of a symbolic link, it is the
    file that the link names.

    Returns:
        The number of rows.

    Raises:
        UserError: The file cannot be written.
    """
    check_prediction_file(output)
    write = _write_csv_bytes if output.suffix == ".csv" else _write_parquet
    rows = 0

    def count(tables: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        nonlocal rows
        for table in tables:
            rows += len(table)
            yield table

    try:
        write_whole(Path(os.path.realpath(output)), lambda file: write(count(tables), file))
    except OSError as error:
        raise make_write_error(
            f"output file {output}", error, "or give --output another file"
        ) from error
    return rows


def write_csv(tables: Iterable[pd.DataFrame], stream: TextIO) -> None:
    """Write tables with the same columns as one CSV, whose lines end with a line feed."""
    lines = cast(TextIO, _LineFeeds(stream))
    for number, table in enumerate(tables):
        # pandas quotes the characters of a line's end only, and a carriage return ends a line, too
        _spell_dates(table).to_csv(lines, index=False, header=number == 0, lineterminator="\r\n")


def _spell_dates(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its dates as texts: pandas makes dates of Python, which end in 9999."""
    import pyarrow as pa

    spelled = table.copy(deep=False)
    for place, kind in enumerate(table.dtypes):
        if isinstance(kind, pd.ArrowDtype) and pa.types.is_date(kind.pyarrow_dtype):
            stored = pa.Table.from_pandas(table.iloc[:, [place]], preserve_index=False).column(0)
            days = stored.cast(pa.date32()).to_numpy()
            texts = days.astype(str).astype(object)
            texts[np.isnat(days)] = None
            spelled.isetitem(place, texts)
    return spelled


class _LineFeeds:
    """Writes lines that end with a carriage return and a line feed without the former."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        """Write one line, as the writer of Python's `csv` gives it."""
        self._stream.write(line.removesuffix("\r\n") + "\n")


def _write_csv_bytes(tables: Iterable[pd.DataFrame], file: BinaryIO) -> None:
    stream = TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        write_csv(tables, stream)
    finally:
        stream.detach()  # flushes, and leaves the file open


def _write_parquet(tables: Iterable[pd.DataFrame], file: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # without pandas's own names of the types, some of which it does not read again
    parts = (
        pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata()
        for table in tables
    )
    first = next(parts)
    with pq.ParquetWriter(file, first.schema) as writer:
        writer.write_table(first)
        for part in parts:
            writer.write_table(part)
