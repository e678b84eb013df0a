"""Lines of a CSV file that a stray quotation mark at the beginning of a cell makes one cell."""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["find_swallowed_lines"]

_LINE_END = re.compile("\r\n|\n|\r")
_LINE_FEED, _CARRIAGE_RETURN = b"\n\r"
_LEAST = 3  # delimiters in the lines of a cell, since a text may have a line with one or two


def find_swallowed_lines(columns: pa.Table, delimiter: str) -> tuple[int, str, int] | None:
    """Return the first cell whose lines are rows of the file.

    After a mark that stands for itself, as in `"Bob,1,a`, all lines up to the next mark are in one
    cell. The first of them is the rest of a row, and each one between the first and the last has as
    many delimiters as a row. A text of several lines hardly ever has.

    Args:
        columns: The file's rows, or some of them.
        delimiter: The character between cells.

    Returns:
        The row, the name of the column, and the number of the cell's lines; None if there is none.
    """
    found = min(_list_swallowing(columns, delimiter), default=None)
    return None if found is None else (found[0], columns.column_names[found[1]], found[2])


def _list_swallowing(columns: pa.Table, delimiter: str) -> Iterator[tuple[int, int, int]]:
    """Yield the row, the number of the column, and the lines of the first such cell of a column."""
    width = columns.num_columns
    for number, column in enumerate(columns.columns):
        if not any(map(_may_have_line_end, column.chunks)):
            continue
        has_lines = pc.match_substring_regex(column, "[\r\n]")
        has_rows = pc.greater_equal(pc.count_substring(column, delimiter), _LEAST)
        rows = pc.indices_nonzero(pc.and_(has_lines, has_rows))
        for row, cell in zip(rows.to_pylist(), column.take(rows).to_pylist(), strict=True):
            first, *others = _LINE_END.split(cell)
            counts = [line.count(delimiter) for line in others[:-1] if line.strip()]
            is_rest = first.count(delimiter) == width - 1 - number
            if is_rest and set(counts) == {width - 1} and sum(counts) >= _LEAST:
                yield row, number, 1 + len(others)
                break


def _may_have_line_end(texts: pa.StringArray) -> bool:
    """Return whether the buffer behind texts has a line end: much sooner than a search in each."""
    content = texts.buffers()[2]
    if content is None:
        return False
    characters = np.frombuffer(content, np.uint8)
    return bool((characters == _LINE_FEED).any() or (characters == _CARRIAGE_RETURN).any())
