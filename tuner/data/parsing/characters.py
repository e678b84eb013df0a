"""Character codes, from which numbers and dates are parsed.

An exported model parses the same texts, and has only Keras's operations to do so. All parsing
functions therefore take their operations as an argument, `numpy` or `keras.ops`, and use only those
that both have under one name. The codes are those of a `keras.layers.TextVectorization` that splits
by character and knows `VOCABULARY`.
"""

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

__all__ = [
    "BLANKS",
    "DIGITS",
    "SIGNS",
    "VOCABULARY",
    "WIDTH",
    "convert_to_codes",
    "count_so_far",
    "flag_characters",
    "read_digits",
]

DIGITS = "0123456789"
SIGNS = "+-\N{MINUS SIGN}"
BLANKS = " \t\r\n\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"

VOCABULARY = (*DIGITS, *SIGNS, *BLANKS, *".,'\N{RIGHT SINGLE QUOTATION MARK}%$€£¥/:TtZzAaPpMm()")
"""The characters of numbers and dates; the code of each is its index plus 2."""

WIDTH = 40
"""The number of characters that are parsed; every number or date is shorter."""

_OTHER = 1  # the code of every other character; 0 follows the text
_CODES = np.full(0x110000, _OTHER, np.uint8)
_CODES[0] = 0
_CODES[[ord(character) for character in VOCABULARY]] = np.arange(len(VOCABULARY)) + 2


def convert_to_codes(texts: np.ndarray) -> np.ndarray:
    """Return the character codes of texts, with 0 after the end of a text.

    A text that is longer than any number or date has no 0 in the last column.

    Args:
        texts: Shape `(texts,)`, object.

    Returns:
        Shape `(texts, characters)`, uint8, with at most `WIDTH` characters.

    >>> convert_to_codes(np.array(["1,5", "x"], object)).tolist()
    [[3, 23, 7, 0], [1, 0, 0, 0]]
    """
    points = texts.astype(f"<U{WIDTH}").view(np.uint32).reshape(len(texts), WIDTH)
    used = int(points.any(axis=0).sum())
    return _CODES[points[:, : used + 1]]


def flag_characters(codes: Any, characters: str, ops: ModuleType, *, end: bool = False) -> Any:
    """Return 1 where one of some characters stands, else 0, int8, in the shape of the codes.

    Args:
        codes: Character codes, any shape, uint8.
        characters: Characters of the vocabulary.
        ops: `numpy` or `keras.ops`.
        end: The flag of the code that follows a text.
    """
    flags = [end, False, *(character in characters for character in VOCABULARY)]
    if _prefers_tables(ops):
        return ops.take(np.array(flags, np.int8), codes)
    found: Any = None
    for first, last in _find_runs(tuple(flags)):  # a table would take several times as long
        within = codes - first <= last - first  # what is below the first wraps around
        found = within if found is None else found | within
    return found * np.ones(1, np.int8)


@cache
def _find_runs(flags: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return the first and the last code of each run of codes that are flagged."""
    edges = np.flatnonzero(np.diff(np.array([False, *flags, False]).astype(np.int8)))
    return [(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]


def _prefers_tables(ops: ModuleType) -> bool:
    """Return whether few operations matter more than fast ones, as in ONNX."""
    return bool(getattr(ops, "PREFERS_TABLES", False))


def count_so_far(flags: Any, ops: ModuleType) -> Any:
    """Return for each character how many are flagged up to it, itself included.

    Args:
        flags: 0 and 1, shape `(texts, characters)`, int8.
        ops: `numpy` or `keras.ops`.

    Returns:
        Shape `(texts, characters)`, int8.
    """
    return ops.cumsum(flags, axis=1, dtype="int8")


def read_digits(codes: Any, dtype: type[np.generic], ops: ModuleType) -> Any:
    """Return the value of each digit, 0 for any other character, in the shape of the codes."""
    if _prefers_tables(ops):
        values = np.zeros(len(VOCABULARY) + 2, dtype)
        values[2 : 2 + len(DIGITS)] = np.arange(len(DIGITS))
        return ops.take(values, codes)
    return flag_characters(codes, DIGITS, ops) * (codes - (_OTHER + 1)) * np.ones(1, dtype)
