"""Figures of repeated cross-validation, in which a row has a prediction of each repeat."""

import numpy as np

from tuner.report.figures import count_confusions, make_confidence_bins


def test_each_prediction_counts():
    rng = np.random.default_rng(0)
    probabilities, y = rng.dirichlet(np.ones(3), (2, 30)), rng.integers(3, size=30)
    one_by_one = np.concatenate(probabilities), np.tile(y, 2)
    np.testing.assert_array_equal(count_confusions(probabilities, y), count_confusions(*one_by_one))
    assert make_confidence_bins(probabilities, y) == make_confidence_bins(*one_by_one)
