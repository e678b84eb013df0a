"""The loop of `model.fit` over the folds of a trial, as users of Keras and KerasTuner write it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

__all__ = ["fit_folds"]

Rows = tuple[np.ndarray, np.ndarray]


def fit_folds(
    folds: Iterable[tuple[Rows, Rows]],
    build: Callable[[], "keras.Model"],
    fit: Callable[..., "keras.callbacks.History"],
) -> Iterator[dict[str, list[float]]]:
    """Train a network on each fold of a trial, and yield its curves by name.

    The session is cleared before, as KerasTuner's own tuners do and Keras advises: else every trial
    is slower than the one before.

    Args:
        folds: (x, y) of the training rows and of the validation rows of each fold.
        build: Builds and compiles a network.
        fit: Trains it as `model.fit` does; takes it, x, y and `validation_data`.
    """
    import keras

    keras.backend.clear_session()
    for train, validation in folds:
        history: Any = fit(build(), *train, validation_data=validation)
        yield history.history
