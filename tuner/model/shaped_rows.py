"""Networks of a person's own that take rows in their shape, such as images, where rows are flat.

Rows are flat where they are scaled and exported.
"""

from __future__ import annotations

import copy
from math import prod
from typing import TYPE_CHECKING, Any

from tuner.errors import SpaceError
from tuner.model.loss_weights import get_loss_weights

if TYPE_CHECKING:
    import keras
    import keras_tuner

__all__ = ["take_shaped_rows"]

_RESHAPE = "rows_in_their_shape"
_OWN = (
    *("train_step", "test_step", "predict_step", "make_train_function"),
    *("compute_loss", "compute_metrics"),
)


def take_shaped_rows(
    hypermodel: keras_tuner.HyperModel,
    shape: tuple[int, ...] | None,
    *,
    only_built: bool = False,
) -> keras_tuner.HyperModel:
    """Return a hypermodel whose networks take flat rows, and give them this shape if they need it.

    Its `adapt`, if it has one, gets the network that it built, and rows of this shape.

    Args:
        hypermodel: The hypermodel.
        shape: The shape of a row; None of a table.
        only_built: Whether a network that does not say what it takes gets flat rows.

    Returns:
        The hypermodel itself if its rows are flat.
    """
    if shape is None or len(shape) == 1:
        return hypermodel
    shaped = copy.copy(hypermodel)

    def build(hp: keras_tuner.HyperParameters) -> Any:
        model = hypermodel.build(hp)
        if only_built and not getattr(model, "built", True):
            return model
        return _wrap(model, shape, type(hypermodel).__name__)

    def adapt(hp: keras_tuner.HyperParameters, model: keras.Model, x: Any) -> None:
        if model.layers[0].name == _RESHAPE:
            model, x = model.layers[-1], x.reshape(-1, *shape)
        hypermodel.adapt(hp, model, x)

    shaped.build = build  # as KerasTuner itself replaces the method of an instance
    if hasattr(hypermodel, "adapt"):
        shaped.adapt = adapt
    return shaped


def _wrap(model: Any, shape: tuple[int, ...], name: str) -> Any:
    """Return a network of flat rows; a model that needs none, or is refused later, as it is.

    Raises:
        SpaceError: It trains in a way of its own, which another network would not follow.
    """
    import keras

    if not isinstance(model, keras.Model) or not model.compiled:
        return model
    if model.built and model.input_shape[1:] != shape:
        return model
    for method in _OWN:
        if getattr(type(model), method, None) is not getattr(keras.Model, method, None):
            raise SpaceError(
                f"hypermodel {name}: its network has a {method} of its own and takes rows of shape "
                f"{shape}; let it take flat rows, with keras.Input(({prod(shape)},)) and "
                f"keras.layers.Reshape({shape}) first"
            )
    layers = [keras.Input((prod(shape),)), keras.layers.Reshape(shape, name=_RESHAPE), model]
    network = keras.Sequential(layers, name=model.name)
    metrics = getattr(model, "_compile_metrics", None)  # nothing public has those of `compile`
    network.compile(
        optimizer=model.optimizer,
        loss=model.loss,
        loss_weights=get_loss_weights(model),
        metrics=getattr(metrics, "_user_metrics", None),
        weighted_metrics=getattr(metrics, "_user_weighted_metrics", None),
        run_eagerly=model.run_eagerly,
    )
    # one of the two has the optimizer, or each would be saved with it
    model.optimizer, model.compiled = None, False
    return network
