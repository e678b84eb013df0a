"""The operations of `encoding` and of the parsers, as nodes of an ONNX graph.

They have the names that `numpy` and `keras.ops` have for them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuner.data.parsing.characters import VOCABULARY, WIDTH
from tuner.serving.onnx_graph import ML, RUNTIME, Graph, Tensor, combine

__all__ = ["OnnxOperations"]

_END = "0" * WIDTH  # a text that gives each row as many codes as the parsers take


class OnnxOperations:
    """Functions of tensors.

    Args:
        graph: The graph that gets their nodes.
    """

    PREFERS_TABLES = True  # a node costs more than the values of a row

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def equal(self, one: Tensor, other: Any) -> Tensor:
        """Return where two tensors are equal."""
        return one.equals(other)

    def maximum(self, one: Any, other: Any) -> Tensor:
        """Return the greater of two values."""
        return combine(self._graph, "Max", np.maximum, (one, other))

    def minimum(self, one: Any, other: Any) -> Tensor:
        """Return the smaller of two values."""
        return combine(self._graph, "Min", np.minimum, (one, other))

    def abs(self, values: Tensor) -> Tensor:
        """Return numbers without their sign."""
        return self._graph.add("Abs", [values], values.sample)

    def sqrt(self, values: Tensor) -> Tensor:
        """Return the square root."""
        return self._graph.add("Sqrt", [values], values.sample)

    def sin(self, values: Tensor) -> Tensor:
        """Return the sine."""
        return self._graph.add("Sin", [values], values.sample)

    def cos(self, values: Tensor) -> Tensor:
        """Return the cosine, as a sine: ONNX Runtime 1.20 has no cosine of float64."""
        return self.sin(values + np.pi / 2)

    def where(self, condition: Any, one: Any, other: Any) -> Tensor:
        """Return the first value where a condition holds, else the second."""
        kinds = [v.sample if isinstance(v, Tensor) else v for v in (one, other)]
        dtype = np.result_type(*kinds)
        chosen = [
            v.cast(dtype) if isinstance(v, Tensor) else np.asarray(v, dtype) for v in (one, other)
        ]
        flags = condition.sample if isinstance(condition, Tensor) else condition
        return self._graph.add("Where", [condition, *chosen], np.where(flags, *kinds))

    def take(self, values: Any, indices: Any, axis: int = 0) -> Tensor:
        """Return the values at some indices of an axis; either may be a constant."""
        table, places = (v.sample if isinstance(v, Tensor) else v for v in (values, indices))
        sample = np.take(table, places, axis=axis)
        return self._graph.add("Gather", [values, indices], sample, axis=axis)

    def take_along_axis(self, values: Tensor, indices: Tensor, axis: int) -> Tensor:
        """Return each row's values at its own indices."""
        sample = np.take_along_axis(values.sample, np.zeros_like(indices.sample), axis)
        return self._graph.add("GatherElements", [values, indices], sample, axis=axis)

    def sum(self, values: Tensor, axis: int, keepdims: bool = False) -> Tensor:
        """Return the sum along an axis; flags are counted."""
        sample = np.sum(values.sample, axis=axis, keepdims=keepdims)
        return self._reduce("ReduceSum", values.cast(sample.dtype), sample, axis)

    def all(self, values: Tensor, axis: int) -> Tensor:
        """Return whether all flags along an axis are set."""
        sample = np.all(values.sample, axis=axis)
        whole = self._reduce("ReduceMin", values.cast(np.int64), sample.astype(np.int64), axis)
        return whole.cast(np.bool_)

    def _reduce(self, operator: str, values: Tensor, sample: np.ndarray, axis: int) -> Tensor:
        keepdims = int(sample.ndim == values.sample.ndim)
        return self._graph.add(operator, [values, np.array([axis])], sample, keepdims=keepdims)

    def cumsum(self, values: Tensor, axis: int, dtype: Any) -> Tensor:
        """Return the sum up to each value, itself included."""
        sample = np.cumsum(values.sample, axis=axis, dtype=dtype)
        return self._graph.add("CumSum", [values.cast(dtype), np.array(axis)], sample)

    def roll(self, values: Tensor, shift: int, axis: int) -> Tensor:
        """Return values that are moved along an axis; the last ones come first."""
        return values.choose(np.roll(np.arange(values.shape[axis]), shift), axis)

    def stack(self, values: Sequence[Tensor], axis: int) -> Tensor:
        """Return values side by side along a new axis."""
        return self.concatenate([self.expand_dims(each, axis) for each in values], axis)

    def concatenate(self, values: Sequence[Tensor], axis: int) -> Tensor:
        """Return values side by side along an axis."""
        sample = np.concatenate([each.sample for each in values], axis)
        return self._graph.add(
            "Concat", [each.cast(sample.dtype) for each in values], sample, axis=axis
        )

    def expand_dims(self, values: Tensor, axis: int) -> Tensor:
        """Return values with an axis of one value more."""
        sample = np.expand_dims(values.sample, axis)
        return self._graph.add("Unsqueeze", [values, np.array([axis])], sample)

    def pad(self, values: Tensor, widths: Sequence[tuple[int, int]]) -> Tensor:
        """Return values between zeros, some before and some behind on each axis."""
        sample = np.pad(values.sample, widths)
        return self._graph.add("Pad", [values, np.transpose(widths).reshape(-1)], sample)

    def zeros_like(self, values: Tensor) -> Tensor:
        """Return zeros in the same shape."""
        return values * 0

    def isnan(self, values: Tensor) -> Tensor:
        """Return where numbers are missing."""
        return self._graph.add("IsNaN", [values], np.isnan(values.sample))

    def cast(self, values: Tensor, dtype: Any) -> Tensor:
        """Return values in another type."""
        return values.cast(dtype)

    def reshape(self, values: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return values in another shape; the number of rows stands in it as -1."""
        return values.reshape(shape)

    def transpose(self, values: Tensor) -> Tensor:
        """Return rows as columns."""
        return values.transpose(1, 0)

    def one_hot(self, places: Tensor, width: int, dtype: Any) -> Tensor:
        """Return rows with 1 at a place, and zeros for the place `width`."""
        sample = np.zeros((len(places.sample), width), dtype)
        return self._graph.add("OneHot", [places, np.array(width), np.array([0, 1], dtype)], sample)

    def mark_parsed(self, values: Tensor) -> Tensor:
        """Return values unchanged: a graph is not asked which texts it could read."""
        return values

    def look_up(self, texts: Tensor, indices: Mapping[str, int], *, other: int) -> Tensor:
        """Return the index of each text, and `other` for one that is not known."""
        return self._graph.add(
            "LabelEncoder",
            [texts],
            np.zeros(texts.shape, np.int64),
            domain=ML,
            keys_strings=list(indices),
            values_int64s=list(indices.values()),
            default_int64=other,
        )

    def read_codes(self, texts: Tensor) -> Tensor:
        """Return the character codes of texts, as `convert_to_codes` of the parsers does.

        ONNX itself has no operator that takes a text apart by character. ONNX Runtime has one, in
        its own domain.

        **Shape**: `(texts,)` → `(texts, characters)`.
        """
        graph = self._graph
        # the last text is our own: even without others, there are as many codes as parsers take
        ended = graph.add("Concat", [texts, np.array([_END], object)], texts.sample, axis=0)
        sample = np.full((len(texts.sample), WIDTH), "", object)
        characters = graph.add(
            "Tokenizer",
            [ended],
            sample,
            domain=RUNTIME,
            mark=0,
            mincharnum=1,
            pad_value="",
            separators=[""],
        )
        known = {character: index + 2 for index, character in enumerate(VOCABULARY)}
        first, last = np.array([0, 0]), np.array([-1, WIDTH])
        cut = graph.add("Slice", [characters, first, last], sample)
        return self.look_up(cut, {"": 0, **known}, other=1)
