"""Columns that name a row and measure nothing: identifiers, and free text."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.parsing.text_column import Cells

__all__ = ["FREE_TEXT", "IDENTIFIER", "are_identifiers", "meaning_of", "unique_reason"]

IDENTIFIER = "identifier"
FREE_TEXT = "free text"

_NAMES = {"id", "ids", "identifier", "uuid", "guid", "pk"}
_COUNTS = {"index", "idx", "key", "nr", "no", "num", "number", "row", "rownum", "record", "unnamed"}
_MONTH = r"(?i)^[^a-z]*\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b[^a-z]*$"
_TWO_NUMBERS = "[0-9]+[^0-9]+[0-9]+"
_MEASUREMENT = r"^[^\pL]*[0-9]+[^\pL]*\pL{0,4}[^\pL0-9]*$"
_ENOUGH = 20  # rows in which chance alone does not make values differ from each other


def are_identifiers(name: str, values: np.ndarray) -> bool:
    """Return whether whole numbers are identifiers: by the column's name, and nearly all different.

    Where the name is less certain, such as "number", they must follow one another without a gap.

    Args:
        name: The column's.
        values: (rows,) float64, NaN where one is missing.

    >>> are_identifiers("PassengerId", np.arange(0, 900, 9.0))
    True
    >>> are_identifiers("paid", np.arange(0, 900, 9.0)), are_identifiers("id", np.arange(99) / 2)
    (False, False)
    """
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]
    named = not _NAMES.isdisjoint(words)
    counted = not _COUNTS.isdisjoint(words) or any(word.endswith("id") for word in words)
    if not (named or counted):
        return False
    present = values[~np.isnan(values)]
    if len(present) < _ENOUGH or not (present == np.trunc(present)).all():
        return False
    distinct = np.unique(present)
    if len(distinct) < 0.95 * len(present):
        return False
    return named or bool(distinct[-1] - distinct[0] + 1 == len(distinct))


def unique_reason(cells: Cells) -> str:
    """Return why texts that differ from row to row are no levels; "" if they may be.

    Free text has four words or more on average, and more than half of its rows differ. Of an
    identifier, nearly all do.
    """
    present = ~cells.empty
    rows, texts = int(cells.count()[present].sum()), int(present.sum())
    if rows < _ENOUGH or texts <= rows / 2:
        return ""
    words = pc.count_substring_regex(pa.array(cells.stripped[present], pa.string()), r"\S+")
    if pc.mean(words).as_py() >= 4:
        return FREE_TEXT
    return IDENTIFIER if texts >= 0.95 * rows else ""


def meaning_of(texts: np.ndarray) -> str:
    """Return what most texts may mean that is not read: "date", "number" or "".

    >>> meaning_of(np.array(["31 Dec 2024"])), meaning_of(np.array(["12 EUR"]))
    ('date', 'number')
    """
    column = pa.array(texts, pa.string())
    months, two_numbers, measured = (
        pc.match_substring_regex(column, pattern)
        for pattern in (_MONTH, _TWO_NUMBERS, _MEASUREMENT)
    )
    if pc.mean(pc.and_(months, two_numbers)).as_py() > 0.5:
        return "date"
    return "number" if pc.mean(measured).as_py() > 0.5 else ""
