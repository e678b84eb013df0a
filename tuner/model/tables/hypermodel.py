"""The hypermodel of networks for tables, for spaces with `[inputs]`, `[optimizer]` or `[loss]`."""

from collections.abc import Mapping
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.model.tables.drawing import draw_weights
from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.loss import make_loss
from tuner.model.tables.network import build_network, make_served_network
from tuner.model.tables.optimizer import make_optimizer
from tuner.model.tables.recipe import TableRecipe
from tuner.model.tables.row_statistics import fit_to_rows
from tuner.model.tables.size import TableSize, measure_size
from tuner.space import Space, read_active_values

__all__ = ["TableHyperModel"]


class TableHyperModel(keras_tuner.HyperModel):
    """Turns the hyperparameters of a space into a compiled network for tables.

    Args:
        space: The search space.
        layout: Which features are numbers, and which are levels.
        classes: Number of classes.
        epochs: Planned epochs, over which a schedule changes the learning rate.
    """

    def __init__(self, space: Space, *, layout: FeatureLayout, classes: int, epochs: int) -> None:
        super().__init__(name=space.name)
        self.space = space
        self.layout = layout
        self.classes = classes
        self.epochs = epochs

    def describe_network(self, values: Mapping[str, Any]) -> TableSize:
        """Return the size of the network with these active hyperparameters."""
        return measure_size(values, layout=self.layout, classes=self.classes)

    def make_recipe(self, hp: keras_tuner.HyperParameters) -> TableRecipe:
        """Declare the space on `hp`, and return the recipe of the trial's network."""
        return TableRecipe.from_values(read_active_values(self.space, hp), classes=self.classes)

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """Build and compile a trial's network."""
        recipe = self.make_recipe(hp)
        model = build_network(recipe, self.layout)
        model.compile(optimizer=make_optimizer(recipe.optimizer), loss=make_loss(model))
        return model

    def draw_weights(self, hp: keras_tuner.HyperParameters, model: keras.Model, seed: int) -> None:
        """Give a network the initial weights of a seed."""
        draw_weights(model, self.make_recipe(hp), seed)

    def adapt(self, hp: keras_tuner.HyperParameters, model: keras.Model, x: np.ndarray) -> None:
        """Let a network learn the scale of its training rows, initial biases, and its steps."""
        recipe = self.make_recipe(hp)
        steps = self._count_epochs(recipe) * -(-len(x) // recipe.batch_size)
        for part in (model.optimizer, *model.layers):
            if hasattr(part, "planned_steps"):
                part.planned_steps.assign(steps)
        fit_to_rows(model, recipe, x, self.layout.numbers)

    def make_served_network(
        self, hp: keras_tuner.HyperParameters, model: keras.Model
    ) -> keras.Model:
        """Return a network with the answers of a trained one, without what only training needs.

        It has no optimizer and no dropout, and gives the mean of its heads' probabilities.
        """
        return make_served_network(model, self.make_recipe(hp), self.layout)

    def fit(
        self, hp: keras_tuner.HyperParameters, model: keras.Model, *args: Any, **kwargs: Any
    ) -> keras.callbacks.History:
        """Train with the trial's batch size and epochs; arguments as in `keras.Model.fit`."""
        recipe = self.make_recipe(hp)
        if recipe.length < 1:
            kwargs["epochs"] = self._count_epochs(recipe)
        return model.fit(*args, batch_size=recipe.batch_size, **kwargs)

    def _count_epochs(self, recipe: TableRecipe) -> int:
        """Return the epochs over which a network's schedules run."""
        return max(round(recipe.length * self.epochs), 1)
