"""Temperature scaling: measure and correct over- and underconfident probabilities of networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from tuner.analysis.ensemble import Member
from tuner.analysis.picks import average_out_of_fold
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, Truth, compute_mean_and_error
from tuner.study import Study

__all__ = ["Calibration", "calibrate", "calibrate_networks"]

_SMALLEST = 1e-7  # smallest probability, as in the objective
_HIGHEST = 10.0  # highest temperature; the lowest is 1 / 10
_TOLERANCE = 1e-3  # relative

_cross_entropy = OBJECTIVES["cross_entropy"].row_values


@dataclass(frozen=True, slots=True)
class Calibration:
    """A temperature for probabilities, and what it gains.

    Probabilities p become softmax(log p / T), the temperature scaling of Guo, Pleiss, Sun and
    Weinberger (2017, ICML, section 4.2). A T above 1 makes them less confident, a T below 1 more
    confident. The most probable class stays the same.

    Attributes:
        fitted: The T with the lowest cross-entropy over all out-of-fold rows.
        before: Out-of-fold cross-entropy of the original probabilities.
        after: The same, with each fold scaled by a T that was fitted on the other folds.
        standard_error: The standard error of the difference of the two, paired over clusters.
    """

    fitted: float
    before: float
    after: float
    standard_error: float

    @property
    def applied(self) -> bool:
        """Whether T gains more than one standard error on rows that it was not fitted on."""
        return self.before - self.after > self.standard_error

    @property
    def temperature(self) -> float:
        """The temperature of the exported probabilities: 1 if calibration is not applied."""
        return self.fitted if self.applied else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the calibration in the form of JSON."""
        return {
            "applied": self.applied,
            "temperature": self.temperature,
            "fitted_temperature": self.fitted,
            "cross_entropy": self.before,
            "calibrated_cross_entropy": self.after,
            "standard_error_of_difference": self.standard_error,
        }


def calibrate_networks(study: Study, members: Sequence[Member], problem: Problem) -> Calibration:
    """Calibrate networks of a study by their mean out-of-fold probabilities.

    Several networks of one trial have a single prediction of each row, so the effect of averaging
    them is not measured here.

    Args:
        study: The study.
        members: The networks.
        problem: The study's rows and folds.
    """
    folds = problem.places[: len(problem.folds) // problem.repeats]  # the folds of one repeat
    return calibrate(average_out_of_fold(study, members), problem.truth, folds)


def calibrate(probabilities: np.ndarray, truth: Truth, folds: Sequence[np.ndarray]) -> Calibration:
    """Fit a temperature, and measure its gain on rows that it was not fitted on.

    Args:
        probabilities: Out-of-fold, shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: The true classes of the rows.
        folds: Row numbers of each fold; together they are all rows.
    """
    repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
    scaled = np.empty(repeats.shape)
    for fold in folds:
        others = np.setdiff1d(np.arange(len(truth.y)), fold)
        temperature = _fit_temperature(repeats[:, others], truth.y[others])
        scaled[:, fold] = np.exp(_scale_logs(repeats[:, fold], temperature))
    before, after = (
        truth.score_clusters(_cross_entropy, repeats),
        truth.score_clusters(_cross_entropy, scaled),
    )
    return Calibration(
        fitted=_fit_temperature(repeats, truth.y),
        before=float(before.mean()),
        after=float(after.mean()),
        standard_error=compute_mean_and_error(before - after)[1],
    )


def _fit_temperature(repeats: np.ndarray, y: np.ndarray) -> float:
    """Return the temperature with the lowest cross-entropy, which has one minimum in 1 / T.

    Unlike in the objective, the scaled probabilities are not cut off at the smallest one.
    Otherwise wrong predictions that are certain could become more confident at no cost.

    Args:
        repeats: Probabilities, shape `(repeats, rows, classes)`.
        y: The class of each row, shape `(rows,)`.
    """
    rows = np.arange(len(y))

    def compute_loss(log_temperature: float) -> float:
        logs = _scale_logs(repeats, float(np.exp(log_temperature)))
        return -float(logs[:, rows, y].mean())

    bounds = (-np.log(_HIGHEST), np.log(_HIGHEST))
    options = {"xatol": _TOLERANCE}
    result = minimize_scalar(compute_loss, bounds=bounds, method="bounded", options=options)
    return float(np.exp(result.x))


def _scale_logs(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return log softmax(log p / T), in the same shape."""
    logits = np.log(np.maximum(probabilities, _SMALLEST)) / temperature
    logits -= logits.max(axis=-1, keepdims=True)
    return np.asarray(logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)))
