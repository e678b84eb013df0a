"""Finds the hyperparameters of a hypermodel before the first trial, those of its `fit` included."""

from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import keras_tuner
import numpy as np

from tuner.model.mlp import MLPHyperModel
from tuner.training.fit_calls import watch_fit

__all__ = ["ExploredHyperModel"]

_ROWS = 8  # of the call that trains nothing


class ExploredHyperModel(keras_tuner.HyperModel):
    """Stands for a hypermodel while KerasTuner finds its hyperparameters.

    KerasTuner builds networks, with all values on which others depend, and so knows what `build`
    declares. This class calls `fit` after each, which trains nothing, so that what `fit` declares
    is part of the space from the first trial on.

    Args:
        hypermodel: The hypermodel.
        arguments: What `search` is given for `fit`.
        rows: A few rows and their classes; None for rows of zeros.

    Attributes:
        complete: Whether each call of `fit` came to its end, so that nothing more can be found.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        arguments: Mapping[str, Any] | None = None,
        rows: tuple[Any, Any] | None = None,
    ) -> None:
        super().__init__()
        self._hypermodel = hypermodel
        self._arguments = arguments or {}
        self._rows = rows
        self.complete = True

    def declare_hyperparameters(self, hp: keras_tuner.HyperParameters) -> None:
        """Declare what the hypermodel declares beforehand."""
        self._hypermodel.declare_hyperparameters(hp)

    def build(self, hp: keras_tuner.HyperParameters) -> Any:
        """Build a network, and follow its `fit`."""
        model = self._hypermodel.build(hp)
        fit = type(self._hypermodel).fit
        if fit in (keras_tuner.HyperModel.fit, MLPHyperModel.fit):
            return model
        rows = self._rows or _make_rows(model)
        with redirect_stdout(StringIO()):  # a `fit` may print
            try:
                watch_fit(self._hypermodel, hp, model, self._arguments, rows)
            except Exception:  # of rows of zeros, or without the arguments that `search` gives
                self.complete = False  # what it has declared until there counts
        return model


def _make_rows(model: Any) -> tuple[Any, np.ndarray]:
    """Return rows that a network takes, and their classes."""
    inputs = [
        np.zeros(
            (_ROWS, *(size or 1 for size in tensor.shape[1:])),
            "object" if tensor.dtype == "string" else tensor.dtype,
        )
        for tensor in getattr(model, "inputs", None) or ()
    ]
    x = inputs[0] if len(inputs) == 1 else inputs or np.zeros((_ROWS, 1), np.float32)
    return x, np.zeros(_ROWS, np.int64)
