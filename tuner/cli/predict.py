"""`tuner predict`: an exported model's predictions for a file."""

import sys
from pathlib import Path

from tuner.cli.quiet import import_heavy
from tuner.serving.prediction import ExportedModel
from tuner.serving.tables import check_output, print_tables, write_tables

__all__ = ["predict_rows"]


def predict_rows(folder: Path, data: str, output: Path | None) -> None:
    """Predict the rows of a file, as many as there are, a part after another.

    Args:
        folder: An exported model.
        data: A table or .npz of raw columns.
        output: A .csv or .parquet file; standard output, as CSV, where it is None.

    Raises:
        UserError: The folder, the file or the output is not what it should be.
    """
    if output is not None:
        check_output(output)
    model = ExportedModel.open(folder)
    parts = model.read(data)
    import_heavy()
    tables = model.predict(parts)
    if output is None:
        print_tables(tables, sys.stdout)
    else:
        write_tables(tables, output)
