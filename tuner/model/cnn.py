"""The hypermodel of convolutional networks, for spaces with `blocks`."""

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any

import keras

from tuner.model.convolutions import SIDE
from tuner.model.mlp import MLPHyperModel, make_dropout, make_kernel_options
from tuner.model.recipe import Recipe, read_recipe
from tuner.space import Space

__all__ = ["CNNHyperModel"]


class CNNHyperModel(MLPHyperModel):
    """Turns the hyperparameters of a space with `blocks` into a compiled Keras classifier.

    The network has convolutional blocks before a multilayer perceptron. A trial without blocks is
    a multilayer perceptron on all pixels.

    Args:
        space: The search space.
        image: Height, width and channels of an image; an encoded row has all its pixels.
        classes: Number of classes.
        epochs: Planned epochs, over which a `cosine` schedule decays.
    """

    def __init__(
        self, space: Space, *, image: tuple[int, int, int], classes: int, epochs: int
    ) -> None:
        super().__init__(space, features=prod(image), classes=classes, epochs=epochs)
        self.image = image

    def describe_network(self, values: Mapping[str, Any]) -> Recipe:
        """Return the recipe of the network with these active hyperparameters."""
        sizes = {"features": self.features, "classes": self.classes}
        return read_recipe(values, image=self.image, **sizes)

    def make_layers(self, recipe: Recipe) -> list[keras.Layer]:
        """Return all layers of a network."""
        if recipe.convolutions is None:
            return super().make_layers(recipe)
        layers = [*make_dropout(recipe.input_dropout), keras.layers.Reshape(self.image)]
        for filters in recipe.convolutions.filters:
            layers += [
                keras.layers.Conv2D(
                    filters,
                    SIDE,
                    padding="same",
                    activation=recipe.activation,
                    **make_kernel_options(recipe.penalty, axes=[0, 1, 2]),
                ),
                keras.layers.MaxPooling2D(),
            ]
        perceptron = replace(recipe, input_dropout=recipe.dropout)  # after the last block
        return [*layers, keras.layers.Flatten(), *super().make_layers(perceptron)]
