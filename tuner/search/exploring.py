"""Finds the hyperparameters of a hypermodel before the first trial, those of its `fit` included."""

from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import Any

import keras_tuner

from tuner.model.mlp import MLPHyperModel
from tuner.training.fit_calls import watch_fit

__all__ = ["ExploredHyperModel"]


class ExploredHyperModel(keras_tuner.HyperModel):
    """Stands for a hypermodel while KerasTuner finds its hyperparameters.

    KerasTuner builds networks, with all values on which others depend, and so knows what `build`
    declares. This class calls `fit` after each, which trains nothing, so that what `fit` declares
    is part of the space from the first trial on.

    Args:
        hypermodel: The hypermodel.
        arguments: What `search` is given for `fit`.
    """

    def __init__(
        self, hypermodel: keras_tuner.HyperModel, arguments: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self._hypermodel = hypermodel
        self._arguments = arguments or {}

    def declare_hyperparameters(self, hp: keras_tuner.HyperParameters) -> None:
        """Declare what the hypermodel declares beforehand."""
        self._hypermodel.declare_hyperparameters(hp)

    def build(self, hp: keras_tuner.HyperParameters) -> Any:
        """Build a network, and follow its `fit`."""
        model = self._hypermodel.build(hp)
        fit = type(self._hypermodel).fit
        if fit in (keras_tuner.HyperModel.fit, MLPHyperModel.fit):
            return model
        # A `fit` may print; and it may fail with rows of zeros, which training does not use: then
        # what it has declared until there counts.
        with redirect_stdout(StringIO()), suppress(Exception):
            watch_fit(self._hypermodel, hp, model, self._arguments)
        return model
