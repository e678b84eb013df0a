"""Predicts how long a network takes for one row, from its size."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np

from tuner.model.convolutions import Convolutions

__all__ = ["NO_ROW_TIME", "NetworkSize", "RowTime"]

NO_ROW_TIME = (
    "--max-row-microseconds: the prediction time of a hypermodel's networks is not known before "
    "they are built; give --max-parameters instead, or search a space"
)
"""Why the networks of a custom hypermodel cannot be limited by their prediction time."""

_MILLION = 1e6


class NetworkSize(Protocol):
    """The size of a network: a `Recipe`, or what is computed of another kind of network."""

    @property
    def kernels(self) -> list[tuple[int, ...]]:
        """Shape of each layer's kernel; the last axis is that of its outputs.

        A kernel that several heads share has their number before its inputs and outputs.
        """

    @property
    def parameters(self) -> int:
        """Number of trainable weights and biases."""

    @property
    def convolutions(self) -> Convolutions | None:
        """Blocks before the perceptron; None if there are none."""


@dataclass(frozen=True, slots=True)
class RowTime:
    """How long networks take for one row on one machine, in microseconds.

    A small network spends most of its time on the call itself and on the overhead of its layers.
    For one row a dense layer reads each weight once, and a convolution uses each at every pixel, so
    that a multiplication takes longer in a dense layer.

    Attributes:
        call: Of any network.
        layer: Of a dense layer, the softmax included.
        million: Of a million multiplications of dense layers.
        block: Of a convolutional block.
        block_million: Of a million multiplications of convolutions.
        shared: Of a dense layer whose kernel several heads share. In older studies it is 0.
    """

    call: float
    layer: float
    million: float
    block: float = 0.0
    block_million: float = 0.0
    shared: float = 0.0

    def predict(self, size: NetworkSize) -> float:
        """Return the microseconds that a network takes for one row."""
        return float(np.dot(_count(size), list(asdict(self).values())))

    @classmethod
    def fit(cls, sizes: Sequence[NetworkSize], microseconds: Sequence[float]) -> "RowTime":
        """Return what explains measured times best, each relative to its size.

        Args:
            sizes: Sizes of networks, of different widths and numbers of layers.
            microseconds: The time of each.
        """
        from scipy.optimize import nnls

        weights = 1 / np.asarray(microseconds)
        counts = np.array([_count(size) for size in sizes])
        parts, _ = nnls(counts * weights[:, None], np.ones(len(sizes)))
        return cls(*(float(f"{part:.3g}") for part in parts))

    def to_dict(self) -> dict[str, float]:
        """Return the times as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, float]) -> "RowTime":
        """Return the times that `to_dict` wrote."""
        return cls(**record)


def _count(size: NetworkSize) -> list[float]:
    """Return how often a network has what each of the attributes of `RowTime` is the time of."""
    axes = [len(kernel) for kernel in size.kernels]
    dense = [kernel for kernel in size.kernels if len(kernel) in (2, 3)]
    million = sum(map(np.prod, dense)) / _MILLION
    counts = [1.0, float(axes.count(2)), million, 0.0, 0.0, float(axes.count(3))]
    if size.convolutions is not None:
        height, width, _ = size.convolutions.image
        kernels = size.convolutions.kernels
        uses = [(height >> block) * (width >> block) for block in range(len(kernels))]
        multiplications = sum(use * np.prod(k) for use, k in zip(uses, kernels, strict=True))
        counts[3:5] = [float(len(kernels)), multiplications / _MILLION]
    return counts
