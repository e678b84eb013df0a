"""What the columns of a table are, and their values in the form that a model takes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from tuner.data.cells import Cells, as_text, is_text, plain_numbers, stored_numbers
from tuner.data.column import Column, ColumnKind, RawColumns
from tuner.data.dates import PARTS
from tuner.data.identifiers import are_identifiers
from tuner.data.levels import (
    FREE_TEXT,
    IDENTIFIER,
    Levels,
    find_levels,
    name_months,
    unique_reason,
)
from tuner.data.table import Table, listed
from tuner.data.written import Written, find_written

__all__ = ["Inferred", "infer_columns"]

EMPTY = "every value is missing"
CONSTANT = "constant"
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


_Found: TypeAlias = tuple[Column, np.ndarray, str]  # with a sentence about it, or ""


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
    columns: list[Column] = []
    raw: RawColumns = {}
    told: list[str] = []
    for name in table.names:
        if name in unread:
            columns.append(Column(name, "ignored", reason=ASKED))
            continue
        column, values, sentence = _infer(table, name, name in forced)
        columns.append(column)
        told += [sentence] if sentence else []
        if column.kind != "ignored":
            raw[name] = values
    return Inferred(tuple(columns), raw, (*_left_out(columns), *told))


def _infer(table: Table, name: str, forced: bool) -> _Found:
    values = table.column(name, otherwise=f"leave it out with --ignore {name}")
    if forced:
        return _levelled(name, Cells.of(as_text(values)), forced=True)
    numbers = plain_numbers(values) if is_text(values) else stored_numbers(values)
    if numbers is not None:
        return _numeric(table, name, numbers)
    cells = Cells.of(values)
    written = find_written(cells)
    strange = ~(written.readable | cells.empty | cells.placeholder)
    if not strange.any():
        read = _dated if written.kind == "date" else _noted
        return read(table, name, cells, written)
    _refuse_mixture(table, name, cells, written)
    return _levelled(name, cells, forced=False)


def _left(name: str, reason: str) -> _Found:
    return Column(name, "ignored", reason=reason), np.empty(0), ""


def _numeric(table: Table, name: str, numbers: np.ndarray) -> _Found:
    missing = np.isnan(numbers)
    if missing.all():
        return _left(name, EMPTY)
    values = table.finite(name, numbers)
    if not missing.any() and values.min() == values.max():
        return _left(name, CONSTANT)
    if are_identifiers(name, numbers):
        return _left(name, IDENTIFIER)
    return Column(name, "numeric", missing=bool(missing.any())), values, ""


def _noted(table: Table, name: str, cells: Cells, written: Written) -> _Found:
    column, values, _ = _numeric(table, name, cells.rows(written.values))
    if not written.notation or column.kind == "ignored":
        return column, values, ""
    column = replace(column, notation=written.notation)
    return column, cells.values(~written.readable), written.doubt(name)


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
    return column, cells.values(~readable), written.doubt(name)


def _levelled(name: str, cells: Cells, *, forced: bool) -> _Found:
    missing = bool(cells.empty.any())
    words = set(cells.stripped[~cells.empty])
    if not words:
        return _left(name, EMPTY)
    if len(words) == 1 and not missing:
        return _left(name, CONSTANT)
    reason = "" if forced else unique_reason(cells)
    if reason:
        return *_left(name, reason)[:2], _months(name, cells)
    levels = find_levels(cells, keep_rare=forced)
    if not levels.names:
        return _left(name, IDENTIFIER)
    kind: ColumnKind = "boolean" if cells.are_boolean else "categorical"
    column = Column(
        name,
        kind,
        levels=levels.names,
        missing=missing,
        spellings=levels.spellings,
        other=levels.pooled > 0,
    )
    sentence = _pooled(name, levels) or ("" if forced else _mixture(column))
    return column, cells.values(cells.empty), sentence


def _pooled(name: str, levels: Levels) -> str:
    if not levels.pooled:
        return ""
    count = len(levels.names) + levels.pooled
    return (
        f"column {name}: {levels.pooled:,} of its {count:,} levels are rare and count as one "
        f"level, other, in {levels.rows:,} rows, as levels that are new to the model will"
    )


def _months(name: str, cells: Cells) -> str:
    if not name_months(cells):
        return ""
    example = cells.stripped[~cells.empty][0]
    return (
        f"column {name}: dates whose month is a word, such as {example}, are not read; write "
        "2024-12-31 to learn from them"
    )


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
    ):
        names = [column.name for column in columns if column.reason == reason]
        if names:
            keep = f"; give --categorical {','.join(names[:8])} to keep {_them(names)} as levels"
            sentences.append(
                f"{len(names)} {one if len(names) == 1 else many}: {listed(names)}"
                f"{keep if reason in (IDENTIFIER, FREE_TEXT) else ''}"
            )
    return tuple(sentences)


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
