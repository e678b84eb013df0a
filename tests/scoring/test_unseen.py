"""What mistakes that no row shows add to the variance of a score."""

import numpy as np
import pytest

from tuner.scoring import (
    OBJECTIVES,
    Truth,
    compute_mean_and_error,
    compute_unseen_variance,
    score_held_out_rows,
    score_objectives,
)

NAMES = ("accuracy", "balanced_accuracy", "roc_auc")


def predict(y, right):
    """Return probabilities of rows that are predicted right or wrong, all as sure."""
    top = np.where(right, y, 1 - y)
    return np.eye(2)[top] * 0.6 + 0.2


@pytest.mark.parametrize("name", NAMES)
def test_a_class_of_few_rows_without_a_mistake_is_not_known_without_error(name):
    y = np.repeat([0, 1], [188, 12])
    flawless = predict(y, np.ones(200, bool))
    assert compute_mean_and_error(OBJECTIVES[name].row_values(flawless, y))[1] == 0
    error = np.sqrt(compute_unseen_variance(name, flawless, y))
    assert 0.005 < error < 0.1
    many = np.tile(flawless, (100, 1)), np.tile(y, 100)
    assert np.sqrt(compute_unseen_variance(name, *many)) < 0.02 * error


def test_held_out_rows_without_a_mistake_do_not_make_a_score_certain():
    y = np.repeat([0, 1], [94, 6])
    flawless = predict(y, np.ones(100, bool))
    held_out, as_they_are = (
        score(flawless, Truth(y)) for score in (score_held_out_rows, score_objectives)
    )
    for name in NAMES:
        assert as_they_are[name] == (1.0, 0.0)
        assert held_out[name][0] == 1.0
        assert 0.005 < held_out[name][1] < 0.2
    assert held_out["cross_entropy"] == as_they_are["cross_entropy"]


def test_one_proportion_has_the_variance_of_agresti_and_coull():
    y = np.arange(40) % 2
    right = np.arange(40) < 37
    probabilities = predict(y, right)
    _, error = compute_mean_and_error(OBJECTIVES["accuracy"].row_values(probabilities, y))
    share = 39 / 44
    total = error**2 * 39 / 40 + compute_unseen_variance("accuracy", probabilities, y)
    assert total == pytest.approx(share * (1 - share) / 44)


def test_the_cross_entropy_has_none_and_repeats_are_averaged():
    y = np.arange(40) % 2
    some, all_right = (predict(y, np.arange(40) < count) for count in (30, 40))
    assert compute_unseen_variance("cross_entropy", some, y) == 0
    each = [compute_unseen_variance("roc_auc", p, y) for p in (some, all_right)]
    both = compute_unseen_variance("roc_auc", np.stack([some, all_right]), y)
    assert both == pytest.approx(np.mean(each))


def test_recalls_of_a_rare_class_are_covered_as_often_as_stated():
    """12 rows of 200, of which 97 % are predicted right: two of three times all of them are."""
    rng, y = np.random.default_rng(0), np.repeat([0, 1], [188, 12])
    covered = {True: 0, False: 0}
    for _ in range(400):
        probabilities = predict(y, rng.random(200) < np.where(y == 1, 0.97, 0.8))
        values = Truth(y).score_clusters(OBJECTIVES["balanced_accuracy"].row_values, probabilities)
        score, error = compute_mean_and_error(values)
        unseen = compute_unseen_variance("balanced_accuracy", probabilities, y)
        for with_unseen in covered:
            wide = np.sqrt(error**2 + with_unseen * unseen)
            covered[with_unseen] += abs(score - 0.885) <= 1.96 * wide
    assert covered[False] < 0.93 * 400
    assert covered[True] > 0.95 * 400
