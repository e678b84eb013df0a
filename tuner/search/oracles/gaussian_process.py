"""The Gaussian process of scikit-learn, faster where it predicts a few rows again and again.

Imported where a process is fitted, since scikit-learn takes long to import.
"""

from typing import Any

import numpy as np
from scipy.linalg import solve_triangular
from sklearn.gaussian_process import GaussianProcessRegressor

__all__ = ["GaussianProcess"]


class GaussianProcess(GaussianProcessRegressor):
    """Predicts the same to the last bit, without looking for faults in the rows.

    KerasTuner asks for some thousand single rows for each proposal, and most of the time of each
    would go into such looks. It uses a kernel, normalized scores, and standard deviations.
    """

    def fit(self, x: np.ndarray, y: np.ndarray) -> "GaussianProcess":
        """Fit the process to configurations, shape `(trials, features)`, and their scores."""
        super().fit(x, y)
        self._mean, self._deviation = np.mean(y), np.std(y) or 1.0
        return self

    def predict(self, x: np.ndarray, return_std: bool = False) -> Any:
        """Return means and standard deviations, each of shape `(rows,)`.

        They are those of Rasmussen and Williams, Gaussian Processes for Machine Learning (2006),
        algorithm 2.1.

        Args:
            x: Configurations, shape `(rows, features)`.
            return_std: Whether to return the standard deviations, too.
        """
        covariances = self.kernel_(x, self.X_train_)
        mean = self._deviation * (covariances @ self.alpha_) + self._mean
        if not return_std:
            return mean
        solved = solve_triangular(self.L_, covariances.T, lower=True, check_finite=False)
        variance = self.kernel_.diag(x) - np.einsum("ij,ji->i", solved.T, solved)
        return mean, np.sqrt(np.maximum(variance, 0.0) * self._deviation**2)
