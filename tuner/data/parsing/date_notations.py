"""Dates and times in a notation, and the calendar parts that become features.

A notation of dates is named by the last day of 2024, and the notation of times without a date by
the last minute of a day. A date whose year comes first is read in every notation of dates, because
its parts are certain.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from tuner.data.parsing.characters import convert_to_codes
from tuner.data.parsing.date_fields import DateFields

__all__ = [
    "DATE_NOTATIONS",
    "DAY_FIRST",
    "FRACTION",
    "MONTH_FIRST",
    "PARTS",
    "TIME",
    "YEAR_FIRST",
    "format_day",
    "name_part_features",
    "parse_dates",
]

DAY_FIRST, MONTH_FIRST, YEAR_FIRST, TIME = "31/12/2024", "12/31/2024", "2024-12-31", "23:59"
DATE_NOTATIONS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST, TIME)
"""All notations, in the order in which they are tried."""

PARTS = {
    "days": ("days",),
    "year": ("year",),
    "month": ("month sine", "month cosine"),
    "weekday": ("weekday sine", "weekday cosine"),
    "hour": ("hour sine", "hour cosine"),
}
"""The features of each calendar part; a part that repeats is a point on a circle."""

FRACTION = "fraction"
"""The fraction of a second, in days. It is no feature, and `days` is without it: only float64 holds
both.
"""

_FIRST_DAY = convert_to_codes(np.array(["1970-01-01 "], object))[:, :-1]
_DAY_SECONDS = 86_400.0
_CENTURY = 69  # of two digits: 69 is 1969, 68 is 2068, as in POSIX
_DAYS_BEFORE_1970 = 719_468  # from 0000-03-01
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_FLOAT = np.ones(1)  # makes whole numbers float64 when they are multiplied by it, in Keras too


def name_part_features(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the features of some calendar parts.

    >>> name_part_features(["days", "month"])
    ('days', 'month sine', 'month cosine')
    """
    return tuple(name for part in parts for name in PARTS[part])


def format_day(day: float) -> str:
    """Return a day, counted from 1970-01-01, as a date.

    >>> format_day(19723.5)
    '2024-01-01'
    """
    return str(np.datetime64(int(np.floor(day)), "D"))


def parse_dates(
    codes: Any, notations: Sequence[str], ops: ModuleType, *, fraction: bool = False
) -> dict[str, Any]:
    """Return the features of the date in each text; NaN if the text is not a date.

    The parser reads a date, optionally followed by a blank or T and a time. The time has hours and
    minutes, optionally seconds with a fraction, and then optionally AM or PM, Z, or an offset. An
    offset is not applied: all parts are those of the written clock. `days` counts from 1970-01-01
    and has the time as a fraction; a time without a date belongs to that day.

    A year of two digits must come last. It follows slashes, or dots if day and month have two
    digits each: 1.2.10 is probably a version, and 24-12-31 begins with the year.

    Args:
        codes: Character codes, shape `(texts, characters)`. The texts of columns stand below each
            other.
        notations: That of each column, of `DATE_NOTATIONS`. `TIME` does not stand with others.
        ops: `numpy` or `keras.ops`.
        fraction: Whether to return `FRACTION` beside the features.

    Returns:
        Features by name, each of shape `(texts,)`, float64. The first one is `days`.
    """
    if TIME in notations:
        day = ops.zeros_like(codes[:, :1]) + _FIRST_DAY
        codes = ops.concatenate([day, codes], axis=1)
    fields = DateFields(codes, ops)
    year_first = ops.equal(fields.length[0], 4)
    valid = fields.well_formed & _find_valid_times(fields, ops, alone=TIME in notations)
    must_be = _flag_texts(codes, notations, (YEAR_FIRST, TIME), ops)
    if must_be is not False:
        valid = valid & (year_first if must_be is True else year_first | ~must_be)
    month_first = _flag_texts(codes, notations, (MONTH_FIRST,), ops)
    year, month, day, complete = _read_date(fields, year_first, month_first, ops)
    valid = valid & complete & _find_valid_days(year, month, day, ops)
    features = _calculate_features(year, month, _count_days(year, month, day), fields, ops)
    if fraction:
        features[FRACTION] = fields.read_fraction() / _DAY_SECONDS
    return {name: ops.where(valid, feature, np.nan) for name, feature in features.items()}


def _flag_texts(
    codes: Any, notations: Sequence[str], wanted: Sequence[str], ops: ModuleType
) -> Any:
    """Return which texts are of a column in one of some notations, shape `(texts,)`, bool.

    Returns:
        True or False, as Python has them, if all columns agree.
    """
    flags = np.array([notation in wanted for notation in notations])
    if flags.all() or not flags.any():
        return bool(flags[0])
    columns = ops.reshape(codes[:, 0], (len(flags), -1))
    return ops.reshape((columns >= 0) & flags[:, None], (-1,))


def _read_date(
    fields: DateFields, year_first: Any, month_first: Any, ops: ModuleType
) -> tuple[Any, Any, Any, Any]:
    """Return the year, the month and the day of each text, and whether their lengths are valid.

    Args:
        fields: The fields of each text.
        year_first: Which dates begin with the year, shape `(texts,)`, bool.
        month_first: Which of the other dates begin with the month, as `_flag_texts` says.
        ops: `numpy` or `keras.ops`.

    Returns:
        Four arrays of shape `(texts,)`.
    """

    def choose(first: int, if_month: int, if_day: int) -> tuple[Any, Any]:
        """Return the values and lengths of a part: its field where the year is first, or not."""
        both = []
        for field in (fields.value, fields.length):
            other = field[if_month if month_first is True else if_day]
            if not isinstance(month_first, bool) and if_month != if_day:
                other = ops.where(month_first, field[if_month], field[if_day])
            both.append(ops.where(year_first, field[first], other))
        return both[0], both[1]

    month, month_length = choose(1, 0, 1)
    day, day_length = choose(2, 1, 0)
    year, year_length = choose(0, 2, 2)
    short = ops.equal(year_length, 2)
    year = year + ops.where(short, 1900 + 100 * (year < _CENTURY), 0)
    complete = ops.equal(year_length, 4) | (short & fields.short_year)
    return year, month, day, complete & (month_length <= 2) & (day_length <= 2)


def _find_valid_times(fields: DateFields, ops: ModuleType, *, alone: bool) -> Any:
    """Return whether a clock has these times; minutes have two digits if they stand alone."""
    minute, second = fields.value[4:6]
    valid = (fields.hour <= 23) & (minute <= 59) & (second <= 60)  # 60 is a leap second
    return valid & ops.equal(fields.length[4], 2) if alone else valid


def _find_valid_days(year: Any, month: Any, day: Any, ops: ModuleType) -> Any:
    """Return whether the calendar has these days, shape `(texts,)`, bool."""
    leap = ops.equal(year % 4, 0) & (~ops.equal(year % 100, 0) | ops.equal(year % 400, 0))
    month_days = ops.take(_MONTH_DAYS, ops.minimum(month, 12))
    return (
        (year >= 1)
        & (month >= 1)
        & (month <= 12)
        & (day >= 1)
        & (day <= month_days + (leap & ops.equal(month, 2)))
    )


def _count_days(year: Any, month: Any, day: Any) -> Any:
    """Return the days since 1970-01-01, shape `(texts,)`, integers.

    `days_from_civil` of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), for
    years of the common era: years begin in March, so that the leap day is the last.
    """
    year = year - (month <= 2)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * year + year // 4 - year // 100 + year // 400 + day_of_year - _DAYS_BEFORE_1970


def _calculate_features(
    year: Any, month: Any, days: Any, fields: DateFields, ops: ModuleType
) -> dict[str, Any]:
    """Return the features of `PARTS` by name, each of shape `(texts,)`, float64."""
    minute, second = fields.value[4:6]
    hours = (fields.hour * 3600 + minute * 60 + second) * _FLOAT / 3600.0
    turns = {
        "month": (month - 1) * _FLOAT / 12.0,
        "weekday": (days + 3) % 7 * _FLOAT / 7.0,  # 1970-01-01 was a Thursday
        "hour": hours / 24.0,
    }
    features = {"days": days * _FLOAT + hours / 24.0, "year": year * _FLOAT}
    for part, turn in turns.items():
        angle = 2 * np.pi * turn
        features |= {f"{part} sine": ops.sin(angle), f"{part} cosine": ops.cos(angle)}
    return features
