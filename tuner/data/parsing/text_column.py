"""Cells of text: which are missing, which are numbers, and what the numbers are.

Everything here works on whole pyarrow columns; no Python code runs for a single cell.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "MISSING_TEXTS",
    "Cells",
    "as_text",
    "distinct",
    "is_text",
    "plain_numbers",
    "stored_numbers",
]

MISSING_TEXTS = (
    *("NA", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?", "-", "--"),
    *("#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
)
"""Texts that stand for a missing value in a column whose other cells are numbers or dates.

The usual ones of `pandas.read_csv`, in its spelling; "none", dashes, the question mark of old
collections of data sets, and what a spreadsheet writes where a formula fails.
"""

_TRUTH = (
    {"true", "false"},
    {"t", "f"},
    {"yes", "no"},
    {"y", "n"},
    {"on", "off"},
)
_NUMBER = r"^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity)$"


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A column of text, seen through. Its distinct texts are looked at, not each row.

    Args:
        texts: The distinct cells as they stood, (texts,) object.
        codes: Which of them stands in each row, (rows,) int32.
        stripped: They without surrounding blanks, (texts,) object.
        empty: (texts,) bool, nothing stands there.
        number: (texts,) bool, a number stands there.
        placeholder: (texts,) bool, one of `MISSING_TEXTS` stands there.
    """

    texts: np.ndarray
    codes: np.ndarray
    stripped: np.ndarray
    empty: np.ndarray
    number: np.ndarray
    placeholder: np.ndarray

    @classmethod
    def of(cls, text: Any) -> "Cells":
        """Look through a pyarrow column of strings without nulls."""
        texts, codes = distinct(text)
        stripped = pc.utf8_trim_whitespace(pa.array(texts, pa.string()))
        number = pc.match_substring_regex(stripped, _NUMBER, ignore_case=True)
        return cls(
            texts=texts,
            codes=codes,
            stripped=stripped.to_numpy(zero_copy_only=False),
            empty=_bools(pc.equal(stripped, "")),
            number=_bools(number),
            placeholder=_bools(pc.is_in(stripped, pa.array(MISSING_TEXTS))),
        )

    @property
    def strange(self) -> np.ndarray:
        """(texts,) bool: neither a number nor missing, were this a column of numbers."""
        return ~(self.empty | self.number | self.placeholder)

    @property
    def missing(self) -> np.ndarray:
        """(texts,) bool: empty, or a placeholder among nothing but numbers."""
        return self.empty if self.strange.any() else self.empty | self.placeholder

    @property
    def are_boolean(self) -> bool:
        """Whether every cell that is not empty is of one pair of truth values, in any case."""
        found = {text.lower() for text in self.stripped[~self.empty][:20]}
        few = len(self.texts) <= 20
        return few and bool(found) and any(found <= pair for pair in _TRUTH)

    def rows(self, of_texts: np.ndarray) -> np.ndarray:
        """Return for each row what holds for its text, (rows,)."""
        return np.asarray(of_texts[self.codes])

    def count(self) -> np.ndarray:
        """Return the rows in which each text stands, (texts,) int64."""
        return np.bincount(self.codes, minlength=len(self.texts))

    def numbers(self) -> np.ndarray:
        """Return the plain numbers, (texts,) float64, NaN where there is none."""
        stripped = pa.array(self.stripped, pa.string())
        digits = pc.if_else(pa.array(self.number), stripped, pa.scalar(None, pa.string()))
        return _one_nan(digits.cast(pa.float64()).to_numpy(zero_copy_only=False))

    def values(self, missing: np.ndarray) -> np.ndarray:
        """Return the texts as they stood, (rows,) object, "" where one is missing, (texts,)."""
        return self.rows(np.where(missing, "", self.texts))


def plain_numbers(text: Any) -> np.ndarray | None:
    """Return a column of nothing but plain numbers and missing ones, (rows,) float64.

    None where some cell is anything else; this is the quick way for most columns of a table.

    >>> plain_numbers(pa.chunked_array([["1", " 2.5", "NA", ""]])).tolist()
    [1.0, 2.5, nan, nan]
    """
    stripped = pc.utf8_trim_whitespace(text)
    missing = pc.is_in(stripped, pa.array(["", *MISSING_TEXTS]))
    try:
        numbers = pc.if_else(missing, pa.scalar(None, pa.string()), stripped).cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    found = numbers.to_numpy(zero_copy_only=False)
    if int(np.isnan(found).sum()) > pc.sum(missing).as_py():
        return None  # some spelling of NaN that stands for no missing number
    return _one_nan(found)


def _one_nan(values: np.ndarray) -> np.ndarray:
    """Return numbers with every NaN as the one usual NaN, so that equal data has equal bytes."""
    gone = np.isnan(values)
    if not gone.any():
        return values
    return np.where(gone, values.dtype.type(np.nan), values)


def distinct(text: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a text column's distinct cells, object, and the index of each row's, (rows,) int32."""
    texts = text.unique()
    codes = pc.index_in(text, value_set=texts)
    return texts.to_numpy(zero_copy_only=False).astype(object), np.asarray(codes.to_numpy())


def is_text(column: Any) -> bool:
    """Return whether a pyarrow column is of text."""
    return bool(pa.types.is_string(column.type))


def stored_numbers(column: Any) -> np.ndarray:
    """Return a pyarrow column of numbers, (rows,) float64, NaN where one is missing."""
    return _one_nan(column.cast(pa.float64(), safe=False).to_numpy())


def as_text(column: Any) -> Any:
    """Return a pyarrow column of text or numbers as text: 3 and 3.0 are "3", missing is ""."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return column
    if pa.types.is_integer(column.type):
        return pc.fill_null(column.cast(pa.string()), "")
    values, codes = np.unique(column.to_numpy(), return_inverse=True)
    spelled = pa.array([_spelled(value) for value in values], pa.string())
    return pa.chunked_array([spelled.take(pa.array(codes))])


def _spelled(value: np.floating) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value == np.trunc(value) and abs(value) < 1e15 else str(value)


def _bools(mask: Any) -> np.ndarray:
    return np.asarray(mask.to_numpy(zero_copy_only=False), bool)
