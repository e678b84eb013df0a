"""The optimizer of a trial: stochastic gradient descent, as plain data and as Keras has it.

To add an optimizer to the networks of space files:

1. Its hyperparameters, and a key that chooses the optimizer, go into `KEYS` of
   `tuner/space/keys.py`. Keys that only one optimizer has get the choosing key as parent, and a
   line in `CHOICE_USES`.
2. Its settings and its Keras optimizer go into this module: a class with the methods of `SGD`. Add
   it to `Optimizer` and to `read_optimizer`.
3. Its update of many networks at once goes beside `tuner/training/lanes/stacked_mlps/sgd.py`: a
   class with the methods of `StackedSGD`. `MLPShape` in `shape.py` beside it chooses it.
4. For convolutional networks, its Keras class must be in `OPTIMIZERS` of
   `tuner/training/lanes/keras_models/stateless_optimizer.py`, as most of Keras's own are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import keras

__all__ = ["SGD", "Optimizer", "read_optimizer"]


@dataclass(frozen=True, slots=True)
class SGD:
    """Stochastic gradient descent with momentum, as `keras.optimizers.SGD` computes it.

    Attributes:
        learning_rate: At the first epoch.
        momentum: Share of the last update that is added to the next one.
        nesterov: Whether the momentum is Nesterov's.
        cosine: Whether the learning rate decays by a cosine over the planned epochs.

    >>> optimizer = SGD(0.1, momentum=0.9, nesterov=True, cosine=True)
    >>> [round(optimizer.find_learning_rate(epoch, epochs=2), 3) for epoch in range(3)]
    [0.1, 0.05, 0.0]
    """

    learning_rate: float
    momentum: float
    nesterov: bool
    cosine: bool

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> SGD:
        """Return the optimizer of a trial.

        Args:
            values: Its active hyperparameters.
        """
        return cls(
            learning_rate=float(values["learning_rate"]),
            momentum=float(values["momentum"]),
            nesterov=bool(values.get("nesterov", False)),
            cosine=values["schedule"] == "cosine",
        )

    def find_learning_rate(self, epoch: int, epochs: int) -> float:
        """Return the learning rate of an epoch.

        A cosine decay changes it once an epoch, so that folds of unequal size and the final
        training on all rows follow the same schedule (Loshchilov and Hutter 2017, equation 5,
        without restarts).

        Args:
            epoch: Counted from 0.
            epochs: Planned epochs, after which the learning rate is zero.
        """
        if not self.cosine:
            return self.learning_rate
        return self.learning_rate * 0.5 * (1.0 + math.cos(math.pi * epoch / epochs))

    def make_keras_optimizer(self) -> keras.optimizers.SGD:
        """Return Keras's optimizer with these settings, at the learning rate of the first epoch."""
        import keras

        return keras.optimizers.SGD(self.learning_rate, self.momentum, self.nesterov)

    def make_callbacks(self, epochs: int) -> list[keras.callbacks.Callback]:
        """Return the callbacks with which `keras.Model.fit` follows the schedule."""
        import keras

        if not self.cosine:
            return []
        rate = keras.callbacks.LearningRateScheduler
        return [rate(lambda epoch: self.find_learning_rate(epoch, epochs))]


Optimizer: TypeAlias = SGD
"""Any optimizer of this module, as a union."""


def read_optimizer(values: Mapping[str, Any]) -> Optimizer:
    """Return the optimizer of a trial.

    Args:
        values: Its active hyperparameters.
    """
    return SGD.from_values(values)
