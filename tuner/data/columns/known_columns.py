"""The values of columns that a schema knows already, from rows to predict on."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.columns.column import Column, RawColumns
from tuner.data.columns.feature_encoding import read_dates, read_numbers
from tuner.data.parsing.text_column import Cells, as_text, is_text, plain_numbers, stored_numbers
from tuner.data.readers.table import Table
from tuner.errors import DataError
from tuner.words import list_first

__all__ = ["read_columns"]

_DIGITS = 30  # after the point: no longer texts are read, and float32 has no more


def read_columns(table: Table, columns: Iterable[Column]) -> RawColumns:
    """Return the values of columns whose kind is known already.

    Raises:
        DataError: A column is not there, or one of numbers or dates holds something else.
    """
    wanted, there = list(columns), set(table.names)
    lacking = [column.name for column in wanted if column.name not in there]
    if lacking:
        plural = "s" if len(lacking) > 1 else ""
        raise DataError(
            f"{table.label}: it lacks the column{plural} {list_first(lacking)}, which the model "
            f"reads; its columns are {list_first(table.names, limit=20)}"
        )
    return {column.name: _read(table, column) for column in wanted}


def _read(table: Table, column: Column) -> np.ndarray:
    values = table.column(column.name)
    if column.is_plain:
        return _plain(table, column, values)
    if not column.is_measured:
        return _respelled(column, Cells.of(as_text(values)))
    if column.kind == "numeric" and not is_text(values):
        numbers = table.finite(column.name, stored_numbers(values))
        values = _as_written(numbers, column.notation)
    cells = Cells.of(as_text(values))
    meant = _meant(column, cells.stripped)
    _refuse(table, column, cells, np.isnan(meant) & ~cells.empty & ~cells.placeholder)
    return cells.values(np.isnan(meant))


def _plain(table: Table, column: Column, values: Any) -> np.ndarray:
    numbers = plain_numbers(values) if is_text(values) else stored_numbers(values)
    if numbers is None:
        cells = Cells.of(values)
        _refuse(table, column, cells, cells.strange)
        numbers = cells.rows(cells.numbers())
    return table.finite(column.name, numbers)


def _meant(column: Column, texts: np.ndarray) -> np.ndarray:
    if column.kind == "numeric":
        return read_numbers(texts, column.notation)
    return read_dates(texts, column.notation)["days"]


def _refuse(table: Table, column: Column, cells: Cells, strange: np.ndarray) -> None:
    if not strange.any():
        return
    text = int(np.argmax(strange))
    row = int(np.argmax(cells.codes == text))
    what = "a number" if column.kind == "numeric" else "a date"
    like = f" like {column.notation}" if column.notation else ""
    raise table.refusal(
        column.name,
        f"{cells.texts[text]!r} in {table.place(row)} is not {what}{like}; mend the cell",
    )


def _as_written(numbers: np.ndarray, notation: str) -> Any:
    """Return numbers as texts in a notation, (rows,), "" where one is missing."""
    texts = [
        "" if np.isnan(value) else np.format_float_positional(value, precision=_DIGITS, trim="-")
        for value in numbers
    ]
    spelled = pc.replace_substring(pa.array(texts, pa.string()), ".", notation[5])
    return pa.chunked_array([spelled])


def _respelled(column: Column, cells: Cells) -> np.ndarray:
    """Spell levels as the model knows them: without blanks, and truth values in its case."""
    known = {level: level for level in column.levels}
    if column.kind == "boolean":
        lower = {level.lower(): level for level in column.levels}
        known |= {word: level for word, level in lower.items() if len(lower) == len(column.levels)}
    spelled = {text for _, text in column.spellings}
    texts = [
        text if text in spelled else known.get(bare, known.get(_folded(column, bare), text))
        for text, bare in zip(cells.texts, cells.stripped, strict=True)
    ]
    respelled = np.empty(len(texts), object)
    respelled[:] = texts
    respelled[cells.empty] = ""
    return cells.rows(respelled)


def _folded(column: Column, text: str) -> str:
    return text.lower() if column.kind == "boolean" else text
