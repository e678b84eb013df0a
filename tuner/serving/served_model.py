"""The model that MLflow loads and serves: it takes raw columns, and predicts class probabilities.

An export copies this file and those of the package that it imports into the MLflow model as one
file, which runs when the model is loaded. It needs MLflow, Keras and pandas, and nothing else of
the package that it comes from.
"""

import json
import warnings
from itertools import chain
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel

from tuner.serving.cell_notes import CellNotes
from tuner.serving.graph_steps import choose_step
from tuner.serving.served_cells import CellReader, list_cells, read_array

_ALL, _PARSED = "column.all", "column.parsed"  # layers of the network
_STEP_CELLS = 1 << 15  # of the rows that are predicted at once


class SoftmaxClassifier(PythonModel):
    """Predicts a row for each row: its `class`, and `probability_…` of each class."""

    def load_context(self, context: Any) -> None:
        """Load the network in Keras's safe mode, which runs no code of the file."""
        import tensorflow as tf  # noqa: F401

        import keras  # isort: skip  (after TensorFlow, whose start-up it would otherwise repeat)

        description = Path(context.artifacts["description"]).read_text(encoding="utf-8")
        content: dict[str, Any] = json.loads(description)
        network = keras.saving.load_model(context.artifacts["network"], safe_mode=True)
        threshold = content.get("threshold")
        value = None if threshold is None else threshold["value"]
        self.use_network(network, content["schema"], content["inputs"], value)

    def use_network(
        self,
        network: Any,
        schema: dict[str, Any],
        inputs: dict[str, str],
        threshold: float | None = None,
    ) -> None:
        """Predict with a network, as a graph: Keras calls each of its operations from Python.

        The graph takes all columns of a type as one matrix: a tensor for each would take longer to
        make than a row takes to predict.

        Args:
            network: The Keras model, which takes its inputs by name.
            schema: What `model.json` says of the columns and the classes.
            inputs: The network's input name of each column.
            threshold: The least probability with which the second of two classes is predicted.
                None to predict the most probable class.
        """
        self.schema, self.threshold = schema, threshold
        self.reader = CellReader(schema)
        self.shape = tuple(schema["array_shape"] or ())
        self.groups: dict[str, dict[str, list[str]]] = {}  # columns of each input, by type
        for column, name in inputs.items():
            columns = self.groups.setdefault(network.input[name].dtype, {})
            columns.setdefault(name, []).append(column)
        self.parsed, predict = _find_parsed(network, inputs, schema)
        self._trace(predict)

    def _trace(self, predict: Any) -> None:
        """Make the graph, from a matrix for each type of columns.

        Args:
            predict: As `_find_parsed` returns it.
        """
        import tensorflow as tf

        def run(matrices: dict[str, Any]) -> Any:
            """Return the probabilities, and a value for each parsed cell, NaN if it has none."""
            tensors = {}
            for dtype, columns in self.groups.items():
                sizes = [len(names) for names in columns.values()]
                parts = tf.split(matrices[dtype], sizes, axis=1)
                for name, size, part in zip(columns, sizes, parts, strict=True):
                    tensors[name] = part if size > 1 else tf.squeeze(part, 1)
            return predict(tensors)

        specs = {
            dtype: tf.TensorSpec((None, sum(map(len, columns.values())), *self.shape), dtype)
            for dtype, columns in self.groups.items()
        }
        self.tensor = tf.constant
        graph = tf.function(run, input_signature=[specs], autograph=False)
        self.graph = graph.get_concrete_function()
        self.step_rows = choose_step(self.graph, most=_STEP_CELLS)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """Predict rows.

        Args:
            context: MLflow's context, which is not used.
            model_input: A table of raw columns, or `{"x": array}` for an array data set. Numbers
                may be texts. None, NaN and "" are missing values.
            params: `on_error` is `refuse` or `missing`: what becomes of cells that their column
                does not read. If they are taken as missing, they are warned about, as are levels
                that the model has not seen.

        Raises:
            MlflowException: The network cannot take a value. A server then answers 400.
        """
        notes = CellNotes(on_error=(params or {}).get("on_error", "refuse"))
        if notes.on_error not in ("refuse", "missing"):
            raise MlflowException(
                f"on_error: {notes.on_error!r:.40} is neither 'refuse' nor 'missing'; give one",
                error_code=INVALID_PARAMETER_VALUE,
            )
        columns: Any = model_input
        if isinstance(model_input, pd.DataFrame):
            cells = model_input.to_numpy(object).T.tolist()  # to select columns first takes longer
            columns = dict(zip(model_input.columns, cells, strict=True))
        probabilities = self.predict_proba(columns, notes)
        for warning in [*notes.describe_bad(), *notes.describe_unseen()]:
            warnings.warn(warning["message"], stacklevel=2)
        classes: list[str] = self.schema["classes"]
        answer = {"class": np.array(classes, dtype=object)[self.decide(probabilities)]}
        for number, name in enumerate(classes):
            answer[f"probability_{name}"] = probabilities[:, number]
        return pd.DataFrame(answer)

    def decide(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the number of each row's predicted class, shape `(rows,)`."""
        if self.threshold is None:
            return np.asarray(probabilities.argmax(axis=1))
        return np.asarray(probabilities[:, 1] >= self.threshold).astype(np.int64)

    def predict_proba(self, columns: Any, notes: CellNotes | None = None) -> np.ndarray:
        """Return the probability of each class, shape `(rows, classes)`, as `predict` takes rows.

        Args:
            columns: By name, each a list, an array or a pandas Series of the same length.
            notes: What becomes of bad cells. None to refuse them.
        """
        notes = notes or CellNotes()
        cells = {name: columns[name] for name in self._list_columns()}
        if not self.shape:
            cells = {name: list_cells(values) for name, values in cells.items()}
        rows = len(next(iter(cells.values())))
        step = min(self.step_rows, max(1, _STEP_CELLS // (len(cells) * prod(self.shape))))
        parts = []
        for start in range(0, max(rows, 1), step):
            notes.first_row = start
            part = {name: values[start : start + step] for name, values in cells.items()}
            parts.append(self._predict_step(part, notes))
        return np.concatenate(parts)

    def _list_columns(self) -> list[str]:
        return [
            n for columns in self.groups.values() for n in chain.from_iterable(columns.values())
        ]

    def _predict_step(self, cells: dict[str, Any], notes: CellNotes) -> np.ndarray:
        matrices, texts = {}, {}
        for dtype, columns in self.groups.items():
            names = list(chain.from_iterable(columns.values()))
            if dtype == "string":
                texts = {name: self.reader.read_texts(name, cells[name], notes) for name in names}
                matrix = np.array(list(texts.values()), dtype=object).T
            elif self.shape:
                matrix = read_array(names[0], cells[names[0]], self.shape)[:, None]
            else:
                matrix = self.reader.read_numbers(
                    {name: cells[name] for name in names}, dtype, notes
                )
            matrices[dtype] = self.tensor(matrix)
        probabilities, values = self.graph(matrices)
        if self.parsed:
            unread = np.isnan(values.numpy())
            for place in np.flatnonzero(unread.any(axis=0)):
                column = self.parsed[place]
                self.reader.settle_unread(
                    column, cells[column], texts[column], unread[:, place], notes
                )
        answer: np.ndarray = probabilities.numpy()
        return answer


def _find_parsed(network: Any, inputs: dict[str, str], schema: dict[str, Any]) -> tuple[Any, Any]:
    """Return the columns whose texts the network parses, and a function that tells what it read.

    Returns:
        The names of the columns; a function from tensors by input name to the probabilities and the
        parsed values, shape `(rows, names)`. Models of earlier versions do not tell: no names.
    """
    import keras

    inner = next((layer for layer in network.layers if layer.name == _ALL), None)
    if inner is None or all(layer.name != _PARSED for layer in inner.layers):
        return [], lambda tensors: (network(tensors, training=False), ())
    whole = keras.Model(inner.inputs, [inner.output, inner.get_layer(_PARSED).output])
    notations = {entry["name"]: entry.get("notation") for entry in schema["columns"]}
    parsed = [column for column in inputs if notations[column]]
    order = list(dict.fromkeys(inputs.values()))
    return parsed, lambda tensors: whole([tensors[name] for name in order], training=False)


set_model(SoftmaxClassifier())
