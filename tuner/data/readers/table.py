"""The table that a reader returns, before anything is inferred from it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.column_names import advise_missing, quote_names, spell_names
from tuner.errors import DataError, suggest_names
from tuner.words import find_look_alike, show_alike

__all__ = ["FRAME", "Table", "locate_given_row", "simplify_column"]

FRAME = "data frame"
"""The label of a table that a Python program gives."""

_LISTED = 20  # column names that an error lists


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of equal length, and what an error needs to name a cell of them.

    Attributes:
        label: The source's name in messages, such as "data file my.csv".
        columns: Text columns have "" for a missing cell, number columns null or NaN. Columns of
            other types are refused only if they are used.
        locate: Turns a row of the source, counted from 0, into its place: "line 7" or "row 6".
        rows: The source's row number of each row, shape `(rows,)`, int64.
        warnings: Warnings about how the source was read.
        read_stored: Returns columns by their names with the types that they are stored with; None
            if those of `columns` are the same.
        index: The columns of the source in which pandas stored an index, which is not data.
    """

    label: str
    columns: pa.Table
    locate: Callable[[int], str]
    rows: np.ndarray
    warnings: tuple[str, ...] = ()
    read_stored: Callable[[Sequence[str]], pa.Table] | None = None
    index: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns' names, in the table's order."""
        return list(self.columns.column_names)

    def locate_row(self, row: int) -> str:
        """Return the place in the source of a row of this table."""
        return self.locate(int(self.rows[row]))

    def filter_rows(self, mask: np.ndarray) -> "Table":
        """Return the table with the rows for which a mask, shape `(rows,)`, bool, is true."""
        columns = self.columns.filter(pa.array(mask))
        return replace(self, columns=columns, rows=self.rows[mask], read_stored=None)

    def drop_column(self, name: str) -> "Table":
        """Return the table without one of its columns."""
        return replace(self, columns=self.columns.drop_columns([name]))

    def spell_names(self, known: Sequence[str]) -> "Table":
        """Return the table with columns named as they are known, where only blanks around differ.

        `tuner.data.spell_names` says how.
        """
        spelled = spell_names(self.names, known)
        if spelled == self.names:
            return self
        return replace(self, columns=self.columns.rename_columns(spelled), read_stored=None)

    def keep_columns(self, names: Sequence[str]) -> pa.Table:
        """Return columns with unchanged texts, or as the source stores them.

        Raises:
            DataError: One of them does not exist.
        """
        for name in names:
            self.require_column(name, "--keep")
        read = self.columns.select if self.read_stored is None else self.read_stored
        return read(list(names))

    def make_error(self, column: str, fault: str) -> DataError:
        """Return the error that reports a fault in one column."""
        return DataError(f"{self.label}, column {column}: {fault}")

    def get_column(self, name: str, *, otherwise: str = "") -> Any:
        """Return a pyarrow column of text or numbers.

        Stored dates and times become text in ISO 8601; those with a time zone show its clock.

        Args:
            name: One of `names`.
            otherwise: What else the user can do about a column that is refused.

        Raises:
            DataError: The column is of another type, has times in an unknown time zone, or a text
                contains a NUL character.
        """
        values = self._convert_moments(name)
        kinds = (pa.types.is_string, pa.types.is_integer, pa.types.is_floating)
        if not any(is_kind(values.type) for is_kind in kinds):
            raise self.make_error(
                name,
                f"its type {values.type} is not supported; store it as number, text, date, time or "
                f"bool{otherwise and ', or '}{otherwise}",
            )
        if pa.types.is_string(values.type):
            self._refuse_nul(name, values, otherwise)
        return values

    def _convert_moments(self, name: str) -> Any:
        """Return a column, with its dates and times as text without nulls."""
        values = self.columns[name]
        kinds = (pa.types.is_date, pa.types.is_time, pa.types.is_timestamp)
        if not any(is_kind(values.type) for is_kind in kinds):
            return values
        try:
            zoned = pa.types.is_timestamp(values.type) and values.type.tz is not None
            clocks = pc.local_timestamp(values) if zoned else values
            return pc.fill_null(clocks.cast(pa.string()), "")
        except pa.ArrowInvalid as err:
            raise self.make_error(name, f"it cannot be read ({err})") from err

    def _refuse_nul(self, name: str, values: Any, otherwise: str) -> None:
        """Refuse a NUL character: NumPy drops it at the end of a text, so that levels merge."""
        if not any(_may_have_nul(chunk) for chunk in values.chunks):
            return
        matches = pc.match_substring(values, "\0").to_numpy()
        if matches.any():
            row = int(np.argmax(matches))
            raise self.make_error(
                name,
                f"{values[row].as_py()!r} in {self.locate_row(row)} contains a NUL character; fix "
                f"the cell{otherwise and ', or '}{otherwise}",
            )

    def require_finite(self, name: str, features: np.ndarray) -> None:
        """Check that no number of a column is infinite as a feature.

        Args:
            name: The column.
            features: Shape `(rows,)`, float32, NaN if missing.

        Raises:
            DataError: One is.
        """
        infinite = np.isinf(features)
        if infinite.any():
            row = int(np.argmax(infinite))
            cell = str(self.columns[name][row].as_py()).strip()
            advice = advise_missing(cell)
            missing = f"if that means a missing value, give {advice}; otherwise " if advice else ""
            raise self.make_error(
                name,
                f"{cell} in {self.locate_row(row)} is not a finite number in float32; {missing}"
                f"fix the cell, or leave the column out with --ignore {quote_names(name)}",
            )

    def require_names(self, *, besides: Sequence[str]) -> None:
        """Check that each column has a name, without which no model can be given its cells.

        Args:
            besides: Names of columns that are left out.

        Raises:
            DataError: One has none, such as the row numbers of a CSV file that polars has read.
        """
        if "" in self.names and "" not in besides:
            number = self.names.index("") + 1
            raise DataError(f"{self.label}: column {number} has no name; name it, or leave it out")

    def require_column(self, name: str, option: str) -> None:
        """Check that a column exists which an option names.

        Raises:
            DataError: It does not exist; the message lists at most twenty columns.
        """
        names = self.names
        if name in names:
            return
        if name in self.index:
            raise DataError(
                f"{self.label}, {option}: {name} is the index that pandas stored, and no column; "
                "call reset_index() before you write the file"
            )
        alike = find_look_alike(name, names)
        shown = [] if alike is None else show_alike([name, alike])
        if shown not in ([], [name, alike]):  # they would look the same
            wanted, known = shown
            raise DataError(
                f"{self.label}, {option}: there is no column {wanted}, but {known}, which looks "
                "like it; give that name, or rename the column"
            )
        near = get_close_matches(name, names, n=1)
        shown = list(dict.fromkeys([*near, *names]))[:_LISTED] if len(names) > _LISTED else names
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        raise DataError(
            f"{self.label}, {option}: there is no column {name}; {suggest_names(name, shown)}{more}"
        )

    def require_values(self, name: str, missing: np.ndarray, option: str) -> None:
        """Check that each row has a value in a column which an option names.

        Args:
            name: The column.
            missing: The rows without a value, shape `(rows,)`, bool.
            option: The option.

        Raises:
            DataError: A row has no value.
        """
        rows = np.flatnonzero(missing)
        if not len(rows):
            return
        more = f" and {len(rows) - 1:,} more" if len(rows) > 1 else ""
        raise DataError(
            f"{self.label}, {option}: column {name} has no value in "
            f"{self.locate_row(int(rows[0]))}{more}; fill in the cells, or leave out these rows"
        )


def _may_have_nul(texts: Any) -> bool:
    """Return whether the buffer behind a pyarrow array of text contains a NUL character."""
    content = texts.buffers()[2]
    return content is not None and not np.frombuffer(content, np.uint8).all()


def locate_given_row(row: int) -> str:
    """Return the place of a row of a table that a Python program gives, counted as Python does."""
    return f"row {row} (counted from 0)"


def simplify_column(column: Any, *, nearest: bool = True) -> Any:
    """Return a stored column as text without nulls or as numbers; any other type unchanged.

    Some programs store texts as bytes. They are text if all are UTF-8.

    Args:
        column: A pyarrow column.
        nearest: Whether a decimal becomes the nearest number, as its text does: 0.3 and not
            0.30000000000000004, which pyarrow makes of it.
    """
    if pa.types.is_dictionary(column.type):
        return simplify_column(column.cast(column.type.value_type), nearest=nearest)
    if pa.types.is_decimal(column.type):
        return (column.cast(pa.string()) if nearest else column).cast(pa.float64())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        with suppress(pa.ArrowInvalid):  # it is no UTF-8
            return simplify_column(column.cast(pa.string()))
    kinds = (pa.types.is_boolean, pa.types.is_null, pa.types.is_string, pa.types.is_large_string)
    if any(is_kind(column.type) for is_kind in (*kinds, pa.types.is_string_view)):
        return pc.fill_null(column.cast(pa.string()), "")
    return column
