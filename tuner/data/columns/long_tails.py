"""Columns with long tails, whose few far numbers would hide the differences of all others.

Standardised, a column with 1 % at 99,999,999 has two values. Its features are therefore scaled by
quartiles, and values that probably mean something else are told.
"""

from collections.abc import Callable, Mapping

import numpy as np

from tuner.data.column_names import quote_names
from tuner.data.parsing.plain_numbers import format_number
from tuner.data.scaling import measure_middle
from tuner.words import count_noun, list_first

__all__ = ["describe_tails", "warn_about_magnitudes", "warn_about_sentinels", "warn_about_tails"]

_ENOUGH = 20  # numbers, of which quartiles say something
_SQUEEZED = 5.0  # deviations over those of a normal distribution with the same quartiles
_FAR = 100.0  # widths of the middle
_NORMAL_WIDTH = 1.349  # the interquartile range of a normal distribution, in deviations
_MAGNITUDES = 1e3  # between the quartiles
_OFTEN = 500  # rows, one of which has a sentinel
_LISTED = 8  # columns of a warning
_LONGEST = 12  # characters of a number


def _shorten(number: float) -> str:
    text = format_number(number)
    return text if len(text) <= _LONGEST else f"{number:.4g}"


def describe_tails(values: np.ndarray, show: Callable[[float], str] = _shorten) -> str:
    """Return the number that is farthest from the middle, and the middle; "" without long tails.

    Tails are long if the standard deviation is over five times what the quartiles make expect, so
    that standardised numbers of the middle hardly differ, or if a number is over 100 widths of the
    middle away.

    Args:
        values: Shape `(numbers,)`, float64; NaN counts for nothing.
        show: Writes a number as it stands in the column.

    >>> describe_tails(np.array([*range(30), 99999999.0]))
    '99999999 beside 8 to 22'
    >>> describe_tails(np.arange(30.0)), describe_tails(np.array([0.0] * 50 + [1.0]))
    ('', '')
    """
    values = values[~np.isnan(values)]
    if len(values) < _ENOUGH:
        return ""
    median, width = measure_middle(values)
    with np.errstate(over="ignore", invalid="ignore"):
        distances = np.abs(values - median)
        farthest = int(np.argmax(distances))
        squeezed = values.std() * _NORMAL_WIDTH > _SQUEEZED * width
    if not width or not (squeezed or distances[farthest] > _FAR * width):
        return ""
    first, third = np.quantile(values, (0.25, 0.75), method="nearest")
    middle = show(first) + (f" to {show(third)}" if first < third else "")
    return f"{show(values[farthest])} beside {middle}"


def warn_about_tails(tails: Mapping[str, str]) -> tuple[str, ...]:
    """Return one warning about all columns with long tails.

    Args:
        tails: What `describe_tails` says of each of them, by its name.
    """
    if not tails:
        return ()
    one = len(tails) == 1
    listed = list_first([f"{name} ({what})" for name, what in tails.items()], _LISTED)
    return (
        f"{count_noun(len(tails), 'column')} {'has' if one else 'have'} long tails and "
        f"{'is' if one else 'are'} scaled by {'its' if one else 'their'} quartiles: {listed}",
    )


def warn_about_magnitudes(name: str, values: np.ndarray) -> str:
    """Return a warning if numbers are spread over so many magnitudes that most look like 0.

    Args:
        name: The column.
        values: Shape `(numbers,)`, float64, without NaN.
    """
    first, third = np.quantile(values, (0.25, 0.75))
    if len(values) < _ENOUGH or values.min() <= 0 or third < _MAGNITUDES * first:
        return ""
    return (
        f"column {name}: half of its values lie between {first:.2g} and {third:.2g}, so that a "
        "network tells apart the largest only; give their logarithms"
    )


def warn_about_sentinels(name: str, values: np.ndarray) -> str:
    """Return a warning about the least and the greatest number that probably mean missing.

    Such a number stands in one of 500 rows or more, and is farther from all others than most of
    them from each other; a number of nines, such as 999, a quarter as far.

    Args:
        name: The column.
        values: Shape `(numbers,)`, float64, without NaN.
    """
    if len(values) < _ENOUGH:
        return ""
    least = max(3, len(values) / _OFTEN)
    counts = {end: int(np.count_nonzero(values == end)) for end in (values.min(), values.max())}
    found = [
        (format_number(end), count)
        for end, count in counts.items()
        if count >= least and _is_isolated(end, values)
    ]
    if not found:
        return ""
    rows = " and ".join(f"{number} stands in {count_noun(n, 'row')}" for number, n in found)
    missing = quote_names(*(number for number, _ in found))
    return (
        f"column {name}: {rows}, far from all other values; if that means a missing value, give "
        f"--missing {missing}"
    )


def _is_isolated(number: float, values: np.ndarray) -> bool:
    others = values[values != number]
    if len(np.unique(others)) < _ENOUGH / 2:
        return False
    low, high = np.quantile(others, (0.025, 0.975))
    digits = format_number(abs(number))
    nines = len(digits) > 2 and set(digits) == {"9"}
    return bool(np.abs(others - number).min() > (high - low) * (0.25 if nines else 1.0))
