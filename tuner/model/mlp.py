"""The hypermodel of multilayer perceptrons, which most spaces describe."""

from collections.abc import Mapping
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.model.recipe import Recipe, draw_weights, read_recipe, read_units
from tuner.model.regularizers import Penalty
from tuner.space import Space, Value, read_active_values

__all__ = ["MLPHyperModel", "make_dropout", "make_kernel_options"]


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

    def derived_hyperparameters(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Return the derived hyperparameters: the units that a parameter budget allows."""
        if "parameters" not in values:
            return {}
        return {"units": read_units(values, features=self.features, classes=self.classes)}

    def describe_network(self, values: Mapping[str, Any]) -> Recipe:
        """Return the recipe of the network with these active hyperparameters."""
        return read_recipe(values, features=self.features, classes=self.classes)

    def make_recipe(self, hp: keras_tuner.HyperParameters) -> Recipe:
        """Declare the space on `hp`, and return the recipe of the trial's network."""
        return self.describe_network(read_active_values(self.space, hp))

    def initial_weights(self, hp: keras_tuner.HyperParameters, seed: int) -> list[np.ndarray]:
        """Return the initial weights for a seed, in the order of `Model.get_weights`."""
        return draw_weights(self.make_recipe(hp), seed)

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """Build and compile a trial's network.

        **Shape**: encoded rows `(batch, features)` to `(batch, classes)`.
        """
        recipe = self.make_recipe(hp)
        rows = keras.Input((self.features,), name="features")
        model = keras.Sequential([rows, *self.make_layers(recipe)])
        model.compile(
            optimizer=recipe.optimizer.make_keras_optimizer(),
            loss="sparse_categorical_crossentropy",
        )
        return model

    def make_layers(self, recipe: Recipe) -> list[keras.Layer]:
        """Return all layers of a network."""
        _, *hidden, classes = recipe.widths
        layers = make_dropout(recipe.input_dropout)
        for units in hidden:
            layers.append(_make_dense(units, recipe.activation, recipe.penalty))
            layers += make_dropout(recipe.dropout)
        return [*layers, _make_dense(classes, "softmax", recipe.penalty)]

    def fit(
        self, hp: keras_tuner.HyperParameters, model: keras.Model, *args: Any, **kwargs: Any
    ) -> keras.callbacks.History:
        """Train with the trial's batch size and schedule; arguments as in `keras.Model.fit`."""
        recipe = self.make_recipe(hp)
        callbacks = recipe.optimizer.make_callbacks(self.epochs)
        return model.fit(*args, batch_size=recipe.batch_size, callbacks=callbacks, **kwargs)


def make_dropout(rate: float) -> list[keras.Layer]:
    """Return a dropout layer; none at rate 0."""
    return [keras.layers.Dropout(rate)] if rate > 0 else []


def make_kernel_options(penalty: Penalty, *, axes: int | list[int]) -> dict[str, Any]:
    """Return the arguments of a layer that regularize its kernel.

    They are objects of Keras, so that a model can be loaded without this package.

    Args:
        penalty: The penalty of the trial's regularizer.
        axes: Axes of the kernel that run over the incoming weights of a unit or filter. The norm
            of these weights is bounded for each unit or filter.
    """
    regularizer = constraint = None
    if penalty.l1 or penalty.l2:
        regularizer = keras.regularizers.L1L2(l1=penalty.l1, l2=penalty.l2)
    if penalty.radius is not None:
        constraint = keras.constraints.MaxNorm(penalty.radius, axis=axes)
    return {"kernel_regularizer": regularizer, "kernel_constraint": constraint}


def _make_dense(units: int, activation: str, penalty: Penalty) -> keras.layers.Dense:
    return keras.layers.Dense(units, activation, **make_kernel_options(penalty, axes=0))
