"""The whole network for tables: as it is trained, and as it is served, of Keras's own parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import keras
from keras import ops

from tuner.model.mlp import make_kernel_options
from tuner.model.tables.dense_layers import Factors, ScaledDense
from tuner.model.tables.input_layers import add_grouped_dense, add_input_layers
from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.recipe import TableRecipe
from tuner.model.tables.training_layers import (
    FallingDropout,
    MixRows,
    ScheduleFactor,
    SmoothLabels,
    number_columns,
)

__all__ = ["build_network", "make_served_network"]


def build_network(recipe: TableRecipe, layout: FeatureLayout) -> keras.Model:
    """Build a network as it is trained, which is not compiled yet; `draw_weights` comes next.

    **Shape**: encoded rows `(rows, features)` to probabilities `(rows, classes)`, or
    `(rows, heads, classes)` if there are several heads.
    """
    with _in_float32():
        return _Builder(recipe, layout, served=False).build()


def make_served_network(
    trained: keras.Model, recipe: TableRecipe, layout: FeatureLayout
) -> keras.Model:
    """Return a network with a trained one's answers, of Keras's own layers and operations.

    **Shape**: encoded rows `(rows, features)` to probabilities `(rows, classes)`.

    Args:
        trained: A network that `build_network` built.
        recipe: Its recipe.
        layout: The layout of its rows.
    """
    with _in_float32():
        network = _Builder(recipe, layout, served=True).build()
    for layer in network.layers:
        if layer.weights:
            layer.set_weights(trained.get_layer(layer.name).get_weights())
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
    return network


@contextmanager
def _in_float32() -> Iterator[None]:
    """Let layers compute in float32, whatever type the program chose: schedules count in it."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


@dataclass(frozen=True)
class _Builder:
    """Builds a network.

    Attributes:
        recipe: Its recipe.
        layout: The layout of its rows.
        served: Whether it only answers, with one mean of its heads.
    """

    recipe: TableRecipe
    layout: FeatureLayout
    served: bool

    def build(self) -> keras.Model:
        """Build the network."""
        recipe, rows = self.recipe, self.rows
        hidden = add_input_layers(self._mix(rows), recipe.inputs, self.layout, served=self.served)
        hidden = self._drop(hidden, recipe.input_dropout, "input_dropout")
        if recipe.scaling_layer:
            hidden = self._multiply(hidden, "scaling_layer")
        if recipe.heads > 1:
            hidden = keras.layers.RepeatVector(recipe.heads)(hidden)
        for number in range(recipe.depth):
            before = hidden
            hidden = self._add_hidden_layer(hidden, number)
            if recipe.residual and number:
                hidden = hidden + before
        outputs = keras.layers.Softmax()(self._add_output(hidden))
        if self.served:
            outputs = ops.mean(outputs, axis=1) if recipe.heads > 1 else outputs
        elif recipe.label_smoothing is not None:  # of 0, too, to share a program
            outputs = SmoothLabels(recipe.label_smoothing, name="smooth_labels")(outputs)
        return keras.Model(rows, outputs)

    @cached_property
    def rows(self) -> keras.KerasTensor:
        """The input."""
        return keras.Input((self.layout.features,), name="features")

    @cached_property
    def _dropout_factor(self) -> keras.KerasTensor:
        return ScheduleFactor(self.recipe.dropout_schedule, name="dropout_schedule")(self.rows)

    def _mix(self, rows: keras.KerasTensor) -> keras.KerasTensor:
        recipe = self.recipe
        if self.served or recipe.mixing == "none":
            return rows
        columns = number_columns(self.layout)
        return MixRows(recipe.mixing, recipe.mixing_strength, columns, name="mix_rows")(rows)

    def _drop(self, values: keras.KerasTensor, rate: float, name: str) -> keras.KerasTensor:
        if self.served or not rate:
            return values
        return FallingDropout(rate, name=name)(values, self._dropout_factor)

    def _add_hidden_layer(self, hidden: keras.KerasTensor, number: int) -> keras.KerasTensor:
        recipe = self.recipe
        if recipe.heads > 1:
            hidden = self._multiply(hidden, f"input_factors_{number}")
        z = self._add_dense(hidden, recipe.units, f"hidden_{number}")
        if recipe.heads > 1:
            z = self._multiply(z, f"output_factors_{number}", bias=True)
        if recipe.normalization == "batch":
            z = keras.layers.BatchNormalization(name=f"normalization_{number}")(z)
        elif recipe.normalization == "layer":
            z = keras.layers.LayerNormalization(name=f"normalization_{number}")(z)
        activated = keras.layers.Activation(recipe.activation)(z)
        if recipe.learned_slope:
            activated = z + self._multiply(activated - z, f"slope_{number}")
        return self._drop(activated, recipe.dropout, f"dropout_{number}")

    def _add_output(self, hidden: keras.KerasTensor) -> keras.KerasTensor:
        recipe = self.recipe
        if recipe.heads == 1:
            return self._add_dense(hidden, recipe.classes, "output")
        return add_grouped_dense(hidden, recipe.classes, "output", served=self.served)

    def _add_dense(self, hidden: keras.KerasTensor, units: int, name: str) -> keras.KerasTensor:
        """Add a dense layer; as NTK (Jacot et al. 2018), its inputs are scaled."""
        scale = hidden.shape[-1] ** -0.5 if self.recipe.parametrization == "ntk" else 1.0
        if not self.served:
            options = make_kernel_options(self.recipe.penalty, axes=0)
            return ScaledDense(units, scale, name=name, **options)(hidden)
        hidden = hidden if scale == 1 else hidden * scale
        return keras.layers.Dense(units, kernel_initializer="zeros", name=name)(hidden)

    def _multiply(
        self, values: keras.KerasTensor, name: str, *, bias: bool = False
    ) -> keras.KerasTensor:
        """Multiply each unit, of each head, by a learned factor."""
        if not self.served:
            return Factors(use_bias=bias, name=name)(values)
        *heads, units = values.shape[1:]
        axes, shape = ("hu", (heads[0], units)) if heads else ("u", (units,))
        return keras.layers.EinsumDense(
            f"b{axes},{axes}->b{axes}",
            shape,
            bias_axes=axes if bias else None,
            kernel_initializer="zeros",
            name=name,
        )(values)
