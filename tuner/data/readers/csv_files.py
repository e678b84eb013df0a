"""CSV and TSV files, read as text by pyarrow, which refuses a row that is too long or too short."""

import csv
import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from tuner.data.readers.table import Table
from tuner.data.readers.text_encodings import LATIN_1, UTF_8, find_encoding
from tuner.errors import DataError
from tuner.words import list_first

__all__ = ["read_delimited", "stream_delimited"]

_NAMED_DELIMITER = re.compile(r"""sep=([^\w"])""", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[0-9]*[.,][0-9]+")
_BLOCK_BYTES = 1 << 24  # a row must fit into one block


def read_delimited(path: Path) -> Table:
    """Read a `.csv` or `.tsv` file, gzipped or not; every cell stays the text that it was.

    The text is UTF-8 or UTF-16, or else Latin-1, which the table warns of. The delimiter of a
    `.csv` is whichever of comma, semicolon, tab and bar its header has most of, or what a line
    `sep=;` before the header names, as Excel writes it.

    Raises:
        DataError: The file is empty, is of another encoding or not gzip, has no rows, has a column
            without a name or two of one name, or has a row with another number of cells than the
            header.
    """
    with _readable(path):
        source = _source(path)
        with _opened(path) as stream, _wide(source):
            columns = arrow_csv.read_csv(stream, **_options(source))
        _check_quotes(source, columns)
        return _table(source, columns, first=0)


def stream_delimited(path: Path) -> Iterator[Table]:
    """Yield the rows of a file as `read_delimited` reads them, some megabytes at a time.

    Raises:
        DataError: As `read_delimited`, when it comes to the fault.
    """
    with _readable(path):
        source = _source(path)
        first, last = 0, None
        with _opened(path) as stream, _wide(source):
            for batch in arrow_csv.open_csv(stream, **_options(source)):
                if batch.num_rows:
                    last = pa.Table.from_batches([batch])
                    yield _table(source, last, first=first)
                    first += batch.num_rows
        if last is not None:
            _check_quotes(source, last)


@dataclass(frozen=True, slots=True)
class _Source:
    """A file that has rows, and how its bytes become cells.

    Args:
        path: The file.
        encoding: By Python's name.
        delimiter: Between cells.
        header: The cells of the first line.
        before: Lines before the header.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    before: int

    def rows(self, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the line it begins at, the header first.

        Blank lines are no rows, but in a file of one column they are its missing cells.
        """
        return _rows(self.path, self.encoding, self.delimiter, self.before, strict=strict)

    def place(self, row: int) -> str:
        """Return the line at which a row begins, which blank lines and quoted line ends move."""
        with suppress(csv.Error):  # a cell that is too long for Python's reader
            for count, (line, _) in enumerate(self.rows()):
                if count == row + 1:
                    return f"line {line}"
        return f"row {row + 1}"


def _source(path: Path) -> _Source:
    with _bytes(path) as file:
        encoding = find_encoding(file)
    if encoding is None:
        raise DataError(
            f"data file {path}: it is neither UTF-8, UTF-16 nor Latin-1 text; save it as UTF-8"
        )
    line = _first_line(path, encoding)
    named = _NAMED_DELIMITER.fullmatch(line.rstrip("\r\n"))
    if named is not None:
        delimiter = named[1]
    else:
        delimiter = "\t" if _is_tsv(path) else max(",;\t|", key=line.count)
    before = int(named is not None)
    rows = _rows(path, encoding, delimiter, before)
    _, header = next(rows)
    _check_header(path, [name.strip() for name in header])
    if next(rows, None) is None:
        raise DataError(f"data file {path}: it has a header and no rows; give it some")
    return _Source(path, encoding, delimiter, tuple(header), before)


def _table(source: _Source, columns: pa.Table, *, first: int) -> Table:
    """Return the rows of a file from `first` on, counted from 0."""
    return Table(
        label=f"data file {source.path}",
        columns=columns.rename_columns([name.strip() for name in columns.column_names]),
        locate=source.place,
        rows=np.arange(first, first + columns.num_rows),
        warnings=_told(source),
    )


def _told(source: _Source) -> tuple[str, ...]:
    told = []
    if source.encoding == LATIN_1:
        told.append(
            "the file is not UTF-8 and is read as Latin-1 (Windows-1252); save it as UTF-8 if "
            "letters look wrong"
        )
    numbers = [name for name in source.header if _NUMBER.fullmatch(name.strip())]
    if numbers:
        told.append(
            f"the first line names the columns, {list_first(numbers)} among them; put a line of "
            "names before it if it is a row"
        )
    return tuple(told)


def _opened(path: Path) -> Any:
    return pa.input_stream(str(path), compression="gzip" if _is_gzip(path) else None)


def _options(source: _Source) -> dict[str, Any]:
    return {
        "read_options": arrow_csv.ReadOptions(
            block_size=_BLOCK_BYTES,
            column_names=source.header,
            skip_rows_after_names=1 + source.before,
            encoding="utf8" if source.encoding == UTF_8 else source.encoding,
        ),
        "parse_options": arrow_csv.ParseOptions(
            delimiter=source.delimiter,
            newlines_in_values=True,
            # in a single column an empty line is a missing cell
            ignore_empty_lines=len(source.header) > 1,
        ),
        "convert_options": arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in source.header},
            strings_can_be_null=False,
        ),
    }


@contextmanager
def _wide(source: _Source) -> Iterator[None]:
    """Say which row is not as wide as the header, where pyarrow refuses one."""
    try:
        yield
    except pa.ArrowInvalid as err:
        raise DataError(_fault(source) or f"data file {source.path}: {err}") from err


def _fault(source: _Source) -> str | None:
    """Return the sentence about the first row that is not as wide as the header, if there is one.

    A cell that Python's reader cannot take comes out of here as a `csv.Error`.
    """
    width = len(source.header)
    for line, cells in source.rows():
        if len(cells) != width and cells:
            found = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
            mend = "mend the line, or quote cells that contain the delimiter"
            if width == 1:
                mend = "begin the file with the header, or separate its names as the cells are"
            return (
                f"data file {source.path}, line {line}: {found} where the header names {width}; "
                f"{mend}"
            )
    return None


def _check_header(path: Path, names: list[str]) -> None:
    if not any(names):
        raise DataError(f"data file {path}: its first line is blank; name the columns there")
    if "" in names:
        place = names.index("")
        mend = {
            0: "write the file without a row index",
            len(names) - 1: "take away what separates it from the last name",
        }.get(place, "begin the file with the header")
        raise DataError(
            f"data file {path}: column {place + 1} has no name in the header; name it, or {mend}"
        )
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise DataError(
            f"data file {path}: the header names more than one column {list_first(repeated)}; "
            "rename all but one"
        )


def _check_quotes(source: _Source, columns: pa.Table) -> None:
    """Refuse a quotation mark that is never closed: it swallows the rest of the file."""
    if not any("\n" in column[-1].as_py() for column in columns.columns):
        return
    last = 1
    try:
        for line, _ in source.rows(strict=True):
            last = line
    except csv.Error as err:
        if "unexpected end" in str(err):
            raise DataError(
                f"data file {source.path}: a quotation mark after line {last} is never closed; "
                "close it"
            ) from err


def _rows(
    path: Path, encoding: str, delimiter: str, before: int, *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    with _text(path, encoding) as text:
        for _ in range(before):
            text.readline()
        rows = csv.reader(text, delimiter=delimiter, strict=strict)
        header = next(rows, [])
        yield before + 1, header
        line = before + rows.line_num + 1
        for cells in rows:
            if cells or len(header) == 1:
                yield line, cells
            line = before + rows.line_num + 1


def _first_line(path: Path, encoding: str) -> str:
    with _text(path, encoding) as text:
        line = text.readline()
    if not line:
        raise DataError(f"data file {path}: it is empty; give a header line and rows")
    return line


def _text(path: Path, encoding: str) -> TextIO:
    opened = gzip.open if _is_gzip(path) else open
    return opened(path, "rt", encoding=encoding, newline="")


def _bytes(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path) if _is_gzip(path) else path.open("rb"))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
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
