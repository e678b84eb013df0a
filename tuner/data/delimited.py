"""CSV and TSV files, read as text by pyarrow, which refuses a row that is too long or too short."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from tuner.data.table import Table, listed
from tuner.errors import DataError

__all__ = ["read_delimited", "stream_delimited"]

_BLOCK_BYTES = 1 << 24  # a row must fit into one block


def read_delimited(path: Path) -> Table:
    """Read a `.csv` or `.tsv` file, gzipped or not; every cell stays the text that it was.

    The delimiter of a `.csv` is whichever of comma, semicolon and tab its header has most of.

    Raises:
        DataError: The file is empty, is not UTF-8 or not gzip, has no rows, has a column without
            a name or two of one name, or has a row with another number of cells than the header.
    """
    with _readable(path):
        delimiter, header = _head(path)
        with _opened(path) as stream, _wide(path, delimiter, header):
            columns = arrow_csv.read_csv(stream, **_options(delimiter, header))
    _check_quotes(path, delimiter, columns)
    return _table(path, delimiter, columns, first=0)


def stream_delimited(path: Path) -> Iterator[Table]:
    """Yield the rows of a file as `read_delimited` reads them, some megabytes at a time.

    Raises:
        DataError: As `read_delimited`, when it comes to the fault.
    """
    with _readable(path):
        delimiter, header = _head(path)
        first, last = 0, None
        with _opened(path) as stream, _wide(path, delimiter, header):
            for batch in arrow_csv.open_csv(stream, **_options(delimiter, header)):
                if batch.num_rows:
                    last = pa.Table.from_batches([batch])
                    yield _table(path, delimiter, last, first=first)
                    first += batch.num_rows
    if last is not None:
        _check_quotes(path, delimiter, last)


def _head(path: Path) -> tuple[str, list[str]]:
    """Return the delimiter and the header's cells of a file that has rows."""
    line = _header_line(path)
    delimiter = "\t" if _is_tsv(path) else max(",;\t", key=line.count)
    rows = _rows(path, delimiter)
    _, header = next(rows)
    _check_header(path, [name.strip() for name in header])
    if next(rows, None) is None:
        raise DataError(f"data file {path}: it has a header and no rows; give it some")
    return delimiter, header


def _table(path: Path, delimiter: str, columns: pa.Table, *, first: int) -> Table:
    """Return the rows of a file from `first` on, counted from 0."""
    return Table(
        label=f"data file {path}",
        columns=columns.rename_columns([name.strip() for name in columns.column_names]),
        locate=lambda row: _place(path, delimiter, row),
        rows=np.arange(first, first + columns.num_rows),
    )


def _opened(path: Path) -> Any:
    return pa.input_stream(str(path), compression="gzip" if _is_gzip(path) else None)


def _options(delimiter: str, header: list[str]) -> dict[str, Any]:
    return {
        "read_options": arrow_csv.ReadOptions(
            block_size=_BLOCK_BYTES, column_names=header, skip_rows_after_names=1
        ),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=True,
            # in a single column an empty line is a missing cell
            ignore_empty_lines=len(header) > 1,
        ),
        "convert_options": arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in header},
            strings_can_be_null=False,
        ),
    }


@contextmanager
def _wide(path: Path, delimiter: str, header: list[str]) -> Iterator[None]:
    """Say which row is not as wide as the header, where pyarrow refuses one."""
    try:
        yield
    except pa.ArrowInvalid as err:
        raise DataError(_fault(path, delimiter, len(header)) or f"data file {path}: {err}") from err


def _fault(path: Path, delimiter: str, width: int) -> str | None:
    """Return the sentence about the first row that is not as wide as the header, if there is one.

    A cell that is not UTF-8 comes out of here as a `UnicodeDecodeError`.
    """
    for line, cells in _rows(path, delimiter):
        if len(cells) != width and cells:
            found = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
            return (
                f"data file {path}, line {line}: {found} where the header names {width}; "
                "mend the line, or quote cells that contain the delimiter"
            )
    return None


def _check_header(path: Path, names: list[str]) -> None:
    if not any(names):
        raise DataError(f"data file {path}: its first line is blank; name the columns there")
    if "" in names:
        raise DataError(
            f"data file {path}: column {names.index('') + 1} has no name in the header; name it, "
            "or write the file without a row index"
        )
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(
            f"data file {path}: the header names more than one column {listed(repeated)}; "
            "rename all but one"
        )


def _check_quotes(path: Path, delimiter: str, columns: pa.Table) -> None:
    """Refuse a quotation mark that is never closed: it swallows the rest of the file."""
    if not any("\n" in column[-1].as_py() for column in columns.columns):
        return
    last = 1
    try:
        for line, _ in _rows(path, delimiter, strict=True):
            last = line
    except csv.Error as err:
        if "unexpected end" in str(err):
            raise DataError(
                f"data file {path}: a quotation mark after line {last} is never closed; close it"
            ) from err


def _place(path: Path, delimiter: str, row: int) -> str:
    """Return the line at which a row begins, which blank lines and quoted line ends move."""
    with suppress(csv.Error):  # a cell that is too long for Python's reader
        for count, (line, _) in enumerate(_rows(path, delimiter)):
            if count == row + 1:
                return f"line {line}"
    return f"row {row + 1}"


def _rows(path: Path, delimiter: str, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of a file with the line it begins at, the header first.

    Blank lines are no rows, but in a file of one column they are its missing cells.
    """
    with _text(path) as text:
        rows = csv.reader(text, delimiter=delimiter, strict=strict)
        header = next(rows, [])
        yield 1, header
        line = rows.line_num + 1
        for cells in rows:
            if cells or len(header) == 1:
                yield line, cells
            line = rows.line_num + 1


def _header_line(path: Path) -> str:
    with _text(path) as text:
        line = text.readline()
    if not line:
        raise DataError(f"data file {path}: it is empty; give a header line and rows")
    return line


def _text(path: Path) -> TextIO:
    opened = gzip.open if _is_gzip(path) else open
    return opened(path, "rt", encoding="utf-8-sig", newline="")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as err:
        raise DataError(f"data file {path}: it is not UTF-8 text; save it as UTF-8") from err
    except csv.Error as err:
        raise DataError(f"data file {path}: it is not a table of cells ({err})") from err
    except (EOFError, zlib.error, OSError) as err:
        if isinstance(err, OSError) and err.errno:
            raise
        raise DataError(f"data file {path}: it is not a whole gzip file; pack it again") from err


def _is_gzip(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _is_tsv(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(".tsv")
