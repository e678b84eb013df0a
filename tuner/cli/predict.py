"""`tuner predict`: predicts the rows of a file with an exported model."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from tuner.cli.models import open_model
from tuner.cli.standard_input import STANDARD_INPUT, keep_standard_input
from tuner.data import OnError, list_image_files
from tuner.serving.exported_model import ExportedModel
from tuner.serving.prediction_files import check_prediction_file, write_csv, write_predictions
from tuner.terminal.messages import DataOutput, Messages
from tuner.terminal.quiet_imports import import_heavy
from tuner.words import count_noun

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PredictCommand"]


@dataclass(frozen=True, slots=True)
class PredictCommand:
    """Predicts the rows of a file, part by part, so that it may have any number of rows.

    Attributes:
        folder: An exported model.
        data: A table or .npz file of raw columns, a folder of images, or "-" for standard input.
            The predictions of images begin with a column `file`.
        output: A .csv or .parquet file. None for standard output, as CSV.
        keep: Columns that begin the predictions.
        on_error: Whether bad cells are refused, or taken as missing.
        batch_rows: The most rows that are predicted at once. None for as many as are fast.
        quiet: Do not say what was written to a file.
    """

    folder: Path
    data: str
    output: Path | None
    keep: Sequence[str] = ()
    on_error: OnError = "refuse"
    batch_rows: int | None = None
    quiet: bool = False

    def run(self) -> None:
        """Predict the rows, and write the predictions.

        Raises:
            UserError: The folder is no exported model, or a file cannot be read or written.
        """
        is_piped = self.data == STANDARD_INPUT
        if self.output is not None:
            check_prediction_file(self.output, data="/dev/stdin" if is_piped else self.data)
        model = open_model(self.folder)
        with keep_standard_input() if is_piped else nullcontext(self.data) as source:
            self._predict(model, source)

    def _predict(self, model: ExportedModel, source: str) -> None:
        messages = Messages(quiet=self.quiet)
        parts = model.read(
            source,
            warn=lambda warning: messages.warn(f"warning: {warning}"),
            on_error=self.on_error,
            keep=self.keep,
        )
        import_heavy()
        tables = model.predict(parts, batch_rows=self.batch_rows)
        files = list_image_files(source)
        if files is not None:
            tables = _add_files(tables, files)
        if self.output is None:
            output = DataOutput()
            write_csv(tables, cast(TextIO, output))
            output.flush()
            return
        replaced = ", in place of the file that was there" if self.output.exists() else ""
        rows = write_predictions(tables, self.output)
        messages.say(f"{count_noun(rows, 'row')} written to {self.output}{replaced}")


def _add_files(tables: "Iterator[pd.DataFrame]", files: Sequence[str]) -> "Iterator[pd.DataFrame]":
    """Yield tables whose first column is the file of each row."""
    remaining = iter(files)
    for table in tables:
        table.insert(0, "file", list(islice(remaining, len(table))))
        yield table
