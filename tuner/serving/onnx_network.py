"""Translates a network of Keras into ONNX: its layers, one after the other, as they are called."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from tuner.serving.onnx_graph import SAMPLE_ROWS, Tensor
from tuner.serving.onnx_layers import Untranslatable, translate_layer

__all__ = ["translate_network"]


def translate_network(network: keras.Model, rows: Tensor) -> Tensor:
    """Add a network to the graph of its rows, and return the graph's output.

    Args:
        network: A network with one input and one output.
        rows: The input, shape `(rows, …)`.

    Raises:
        Untranslatable: It has a layer that is not in the list of `onnx_layers`.
    """
    if type(network) is keras.Sequential:
        for layer in network.layers:
            rows = _translate(layer, [rows], layer.compute_output_shape((None, *rows.shape[1:])))
        return rows
    if not type(network).__module__.startswith("keras."):
        raise Untranslatable(f"model {network.name} ({type(network).__name__}) is a subclass")
    return _translate_functional(network, rows)


def _translate_functional(network: keras.Model, rows: Tensor) -> Tensor:
    """Let Keras call the network's layers with symbols, and translate each call."""
    symbols = keras.tree.map_structure(
        lambda each: keras.Input(batch_shape=each.shape, dtype=each.dtype), network.input
    )
    flat = keras.tree.flatten(symbols)
    if len(flat) != 1:
        raise Untranslatable(f"model {network.name} has {len(flat)} inputs")
    known: dict[int, tuple[Any, Tensor]] = {id(flat[0]): (flat[0], rows)}

    def call(operation: Any, *given: Any, **options: Any) -> Any:
        result = operation(*given, **options)
        if any(value is not None and value is not False for value in options.values()):
            raise Untranslatable(f"layer {operation.name} is called with {', '.join(options)}")
        inputs = [
            known[id(each)][1] if isinstance(each, keras.KerasTensor) else each
            for each in keras.tree.flatten(given)
        ]
        translated = _translate(operation, inputs, getattr(result, "shape", None))
        known[id(result)] = (result, translated)  # while it is kept, no other has its id
        return result

    copy = keras.models.clone_model(
        network, input_tensors=symbols, clone_function=lambda layer: layer, call_function=call
    )
    return known[id(copy.output)][1]


def _translate(operation: Any, inputs: Sequence[Any], shape: Any) -> Tensor:
    """Add a layer, a model or an operation of Keras to the graph.

    Args:
        operation: The layer, model or operation.
        inputs: Tensors, and numbers where an operation takes some.
        shape: That of its output.
    """
    if isinstance(operation, keras.Model):
        return translate_network(operation, inputs[0])
    if not isinstance(shape, tuple) or not all(isinstance(n, int | None) for n in shape):
        raise Untranslatable(f"layer {operation.name} has several outputs")
    sample = np.zeros([SAMPLE_ROWS if size is None else size for size in shape], np.float32)
    if isinstance(operation, keras.Layer):
        return translate_layer(operation, inputs, sample)
    return _translate_operation(operation, inputs, sample)


_ELEMENTWISE = {
    **{"Add": "Add", "Subtract": "Sub", "Multiply": "Mul", "TrueDivide": "Div", "Divide": "Div"},
    **{"Maximum": "Max", "Minimum": "Min", "Log": "Log", "Exp": "Exp", "Sqrt": "Sqrt"},
    **{"Relu": "Relu", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Absolute": "Abs"},
    **{"Cos": "Cos", "Sin": "Sin"},
}


def _get_item(operation: Any, inputs: Sequence[Any], sample: np.ndarray) -> Tensor:
    """Add a choice of places on some axes: numbers, and slices with steps of 1."""
    values, _, *keys = inputs  # all rows are taken
    for axis, key in reversed([*enumerate(keys, start=1)]):
        if isinstance(key, slice):
            places: Any = np.arange(*key.indices(values.shape[axis]))
        elif isinstance(key, int):
            places = key % values.shape[axis]
        else:
            raise Untranslatable(f"operation {operation.name} chooses by other than numbers")
        values = values.choose(places, axis)
    return values


def _expand_dims(operation: Any, inputs: Sequence[Any], sample: np.ndarray) -> Tensor:
    axis = np.array([operation.axis])
    return inputs[0].graph.add("Unsqueeze", [inputs[0], axis], sample)


def _choose_where(operation: Any, inputs: Sequence[Any], sample: np.ndarray) -> Tensor:
    condition, *values = inputs
    graph = next(each.graph for each in inputs if isinstance(each, Tensor))
    values = [each if isinstance(each, Tensor) else np.float32(each) for each in values]
    flags = condition if isinstance(condition, Tensor) else np.asarray(condition, np.bool_)
    return graph.add("Where", [flags, *values], sample)


def _clip(operation: Any, inputs: Sequence[Any], sample: np.ndarray) -> Tensor:
    bounds = [np.float32(bound) for bound in (operation.x_min, operation.x_max)]
    return inputs[0].graph.add("Clip", [inputs[0], *bounds], sample)


def _repeat(operation: Any, inputs: Sequence[Any], sample: np.ndarray) -> Tensor:
    (values,), axis = inputs, operation.axis
    if not isinstance(operation.repeats, int) or not axis:
        raise Untranslatable(f"operation {operation.name} repeats other than one axis of a row")
    places = np.repeat(np.arange(values.shape[axis]), operation.repeats)
    return values.choose(places, axis % values.sample.ndim)


def _concatenate(operation: Any, inputs: Sequence[Any], sample: np.ndarray) -> Tensor:
    return inputs[0].graph.add("Concat", inputs, sample, axis=operation.axis)


_STRUCTURAL: dict[str, Callable[[Any, Sequence[Any], np.ndarray], Tensor]] = {
    "GetItem": _get_item,
    "ExpandDims": _expand_dims,
    "Where": _choose_where,
    "Clip": _clip,
    "Repeat": _repeat,
    "Concatenate": _concatenate,
    "Reshape": lambda _, inputs, sample: inputs[0].reshape((-1, *sample.shape[1:])),
    "Square": lambda _, inputs, sample: inputs[0] * inputs[0],
    "Isnan": lambda _, inputs, sample: inputs[0].graph.add("IsNaN", inputs, sample.astype(bool)),
    "ZerosLike": lambda _, inputs, sample: inputs[0] * np.float32(0),
}
"""Operations whose arguments are not only numbers, or whose output is none."""


def _translate_operation(operation: Any, inputs: Sequence[Any], sample: np.ndarray) -> Tensor:
    """Add an operation of `keras.ops`, known by the name of its class."""
    name = type(operation).__name__
    if name in _STRUCTURAL:
        return _STRUCTURAL[name](operation, inputs, sample)
    refusal = Untranslatable(f"operation {operation.name} of keras.ops has no translation")
    try:
        values: list[Any] = [e if isinstance(e, Tensor) else np.float32(e) for e in inputs]
    except (TypeError, ValueError) as error:  # no number, such as a slice
        raise refusal from error
    graph = next(each.graph for each in values if isinstance(each, Tensor))
    if name in _ELEMENTWISE:
        return graph.add(_ELEMENTWISE[name], values, sample)
    if name == "Softmax" and isinstance(operation.axis, int):
        return graph.add("Softmax", values, sample, axis=operation.axis)
    if name == "Mean" and operation.axis is not None:
        axis, keepdims = np.atleast_1d(operation.axis), int(operation.keepdims)
        return graph.add("ReduceMean", [*values, axis], sample, keepdims=keepdims)
    if name == "Stack":
        axis = np.array([operation.axis])
        parts = [graph.add("Unsqueeze", [each, axis], each.sample[None]) for each in values]
        return graph.add("Concat", parts, sample, axis=operation.axis)
    raise refusal
