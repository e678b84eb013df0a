"""The layout of a CSV or TSV file: its encoding, delimiter and header, and its lines."""

import csv
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from tuner.data.readers.csv_header import (
    check_header,
    choose_delimiter,
    find_cells_among_names,
    find_quoted_cell,
    find_repeated_headers,
)
from tuner.data.readers.packed_files import is_gzip, open_unpacked, refuse_other_formats
from tuner.data.readers.room import require_few_columns, require_room
from tuner.data.readers.text_encodings import LATIN_1, find_encoding
from tuner.errors import DataError
from tuner.words import count_noun, list_first

__all__ = ["LONGEST_LINE", "CsvFile", "find_named_delimiter", "inspect_csv", "report_unreadable"]

LONGEST_LINE = 1 << 24
"""Characters of a line, and bytes of pyarrow's blocks, into one of which a row must fit."""

_NAMED_DELIMITER = re.compile(r"""("?)sep=((?![\w"])[\t -~])\1""", re.IGNORECASE)
_MARK = re.compile("^(?:\N{ZERO WIDTH NO-BREAK SPACE}|ï»¿)+")  # a second one, or one in Latin-1
_SAMPLE_LINES = 100  # from which the delimiter is found
_SAMPLE_CHARACTERS = 1 << 16


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file that has rows, and how its bytes become cells.

    Attributes:
        path: The file.
        encoding: Python's name of the encoding.
        delimiter: The character between cells.
        header: The cells of the header.
        lines_before: The number of lines before the header.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    lines_before: int

    def read_rows(self, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
        """Yield each row with the line at which it begins, the header first.

        Blank lines are no rows, but in a file of one column they are missing cells.
        """
        return _read_rows(
            self.path, self.encoding, self.delimiter, self.lines_before, strict=strict
        )

    def locate_row(self, row: int) -> str:
        """Return the line at which a row begins; blank lines and quoted line ends move it."""
        with suppress(csv.Error):  # a cell that is too long for Python's reader
            for count, (line, _) in enumerate(self.read_rows()):
                if count == row + 1:
                    return f"line {line}"
        return f"row {row + 1}"

    def list_warnings(self, columns: pa.Table) -> tuple[str, ...]:
        """Return warnings about the encoding and about a header that may be a row.

        Args:
            columns: The file's rows, or some of them.
        """
        warnings = []
        if self.encoding == LATIN_1:
            warnings.append(
                "the file is not UTF-8 and is read as Latin-1 (Windows-1252); save it as UTF-8 if "
                "letters look wrong"
            )
        cells = find_cells_among_names([name.strip() for name in self.header], columns)
        if cells:
            warnings.append(
                f"the first line is read as the header, with {list_first(cells)} among the "
                "names; put a line of names before it if it is a row"
            )
        quoted = find_quoted_cell(columns)
        if quoted:
            warnings.append(
                f'{quoted} and similar cells are read with their quotation marks; quote cells by " '
                "right after the delimiter to leave the marks out"
            )
        return tuple(warnings)

    def describe_uneven_row(self) -> str | None:
        """Return an error message about the first row of another length than the header.

        Returns:
            None if all rows have its length.

        Raises:
            csv.Error: A cell is too long for Python's reader.
        """
        width = len(self.header)
        for line, cells in self.read_rows():
            if len(cells) != width and cells:
                remedy = "fix the line, or quote cells that contain the delimiter"
                if width == 1 or self.header[0].startswith("#"):
                    remedy = "begin the file with the header, or separate its names as the cells"
                elif not any(cells[width:]) and len(cells) > width:
                    remedy = "end the rows without a delimiter, or name what they end with"
                elif len(cells) == width + 1 and self.has_row_names():
                    remedy = (
                        "write the file without row names, name their column too, or quote cells "
                        "that contain the delimiter"
                    )
                return (
                    f"data file {self.path}, line {line}: it has {count_noun(len(cells), 'cell')}, "
                    f"but the header has {width}; {remedy}"
                )
        return None

    def has_row_names(self) -> bool:
        """Return whether each row has a cell more than the header, as R writes names of rows."""
        rows = (cells for _, cells in islice(self.read_rows(), 1, _SAMPLE_LINES))
        return all(len(cells) == len(self.header) + 1 for cells in rows if cells)

    def refuse_repeated_header(self, columns: pa.Table) -> None:
        """Refuse a header that stands among the rows again, if it is certainly no row.

        Raises:
            DataError: It does.
        """
        rows = find_repeated_headers([name.strip() for name in self.header], columns)
        if rows:
            others = f", the first of {len(rows):,} such lines" if len(rows) > 1 else ""
            raise DataError(
                f"data file {self.path}: {self.locate_row(rows[0])} is the header again{others}; "
                f"delete {'these lines' if others else 'the line'}"
            )

    def check_quotes(self) -> None:
        """Check that every quotation mark is closed.

        Raises:
            DataError: One is not.
        """
        last = 1
        try:
            for line, _ in self.read_rows(strict=True):
                last = line
        except csv.Error as err:
            if "unexpected end" in str(err):
                raise DataError(
                    f"data file {self.path}: a quotation mark after line {last} is never closed; "
                    "close it"
                ) from err


def find_named_delimiter(line: str) -> str | None:
    """Return the delimiter that a first line such as `sep=;` names; None if it is no such line."""
    named = _NAMED_DELIMITER.fullmatch(line.rstrip("\r\n"))
    return None if named is None else named[2]


def inspect_csv(path: Path, *, whole: bool) -> CsvFile:
    """Find the encoding, the delimiter and the header of a file.

    Args:
        path: The file.
        whole: Whether all of it is to be in memory at once.

    Raises:
        DataError: The file is empty, not text, has no rows, or its header is incomplete; or it is
            larger than the free memory, or has too many columns.
    """
    refuse_other_formats(path)
    # one for all of Python; with a wrong delimiter, a line is one cell
    csv.field_size_limit(max(LONGEST_LINE, csv.field_size_limit()))
    with open_unpacked(path) as file:
        check_size = partial(require_room, f"data file {path}", "its text takes more than")
        encoding = find_encoding(file, *([check_size] if whole else []))
    if encoding is None:
        raise DataError(
            f"data file {path}: it is neither UTF-8, UTF-16 nor Latin-1 text; save it as UTF-8"
        )
    lines = _read_first_lines(path, encoding)
    named = find_named_delimiter(lines[0])
    delimiter = named or ("\t" if _is_tsv(path) else choose_delimiter(lines))
    lines_before = int(named is not None)
    rows = _read_rows(path, encoding, delimiter, lines_before)
    _, header = next(rows)
    require_few_columns(f"data file {path}", len(header))
    header[:1] = [_MARK.sub("", name) for name in header[:1]]
    check_header(path, [name.strip() for name in header])
    layout = CsvFile(path, encoding, delimiter, tuple(header), lines_before)
    if next(rows, None) is None:
        layout.check_quotes()  # one that is not closed makes all rows part of the header
        raise DataError(f"data file {path}: it has a header and no rows; add some")
    return layout


def _read_rows(
    path: Path, encoding: str, delimiter: str, lines_before: int, *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    with _open_text(path, encoding) as text:
        for _ in range(lines_before):
            text.readline()
        rows = csv.reader(_list_lines(text), delimiter=delimiter, strict=strict)
        header = next(rows, [])
        yield lines_before + 1, header
        line = lines_before + rows.line_num + 1
        for cells in rows:
            if cells or len(header) == 1:
                yield line, cells
            line = lines_before + rows.line_num + 1


def _read_first_lines(path: Path, encoding: str) -> list[str]:
    """Return the first line, and those after it while they are not too long to be looked at."""
    with _open_text(path, encoding) as text:
        lines = list(islice(_list_lines(text), 1))
        while lines and len(lines) < _SAMPLE_LINES:
            line = text.readline(_SAMPLE_CHARACTERS)
            if not line or len(line) == _SAMPLE_CHARACTERS:
                break
            lines.append(line)
    if not lines:
        raise DataError(f"data file {path}: it is empty; add a header line and rows")
    return lines


def _list_lines(text: TextIO) -> Iterator[str]:
    """Yield the lines of a file; raise csv.Error for one that pyarrow does not read either."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error(f"a line has more than {LONGEST_LINE:,} characters")
        yield line


def _open_text(path: Path, encoding: str) -> TextIO:
    open_file = gzip.open if is_gzip(path) else open
    return open_file(path, "rt", encoding=encoding, newline="")


@contextmanager
def report_unreadable(path: Path) -> Iterator[None]:
    """Report a file that is not CSV or not a whole gzip file as a `DataError`."""
    try:
        yield
    except csv.Error as err:
        raise DataError(f"data file {path}: it is not a table of cells ({err})") from err
    except (EOFError, zlib.error, OSError) as err:
        if isinstance(err, OSError) and err.errno:
            raise
        raise DataError(f"data file {path}: it is not a whole gzip file; pack it again") from err


def _is_tsv(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(".tsv")
