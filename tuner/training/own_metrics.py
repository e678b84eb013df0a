"""The metrics that a hypermodel's network was compiled with, computed out of fold.

A metric is computed on all rows at once, each predicted by the network of the fold that held it
out. It is not a mean over folds: precision, recall and F1 of small folds are biased, and the bias
does not vanish in their mean (Forman and Scholz 2010, ACM SIGKDD Explorations 12).

Its standard error is that of a jackknife, since most metrics have no value for a single row. Rows,
or their groups, form blocks, each of which is left out once (Efron and Tibshirani 1993, chapter
11).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, Truth

if TYPE_CHECKING:  # it imports Keras, which takes seconds
    from tuner.training.output_form import OutputForm

__all__ = ["OwnMetrics"]

_BLOCKS = 20  # of the jackknife
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")  # of a class's name
_CHUNK_ROWS = 8192  # that a metric is updated with at once
# Names of what every trial has already. The accuracy of a network without a softmax is among it.
_KNOWN = {
    *OBJECTIVES,
    "acc",
    "binary_accuracy",
    "categorical_accuracy",
    "sparse_categorical_accuracy",
}


class OwnMetrics:
    """Computes the metrics of a compiled network.

    Args:
        model: The network as its hypermodel compiled it.
        form: Its output form. Metrics get the labels that the loss takes, and the outputs.

    Attributes:
        names: The metrics' names, those left out that every trial has.
    """

    def __init__(self, model: Any, form: OutputForm) -> None:
        # Keras keeps the metrics of `compile` in one object, which knows their names when it has
        # seen labels and outputs.
        compiled = [metric for metric in model.metrics if hasattr(metric, "metrics")]
        self._compiled: Any = compiled[0] if compiled else None
        self._form = form
        self._lock = threading.Lock()  # scores may be asked for while the trial trains on
        self.names: tuple[str, ...] = ()
        if self._compiled is not None and form.classes:
            first = np.eye(form.classes, dtype=np.float32)[:1]
            self._update(first, np.zeros(1, np.int64))
            names = _name_alike(self._compiled.metrics)
            self._keys = dict(zip(names, self._compiled.result(), strict=True))
            self.names = tuple(name for name in names if name not in _KNOWN)

    @property
    def compiled(self) -> list[Any] | None:
        """The metrics as `compile` was given them; None if it was given none."""
        return list(self._compiled.metrics) if self._compiled is not None else None

    def score(self, probabilities: np.ndarray, y: np.ndarray) -> dict[str, float]:
        """Return each metric of some rows; the mean, of one that has a number for each class.

        A metric is NaN where the rows do not define it: Matthews' correlation divides by zero as
        long as a network predicts a single class.

        Args:
            probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`, whose mean
                metric is returned.
            y: Class numbers, shape `(rows,)`.
        """
        repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
        scores = [self._score_once(repeat, y) for repeat in repeats] if self.names else []
        means = {name: float(np.mean([score[name] for score in scores])) for name in self.names}
        return {name: mean if np.isfinite(mean) else np.nan for name, mean in means.items()}

    def estimate_errors(self, probabilities: np.ndarray, truth: Truth) -> dict[str, float]:
        """Return the standard error of each metric; NaN if it is defined only by all rows.

        Args:
            probabilities: As `score` takes them.
            truth: The true classes of the rows, and their groups.
        """
        blocks = min(_BLOCKS, truth.cluster_count)
        left_out = []
        for block in range(blocks if self.names else 0):
            kept = truth.clusters % blocks != block
            left_out.append(self.score(probabilities[..., kept, :], truth.y[kept]))
        return {name: _jackknife([score[name] for score in left_out]) for name in self.names}

    def score_folds(self, name: str, probabilities: np.ndarray, problem: Problem) -> list[float]:
        """Return a metric of each fold's validation rows.

        Args:
            name: The metric.
            probabilities: Those of all repeats, one after another, shape `(rows, classes)`.
            problem: The folds.
        """
        folds = zip(problem.places, problem.folds, strict=True)
        return [
            self.score(probabilities[places], problem.y[fold.validation])[name]
            for places, fold in folds
        ]

    def _score_once(self, probabilities: np.ndarray, y: np.ndarray) -> dict[str, float]:
        with self._lock:
            self._compiled.reset_state()
            for start in range(0, len(y), _CHUNK_ROWS):
                rows = slice(start, start + _CHUNK_ROWS)
                self._update(probabilities[rows], y[rows])
            result = self._compiled.result()
        return {name: float(np.mean(result[self._keys[name]])) for name in self.names}

    def _update(self, probabilities: np.ndarray, y: np.ndarray) -> None:
        labels = np.asarray(self._form.encode(y))
        self._compiled.update_state(labels, self._form.to_outputs(probabilities))


def _jackknife(left_out: Sequence[float]) -> float:
    """Return the standard error of what is known without each of some blocks; some may be NaN."""
    known = [score for score in left_out if not np.isnan(score)]
    return float(np.sqrt(len(known) - 1) * np.std(known)) if len(known) > 1 else np.nan


def _name_alike(metrics: Sequence[Any]) -> list[str]:
    """Return names that are the same in all trials.

    Keras counts the objects of a class: the `AUC()` of a later trial is `auc_1`.
    """
    names: list[str] = []
    for metric in metrics:
        plain = _WORDS.sub("_", type(metric).__name__).lower()
        name = plain if re.fullmatch(rf"{plain}_\d+", metric.name) else metric.name
        same = sum(other == name or other.startswith(f"{name}_") for other in names)
        names.append(f"{name}_{same}" if name in names else name)
    return names
