"""The description, raw values and features of a column, for each kind of column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tuner.data.columns.column import Column, ColumnKind
from tuner.data.columns.column_warnings import (
    CONSTANT,
    EMPTY,
    RARE,
    warn_about_compact_dates,
    warn_about_forms,
    warn_about_mixed_levels,
    warn_about_mixed_signs,
    warn_about_pooled_levels,
    warn_about_units,
    warn_about_unsupported,
)
from tuner.data.columns.feature_encoding import EncodedColumn, get_feature, name_parsed_features
from tuner.data.columns.identifiers import IDENTIFIER, are_identifiers, find_unique_reason
from tuner.data.columns.levels import find_levels
from tuner.data.columns.long_tails import (
    describe_tails,
    warn_about_magnitudes,
    warn_about_sentinels,
)
from tuner.data.parsing.date_notations import FRACTION, PARTS, format_day
from tuner.data.parsing.notation_choice import ParsedTexts
from tuner.data.parsing.parse_by_notation import parse_texts
from tuner.data.parsing.text_column import TextColumn
from tuner.data.precision import find_shift_and_unit, shift_and_divide, warn_about_equal_numbers
from tuner.data.readers.table import Table

__all__ = [
    "InferredColumn",
    "describe_dates",
    "describe_levels",
    "describe_numbers",
    "describe_parsed_numbers",
    "ignore_column",
]

_NOTHING = EncodedColumn(())


@dataclass(frozen=True, slots=True, eq=False)
class InferredColumn:
    """A column whose kind is known.

    Attributes:
        column: The description of the column.
        raw: Its values as an exported model takes them, shape `(rows,)`; empty if it is ignored.
        encoded: Its features; empty if it is ignored.
        warnings: Warnings about its cells, then about its values.
        is_ambiguous: Whether its numbers may be meant in another notation. By the rules before 4
            also if there is any other warning about its cells.
        parsed: Its parsed texts, if they are numbers in a notation and ambiguous.
        far_value: The value that is farthest from the others, if its tails are long; else "".
    """

    column: Column
    raw: np.ndarray
    encoded: EncodedColumn
    warnings: tuple[str, ...] = ()
    is_ambiguous: bool = False
    parsed: ParsedTexts | None = None
    far_value: str = ""

    def prepend_warning(self, warning: str) -> "InferredColumn":
        """Return the column with a warning before its own."""
        return replace(self, warnings=(warning, *self.warnings))

    def append_warnings(self, warnings: Iterable[str]) -> "InferredColumn":
        """Return the column with warnings after its own, unless it is ignored."""
        if not self.column.is_used:
            return self
        return replace(self, warnings=(*self.warnings, *_drop_empty(warnings)))


def ignore_column(name: str, reason: str, *warnings: str) -> InferredColumn:
    """Leave a column out."""
    column = Column(name, "ignored", reason=reason)
    return InferredColumn(column, np.empty(0), _NOTHING, _drop_empty(warnings))


def describe_numbers(
    table: Table, name: str, numbers: np.ndarray, *warnings: str, reading: int
) -> InferredColumn:
    """Describe a column of numbers.

    Args:
        table: The table.
        name: The column.
        numbers: Shape `(rows,)`, float64, NaN if missing.
        *warnings: Warnings about its texts.
        reading: The rules by which cells are read.

    Raises:
        DataError: A number is infinite in float32.
    """
    described = _describe_numbers(table, name, numbers, *warnings, reading=reading)
    return described.append_warnings(_warn_about_values(name, numbers))


def _describe_numbers(
    table: Table, name: str, numbers: np.ndarray, *warnings: str, reading: int
) -> InferredColumn:
    """Describe a column of numbers, without warnings about its values."""
    missing = np.isnan(numbers)
    if missing.all():
        return ignore_column(name, EMPTY, *warnings)
    shift, unit = find_shift_and_unit(numbers) if reading > 1 else (0.0, 1.0)
    values = shift_and_divide(numbers, shift, unit)
    table.require_finite(name, values)
    inexact = warn_about_equal_numbers(name, numbers, values)
    if not missing.any() and values.min() == values.max():
        return ignore_column(name, CONSTANT, inexact, *warnings)
    if are_identifiers(name, numbers):
        remedy = f"column {name}: rename it if its numbers measure something"
        return ignore_column(name, IDENTIFIER, remedy, *warnings)
    far_value = describe_tails(numbers) if reading > 1 else ""
    column = Column(name, "numeric", missing=bool(missing.any()), tails=bool(far_value))
    column = replace(column, shift=shift, unit=unit)
    about_cells = _drop_empty((inexact, *warnings))
    return InferredColumn(
        column,
        numbers if column.is_shifted else values,
        EncodedColumn((values,)),
        about_cells,
        is_ambiguous=reading < 4 and bool(about_cells),
        far_value=far_value,
    )


def _warn_about_values(name: str, numbers: np.ndarray) -> Iterator[str]:
    values = numbers[~np.isnan(numbers)]
    yield warn_about_sentinels(name, values)
    yield warn_about_magnitudes(name, values)
    yield warn_about_compact_dates(name, values)


def describe_parsed_numbers(
    table: Table, name: str, parsed: ParsedTexts, reading: int
) -> InferredColumn:
    """Describe a text column whose cells are numbers in a notation.

    Raises:
        DataError: A number is infinite in float32.
    """
    texts = parsed.column
    numbers = texts.expand(parsed.values)
    if not parsed.notation:
        return describe_numbers(table, name, numbers, reading=reading)
    plain = _describe_numbers(table, name, numbers, reading=reading)
    if not plain.column.is_used:
        return plain
    column = replace(plain.column, notation=parsed.notation)
    signs = warn_about_mixed_signs(name, texts.stripped[parsed.readable])
    is_ambiguous = plain.is_ambiguous or bool(parsed.ambiguous or (reading < 4 and signs))
    described = replace(
        plain,
        column=column,
        raw=texts.expand_texts(~parsed.readable),
        encoded=_encode_parsed(column, parsed),
        is_ambiguous=is_ambiguous,
        parsed=parsed if is_ambiguous else None,
    )
    doubt = parsed.warn_about_ambiguity(name)
    return described.append_warnings((doubt, signs, *_warn_about_values(name, numbers)))


def describe_dates(name: str, parsed: ParsedTexts, reading: int) -> InferredColumn:
    """Describe a text column whose cells are dates, without constant calendar parts."""
    readable = parsed.readable
    missing = bool((~readable).any())
    days = parsed.values + parsed.features[FRACTION] if reading > 1 else parsed.values
    shift, unit = find_shift_and_unit(days) if reading > 1 else (0.0, 1.0)
    values = {**parsed.features, "days": days}
    parts = tuple(
        part
        for part, features in PARTS.items()
        if any(np.ptp(values[feature][readable]) > 0 for feature in features)
    )
    if not parts and not missing:
        return ignore_column(name, CONSTANT)
    far_value = describe_tails(parsed.column.expand(days), format_day) if reading > 1 else ""
    column = Column(
        name,
        "date",
        missing=missing,
        notation=parsed.notation,
        parts=parts or ("days",),
        tails=bool(far_value),
        shift=shift,
        unit=unit,
    )
    return InferredColumn(
        column,
        raw=parsed.column.expand_texts(~readable),
        encoded=_encode_parsed(column, parsed),
        warnings=_drop_empty((parsed.warn_about_ambiguity(name),)),
        far_value=far_value,
    )


def describe_levels(name: str, texts: TextColumn, *, forced: bool, reading: int) -> InferredColumn:
    """Describe a text column whose cells are levels.

    Args:
        name: The column.
        texts: Its texts.
        forced: The user asked for levels, so keep rare levels and identifiers.
        reading: The rules by which cells are read.
    """
    missing = bool(texts.empty.any())
    if texts.empty.all():
        return ignore_column(name, EMPTY)
    reason = "" if forced else find_unique_reason(texts)
    if reason:
        return ignore_column(name, reason, warn_about_unsupported(name, texts))
    levels = find_levels(texts, keep_rare=forced, merge_forms=reading > 1)
    if not levels.names:
        return ignore_column(name, RARE, warn_about_unsupported(name, texts))
    if len(levels.names) == 1 and not levels.pooled and not missing:
        return ignore_column(name, CONSTANT)
    kind: ColumnKind = "boolean" if texts.is_boolean else "categorical"
    column = Column(
        name,
        kind,
        levels=levels.names,
        missing=missing,
        spellings=levels.spellings,
        other=levels.pooled > 0,
    )
    last = column.level_width - 1 if missing else -1
    encoded = EncodedColumn((np.where(texts.empty, last, levels.indices),), texts.indices)
    mixed = "" if forced else warn_about_mixed_levels(column) or warn_about_units(column)
    forms = warn_about_forms(name, levels)
    warnings = _drop_empty((*forms, warn_about_pooled_levels(name, levels), mixed))
    return InferredColumn(column, texts.expand_texts(texts.empty), encoded, warnings)


def _encode_parsed(column: Column, parsed: ParsedTexts) -> EncodedColumn:
    """Return the features of numbers or dates that were parsed to find their notation.

    The notation was found without the blanks around a text. An exported model parses a text with
    its blanks, and cannot read it if they make it too long or are not in its vocabulary. So the few
    texts with blanks are parsed again with them, and the features are those of an exported model.
    """
    texts = parsed.column
    blank = parsed.readable & (texts.texts != texts.stripped)
    unchanged = parse_texts(texts.texts[blank], parsed.notation)
    features = []
    for name in name_parsed_features(column):
        values = get_feature(column, parsed.features, name)
        values[blank] = get_feature(column, unchanged, name)
        features.append(values)
    return EncodedColumn(tuple(features), texts.indices)


def _drop_empty(warnings: Iterable[str]) -> tuple[str, ...]:
    return tuple(warning for warning in warnings if warning)
