"""Columns from which nothing can be learned: identifiers and free text."""

import re
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.parsing.text_column import TextColumn

__all__ = ["FREE_TEXT", "IDENTIFIER", "are_identifiers", "find_unique_reason", "guess_meaning"]

IDENTIFIER = "identifier"
FREE_TEXT = "free text"

_NAMES = {"id", "ids", "identifier", "uuid", "guid", "pk"}
_COUNTER_NAMES = {
    *{"index", "idx", "key", "nr", "no", "num", "number"},
    *{"row", "rownum", "record", "unnamed"},
}
# The first letters of months in English, German, French, Spanish, Portuguese and Italian.
_MONTHS = (
    "jan|feb|fev|fév|mar|mär|mrz|apr|avr|abr|ma[iyg]|ju[nli]|giu|lug|a[ug][goû]|sep|set|o[ckut]t|"
    "nov|de[cz]|déc|dic|ene|gen"
)
_WEEKDAY = r"(?:\b(?:mon|tue|wed|thu|fri|sat|sun)\pL*\b[^\pL]*)?"
_MONTH = rf"(?i)^[^\pL]*{_WEEKDAY}(?:de )?\b(?:{_MONTHS})\pL*\b[^\pL]*(?:de [0-9]+|[ap]m|gmt|utc)?$"
_TWO_NUMBERS = "[0-9]+[^0-9]+[0-9]+"
_MEASUREMENT = r"^[^\pL]*\p{Nd}+[^\pL]*\pL{0,4}[^\pL\p{Nd}]*$"
_OTHER_NUMBERS = "|".join(
    (
        r"^\pL{1,3}[.$]? ?[0-9][0-9.,' ]*[.,][0-9]+$",  # USD 1,234.50
        "^[+-]?[0-9]+[.,]?[0-9]*[eEdD][+-]?[0-9]+$",  # 1,5E+03
        "^0[xX][0-9a-fA-F]+$",
        "^[0-9]{8}T[0-9]{4}",
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}",  # with the name of a zone
        r"^[0-9:./ -]+[ap]\. ?m\.$",
    )
)
_ENOUGH = 20  # rows, in which values do not all differ by chance


def are_identifiers(name: str, values: np.ndarray) -> bool:
    """Return whether the numbers of a column are identifiers.

    Identifiers are whole numbers that nearly all differ, in a column with a name such as "id". If
    the name is less certain, such as "number", they must be consecutive.

    Args:
        name: The column's name.
        values: Shape `(rows,)`, float64, NaN if missing.

    >>> are_identifiers("PassengerId", np.arange(0, 900, 9.0))
    True
    >>> are_identifiers("paid", np.arange(0, 900, 9.0)), are_identifiers("id", np.arange(99) / 2)
    (False, False)
    """
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]
    is_named = not _NAMES.isdisjoint(words)
    is_counter = not _COUNTER_NAMES.isdisjoint(words) or any(word.endswith("id") for word in words)
    if not (is_named or is_counter):
        return False
    present = values[~np.isnan(values)]
    if len(present) < _ENOUGH or not (present == np.trunc(present)).all():
        return False
    distinct = np.unique(present)
    if len(distinct) < 0.95 * len(present):
        return False
    return is_named or bool(distinct[-1] - distinct[0] + 1 == len(distinct))


def find_unique_reason(column: TextColumn) -> str:
    """Return why texts that differ from row to row are not levels; "" if they may be.

    Free text has at least four words on average, and more than half of its rows differ. Nearly all
    identifiers differ.
    """
    present = ~column.empty
    rows, texts = int(column.count_rows()[present].sum()), int(present.sum())
    if rows < _ENOUGH or texts <= rows / 2:
        return ""
    words = pc.count_substring_regex(pa.array(column.stripped[present], pa.string()), r"\S+")
    if pc.mean(words).as_py() >= 4:
        return FREE_TEXT
    return IDENTIFIER if texts >= 0.95 * rows else ""


def guess_meaning(texts: np.ndarray) -> Literal["date", "number", ""]:
    """Return the probable meaning of most texts, in notations that are not supported.

    >>> guess_meaning(np.array(["31 Dec 2024"])), guess_meaning(np.array(["12 EUR"]))
    ('date', 'number')
    """
    column = pa.array(texts, pa.string())
    months, two_numbers, measured = (
        pc.match_substring_regex(column, pattern)
        for pattern in (_MONTH, _TWO_NUMBERS, f"{_MEASUREMENT}|{_OTHER_NUMBERS}")
    )
    if pc.mean(pc.and_(months, two_numbers)).as_py() > 0.5:
        return "date"
    return "number" if pc.mean(measured).as_py() > 0.5 else ""
