"""A trial's result as JSON, and its scores."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import make_repeated_problem
from tuner.scoring import OBJECTIVES, compute_mean_and_error
from tuner.training import TrialResult
from tuner.training.result import compute_scores


def test_a_fold_that_does_not_define_the_objective_is_none_in_json():
    result = TrialResult(0, "completed", score=0.7, standard_error=0.1, fold_scores=(math.nan, 0.5))
    record = result.to_dict()
    assert record["fold_scores"] == [None, 0.5]
    again = TrialResult.from_dict(record)
    assert math.isnan(again.fold_scores[0])
    assert again.fold_scores[1] == 0.5


@pytest.mark.parametrize(
    ("status", "reason", "failure"),
    [
        ("completed", "", None),
        ("pruned", "clearly worse than trial 0 after 3 epochs", None),
        ("failed", "the loss of fold 0 is not finite in epoch 1; …", "diverged"),
        ("failed", "out of memory: OOM when allocating", "out_of_memory"),
        ("failed", "ValueError: no such layer", "raised"),
    ],
)
def test_the_kind_of_failure_of_an_older_record_follows_from_its_reason(status, reason, failure):
    record = TrialResult(0, status, reason).to_dict()
    del record["failure"]  # version 0.1.0 did not write it
    assert TrialResult.from_dict(record).failure == failure


def test_a_failure_comes_back_from_json():
    failed = TrialResult.from_failure(3, "out_of_memory", "too large", seconds=1.5)
    assert TrialResult.from_dict(failed.to_dict()).failure == "out_of_memory"


def draw_probabilities(problem, repeats):
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.ones(3), (repeats, len(problem.rows)))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_rows_value_is_the_mean_over_repeats(name):
    problem, row_values = make_repeated_problem(3), OBJECTIVES[name].row_values
    probabilities = draw_probabilities(problem, 3)
    y = problem.y[problem.rows]
    values = problem.truth.score_clusters(row_values, probabilities)
    one_by_one = [  # rows of two folds are not compared with each other
        replace(problem, folds=problem.folds[3 * n : 3 * n + 3]).truth.score_clusters(row_values, p)
        for n, p in enumerate(probabilities)
    ]
    np.testing.assert_allclose(values, np.mean(one_by_one, axis=0))
    if name != "roc_auc":
        np.testing.assert_allclose(values, np.mean([row_values(p, y) for p in probabilities], 0))
    assert len(values) == 61  # errors are over rows, not over repeats times rows
    scores = compute_scores(probabilities, problem, OBJECTIVES[name])
    assert (scores["score"], scores["standard_error"]) == compute_mean_and_error(values)


def test_a_folds_score_is_that_of_its_own_repeats_predictions():
    problem = make_repeated_problem()
    probabilities = draw_probabilities(problem, 2)
    scores = compute_scores(probabilities, problem, OBJECTIVES["accuracy"])["fold_scores"]
    right = probabilities.argmax(axis=2) == problem.y
    expected = [
        right[repeat, fold.validation].mean()
        for repeat in (0, 1)
        for fold in problem.folds[3 * repeat : 3 * repeat + 3]
    ]
    assert scores == pytest.approx(expected)
