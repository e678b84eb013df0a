"""The meaning of a text in a notation: a number, or the features of a date.

Tables and exported models both parse with `parse_codes`, so that the two cannot differ.
"""

from typing import Any

import numpy as np

from tuner.data.parsing.characters import convert_to_codes
from tuner.data.parsing.date_notations import DATE_NOTATIONS, parse_dates
from tuner.data.parsing.number_notations import parse_numbers

__all__ = ["NUMBER", "parse_codes", "parse_texts"]

NUMBER = "number"
"""The one feature of a number in a notation."""

_CHUNK = (
    1 << 14
)  # texts that are parsed at once, so that the intermediate arrays fit a core's cache


def parse_codes(codes: Any, notation: str, ops: Any, *, fraction: bool = False) -> dict[str, Any]:
    """Return the features of texts, given as character codes.

    Args:
        codes: Character codes, shape `(texts, characters)`.
        notation: A notation of numbers or of dates.
        ops: `numpy`, `keras.ops`, or their functions of an ONNX graph.
        fraction: Whether dates have `FRACTION` beside their features.

    Returns:
        Features by name, each of shape `(texts,)`, float64; NaN if a text is not in the notation.
        The first feature is the number, or the days since 1970-01-01.
    """
    if notation in DATE_NOTATIONS:
        return parse_dates(codes, notation, ops, fraction=fraction)
    return {NUMBER: parse_numbers(codes, notation, ops)}


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
        parse_codes(convert_to_codes(texts[start : start + _CHUNK]), notation, np, fraction=True)
        for start in starts
    ]
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
