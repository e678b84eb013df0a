"""Plain numbers, such as 1234.5 or 1e3: parsed from text, read from numbers, written as text.

All functions work on whole pyarrow columns; no Python code runs for a single cell.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.parsing.level_spellings import LARGEST_WHOLE

__all__ = [
    "MISSING_TEXTS",
    "convert_to_numbers",
    "convert_to_texts",
    "format_number",
    "is_text",
    "match_plain_numbers",
    "parse_if_plain",
    "parse_plain_numbers",
]

MISSING_TEXTS = (
    *("NA", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?", "-", "--"),
    *("#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
)
"""Texts that mean a missing value in a column whose other cells are numbers or dates.

They are the usual ones of `pandas.read_csv`, in its spelling; "none", dashes, the question mark of
old collections of data sets, and what a spreadsheet writes if a formula fails.
"""

_PLAIN_NUMBER = r"^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity)$"


def is_text(column: Any) -> bool:
    """Return whether a pyarrow column holds text."""
    return bool(pa.types.is_string(column.type))


def match_plain_numbers(texts: Any) -> Any:
    """Return which texts of a pyarrow array are plain numbers, without blanks around them."""
    return pc.match_substring_regex(texts, _PLAIN_NUMBER, ignore_case=True)


def parse_plain_numbers(texts: Any, plain: Any) -> np.ndarray:
    """Return the plain numbers of a pyarrow array of text, shape `(texts,)`, float64.

    Args:
        texts: Texts without surrounding blanks.
        plain: Which of them are plain numbers; the others give NaN.
    """
    numbers = pc.if_else(plain, texts, pa.scalar(None, pa.string())).cast(pa.float64())
    return _unify_nan(numbers.to_numpy(zero_copy_only=False))


def parse_if_plain(column: Any) -> np.ndarray | None:
    """Return the numbers of a text column if all its cells are plain numbers or missing, else None.

    Most columns of a table are parsed here, because it is the fastest way.

    Returns:
        Shape `(rows,)`, float64, NaN if missing.

    >>> parse_if_plain(pa.chunked_array([["1", " 2.5", "NA", ""]])).tolist()
    [1.0, 2.5, nan, nan]
    """
    stripped = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(stripped, pa.array(["", *MISSING_TEXTS]))
    try:
        cast = pc.if_else(missing, pa.scalar(None, pa.string()), stripped).cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    numbers = cast.to_numpy(zero_copy_only=False)
    if int(np.isnan(numbers).sum()) > pc.sum(missing).as_py():
        return None  # a spelling of NaN that does not mean a missing number
    return _unify_nan(numbers)


def convert_to_numbers(column: Any) -> np.ndarray:
    """Return a pyarrow column of numbers, shape `(rows,)`, float64, NaN if missing."""
    return _unify_nan(column.cast(pa.float64(), safe=False).to_numpy())


def convert_to_texts(column: Any) -> Any:
    """Return a pyarrow column of text or numbers as text: 3 and 3.0 are "3", missing is ""."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return column
    if pa.types.is_integer(column.type):
        return pc.fill_null(column.cast(pa.string()), "")
    values, indices = np.unique(column.to_numpy(), return_inverse=True)
    texts = pa.array([format_number(value) for value in values], pa.string())
    return pa.chunked_array([texts.take(pa.array(indices))])


def format_number(value: float) -> str:
    """Return a number as text: 3.0 is "3", and NaN is ""."""
    if np.isnan(value):
        return ""
    whole = value == np.trunc(value) and abs(float(value)) < LARGEST_WHOLE
    return str(int(value)) if whole else str(value)


def _unify_nan(values: np.ndarray) -> np.ndarray:
    """Return numbers with every NaN as the usual one, so that equal data has equal bytes."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    return np.where(missing, values.dtype.type(np.nan), values)
