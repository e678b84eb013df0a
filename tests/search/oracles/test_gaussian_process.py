"""The Gaussian process answers as scikit-learn's own."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from tuner.search.oracles.gaussian_process import GaussianProcess


# a length scale is at its bound
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("scores", ["different", "equal"])
def test_it_predicts_the_same_to_the_last_bit(scores):
    rng = np.random.default_rng(0)
    x = rng.random((12, 3))
    y = rng.normal(5, 2, 12) if scores == "different" else np.full(12, 5.0)
    options = {"kernel": Matern(nu=2.5), "normalize_y": True, "alpha": 1e-4, "random_state": 0}
    own, other = GaussianProcess(**options).fit(x, y), GaussianProcessRegressor(**options).fit(x, y)
    for rows in (x, rng.random((40, 3)), x[:1]):
        expected = other.predict(rows, return_std=True)
        np.testing.assert_array_equal(own.predict(rows, return_std=True), expected)
        np.testing.assert_array_equal(own.predict(rows), expected[0])
