"""The softmax classifier that the shipped spaces describe: a multilayer perceptron."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
import keras_tuner

from tuner.model.regularizers import regularizer_arguments
from tuner.model.width import units_for
from tuner.space import Space, Value, to_keras_tuner

__all__ = ["MLPHyperModel", "cosine_decay"]

# Variance-preserving initial weights for each activation (Glorot and Bengio 2010; He et al. 2015;
# Klambauer et al. 2017 for selu).
_INITIALIZERS = {"tanh": "glorot_uniform", "sigmoid": "glorot_uniform", "selu": "lecun_normal"}
_DEFAULT_INITIALIZER = "he_normal"


def cosine_decay(learning_rate: float, epochs: int) -> Callable[[int, float], float]:
    """Return the learning rate by epoch of a cosine decay to zero over the planned epochs.

    It changes once an epoch, so that folds of unequal size and the final training on all rows
    follow the same schedule (Loshchilov and Hutter 2017, equation 5, without restarts).

    >>> rate = cosine_decay(0.1, 4)
    >>> [round(rate(epoch, 0.0), 4) for epoch in range(4)]
    [0.1, 0.0854, 0.05, 0.0146]
    """
    return lambda epoch, _: learning_rate * 0.5 * (1.0 + math.cos(math.pi * epoch / epochs))


class MLPHyperModel(keras_tuner.HyperModel):
    """Turns the hyperparameters of a space into a compiled Keras classifier.

    Args:
        space: The search space.
        features: Width of an encoded row.
        classes: Number of classes.
        epochs: Planned epochs, over which a `cosine` schedule decays.
    """

    def __init__(self, space: Space, *, features: int, classes: int, epochs: int) -> None:
        super().__init__(name=space.name)
        self.space = space
        self.features = features
        self.classes = classes
        self.epochs = epochs

    def values(self, hp: keras_tuner.HyperParameters) -> dict[str, Value]:
        """Declare the space on `hp` and return the hyperparameters that act in it."""
        to_keras_tuner(self.space, hp)
        values: dict[str, Value] = {}
        for hyperparameter in self.space.hyperparameters:
            if hyperparameter.is_active(values):
                values[hyperparameter.name] = hp.get(hyperparameter.name)
        return values

    def units(self, values: Mapping[str, Any]) -> int:
        """Return the width of the hidden layers; 0 where there is none."""
        if values["depth"] == 0:
            return 0
        if "units" in values:
            return int(values["units"])
        return units_for(
            int(values["parameters"]),
            features=self.features,
            classes=self.classes,
            depth=int(values["depth"]),
        )

    def derived(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Return what follows from a trial's hyperparameters and the data: a budget's width."""
        if values["depth"] == 0 or "units" in values:
            return {}
        return {"units": self.units(values)}

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """Return the compiled network: encoded rows (batch, features) to (batch, classes)."""
        values: dict[str, Any] = self.values(hp)
        model = keras.Sequential([keras.Input((self.features,), name="features")])
        if values["input_dropout"] > 0:
            model.add(keras.layers.Dropout(values["input_dropout"]))
        for _ in range(values["depth"]):
            activation = values["activation"]
            model.add(
                keras.layers.Dense(
                    self.units(values),
                    activation=activation,
                    kernel_initializer=_INITIALIZERS.get(activation, _DEFAULT_INITIALIZER),
                    **regularizer_arguments(values),
                )
            )
            if values["dropout"] > 0:
                model.add(keras.layers.Dropout(values["dropout"]))
        model.add(
            keras.layers.Dense(self.classes, activation="softmax", **regularizer_arguments(values))
        )
        model.compile(optimizer=_sgd(values), loss="sparse_categorical_crossentropy")
        return model

    def fit(
        self, hp: keras_tuner.HyperParameters, model: keras.Model, *args: Any, **kwargs: Any
    ) -> keras.callbacks.History:
        """Train with the trial's batch size and schedule; arguments as of `keras.Model.fit`."""
        values: dict[str, Any] = self.values(hp)
        callbacks = []
        if values["schedule"] == "cosine":
            decay = cosine_decay(values["learning_rate"], self.epochs)
            callbacks.append(keras.callbacks.LearningRateScheduler(decay))
        return model.fit(*args, batch_size=values["batch_size"], callbacks=callbacks, **kwargs)


def _sgd(values: Mapping[str, Any]) -> keras.optimizers.SGD:
    return keras.optimizers.SGD(
        learning_rate=values["learning_rate"],
        momentum=values["momentum"],
        nesterov=bool(values.get("nesterov", False)),
    )
