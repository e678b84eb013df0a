"""The networks that a study names, and what the journal says of their test."""

from dataclasses import replace

import numpy as np
import pytest

from tuner.analysis import (
    Member,
    average_out_of_fold,
    evaluate_exported,
    pick_networks,
    read_cluster_values,
    read_test_scores,
)
from tuner.scoring import OBJECTIVES
from tuner.study import EventKind, describe_networks

TWO_AND_ONE = (
    Member(0, 2, hyperparameters={}, derived={}, parameters=15, epoch=2),
    Member(1, 1, hyperparameters={}, derived={}, parameters=15, epoch=2),
)


@pytest.fixture
def study(make_study, make_record):
    study = make_study()
    for trial, noise in enumerate((1.5, 0.5, 1.5)):
        study.write_trial(make_record(trial, noise=noise, parameters=10 + trial), {})
    return study


def test_cluster_values_are_those_of_the_objective(study, problem):
    values = read_cluster_values(study, problem.truth)
    assert list(values) == [0, 1, 2]
    expected = OBJECTIVES["cross_entropy"].row_values(
        study.arrays.read_probabilities(1), problem.truth.y
    )
    np.testing.assert_array_equal(values[1], expected)


def test_what_is_exported_is_the_best_trial_unless_the_ensemble_is_better(study, problem):
    picks = pick_networks(study, problem.truth)
    assert picks.best.trial == 1
    assert (picks.exported == "ensemble") == picks.ensemble.better
    (member,) = picks.list_members("best")
    assert (member.trial, member.networks, member.parameters) == (1, 1, 11)
    assert picks.list_members("ensemble") == picks.ensemble.members
    assert evaluate_exported(study, problem.truth, picks, "cross_entropy") is picks.out_of_bag
    accuracy = evaluate_exported(study, problem.truth, picks, "accuracy")
    assert 0.0 <= accuracy.score <= 1.0
    assert accuracy.values.shape == picks.out_of_bag.values.shape


def test_the_gain_of_an_ensemble_allows_for_mistakes_that_no_row_shows(
    make_study, make_record, problem
):
    """Each network is less sure of some rows, and none of 60 is wrong."""
    study, truth = make_study(), np.eye(3)[problem.y[problem.rows]]
    for trial in range(4):
        unsure = np.where(np.arange(len(truth)) % 4 == trial, 0.01, 1e-5)[:, np.newaxis]
        probabilities = (truth * (1 - 1.5 * unsure) + 0.5 * unsure).astype(np.float32)
        loss = float(-np.log(probabilities.max(axis=1)).mean())
        record = make_record(trial)
        result = replace(record.result, score=loss, probabilities=probabilities)
        study.write_trial(replace(record, result=result), {})
    ensemble = pick_networks(study, problem.truth).ensemble
    assert len(ensemble.members) > 1
    low, high = ensemble.difference_interval
    assert high - low > 0.1  # by what the rows show it is 0.001 wide


def test_networks_are_averaged_by_their_number(study):
    first, second = (study.arrays.read_probabilities(trial) for trial in (0, 1))
    averaged = average_out_of_fold(study, TWO_AND_ONE)
    np.testing.assert_allclose(averaged, (2 * first + second) / 3, rtol=1e-6)


def test_the_latest_test_of_the_same_networks_counts(study):
    networks = describe_networks(TWO_AND_ONE)
    assert networks == {"networks": {"0": 2, "1": 1}}
    assert read_test_scores(study, TWO_AND_ONE, None) == {}
    for mean, temperature in ((0.8, 1.0), (0.9, 1.2)):
        test = {"accuracy": [mean, 0.1]}
        study.journal.append(EventKind.TESTED, **networks, temperature=temperature, test=test)
    assert read_test_scores(study, TWO_AND_ONE, None) == {"accuracy": (0.9, 0.1)}
    assert read_test_scores(study, TWO_AND_ONE, 1.0) == {"accuracy": (0.8, 0.1)}
    assert read_test_scores(study, TWO_AND_ONE[:1], None) == {}
    others = [replace(member, folds=5) for member in TWO_AND_ONE]
    assert describe_networks(others) == {**networks, "folds": 5}
    assert read_test_scores(study, others, None) == {}
    more = [replace(others[0], on_all_rows=3), others[1]]
    assert describe_networks(more) == {**networks, "folds": 5, "on_all_rows": {"0": 3}}
    study.journal.append(
        EventKind.TESTED, **describe_networks(more), temperature=1.0, test={"accuracy": [0.7, 0.1]}
    )
    assert read_test_scores(study, others, None) == {}
    assert read_test_scores(study, more, None) == {"accuracy": (0.7, 0.1)}


def test_the_exported_score_has_the_calibration(make_study, make_record, problem):
    study = make_study()
    study.write_trial(make_record(0, noise=0.5), {})
    picks = pick_networks(study, problem.truth)
    assert picks.calibration.applied  # noise that is unsure of the right class
    assert picks.out_of_bag.score == pytest.approx(picks.calibration.after, abs=1e-6)
    assert picks.best.corrected_score == pytest.approx(picks.calibration.before, abs=1e-6)
    accuracy = evaluate_exported(study, problem.truth, picks, "accuracy")
    assert accuracy.score == pytest.approx(picks.best.scores["accuracy"])
