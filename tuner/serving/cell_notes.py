"""What is refused or told of the cells of rows to predict.

An export copies it into the MLflow model, beside `served_cells.py` and `served_model.py`. It needs
MLflow, and nothing of the package that it comes from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

__all__ = ["CellNotes", "make_error"]


@dataclass
class CellNotes:
    """Notes on cells: bad ones, which their column does not read, and levels that are unseen.

    Attributes:
        on_error: `refuse` bad cells, or take them as `missing` and count them.
        remedy: How a person has them taken as missing; errors say it.
        counts: How many of them there are, by column.
        examples: Of the first of them, by column: the cell, the cell and its row, and its fault.
        unseen: By column, how many cells have a level that the model has not seen, and the first.
        first_row: The number of the first row that is read now.
    """

    on_error: str = "refuse"
    remedy: str = 'give params={"on_error": "missing"}'
    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    unseen: dict[str, tuple[int, str]] = field(default_factory=dict)
    first_row: int = 0

    def settle_bad(self, column: str, cells: Any, places: Iterable[int], expected: str) -> None:
        """Refuse or count bad cells.

        Args:
            column: Their column.
            cells: All cells of the rows that are read now.
            places: Which of them are bad.
            expected: What they are not, such as `a number`.

        Raises:
            MlflowException: They are refused.
        """
        for place in places:
            example = f"{cells[place]!r:.40}"
            found = f"{example} in row {self.first_row + place} (counted from 0)"
            fault = f"is not {expected}"
            if self.on_error == "refuse":
                advice = f"fix the cell, or {self.remedy} to take it as missing"
                raise make_error(column, f"{found} {fault}; {advice}")
            self.counts[column] = self.counts.get(column, 0) + 1
            self.examples.setdefault(column, (example, found, fault))

    def count_unseen(self, column: str, texts: Sequence[str]) -> None:
        """Count cells of levels that the model has not seen.

        Args:
            column: Their column.
            texts: The cells, at least one.
        """
        before, example = self.unseen.get(column, (0, f"{texts[0]!r:.40}"))
        self.unseen[column] = before + len(texts), example

    def describe_bad(self) -> list[dict[str, Any]]:
        """Return a warning for each column with cells that were taken as missing."""
        warnings = []
        for column, count in self.counts.items():
            example, found, fault = self.examples[column]
            said = (
                f"{found}, which {fault}, counts as missing"
                if count == 1
                else f"{count:,} cells count as missing, such as {found}, which {fault}"
            )
            warnings.append(_describe(column, count, example, said))
        return warnings

    def describe_unseen(self) -> list[dict[str, Any]]:
        """Return a warning for each column with cells of levels that the model has not seen."""
        warnings = []
        for column, (count, example) in self.unseen.items():
            cells = "1 cell" if count == 1 else f"{count:,} cells"
            said = (
                f"{cells} of levels that the model has not seen, such as {example}; each counts as "
                "none of the known levels"
            )
            warnings.append(_describe(column, count, example, said))
        return warnings


def _describe(column: str, count: int, example: str, said: str) -> dict[str, Any]:
    message = f"column {column:.80}: {said}"
    return {"field": column, "count": count, "example": example, "message": message}


def make_error(column: str, fault: str) -> MlflowException:
    """Return the error about a value of a column, which a server answers with 400."""
    return MlflowException(f"column {column:.80}: {fault}", error_code=INVALID_PARAMETER_VALUE)
