"""Finds the hyperparameters of a hypermodel before the first trial, those of its `fit` included."""

from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import keras_tuner

from tuner.space import find_space, to_keras_tuner
from tuner.training.fit_calls import has_own_fit, watch_fit

__all__ = ["ExploredHyperModel"]


class ExploredHyperModel(keras_tuner.HyperModel):
    """Stands for a hypermodel while KerasTuner finds its hyperparameters.

    KerasTuner calls `build` with all values on which others depend, and so knows what it declares.
    Of a custom hypermodel that builds networks. This class calls `fit` after each, which trains
    nothing, so that what `fit` declares is part of the space from the first trial on. A hypermodel
    with a space declares that, and no network is built.

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

    def build(self, hp: keras_tuner.HyperParameters) -> None:
        """Declare what depends on these values. It returns no network, since nobody trains one."""
        space = find_space(self._hypermodel)
        if space is not None:
            to_keras_tuner(space, hp)
            return
        model = self._hypermodel.build(hp)
        if not has_own_fit(self._hypermodel):
            return
        with redirect_stdout(StringIO()):  # a `fit` may print
            try:
                watch_fit(self._hypermodel, hp, model, self._arguments, self._rows)
            except Exception:  # of rows of zeros, or without the arguments that `search` gives
                self.complete = False  # what it has declared until there counts
