"""Numbers in a notation: separated thousands, a decimal comma, percent and currency signs.

A notation is named by a number that is written in it: its second character separates thousands,
and its sixth separates the decimals.
"""

from types import ModuleType
from typing import Any

import numpy as np

from tuner.data.parsing.characters import (
    BLANKS,
    DIGITS,
    SIGNS,
    WIDTH,
    count_so_far,
    flag_characters,
    read_digits,
)

__all__ = [
    "CURRENCIES",
    "DECIMAL_COMMA",
    "NUMBER_NOTATIONS",
    "get_decimal_separator",
    "parse_numbers",
]

DECIMAL_COMMA = "1.234,5"
NUMBER_NOTATIONS = ("1,234.5", DECIMAL_COMMA, "1 234.5", "1 234,5", "1'234.5", "1'234,5")
"""All notations, in the order in which they are tried."""

CURRENCIES = "$€£¥"

_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_SPELLINGS = {" ": BLANKS, "'": _APOSTROPHES}  # of a thousands separator
_MINUS = SIGNS.replace("+", "") + "("
_POWERS = 10.0 ** np.arange(3 * WIDTH + 1)
_MAX_FLOAT32 = float(np.finfo(np.float32).max)


def get_decimal_separator(notation: str) -> str:
    """Return the decimal separator of a notation; "" for the notation "" of plain numbers.

    >>> get_decimal_separator("1.234,5")
    ','
    """
    return notation[5:6]


def parse_numbers(codes: Any, notation: str, ops: ModuleType) -> Any:
    """Return the number in each text; NaN if the text is not a number.

    A percent sign divides by 100, a currency sign is ignored, and a number in parentheses is
    negative, as in accounting. If one thousands separator is present, every thousand must have one.
    A number outside float32's range gives NaN.

    Args:
        codes: Character codes, shape `(texts, characters)`.
        notation: One of `NUMBER_NOTATIONS`.
        ops: `numpy` or `keras.ops`.

    Returns:
        Shape `(texts,)`, float64.
    """
    parts = _Parts(codes, notation, ops)
    valid = ops.all(parts.find_in_place() & parts.find_thousands_in_place(), axis=1)
    valid = valid & parts.find_complete_groups() & parts.find_complete_signs()
    number = parts.calculate_numbers()
    return ops.where(valid & (ops.abs(number) <= _MAX_FLOAT32), number, np.nan)


class _Parts:
    """The parts of the number in each text.

    Attributes:
        digit: Flags of the digits, shape `(texts, characters)`, int8, as are the other flags.
        value: The value of each digit, shape `(texts, characters)`, float64.
        digits_so_far: The digits up to each character, shape `(texts, characters)`, int8.
        digit_count: Digits in a text, shape `(texts, 1)`.
        fraction_count: Digits after the decimal separator, shape `(texts, 1)`.
        digits_left: The digits after each character, shape `(texts, characters)`.
        group: Flags of the thousands separators between the first and the last digit.
    """

    def __init__(self, codes: Any, notation: str, ops: ModuleType) -> None:
        self._codes, self._ops = codes, ops
        thousands, self._decimal = notation[1], get_decimal_separator(notation)
        self.digit, self._point, group, self._sign, self._percent = map(
            self._flag, (DIGITS, self._decimal, _SPELLINGS.get(thousands, thousands), SIGNS, "%")
        )
        self._currency, self._opened, self._closed = map(self._flag, (CURRENCIES, "(", ")"))
        self.value = read_digits(codes, np.float64, ops)
        self.digits_so_far = count_so_far(self.digit, ops)
        self.digit_count = ops.sum(self.digit, axis=1, keepdims=True)
        after_point = count_so_far(self._point, ops) > 0
        self.fraction_count = ops.sum(self.digit * after_point, axis=1, keepdims=True)
        self.digits_left = self.digit_count - self.digits_so_far
        self._core = self._flag(DIGITS + self._decimal)
        core_so_far = count_so_far(self._core, ops)
        self._begun = core_so_far > 0
        self._ended = core_so_far >= ops.sum(self._core, axis=1, keepdims=True)
        self.group = group * (self._begun & ~self._ended)

    def _flag(self, characters: str, *, end: bool = False) -> Any:
        return flag_characters(self._codes, characters, self._ops, end=end)

    def find_in_place(self) -> Any:
        """Return whether each character may stand before, in or after the number."""
        before = self._flag(SIGNS + CURRENCIES + BLANKS + "(") > 0
        after = self._flag("%" + CURRENCIES + BLANKS + ")", end=True) > 0
        return (
            (self._core > 0)
            | (self.group > 0)
            | (~self._begun & before)
            | (self._ended & self._begun & after)
        )

    def find_thousands_in_place(self) -> Any:
        """Return whether each character separates thousands, or is no thousands separator."""
        ops = self._ops
        whole_left = self.digits_left - self.fraction_count
        after_digit = ops.roll(self.digit, 1, axis=1) > 0
        between = (whole_left > 0) & ops.equal(whole_left % 3, 0) & after_digit
        return ops.equal(self.group, 0) | between

    def find_complete_groups(self) -> Any:
        """Return whether all thousands of a number are separated, or none, shape `(texts,)`."""
        ops = self._ops
        groups = ops.sum(self.group, axis=1)
        first = ops.sum(self.value * ops.equal(self.digits_so_far, 1), axis=1)
        whole = (self.digit_count - self.fraction_count)[:, 0]
        return ops.equal(groups, 0) | (ops.equal(groups, (whole - 1) // 3) & (first > 0))

    def find_complete_signs(self) -> Any:
        """Return whether a text has digits, ends, and has no sign twice, shape `(texts,)`."""
        ops = self._ops
        valid = (self.digit_count[:, 0] > 0) & ops.equal(self._codes[:, -1], 0)
        minus = ops.maximum(self._sign, self._opened)
        for sign in (self._point, minus, self._percent, self._currency):
            valid = valid & (ops.sum(sign, axis=1) <= 1)
        return valid & ops.equal(ops.sum(self._opened, axis=1), ops.sum(self._closed, axis=1))

    def calculate_numbers(self) -> Any:
        """Return the number in each text, if it is one, shape `(texts,)`, float64."""
        ops = self._ops
        number = ops.sum(self.value * ops.take(_POWERS, self.digits_left), axis=1)
        exponent = self.fraction_count[:, 0] + 2 * ops.sum(self._percent, axis=1)
        number = number / ops.take(_POWERS, exponent)
        return number * (1 - 2 * ops.sum(self._flag(_MINUS), axis=1))
