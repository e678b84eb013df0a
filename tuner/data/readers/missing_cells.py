"""Texts of the user's own that mean a missing value, in the cells of a table."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.parsing.plain_numbers import (
    convert_to_numbers,
    convert_to_texts,
    is_text,
    match_plain_numbers,
    parse_if_plain,
    parse_plain_numbers,
)
from tuner.data.readers.table import Table
from tuner.words import NOTHING_SEEN

__all__ = ["clear_invisible", "list_missing_numbers", "mark_missing", "spell_missing"]


def spell_missing(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts that mean missing, with the number in each as a stored number becomes text.

    >>> spell_missing(["?", "-999.0"])
    ('?', '-999.0', '-999')
    """
    given = [stripped for text in texts if (stripped := text.strip())]
    numbers = pa.chunked_array([pa.array(_parse(given), pa.float64())])
    spelled = [text for text in convert_to_texts(numbers).to_pylist() if text]
    return tuple(dict.fromkeys([*given, *spelled]))


def list_missing_numbers(texts: Sequence[str]) -> np.ndarray:
    """Return the numbers among texts that mean missing, shape `(numbers,)`, float32.

    >>> list_missing_numbers(["?", "-999.0", "-999"])
    array([-999.], dtype=float32)
    """
    numbers = np.unique(_to_float32(_parse(texts)))
    return numbers[np.isfinite(numbers)]


def clear_invisible(table: Table) -> Table:
    """Return a table in which cells of blanks and invisible characters alone are empty."""
    columns = {
        name: pc.if_else(pc.match_substring_regex(cells, NOTHING_SEEN), "", cells)
        if is_text(cells) and not pc.all(pc.string_is_ascii(cells)).as_py()
        else cells
        for name, cells in zip(table.names, table.columns.columns, strict=True)
    }
    return replace(table, columns=pa.table(columns))


def mark_missing(table: Table, texts: Sequence[str], *, exact: Collection[str] = ()) -> Table:
    """Return a table in which all cells are missing that hold one of some texts.

    A cell holds a text if that is all that stands in it, but for surrounding blanks. A text that
    is a number also stands for all other spellings of it in a column of plain numbers: -999 also
    means -999.0. Numbers are compared as float32, in which a network takes them; those that are
    infinite there, and "inf" itself, as float64.

    Args:
        table: The table.
        texts: The texts, as `spell_missing` and `spell_moments` return them.
        exact: Columns of text in which a number stands for its own spelling only.
    """
    if not texts:
        return table
    numbers = _parse(texts)
    columns = {}
    for name in table.names:
        cells = table.columns[name]
        if is_text(cells):
            columns[name] = _mark_texts(cells, texts, numbers[:0] if name in exact else numbers)
        else:
            columns[name] = _mark_stored(cells, texts, numbers)
    return replace(table, columns=pa.table(columns))


def _mark_texts(cells: Any, texts: Sequence[str], numbers: np.ndarray) -> Any:
    matches = pc.is_in(pc.utf8_trim_whitespace(cells), pa.array(texts, pa.string()))
    cells = pc.if_else(matches, "", cells)
    plain = parse_if_plain(cells) if len(numbers) else None
    return cells if plain is None else pc.if_else(_find_numbers(plain, numbers), "", cells)


def _mark_stored(cells: Any, texts: Sequence[str], numbers: np.ndarray) -> Any:
    """Mark the cells of a column that a file stores as numbers, dates or times."""
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        matches = _find_numbers(convert_to_numbers(cells), numbers)
    elif pa.types.is_temporal(cells.type):
        try:
            matches = pc.is_in(cells.cast(pa.string()), pa.array(texts, pa.string()))
        except pa.ArrowInvalid:  # of a time zone that is not known: refused where it is read
            return cells
    else:  # of a type that is not read
        return cells
    return pc.if_else(matches, pa.scalar(None, cells.type), cells)


def _find_numbers(values: np.ndarray, numbers: np.ndarray) -> Any:
    """Return which values are one of some numbers, both float64, as a pyarrow array.

    0 is no other number: columns of 1e-60 are not taken as float32.
    """
    single = _to_float32(numbers)
    near = np.isin(_to_float32(values), single[np.isfinite(single) & (single != 0)])
    return pa.array(near | np.isin(values, numbers))


def _to_float32(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return values.astype(np.float32)


def _parse(texts: Sequence[str]) -> np.ndarray:
    """Return the plain numbers among texts, shape `(numbers,)`, float64."""
    column = pa.array(texts, pa.string())
    numbers = parse_plain_numbers(column, match_plain_numbers(column))
    return numbers[~np.isnan(numbers)]
