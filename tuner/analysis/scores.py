"""How good a trial's out-of-fold probabilities are, by every score that a report shows."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tuner.scoring import OBJECTIVES, Truth, mean_and_error

__all__ = [
    "BINS",
    "SCORES",
    "Score",
    "bin_by_confidence",
    "brier",
    "calibration_error",
    "score_rows",
]

BINS = 15
"""Of confidence, of equal width, as in Guo et al. (2017, ICML)."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score and how sure it is.

    Attributes:
        value: A mean over rows.
        standard_error: Of that mean, s / √rows; of groups of rows, cluster-robust.
    """

    value: float
    standard_error: float


def brier(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the squared distance of each row's probabilities from the truth.

    The score of Brier (1950, Monthly Weather Review 78, equation 2): the sum over all classes, so
    that it lies between 0 and 2; of two classes it is twice scikit-learn's `brier_score_loss`.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    misses = probabilities.astype(np.float64)
    misses[np.arange(len(y)), y] -= 1.0
    return np.asarray(np.square(misses).sum(axis=1))


def bin_by_confidence(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's confidence, the probability of its top class, and the bin that holds it.

    A bin holds its upper end, as in Guo et al.: (0, 1/15], (1/15, 2/15], …

    **Shape**: `(rows, classes)` to `(rows,)`, float64, and `(rows,)`, from 0.
    """
    confidences = probabilities.max(axis=1).astype(np.float64)
    return confidences, np.clip(np.ceil(confidences * BINS).astype(np.int64) - 1, 0, BINS - 1)


def calibration_error(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the row values of the expected calibration error, whose mean it is.

    The error of Guo et al. (2017, ICML, equation 3): rows are put into 15 bins of equal width by
    the confidence, the probability of the top class, and the error is the mean over rows of the
    distance between a bin's mean confidence and its accuracy. A row's value is confidence − right
    in a bin that is too confident, and right − confidence in one that is not confident enough.

    The spread of these values takes the sign of each bin as known. Where the bins are calibrated,
    the signs are chance: the error is then above 0 all the same, 0.034 for 1,000 rows of three
    classes, and its standard error too large, there 0.015 instead of 0.009.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    confidences, bins = bin_by_confidence(probabilities)
    gaps = confidences - (probabilities.argmax(axis=1) == y)
    signs = np.sign(np.bincount(bins, weights=gaps, minlength=BINS))
    return np.asarray(signs[bins] * gaps)


SCORES = {name: objective.row_values for name, objective in OBJECTIVES.items()} | {
    "brier": brier,
    "calibration_error": calibration_error,
}


def score_rows(
    probabilities: np.ndarray, truth: Truth, names: Collection[str] = tuple(SCORES)
) -> dict[str, Score]:
    """Return the scores of some rows, by name: the objectives, `brier` and `calibration_error`.

    All of them are means over rows. Where these rows do not define a score, as the ROC curves of a
    single class, it is NaN.

    Args:
        probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: Of the rows.
        names: Which scores; all of them, unless they are named.
    """
    ordered = sorted(names, key=list(SCORES).index)
    values = {name: truth.values(SCORES[name], probabilities) for name in ordered}
    return {name: Score(*mean_and_error(each)) for name, each in values.items()}
