"""Predicts with an exported model, chunk by chunk, so that a file may have any number of rows."""

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
from tuner.errors import UserError, first_sentence, one_line
from tuner.files import read_file
from tuner.scoring import decide
from tuner.serving.file_hashes import check_hashes
from tuner.serving.input_names import count_columns, join_columns, make_input_names
from tuner.words import count_noun, fold_look, show_alike

if TYPE_CHECKING:
    import keras

__all__ = ["ExportedModel", "Inputs"]

_MAX_CHUNK_ROWS = 1 << 14  # rows that are predicted at once
_MIN_CLASSES = 2

Inputs = Mapping[str, np.ndarray]
"""By the network's input name, each of shape `(rows, …)`."""


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """An exported folder: what its `model.json` says, and predictions with its `model.keras`.

    Attributes:
        folder: The folder.
        schema: The columns that the model takes, and its classes.
        inputs: The network's input name of each column.
        description: The content of `model.json`.
    """

    folder: Path
    schema: Schema
    inputs: Mapping[str, str]
    description: Mapping[str, Any]

    @classmethod
    def open(cls, folder: Path) -> "ExportedModel":
        """Read `model.json`, and check the hashes that it has of all files.

        The network is loaded with the first prediction.

        Raises:
            UserError: The folder is not an exported model, or a file of it was changed.
        """
        path = folder / "model.json"
        try:
            description = json.loads(read_file(path))
            schema = Schema.from_dict(description["schema"])
            _check_description(description, schema)
            check_hashes(description, folder)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise UserError(
                f"{folder} is not an exported model (it has no model.json); give the folder that "
                "search or export wrote"
            ) from error
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error.strerror}); fix that") from error
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise UserError(
                f"{path} cannot be read ({one_line(error)}); export the model again"
            ) from error
        return cls(folder, schema, description["inputs"], description)

    def read(self, data: str, *, warn: Callable[[str], None] | None = None) -> Iterator[Inputs]:
        """Return the rows of a file, chunk by chunk. The first chunk is read at once.

        The order of the columns does not matter, and columns that the model does not know are left
        out.

        Args:
            data: Any source that a search reads.
            warn: Called with each warning. After the last chunk it is called for each column with
                levels that the model has not seen.

        Raises:
            DataError: The file cannot be read or lacks a column. An error in a later chunk is
                raised when that chunk is read.
        """
        chunks = stream_raw(data, self.schema, warn=warn)
        first = next(chunks)
        all_chunks: Iterator[RawColumns] = chain([first], chunks)
        if warn is not None and self.schema.array_shape is None:
            all_chunks = self._warn_about_unseen_levels(all_chunks, warn)
        return (join_columns(chunk, self.inputs) for chunk in all_chunks)

    def _warn_about_unseen_levels(
        self, chunks: Iterable[RawColumns], warn: Callable[[str], None]
    ) -> Iterator[RawColumns]:
        """Yield the chunks unchanged; at the end, warn about levels that the model has not seen.

        A column with pooled levels is left out, because an unseen level counts as pooled there.
        """
        known = {
            column.name: index_levels(column)[0]
            for column in self.schema.used
            if column.kind in {"categorical", "boolean"} and not column.other
        }
        counts: Counter[str] = Counter()
        examples: dict[str, str] = {}
        alike: dict[str, tuple[str, str]] = {}
        for chunk in chunks:
            for name, levels in known.items():
                unseen = chunk[name][~pd.Series(chunk[name]).isin(levels).to_numpy()]
                if len(unseen):
                    counts[name] += len(unseen)
                    examples.setdefault(name, unseen[0])
                    if name not in alike and (pair := _find_alike(unseen, levels)):
                        alike[name] = pair
            yield chunk
        for name, count in counts.items():
            shown = show_alike(alike[name]) if name in alike else ()
            like = f"; {' looks like the known level '.join(shown)}" if shown else ""
            warn(
                f"column {name}: {count_noun(count, 'cell')} of levels that the model has not "
                f"seen, such as {examples[name]!r}; each counts as none of the known levels{like}"
            )

    def predict(self, chunks: Iterable[Inputs]) -> Iterator[pd.DataFrame]:
        """Yield tables with a row for each row: its `class`, and `probability_…` of each class.

        Args:
            chunks: As `read` returns them.
        """
        import tensorflow as tf

        network = self.load_network()
        specs = {
            name: tf.TensorSpec(tensor.shape, tensor.dtype)
            for name, tensor in network.input.items()
        }
        predict = tf.function(
            lambda inputs: network(inputs, training=False), input_signature=[specs]
        )
        for chunk in chunks:
            rows = len(next(iter(chunk.values())))
            numbers = sum(prod(values.shape[1:]) for values in chunk.values())
            step = choose_chunk_rows(numbers, most=_MAX_CHUNK_ROWS)
            for start in range(0, rows, step):
                part = {name: tf.constant(v[start : start + step]) for name, v in chunk.items()}
                yield self._make_table(predict(part).numpy())

    def load_network(self) -> "keras.Model":
        """Load `model.keras` in Keras's safe mode, which runs no code of the file.

        Raises:
            UserError: The file is damaged, or the network is not that of `model.json`.
        """
        import keras

        path = self.folder / "model.keras"
        if not is_zipfile(path):  # Keras reports a damaged file as a missing one
            raise UserError(f"{path} is missing or damaged; export the model again")
        try:
            network = keras.saving.load_model(path, safe_mode=True)
            taken = {name: (tensor.dtype, tensor.shape) for name, tensor in network.input.items()}
            answered = network.output.shape
        except Exception as error:  # a damaged file fails in many ways
            reason = first_sentence(one_line(error))
            raise UserError(
                f"{path} cannot be loaded ({reason}); export the model again"
            ) from error
        if (taken, answered) != (self._list_tensors(), (None, len(self.schema.classes))):
            raise UserError(
                f"{path} does not take the columns, or predict the classes, that "
                f"{self.folder / 'model.json'} names; export the model again"
            )
        return network

    def _list_tensors(self) -> dict[str, tuple[str, tuple[int | None, ...]]]:
        """Return the type and the shape of each input that the network must have, by its name."""
        shape = self.schema.array_shape
        if shape is not None:
            return {self.inputs["x"]: ("float32", (None, *shape))}
        shared = {name: (None, count) for name, count in count_columns(self.inputs).items()}
        return {
            self.inputs[column.name]: (
                "float32" if column.is_plain else "string",
                shared.get(self.inputs[column.name], (None,)),
            )
            for column in self.schema.used
        }

    @property
    def threshold(self) -> float | None:
        """The least probability with which the second of two classes is predicted.

        None if the most probable class is, as in models of earlier versions.
        """
        described = self.description.get("threshold")
        return None if described is None else float(described["value"])

    def _make_table(self, probabilities: np.ndarray) -> pd.DataFrame:
        names = np.array(self.schema.classes, dtype=object)
        columns = {"class": names[decide(probabilities, self.threshold)]}
        for number, name in enumerate(self.schema.classes):
            columns[f"probability_{name}"] = probabilities[:, number]
        return pd.DataFrame(columns)


def _check_description(description: Mapping[str, Any], schema: Schema) -> None:
    """Refuse a `model.json` that contradicts itself.

    Raises:
        ValueError: It does.
    """
    if len(set(schema.classes)) != len(schema.classes) or len(schema.classes) < _MIN_CLASSES:
        raise ValueError("it has no two classes, or one twice")
    known = [make_input_names(schema, shared=shared) for shared in (True, False)]
    if description["inputs"] not in known or not description["inputs"]:
        raise ValueError("its inputs are not those of its columns")
    threshold = description.get("threshold")
    if threshold is not None and not (
        len(schema.classes) == _MIN_CLASSES and 0 <= float(threshold["value"]) <= 1
    ):
        raise ValueError("its threshold is no probability of one of two classes")


def _find_alike(unseen: np.ndarray, levels: Iterable[str]) -> tuple[str, str] | None:
    """Return an unseen level and the known one that it looks like; None if there is none."""
    known = {fold_look(level): level for level in levels if level}
    pairs = ((text, known.get(fold_look(text))) for text in pd.unique(unseen))
    return next(((text, level) for text, level in pairs if level is not None), None)
