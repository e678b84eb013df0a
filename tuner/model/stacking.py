"""Computes several networks of one architecture as one, whose weights are stacked.

A graph of many small networks takes its time to be built, saved, loaded and called, whatever they
compute. Each operation of a stacked network computes all of them, on tensors that have the networks
on their second axis.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

__all__ = ["stack_networks"]

Alike = Sequence[Any]
"""The same layer of each network."""


class _Unstackable(Exception):
    """A network has a part that is not in the lists of this module."""


def stack_networks(networks: Sequence[keras.Model]) -> keras.Model | None:
    """Return a network that answers as each of several networks of one architecture.

    **Shape**: `(rows, networks, features)`, the row as each network takes it, to
    `(rows, networks, classes)`.

    Returns:
        None if they have a layer or an operation that is not in the lists of this module.
    """
    rows = keras.Input((len(networks), *networks[0].input_shape[1:]))
    try:
        return keras.Model(rows, _stack(networks, rows))
    except _Unstackable:
        return None


def _stack(networks: Sequence[keras.Model], rows: keras.KerasTensor) -> keras.KerasTensor:
    """Return the answers of networks, given an input of their stack."""
    first = networks[0]
    if type(first) is keras.Sequential:
        for alike in zip(*(network.layers for network in networks), strict=True):
            rows = _stack_layer(alike, [rows])
        return rows
    if not type(first).__module__.startswith("keras.") or len(first.inputs) != 1:
        raise _Unstackable
    places = {id(layer): place for place, layer in enumerate(first.layers)}

    def call(operation: Any, *given: Any, **options: Any) -> Any:
        if any(value is not None and value is not False for value in options.values()):
            raise _Unstackable
        if not isinstance(operation, keras.Layer):
            return _stack_operation(operation, given)
        alike = [network.layers[places[id(operation)]] for network in networks]
        return _stack_layer(alike, keras.tree.flatten(given))

    inputs = keras.tree.map_structure(lambda _: rows, first.input)
    copy = keras.models.clone_model(
        first, input_tensors=inputs, clone_function=lambda layer: layer, call_function=call
    )
    return copy.output


def _stack_layer(alike: Alike, inputs: Sequence[Any]) -> Any:
    layer, x = alike[0], inputs[0]
    if isinstance(layer, keras.Model):
        inner = keras.Input(x.shape[1:])
        return keras.Model(inner, _stack(alike, inner))(x)
    if type(layer) in _TRAINING_ONLY:
        return x
    if type(layer) in _MERGES or (type(layer) in _LAST_AXIS and layer.axis == -1):
        return type(layer).from_config(layer.get_config())(inputs if len(inputs) > 1 else x)
    if type(layer) not in _LAYERS:
        raise _Unstackable
    return _LAYERS[type(layer)](alike, x)


def _stack_weights(values: Sequence[Any]) -> np.ndarray:
    """Return the same weight of each network, networks first."""
    return np.stack([keras.ops.convert_to_numpy(value) for value in values])


def _multiply(
    equation: str, x: Any, kernel: np.ndarray, bias: np.ndarray | None, **options: Any
) -> Any:
    """Apply an `EinsumDense` layer.

    Args:
        equation: As of the layer.
        x: Shape `(rows, networks, …)`.
        kernel: Shape `(networks, …)`.
        bias: Shape `(networks, …)`; None for no bias.
        **options: Arguments of the layer.
    """
    layer = layers.EinsumDense(equation, **options)
    answer = layer(x)
    weights = [kernel] if bias is None else [kernel, bias.reshape(layer.bias.shape)]
    layer.set_weights(weights)
    return answer


def _scale_units(x: Any, factors: np.ndarray, offsets: np.ndarray | None) -> Any:
    """Multiply each unit by a factor of its network, and add an offset.

    **Shape**: `(rows, networks, …, units)`; factors and offsets `(networks, units)`.
    """
    shape = (len(factors), *[1] * (len(x.shape) - 3), x.shape[-1])
    scaled = x * factors.astype(np.float32).reshape(shape)
    return scaled if offsets is None else scaled + offsets.astype(np.float32).reshape(shape)


def _stack_dense(alike: Alike, x: Any) -> Any:
    layer, middle = alike[0], "cdefghij"[: len(x.shape) - 3]
    return _multiply(
        f"am{middle}i,mio->am{middle}o",
        x,
        _stack_weights([each.kernel for each in alike]),
        _stack_weights([each.bias for each in alike]) if layer.use_bias else None,
        output_shape=(*x.shape[1:-1], layer.units),
        bias_axes="mo" if layer.use_bias else None,
        activation=layer.activation,
    )


def _stack_einsum(alike: Alike, x: Any) -> Any:
    layer = alike[0]
    left, right, out = layer.equation.replace("->", ",").replace(" ", "").split(",")
    extra = next(letter for letter in "mnpqrstuvwxyz" if letter not in layer.equation)
    if "." in layer.equation or left[0] != out[0]:
        raise _Unstackable
    if left == out and set(right) <= set(out) and sorted(right, key=out.index) == list(right):
        return _scale_each(alike, x, out, right)
    sizes = {
        **dict(zip(left[1:], x.shape[2:], strict=True)),
        **dict(zip(right, layer.kernel.shape, strict=True)),
    }
    return _multiply(
        f"{left[0]}{extra}{left[1:]},{extra}{right}->{out[0]}{extra}{out[1:]}",
        x,
        _stack_weights([each.kernel for each in alike]),
        None if layer.bias is None else _stack_weights([each.bias for each in alike]),
        output_shape=(len(alike), *(sizes[axis] for axis in out[1:])),
        bias_axes=None if layer.bias is None else extra + layer.bias_axes,
        activation=layer.activation,
    )


def _scale_each(alike: Alike, x: Any, axes: str, kernel_axes: str) -> Any:
    """Multiply numbers by a factor each, which is quicker than a product of tensors."""
    layer, own = alike[0], list(axes)[1:]
    shape = [len(alike), *(x.shape[2 + n] if a in kernel_axes else 1 for n, a in enumerate(own))]
    scaled = x * _stack_weights([each.kernel for each in alike]).reshape(shape)
    if layer.bias is not None:
        biases = _stack_weights([each.bias for each in alike])
        scaled = scaled + biases.reshape(
            len(alike), *[1] * (len(own) + 1 - biases.ndim), *biases.shape[1:]
        )
    return layer.activation(scaled)


def _stack_batch_normalization(alike: Alike, x: Any) -> Any:
    layer = alike[0]
    _check_last_axis(layer.axis, x)
    mean, variance = (
        _stack_weights([getattr(each, name) for each in alike]).astype(np.float64)
        for name in ("moving_mean", "moving_variance")
    )
    factors = 1 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        factors = factors * _stack_weights([each.gamma for each in alike])
    offsets = -mean * factors
    if layer.center:
        offsets = offsets + _stack_weights([each.beta for each in alike])
    return _scale_units(x, factors, offsets)


def _stack_layer_normalization(alike: Alike, x: Any) -> Any:
    layer = alike[0]
    _check_last_axis(layer.axis, x)
    plain = layers.LayerNormalization(center=False, scale=False, epsilon=layer.epsilon)(x)
    if not (layer.scale or layer.center):
        return plain
    ones = np.ones((len(alike), x.shape[-1]), np.float32)
    factors = _stack_weights([each.gamma for each in alike]) if layer.scale else ones
    offsets = _stack_weights([each.beta for each in alike]) if layer.center else None
    return _scale_units(plain, factors, offsets)


def _stack_normalization(alike: Alike, x: Any) -> Any:
    layer = alike[0]
    if layer.invert or len(x.shape) != 3:
        raise _Unstackable
    shape = (len(alike), -1)
    means = _stack_weights([each.mean for each in alike]).reshape(shape)
    deviations = np.sqrt(_stack_weights([each.variance for each in alike])).reshape(shape)
    return (x - means) / np.maximum(deviations, np.float32(keras.config.epsilon()))


def _check_last_axis(axis: Any, x: Any) -> None:
    """Refuse a layer that normalises other axes than the last; x has one more than it takes."""
    axes = axis if isinstance(axis, list | tuple) else [axis]
    if [each % (len(x.shape) - 1) for each in axes] != [len(x.shape) - 2]:
        raise _Unstackable


def _copy_layer(alike: Alike, x: Any) -> Any:
    return type(alike[0]).from_config(alike[0].get_config())(x)


def _repeat_vector(alike: Alike, x: Any) -> Any:
    return ops.repeat(ops.expand_dims(x, 2), alike[0].n, axis=2)


_MERGES = (layers.Add, layers.Subtract, layers.Multiply, layers.Average, layers.Maximum)
_LAST_AXIS = (layers.Concatenate, layers.Softmax)
_TRAINING_ONLY = (layers.Dropout, layers.AlphaDropout, layers.GaussianNoise, layers.Identity)
_LAYERS: dict[Any, Callable[[Alike, Any], Any]] = {
    layers.Dense: _stack_dense,
    layers.EinsumDense: _stack_einsum,
    layers.BatchNormalization: _stack_batch_normalization,
    layers.LayerNormalization: _stack_layer_normalization,
    layers.Normalization: _stack_normalization,
    layers.Activation: _copy_layer,
    layers.ReLU: _copy_layer,
    layers.LeakyReLU: _copy_layer,
    layers.ELU: _copy_layer,
    layers.RepeatVector: _repeat_vector,
}

_ELEMENTWISE = {
    *("Add", "Subtract", "Multiply", "TrueDivide", "Divide", "Negative", "Power", "Absolute"),
    *("Sqrt", "Square", "Exp", "Log", "Sin", "Cos", "Tanh", "Sigmoid", "Relu"),
    *("Maximum", "Minimum", "Clip"),
}


_ALONG_AXIS: dict[str, Callable[[Any, Any, int], Any]] = {
    "Concatenate": lambda operation, x, axis: ops.concatenate(x, axis=axis),
    "ExpandDims": lambda operation, x, axis: ops.expand_dims(x, axis),
    "Repeat": lambda operation, x, axis: ops.repeat(x, operation.repeats, axis=axis),
    "Mean": lambda operation, x, axis: ops.mean(x, axis=axis, keepdims=operation.keepdims),
    "Softmax": lambda operation, x, axis: ops.softmax(x, axis=axis),
}


def _keeps_rows(reshape: Any, x: Any) -> bool:
    """Return whether a reshaping leaves the numbers of each row together."""
    shape, given = reshape.newshape, x.shape[2:]
    return bool(shape[0] == -1 and None not in given and math.prod(shape[1:]) == math.prod(given))


def _stack_operation(operation: Any, given: Sequence[Any]) -> Any:
    """Apply an operation of `keras.ops`, known by the name of its class."""
    name, x = type(operation).__name__, given[0]
    flat = [each for each in keras.tree.flatten(given) if isinstance(each, keras.KerasTensor)]
    if name in _ELEMENTWISE and len({len(each.shape) for each in flat}) == 1:
        return operation(*given)
    if name == "GetItem" and isinstance(given[1], tuple) and given[1][0] == slice(None):
        return x[(slice(None), slice(None), *given[1][1:])]
    if name == "Reshape" and _keeps_rows(operation, x):
        return ops.reshape(x, (-1, x.shape[1], *operation.newshape[1:]))
    axis = getattr(operation, "axis", None)
    axis = axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis
    if not isinstance(axis, int) or axis == 0:
        raise _Unstackable
    axis += axis > 0
    if name not in _ALONG_AXIS:
        raise _Unstackable
    return _ALONG_AXIS[name](operation, x, axis)
