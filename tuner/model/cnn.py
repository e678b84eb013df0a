"""Convolutional blocks in front of a multilayer perceptron, for images."""

from dataclasses import replace
from math import prod

import keras
import keras_tuner

from tuner.model.convolutions import SIDE, Convolutions
from tuner.model.mlp import MLPHyperModel, make_dropout, make_kernel_options
from tuner.model.recipe import Recipe
from tuner.space import Space

__all__ = ["CNNHyperModel"]


class CNNHyperModel(MLPHyperModel):
    """Turns the hyperparameters of a space with `blocks` into a compiled Keras classifier.

    Where a trial has no blocks, it is a multilayer perceptron of all pixels.

    Args:
        space: The search space.
        image: Height, width and channels of an image, of which an encoded row has all pixels.
        classes: Number of classes.
        epochs: Planned epochs, over which a `cosine` schedule decays.
    """

    def __init__(
        self, space: Space, *, image: tuple[int, int, int], classes: int, epochs: int
    ) -> None:
        super().__init__(space, features=prod(image), classes=classes, epochs=epochs)
        self.image = image

    def make_recipe(self, hp: keras_tuner.HyperParameters) -> Recipe:
        """Return a trial's network as plain data."""
        recipe = super().make_recipe(hp)
        convolutions = Convolutions.from_values(self.read_values(hp), self.image)
        if convolutions is None:
            return recipe
        widths = (convolutions.features, *recipe.widths[1:])
        return replace(recipe, widths=widths, convolutions=convolutions)

    def make_layers(self, recipe: Recipe) -> list[keras.Layer]:
        """Return the layers of a network, from the pixels on."""
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
