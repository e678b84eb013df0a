"""Recall and precision of each class."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from tuner.analysis import score_classes
from tuner.scoring import Truth

NAMES = ("a", "b", "c")


def draw(rows, rng):
    y = rng.choice(3, rows, p=[0.6, 0.3, 0.1])
    return y, np.where(rng.random(rows) < 0.3, rng.integers(3, size=rows), y)


def test_they_are_those_of_scikit_learn():
    y, predicted = draw(500, np.random.default_rng(0))
    precision, recall, _, rows = precision_recall_fscore_support(y, predicted)
    scores = score_classes(predicted, Truth(y), NAMES)
    assert [each.name for each in scores] == list(NAMES)
    assert [each.rows for each in scores] == rows.tolist()
    assert [each.recall for each in scores] == pytest.approx(recall)
    assert [each.precision for each in scores] == pytest.approx(precision)


@pytest.mark.parametrize("kind", ["recall", "precision"])
def test_the_standard_error_is_that_of_draws(kind):
    rng = np.random.default_rng(0)
    scores = [score_classes(p, Truth(y), NAMES)[1] for y, p in (draw(400, rng) for _ in range(200))]
    spread = np.std([getattr(each, kind) for each in scores])
    errors = [getattr(each, f"{kind}_standard_error") for each in scores]
    assert np.mean(errors) == pytest.approx(spread, rel=0.15)


def test_a_class_without_a_mistake_has_an_error_too():
    y = np.array([0] * 50 + [1] * 6)
    rare = score_classes(y, Truth(y), NAMES[:2])[1]
    assert rare.recall == 1
    assert rare.recall_standard_error > 0.05


def test_a_class_that_is_never_predicted_has_no_precision():
    y = np.array([0, 0, 1, 1, 2, 2])
    (_, _, last) = score_classes(np.array([0, 0, 1, 1, 1, 1]), Truth(y), NAMES)
    assert (last.recall, last.precision) == (0, None)


def test_rows_of_a_group_are_one_observation():
    y, predicted = draw(200, np.random.default_rng(0))
    once = score_classes(predicted, Truth(y), NAMES)[0]
    copies = Truth(np.repeat(y, 5), np.repeat(np.arange(200), 5))
    grouped = score_classes(np.repeat(predicted, 5), copies, NAMES)[0]
    assert grouped.recall == pytest.approx(once.recall)
    assert grouped.recall_standard_error == pytest.approx(once.recall_standard_error, rel=0.05)


def test_shares_of_repeated_predictions_are_means():
    y, predicted = draw(200, np.random.default_rng(0))
    _, other = draw(200, np.random.default_rng(1))
    both = score_classes(np.stack([predicted, other]), Truth(y), NAMES)[0]
    each = [score_classes(p, Truth(y), NAMES)[0].recall for p in (predicted, other)]
    assert both.recall == pytest.approx(np.mean(each))
