"""Hypermodels of a function that builds a network, and with other arguments of `compile`."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras
import keras_tuner

from tuner.errors import UserError, one_line
from tuner.model.loss_weights import get_loss_weights

__all__ = ["Recompiled", "read_hypermodel"]


def read_hypermodel(hypermodel: Any) -> keras_tuner.HyperModel:
    """Return the hypermodel that a program gives.

    Args:
        hypermodel: A `keras_tuner.HyperModel`, or a function that takes `hp` and returns a compiled
            network.

    Raises:
        UserError: It is neither.
    """
    if isinstance(hypermodel, keras_tuner.HyperModel):
        return hypermodel
    if inspect.isclass(hypermodel):
        raise UserError(
            f"hypermodel: {hypermodel.__name__} is a class; give an instance, "
            f"{hypermodel.__name__}()"
        )
    if not callable(hypermodel):
        raise UserError(
            "hypermodel: expected a keras_tuner.HyperModel, or a function build(hp) that returns a "
            f"compiled network; received {hypermodel!r}"
        )
    # messages name a hypermodel by its class
    name = getattr(hypermodel, "__name__", type(hypermodel).__name__)
    kind = type(name, (keras_tuner.HyperModel,), {"build": lambda self, hp: hypermodel(hp)})
    made: keras_tuner.HyperModel = kind()
    return made


class Recompiled(keras_tuner.HyperModel):
    """A hypermodel whose networks are compiled with other arguments.

    Args:
        hypermodel: Builds the networks, compiled or not.
        arguments: `optimizer`, `loss` and `metrics`, as far as they take the place of those of the
            hypermodel.

    Attributes:
        recompiled: The hypermodel; `has_own_fit` asks whether that has a `fit`.
    """

    def __init__(self, hypermodel: keras_tuner.HyperModel, arguments: Mapping[str, Any]) -> None:
        self.recompiled = hypermodel
        self._arguments = arguments
        self._optimizer = _serialize_optimizer(arguments.get("optimizer"))
        super().__init__()

    def __getattr__(self, name: str) -> Any:
        """Return what else the hypermodel has, such as `adapt`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.recompiled, name)

    def build(self, hp: keras_tuner.HyperParameters) -> Any:
        """Build a network, and compile it."""
        model = self.recompiled.build(hp)
        arguments = dict(self._arguments)
        if self._optimizer is not None:  # each network has its own
            arguments["optimizer"] = keras.optimizers.deserialize(self._optimizer)
        if getattr(model, "compiled", False):
            arguments = {
                "optimizer": model.optimizer,
                "loss": model.loss,
                "loss_weights": get_loss_weights(model),
                **arguments,
            }
        model.compile(**arguments)
        return model

    def fit(self, hp: keras_tuner.HyperParameters, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Train as the hypermodel does."""
        return self.recompiled.fit(hp, model, *args, **kwargs)


def _serialize_optimizer(optimizer: Any) -> dict[str, Any] | None:
    """Return the description of an optimizer; None of none, and of one that is named.

    Raises:
        UserError: It has none.
    """
    if optimizer is None or isinstance(optimizer, str):
        return None
    try:
        config: dict[str, Any] = keras.optimizers.serialize(optimizer)
    except NotImplementedError as error:
        raise UserError(
            f"optimizer: each network gets a copy, but it cannot be copied ({one_line(error)}); "
            "compile the network in the hypermodel instead"
        ) from error
    return config
