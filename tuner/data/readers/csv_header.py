"""The first lines of a CSV file: its delimiter, and whether they are a header and rows."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tuner.errors import DataError
from tuner.words import list_first

__all__ = [
    "check_header",
    "choose_delimiter",
    "find_cells_among_names",
    "find_quoted_cell",
    "find_repeated_headers",
]

_DELIMITERS = "\t;|,"  # the likelier first: a comma may also be in a number or a name
_NUMBER = re.compile(r"[+-]?[0-9]*[.,][0-9]+")
_NUMBER_WITH_COMMA = re.compile(
    r"[^\d,]*(?:[\d.' ]*,\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?)(?:[eE][+-]?\d+)?[^\d,]*"
)
_LONGEST_NUMBER = 40  # characters, of which a search in longer cells would take long
_COMMA_OF_WORDS = re.compile(r"(?<=[^\W\d]), (?=\w)")  # a number of a house may follow
_QUOTED = re.compile("[\"'“”„‘’].{0,60}[\"'“”‘’]")
_BLANKS = " \t\N{ZERO WIDTH NO-BREAK SPACE}"  # which begins each of the files put together
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")


def choose_delimiter(lines: Sequence[str]) -> str:
    """Return the character that parts the cells of a file, a comma if there is none.

    It parts most of the rows into as many cells as the header. Where several do, as in a file with
    semicolons whose numbers and names have commas, the comma comes last, unless it makes more
    cells of the rows and is no part of cells there.

    Args:
        lines: The first lines of the file, the header first.

    >>> choose_delimiter(["Temp, °C;Class", "20,5;a", "21,0;b"])
    ';'
    >>> choose_delimiter(["id,lat;lon,class", "0,0.1;0.2,a", "1,0.3;0.4,b"])
    ','
    """
    rates = {delimiter: _rate(delimiter, lines) for delimiter in _DELIMITERS}
    best = max(rates, key=lambda each: _order(*rates[each]))  # the first of equals
    (share, width), (comma_share, comma_width) = rates[best], rates[","]
    is_tie = share == comma_share and width < comma_width
    return "," if is_tie and not _has_commas_in_cells(best, lines) else best


def _rate(delimiter: str, lines: Sequence[str]) -> tuple[float, int]:
    """Return the share of the rows that have as many cells as the header, and their number."""
    counts = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    if not counts or counts[0] == 1:
        return -1.0, delimiter == ","
    return counts[1:].count(counts[0]) / max(1, len(counts) - 1), counts[0]


def _order(share: float, width: int) -> tuple[float, int]:
    return share, width if share < 1 else 0


def _has_commas_in_cells(delimiter: str, lines: Sequence[str]) -> bool:
    """Return whether all commas of the rows are in quotation marks, in numbers or after words."""
    text = "\n".join(line.rstrip("\r\n") for line in lines)
    parts = re.escape(delimiter)
    bare = re.sub(rf'(^|{parts})"(?:[^"]|"")*"(?={parts}|$)', r"\1", text, flags=re.MULTILINE)
    cells = (cell for row in bare.split("\n")[1:] for cell in row.split(delimiter))
    return all(
        "," not in _COMMA_OF_WORDS.sub("", cell)
        or (len(cell) < _LONGEST_NUMBER and _NUMBER_WITH_COMMA.fullmatch(cell))
        for cell in cells
    )


def check_header(path: Path, names: Sequence[str]) -> None:
    """Check that each column has a name of its own.

    Raises:
        DataError: One has not.
    """
    if not any(names):
        raise DataError(f"data file {path}: its first line is blank; name the columns there")
    if "" in names:
        index = names.index("")
        remedy = "begin the file with the header"
        if len(names) > 2 and all(names[::2]) and not any(names[1::2]):
            remedy = "separate cells by a single character"
        elif index == 0:
            remedy = "write the file without a row index"
        elif index == len(names) - 1:
            remedy = "remove the delimiter after the last name"
        elif index > 1 and not any(names[index:]):  # after a single name, it is a title
            remedy = "remove the delimiters after the last name, and those that end the rows"
        raise DataError(
            f"data file {path}: column {index + 1} has no name in the header; name it, or {remedy}"
        )
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        is_row = any(map(_is_number, repeated))
        raise DataError(
            f"data file {path}: the header names more than one column {list_first(repeated)}; "
            + ("put a line of names before it, since it is a row" if is_row else "")
            + ("" if is_row else "rename all but one")
        )


def find_cells_among_names(names: Sequence[str], columns: pa.Table) -> list[str]:
    """Return names that look like cells, which make it likely that the header is a row.

    These are numbers with a fraction; whole numbers, unless they ascend as years and the numbers of
    pixels do; and words, if each of them stands in its own column too.

    Args:
        names: The names.
        columns: Their columns, in the same order.
    """
    fractions = [name for name in names if _NUMBER.fullmatch(name)]
    if fractions:
        return fractions
    whole = [name for name in names if _WHOLE_NUMBER.fullmatch(name)]
    if len(whole) == len(names):
        numbers = list(map(int, whole))
        ascend = all(one < following for one, following in pairwise(numbers))
        return [] if ascend else whole
    words = [index for index, name in enumerate(names) if not _is_number(name)]
    recur = all(_has_cell(columns.column(index), names[index]) for index in words)
    return list(names) if recur else []


def find_repeated_headers(names: Sequence[str], columns: pa.Table) -> list[int]:
    """Return the rows that are the header again, as in files that were put together.

    It is certainly none of the rows if a word names a column that begins with a number.

    Args:
        names: The names.
        columns: Their columns, in the same order.
    """
    cells = [column[0].as_py().strip() for column in columns.columns if columns.num_rows]
    if not any(_is_number(c) and not _is_number(n) for n, c in zip(names, cells, strict=False)):
        return []
    rows = pa.chunked_array([pa.array(range(columns.num_rows))])
    for name, column in zip(names, columns.columns, strict=True):
        rows = rows.filter(pc.equal(pc.utf8_trim(column.take(rows), _BLANKS), name))
        if not len(rows):
            break
    return list(rows.to_pylist())


def find_quoted_cell(columns: pa.Table) -> str | None:
    """Return a cell of the first row that has quotation marks around it, if there is one."""
    cells = (column[0].as_py().strip() for column in columns.columns if columns.num_rows)
    return next((cell for cell in cells if _QUOTED.fullmatch(cell)), None)


def _has_cell(column: pa.ChunkedArray, text: str) -> bool:
    return bool(pc.any(pc.equal(pc.utf8_trim_whitespace(column), text)).as_py())


def _is_number(name: str) -> bool:
    return bool(_NUMBER.fullmatch(name) or _WHOLE_NUMBER.fullmatch(name))
