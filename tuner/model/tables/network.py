"""The whole network for tables, of Keras's own layers and operations."""

from dataclasses import replace

import keras

from tuner.model.mlp import make_kernel_options
from tuner.model.tables.input_layers import add_input_layers
from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.recipe import TableRecipe

__all__ = ["build_network", "make_served_network"]


def build_network(recipe: TableRecipe, layout: FeatureLayout) -> keras.Model:
    """Build a network that is not compiled yet.

    **Shape**: encoded rows `(rows, features)` to probabilities `(rows, classes)`, or
    `(rows, heads, classes)` if there are several heads.
    """
    rows = keras.Input((layout.features,), name="features")
    hidden = add_input_layers(rows, recipe.inputs, layout)
    if recipe.input_dropout:
        hidden = keras.layers.Dropout(recipe.input_dropout)(hidden)
    if recipe.scaling_layer:
        hidden = _multiply(hidden, "scaling_layer")
    if recipe.heads > 1:
        hidden = keras.layers.RepeatVector(recipe.heads)(hidden)
    for number in range(recipe.depth):
        before = hidden
        hidden = _add_hidden_layer(hidden, recipe, number)
        if recipe.residual and number:
            hidden = hidden + before
    return keras.Model(rows, _add_output(hidden, recipe))


def make_served_network(
    trained: keras.Model, recipe: TableRecipe, layout: FeatureLayout
) -> keras.Model:
    """Return a network with a trained one's answers, without what only training needs.

    **Shape**: encoded rows `(rows, features)` to probabilities `(rows, classes)`.

    Args:
        trained: A network that `build_network` built.
        recipe: Its recipe.
        layout: The layout of its rows.
    """
    network = build_network(replace(recipe, dropout=0.0, input_dropout=0.0), layout)
    for layer in network.layers:
        if layer.weights:
            layer.set_weights(trained.get_layer(layer.name).get_weights())
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
    if recipe.heads == 1:
        return network
    return keras.Model(network.input, keras.ops.mean(network.output, axis=1))


def _add_hidden_layer(
    hidden: keras.KerasTensor, recipe: TableRecipe, number: int
) -> keras.KerasTensor:
    if recipe.heads > 1:
        # random numbers for the first layer, which `adapt_network` turns into signs
        first = "random_normal" if number == 0 else "ones"
        hidden = _multiply(hidden, f"input_factors_{number}", initializer=first)
    z = _make_dense(recipe, recipe.units, hidden, f"hidden_{number}")
    if recipe.heads > 1:
        z = _multiply(z, f"output_factors_{number}", bias=True)
    if recipe.normalization == "batch":
        z = keras.layers.BatchNormalization(name=f"normalization_{number}")(z)
    elif recipe.normalization == "layer":
        z = keras.layers.LayerNormalization(name=f"normalization_{number}")(z)
    activated = keras.layers.Activation(recipe.activation)(z)
    if recipe.learned_slope:
        activated = z + _multiply(activated - z, f"slope_{number}")
    return keras.layers.Dropout(recipe.dropout)(activated) if recipe.dropout else activated


def _add_output(hidden: keras.KerasTensor, recipe: TableRecipe) -> keras.KerasTensor:
    if recipe.heads == 1:
        logits = _make_dense(recipe, recipe.classes, hidden, "output")
    else:
        logits = keras.layers.EinsumDense(
            "bhi,hic->bhc",
            (recipe.heads, recipe.classes),
            bias_axes="hc",
            kernel_initializer="glorot_uniform",
            name="output",
        )(hidden)
    return keras.layers.Softmax()(logits)


def _make_dense(
    recipe: TableRecipe, units: int, hidden: keras.KerasTensor, name: str
) -> keras.KerasTensor:
    """Add a dense layer; its kernel is normal, and its inputs scaled, if parametrized as NTK."""
    if recipe.parametrization == "ntk":
        hidden = hidden * float(hidden.shape[-1]) ** -0.5
        initializer = keras.initializers.RandomNormal(stddev=1.0)
    else:
        smooth = recipe.activation in ("tanh", "sigmoid") or name == "output"
        initializer = keras.initializers.get("glorot_uniform" if smooth else "he_uniform")
    options = make_kernel_options(recipe.penalty, axes=0)
    return keras.layers.Dense(units, kernel_initializer=initializer, name=name, **options)(hidden)


def _multiply(
    values: keras.KerasTensor, name: str, *, initializer: str = "ones", bias: bool = False
) -> keras.KerasTensor:
    """Multiply each unit, of each head, by a learned factor."""
    *heads, units = values.shape[1:]
    axes, shape = ("hu", (heads[0], units)) if heads else ("u", (units,))
    return keras.layers.EinsumDense(
        f"b{axes},{axes}->b{axes}",
        shape,
        bias_axes=axes if bias else None,
        kernel_initializer=initializer,
        name=name,
    )(values)
