"""The kind of each column of a table, inferred from its cells.

The way of a column: `infer_columns` → `_infer_column`, which parses its cells → one function of
`column_kinds`, which describes the column and keeps its features → `InferredColumns.encode`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuner.data.column_names import quote_names
from tuner.data.columns.column import READING, Column, RawColumns
from tuner.data.columns.column_kinds import (
    InferredColumn,
    describe_dates,
    describe_levels,
    describe_numbers,
    describe_parsed_numbers,
    ignore_column,
)
from tuner.data.columns.column_warnings import (
    REQUESTED,
    warn_about_codes,
    warn_about_dots,
    warn_about_left_out,
    warn_about_names,
)
from tuner.data.columns.feature_encoding import EncodedColumn, encode_columns
from tuner.data.columns.long_tails import warn_about_tails
from tuner.data.columns.mixtures import Mixture, find_mixture, make_mixture_error
from tuner.data.parsing.date_notations import TIME
from tuner.data.parsing.notation_choice import ParsedTexts, choose_notation
from tuner.data.parsing.number_notations import DECIMAL_COMMA, get_decimal_separator
from tuner.data.parsing.plain_numbers import (
    convert_to_numbers,
    convert_to_texts,
    is_text,
    parse_if_plain,
)
from tuner.data.parsing.text_column import TextColumn
from tuner.data.precision import warn_about_wide_integers
from tuner.data.readers.table import Table

__all__ = ["InferredColumns", "infer_columns"]


@dataclass(frozen=True, slots=True, eq=False)
class InferredColumns:
    """The columns of a table, with their raw values and features.

    Attributes:
        columns: All columns, in the table's order.
        raw: The values of the used columns, as an exported model takes them.
        encoded: The features of the used columns, by name, once per distinct text.
        warnings: Warnings about columns that were left out or have ambiguous cells.
    """

    columns: tuple[Column, ...]
    raw: RawColumns
    encoded: Mapping[str, EncodedColumn]
    warnings: tuple[str, ...]

    def encode(self) -> np.ndarray:
        """Return the features of all rows, shape `(rows, features)`, float32."""
        used = [column for column in self.columns if column.is_used]
        rows = len(self.raw[used[0].name])
        return encode_columns(used, (self.encoded[column.name] for column in used), rows)


def infer_columns(
    table: Table,
    *,
    categorical: Iterable[str],
    ignore: Iterable[str],
    missing_texts: Sequence[str] = (),
    reading: int = READING,
) -> InferredColumns:
    """Infer the kind of each column, and parse and encode its cells.

    Args:
        table: The features, without the target.
        categorical: Columns whose texts are levels, whatever they look like.
        ignore: Columns that are left out unread.
        missing_texts: The texts that mean a missing value, whose cells are missing already.
        reading: The rules by which cells are read, `READING` or those of an earlier version.

    Raises:
        DataError: A column has an unsupported type or holds an infinite number, or some columns mix
            numbers or dates with other text.
    """
    forced, ignored = set(categorical), set(ignore)
    found = {
        name: ignore_column(name, REQUESTED)
        if name in ignored
        else _infer_column(table, name, forced=name in forced, reading=reading)
        for name in table.names
    }
    mixtures = [each for each in found.values() if isinstance(each, Mixture)]
    if mixtures:
        raise make_mixture_error(table, mixtures, missing_texts)
    columns = {name: each for name, each in found.items() if isinstance(each, InferredColumn)}
    columns |= _apply_decimal_commas(table, columns, reading)
    return _gather(columns)


def _gather(columns: Mapping[str, InferredColumn]) -> InferredColumns:
    """Return columns together, with the warnings of all of them."""
    used = {name: inferred for name, inferred in columns.items() if inferred.column.is_used}
    described = tuple(inferred.column for inferred in columns.values())
    warnings = (warning for inferred in columns.values() for warning in inferred.warnings)
    tails = {name: inferred.far_value for name, inferred in used.items() if inferred.far_value}
    return InferredColumns(
        described,
        raw={name: inferred.raw for name, inferred in used.items()},
        encoded={name: inferred.encoded for name, inferred in used.items()},
        warnings=(
            *warn_about_left_out(described),
            *warn_about_names([*used]),
            *warn_about_tails(tails),
            *warnings,
        ),
    )


def _infer_column(
    table: Table, name: str, *, forced: bool, reading: int
) -> InferredColumn | Mixture:
    cells = table.get_column(name, otherwise=f"leave it out with --ignore {quote_names(name)}")
    if forced:
        texts = TextColumn.from_arrow(convert_to_texts(cells))
        return describe_levels(name, texts, forced=True, reading=reading)
    if not is_text(cells):
        numbers = convert_to_numbers(cells)
        wide = warn_about_wide_integers(name, cells, numbers)
        return describe_numbers(table, name, numbers, wide, reading=reading)
    plain = parse_if_plain(cells)
    if plain is not None:
        dots = warn_about_dots(name, cells, plain)
        wide = warn_about_wide_integers(name, cells, plain)
        inferred = describe_numbers(table, name, plain, dots, wide, reading=reading)
        inferred = replace(inferred, is_ambiguous=inferred.is_ambiguous or bool(dots))
        return inferred.append_warnings([warn_about_codes(name, cells, plain)])
    parsed = choose_notation(TextColumn.from_arrow(cells))
    if not parsed.unreadable.any():
        if parsed.kind == "date":
            return describe_dates(name, parsed, reading)
        return describe_parsed_numbers(table, name, parsed, reading)
    # times beyond a day are durations, which stay levels
    mixture = find_mixture(table, name, parsed) if parsed.notation != TIME else None
    return mixture or describe_levels(name, parsed.column, forced=False, reading=reading)


def _apply_decimal_commas(
    table: Table, columns: Mapping[str, InferredColumn], reading: int
) -> dict[str, InferredColumn]:
    """Read ambiguous columns with a decimal comma if another column certainly has one.

    If one column has `0,5`, then `4,168` in another is 4.168, and `2.026` is 2026.
    """
    numeric = {
        name: inferred for name, inferred in columns.items() if inferred.column.kind == "numeric"
    }
    has_comma = {
        name: get_decimal_separator(inferred.column.notation) == ","
        for name, inferred in numeric.items()
    }
    if not any(has_comma[name] and not inferred.is_ambiguous for name, inferred in numeric.items()):
        return {}
    changed: dict[str, InferredColumn] = {}
    for name, inferred in numeric.items():
        cells = table.columns[name]
        if has_comma[name] or not inferred.is_ambiguous or not is_text(cells):
            continue
        before = inferred.parsed or ParsedTexts.from_numbers(TextColumn.from_arrow(cells), "")
        after = ParsedTexts.from_numbers(before.column, DECIMAL_COMMA)
        if after.unreadable.any():
            continue
        if (after.values != before.values)[after.readable].any():
            warning = f"column {name}: it is read with a decimal comma, as other columns are"
            described = describe_parsed_numbers(table, name, after, reading)
            changed[name] = described.prepend_warning(warning)
    return changed
