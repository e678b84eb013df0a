"""What a reader hands on: a table or an array, before anything is inferred from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.column_names import quote_names
from tuner.errors import DataError, known_names

__all__ = ["Arrays", "Table"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of equal length, with the words that an error needs to point into them.

    Args:
        label: How an error names the source, such as "data file my.csv".
        columns: Text columns hold "" for a missing cell, number columns null or NaN; a column
            of any other type may be present, and is refused only where it is used.
        locate: From a row of the source, counted from 0, to its place: "line 7" or "row 6".
        rows: The source's row number of each row, (rows,) int64.
        warnings: Sentences about how the source was read.
    """

    label: str
    columns: pa.Table
    locate: Callable[[int], str]
    rows: np.ndarray
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns' names, in the table's order."""
        return list(self.columns.column_names)

    def place(self, row: int) -> str:
        """Return where a row of this table stands in its source."""
        return self.locate(int(self.rows[row]))

    def keep(self, mask: np.ndarray) -> "Table":
        """Return the rows at which a mask, (rows,) bool, is true."""
        return replace(self, columns=self.columns.filter(pa.array(mask)), rows=self.rows[mask])

    def without(self, name: str) -> "Table":
        """Return the table without one of its columns."""
        return replace(self, columns=self.columns.drop_columns([name]))

    def refusal(self, column: str, fault: str) -> DataError:
        """Return the error that a fault in one column is reported by."""
        return DataError(f"{self.label}, column {column}: {fault}")

    def column(self, name: str, *, otherwise: str = "") -> Any:
        """Return a pyarrow column of text or numbers.

        Stored dates and times become text as ISO 8601 writes them, those with a time zone by its
        clocks.

        Args:
            name: One of `names`.
            otherwise: What else the person can do if it is refused than to mend it.

        Raises:
            DataError: It is of another type, has times of a zone that is not known here, or a
                text has a NUL character.
        """
        values = self._written(name)
        kinds = (pa.types.is_string, pa.types.is_integer, pa.types.is_floating)
        if not any(is_kind(values.type) for is_kind in kinds):
            raise self.refusal(
                name,
                f"its type {values.type} is neither number, text, date, time nor bool; store it as "
                f"one of these{otherwise and ', or '}{otherwise}",
            )
        if pa.types.is_string(values.type):
            self._refuse_nul(name, values, otherwise)
        return values

    def _written(self, name: str) -> Any:
        """Return a column, its dates and times as text without nulls."""
        values = self.columns[name]
        kinds = (pa.types.is_date, pa.types.is_time, pa.types.is_timestamp)
        if not any(is_kind(values.type) for is_kind in kinds):
            return values
        try:
            zoned = pa.types.is_timestamp(values.type) and values.type.tz is not None
            clocks = pc.local_timestamp(values) if zoned else values
            return pc.fill_null(clocks.cast(pa.string()), "")
        except pa.ArrowInvalid as err:
            raise self.refusal(name, f"it cannot be read ({err})") from err

    def _refuse_nul(self, name: str, values: Any, otherwise: str) -> None:
        """Refuse a NUL character: NumPy's strings lose those at the end, so that levels merge."""
        if not any(_has_zero_byte(chunk) for chunk in values.chunks):
            return
        found = pc.match_substring(values, "\0").to_numpy()
        if found.any():
            row = int(np.argmax(found))
            raise self.refusal(
                name,
                f"{values[row].as_py()!r} in {self.place(row)} has a NUL character; mend the cell"
                f"{otherwise and ', or '}{otherwise}",
            )

    def finite(self, name: str, values: np.ndarray) -> np.ndarray:
        """Return a column's numbers as float32.

        Raises:
            DataError: One of them is infinite in it.
        """
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        infinite = np.isinf(single)
        if infinite.any():
            row = int(np.argmax(infinite))
            raise self.refusal(
                name,
                f"{values[row]} in {self.place(row)} is not a finite number as float32; "
                f"mend the cell, or leave the column out with --ignore {quote_names(name)}",
            )
        return single

    def require(self, name: str, option: str) -> None:
        """Check that a column exists which an option names.

        Raises:
            DataError: It does not; at most twenty of those that do are listed.
        """
        names = self.names
        if name in names:
            return
        near = get_close_matches(name, names, n=1)
        shown = list(dict.fromkeys([*near, *names]))[:20] if len(names) > 20 else names
        more = f" and {len(names) - 20} more" if len(names) > 20 else ""
        raise DataError(
            f"{self.label}, {option}: there is no column {name}; {known_names(name, shown)}{more}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """The content of an `.npz` file, or of a folder of images.

    Args:
        label: How an error names the source.
        x: (rows, *shape) float32.
        y: A pyarrow column of text, (rows,), or None.
        target: What the labels are called.
        warnings: Sentences about how the source was read.
    """

    label: str
    x: np.ndarray
    y: Any
    target: str = "y"
    warnings: tuple[str, ...] = ()

    @property
    def channels(self) -> int | None:
        """Channels of an image, None where rows are none.

        Rows are images if they have height and width, perhaps with 1, 3 or 4 channels as the last
        axis, of whole numbers from 0 to 255 or fractions from 0 to 1. What else is of two or three
        dimensions may be measurements, such as of sensors, each on a scale of its own.
        """
        match self.x.shape[1:]:
            case (_, _):
                channels = 1
            case (_, _, 1 | 3 | 4 as channels):
                pass
            case _:
                return None
        return channels if _are_pixels(self.x) else None


def _are_pixels(x: np.ndarray) -> bool:
    if x.min() < 0 or x.max() > 255:
        return False
    return bool(x.max() <= 1) or all((row == np.trunc(row)).all() for row in x)


def _has_zero_byte(texts: Any) -> bool:
    """Return whether a pyarrow array of text may have a NUL character: what it is cut from has."""
    content = texts.buffers()[2]
    return content is not None and not np.frombuffer(content, np.uint8).all()
