"""CSV and TSV files, read as text by pyarrow.

`CsvFile` finds the encoding, the delimiter and the header of a file. pyarrow then reads its cells,
and refuses a row that is too long or too short; Python's slower reader finds the line of a fault.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from tuner.data.readers.csv_layout import (
    LONGEST_LINE,
    CsvFile,
    inspect_csv,
    report_unreadable,
)
from tuner.data.readers.csv_quotes import find_swallowed_lines
from tuner.data.readers.packed_files import is_gzip
from tuner.data.readers.table import Table
from tuner.data.readers.text_encodings import UTF_8
from tuner.errors import DataError

__all__ = ["read_csv", "stream_csv"]


def read_csv(path: Path) -> Table:
    """Read a `.csv` or `.tsv` file, gzipped or not; every cell stays text.

    The text is UTF-8 or UTF-16, otherwise Latin-1 with a warning. The delimiter of a `.csv` file is
    the comma, semicolon, tab or bar that parts its rows as its header, or the one that a line
    `sep=;` before the header names, as Excel writes it.

    Raises:
        DataError: The file is empty, has another encoding, is not gzip or has no rows; a column has
            no name or the name of another; or a row has more or fewer cells than the header.
    """
    with report_unreadable(path):
        file = inspect_csv(path, whole=True)
        with _open(path) as stream, _report_uneven_rows(file):
            columns = arrow_csv.read_csv(stream, **_make_options(file))
        _check_quotes(file, columns)
        file.refuse_repeated_header(columns)
        return _make_table(file, columns, first=0)


def stream_csv(path: Path) -> Iterator[Table]:
    """Yield the rows of a file as `read_csv` reads them, some megabytes at a time.

    Raises:
        DataError: As `read_csv`, when the faulty part is read.
    """
    with report_unreadable(path):
        file = inspect_csv(path, whole=False)
        first, last = 0, None
        with _open(path) as stream, _report_uneven_rows(file):
            for batch in arrow_csv.open_csv(stream, **_make_options(file)):
                if batch.num_rows:
                    last = pa.Table.from_batches([batch])
                    yield _make_table(file, last, first=first)
                    first += batch.num_rows
        if last is not None:
            _check_quotes(file, last)


def _open(path: Path) -> Any:
    return pa.input_stream(str(path), compression="gzip" if is_gzip(path) else None)


def _make_options(file: CsvFile) -> dict[str, Any]:
    return {
        "read_options": arrow_csv.ReadOptions(
            block_size=LONGEST_LINE,
            column_names=file.header,
            skip_rows_after_names=1 + file.lines_before,
            encoding="utf8" if file.encoding == UTF_8 else file.encoding,
        ),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=file.delimiter,
            newlines_in_values=True,
            # in a single column an empty line is a missing cell
            ignore_empty_lines=len(file.header) > 1,
        ),
        "convert_options": arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in file.header},
            strings_can_be_null=False,
        ),
    }


def _make_table(file: CsvFile, columns: pa.Table, *, first: int) -> Table:
    """Return a table whose first row is row `first` of the file, counted from 0."""
    return Table(
        label=f"data file {file.path}",
        columns=columns.rename_columns([name.strip() for name in columns.column_names]),
        locate=file.locate_row,
        rows=np.arange(first, first + columns.num_rows),
        warnings=(*file.list_warnings(columns), *_warn_about_swallowed(file, columns, first)),
    )


def _warn_about_swallowed(file: CsvFile, columns: pa.Table, first: int) -> tuple[str, ...]:
    """Return a warning if a quotation mark that stands for itself has made rows one cell."""
    swallowed = find_swallowed_lines(columns, file.delimiter)
    if swallowed is None:
        return ()
    row, name, lines = swallowed
    return (
        f"a quotation mark in {file.locate_row(first + row)} begins a cell of {lines:,} lines in "
        f"column {name.strip()}; if these are rows, leave the mark out, or double it within marks",
    )


@contextmanager
def _report_uneven_rows(file: CsvFile) -> Iterator[None]:
    """Name the row that has more or fewer cells than the header, if pyarrow refuses one."""
    try:
        yield
    except pa.ArrowInvalid as err:
        file.check_quotes()  # after a mark that is not closed, rows seem to be of other lengths
        fault = file.describe_uneven_row()
        raise DataError(fault or f"data file {file.path}: {err}") from err


def _check_quotes(file: CsvFile, columns: pa.Table) -> None:
    """Refuse a quotation mark that is never closed, because the rest of the file is its cell."""
    if any("\n" in column[-1].as_py() for column in columns.columns):
        file.check_quotes()
