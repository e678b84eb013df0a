"""How a hypermodel's own `fit` would train a network: its batch size, its learning rates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.model.mlp import MLPHyperModel
from tuner.training.lanes.unfit import Unfit

__all__ = ["FitArguments", "fit_arguments"]

_KERAS_DEFAULT = 32


@dataclass(frozen=True, slots=True)
class FitArguments:
    """What `fit` is given.

    Attributes:
        batch_size: Rows of a batch.
        learning_rate_at: The learning rate of an epoch, counted from 0; None where it is the
            optimizer's own.
    """

    batch_size: int
    learning_rate_at: Callable[[int], float] | None = None


class _StandIn:
    """Stands for a network and takes down what its `fit` is given."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def fit(self, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        self.calls.append((args, kwargs))
        return keras.callbacks.History()


def fit_arguments(
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    model: Any,
    *,
    epochs: int,
) -> FitArguments:
    """Return how a hypermodel trains a network: as its recipe says, where it has one.

    KerasTuner's way to tune the batch size is a `fit` that passes it on, so `fit` is asked for it,
    with a stand-in for the network.

    Args:
        hypermodel: Built the network.
        hp: Of the trial.
        model: The network.
        epochs: Planned epochs, over which a `cosine` schedule decays.

    Raises:
        Unfit: `fit` does something else as well, as to pass callbacks or to change the rows.
    """
    if isinstance(hypermodel, MLPHyperModel):
        recipe = hypermodel.make_recipe(hp)
        optimizer = recipe.optimizer
        return FitArguments(
            recipe.batch_size, lambda epoch: optimizer.find_learning_rate(epoch, epochs)
        )
    return FitArguments(_asked(hypermodel, hp, model))


def _asked(hypermodel: keras_tuner.HyperModel, hp: keras_tuner.HyperParameters, model: Any) -> int:
    """Return the batch size that a hypermodel's `fit` passes on."""
    if type(hypermodel).fit is keras_tuner.HyperModel.fit:
        return _KERAS_DEFAULT
    x, y = np.zeros((1, *model.input_shape[1:]), np.float32), np.zeros(1, np.int64)
    given = {"initial_epoch": 0, "epochs": 1, "shuffle": False, "verbose": 0}
    stand_in = _StandIn(model)
    try:
        hypermodel.fit(hp, stand_in, x, y, **given)
    except Exception as error:  # it is the person's code: it may raise anything
        raise Unfit(f"its fit cannot be followed ({type(error).__name__}: {error})") from error
    if len(stand_in.calls) == 1:
        args, kwargs = stand_in.calls[0]
        size = kwargs.pop("batch_size", None) or _KERAS_DEFAULT
        if len(args) == 2 and args[0] is x and args[1] is y and kwargs == given:
            return int(size)
    raise Unfit("its fit does more than to pass a batch size on")
