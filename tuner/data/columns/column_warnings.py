"""Warnings about a column: why it is left out, and what else its cells may mean.

A function that finds nothing to warn about returns "".
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.column_names import advise_missing, quote_names
from tuner.data.columns.column import Column
from tuner.data.columns.identifiers import FREE_TEXT, IDENTIFIER, guess_meaning
from tuner.data.columns.levels import Levels
from tuner.data.columns.text_forms import list_look_alikes, say_merged
from tuner.data.parsing.number_notations import CURRENCIES
from tuner.data.parsing.text_column import TextColumn
from tuner.words import list_first

__all__ = [
    "CONSTANT",
    "EMPTY",
    "RARE",
    "REQUESTED",
    "warn_about_codes",
    "warn_about_compact_dates",
    "warn_about_dots",
    "warn_about_forms",
    "warn_about_left_out",
    "warn_about_mixed_levels",
    "warn_about_mixed_signs",
    "warn_about_names",
    "warn_about_pooled_levels",
    "warn_about_units",
    "warn_about_unsupported",
]

EMPTY = "every value is missing"
CONSTANT = "constant"
RARE = "rare levels"
REQUESTED = "asked for"  # stored in studies, so it stays as it is

_LISTED = 8  # columns of a warning
_WITH_UNIT = re.compile(r"[+-]?\d[\d.,]* ?([^\W\d_]{1,6}|°[CF]?|[‰′″])")
_FEW_LEVELS = 10
_FEW_DATES = 5


def warn_about_left_out(columns: Iterable[Column]) -> tuple[str, ...]:
    """Return a warning for each reason why columns were left out without a request."""
    warnings = []
    for reason, one, many in (
        (CONSTANT, "column is constant and left out", "columns are constant and left out"),
        (EMPTY, "column has no values and is left out", "columns have no values and are left out"),
        (
            IDENTIFIER,
            "column identifies rows (nearly all its values differ) and is left out",
            "columns identify rows (nearly all their values differ) and are left out",
        ),
        (FREE_TEXT, "column is free text and left out", "columns are free text and left out"),
        (
            RARE,
            "column has only rare levels and is left out",
            "columns have only rare levels and are left out",
        ),
    ):
        names = [column.name for column in columns if column.reason == reason]
        if names:
            quoted = quote_names(*names[:_LISTED])
            which = "it" if len(names) == 1 else "them"
            keep = f"; give --categorical {quoted} to keep {which} as levels"
            warnings.append(
                f"{len(names)} {one if len(names) == 1 else many}: {list_first(names, _LISTED)}"
                f"{'' if reason in (CONSTANT, EMPTY) else keep}"
            )
    return tuple(warnings)


def warn_about_names(names: list[str]) -> tuple[str, ...]:
    """Return a warning if columns have names that look alike."""
    alike = list_look_alikes(names)
    if not alike:
        return ()
    return (f"columns {alike} have names that look alike; rename one, or leave one out",)


def warn_about_dots(name: str, texts: Any, numbers: np.ndarray) -> str:
    """Return a warning if the dot of plain numbers may separate thousands.

    Args:
        name: The column.
        texts: Its cells, a pyarrow column.
        numbers: Its numbers, shape `(rows,)`, NaN if missing.
    """
    present = np.abs(numbers[~np.isnan(numbers)])
    fractions = present != np.trunc(present)
    if not fractions.any() or fractions.all() or present.min() < 1 or present.max() >= 1000:
        return ""
    stripped = pc.utf8_trim_whitespace(texts.unique())
    pattern = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
    thousands = stripped.filter(pc.match_substring_regex(stripped, pattern))
    if len(thousands) < len(stripped.filter(pc.match_substring(stripped, "."))):
        return ""
    return (
        f"column {name}: {thousands[0].as_py()} and similar cells do not show whether a dot "
        "separates thousands or decimals; it is read as the decimal separator, write 1234 if that "
        "is wrong"
    )


def warn_about_codes(name: str, texts: Any, numbers: np.ndarray) -> str:
    """Return a warning if whole numbers are written with zeros before them, as codes are.

    They stay numbers, as hours, months and counters are that are written so: these have an order,
    and levels of many codes would be pooled.

    Args:
        name: The column.
        texts: Its cells, a pyarrow column.
        numbers: Its numbers, shape `(rows,)`, NaN if missing.
    """
    present = numbers[~np.isnan(numbers)]
    if (present != np.trunc(present)).any():  # the texts of most columns are not looked at
        return ""
    padded = pc.match_substring_regex(texts, r"^\s*0[0-9]+\s*$")
    if not pc.any(padded).as_py():
        return ""
    code = texts.filter(padded)[0].as_py().strip()
    return (
        f"column {name}: {code} and similar cells begin with 0 and are read as numbers; if they "
        f"are codes, such as postal codes, give --categorical {quote_names(name)} to keep them as "
        "levels"
    )


def warn_about_mixed_signs(name: str, texts: np.ndarray) -> str:
    """Return a warning if only some numbers have a percent sign, or their currencies differ.

    Args:
        name: The column.
        texts: The distinct texts of its numbers, shape `(texts,)`, object.
    """
    column = pa.array(texts, pa.string())
    signs = {sign: pc.match_substring(column, sign) for sign in ("%", *CURRENCIES)}
    present = {sign: matches for sign, matches in signs.items() if pc.any(matches).as_py()}
    if "%" in present and not pc.all(present["%"]).as_py():
        without = texts[pc.index(present["%"], False).as_py()]
        return (
            f"column {name}: some numbers have a percent sign, which divides by 100, and others, "
            f"such as {without}, have none; write all of them alike"
        )
    if len(present.keys() - {"%"}) > 1:
        return (
            f"column {name}: {' and '.join(present)} are mixed, and the amounts are not converted"
        )
    return ""


def warn_about_pooled_levels(name: str, levels: Levels) -> str:
    """Return a warning if rare levels share one feature."""
    if not levels.pooled:
        return ""
    count = len(levels.names) + levels.pooled
    return (
        f"column {name}: {levels.pooled:,} of its {count:,} levels are rare and count as one "
        f"level, other, in {levels.pooled_rows:,} rows; so will levels that the model has not seen"
    )


def warn_about_forms(name: str, levels: Levels) -> tuple[str, ...]:
    """Return warnings about levels in several forms, which are one, and about those that look so.

    Returns:
        Texts, some of them "".
    """
    return (
        f"column {name}: {say_merged(levels.merged)} only, and count as one level"
        if levels.merged
        else "",
        f"column {name}: {levels.alike} are different levels; write levels alike that mean the same"
        if levels.alike
        else "",
    )


def warn_about_mixed_levels(column: Column) -> str:
    """Return a warning if some levels of a column are numbers."""
    levels = TextColumn.from_arrow(pa.chunked_array([pa.array(column.levels, pa.string())]))
    if not levels.plain.any():
        return ""
    others = levels.texts[levels.not_numeric].tolist()
    few = len(others) < int(levels.plain.sum())
    advice = advise_missing(*others) if few else ""
    missing = f"{advice} for a missing value, or " if advice else ""
    return (
        f"column {column.name}: numbers and {list_first([*map(repr, others)], limit=3)} are mixed, "
        f"so its {len(column.levels)} values are read as levels; fix the cells if the column is "
        f"meant to be numeric, or give {missing}--categorical {quote_names(column.name)} to keep "
        "the levels"
    )


def warn_about_units(column: Column) -> str:
    """Return a warning if nearly all levels of a column are numbers with one or two units.

    Few such levels may be sizes or classes of age.
    """
    units = [found[1] for found in map(_WITH_UNIT.fullmatch, column.levels) if found]
    if len(units) < max(_FEW_LEVELS, 0.95 * len(column.levels)) or len(set(units)) > 2:
        return ""
    example = next(filter(_WITH_UNIT.fullmatch, column.levels))
    return (
        f"column {column.name}: {example} and similar cells are read as levels; write all numbers "
        "in one unit, and leave it out, to use them as numbers"
    )


def warn_about_compact_dates(name: str, values: np.ndarray) -> str:
    """Return a warning if whole numbers are dates without separators.

    Args:
        name: The column.
        values: Its numbers, shape `(rows,)`, float64.
    """
    year, month, day = values // 10_000, values // 100 % 100, values % 100
    valid = (year >= 1900) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    if not valid.all() or (values != np.trunc(values)).any() or len(np.unique(values)) < _FEW_DATES:
        return ""
    return (
        f"column {name}: {values[0]:.0f} and similar numbers look like dates; write 2024-12-31 to "
        "use them as dates"
    )


def warn_about_unsupported(name: str, column: TextColumn) -> str:
    """Return a warning if the texts of a column that is left out may be dates or numbers."""
    texts = column.stripped[~column.empty]
    match guess_meaning(texts):
        case "date":
            what, example = "dates with the month as a word", "2024-12-31"
        case "number":
            what, example = "numbers and dates in other notations", "1234.5 or 2024-12-31"
        case _:
            return ""
    return (
        f"column {name}: {what}, such as {texts[0]}, are not supported; write {example} to use "
        "the column"
    )
