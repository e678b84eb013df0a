"""How a hypermodel's own `fit` would train a network: its batch size and learning rates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import keras_tuner
import numpy as np

from tuner.errors import one_line
from tuner.model.mlp import MLPHyperModel
from tuner.training.lanes.interfaces import NeedsOwnFit

__all__ = ["FitArguments", "find_fit_arguments"]

_KERAS_DEFAULT = 32  # rows of a batch


@dataclass(frozen=True, slots=True)
class FitArguments:
    """The arguments with which a hypermodel trains a network.

    Attributes:
        batch_size: Rows of a batch.
        learning_rate_at: Returns the learning rate of an epoch, counted from 0; None if the
            optimizer has its own.
    """

    batch_size: int
    learning_rate_at: Callable[[int], float] | None = None


class _RecordingModel:
    """Stands for a network and records the calls of its `fit`, without training."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def fit(self, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        self.calls.append((args, kwargs))
        return keras.callbacks.History()


def find_fit_arguments(
    hypermodel: keras_tuner.HyperModel,
    hp: keras_tuner.HyperParameters,
    model: Any,
    *,
    epochs: int,
) -> FitArguments:
    """Return the arguments with which a hypermodel trains a network.

    They are those of its recipe, if it has one. A custom hypermodel tunes the batch size, as
    KerasTuner advises, by a `fit` that passes it on. So its `fit` is called once with a model that
    records the arguments.

    Args:
        hypermodel: The hypermodel that built the network.
        hp: The trial's hyperparameters.
        model: The network.
        epochs: Planned epochs, over which a `cosine` schedule decays.

    Raises:
        NeedsOwnFit: `fit` does something else as well, such as passing callbacks or changing rows.
    """
    if isinstance(hypermodel, MLPHyperModel):
        recipe = hypermodel.make_recipe(hp)
        optimizer = recipe.optimizer
        return FitArguments(
            recipe.batch_size, lambda epoch: optimizer.find_learning_rate(epoch, epochs)
        )
    return FitArguments(_find_batch_size(hypermodel, hp, model))


def _find_batch_size(
    hypermodel: keras_tuner.HyperModel, hp: keras_tuner.HyperParameters, model: Any
) -> int:
    """Return the batch size that a hypermodel's `fit` passes on."""
    if type(hypermodel).fit is keras_tuner.HyperModel.fit:
        return _KERAS_DEFAULT
    x, y = np.zeros((1, *model.input_shape[1:]), np.float32), np.zeros(1, np.int64)
    arguments = {"initial_epoch": 0, "epochs": 1, "shuffle": False, "verbose": 0}
    recording = _RecordingModel(model)
    try:
        hypermodel.fit(hp, recording, x, y, **arguments)
    except Exception as error:  # custom code can raise anything
        raise NeedsOwnFit(f"its fit cannot be followed ({one_line(error)})") from error
    if len(recording.calls) == 1:
        args, kwargs = recording.calls[0]
        size = kwargs.pop("batch_size", None) or _KERAS_DEFAULT
        if len(args) == 2 and args[0] is x and args[1] is y and kwargs == arguments:
            return int(size)
    raise NeedsOwnFit("its fit does more than to pass a batch size on")
