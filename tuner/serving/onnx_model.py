"""Writes a model as one ONNX graph that takes raw columns and gives classes and probabilities."""

import json
from pathlib import Path

import numpy as np
from onnx.checker import ValidationError

from tuner.data import Schema
from tuner.errors import one_line
from tuner.serving.encoding import encode
from tuner.serving.formats import ONNX_FILE
from tuner.serving.input_names import count_columns, make_input_names
from tuner.serving.onnx_graph import Graph, Tensor
from tuner.serving.onnx_layers import Untranslatable
from tuner.serving.onnx_network import translate_network
from tuner.serving.onnx_operations import OnnxOperations
from tuner.serving.onnx_prediction import CLASS, PROBABILITIES
from tuner.serving.trained_network import TrainedNetwork

__all__ = ["write_onnx"]

_TYPES = {"float32": np.float32, "float64": np.float64, "string": object}  # of a column's values


def write_onnx(trained: TrainedNetwork, folder: Path, *, threshold: float | None) -> str | None:
    """Write `model.onnx`.

    Its inputs are those of the Keras model. Its outputs are `class`, texts of shape `(rows,)`, and
    `probabilities`, float32 of shape `(rows, classes)`.

    Args:
        trained: The network and its preprocessing.
        folder: The folder to write into.
        threshold: The least probability with which the second of two classes is predicted. None
            for the most probable class.

    Returns:
        None if it was written, or else the reason why it cannot be.
    """
    if PROBABILITIES in make_input_names(trained.schema).values():
        return "a column has the name probabilities, which an output has"
    graph = Graph()
    inputs = _add_inputs(graph, trained.schema)
    features = encode(OnnxOperations(graph), trained.schema, trained.scaler, inputs)
    classes = trained.schema.classes
    try:
        probabilities = translate_network(trained.network, features)
        graph.add_output(CLASS, _name_classes(probabilities, classes, threshold))
        graph.add_output(PROBABILITIES, probabilities)
        model = graph.make_model("softmax_classifier")
    except Untranslatable as reason:
        return str(reason)
    except (ValidationError, TypeError, ValueError) as fault:
        return f"ONNX does not take an option of a layer ({one_line(fault)})"
    entry = model.metadata_props.add()
    entry.key, entry.value = "classes", json.dumps(list(classes), ensure_ascii=False)
    (folder / ONNX_FILE).write_bytes(model.SerializeToString())
    return None


def _add_inputs(graph: Graph, schema: Schema) -> dict[str, Tensor]:
    """Add inputs as those of the Keras model, and return the one of each column."""
    names = make_input_names(schema)
    if schema.array_shape is not None:
        return {"x": graph.add_input(names["x"], np.float32, schema.array_shape)}
    shared = {name: (count,) for name, count in count_columns(names).items()}
    dtypes = {names[column.name]: _TYPES[column.raw_type] for column in schema.used}
    given = {
        name: graph.add_input(name, dtype, shared.get(name, ())) for name, dtype in dtypes.items()
    }
    return {column: given[name] for column, name in names.items()}


def _name_classes(
    probabilities: Tensor, classes: tuple[str, ...], threshold: float | None
) -> Tensor:
    graph, places = probabilities.graph, np.zeros(len(probabilities.sample), np.int64)
    if threshold is None:
        place = graph.add("ArgMax", [probabilities], places, axis=1, keepdims=0)
    else:
        place = (probabilities[:, 1] >= np.float32(threshold)).cast(np.int64)
    names = np.array(classes, object)
    return graph.add("Gather", [names, place], names[places])
