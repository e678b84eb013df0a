"""`tuner predict`: predicts the rows of a file with an exported model."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from tuner.cli.models import open_model
from tuner.data import list_image_files
from tuner.serving.prediction_files import check_prediction_file, write_csv, write_predictions
from tuner.terminal.messages import DataOutput, Messages
from tuner.terminal.quiet import import_heavy
from tuner.words import count_noun

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["predict_rows"]


def predict_rows(folder: Path, data: str, output: Path | None, *, quiet: bool = False) -> None:
    """Predict the rows of a file, chunk by chunk, so that it may have any number of rows.

    Args:
        folder: An exported model.
        data: A table or .npz file of raw columns, or a folder of images. The predictions of images
            begin with a column `file`.
        output: A .csv or .parquet file. None for standard output, as CSV.
        quiet: Do not say what was written to a file.

    Raises:
        UserError: The folder is no exported model, or a file cannot be read or written.
    """
    if output is not None:
        check_prediction_file(output, data=data)
    messages = Messages(quiet=quiet)
    model = open_model(folder)
    parts = model.read(data, warn=lambda warning: messages.warn(f"warning: {warning}"))
    import_heavy()
    files = list_image_files(data)
    tables = model.predict(parts)
    if files is not None:
        tables = _add_files(tables, files)
    if output is None:
        write_csv(tables, cast(TextIO, DataOutput()))
        return
    replaced = ", in place of the file that was there" if output.exists() else ""
    rows = write_predictions(tables, output)
    messages.say(f"{count_noun(rows, 'row')} written to {output}{replaced}")


def _add_files(tables: "Iterator[pd.DataFrame]", files: Sequence[str]) -> "Iterator[pd.DataFrame]":
    """Yield tables whose first column is the file of each row."""
    remaining = iter(files)
    for table in tables:
        table.insert(0, "file", list(islice(remaining, len(table))))
        yield table
