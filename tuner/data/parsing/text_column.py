"""A column of text, indexed by its distinct texts.

Each distinct text is examined and parsed once, however many rows have it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.parsing.plain_numbers import (
    MISSING_TEXTS,
    match_plain_numbers,
    parse_plain_numbers,
)

__all__ = ["TextColumn", "index_texts"]

_TRUTH_VALUES = (
    {"true", "false"},
    {"t", "f"},
    {"yes", "no"},
    {"y", "n"},
    {"on", "off"},
)


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """The distinct texts of a column, and the one in each row.

    Attributes:
        texts: The distinct texts, unchanged, shape `(texts,)`, object.
        indices: The index of each row's text, shape `(rows,)`, int32.
        stripped: The distinct texts without surrounding blanks, shape `(texts,)`, object.
        empty: Which texts are empty or blank, shape `(texts,)`, bool.
        plain: Which texts are plain numbers, shape `(texts,)`, bool.
        placeholder: Which texts are one of `MISSING_TEXTS`, shape `(texts,)`, bool.
    """

    texts: np.ndarray
    indices: np.ndarray
    stripped: np.ndarray
    empty: np.ndarray
    plain: np.ndarray
    placeholder: np.ndarray

    @classmethod
    def from_arrow(cls, column: Any) -> "TextColumn":
        """Index a pyarrow column of strings without nulls."""
        texts, indices = index_texts(column)
        stripped = pc.utf8_trim_whitespace(pa.array(texts, pa.string()))
        return cls(
            texts=texts,
            indices=indices,
            stripped=stripped.to_numpy(zero_copy_only=False),
            empty=_convert_mask(pc.equal(stripped, "")),
            plain=_convert_mask(match_plain_numbers(stripped)),
            placeholder=_convert_mask(pc.is_in(stripped, pa.array(MISSING_TEXTS))),
        )

    @property
    def not_numeric(self) -> np.ndarray:
        """Texts that are neither plain numbers nor missing numbers, shape `(texts,)`, bool."""
        return ~(self.empty | self.plain | self.placeholder)

    @property
    def missing(self) -> np.ndarray:
        """Texts that are empty, or placeholders in a column of numbers, shape `(texts,)`, bool."""
        return self.empty if self.not_numeric.any() else self.empty | self.placeholder

    @property
    def is_boolean(self) -> bool:
        """Whether all texts that are not empty belong to one pair of truth values, in any case."""
        words = {text.lower() for text in self.stripped[~self.empty][:20]}
        return (
            len(self.texts) <= 20 and bool(words) and any(words <= pair for pair in _TRUTH_VALUES)
        )

    def expand(self, values: np.ndarray) -> np.ndarray:
        """Return the value of each row's text, shape `(rows,)`.

        Args:
            values: One value per distinct text, shape `(texts,)`.
        """
        return np.asarray(values[self.indices])

    def expand_texts(self, missing: np.ndarray) -> np.ndarray:
        """Return each row's text unchanged, but "" if it is missing, shape `(rows,)`, object.

        Args:
            missing: Which distinct texts are missing, shape `(texts,)`, bool.
        """
        return self.expand(np.where(missing, "", self.texts))

    def count_rows(self) -> np.ndarray:
        """Return the number of rows that have each text, shape `(texts,)`, int64."""
        return np.bincount(self.indices, minlength=len(self.texts))

    def find_row(self, text: int) -> int:
        """Return the first row that has a text, given by its index."""
        return int(np.argmax(self.indices == text))

    def parse_plain_numbers(self) -> np.ndarray:
        """Return the plain number in each text, shape `(texts,)`, float64; NaN if it is none."""
        return parse_plain_numbers(pa.array(self.stripped, pa.string()), pa.array(self.plain))

    def index_stripped(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the distinct stripped texts, and the index of the one that each row has."""
        stripped, indices = index_texts(pa.chunked_array([pa.array(self.stripped, pa.string())]))
        return stripped, self.expand(indices)


def index_texts(column: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct texts of a pyarrow column, and the index of the one that each row has.

    Returns:
        Texts, shape `(texts,)`, object; indices, shape `(rows,)`, int32.
    """
    texts = column.unique()
    indices = pc.index_in(column, value_set=texts)
    return texts.to_numpy(zero_copy_only=False).astype(object), np.asarray(indices.to_numpy())


def _convert_mask(mask: Any) -> np.ndarray:
    return np.asarray(mask.to_numpy(zero_copy_only=False), bool)
