"""The values of groups have the mean of the rows, and a cluster-robust error."""

import numpy as np
import pytest

from tuner.scoring import OBJECTIVES, Truth, compute_mean_and_error


def make_predictions(rng, groups, spread=1.5):
    """Make probabilities that are better in some groups than in others."""
    y = rng.integers(3, size=len(groups))
    shift = spread * rng.normal(size=(groups.max() + 1, 1))[groups]
    logits = (1 + shift) * np.eye(3)[y] + rng.normal(size=(len(y), 3))
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), y


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_mean_over_groups_is_that_over_rows(name):
    rng = np.random.default_rng(0)
    groups = rng.integers(20, size=200)
    probabilities, y = make_predictions(rng, groups)
    values = Truth(y, groups).score_clusters(OBJECTIVES[name].row_values, probabilities)
    assert values.shape == (len(np.unique(groups)),)
    assert values.mean() == pytest.approx(OBJECTIVES[name].row_values(probabilities, y).mean())


def test_groups_of_one_row_are_rows():
    probabilities, y = make_predictions(np.random.default_rng(0), np.arange(50))
    for objective in OBJECTIVES.values():
        rows = Truth(y).score_clusters(objective.row_values, probabilities)
        groups = Truth(y, np.arange(50) * 7).score_clusters(objective.row_values, probabilities)
        np.testing.assert_allclose(groups, rows)


def test_the_error_is_the_cluster_robust_one_of_a_mean():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), rng.integers(1, 30, size=12))
    probabilities, y = make_predictions(rng, groups)
    rows = OBJECTIVES["cross_entropy"].row_values(probabilities, y)
    residuals = rows - rows.mean()
    meat = sum(residuals[groups == group].sum() ** 2 for group in range(12))
    expected = np.sqrt(12 / 11 * meat) / len(y)
    values = Truth(y, groups).score_clusters(OBJECTIVES["cross_entropy"].row_values, probabilities)
    assert compute_mean_and_error(values)[1] == pytest.approx(expected)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_error_is_the_spread_over_samples_of_groups(name):
    """That over rows would be half of it or less."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), rng.integers(5, 15, size=40))
    row_values, means, errors, by_row = OBJECTIVES[name].row_values, [], [], []
    for _ in range(150):
        probabilities, y = make_predictions(rng, groups)
        mean, error = compute_mean_and_error(
            Truth(y, groups).score_clusters(row_values, probabilities)
        )
        means.append(mean)
        errors.append(error)
        by_row.append(compute_mean_and_error(Truth(y).score_clusters(row_values, probabilities))[1])
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.2)
    assert np.mean(by_row) < 0.75 * np.std(means)
