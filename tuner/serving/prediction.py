"""Predictions of an exported model for a file of raw columns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tuner.data import Schema, read_raw
from tuner.errors import UserError
from tuner.serving.inputs import model_inputs
from tuner.serving.writing import unwritable

__all__ = ["ExportedModel", "check_output", "write_predictions"]

_ROWS = 8192  # predicted at once
_SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """An exported folder: what its `model.json` says, and predictions with its `model.keras`.

    Attributes:
        folder: Where it lies.
        schema: The columns that it takes, and its classes.
        inputs: The network's input name of each column.
        description: All that `model.json` says.
    """

    folder: Path
    schema: Schema
    inputs: Mapping[str, str]
    description: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path) -> "ExportedModel":
        """Read `model.json`; the network is loaded with the first prediction.

        Raises:
            UserError: The folder is no exported model.
        """
        path = folder / "model.json"
        if not path.is_file():
            raise UserError(
                f"{folder} is not an exported model (it has no model.json); give the folder that "
                "search or export wrote"
            )
        try:
            description = json.loads(path.read_text(encoding="utf-8"))
            schema = Schema.from_dict(description["schema"])
            return cls(folder, schema, description["inputs"], description)
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{path} cannot be read ({type(error).__name__}: {error}); export the model again"
            ) from error

    def read(self, data: str) -> dict[str, np.ndarray]:
        """Return the network's inputs, each of shape `(rows, …)`, from a file.

        Columns that the model does not know are left out; their order does not matter.

        Raises:
            DataError: The file cannot be read, or lacks a column.
        """
        return model_inputs(read_raw(data, self.schema), self.inputs)

    def predict(self, inputs: Mapping[str, np.ndarray]) -> pd.DataFrame:
        """Return `class`, then `probability_…` of each class, one row a row.

        Args:
            inputs: As `read` returns them.
        """
        import keras
        import tensorflow as tf

        network = keras.saving.load_model(self.folder / "model.keras", safe_mode=True)
        rows = len(next(iter(inputs.values())))
        parts = [np.zeros((0, len(self.schema.classes)), np.float32)]
        for start in range(0, rows, _ROWS):
            part = {name: tf.constant(v[start : start + _ROWS]) for name, v in inputs.items()}
            parts.append(network(part, training=False).numpy())
        return self._table(np.concatenate(parts))

    def _table(self, probabilities: np.ndarray) -> pd.DataFrame:
        names = np.array(self.schema.classes, dtype=object)
        columns = {"class": names[probabilities.argmax(axis=1)]}
        for number, name in enumerate(self.schema.classes):
            columns[f"probability_{name}"] = probabilities[:, number]
        return pd.DataFrame(columns)


def check_output(output: Path) -> None:
    """Refuse a file that predictions cannot be written to, before they are made.

    Raises:
        UserError: The suffix is not known, or the folder does not exist.
    """
    if output.suffix not in _SUFFIXES:
        raise UserError(f"output file {output}: give it the suffix {' or '.join(_SUFFIXES)}")
    if not output.parent.is_dir():
        raise UserError(
            f"output file {output}: the folder {output.parent} does not exist; make it first"
        )


def write_predictions(predictions: pd.DataFrame, output: Path) -> None:
    """Write predictions as CSV or Parquet, by the file's suffix.

    Raises:
        UserError: The file cannot be written.
    """
    check_output(output)
    try:
        if output.suffix == ".csv":
            predictions.to_csv(output, index=False)
        else:
            with output.open("wb") as stream:  # Python's errors are shorter than Arrow's
                predictions.to_parquet(stream, index=False)
    except OSError as error:
        raise unwritable(f"output file {output}", error) from error
