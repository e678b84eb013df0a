"""Dates and times as people write them, and the calendar parts that are features.

A notation is named by the last day of 2024, that of times alone by the last minute of a day. Dates
whose year comes first are read in every notation of dates, since these say by themselves which part
is which.
"""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from tuner.data.parsing.characters import BLANKS, DIGITS, character_codes, count, flags, values

__all__ = ["DATE_NOTATIONS", "DAY_FIRST", "PARTS", "TIME", "parse_dates", "part_features"]

DAY_FIRST, MONTH_FIRST, YEAR_FIRST, TIME = "31/12/2024", "12/31/2024", "2024-12-31", "23:59"
DATE_NOTATIONS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST, TIME)
"""All that are read, in the order in which they are tried."""

PARTS = {
    "days": ("days",),
    "year": ("year",),
    "month": ("month sine", "month cosine"),
    "weekday": ("weekday sine", "weekday cosine"),
    "hour": ("hour sine", "hour cosine"),
}
"""The features of each calendar part; what comes round again is a point on a circle."""

_FIRST_DAY = character_codes(np.array(["1970-01-01 "], object))[:, :-1].astype(np.int64)

_PLACES = np.arange(5)  # of a field that are looked at: no field has so many digits
_TENS = 10**_PLACES
_FIELDS = 7  # year, month, day, hour, minute, second and its fraction
_SEPARATORS = "-/."
_LEGAL = DIGITS + BLANKS + "+-/.,:TtZzAaPpMm"
_CENTURY = 69  # of two digits: 69 is 1969, 68 is 2068, as POSIX has it
_DAYS_BEFORE_1970 = 719_468  # from 0000-03-01
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_FLOAT = np.ones(1)  # times whole numbers it gives float64, in NumPy and Keras alike


def part_features(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of some parts' features.

    >>> part_features(["days", "month"])
    ('days', 'month sine', 'month cosine')
    """
    return tuple(name for part in parts for name in PARTS[part])


def parse_dates(codes: Any, notation: str, ops: ModuleType) -> dict[str, Any]:
    """Return the features of dates by name, each (rows,) float64, NaN where a text is no date.

    Read are a date, with a blank or T and hours and minutes after it, perhaps seconds and their
    fraction, and then perhaps AM or PM, or Z or an offset. Parts are those of the clock that was
    read from: an offset is not applied. `days` counts from 1970-01-01, with the time as a fraction;
    a time alone is one of that day.

    A year of two digits comes last, after slashes, or dots where day and month have two digits:
    1.2.10 is rather a version, and 24-12-31 begins with the year.

    Args:
        codes: Those of the characters, (rows, characters).
        notation: One of `DATE_NOTATIONS`.
        ops: `numpy` or `keras.ops`.
    """
    if notation == TIME:
        day = ops.zeros_like(codes[:, :1]) + _FIRST_DAY
        codes = ops.concatenate([day, codes], axis=1)
    fields = _Fields(codes, ops)
    iso = ops.equal(fields.length[0], 4)
    order = (0, 1, 2) if notation == MONTH_FIRST else (1, 0, 2)
    (month, m_length), (day, d_length), (year, y_length) = (
        _either(iso, fields, first, later, ops)
        for first, later in zip((1, 2, 0), order, strict=True)
    )
    hour, minute, second = fields.hour, *fields.value[4:6]
    short = ops.equal(y_length, 2)
    year = year + ops.where(short, 1900 + 100 * (year < _CENTURY), 0)
    leap = ops.equal(year % 4, 0) & (~ops.equal(year % 100, 0) | ops.equal(year % 400, 0))
    month_days = ops.take(_MONTH_DAYS, ops.minimum(month, 12))
    valid = (
        fields.well_formed
        & (iso if notation in (YEAR_FIRST, TIME) else fields.well_formed)
        & (ops.equal(fields.length[4], 2) if notation == TIME else fields.well_formed)
        & (ops.equal(y_length, 4) | (short & fields.short))
        & (m_length <= 2)
        & (d_length <= 2)
        & (year >= 1)
        & (month >= 1)
        & (month <= 12)
        & (day >= 1)
        & (day <= month_days + (leap & ops.equal(month, 2)))
        & (hour <= 23)
        & (minute <= 59)
        & (second <= 60)  # of a leap second
    )
    days = _days(year, month, day, ops)
    hours = (hour * 3600 + minute * 60 + second) * _FLOAT / 3600.0
    found = {
        "days": days * _FLOAT + hours / 24.0,
        "year": year * _FLOAT,
        **_circle("month", (month - 1) * _FLOAT / 12.0, ops),
        **_circle("weekday", (days + 3) % 7 * _FLOAT / 7.0, ops),  # 1970-01-01 was a Thursday
        **_circle("hour", hours / 24.0, ops),
    }
    return {name: ops.where(valid, feature, np.nan) for name, feature in found.items()}


class _Fields:
    """The runs of digits before an offset, the first seven of them.

    Attributes:
        value: The number of each, a list of (rows,) integers; 0 for one that is not there.
        length: Its digits, as many as `_PLACES` at most.
        hour: Of 24, (rows,) integers.
        short: (rows,) bool, a year of two digits may be the third.
        well_formed: (rows,) bool, a date and perhaps a time are separated as they should be.
    """

    def __init__(self, codes: Any, ops: ModuleType) -> None:
        at_most = codes.shape[1] - 1
        digit, mark, colon, minus, zone = (
            ops.take(flags(characters), codes)
            for characters in (DIGITS, "-/.,:Tt", ":", "-", "+Zz")
        )
        legal = ops.take(flags(_LEGAL, end=True), codes) > 0
        timed = count(colon, ops) > 0
        local = ops.equal(count(ops.maximum(zone, minus * timed), ops), 0)
        digit = digit * local
        started = count(digit * (1 - ops.roll(digit, 1, axis=1)), ops)
        # the characters before the k-th run are those at which fewer than k have started
        runs = range(1, _FIELDS + 1)
        starts = ops.stack([ops.sum(started < run, axis=1) for run in runs], axis=1)
        at = ops.minimum(ops.expand_dims(starts, 2) + _PLACES, at_most)
        digits, worth = (
            _gathered(of_text, at, ops) for of_text in (digit, ops.take(values(np.int64), codes))
        )
        digits = ops.cumprod(digits, axis=2)  # a run ends where the first digit is lacking
        length = ops.sum(digits, axis=2)
        tens = ops.take(_TENS, ops.maximum(ops.expand_dims(length, 2) - 1 - _PLACES, 0))
        value = ops.sum(digits * worth * tens, axis=2)
        before = ops.take_along_axis(codes, ops.maximum(starts - 1, 0), axis=1)
        self.value = [value[:, field] for field in range(_FIELDS)]
        self.length = [length[:, field] for field in range(_FIELDS)]
        runs_found = started[:, -1]
        marks = ops.sum(mark * local, axis=1)
        slashes, dots = (ops.take(flags(mark), before[:, 1]) > 0 for mark in "/.")
        self.short = slashes | (dots & ops.equal(self.length[0] + self.length[1], 4))
        halved, afternoon = _half_of_day(codes, started, ops)
        self.hour = ops.where(halved, self.value[3] % 12 + 12 * afternoon, self.value[3])
        of_twelve = (self.value[3] >= 1) & (self.value[3] <= 12) & (runs_found > 3)
        self.well_formed = (
            ops.all(legal, axis=1)
            & ops.equal(codes[:, -1], 0)
            & self._separated(before, runs_found, marks, ops)
            & (ops.equal(ops.sum(ops.take(flags("AaPpMm"), codes), axis=1), 0) | halved)
            & (~halved | (of_twelve & ops.all(local > 0, axis=1)))
        )

    def _separated(self, before: Any, found: Any, marks: Any, ops: ModuleType) -> Any:
        """Return (rows,) bool: what stands before each run is what should stand there."""

        def one_of(characters: str, field: int) -> Any:
            return ops.take(flags(characters), before[:, field]) > 0

        blank = one_of(BLANKS, 3) & (found > 3)
        time = (
            (blank | one_of("Tt", 3))
            & (self.length[3] <= 2)
            & one_of(":", 4)
            & ops.equal(self.length[4], 2)
        )
        seconds = one_of(":", 5) & ops.equal(self.length[5], 2)
        return (
            (found >= 3)
            & (found <= _FIELDS)
            & one_of(_SEPARATORS, 1)
            & ops.equal(before[:, 1], before[:, 2])
            & (ops.equal(found, 3) | ((found >= 5) & time))
            & ((found <= 5) | seconds)
            & ((found <= 6) | one_of(".,", 6))
            & ops.equal(marks + blank, found - 1)
        )


def _half_of_day(codes: Any, started: Any, ops: ModuleType) -> tuple[Any, Any]:
    """Return where AM or PM, once and in any case, follows all digits; and where it is PM."""
    first, second = (ops.take(flags(letters), codes) for letters in ("AaPp", "Mm"))
    at_end = ops.equal(started, started[:, -1:]) & (ops.take(flags(DIGITS), codes) < 1)
    together = ops.sum(second * ops.roll(first * at_end, 1, axis=1), axis=1)
    halved = (
        ops.equal(together, 1)
        & ops.equal(ops.sum(first, axis=1), 1)
        & ops.equal(ops.sum(second, axis=1), 1)
    )
    return halved, ops.sum(ops.take(flags("Pp"), codes), axis=1)


def _gathered(of_text: Any, at: Any, ops: ModuleType) -> Any:
    """Return what stands at some places of each row, shaped as the places, (rows, …)."""
    rows = ops.reshape(at, (-1, at.shape[1] * at.shape[2]))
    return ops.reshape(ops.take_along_axis(of_text, rows, axis=1), (-1, *at.shape[1:]))


def _either(iso: Any, fields: _Fields, first: int, later: int, ops: ModuleType) -> tuple[Any, Any]:
    """Return a part's value and length, from where it stands if the year is first, or is not."""
    return tuple(ops.where(iso, of[first], of[later]) for of in (fields.value, fields.length))


def _days(year: Any, month: Any, day: Any, ops: ModuleType) -> Any:
    """Return the days since 1970-01-01, (rows,) integers.

    `days_from_civil` of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), for
    years of the common era: years begin in March, so that the leap day is the last.
    """
    year = year - (month <= 2)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * year + year // 4 - year // 100 + year // 400 + of_year - _DAYS_BEFORE_1970


def _circle(name: str, turns: Any, ops: ModuleType) -> dict[str, Any]:
    angle = 2 * np.pi * turns
    return {f"{name} sine": ops.sin(angle), f"{name} cosine": ops.cos(angle)}
