"""What the columns of a table are, and their values in the form that a model takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from tuner.data.column_names import quote_names
from tuner.data.columns.column import Column, ColumnKind, RawColumns
from tuner.data.columns.column_warnings import (
    ASKED,
    CONSTANT,
    EMPTY,
    RARE,
    dotted,
    left_out,
    mixed_levels,
    mixed_signs,
    pooled,
    rounded,
    unread,
)
from tuner.data.columns.identifiers import IDENTIFIER, are_identifiers, unique_reason
from tuner.data.columns.levels import find_levels
from tuner.data.parsing.date_notations import PARTS, TIME
from tuner.data.parsing.notation_choice import Written, find_written
from tuner.data.parsing.number_notations import DECIMAL_COMMA
from tuner.data.parsing.text_column import Cells, as_text, is_text, plain_numbers, stored_numbers
from tuner.data.readers.table import Table

__all__ = ["Inferred", "infer_columns"]


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
    forced, ignored = set(categorical), set(ignore)
    found = {
        name: _left(name, ASKED) if name in ignored else _infer(table, name, name in forced)
        for name in table.names
    }
    found |= _with_decimal_commas(table, found)
    columns = tuple(column for column, _, _ in found.values())
    told = [sentence for _, _, sentences in found.values() for sentence in sentences if sentence]
    return Inferred(
        columns,
        raw={name: values for name, (column, values, _) in found.items() if column.is_used},
        warnings=(*left_out(columns), *told),
    )


def _infer(table: Table, name: str, forced: bool) -> _Found:
    values = table.column(name, otherwise=f"leave it out with --ignore {quote_names(name)}")
    if forced:
        return _levelled(name, Cells.of(as_text(values)), forced=True)
    numbers = plain_numbers(values) if is_text(values) else stored_numbers(values)
    if numbers is not None:
        column, kept, sentences = _numeric(table, name, numbers)
        doubt = dotted(name, values, numbers) if is_text(values) else ""
        return column, kept, (*sentences, doubt)
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
    inexact = rounded(name, numbers, values)
    if not missing.any() and values.min() == values.max():
        return *_left(name, CONSTANT)[:2], (inexact,)
    if are_identifiers(name, numbers):
        sentence = f"column {name}: rename it if its numbers measure something"
        return *_left(name, IDENTIFIER)[:2], (sentence,)
    return Column(name, "numeric", missing=bool(missing.any())), values, (inexact,)


def _noted(table: Table, name: str, cells: Cells, written: Written) -> _Found:
    column, values, sentences = _numeric(table, name, cells.rows(written.values))
    if not written.notation or column.kind == "ignored":
        return column, values, sentences
    column = replace(column, notation=written.notation)
    doubts = written.doubt(name), mixed_signs(name, cells.stripped[written.readable])
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
        written = Written.of_numbers(cells, DECIMAL_COMMA)
        as_it_is = Written.of_numbers(cells, column.notation)
        complete = (written.readable | cells.empty | cells.placeholder).all()
        if complete and (written.values != as_it_is.values)[written.readable].any():
            sentence = f"column {name}: it is read with a decimal comma, as other columns are"
            read, kept, more = _noted(table, name, cells, written)
            again[name] = read, kept, (sentence, *more)
    return again


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
    if cells.empty.all():
        return _left(name, EMPTY)
    reason = "" if forced else unique_reason(cells)
    if reason:
        return *_left(name, reason)[:2], (unread(name, cells),)
    levels = find_levels(cells, keep_rare=forced)
    if not levels.names:
        return *_left(name, RARE)[:2], (unread(name, cells),)
    if len(levels.names) == 1 and not levels.pooled and not missing:
        return _left(name, CONSTANT)
    kind: ColumnKind = "boolean" if cells.are_boolean else "categorical"
    column = Column(
        name,
        kind,
        levels=levels.names,
        missing=missing,
        spellings=levels.spellings,
        other=levels.pooled > 0,
    )
    sentences = pooled(name, levels), "" if forced else mixed_levels(column)
    return column, cells.values(cells.empty), sentences


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
        f"cell, or give --categorical {quote_names(name)} or --ignore {quote_names(name)}",
    )
