"""Numbers and counts in words."""

import math
from collections.abc import Mapping

from tuner.space import Value
from tuner.space.values import format_exactly
from tuner.words.sentences import list_first

__all__ = [
    "are_clearly_fewer",
    "count_noun",
    "format_milliseconds",
    "format_value",
    "has_error",
    "list_counts",
    "round_to_error",
    "say_count",
    "say_fewer",
    "say_number",
    "say_times",
    "say_value",
]

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_CLEARLY = 1.1  # a network this many times smaller is mentioned
_SMALL_ERROR, _SMALL = 1e-5, 1e-3  # below both, six decimals would leave zeros alone


def format_value(value: Value) -> str:
    """Return a value with four significant digits.

    >>> format_value(0.0512345), format_value(3), format_value("l2"), format_value(0.00001)
    ('0.05123', '3', 'l2', '1e-05')
    """
    return f"{value:.4g}" if isinstance(value, float) else format_exactly(value)


def say_value(value: Value) -> str:
    """Return a value as it stands in a sentence, with three significant digits or all whole ones.

    >>> say_value(0.012345), say_value(3.2e-06), say_value(12345), say_value("l2"), say_value(0.1)
    ('0.0123', '3.2e-6', '12,345', 'l2', '0.1')
    >>> say_value(1100.0), say_value(999.6)
    ('1,100', '1,000')
    """
    if isinstance(value, bool | str):
        return format_exactly(value)
    if isinstance(value, int):
        return f"{value:,}"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        digits, _, exponent = f"{value:.2g}".partition("e")
        return f"{digits}e{int(exponent)}" if exponent else digits
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}"


def count_noun(count: int, noun: str) -> str:
    """Return a count and its noun.

    >>> count_noun(1, "trial"), count_noun(1200, "trial")
    ('1 trial', '1,200 trials')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def say_count(count: int) -> str:
    """Return a count, as a word up to ten.

    >>> say_count(0), say_count(4), say_count(1200)
    ('no', 'four', '1,200')
    """
    return _WORDS[count] if 0 <= count < len(_WORDS) else f"{count:,}"


def list_counts(counts: Mapping[str, int]) -> str:
    """Return names with their counts of rows, at most eight.

    >>> list_counts({"lily": 3, "orchid": 1})
    'lily (3 rows), orchid (1 row)'
    """
    return list_first([f"{name} ({count_noun(count, 'row')})" for name, count in counts.items()])


def format_milliseconds(seconds: float) -> str:
    """Return a time in milliseconds with two significant digits.

    >>> format_milliseconds(0.00012), format_milliseconds(0.254)
    ('0.12', '250')
    """
    return f"{float(f'{1000 * seconds:.2g}'):g}"


def round_to_error(value: float, error: float) -> str:
    """Return a number with the digits that its standard error leaves certain, and one more.

    >>> round_to_error(0.09651, 0.0179), round_to_error(0.975, 0.0004), round_to_error(0.1234, 0.0)
    ('0.097', '0.97500', '0.123')
    >>> round_to_error(1.24e-06, 3e-07), round_to_error(3e-07, 3e-07)
    ('1.2e-6', '3e-7')
    """
    if not has_error(value, error):
        return f"{value:.3f}"
    if error < _SMALL_ERROR and abs(value) < _SMALL:
        return say_value(value)
    digits = min(max(1 - math.floor(math.log10(error)), 2), 6)
    return f"{value:.{digits}f}"


def say_number(value: float, error: float) -> str:
    """Return a number and its standard error, if it has one.

    >>> say_number(0.0545, 0.0056), say_number(1.0986, 1e-9)
    ('0.0545 ± 0.0056', '1.099')
    """
    rounded = round_to_error(value, error)
    return f"{rounded} ± {round_to_error(error, error)}" if has_error(value, error) else rounded


def has_error(value: float, error: float) -> bool:
    """Return whether a standard error is more than rounding.

    >>> has_error(0.5, 0.01), has_error(0.5, 1e-9), has_error(0.5, float("nan"))
    (True, False, False)
    """
    return math.isfinite(error) and error > 1e-5 * abs(value)


def say_fewer(count: int, than: int) -> str:
    """Return how many times fewer a count is.

    >>> say_fewer(15, than=1027), say_fewer(400, than=1000)
    ('68 times fewer', '2.5 times fewer')
    """
    return f"{say_times(than / count)} fewer"


def are_clearly_fewer(count: int, than: int) -> bool:
    """Return whether a count is so much smaller that it is worth a mention.

    >>> are_clearly_fewer(19905, than=20013), are_clearly_fewer(400, than=1000)
    (False, True)
    """
    return than >= _CLEARLY * count


def say_times(factor: float) -> str:
    """Return how many times as many something is.

    >>> say_times(2872.4), say_times(2.53)
    ('2,872 times', '2.5 times')
    """
    return f"{factor:,.0f} times" if factor >= 10 else f"{factor:.2g} times"
