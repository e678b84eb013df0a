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


def test_what_tells_no_row_from_another_has_an_area_of_one_half():
    """Networks that know how frequent classes are among their training rows, and nothing else."""
    y = np.repeat([0, 1], [51, 17])
    order = np.random.default_rng(0).permutation(len(y))
    folds = tuple(np.sort(part) for part in np.array_split(order, 5))
    share = np.empty(len(y))
    for rows in folds:
        share[rows] = np.delete(y, rows).mean()
    frequent = np.column_stack([1 - share, share])
    row_values = OBJECTIVES["roc_auc"].row_values
    assert Truth(y).score_clusters(row_values, frequent).mean() < 0.45
    assert Truth(y, folds=(folds,)).score_clusters(row_values, frequent).mean() == 0.5


def test_rows_are_compared_within_the_folds_of_their_own_repeat():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    repeats = [np.array_split(rng.permutation(60), 3) for _ in range(2)]
    folds = tuple(tuple(np.sort(part) for part in parts) for parts in repeats)
    scores = rng.normal(size=(2, 60)) + y
    probabilities = np.stack([1 / (1 + np.exp(scores)), 1 / (1 + np.exp(-scores))], axis=2)
    row_values = OBJECTIVES["roc_auc"].row_values
    expected = [
        np.mean([row_values(each[rows], y[rows]).mean() for rows in parts])
        for each, parts in zip(probabilities, folds, strict=True)
    ]
    truth = Truth(y, folds=folds)
    values = truth.score_clusters(row_values, probabilities)
    assert values.mean() == pytest.approx(np.mean(expected))
    loss = OBJECTIVES["cross_entropy"].row_values
    np.testing.assert_array_equal(
        truth.score_clusters(loss, probabilities), Truth(y).score_clusters(loss, probabilities)
    )


def test_a_fold_of_a_single_class_does_not_count():
    y, rng = np.array([0, 1] * 10 + [1] * 5), np.random.default_rng(0)
    folds = (np.arange(20), np.arange(20, 25))
    positive = rng.uniform(size=25)
    probabilities = np.column_stack([1 - positive, positive])
    row_values = OBJECTIVES["roc_auc"].row_values
    values = Truth(y, folds=(folds,)).score_clusters(row_values, probabilities)
    assert values.mean() == pytest.approx(row_values(probabilities[:20], y[:20]).mean())
    within = Truth(y[:20], folds=((folds[0],),)).score_clusters(row_values, probabilities[:20])
    assert compute_mean_and_error(values)[1] == pytest.approx(
        compute_mean_and_error(within)[1], rel=0.03
    )
    alone = Truth(y[20:], folds=((np.arange(5),),))
    assert np.isnan(alone.score_clusters(row_values, probabilities[20:])).all()
