"""The raw values of columns whose kinds a schema knows, from rows to predict."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.columns.bad_cells import BadCells
from tuner.data.columns.column import Column, RawColumns
from tuner.data.parsing.level_spellings import fold_level
from tuner.data.parsing.number_notations import get_decimal_separator
from tuner.data.parsing.parse_by_notation import parse_texts
from tuner.data.parsing.plain_numbers import (
    convert_to_numbers,
    convert_to_texts,
    is_text,
    parse_if_plain,
)
from tuner.data.parsing.text_column import TextColumn
from tuner.data.precision import shift_and_divide
from tuner.data.readers.table import Table
from tuner.errors import DataError
from tuner.words import find_look_alike, list_first, show_alike

__all__ = ["read_known_columns"]

_DECIMALS = 30  # longer texts are not parsed, and float32 has fewer


def read_known_columns(table: Table, columns: Iterable[Column], bad_cells: BadCells) -> RawColumns:
    """Return the raw values of columns whose kinds are known.

    Raises:
        DataError: A column is missing, or has bad cells that are refused.
    """
    wanted, names = list(columns), set(table.names)
    lacking = [column.name for column in wanted if column.name not in names]
    if lacking:
        alike = find_look_alike(lacking[0], names)
        shown = show_alike([alike, lacking[0]]) if alike else ()
        hint = f"; {' looks like '.join(shown)}: rename it" if shown else ""
        plural = "s" if len(lacking) > 1 else ""
        raise DataError(
            f"{table.label}: it lacks the column{plural} {list_first(lacking)}, which the model "
            f"reads; its columns are {list_first(table.names, limit=20)}{hint}"
        )
    return {column.name: _read_column(table, column, bad_cells) for column in wanted}


def _read_column(table: Table, column: Column, bad_cells: BadCells) -> np.ndarray:
    cells = table.get_column(column.name)
    if column.is_plain:
        return _read_plain_numbers(table, column, cells, bad_cells)
    if not column.is_measured:
        return _respell_levels(column, TextColumn.from_arrow(convert_to_texts(cells)))
    if column.kind == "numeric" and not is_text(cells):
        numbers = _keep_precision(table, column, convert_to_numbers(cells), bad_cells)
        cells = _write_in_notation(numbers, column.notation)
    texts = TextColumn.from_arrow(convert_to_texts(cells))
    values = next(iter(parse_texts(texts.stripped, column.notation).values()))
    unreadable = np.isnan(values)
    bad_cells.settle(table, column, texts.expand(unreadable & ~texts.empty & ~texts.placeholder))
    return texts.expand_texts(unreadable)


def _read_plain_numbers(
    table: Table, column: Column, cells: Any, bad_cells: BadCells
) -> np.ndarray:
    numbers = parse_if_plain(cells) if is_text(cells) else convert_to_numbers(cells)
    if numbers is None:
        texts = TextColumn.from_arrow(cells)
        bad_cells.settle(table, column, texts.expand(texts.not_numeric))
        numbers = texts.expand(texts.parse_plain_numbers())
    return _keep_precision(table, column, numbers, bad_cells)


def _keep_precision(
    table: Table, column: Column, numbers: np.ndarray, bad_cells: BadCells
) -> np.ndarray:
    """Return numbers, float64, in the precision that the column needs, shape `(rows,)`."""
    features = shift_and_divide(numbers, column.shift, column.unit)
    infinite = np.isinf(features)
    bad_cells.settle(table, column, infinite, expected="a finite number in float32")
    return np.where(infinite, np.nan, numbers if column.is_shifted else features)


def _write_in_notation(numbers: np.ndarray, notation: str) -> Any:
    """Return numbers as texts in a notation, "" if missing: a pyarrow column of shape `(rows,)`."""
    texts = [
        ""
        if np.isnan(number)
        else np.format_float_positional(number, precision=_DECIMALS, trim="-")
        for number in numbers
    ]
    separator = get_decimal_separator(notation)
    return pa.chunked_array([pc.replace_substring(pa.array(texts, pa.string()), ".", separator)])


def _respell_levels(column: Column, texts: TextColumn) -> np.ndarray:
    """Return each row's level as the model knows it: without blanks, truth values in its case.

    A number or moment that no level has is the level of another spelling of it, as 1.0 and 1.

    **Shape**: `(rows,)`, object.
    """
    fold = str.lower if column.kind == "boolean" else fold_level
    known = {fold(level): level for level in column.levels}
    if len(known) < len(column.levels):  # two of them became equal
        known = {}
    known |= {level: level for level in column.levels}
    spellings = {text for _, text in column.spellings}
    levels = np.empty(len(texts.texts), object)
    for index, (text, stripped) in enumerate(zip(texts.texts, texts.stripped, strict=True)):
        level = known.get(stripped) or known.get(fold(stripped), text)
        levels[index] = text if text in spellings else level
    levels[texts.empty] = ""
    return texts.expand(levels)
