"""Numbers as people write them: separated thousands, a decimal comma, percent and currency signs.

A notation is named by a number that is written in it, so that its second character separates
thousands and its sixth the fraction.
"""

from types import ModuleType
from typing import Any

import numpy as np

from tuner.data.parsing.characters import BLANKS, DIGITS, SIGNS, WIDTH, count, flags, values

__all__ = ["CURRENCIES", "DECIMAL_COMMA", "NOTATIONS", "parse_numbers"]

DECIMAL_COMMA = "1.234,5"
NOTATIONS = ("1,234.5", DECIMAL_COMMA, "1 234.5", "1 234,5", "1'234.5", "1'234,5")
"""All that are read, in the order in which they are tried."""

CURRENCIES = "$€£¥"

_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
_SPELLINGS = {" ": BLANKS, "'": _APOSTROPHES}
_POWERS = 10.0 ** np.arange(3 * WIDTH + 1)
_GREATEST = float(np.finfo(np.float32).max)


def parse_numbers(codes: Any, notation: str, ops: ModuleType) -> Any:
    """Return the numbers that texts stand for, (rows,) float64, NaN where one stands for none.

    A percent sign divides by a hundred, a currency sign is passed over, and what is in parentheses
    is negative, as accountants have it. Where thousands are separated, all of them are. A number
    that float32 does not hold is none.

    Args:
        codes: Those of the characters, (rows, characters).
        notation: One of `NOTATIONS`.
        ops: `numpy` or `keras.ops`.
    """
    thousands, decimal = notation[1], notation[5]
    digit, point, group, sign, percent, currency, opened, closed = (
        ops.take(flags(characters), codes)
        for characters in (
            *(DIGITS, decimal, _SPELLINGS.get(thousands, thousands)),
            *(SIGNS, "%", CURRENCIES, "(", ")"),
        )
    )
    value = ops.take(values(np.float64), codes)
    seen = count(digit, ops)
    digits = ops.sum(digit, axis=1, keepdims=True)
    fraction = ops.sum(digit * (count(point, ops) > 0), axis=1, keepdims=True)
    left = digits - seen  # digits after a character

    core = ops.take(flags(DIGITS + decimal), codes)
    core_seen = count(core, ops)
    begun = core_seen > 0
    ended = core_seen >= ops.sum(core, axis=1, keepdims=True)
    group = group * (begun & ~ended)
    in_place = (
        (core > 0)
        | (group > 0)
        | (~begun & (ops.take(flags(SIGNS + CURRENCIES + BLANKS + "("), codes) > 0))
        | (ended & begun & (ops.take(flags("%" + CURRENCIES + BLANKS + ")", end=True), codes) > 0))
    )

    whole_left = left - fraction
    parted = (whole_left > 0) & ops.equal(whole_left % 3, 0) & (ops.roll(digit, 1, axis=1) > 0)
    groups = ops.sum(group, axis=1)
    first = ops.sum(value * ops.equal(seen, 1), axis=1)
    whole = (digits - fraction)[:, 0]
    grouped = ops.equal(groups, 0) | (ops.equal(groups, (whole - 1) // 3) & (first > 0))

    valid = ops.all(in_place & (ops.equal(group, 0) | parted), axis=1) & grouped
    valid = valid & (digits[:, 0] > 0) & ops.equal(codes[:, -1], 0)
    for once in (point, ops.maximum(sign, opened), percent, currency):
        valid = valid & (ops.sum(once, axis=1) <= 1)
    valid = valid & ops.equal(ops.sum(opened, axis=1), ops.sum(closed, axis=1))

    number = ops.sum(value * ops.take(_POWERS, left), axis=1)
    number = number / ops.take(_POWERS, fraction[:, 0] + 2 * ops.sum(percent, axis=1))
    minus = ops.sum(ops.take(flags(SIGNS.replace("+", "") + "("), codes), axis=1)
    number = number * (1 - 2 * minus)
    return ops.where(valid & (ops.abs(number) <= _GREATEST), number, np.nan)
