"""Predictions of an exported model for a file of raw columns, a part after another."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import is_zipfile

import numpy as np
import pandas as pd

from tuner.data import RawColumns, Schema, choose_chunk_rows, stream_raw
from tuner.data.columns.feature_encoding import index_levels
from tuner.errors import UserError
from tuner.serving.error_texts import first_sentence
from tuner.serving.input_names import rename_columns
from tuner.words import count_noun

if TYPE_CHECKING:
    import keras

__all__ = ["ExportedModel", "Inputs"]

_ROWS = 1 << 14  # predicted at once, at most

Inputs = Mapping[str, np.ndarray]
"""By the network's input name, each of shape `(rows, …)`."""


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

    def read(self, data: str, *, tell: Callable[[str], None] | None = None) -> Iterator[Inputs]:
        """Return the rows of a file, a part after another; the first part is read at once.

        Columns that the model does not know are left out; their order does not matter.

        Args:
            data: Any source that searches read.
            tell: Is given each sentence about how it is read; after the last part, one on each
                column with levels that the model does not know.

        Raises:
            DataError: The file cannot be read, or lacks a column; of a part, when it is its turn.
        """
        parts = stream_raw(data, self.schema, warn=tell)
        first = next(parts)
        whole: Iterator[RawColumns] = chain([first], parts)
        if tell is not None and self.schema.array_shape is None:
            whole = self._telling(whole, tell)
        return (rename_columns(part, self.inputs) for part in whole)

    def _telling(
        self, parts: Iterable[RawColumns], tell: Callable[[str], None]
    ) -> Iterator[RawColumns]:
        """Yield the parts as they are; tell at last of levels that the model does not know.

        Where it has pooled rare levels, those that it does not know are of that kind.
        """
        known = {
            column.name: index_levels(column)[0]
            for column in self.schema.used
            if column.kind in {"categorical", "boolean"} and not column.other
        }
        counts: Counter[str] = Counter()
        first: dict[str, str] = {}
        for part in parts:
            for name, levels in known.items():
                new = part[name][~pd.Series(part[name]).isin(levels).to_numpy()]
                if len(new):
                    counts[name] += len(new)
                    first.setdefault(name, new[0])
            yield part
        for name, count in counts.items():
            tell(
                f"column {name}: {count_noun(count, 'cell')} of levels that the model does not "
                f"know, such as {first[name]!r}; each counts as none of its levels"
            )

    def predict(self, parts: Iterable[Inputs]) -> Iterator[pd.DataFrame]:
        """Yield tables of `class`, then `probability_…` of each class, one row a row.

        Args:
            parts: As `read` returns them.
        """
        import tensorflow as tf

        network = self._network()
        specs = {
            name: tf.TensorSpec(tensor.shape, tensor.dtype)
            for name, tensor in network.input.items()
        }
        predict = tf.function(
            lambda inputs: network(inputs, training=False), input_signature=[specs]
        )
        for part in parts:
            rows = len(next(iter(part.values())))
            numbers = sum(prod(values.shape[1:]) for values in part.values())
            most = choose_chunk_rows(numbers, most=_ROWS)
            for start in range(0, rows, most):
                few = {name: tf.constant(v[start : start + most]) for name, v in part.items()}
                yield self._table(predict(few).numpy())

    def _network(self) -> "keras.Model":
        import keras

        path = self.folder / "model.keras"
        if not is_zipfile(path):  # Keras would say of a damaged file that it is not there
            raise UserError(f"{path} is missing or damaged; export the model again")
        try:
            return keras.saving.load_model(path, safe_mode=True)
        except Exception as error:  # what is damaged fails in many ways
            reason = first_sentence(f"{type(error).__name__}: {error}")
            raise UserError(
                f"{path} cannot be loaded ({reason}); export the model again"
            ) from error

    def _table(self, probabilities: np.ndarray) -> pd.DataFrame:
        names = np.array(self.schema.classes, dtype=object)
        columns = {"class": names[probabilities.argmax(axis=1)]}
        for number, name in enumerate(self.schema.classes):
            columns[f"probability_{name}"] = probabilities[:, number]
        return pd.DataFrame(columns)
