"""What becomes of cells that are neither missing nor what their column holds."""

from collections import Counter
from typing import Any, Literal, TypeAlias

import numpy as np

from tuner.data.column_names import LONGEST_SHOWN
from tuner.data.columns.column import Column
from tuner.data.readers.table import Table

__all__ = ["BadCells", "OnError"]

OnError: TypeAlias = Literal["refuse", "missing"]
"""What becomes of bad cells: an error, or a missing value."""


class BadCells:
    """The bad cells of rows to predict: refused, or taken as missing and counted.

    A cell of a column that the model reads is bad if it is not missing (empty, a placeholder in a
    column of numbers or dates, or a text of `--missing`) and its column's notation does not read
    it, or its number is infinite in float32. A level that the model has not seen is not bad.

    Args:
        on_error: "refuse" to raise an error at the first bad cell, "missing" to take each as
            missing.
        is_choice: Whether whoever gives the rows can choose `on_error`, so that errors advise it.
    """

    def __init__(self, on_error: OnError = "refuse", *, is_choice: bool = True) -> None:
        self._on_error = on_error
        self._remedy = "fix the cell" + (", or give --on-error missing" if is_choice else "")
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, tuple[str, str]] = {}

    def settle(self, table: Table, column: Column, bad: np.ndarray, expected: str = "") -> None:
        """Refuse or count the bad cells of a column.

        Args:
            table: The table.
            column: The column.
            bad: Which of its cells are bad, shape `(rows,)`, bool.
            expected: What a cell should be. By default what the column holds.

        Raises:
            DataError: There are some, and they are refused.
        """
        if not bad.any():
            return
        name = column.name
        if self._on_error == "refuse" or name not in self._examples:
            row = int(np.argmax(bad))
            cell = f"{_show(table.get_column(name)[row].as_py())} in {table.locate_row(row)}"
            fault = f"is not {expected or _describe(column)}"
            if self._on_error == "refuse":
                raise table.make_error(name, f"{cell} {fault}; {self._remedy}")
            self._examples[name] = (cell, fault)
        self._counts[name] += int(bad.sum())

    def list_warnings(self) -> list[str]:
        """Return a warning for each column with cells that were taken as missing."""
        return [
            f"column {name}: "
            + (
                f"{cell}, which {fault}, counts as missing"
                if self._counts[name] == 1
                else f"{self._counts[name]:,} cells count as missing, such as {cell}, which {fault}"
            )
            for name, (cell, fault) in self._examples.items()
        ]


def _describe(column: Column) -> str:
    kind = "a number" if column.kind == "numeric" else "a date"
    return f"{kind} like {column.notation}" if column.notation else kind


def _show(cell: Any) -> str:
    shown = repr(cell)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
