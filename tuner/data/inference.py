"""What the columns of a table are, and their values in the form that a model takes."""

from collections.abc import Container, Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from tuner.data.cells import Cells, as_text, finite_or_nan
from tuner.data.column import Column, ColumnKind, RawColumns
from tuner.data.table import Table, listed
from tuner.errors import DataError

__all__ = ["CONSTANT", "EMPTY", "MOST_LEVELS", "infer_columns", "mixtures", "read_columns"]

EMPTY = "every value is missing"
CONSTANT = "constant"
ASKED = "asked for"

MOST_LEVELS = 1000
"""Each level is a feature of its own; a column with more is refused."""


def infer_columns(
    table: Table, *, categorical: Iterable[str], ignore: Iterable[str]
) -> tuple[tuple[Column, ...], RawColumns]:
    """Return the schema's columns of a table without its target, and the values of those used.

    Args:
        table: The features alone.
        categorical: Columns whose texts are levels even if they are numbers.
        ignore: Columns that are not looked at.

    Raises:
        DataError: A column has a type that is not read, mixes numbers with other text, holds an
            infinite number, or has more than `MOST_LEVELS` levels.
    """
    forced, unread = set(categorical), set(ignore)
    columns: list[Column] = []
    raw: RawColumns = {}
    for name in table.names:
        if name in unread:
            columns.append(Column(name, "ignored", reason=ASKED))
            continue
        column, values = _infer(table, name, name in forced)
        columns.append(column)
        if column.kind != "ignored":
            raw[name] = values
    _check_levels(table, columns)
    return tuple(columns), raw


def mixtures(columns: Iterable[Column], categorical: Container[str]) -> tuple[str, ...]:
    """Return a sentence for each column whose levels are in part numbers.

    Args:
        columns: As inferred.
        categorical: Those that the person asked to be levels, of which nothing is said.
    """
    sentences = []
    for column in columns:
        if column.kind != "categorical" or column.name in categorical:
            continue
        cells = Cells.of(pa.chunked_array([pa.array(column.levels, pa.string())]))
        if cells.number.any():
            others = [repr(text) for text in np.array(column.levels, object)[cells.strange]]
            sentences.append(
                f"column {column.name}: numbers and {listed(others, limit=3)} are mixed, so its "
                f"{len(column.levels)} values are taken as levels; mend the cells if it is meant "
                f"to be a number, or give --categorical {column.name} to keep them so"
            )
    return tuple(sentences)


def read_columns(table: Table, columns: Iterable[Column]) -> RawColumns:
    """Return the values of columns whose kind is known already.

    Raises:
        DataError: A column is not there, or a numeric one holds something else.
    """
    wanted, there = list(columns), set(table.names)
    lacking = [column.name for column in wanted if column.name not in there]
    if lacking:
        plural = "s" if len(lacking) > 1 else ""
        raise DataError(
            f"{table.label}: it lacks the column{plural} {listed(lacking)}, which the model "
            f"reads; its columns are {listed(table.names, limit=20)}"
        )
    return {column.name: _read(table, column) for column in wanted}


def _infer(table: Table, name: str, forced: bool) -> tuple[Column, np.ndarray]:
    values = table.column(name, otherwise=f"leave it out with --ignore {name}")
    if not _is_text(values) and not forced:
        return _numeric(name, _stored_numbers(table, name, values))
    cells = Cells.of(as_text(values))
    if forced:
        return _levelled(name, cells)
    if cells.strange.any():
        _refuse_mixture(table, name, cells)
        return _levelled(name, cells)
    return _numeric(name, _finite(table, name, cells.numbers()))


def _read(table: Table, column: Column) -> np.ndarray:
    values = table.column(column.name)
    if column.kind != "numeric":
        return _respelled(column, Cells.of(as_text(values)).levels())
    if not _is_text(values):
        return _stored_numbers(table, column.name, values)
    cells = Cells.of(values)
    if cells.strange.any():
        row = int(np.argmax(cells.strange))
        raise table.refusal(
            column.name,
            f"{cells.text[row].as_py()!r} in {table.place(row)} is not a number; mend the cell",
        )
    return _finite(table, column.name, cells.numbers())


def _respelled(column: Column, texts: np.ndarray) -> np.ndarray:
    """Spell truth values as the model knows them: files differ in the case of true and false."""
    if column.kind != "boolean":
        return texts
    known = {level.strip().lower(): level for level in column.levels}
    if len(known) < len(column.levels):
        return texts
    for text in set(texts) - {"", *column.levels}:
        texts[texts == text] = known.get(text.strip().lower(), text)
    return texts


def _numeric(name: str, values: np.ndarray) -> tuple[Column, np.ndarray]:
    missing = np.isnan(values)
    if missing.all():
        return Column(name, "ignored", reason=EMPTY), values
    if not missing.any() and values.min() == values.max():
        return Column(name, "ignored", reason=CONSTANT), values
    return Column(name, "numeric", missing=bool(missing.any())), values


def _levelled(name: str, cells: Cells) -> tuple[Column, np.ndarray]:
    values = cells.levels()
    levels = tuple(sorted(set(values) - {""}))
    missing = bool(cells.empty.any())
    if not levels:
        return Column(name, "ignored", reason=EMPTY), values
    if len(levels) == 1 and not missing:
        return Column(name, "ignored", reason=CONSTANT), values
    kind: ColumnKind = "boolean" if cells.are_boolean else "categorical"
    return Column(name, kind, levels=levels, missing=missing), values


def _is_text(values: Any) -> bool:
    return bool(pa.types.is_string(values.type))


def _stored_numbers(table: Table, name: str, values: Any) -> np.ndarray:
    return _finite(table, name, finite_or_nan(values.cast(pa.float64(), safe=False).to_numpy()))


def _finite(table: Table, name: str, values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    infinite = np.isinf(single)
    if infinite.any():
        row = int(np.argmax(infinite))
        raise table.refusal(
            name,
            f"{values[row]} in {table.place(row)} is not a finite number as float32; "
            f"mend the cell, or leave the column out with --ignore {name}",
        )
    return single


def _refuse_mixture(table: Table, name: str, cells: Cells) -> None:
    """Refuse a column of measurements in which some cell is not a number.

    A few numbers that repeat (2, 3, 4, 5more) are levels and stay allowed; `mixtures` tells of
    them.
    """
    count = int(cells.number.sum())
    if count < int(cells.strange.sum()) or not count:
        return
    distinct = len(np.unique(cells.numbers()[cells.number]))
    if distinct <= 10 and not (count >= 4 and distinct > count / 2):
        return
    number, other = int(np.argmax(cells.number)), int(np.argmax(cells.strange))
    raise table.refusal(
        name,
        f"it holds numbers such as {cells.stripped[number].as_py()}, but "
        f"{cells.text[other].as_py()!r} in {table.place(other)}; mend the cell, or give "
        f"--categorical {name} or --ignore {name}",
    )


def _check_levels(table: Table, columns: list[Column]) -> None:
    wide = [column for column in columns if len(column.levels) > MOST_LEVELS]
    if wide:
        found = ", ".join(f"{column.name} ({len(column.levels):,})" for column in wide)
        raise DataError(
            f"{table.label}: too many different texts, of which each would be a feature and "
            f"{MOST_LEVELS:,} are allowed, in {found}; leave out with --ignore "
            f"{','.join(column.name for column in wide)}, or group the rare ones"
        )
