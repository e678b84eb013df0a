"""Sentences about a column: why it is left out, and what its cells may mean otherwise.

A function without a doubt returns "".
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.column_names import quote_names
from tuner.data.columns.column import Column
from tuner.data.columns.identifiers import FREE_TEXT, IDENTIFIER, meaning_of
from tuner.data.columns.levels import Levels
from tuner.data.parsing.number_notations import CURRENCIES
from tuner.data.parsing.text_column import Cells
from tuner.words import list_first

__all__ = [
    "ASKED",
    "CONSTANT",
    "EMPTY",
    "RARE",
    "dotted",
    "left_out",
    "mixed_levels",
    "mixed_signs",
    "pooled",
    "rounded",
    "unread",
]

EMPTY = "every value is missing"
CONSTANT = "constant"
RARE = "rare levels"
ASKED = "asked for"


def left_out(columns: Iterable[Column]) -> tuple[str, ...]:
    """Return a sentence for each reason why columns were left out without being asked to."""
    sentences = []
    for reason, one, many in (
        (CONSTANT, "column is constant and left out", "columns are constant and left out"),
        (EMPTY, "column has no values and is left out", "columns have no values and are left out"),
        (
            IDENTIFIER,
            "column names rows, with hardly a value twice, and is left out",
            "columns name rows, with hardly a value twice, and are left out",
        ),
        (FREE_TEXT, "column is free text and left out", "columns are free text and left out"),
        (
            RARE,
            "column has rare levels alone and is left out",
            "columns have rare levels alone and are left out",
        ),
    ):
        names = [column.name for column in columns if column.reason == reason]
        if names:
            given = quote_names(*names[:8])
            keep = f"; give --categorical {given} to keep {_them(names)} as levels"
            sentences.append(
                f"{len(names)} {one if len(names) == 1 else many}: {list_first(names)}"
                f"{'' if reason in (CONSTANT, EMPTY) else keep}"
            )
    return tuple(sentences)


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"


def rounded(name: str, numbers: np.ndarray, single: np.ndarray) -> str:
    """Return a sentence about whole numbers that float32 does not hold; or ""."""
    wrong = np.flatnonzero((numbers == np.trunc(numbers)) & (single != numbers))
    if not len(wrong):
        return ""
    number = numbers[wrong[0]]
    return (
        f"column {name}: whole numbers are rounded to float32, {number:.0f} to "
        f"{single[wrong[0]]:.0f}; subtract a constant from them, or write dates as 2024-12-31"
    )


def dotted(name: str, texts: Any, numbers: np.ndarray) -> str:
    """Return a sentence about plain numbers in which a dot may separate thousands; or ""."""
    present = np.abs(numbers[~np.isnan(numbers)])
    fractions = present != np.trunc(present)
    if not fractions.any() or fractions.all() or present.min() < 1 or present.max() >= 1000:
        return ""
    bare = pc.utf8_trim_whitespace(texts.unique())
    like = bare.filter(pc.match_substring_regex(bare, r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"))
    if len(like) < len(bare.filter(pc.match_substring(bare, "."))):
        return ""
    return (
        f"column {name}: {like[0].as_py()} and the like do not tell whether a dot separates "
        "thousands or the decimals; it is read as decimal, write 1234 if that is wrong"
    )


def mixed_signs(name: str, texts: np.ndarray) -> str:
    """Return a sentence about numbers of which some have a sign that others lack; or ""."""
    column = pa.array(texts, pa.string())
    signs = {sign: pc.match_substring(column, sign) for sign in ("%", *CURRENCIES)}
    there = {sign: found for sign, found in signs.items() if pc.any(found).as_py()}
    if "%" in there and not pc.all(there["%"]).as_py():
        without = texts[pc.index(there["%"], False).as_py()]
        return (
            f"column {name}: some numbers have a percent sign, which divides by a hundred, and "
            f"others, such as {without}, have none; write all of them alike"
        )
    if len(there.keys() - {"%"}) > 1:
        return f"column {name}: {' and '.join(there)} are mixed, and their amounts not converted"
    return ""


def pooled(name: str, levels: Levels) -> str:
    """Return a sentence about levels that are one feature; or ""."""
    if not levels.pooled:
        return ""
    count = len(levels.names) + levels.pooled
    return (
        f"column {name}: {levels.pooled:,} of its {count:,} levels are rare and count as one "
        f"level, other, in {levels.rows:,} rows, as levels that are new to the model will"
    )


def mixed_levels(column: Column) -> str:
    """Return a sentence about levels that are in part numbers; "" if they are not."""
    cells = Cells.of(pa.chunked_array([pa.array(column.levels, pa.string())]))
    if not cells.number.any():
        return ""
    others = [repr(text) for text in cells.texts[cells.strange]]
    return (
        f"column {column.name}: numbers and {list_first(others, limit=3)} are mixed, so its "
        f"{len(column.levels)} values are taken as levels; mend the cells if it is meant "
        f"to be a number, or give --categorical {quote_names(column.name)} to keep them so"
    )


def unread(name: str, cells: Cells) -> str:
    """Return a sentence about texts that are left out and may be dates or numbers; or ""."""
    texts = cells.stripped[~cells.empty]
    match meaning_of(texts):
        case "date":
            what, like = "dates whose month is a word", "2024-12-31"
        case "number":
            what, like = "numbers and dates in other notations", "1234.5 or 2024-12-31"
        case _:
            return ""
    return f"column {name}: {what}, such as {texts[0]}, are not read; write {like} to learn from it"
