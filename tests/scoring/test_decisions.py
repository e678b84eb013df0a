"""The predicted class."""

import numpy as np

from tuner.scoring import decide


def test_without_a_threshold_the_most_probable_class_is_predicted():
    probabilities = np.array([[0.2, 0.5, 0.3], [0.4, 0.3, 0.3]])
    assert decide(probabilities).tolist() == [1, 0]


def test_from_the_threshold_on_the_second_class_is_predicted():
    probabilities = np.array([[0.7, 0.3], [0.75, 0.25], [0.4, 0.6]])
    assert decide(probabilities, 0.3).tolist() == [1, 0, 1]
    assert decide(np.stack([probabilities] * 2), 0.7).tolist() == [[0, 0, 0]] * 2
