"""The fields of a date and time: the runs of digits in a text, and what separates them."""

from types import ModuleType
from typing import Any

import numpy as np

from tuner.data.parsing.characters import (
    BLANKS,
    DIGITS,
    count_so_far,
    flag_characters,
    read_digits,
)

__all__ = ["DateFields"]

_DIGITS = 5  # of a field that are read: no valid field has five digits
_FRACTION_DIGITS = 9  # nanoseconds
_POWERS = 10.0 ** np.arange(_FRACTION_DIGITS + 1)
_FIELDS = 7  # three of the date, then hour, minute, second and its fraction
_SEPARATORS = "-/."
_LEGAL = DIGITS + BLANKS + "+-/.,:TtZzAaPpMm"


class DateFields:
    """The first seven runs of digits in each text, before an offset from UTC.

    Attributes:
        value: The number of each field, a list of arrays of shape `(texts,)`, integers; 0 if the
            text has fewer fields.
        length: The number of digits of each field, a list as `value`; at most 5.
        hour: The hour from 0 to 23, with AM and PM applied, shape `(texts,)`, integers.
        short_year: Whether the third field may be a year of two digits, shape `(texts,)`, bool.
        well_formed: Whether a date, and a time if there is one, are separated as they should be,
            shape `(texts,)`, bool.
    """

    def __init__(self, codes: Any, ops: ModuleType) -> None:
        self._codes, self._ops = codes, ops
        local = self._find_local_time()
        digit = self._flag(DIGITS) * local
        started = count_so_far(digit * (1 - ops.roll(digit, 1, axis=1)), ops)
        starts = self._find_starts(started)
        value, length = self._read_runs(starts, _DIGITS)
        self._last = starts[:, _FIELDS - 1 :]
        self.value = [value[:, field] for field in range(_FIELDS)]
        self.length = [length[:, field] for field in range(_FIELDS)]
        before = ops.take_along_axis(codes, ops.maximum(starts - 1, 0), axis=1)
        slashes, dots = (flag_characters(before[:, 1], mark, ops) > 0 for mark in "/.")
        day_and_month = self.length[0] + self.length[1]
        self.short_year = slashes | (dots & ops.equal(day_and_month, 4))
        has_half, afternoon = self._find_day_half(started)
        hour = self.value[3]
        self.hour = ops.where(has_half, hour % 12 + 12 * afternoon, hour)
        count = started[:, -1]
        twelve_hours = (hour >= 1) & (hour <= 12) & (count > 3)
        self.well_formed = (
            ops.all(flag_characters(codes, _LEGAL, ops, end=True) > 0, axis=1)
            & ops.equal(codes[:, -1], 0)
            & self._find_separated(before, count, ops.sum(self._flag("-/.,:Tt") * local, axis=1))
            & (ops.equal(ops.sum(self._flag("AaPpMm"), axis=1), 0) | has_half)
            & (~has_half | (twelve_hours & ops.all(local > 0, axis=1)))
        )

    def read_fraction(self) -> Any:
        """Return the fraction of a second, shape `(texts,)`, float64; 0 if a text has none."""
        digits, length = self._read_runs(self._last, _FRACTION_DIGITS)
        return digits[:, 0] / self._ops.take(_POWERS, length[:, 0])

    def _flag(self, characters: str) -> Any:
        return flag_characters(self._codes, characters, self._ops)

    def _find_local_time(self) -> Any:
        """Return whether each character stands before an offset from UTC."""
        ops = self._ops
        timed = count_so_far(self._flag(":"), ops) > 0
        zone = ops.maximum(self._flag("+Zz"), self._flag("-") * timed)
        return ops.equal(count_so_far(zone, ops), 0)

    def _find_starts(self, started: Any) -> Any:
        """Return the index at which each field starts, shape `(texts, fields)`.

        The characters before the k-th run are those up to which fewer than k runs have started.
        """
        ops = self._ops
        runs = range(1, _FIELDS + 1)
        return ops.stack([ops.sum(started < run, axis=1) for run in runs], axis=1)

    def _read_runs(self, starts: Any, most: int) -> tuple[Any, Any]:
        """Return the number and the length of each field, each of shape `(texts, fields)`.

        Further digits than `most` are not read.
        """
        ops = self._ops
        codes = ops.pad(self._codes, ((0, 0), (0, most)))
        inside, value, length = np.ones(1, np.int8), ops.zeros_like(starts), ops.zeros_like(starts)
        for offset in range(most):
            code = ops.take_along_axis(codes, starts + offset, axis=1)
            inside = flag_characters(code, DIGITS, ops) * inside  # until a character is no digit
            # No additions: Keras takes the sum of two tensors without rows for a bias.
            value = value - inside * (value * -9 - read_digits(code, np.int32, ops))
            length = length - inside * -1
        return value, length

    def _find_day_half(self, started: Any) -> tuple[Any, Any]:
        """Return whether AM or PM, once and in any case, follows all digits; and whether it is PM.

        **Shape**: `(texts, characters)` → two arrays of `(texts,)`.
        """
        ops = self._ops
        first, second = self._flag("AaPp"), self._flag("Mm")
        after_digits = ops.equal(started, started[:, -1:]) & (self._flag(DIGITS) < 1)
        together = ops.sum(second * ops.roll(first * after_digits, 1, axis=1), axis=1)
        has_half = (
            ops.equal(together, 1)
            & ops.equal(ops.sum(first, axis=1), 1)
            & ops.equal(ops.sum(second, axis=1), 1)
        )
        return has_half, ops.sum(self._flag("Pp"), axis=1)

    def _find_separated(self, before: Any, count: Any, marks: Any) -> Any:
        """Return whether the right character stands before each field, shape `(texts,)`, bool.

        Args:
            before: The code before each field, shape `(texts, fields)`.
            count: How many fields a text has, shape `(texts,)`.
            marks: How many separators other than blanks a text has, shape `(texts,)`.
        """
        ops = self._ops

        def has(characters: str, field: int) -> Any:
            return flag_characters(before[:, field], characters, ops) > 0

        blank = has(BLANKS, 3) & (count > 3)
        time = (
            (blank | has("Tt", 3))
            & (self.length[3] <= 2)
            & has(":", 4)
            & ops.equal(self.length[4], 2)
        )
        seconds = has(":", 5) & ops.equal(self.length[5], 2)
        return (
            (count >= 3)
            & (count <= _FIELDS)
            & has(_SEPARATORS, 1)
            & ops.equal(before[:, 1], before[:, 2])
            & (ops.equal(count, 3) | ((count >= 5) & time))
            & ((count <= 5) | seconds)
            & ((count <= 6) | has(".,", 6))
            & ops.equal(marks + blank, count - 1)
        )
