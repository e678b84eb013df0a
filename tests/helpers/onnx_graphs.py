"""Runs an ONNX graph, and NumPy's or Keras's answer to the same rows beside it."""

from pathlib import Path

import keras
import numpy as np
import onnxruntime

from tuner.data import Dataset
from tuner.serving.input_names import join_columns, make_input_names
from tuner.serving.onnx_graph import Graph
from tuner.serving.onnx_model import write_onnx
from tuner.serving.onnx_network import translate_network
from tuner.serving.sample import pick_sample
from tuner.serving.trained_network import TrainedNetwork


def run(graph: Graph, rows: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Return all outputs of a graph."""
    session = onnxruntime.InferenceSession(graph.make_model("test").SerializeToString())
    return session.run(None, rows)


def run_network(network: keras.Model, rows: np.ndarray) -> np.ndarray:
    """Return what ONNX Runtime computes for a network of Keras."""
    graph = Graph()
    given = graph.add_input("rows", np.float32, network.input_shape[1:])
    graph.add_output("answers", translate_network(network, given))
    return run(graph, {"rows": rows})[0]


def compare_model(trained: TrainedNetwork, dataset: Dataset, folder: Path) -> float:
    """Write a whole model, and return how far its probabilities are from those in memory.

    The rows are those that an export is checked with. The classes must be the likeliest ones.
    """
    assert write_onnx(trained, folder, threshold=None) is None
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    sample = pick_sample(dataset.raw, dataset.schema)
    rows = join_columns(sample, make_input_names(dataset.schema))
    classes, probabilities = session.run(["class", "probabilities"], rows)
    expected = trained.predict_proba(sample)
    assert list(classes) == [dataset.classes[place] for place in probabilities.argmax(axis=1)]
    none = session.run(None, {name: values[:0] for name, values in rows.items()})
    assert [len(each) for each in none] == [0, 0]
    return float(np.abs(probabilities - expected).max())
