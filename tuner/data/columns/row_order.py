"""The order of rows, read from a column that is not learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.parsing.date_notations import FRACTION
from tuner.data.parsing.notation_choice import ParsedTexts, choose_notation
from tuner.data.parsing.plain_numbers import MISSING_TEXTS
from tuner.data.parsing.text_column import TextColumn
from tuner.data.readers.table import Table
from tuner.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_order"]

_WHOLE = r"^[+-]?\d+(\.0*)?$"  # pandas writes 1.0 beside missing ones


def read_order(table: Table, name: str, present: np.ndarray) -> np.ndarray:
    """Read a column as an order: numbers, dates or times.

    Args:
        table: The rows.
        name: The column.
        present: Which rows are used, those that have a label, shape `(rows,)`, bool.

    Returns:
        The rank of each used row, from 0, equal for equal values, shape `(used rows,)`, int64.

    Raises:
        DataError: A used row has no value, or a value that is neither number nor date.
    """
    import pandas as pd

    keys = _read_sort_keys(table, name, present)
    table.require_values(name, keys.isna().to_numpy() & present, "--order")
    ranks, _ = pd.factorize(keys[present], sort=True)
    return ranks.astype(np.int64)


def _read_sort_keys(table: Table, name: str, present: np.ndarray) -> pd.Series:
    """Return numbers or times that can be sorted, shape `(rows,)`, missing where a cell is."""
    import pandas as pd

    cells: Any = table.columns[name]
    if pa.types.is_temporal(cells.type):  # stored in a Parquet file
        return cells.to_pandas()
    cells = table.get_column(name, otherwise="choose another --order")
    if not pa.types.is_string(cells.type):
        # as fractions, whole numbers beyond 2^53 would be the same place
        return cells.to_pandas(integer_object_nulls=True)
    whole = _read_whole_numbers(cells)
    if whole is not None:
        return whole
    column = TextColumn.from_arrow(cells)
    if not column.not_numeric.any():
        return pd.Series(column.expand(column.parse_plain_numbers()))
    missing = column.expand(column.empty | column.placeholder)
    texts = pd.Series(column.expand(column.stripped)).mask(missing)
    moments = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    if not (moments.isna() & texts.notna() & present).any():
        return moments
    parsed = choose_notation(column)
    values = pd.Series(column.expand(_rank_moments(parsed)))
    unread = np.flatnonzero(values.isna() & texts.notna() & present)
    if not len(unread) and not parsed.warn_about_ambiguity(name):
        return values
    row = int(unread[0]) if len(unread) else int(np.flatnonzero(present)[0])
    raise DataError(
        f"{table.label}, --order: column {name} has {texts[row]!r} in {table.locate_row(row)}, "
        "which is not certainly a number or date; write dates as 2024-01-31, or 2024-01-31 12:30"
    )


def _rank_moments(parsed: ParsedTexts) -> np.ndarray:
    """Return numbers in the order of dates: one float64 does not hold a day and nanoseconds."""
    if FRACTION not in parsed.features:
        return parsed.values
    pair = (parsed.values, parsed.features[FRACTION])
    seconds, fractions = (np.unique(values, return_inverse=True)[1] for values in pair)
    return np.where(parsed.readable, seconds * len(seconds) + fractions, np.nan)


def _read_whole_numbers(cells: Any) -> pd.Series | None:
    """Return texts as exact whole numbers, None where one is missing; None of any other texts."""
    import pandas as pd

    texts = pc.utf8_trim_whitespace(cells)
    texts = pc.if_else(pc.is_in(texts, pa.array(["", *MISSING_TEXTS])), None, texts)
    if not pc.all(pc.match_substring_regex(texts, _WHOLE)).as_py():
        return None
    texts = pc.replace_substring_regex(texts, r"^\+|\.0*$", "")
    try:
        return texts.cast(pa.int64()).to_pandas(integer_object_nulls=True)
    except pa.ArrowInvalid:  # one is beyond 2^63
        pass
    try:
        numbers = [None if text is None else int(text) for text in texts.to_pylist()]
    except ValueError:  # Python reads 4,300 digits
        return None
    return pd.Series(numbers, dtype=object)
