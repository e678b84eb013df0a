"""The meaning of a text in a notation: a number, or the features of a date.

Tables and exported models both parse with `parse_codes`, so that the two cannot differ.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tuner.data.parsing.characters import convert_to_codes
from tuner.data.parsing.date_notations import DATE_NOTATIONS, TIME, YEAR_FIRST, parse_dates
from tuner.data.parsing.number_notations import parse_numbers

__all__ = ["NUMBER", "find_family", "parse_codes", "parse_texts"]

NUMBER = "number"
"""The one feature of a number in a notation."""

_CHUNK = (
    1 << 14
)  # texts that are parsed at once, so that the intermediate arrays fit a core's cache


def find_family(notation: str) -> str:
    """Return one of the notations that `parse_codes` parses together with a notation."""
    return YEAR_FIRST if notation in DATE_NOTATIONS and notation != TIME else notation


def parse_codes(
    codes: Any, notations: Sequence[str], ops: Any, *, fraction: bool = False
) -> dict[str, Any]:
    """Return the features of texts, given as character codes.

    Args:
        codes: Character codes, shape `(texts, characters)`. The texts of columns stand below each
            other.
        notations: The notation of each column, of numbers or of dates, all of one family.
        ops: `numpy`, `keras.ops`, or their functions of an ONNX graph.
        fraction: Whether dates have `FRACTION` beside their features.

    Returns:
        Features by name, each of shape `(texts,)`, float64; NaN if a text is not in its notation.
        The first feature is the number, or the days since 1970-01-01.
    """
    if notations[0] in DATE_NOTATIONS:
        return parse_dates(codes, notations, ops, fraction=fraction)
    return {NUMBER: parse_numbers(codes, notations[0], ops)}


def parse_texts(texts: np.ndarray, notation: str) -> dict[str, np.ndarray]:
    """Return the features of texts, as `parse_codes` does.

    Args:
        texts: Shape `(texts,)`, object.
        notation: A notation of numbers or of dates.

    >>> parse_texts(np.array(["1.234,5", "x"], object), "1.234,5")
    {'number': array([1234.5,    nan])}
    """
    starts = range(0, max(len(texts), 1), _CHUNK)
    chunks = [
        parse_codes(convert_to_codes(texts[start : start + _CHUNK]), [notation], np, fraction=True)
        for start in starts
    ]
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
