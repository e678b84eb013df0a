"""Figures of repeated cross-validation, in which a row has a prediction of each repeat."""

import numpy as np

from tuner.report.figures import confidence_bins, confusion_counts


def test_each_prediction_counts():
    rng = np.random.default_rng(0)
    probabilities, y = rng.dirichlet(np.ones(3), (2, 30)), rng.integers(3, size=30)
    one_by_one = np.concatenate(probabilities), np.tile(y, 2)
    np.testing.assert_array_equal(confusion_counts(probabilities, y), confusion_counts(*one_by_one))
    assert confidence_bins(probabilities, y) == confidence_bins(*one_by_one)
