"""Temperature scaling: measure and correct over- and underconfident probabilities of networks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tuner.scoring import EPSILON, OBJECTIVES, Truth, compute_mean_and_error

__all__ = ["Calibration", "calibrate", "scale_probabilities"]

_HIGHEST = 10.0  # highest temperature; the lowest is 1 / 10
_TOLERANCE = 1e-3  # relative

_cross_entropy = OBJECTIVES["cross_entropy"].row_values


_LEAST_GAIN = 1e-4  # of cross-entropy: a temperature that gains less says nothing


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
        by_fold: The T of each fold, fitted on the other folds, and the fold's row numbers.
            Defaults to none.
    """

    fitted: float
    before: float
    after: float
    standard_error: float
    by_fold: tuple[tuple[float, np.ndarray], ...] = field(default=(), compare=False, repr=False)

    @property
    def applied(self) -> bool:
        """Whether T gains more than one standard error, and 0.0001, on rows not fitted to."""
        return self.before - self.after > max(self.standard_error, _LEAST_GAIN)

    @property
    def temperature(self) -> float:
        """The temperature of the exported probabilities: 1 if calibration is not applied."""
        return self.fitted if self.applied else 1.0

    def scale(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the calibrated probabilities, the same if no calibration is applied.

        Each fold is scaled by a temperature that was fitted on the other folds.

        Args:
            probabilities: Those that the temperatures were fitted on.
        """
        return _scale_by_fold(probabilities, self.by_fold) if self.applied else probabilities

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


def calibrate(
    probabilities: np.ndarray,
    truth: Truth,
    folds: Sequence[np.ndarray],
    *,
    highest: float = _HIGHEST,
) -> Calibration:
    """Fit a temperature, and measure its gain on rows that it was not fitted on.

    Args:
        probabilities: Out-of-fold, shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: The true classes of the rows.
        folds: Row numbers of each fold; together they are all rows.
        highest: The highest temperature.
    """
    repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
    rows = np.arange(len(truth.y))

    def fit(rows: np.ndarray) -> float:
        clusters = len(np.unique(truth.clusters[rows]))
        return _fit_temperature(repeats[:, rows], truth.y[rows], clusters, highest)

    by_fold = [(fit(np.setdiff1d(rows, fold)), fold) for fold in folds]
    scaled = _scale_by_fold(repeats, by_fold)
    before, after = (
        truth.score_clusters(_cross_entropy, repeats),
        truth.score_clusters(_cross_entropy, scaled),
    )
    return Calibration(
        fitted=fit(rows),
        before=float(before.mean()),
        after=float(after.mean()),
        standard_error=compute_mean_and_error(before - after)[1],
        by_fold=tuple(by_fold),
    )


def scale_probabilities(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(log p / T), in the same shape."""
    return np.asarray(np.exp(_scale_logs(probabilities, temperature)))


def _scale_by_fold(
    probabilities: np.ndarray, by_fold: Sequence[tuple[float, np.ndarray]]
) -> np.ndarray:
    """Return probabilities that are scaled by the temperature of each fold, in the same shape."""
    scaled = np.empty(probabilities.shape)
    for temperature, fold in by_fold:
        scaled[..., fold, :] = scale_probabilities(probabilities[..., fold, :], temperature)
    return scaled


def _fit_temperature(repeats: np.ndarray, y: np.ndarray, clusters: int, highest: float) -> float:
    """Return the temperature with the lowest cross-entropy, which has one minimum in 1 / T.

    Unlike in the objective, the scaled probabilities are not cut off at the smallest one.
    Otherwise wrong predictions that are certain could become more confident at no cost.

    The true class of n clusters counts with (n + 1) / (n + 2), and the others share the rest, as in
    Platt (1999, "Probabilistic outputs for support vector machines", section 2.2). Otherwise
    predictions without a mistake would become as confident as can be, and the first mistake on
    new rows would cost more than the calibration gains.

    Args:
        repeats: Probabilities, shape `(repeats, rows, classes)`.
        y: The class of each row, shape `(rows,)`.
        clusters: The number of clusters.
        highest: The highest temperature.
    """
    rows, logs = np.arange(len(y)), _take_logs(repeats)
    other_classes = repeats.shape[-1] - 1
    true_share, other_share = (clusters + 1) / (clusters + 2), 1 / (clusters + 2) / other_classes

    def compute_loss(log_temperature: float) -> float:
        logits, normalizers = _divide_logs(logs, float(np.exp(log_temperature)))
        own = logits[:, rows, y]
        others = logits.sum(axis=-1) - own
        return -float((true_share * own + other_share * others - normalizers[..., 0]).mean())

    from scipy.optimize import minimize_scalar  # takes half of the time to start a command

    bounds = (-np.log(_HIGHEST), np.log(highest))
    options = {"xatol": _TOLERANCE}
    result = minimize_scalar(compute_loss, bounds=bounds, method="bounded", options=options)
    return float(np.exp(result.x))


def _scale_logs(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return log softmax(log p / T), in the same shape."""
    logits, normalizers = _divide_logs(_take_logs(probabilities), temperature)
    return np.asarray(logits - normalizers)


def _take_logs(probabilities: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(np.maximum(probabilities, EPSILON)))


def _divide_logs(logs: np.ndarray, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Return log p / T less its largest value, and the log of the sum of its exponentials.

    **Shape**: `(…, classes)` to `(…, classes)` and `(…, 1)`.
    """
    logits = logs / temperature
    logits -= logits.max(axis=-1, keepdims=True)
    return logits, np.log(np.exp(logits).sum(axis=-1, keepdims=True))
