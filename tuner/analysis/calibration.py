"""Whether a pick's probabilities are too sure or not sure enough, and by what that is mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from tuner.analysis.baselines import FoldedRows
from tuner.analysis.ensemble import Member
from tuner.analysis.picks import average_out_of_fold
from tuner.scoring import OBJECTIVES, Truth, mean_and_error
from tuner.study import Study

__all__ = ["Calibration", "calibrate", "calibrate_networks"]

_SMALLEST = 1e-7  # probability, as in the objective
_FURTHEST = 10.0  # temperature, and 1 / that the lowest
_EXACT = 1e-3  # relative

_cross_entropy = OBJECTIVES["cross_entropy"].row_values


@dataclass(frozen=True, slots=True)
class Calibration:
    """A temperature for probabilities, and what it is worth.

    Probabilities p become softmax(log p / T), the temperature scaling of Guo, Pleiss, Sun and
    Weinberger (2017, ICML, section 4.2): above 1, T makes them less sure, below 1 surer. The most
    probable class stays the same.

    Attributes:
        fitted: The T of the lowest cross-entropy over all out-of-fold rows.
        before: Out-of-fold cross-entropy of the probabilities as they are.
        after: The same, where each fold's are scaled by a T that was fitted on the other folds.
        standard_error: Of the difference of the two, paired over rows.
    """

    fitted: float
    before: float
    after: float
    standard_error: float

    @property
    def applied(self) -> bool:
        """Whether it pays: by more than one standard error, on rows that T was not fitted on."""
        return self.before - self.after > self.standard_error

    @property
    def temperature(self) -> float:
        """What the exported probabilities are scaled by: 1 where that does not pay."""
        return self.fitted if self.applied else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "applied": self.applied,
            "temperature": self.temperature,
            "fitted_temperature": self.fitted,
            "cross_entropy": self.before,
            "calibrated_cross_entropy": self.after,
            "standard_error_of_difference": self.standard_error,
        }


def calibrate_networks(study: Study, members: Sequence[Member], problem: FoldedRows) -> Calibration:
    """Calibrate some networks of a study by their out-of-fold probabilities.

    Those of several are their mean. A trial of which it has several networks has one prediction of
    each row, so that what their mean evens out is not seen here.

    Args:
        study: The study.
        members: Which networks.
        problem: The study's rows and folds.
    """
    of_a_repeat = problem.places[: len(problem.folds) // problem.repeats]
    return calibrate(average_out_of_fold(study, members), problem.truth, of_a_repeat)


def calibrate(probabilities: np.ndarray, truth: Truth, folds: Sequence[np.ndarray]) -> Calibration:
    """Fit a temperature, and judge it on rows that it was not fitted on.

    Args:
        probabilities: Out-of-fold, shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: The classes of the rows, and which belong together.
        folds: The places of each fold's rows; together, all rows.
    """
    repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
    scaled = np.empty(repeats.shape)
    for fold in folds:
        others = np.setdiff1d(np.arange(len(truth.y)), fold)
        temperature = _fit(repeats[:, others], truth.y[others])
        scaled[:, fold] = np.exp(_log_scaled(repeats[:, fold], temperature))
    before, after = truth.values(_cross_entropy, repeats), truth.values(_cross_entropy, scaled)
    return Calibration(
        fitted=_fit(repeats, truth.y),
        before=float(before.mean()),
        after=float(after.mean()),
        standard_error=mean_and_error(before - after)[1],
    )


def _fit(repeats: np.ndarray, y: np.ndarray) -> float:
    """Return the temperature of the lowest cross-entropy, which has one minimum in 1 / T.

    It is not cut off at the smallest probability, as the objective is: what is wrong with
    certainty would else become surer at no cost.

    Args:
        repeats: Probabilities, shape `(repeats, rows, classes)`.
        y: The class of each row, shape `(rows,)`.
    """
    rows = np.arange(len(y))

    def loss(log_temperature: float) -> float:
        log_scaled = _log_scaled(repeats, float(np.exp(log_temperature)))
        return -float(log_scaled[:, rows, y].mean())

    ends = (-np.log(_FURTHEST), np.log(_FURTHEST))
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": _EXACT})
    return float(np.exp(found.x))


def _log_scaled(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return log softmax(log p / T), shaped as they are."""
    logits = np.log(np.maximum(probabilities, _SMALLEST)) / temperature
    logits -= logits.max(axis=-1, keepdims=True)
    return np.asarray(logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)))
