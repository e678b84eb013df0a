"""`tuner predict`: predicts the rows of a file with an exported model."""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.cli.quiet import import_heavy
from tuner.data import list_image_files
from tuner.serving.exported_model import ExportedModel
from tuner.serving.prediction_files import check_prediction_file, write_csv, write_predictions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["predict_rows"]


def predict_rows(folder: Path, data: str, output: Path | None) -> None:
    """Predict the rows of a file, chunk by chunk, so that it may have any number of rows.

    Args:
        folder: An exported model.
        data: A table or .npz file of raw columns, or a folder of images. The predictions of images
            begin with a column `file`.
        output: A .csv or .parquet file. None for standard output, as CSV.

    Raises:
        UserError: The folder is no exported model, or a file cannot be read or written.
    """
    if output is not None:
        check_prediction_file(output, data=data)
    model = ExportedModel.open(folder)
    parts = model.read(data, warn=lambda warning: print(f"warning: {warning}", file=sys.stderr))
    import_heavy()
    files = list_image_files(data)
    tables = model.predict(parts)
    if files is not None:
        tables = _add_files(tables, files)
    if output is None:
        write_csv(tables, sys.stdout)
    else:
        write_predictions(tables, output)


def _add_files(tables: "Iterator[pd.DataFrame]", files: Sequence[str]) -> "Iterator[pd.DataFrame]":
    """Yield tables whose first column is the file of each row."""
    remaining = iter(files)
    for table in tables:
        table.insert(0, "file", list(islice(remaining, len(table))))
        yield table
