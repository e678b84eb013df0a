"""Texts as character codes, from which numbers and dates are worked out.

An exported model has to read the same texts with Keras's operations alone. So numbers and dates
are worked out by functions that take their operations as an argument, NumPy here and `keras.ops`
in a model, and use what both have under one name. The codes are those of a
`keras.layers.TextVectorization` that splits by character and knows `VOCABULARY`.
"""

from types import ModuleType
from typing import Any

import numpy as np

__all__ = [
    "BLANKS",
    "DIGITS",
    "SIGNS",
    "VOCABULARY",
    "WIDTH",
    "character_codes",
    "count",
    "flags",
    "values",
]

DIGITS = "0123456789"
SIGNS = "+-\N{MINUS SIGN}"
BLANKS = " \t\r\n\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"

VOCABULARY = (*DIGITS, *SIGNS, *BLANKS, *".,'\N{RIGHT SINGLE QUOTATION MARK}%$€£¥/:TtZzAaPpMm()")
"""The characters of numbers and dates; the code of each is its place and 2."""

WIDTH = 40
"""Characters of a text that are looked at; numbers and dates are shorter."""

_OTHER = 1  # the code of every other character; 0 follows the text
_CODES = np.full(0x110000, _OTHER, np.uint8)
_CODES[0] = 0
_CODES[[ord(character) for character in VOCABULARY]] = np.arange(len(VOCABULARY)) + 2


def character_codes(texts: np.ndarray) -> np.ndarray:
    """Return the codes of texts, (rows, at most `WIDTH`) uint8; 0 fills up short ones.

    A text that is longer than all numbers and dates has no 0 in the last column.

    >>> character_codes(np.array(["1,5", "x"], object)).tolist()
    [[3, 23, 7, 0], [1, 0, 0, 0]]
    """
    points = texts.astype(f"<U{WIDTH}").view(np.uint32).reshape(len(texts), WIDTH)
    used = int(points.any(axis=0).sum())
    return _CODES[points[:, : used + 1]]


def flags(characters: str, *, end: bool = False) -> np.ndarray:
    """Return by code whether a character is one of some, (codes,) int8 of 0 and 1.

    Args:
        characters: Of the vocabulary.
        end: What it is for the code that follows a text.
    """
    return np.array([end, False, *(c in characters for c in VOCABULARY)], np.int8)


def count(flagged: Any, ops: ModuleType) -> Any:
    """Return how many characters are flagged up to each, itself included, int8 as they are.

    Args:
        flagged: (rows, characters) int8 of 0 and 1.
        ops: `numpy` or `keras.ops`.
    """
    return ops.cumsum(flagged, axis=1, dtype="int8")


def values(dtype: type[np.generic]) -> np.ndarray:
    """Return by code what a digit is worth, 0 for all else, (codes,)."""
    found = np.zeros(len(VOCABULARY) + 2, dtype)
    found[2 : 2 + len(DIGITS)] = np.arange(len(DIGITS))
    return found
