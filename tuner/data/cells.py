"""Cells of text: which are missing, which are numbers, and what the numbers are.

Everything here works on whole pyarrow columns; no Python code runs for a single cell.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["MISSING_NUMBERS", "Cells", "as_text", "distinct", "finite_or_nan"]

MISSING_NUMBERS = (
    *("NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?"),
)
"""Texts that stand for a missing value in a column whose other cells are numbers.

The usual ones of `pandas.read_csv`, in its spelling, with "none" and the question mark of old
collections of data sets.
"""

_NUMBER = r"^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity)$"


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A column of text, seen through.

    Args:
        text: As the cells stood, a pyarrow column of (rows,) strings.
        stripped: The same without surrounding blanks.
        empty: (rows,) bool, nothing stands there.
        number: (rows,) bool, a number stands there.
        placeholder: (rows,) bool, one of `MISSING_NUMBERS` stands there.
    """

    text: Any
    stripped: Any
    empty: np.ndarray
    number: np.ndarray
    placeholder: np.ndarray

    @classmethod
    def of(cls, text: Any) -> "Cells":
        """Look through a pyarrow column of strings without nulls."""
        stripped = pc.utf8_trim_whitespace(text)
        number = pc.match_substring_regex(stripped, _NUMBER, ignore_case=True)
        return cls(
            text=text,
            stripped=stripped,
            empty=pc.equal(stripped, "").to_numpy(),
            number=number.to_numpy(),
            placeholder=pc.is_in(stripped, pa.array(MISSING_NUMBERS)).to_numpy(),
        )

    @property
    def strange(self) -> np.ndarray:
        """(rows,) bool: neither a number nor missing, were this a column of numbers."""
        return ~(self.empty | self.number | self.placeholder)

    @property
    def missing(self) -> np.ndarray:
        """(rows,) bool: empty, or a placeholder among nothing but numbers."""
        return self.empty if self.strange.any() else self.empty | self.placeholder

    @property
    def are_boolean(self) -> bool:
        """Whether every cell that is not empty is true or false, in any case."""
        lower = pc.utf8_lower(self.stripped)
        truth = pc.is_in(lower, pa.array(["true", "false"])).to_numpy()
        return bool((truth | self.empty).all() and truth.any())

    def numbers(self) -> np.ndarray:
        """Return the numbers, (rows,) float64, NaN where there is none."""
        digits = pc.if_else(pa.array(self.number), self.stripped, pa.scalar(None, pa.string()))
        return finite_or_nan(digits.cast(pa.float64()).to_numpy())

    def levels(self) -> np.ndarray:
        """Return the texts as they stood, (rows,) object, "" where the cell is empty."""
        texts, codes = distinct(self.text)
        values = texts[codes]
        values[self.empty] = ""
        return np.asarray(values)


def finite_or_nan(values: np.ndarray) -> np.ndarray:
    """Return numbers with every NaN as the one usual NaN, so that equal data has equal bytes."""
    gone = np.isnan(values)
    if not gone.any():
        return values
    return np.where(gone, values.dtype.type(np.nan), values)


def distinct(text: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return a text column's distinct cells, object, and the index of each row's, (rows,) int32."""
    texts = text.unique()
    codes = pc.index_in(text, value_set=texts)
    return texts.to_numpy(zero_copy_only=False).astype(object), codes.to_numpy()


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
