"""Predicts with an exported model, chunk by chunk, so that a file may have any number of rows."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tuner.data import (
    BadCells,
    OnError,
    RawPart,
    Schema,
    choose_chunk_rows,
    convert_raw,
    stream_raw,
)
from tuner.errors import UserError, one_line
from tuner.files.whole_files import read_file
from tuner.scoring import decide
from tuner.serving.file_hashes import check_hashes
from tuner.serving.graph_steps import choose_step
from tuner.serving.input_names import count_columns, join_columns, make_input_names
from tuner.serving.keras_file import load_keras_file
from tuner.serving.threshold import read_threshold
from tuner.serving.unseen_levels import UnseenLevels
from tuner.words import list_first

if TYPE_CHECKING:
    import keras

__all__ = ["ExportedModel", "InputPart"]

_MAX_BATCH_ROWS = 1 << 14  # rows that are predicted at once
_MIN_CLASSES = 2


@dataclass(frozen=True, slots=True, eq=False)
class InputPart:
    """Rows to predict.

    Attributes:
        inputs: By the network's input name, each of shape `(rows, …)`.
        kept: Columns that begin the predictions of the rows; None if none do.
    """

    inputs: Mapping[str, np.ndarray]
    kept: pa.Table | None = None

    def slice(self, start: int, rows: int) -> "InputPart":
        """Return some of the rows."""
        return InputPart(
            {name: values[start : start + rows] for name, values in self.inputs.items()},
            None if self.kept is None else self.kept.slice(start, rows),
        )


@dataclass(frozen=True)
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

    def read(
        self,
        data: str,
        *,
        warn: Callable[[str], None] | None = None,
        on_error: OnError = "refuse",
        keep: Sequence[str] = (),
    ) -> Iterator[InputPart]:
        """Return the rows of a file, part by part. The first part is read at once.

        The order of the columns does not matter, and columns that the model does not know are left
        out.

        Args:
            data: Any source that a search reads.
            warn: Called with each warning. After the last part it is called for each column with
                bad cells, and for each with levels that the model has not seen.
            on_error: Whether bad cells are refused, or taken as missing.
            keep: Columns of a table that begin the predictions, as they are.

        Raises:
            DataError: The file cannot be read, lacks a column, or has a bad cell that is refused.
                An error in a later part is raised when that part is read.
            UserError: A column to keep has the name of one of the predictions.
        """
        names = dict.fromkeys(keep)
        taken = [name for name in names if name in self._name_predictions()]
        if taken:
            raise UserError(
                f"--keep: {list_first(taken)} is also a column of the predictions; rename it in "
                "the data, or leave it out of --keep"
            )
        cells = BadCells(on_error)
        parts = stream_raw(data, self.schema, warn=warn, bad_cells=cells, keep=list(names))
        first = next(parts)
        return self._watch(chain([first], parts), cells, warn)

    def convert(
        self, rows: Any, *, warn: Callable[[str], None] | None = None, on_error: OnError = "refuse"
    ) -> Iterator[InputPart]:
        """Return rows that a Python program gives as `read` returns those of a file.

        Args:
            rows: Rows as `tuner.data.convert_raw` takes them.
            warn: As `read` takes it.
            on_error: As `read` takes it.

        Raises:
            DataError: The rows cannot be read, lack a column, or have a bad cell that is refused.
        """
        cells = BadCells(on_error)
        return self._watch([RawPart(convert_raw(rows, self.schema, cells))], cells, warn)

    def _watch(
        self, parts: Iterable[RawPart], cells: BadCells, warn: Callable[[str], None] | None
    ) -> Iterator[InputPart]:
        """Yield parts as the network takes them; at the end, warn about their cells."""
        unseen = UnseenLevels(self.schema)
        for part in parts:
            if warn is not None:
                unseen.count(part.raw)
            yield InputPart(join_columns(part.raw, self.inputs), part.kept)
        for warning in (*cells.list_warnings(), *unseen.list_warnings()):
            if warn is not None:
                warn(warning)

    def predict(
        self, parts: Iterable[InputPart], *, batch_rows: int | None = None
    ) -> Iterator[pd.DataFrame]:
        """Yield tables with a row for each row.

        The columns are those that are kept, `class`, and `probability_…` of each class.

        Args:
            parts: As `read` returns them.
            batch_rows: The most rows that are predicted at once; fewer are, where a row is large.
                None for as many as are fast.
        """
        import tensorflow as tf

        most = choose_step(self._graph, most=batch_rows or _MAX_BATCH_ROWS)
        for part in parts:
            rows = len(next(iter(part.inputs.values())))
            numbers = sum(prod(values.shape[1:]) for values in part.inputs.values())
            step = choose_chunk_rows(numbers, most=most)
            for start in range(0, rows, step):
                batch = part.slice(start, step)
                inputs = {name: tf.constant(values) for name, values in batch.inputs.items()}
                yield self._make_table(self._graph(inputs).numpy(), batch.kept)

    @cached_property
    def _graph(self) -> Callable[..., Any]:
        """The network as a graph, which is loaded and traced with the first prediction."""
        import tensorflow as tf

        network = self.load_network()
        specs = {
            name: tf.TensorSpec(tensor.shape, tensor.dtype)
            for name, tensor in network.input.items()
        }
        traced: Callable[..., Any] = tf.function(
            lambda inputs: network(inputs, training=False),
            input_signature=[specs],
            autograph=False,
        ).get_concrete_function()  # of which TensorFlow does not warn when a program predicts often
        return traced

    def load_network(self) -> "keras.Model":
        """Load `model.keras` in Keras's safe mode, which runs no code of the file.

        Raises:
            UserError: The file is damaged, or the network is not that of `model.json`.
        """
        path = self.folder / "model.keras"
        network = load_keras_file(path)
        taken = {name: (tensor.dtype, tensor.shape) for name, tensor in network.input.items()}
        answered = network.output.shape
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
                column.raw_type,
                shared.get(self.inputs[column.name], (None,)),
            )
            for column in self.schema.used
        }

    @property
    def threshold(self) -> float | None:
        """The least probability with which the second of two classes is predicted.

        None if the most probable class is.
        """
        return read_threshold(self.description)

    def _name_predictions(self) -> list[str]:
        return ["class", *(f"probability_{name}" for name in self.schema.classes)]

    def _make_table(self, probabilities: np.ndarray, kept: pa.Table | None) -> pd.DataFrame:
        names = np.array(self.schema.classes, dtype=object)
        values = [names[decide(probabilities, self.threshold)], *probabilities.T]
        table = pd.DataFrame(dict(zip(self._name_predictions(), values, strict=True)))
        if kept is None:
            return table
        return pd.concat([kept.to_pandas(types_mapper=pd.ArrowDtype), table], axis="columns")


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
    threshold = read_threshold(description)
    if threshold is not None and not (len(schema.classes) == _MIN_CLASSES and 0 <= threshold <= 1):
        raise ValueError("its threshold is no probability of one of two classes")
