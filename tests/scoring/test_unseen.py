"""What mistakes that no row shows add to the variance of a score."""

import numpy as np
import pytest

from tuner.scoring import (
    OBJECTIVES,
    Truth,
    add_unseen_losses,
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
    loss = -np.log(0.8)  # of each row; a mistake would cost 1.6
    assert as_they_are["cross_entropy"] == pytest.approx((loss, 0.0), abs=1e-9)
    assert held_out["cross_entropy"] == pytest.approx((loss, 0.022), abs=1e-3)


def test_one_proportion_has_the_variance_of_agresti_and_coull():
    y = np.arange(40) % 2
    right = np.arange(40) < 37
    probabilities = predict(y, right)
    _, error = compute_mean_and_error(OBJECTIVES["accuracy"].row_values(probabilities, y))
    share = 39 / 44
    total = error**2 * 39 / 40 + compute_unseen_variance("accuracy", probabilities, y)
    assert total == pytest.approx(share * (1 - share) / 44)


@pytest.mark.parametrize("name", ["cross_entropy", "roc_auc"])
def test_repeats_are_averaged(name):
    y = np.arange(40) % 2
    some, all_right = (predict(y, np.arange(40) < count) for count in (36, 40))
    each = [compute_unseen_variance(name, p, y) for p in (some, all_right)]
    both = compute_unseen_variance(name, np.stack([some, all_right]), y)
    assert both == pytest.approx(np.mean(each))
    assert each[0] != each[1]


def test_a_metric_of_ones_own_has_none():
    y = np.arange(40) % 2
    assert compute_unseen_variance("f1", predict(y, np.ones(40, bool)), y) == 0


def test_a_cross_entropy_of_rare_mistakes_is_covered_as_often_as_stated():
    """One row of a hundred costs 5: of 150 rows that is none in one of five draws."""
    rng, covered = np.random.default_rng(0), {True: 0, False: 0}
    for _ in range(400):
        losses = np.where(rng.random(150) < 0.01, 5.0, 0.007)
        score, error = compute_mean_and_error(losses)
        for with_unseen in covered:
            wide = np.sqrt(error**2 + with_unseen * add_unseen_losses(losses))
            covered[with_unseen] += abs(score - 0.05693) <= 1.96 * wide
    assert covered[False] < 0.85 * 400
    assert covered[True] > 0.95 * 400


def test_where_mistakes_are_many_nothing_is_added_to_a_cross_entropy():
    losses = np.where(np.arange(400) % 4, 0.4, 1.5)
    assert add_unseen_losses(losses) == 0


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


def test_a_single_group_of_held_out_rows_has_no_score() -> None:
    y = np.arange(10) % 2
    assert score_held_out_rows(np.eye(2)[y], Truth(y, groups=np.zeros(10, int))) == {}
