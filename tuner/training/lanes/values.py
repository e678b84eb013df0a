"""What differs from lane to lane."""

from dataclasses import dataclass

import numpy as np

__all__ = ["LaneValues"]


@dataclass(slots=True)
class LaneValues:
    """The values of some lanes; each of shape `(lanes,)`.

    Attributes:
        fold: The fold of each lane.
        l1: Factor of Σ |W|.
        l2: Factor of Σ W².
        radius: Of the max-norm constraint.
        dropout: Rate after hidden layers.
        input_dropout: Rate of the features.
        seed: Of the dropout masks, uint32.
    """

    fold: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    radius: np.ndarray
    dropout: np.ndarray
    input_dropout: np.ndarray
    seed: np.ndarray

    def take(self, lanes: np.ndarray) -> "LaneValues":
        """Return the values of some lanes."""
        return LaneValues(*(getattr(self, name)[lanes] for name in self.__slots__))
