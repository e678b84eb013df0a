"""Every score of out-of-fold probabilities that a report shows: the objectives and calibration."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tuner.scoring import OBJECTIVES, Truth, compute_mean_and_error

__all__ = [
    "BINS",
    "SCORES",
    "Score",
    "bin_by_confidence",
    "compute_brier",
    "compute_calibration_error",
    "score_rows",
]

BINS = 15
"""Bins of confidence, of equal width, as in Guo et al. (2017, ICML)."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score and its standard error.

    Attributes:
        value: The score, a mean over rows.
        standard_error: The standard error of that mean, s / √rows; cluster-robust if the rows
            form groups.
    """

    value: float
    standard_error: float


def compute_brier(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the Brier score of each row: the squared distance of its probabilities from the truth.

    The score of Brier (1950, Monthly Weather Review 78, equation 2) is the sum over all classes,
    so it lies between 0 and 2. With two classes it is twice scikit-learn's `brier_score_loss`.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    misses = probabilities.astype(np.float64)
    misses[np.arange(len(y)), y] -= 1.0
    return np.asarray(np.square(misses).sum(axis=1))


def bin_by_confidence(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's confidence and its bin; confidence is the top class's probability.

    A bin includes its upper end, as in Guo et al.: (0, 1/15], (1/15, 2/15], …

    **Shape**: `(rows, classes)` to `(rows,)`, float64, and `(rows,)`, from 0.
    """
    confidences = probabilities.max(axis=1).astype(np.float64)
    return confidences, np.clip(np.ceil(confidences * BINS).astype(np.int64) - 1, 0, BINS - 1)


def compute_calibration_error(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return a value for each row whose mean is the expected calibration error.

    The error of Guo et al. (2017, ICML, equation 3): rows are put into 15 bins of equal width by
    their confidence. The error is the mean over rows of the distance between a bin's mean
    confidence and its accuracy. Let `right` be 1 if a row's top class is true. A row's value is
    confidence − right if its bin is overconfident, and right − confidence if it is underconfident.

    The standard error takes the sign of each bin as known. If the bins are calibrated, the signs
    are chance. The error is then still above 0, 0.034 for 1,000 rows of three classes, and its
    standard error too large, 0.015 instead of 0.009.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    confidences, bins = bin_by_confidence(probabilities)
    gaps = confidences - (probabilities.argmax(axis=1) == y)
    signs = np.sign(np.bincount(bins, weights=gaps, minlength=BINS))
    return np.asarray(signs[bins] * gaps)


SCORES = {name: objective.row_values for name, objective in OBJECTIVES.items()} | {
    "brier": compute_brier,
    "calibration_error": compute_calibration_error,
}


def score_rows(
    probabilities: np.ndarray, truth: Truth, names: Collection[str] = tuple(SCORES)
) -> dict[str, Score]:
    """Return the scores of some rows by name: the objectives, `brier` and `calibration_error`.

    All of them are means over rows. A score that these rows leave undefined is NaN, such as the
    area under the ROC curve if there is a single class.

    Args:
        probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: The true classes of the rows.
        names: Names of the scores to compute. Defaults to all.
    """
    ordered = sorted(names, key=list(SCORES).index)
    values = {name: truth.score_clusters(SCORES[name], probabilities) for name in ordered}
    return {name: Score(*compute_mean_and_error(by_cluster)) for name, by_cluster in values.items()}
