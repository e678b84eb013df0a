"""What each of Keras's layers computes for a row, in ONNX: the fixed list of what can be written.

A layer is translated if its class is exactly one of the list, since a subclass may compute
something else. What only acts while a network trains is absent.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from tuner.serving.onnx_graph import Tensor

__all__ = ["Untranslatable", "translate_layer"]

layers = keras.layers


class Untranslatable(Exception):
    """Says what of a model ONNX is not written for, as the reason to leave the format out."""


def translate_layer(layer: Any, inputs: Sequence[Tensor], sample: np.ndarray) -> Tensor:
    """Add a layer to the graph of its inputs.

    Args:
        layer: The layer; not a model.
        inputs: Its inputs; several of a layer that merges.
        sample: Two rows of its output's type and shape.

    Raises:
        Untranslatable: It is not in the list, or has an option that is not.
    """
    if layer.compute_dtype != "float32" or getattr(layer, "quantization_mode", None):
        raise _refuse(layer, f"computes in {layer.quantization_mode or layer.compute_dtype}")
    translate = _LAYERS.get(type(layer))
    if translate is None:
        raise _refuse(layer, "has no translation")
    return translate(layer, inputs if type(layer) in _MERGES else inputs[0], sample)


def _refuse(layer: Any, fault: str) -> Untranslatable:
    return Untranslatable(f"layer {layer.name} ({type(layer).__name__}) {fault}")


def _apply(operator: str, tensor: Tensor, *others: Any, **attributes: Any) -> Tensor:
    """Add an operator whose output has the shape of its first input."""
    return tensor.graph.add(operator, [tensor, *others], tensor.sample, **attributes)


def _compute_gelu(x: Tensor) -> Tensor:
    return x * np.float32(0.5) * (_apply("Erf", x * np.float32(math.sqrt(0.5))) + np.float32(1))


_ACTIVATIONS: dict[Any, Callable[[Tensor], Tensor]] = {
    None: lambda x: x,
    keras.activations.linear: lambda x: x,
    keras.activations.relu: lambda x: _apply("Relu", x),
    keras.activations.relu6: lambda x: _apply("Clip", x, np.float32(0), np.float32(6)),
    keras.activations.leaky_relu: lambda x: _apply("LeakyRelu", x, alpha=0.2),
    keras.activations.elu: lambda x: _apply("Elu", x, alpha=1.0),
    keras.activations.selu: lambda x: _apply("Selu", x),
    keras.activations.gelu: _compute_gelu,
    keras.activations.silu: lambda x: x * _apply("Sigmoid", x),
    keras.activations.mish: lambda x: x * _apply("Tanh", _apply("Softplus", x)),
    keras.activations.sigmoid: lambda x: _apply("Sigmoid", x),
    keras.activations.hard_sigmoid: lambda x: _apply("HardSigmoid", x, alpha=1 / 6, beta=0.5),
    keras.activations.tanh: lambda x: _apply("Tanh", x),
    keras.activations.softplus: lambda x: _apply("Softplus", x),
    keras.activations.softsign: lambda x: _apply("Softsign", x),
    keras.activations.exponential: lambda x: _apply("Exp", x),
    keras.activations.softmax: lambda x: _apply("Softmax", x, axis=-1),
    keras.activations.log_softmax: lambda x: _apply("LogSoftmax", x, axis=-1),
}


def _activate(layer: Any, x: Tensor) -> Tensor:
    """Apply a layer's activation: a function of Keras, or a layer."""
    activation = layer.activation
    if isinstance(activation, keras.Layer):
        return translate_layer(activation, [x], x.sample)
    if activation not in _ACTIVATIONS:
        name = getattr(activation, "__name__", type(activation).__name__)
        raise _refuse(layer, f"has the activation {name}, which has no translation")
    return _ACTIVATIONS[activation](x)


def _read(weights: Any) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(weights), np.float32)


def _add_bias(layer: Any, x: Tensor) -> Tensor:
    return x + _read(layer.bias) if layer.use_bias else x


def _translate_dense(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    product = x.graph.add("MatMul", [x, _read(layer.kernel)], sample)
    return _activate(layer, _add_bias(layer, product))


def _translate_einsum(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    if "." in layer.equation:
        raise _refuse(layer, "has an ellipsis in its equation")
    product = x.graph.add("Einsum", [x, _read(layer.kernel)], sample, equation=layer.equation)
    return _activate(layer, product if layer.bias is None else product + _read(layer.bias))


def _put_channels_first(layer: Any, x: Tensor) -> Tensor:
    if layer.data_format != "channels_last":
        raise _refuse(layer, "takes channels first")
    last = x.sample.ndim - 1
    return x.transpose(0, last, *range(1, last))


def _put_channels_last(x: Tensor) -> Tensor:
    return x.transpose(0, *range(2, x.sample.ndim), 1)


def _slide(
    layer: Any, operator: str, inputs: Sequence[Any], sample: np.ndarray, **given: Any
) -> Tensor:
    """Add an operator that slides a window, and the transpositions around it."""
    if layer.padding not in ("same", "valid"):
        raise _refuse(layer, f"has the padding {layer.padding}")
    first = _put_channels_first(layer, inputs[0])
    moved = np.moveaxis(sample, -1, 1)
    slid = first.graph.add(operator, [first, *inputs[1:]], moved, strides=layer.strides, **given)
    return _put_channels_last(slid)


def _compute_pads(
    layer: Any, x: Tensor, sample: np.ndarray, *, window: Sequence[int], dilation: Sequence[int]
) -> list[int]:
    """Return how many values are added before each axis, then after it, as TensorFlow adds them."""
    pads = []
    sizes = zip(x.shape[1:-1], sample.shape[1:-1], window, layer.strides, dilation, strict=True)
    for given, taken, size, stride, step in sizes:
        lacking = (taken - 1) * stride + (size - 1) * step + 1 - given
        pads.append(max(lacking, 0) if layer.padding == "same" else 0)
    return [pad // 2 for pad in pads] + [pad - pad // 2 for pad in pads]


def _translate_convolution(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    kernel = np.moveaxis(_read(layer.kernel), (-1, -2), (0, 1))
    steps = layer.dilation_rate
    pads = _compute_pads(layer, x, sample, window=layer.kernel_size, dilation=steps)
    options = {"dilations": steps, "group": layer.groups, "pads": pads}
    found = _slide(layer, "Conv", [x, kernel], sample, **options)
    return _activate(layer, _add_bias(layer, found))


def _translate_pooling(operator: str) -> Callable[[Any, Tensor, np.ndarray], Tensor]:
    def translate(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
        window = layer.pool_size
        pads = _compute_pads(layer, x, sample, window=window, dilation=[1] * len(window))
        return _slide(layer, operator, [x], sample, kernel_shape=window, pads=pads)

    return translate


def _translate_global_pooling(operator: str) -> Callable[[Any, Tensor, np.ndarray], Tensor]:
    def translate(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
        if layer.data_format != "channels_last":
            raise _refuse(layer, "takes channels first")
        axes = np.arange(1, x.sample.ndim - 1)
        return x.graph.add(operator, [x, axes], sample, keepdims=int(layer.keepdims))

    return translate


def _check_last_axis(layer: Any, x: Tensor) -> None:
    axes = layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]
    if [axis % x.sample.ndim for axis in axes] != [x.sample.ndim - 1]:
        raise _refuse(layer, "normalises other axes than the last")


def _translate_batch_normalization(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    _check_last_axis(layer, x)
    mean, variance = _read(layer.moving_mean), _read(layer.moving_variance)
    factor = 1 / np.sqrt(variance.astype(np.float64) + layer.epsilon)
    factor = factor * _read(layer.gamma) if layer.scale else factor
    offset = -mean * factor + (_read(layer.beta) if layer.center else 0)
    return x * factor.astype(np.float32) + offset.astype(np.float32)


def _translate_layer_normalization(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    _check_last_axis(layer, x)
    gamma = _read(layer.gamma) if layer.scale else np.ones(x.shape[-1], np.float32)
    beta = [_read(layer.beta)] if layer.center else []
    return _apply("LayerNormalization", x, gamma, *beta, axis=-1, epsilon=float(layer.epsilon))


def _translate_normalization(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    if layer.invert:
        raise _refuse(layer, "is inverted")
    least = keras.config.epsilon()
    deviation = np.maximum(np.sqrt(_read(layer.variance)), np.float32(least))
    return (x - _read(layer.mean)) / deviation


def _translate_relu(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    if layer.threshold or (layer.negative_slope and layer.max_value is not None):
        raise _refuse(layer, "has a threshold, or both a slope and a greatest value")
    if layer.max_value is not None:
        return _apply("Clip", x, np.float32(0), np.float32(layer.max_value))
    return _apply("LeakyRelu", x, alpha=float(layer.negative_slope))


def _translate_softmax(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    if not isinstance(layer.axis, int | np.integer):
        raise _refuse(layer, f"has the axis {layer.axis}")
    return _apply("Softmax", x, axis=int(layer.axis))


def _translate_rescaling(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    return x * np.asarray(layer.scale, np.float32) + np.asarray(layer.offset, np.float32)


def _reshape(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    if getattr(layer, "data_format", "channels_last") == "channels_first":
        raise _refuse(layer, "takes channels first")
    return x.reshape((-1, *sample.shape[1:]))


def _pass(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    return x


def _fold(
    combine: Callable[[Tensor, Tensor], Tensor],
) -> Callable[[Any, Sequence[Tensor], np.ndarray], Tensor]:
    """Return the translation of a layer that combines its inputs one after the other."""

    def translate(layer: Any, inputs: Sequence[Tensor], sample: np.ndarray) -> Tensor:
        total, *others = inputs
        for other in others:
            total = combine(total, other)
        return total

    return translate


def _translate_average(layer: Any, inputs: Sequence[Tensor], sample: np.ndarray) -> Tensor:
    return inputs[0].graph.add("Mean", inputs, sample)


def _concatenate(layer: Any, inputs: Sequence[Tensor], sample: np.ndarray) -> Tensor:
    return inputs[0].graph.add("Concat", inputs, sample, axis=layer.axis)


def _repeat_row(layer: Any, x: Tensor, sample: np.ndarray) -> Tensor:
    return x.reshape((-1, 1, x.shape[-1])).choose(np.zeros(layer.n, np.int64))


_MERGES: dict[Any, Any] = {
    layers.Add: _fold(lambda one, other: one + other),
    layers.Multiply: _fold(lambda one, other: one * other),
    layers.Subtract: _fold(lambda one, other: one - other),
    layers.Maximum: _fold(lambda one, other: _apply("Max", one, other)),
    layers.Minimum: _fold(lambda one, other: _apply("Min", one, other)),
    layers.Average: _translate_average,
    layers.Concatenate: _concatenate,
}
_TRAINING_ONLY = (
    *(layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.AlphaDropout),
    *(layers.GaussianDropout, layers.GaussianNoise, layers.ActivityRegularization),
    layers.Identity,
)
_LAYERS: Mapping[Any, Callable[[Any, Any, np.ndarray], Tensor]] = {
    **dict.fromkeys(_TRAINING_ONLY, _pass),
    **_MERGES,
    layers.Dense: _translate_dense,
    layers.EinsumDense: _translate_einsum,
    layers.RepeatVector: _repeat_row,
    layers.Conv1D: _translate_convolution,
    layers.Conv2D: _translate_convolution,
    layers.MaxPooling1D: _translate_pooling("MaxPool"),
    layers.MaxPooling2D: _translate_pooling("MaxPool"),
    layers.AveragePooling1D: _translate_pooling("AveragePool"),
    layers.AveragePooling2D: _translate_pooling("AveragePool"),
    layers.GlobalAveragePooling1D: _translate_global_pooling("ReduceMean"),
    layers.GlobalAveragePooling2D: _translate_global_pooling("ReduceMean"),
    layers.GlobalMaxPooling1D: _translate_global_pooling("ReduceMax"),
    layers.GlobalMaxPooling2D: _translate_global_pooling("ReduceMax"),
    layers.BatchNormalization: _translate_batch_normalization,
    layers.LayerNormalization: _translate_layer_normalization,
    layers.Normalization: _translate_normalization,
    layers.Flatten: _reshape,
    layers.Reshape: _reshape,
    layers.Permute: lambda layer, x, sample: x.transpose(0, *layer.dims),
    layers.Rescaling: _translate_rescaling,
    layers.Activation: lambda layer, x, sample: _activate(layer, x),
    layers.ReLU: _translate_relu,
    layers.LeakyReLU: lambda layer, x, _: _apply("LeakyRelu", x, alpha=float(layer.negative_slope)),
    layers.ELU: lambda layer, x, _: _apply("Elu", x, alpha=float(layer.alpha)),
    layers.PReLU: lambda layer, x, _: _apply("PRelu", x, _read(layer.alpha)),
    layers.Softmax: _translate_softmax,
}
