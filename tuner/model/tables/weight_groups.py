"""Which learning rate a weight has, whether it decays, and which weights are updated at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

__all__ = ["UNRATED", "WeightGroup", "find_rate_name", "group_weights", "is_decayed", "name_kind"]

UNRATED = "rate"  # of all other weights
# Layers, by name or without their number, and the weight whose learning rate has a factor.
_RATED = (
    ("frequencies", "kernel", "frequencies"),
    ("frequencies", "bias", "embedding"),
    ("number_embedding", "kernel", "embedding"),
    ("number_embedding", "bias", "embedding"),
    ("word_embedding", "kernel", "embedding"),
    ("scaling_layer", "kernel", "scaling"),
    ("slope", "kernel", "slope"),
    ("hidden", "bias", "bias"),
    ("output", "bias", "bias"),
    ("hidden_0", "kernel", "first_layer"),
    ("output_factors", "bias", "bias"),
)
_DECAYED = ("frequencies", "number_embedding", "word_embedding", "hidden", "output")  # kernels

_SMALL = 1 << 14  # elements; the operations of an update take longer to begin than to compute


@dataclass(frozen=True, slots=True)
class WeightGroup:
    """One or more weights.

    Attributes:
        places: Their places in the list of all weights.
        shapes: The shape of each.
        rates: The place of each weight's factor of the learning rate.
        decays: Whether each weight decays.
    """

    places: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]
    rates: tuple[int, ...]
    decays: tuple[bool, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what `join` returns."""
        return self.shapes[0] if len(self.places) == 1 else (sum(self._sizes),)

    @property
    def _sizes(self) -> list[int]:
        return [int(np.prod(shape)) for shape in self.shapes]

    def join(self, tensors: Sequence[Any]) -> Any:
        """Return the group's tensors as one, of a list with one for each of all weights."""
        own = [tensors[place] for place in self.places]
        return own[0] if len(own) == 1 else tf.concat([tf.reshape(each, [-1]) for each in own], 0)

    def split(self, tensor: Any) -> list[Any]:
        """Return the tensors that `join` joined."""
        if len(self.places) == 1:
            return [tensor]
        parts = tf.split(tensor, self._sizes)
        return [tf.reshape(part, shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def spread_rates(self, rates: Any) -> Any:
        """Return the factor of each element, or of all, from those of all rates."""
        if len(self.places) == 1:
            return rates[self.rates[0]]
        return tf.gather(rates, np.repeat(np.array(self.rates, np.int32), self._sizes))

    def spread_decays(self) -> Any:
        """Return 1 for each element that decays, else 0; or one number for all."""
        if len(self.places) == 1:
            return float(self.decays[0])
        return np.repeat(np.array(self.decays, np.float32), self._sizes)


def group_weights(
    weights: Sequence[Any], rates: Sequence[int], decays: Sequence[bool]
) -> list[WeightGroup]:
    """Return the groups of weights.

    Args:
        weights: All weights.
        rates: The place of each weight's factor of the learning rate.
        decays: Whether each weight decays.
    """
    sizes = [int(np.prod(weight.shape)) for weight in weights]
    small = [place for place, size in enumerate(sizes) if size <= _SMALL]
    groups = [[place] for place, size in enumerate(sizes) if size > _SMALL]
    return [
        WeightGroup(
            tuple(group),
            tuple(tuple(weights[place].shape) for place in group),
            tuple(rates[place] for place in group),
            tuple(decays[place] for place in group),
        )
        for group in (*groups, small)
        if group
    ]


def find_rate_name(path: str) -> str:
    """Return the name of the factor of a weight's learning rate."""
    *_, layer, weight = path.split("/")
    for begin, name, rate in _RATED:
        if name == weight and begin in (layer, name_kind(layer)):
            return rate
    return UNRATED


def is_decayed(path: str) -> bool:
    """Return whether weight decay acts on a weight."""
    *_, layer, weight = path.split("/")
    return weight == "kernel" and name_kind(layer) in _DECAYED


def name_kind(layer: str) -> str:
    """Return a layer's name without its number."""
    return layer.rstrip("0123456789").removesuffix("_")
