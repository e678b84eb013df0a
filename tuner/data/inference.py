"""What the columns of a table are, and their values in the form that a model takes."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.cells import Cells, as_text, is_text, plain_numbers, stored_numbers
from tuner.data.column import Column, ColumnKind, RawColumns
from tuner.data.dates import PARTS, TIME
from tuner.data.encoding import read_numbers
from tuner.data.identifiers import (
    FREE_TEXT,
    IDENTIFIER,
    are_identifiers,
    meaning_of,
    unique_reason,
)
from tuner.data.levels import Levels, find_levels
from tuner.data.notations import CURRENCIES, DECIMAL_COMMA
from tuner.data.table import Table, listed
from tuner.data.written import Written, find_written

__all__ = ["Inferred", "infer_columns"]

EMPTY = "every value is missing"
CONSTANT = "constant"
RARE = "rare levels"
ASKED = "asked for"


@dataclass(frozen=True, slots=True, eq=False)
class Inferred:
    """The columns of a table, understood.

    Args:
        columns: All of them, in the table's order.
        raw: The values of those used, as an exported model takes them.
        warnings: Sentences about what was left out or may be meant otherwise.
    """

    columns: tuple[Column, ...]
    raw: RawColumns
    warnings: tuple[str, ...]


_Found: TypeAlias = tuple[Column, np.ndarray, tuple[str, ...]]  # with sentences, or ""


def infer_columns(table: Table, *, categorical: Iterable[str], ignore: Iterable[str]) -> Inferred:
    """Return the schema's columns of a table without its target, and the values of those used.

    Args:
        table: The features alone.
        categorical: Columns whose texts are levels whatever they look like.
        ignore: Columns that are not looked at.

    Raises:
        DataError: A column has a type that is not read, mixes numbers or dates with other text,
            or holds an infinite number.
    """
    forced, unread = set(categorical), set(ignore)
    found = {
        name: _left(name, ASKED) if name in unread else _infer(table, name, name in forced)
        for name in table.names
    }
    found |= _with_decimal_commas(table, found)
    columns = tuple(column for column, _, _ in found.values())
    told = [sentence for _, _, sentences in found.values() for sentence in sentences if sentence]
    return Inferred(
        columns,
        raw={name: values for name, (column, values, _) in found.items() if column.is_used},
        warnings=(*_left_out(columns), *told),
    )


def _infer(table: Table, name: str, forced: bool) -> _Found:
    values = table.column(name, otherwise=f"leave it out with --ignore {name}")
    if forced:
        return _levelled(name, Cells.of(as_text(values)), forced=True)
    numbers = plain_numbers(values) if is_text(values) else stored_numbers(values)
    if numbers is not None:
        column, kept, sentences = _numeric(table, name, numbers)
        thousands = _thousands(name, values, numbers) if is_text(values) else ""
        return column, kept, (*sentences, thousands)
    cells = Cells.of(values)
    written = find_written(cells)
    strange = ~(written.readable | cells.empty | cells.placeholder)
    if not strange.any():
        read = _dated if written.kind == "date" else _noted
        return read(table, name, cells, written)
    if written.notation != TIME:  # what is beyond a day is a duration, which is not read
        _refuse_mixture(table, name, cells, written)
    return _levelled(name, cells, forced=False)


def _left(name: str, reason: str) -> _Found:
    return Column(name, "ignored", reason=reason), np.empty(0), ()


def _numeric(table: Table, name: str, numbers: np.ndarray) -> _Found:
    missing = np.isnan(numbers)
    if missing.all():
        return _left(name, EMPTY)
    values = table.finite(name, numbers)
    rounded = _rounded(name, numbers, values)
    if not missing.any() and values.min() == values.max():
        return *_left(name, CONSTANT)[:2], (rounded,)
    if are_identifiers(name, numbers):
        sentence = f"column {name}: rename it if its numbers measure something"
        return *_left(name, IDENTIFIER)[:2], (sentence,)
    return Column(name, "numeric", missing=bool(missing.any())), values, (rounded,)


def _noted(table: Table, name: str, cells: Cells, written: Written) -> _Found:
    column, values, sentences = _numeric(table, name, cells.rows(written.values))
    if not written.notation or column.kind == "ignored":
        return column, values, sentences
    column = replace(column, notation=written.notation)
    doubts = written.doubt(name), _mixed_signs(name, cells.stripped[written.readable])
    return column, cells.values(~written.readable), (*sentences, *doubts)


def _with_decimal_commas(table: Table, found: Mapping[str, _Found]) -> dict[str, _Found]:
    """Read columns that may be either like those whose decimal comma is certain, if there are any.

    Where `0,5` stands in one column, `4,168` of another is 4.168, and `2.026` is 2026.
    """
    certain = any(
        column.notation[5:6] == "," and not any(sentences)
        for column, _, sentences in found.values()
        if column.kind == "numeric"
    )
    again: dict[str, _Found] = {}
    for name, (column, _, sentences) in found.items():
        if not certain or column.kind != "numeric" or not any(sentences):
            continue
        values = table.columns[name]
        if column.notation[5:6] == "," or not is_text(values):
            continue
        cells = Cells.of(values)
        numbers = read_numbers(cells.stripped, DECIMAL_COMMA)
        written = Written("numeric", DECIMAL_COMMA, {"number": numbers})
        if (written.readable | cells.empty | cells.placeholder).all():
            sentence = f"column {name}: it is read with a decimal comma, as other columns are"
            read, kept, more = _noted(table, name, cells, written)
            again[name] = read, kept, (sentence, *more)
    return again


def _thousands(name: str, texts: Any, numbers: np.ndarray) -> str:
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


def _rounded(name: str, numbers: np.ndarray, single: np.ndarray) -> str:
    """Return a sentence about whole numbers that float32 does not hold; or ""."""
    wrong = np.flatnonzero((numbers == np.trunc(numbers)) & (single != numbers))
    if not len(wrong):
        return ""
    number = numbers[wrong[0]]
    return (
        f"column {name}: whole numbers are rounded to float32, {number:.0f} to "
        f"{single[wrong[0]]:.0f}; subtract a constant from them, or write dates as 2024-12-31"
    )


def _mixed_signs(name: str, texts: np.ndarray) -> str:
    """Return a sentence about numbers of which some have a sign that others lack; or ""."""
    signs = {sign: np.char.find(texts.astype(str), sign) >= 0 for sign in ("%", *CURRENCIES)}
    there = {sign: found for sign, found in signs.items() if found.any()}
    if "%" in there and not there["%"].all():
        without = texts[~there["%"]][0]
        return (
            f"column {name}: some numbers have a percent sign, which divides by a hundred, and "
            f"others, such as {without}, have none; write all of them alike"
        )
    if len(there.keys() - {"%"}) > 1:
        return f"column {name}: {' and '.join(there)} are mixed, and their amounts not converted"
    return ""


def _dated(_: Table, name: str, cells: Cells, written: Written) -> _Found:
    readable = written.readable
    missing = bool((~readable).any())
    parts = tuple(
        part
        for part, names in PARTS.items()
        if any(np.ptp(written.features[feature][readable]) > 0 for feature in names)
    )
    if not parts and not missing:
        return _left(name, CONSTANT)
    column = Column(
        name, "date", missing=missing, notation=written.notation, parts=parts or ("days",)
    )
    return column, cells.values(~readable), (written.doubt(name),)


def _levelled(name: str, cells: Cells, *, forced: bool) -> _Found:
    missing = bool(cells.empty.any())
    words = set(cells.stripped[~cells.empty])
    if not words:
        return _left(name, EMPTY)
    if len(words) == 1 and not missing:
        return _left(name, CONSTANT)
    reason = "" if forced else unique_reason(cells)
    if reason:
        return *_left(name, reason)[:2], (_unread(name, cells),)
    levels = find_levels(cells, keep_rare=forced)
    if not levels.names:
        return *_left(name, RARE)[:2], (_unread(name, cells),)
    kind: ColumnKind = "boolean" if cells.are_boolean else "categorical"
    column = Column(
        name,
        kind,
        levels=levels.names,
        missing=missing,
        spellings=levels.spellings,
        other=levels.pooled > 0,
    )
    sentences = _pooled(name, levels), "" if forced else _mixture(column)
    return column, cells.values(cells.empty), sentences


def _pooled(name: str, levels: Levels) -> str:
    if not levels.pooled:
        return ""
    count = len(levels.names) + levels.pooled
    return (
        f"column {name}: {levels.pooled:,} of its {count:,} levels are rare and count as one "
        f"level, other, in {levels.rows:,} rows, as levels that are new to the model will"
    )


def _unread(name: str, cells: Cells) -> str:
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


def _mixture(column: Column) -> str:
    """Return a sentence about levels that are in part numbers; "" if they are not."""
    cells = Cells.of(pa.chunked_array([pa.array(column.levels, pa.string())]))
    if not cells.number.any():
        return ""
    others = [repr(text) for text in cells.texts[cells.strange]]
    return (
        f"column {column.name}: numbers and {listed(others, limit=3)} are mixed, so its "
        f"{len(column.levels)} values are taken as levels; mend the cells if it is meant "
        f"to be a number, or give --categorical {column.name} to keep them so"
    )


def _refuse_mixture(table: Table, name: str, cells: Cells, written: Written) -> None:
    """Refuse a column of measurements or dates in which some cell is something else.

    A few numbers that repeat (2, 3, 4, 5more) are levels and stay allowed; a sentence tells of
    them.
    """
    counts, readable = cells.count(), written.readable
    strange = ~(readable | cells.empty | cells.placeholder)
    count = int(counts[readable].sum())
    if count < int(counts[strange].sum()) or not count:
        return
    distinct = len(np.unique(written.values[readable]))
    if distinct <= 10 and not (count >= 4 and distinct > count / 2):
        return
    example, other = int(np.argmax(readable)), int(np.argmax(strange))
    row = int(np.argmax(cells.codes == other))
    raise table.refusal(
        name,
        f"it holds {'numbers' if written.kind == 'numeric' else 'dates'} such as "
        f"{cells.stripped[example]}, but {cells.texts[other]!r} in {table.place(row)}; mend the "
        f"cell, or give --categorical {name} or --ignore {name}",
    )


def _left_out(columns: Iterable[Column]) -> tuple[str, ...]:
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
            given = shlex.quote(",".join(names[:8]))
            keep = f"; give --categorical {given} to keep {_them(names)} as levels"
            sentences.append(
                f"{len(names)} {one if len(names) == 1 else many}: {listed(names)}"
                f"{'' if reason in (CONSTANT, EMPTY) else keep}"
            )
    return tuple(sentences)


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
