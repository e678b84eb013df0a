"""A fold's rows, as the `fit` trainer takes them."""

from functools import cached_property
from typing import Any

import numpy as np

from tuner.data import Scaler
from tuner.problem import ALL_ROWS, Inputs, Problem, take_rows
from tuner.training.output_form import OutputForm

__all__ = ["FoldData"]


class FoldData:
    """A fold's rows, scaled by moments that are fitted on its training rows alone.

    Rows are taken and scaled when they are needed, so that a fold holds no copy.
    A network that is trained on all rows has no validation part: its training part takes the place,
    since a hypermodel's `fit` and callbacks may score it.

    Attributes:
        problem: All rows.
        stream: Number of the fold's random streams.
        train: Row numbers of the training part.
        validation: Row numbers of the validation part.
    """

    def __init__(self, problem: Problem, number: int) -> None:
        self.problem = problem
        self.stream = problem.find_stream(number)
        fold = problem.folds[number]
        self.train = fold.train
        self.validation = fold.train if self.stream >= ALL_ROWS else fold.validation

    @cached_property
    def _scaler(self) -> Scaler | None:
        return self.problem.fit_scaler(self.train)

    @cached_property
    def _class_weights(self) -> np.ndarray | None:
        return self.problem.compute_class_weights(self.train)

    def take(self, rows: np.ndarray) -> Inputs:
        """Return the features of rows by their numbers."""
        if self._scaler is None:
            return take_rows(self.problem.x, rows)
        return self._scaler.apply(self.problem.array[rows])

    @property
    def y_train(self) -> np.ndarray:
        """Class numbers of the training part."""
        return self.problem.y[self.train]

    def list_weights(self, form: OutputForm) -> dict[str, Any]:
        """Return the arguments of `fit` that weigh the training rows.

        There are none without weights, since a custom `fit` may not accept them.
        """
        by_class, by_row = self._class_weights, self.problem.row_weights
        if by_row is None:
            if by_class is None:
                return {}
            if form.heads == 1:  # else Keras would take the heads' labels for classes
                return {"class_weight": dict(enumerate(by_class))}
        weights = np.ones(len(self.train)) if by_row is None else by_row[self.train]
        if by_class is not None:
            weights = weights * by_class[self.y_train]
        return {"sample_weight": form.spread_weights(weights)}
