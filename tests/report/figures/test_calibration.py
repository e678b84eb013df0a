"""A reliability diagram: accuracy against confidence."""

import numpy as np
import pytest

from tests.helpers.charts import list_rows
from tuner.report.figures import draw_reliability_diagram, make_confidence_bins


def test_bins_have_the_mean_confidence_and_the_accuracy_of_their_rows():
    probabilities = np.array([[0.95, 0.05], [0.97, 0.03], [0.6, 0.4]])
    low, high = make_confidence_bins(probabilities, np.array([0, 1, 0]))
    assert (low.rows, low.confidence, low.accuracy) == (1, pytest.approx(0.6), 1.0)
    assert (high.rows, high.confidence, high.accuracy) == (2, pytest.approx(0.96), 0.5)
    assert high.error == pytest.approx(np.sqrt(0.25 / 2))


def test_each_prediction_of_repeated_folds_counts():
    rng = np.random.default_rng(0)
    probabilities, y = rng.dirichlet(np.ones(3), (2, 30)), rng.integers(3, size=30)
    one_by_one = make_confidence_bins(np.concatenate(probabilities), np.tile(y, 2))
    assert make_confidence_bins(probabilities, y) == one_by_one


def test_a_diagram_has_one_point_per_bin_whatever_the_rows():
    rng = np.random.default_rng(0)
    first = rng.uniform(size=50_000)
    probabilities = np.stack([first, 1 - first], axis=1)
    bins = make_confidence_bins(probabilities, rng.integers(2, size=50_000))
    assert len(list_rows(draw_reliability_diagram(bins))) <= 15 + 2
