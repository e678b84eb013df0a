"""The confusion matrix."""

import numpy as np

from tests.helpers.charts import list_rows
from tuner.report.figures import count_confusions, draw_confusion_matrix


def test_the_counts_are_of_rows_by_true_and_predicted_class():
    probabilities = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0], [0, 0, 1.0]])
    counts = count_confusions(probabilities.argmax(axis=-1), np.array([0, 1, 1, 2]), 3)
    assert counts.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_each_prediction_of_repeated_folds_counts():
    rng = np.random.default_rng(0)
    predicted, y = rng.integers(3, size=(2, 30)), rng.integers(3, size=30)
    one_by_one = count_confusions(predicted.ravel(), np.tile(y, 2), 3)
    np.testing.assert_array_equal(count_confusions(predicted, y, 3), one_by_one)


def test_a_matrix_of_many_classes_shows_those_that_are_confused():
    counts = np.diag(np.full(100, 9))
    counts[70, 71] = 5
    rows = list_rows(draw_confusion_matrix(counts, [str(n) for n in range(100)]))
    assert len(rows) == 30 * 30
    assert {"70", "71"} <= {row["true"] for row in rows}
