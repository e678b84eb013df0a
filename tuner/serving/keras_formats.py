"""Writes a model in the formats of Keras and TensorFlow: `.keras`, a SavedModel, LiteRT."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import tensorflow as tf

from tuner.errors import ExportMismatch, first_sentence, one_line
from tuner.libraries.light_imports import filter_standard_error
from tuner.serving.formats import LITERT_FILE
from tuner.serving.fresh_process import UNSAFE

__all__ = ["list_layers", "trace_model", "write_keras", "write_litert", "write_saved_model"]


_LOOKUPS = (
    keras.layers.IntegerLookup,
    keras.layers.StringLookup,
    keras.layers.TextVectorization,
)


def write_keras(model: keras.Model, folder: Path, *, label: Path) -> None:
    """Write `model.keras`.

    Args:
        model: Takes a dictionary of inputs by name.
        folder: The folder to write into.
        label: The folder that error messages name.

    Raises:
        ExportMismatch: A layer cannot be saved.
    """
    try:
        model.save(folder / "model.keras")
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ExportMismatch(
            f"exported model {label} cannot be saved ({first_sentence(str(error))}): {UNSAFE}"
        ) from error


def trace_model(model: keras.Model) -> Any:
    """Compile a model, as `write_keras` takes it, to a graph.

    Returns:
        A function from tensors by input name to `{"probabilities": tensor}`.
    """

    def serve(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return {"probabilities": model(inputs, training=False)}

    signature = {
        name: tf.TensorSpec(tensor.shape, tensor.dtype, name=name)
        for name, tensor in model.input.items()
    }
    compile_graph = partial(tf.function, input_signature=[signature], autograph=False)
    traced = compile_graph(serve).get_concrete_function()

    def call(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """One operation, since writing a SavedModel traces its function once more."""
        answer: dict[str, tf.Tensor] = traced(inputs)
        return answer

    graph = compile_graph(call)
    graph.get_concrete_function()
    return graph


def write_saved_model(model: keras.Model, graph: Any, folder: Path) -> None:
    """Write `saved_model/`, as `write_keras` takes the model and the folder.

    Args:
        model: The model.
        graph: What `trace_model` made of it.
        folder: The folder to write into.
    """
    archive = keras.export.ExportArchive()
    for layer in _find_layers_with_tables(model):
        archive.track(layer)
    archive.add_endpoint("serving_default", graph)
    archive.write_out(str(folder / "saved_model"), verbose=False)


def write_litert(
    model: keras.Model, graph: Any, folder: Path, *, inputs: Mapping[str, str]
) -> str | None:
    """Write `model.tflite`.

    Args:
        model: The model.
        graph: What `trace_model` made of it.
        folder: The folder to write into.
        inputs: The input of each raw column.

    Returns:
        None if it was written, or else the reason why it cannot be.
    """
    for column, name in inputs.items():
        dtype = model.input[name].dtype
        if dtype != "float32":
            return f"it takes columns of float32 only, and column {column} is of {dtype}"
    with TemporaryDirectory() as temporary:
        write_saved_model(model, graph, Path(temporary))
        try:
            with filter_standard_error():
                path = str(Path(temporary, "saved_model"))
                content = tf.lite.TFLiteConverter.from_saved_model(path).convert()
        except Exception as error:  # the converter has no class of errors that is public
            return f"TensorFlow cannot convert it ({first_sentence(one_line(error))})"
    (folder / LITERT_FILE).write_bytes(content)
    return None


def _find_layers_with_tables(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers that may have lookup tables, which a SavedModel must be told of.

    Keras could search the whole model for tables, but traces every layer for it: 1.5 s for five
    small networks. It finds variables by itself.
    """
    for layer in list_layers(model):
        if isinstance(layer, _LOOKUPS) or not type(layer).__module__.startswith("keras."):
            yield layer


def list_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers of a model and of the models in it."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from list_layers(layer)
        else:
            yield layer
