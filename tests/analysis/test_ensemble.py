"""The ensemble that a study names."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.ensembles import make_library
from tuner.analysis.ensemble import Ensemble, Member, make_ensemble
from tuner.analysis.ensemble_selection import NETWORKS
from tuner.analysis.trial_picks import pick_trials
from tuner.errors import SearchFailed
from tuner.scoring import OBJECTIVES
from tuner.study import SearchSettings, TrialRecord
from tuner.training import TrialResult


def chosen_from(records, problem, objective="cross_entropy", seed=0):
    library, values = make_library(records, problem, objective)
    picks = pick_trials(records, values, objective=OBJECTIVES[objective], seed=seed)
    return make_ensemble(library, best=picks.out_of_bag, seed=seed)


def ensemble_of(records, problem, objective="cross_entropy"):
    return chosen_from(records, problem, objective)[0]


def test_trials_that_are_wrong_on_different_rows_are_better_together(make_record, problem):
    ensemble = ensemble_of([make_record(trial, noise=1.5) for trial in range(8)], problem)
    assert ensemble.better
    assert sum(member.networks for member in ensemble.members) == NETWORKS
    assert ensemble.parameters == 15 * NETWORKS
    best = min(make_record(trial, noise=1.5).result.score for trial in range(8))
    assert ensemble.score < best


def test_a_gain_too_small_to_matter_is_not_worth_several_networks(
    make_record, problem, monkeypatch
):
    records = [make_record(trial, noise=1.5) for trial in range(8)]
    library, values = make_library(records, problem, "cross_entropy")
    best = pick_trials(records, values, objective=OBJECTIVES["cross_entropy"], seed=0).out_of_bag
    for least, is_better in ((0.01, True), (10.0, False)):
        monkeypatch.setattr("tuner.analysis.ensemble._LEAST_GAIN", least)
        assert make_ensemble(library, best=best, seed=0)[0].better == is_better


def test_its_score_is_that_of_the_averaged_probabilities(make_record, problem):
    records = [make_record(trial, noise=1.5) for trial in range(8)]
    ensemble = ensemble_of(records, problem)
    parts = [m.networks * records[m.trial].result.probabilities for m in ensemble.members]
    values = OBJECTIVES["cross_entropy"].row_values(sum(parts) / NETWORKS, problem.y[problem.rows])
    assert ensemble.score == pytest.approx(values.mean())
    assert ensemble.standard_error == pytest.approx(values.std(ddof=1) / np.sqrt(len(values)))


def test_a_trial_that_has_no_equal_is_an_ensemble_of_itself(make_record, problem):
    records = [make_record(0, noise=0.1), *[make_record(trial, noise=9.0) for trial in (1, 2)]]
    ensemble = ensemble_of(records, problem)
    assert [(member.trial, member.networks) for member in ensemble.members] == [(0, NETWORKS)]
    assert not ensemble.better
    assert ensemble.score == pytest.approx(records[0].result.score)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_correction_is_for_the_worse_where_all_is_noise(problem, objective):
    """Of many trials that know nothing, the chosen ones look better than they are."""
    records = []
    for trial in range(20):
        probabilities = np.random.default_rng(trial).dirichlet([2, 2, 2], 60).astype(np.float32)
        values = OBJECTIVES[objective].row_values(probabilities, problem.y[problem.rows])
        result = TrialResult(
            trial, "completed", epoch=1, score=values.mean(), probabilities=probabilities
        )
        records.append(TrialRecord(trial, {}, {}, result))
    ensemble = ensemble_of(records, problem, objective)
    if OBJECTIVES[objective].direction == "min":
        assert ensemble.corrected_score > ensemble.score + 0.03
    else:
        assert ensemble.corrected_score < ensemble.score - 0.03


def test_the_order_in_which_trials_ended_does_not_matter(make_record, problem):
    records = [make_record(trial, noise=1.5) for trial in range(6)]
    assert ensemble_of(records, problem) == ensemble_of(records[::-1], problem)


def test_a_study_in_which_all_failed_has_none(problem):
    failed = TrialRecord(0, {}, {}, TrialResult.from_failure(0, "diverged", "it diverged"))
    with pytest.raises(SearchFailed) as error:
        ensemble_of([failed], problem)
    assert str(error.value) == ("no trial was completed, so there is no network to pick")


def test_it_is_better_on_rows_that_it_was_not_chosen_by_or_not_at_all(problem):
    """Guesses: chosen from many the mean of five seems better by accuracy, and never is."""
    y, seems, found = problem.y[problem.rows], 0, 0
    value = OBJECTIVES["accuracy"].row_values
    for seed in range(20):
        draws = np.random.default_rng(seed)
        records = []
        for trial in range(30):
            guess = draws.dirichlet([1, 1, 1], len(y)).astype(np.float32)
            score = float(value(guess, y).mean())
            result = TrialResult(trial, "completed", score=score, probabilities=guess)
            records.append(TrialRecord(trial, {}, {}, result))
        ensemble, _ = chosen_from(records, problem, "accuracy")
        library, values = make_library(records, problem, "accuracy")
        whole = value(library.average(library.choose(np.ones((len(y), 1)))[:, 0]), y)
        gain = whole - values[library.records[0].trial]
        seems += gain.mean() > gain.std(ddof=1) / np.sqrt(len(y))
        found += ensemble.better
    assert found < seems
    assert found <= 4  # one standard error: of 20, 3 by chance


@pytest.mark.parametrize(
    ("limits", "exported"),
    [
        ({}, True),
        ({"max_parameters": 120}, True),
        ({"max_parameters": 119}, False),
        ({"max_row_microseconds": 1e6}, False),
    ],
)
def test_one_beyond_the_limits_of_the_search_is_not_exported(limits, exported):
    members = (
        Member(3, 2, hyperparameters={}, derived={}, parameters=40, epoch=1),
        Member(4, 1, hyperparameters={}, derived={}, parameters=40, epoch=1),
    )
    ensemble = Ensemble(members, 120, 0.8, 0.05, 0.86, (0.7, 1.02), {}, {}, better=True)
    assert ensemble.limit(SearchSettings(**limits)).is_exported == exported
    assert not replace(ensemble, better=False).is_exported


def test_networks_of_folds_count_as_often_as_their_trial_is_chosen(make_record, problem):
    records = [make_record(trial, noise=1.5) for trial in range(8)]
    library, values = make_library(records, problem)
    library.folds = 5
    best = pick_trials(records, values, objective=OBJECTIVES["cross_entropy"], seed=0).out_of_bag
    ensemble, _ = make_ensemble(library, best=best, seed=0)
    weights = [member.networks for member in ensemble.members]
    assert {member.folds for member in ensemble.members} == {5}
    assert ensemble.parameters == 15 * 5 * len(ensemble.members)
    parts = [m.networks * records[m.trial].result.probabilities for m in ensemble.members]
    mean = sum(parts) / sum(weights)
    values = OBJECTIVES["cross_entropy"].row_values(mean, problem.y[problem.rows])
    assert ensemble.score == pytest.approx(values.mean())


def test_networks_on_all_rows_are_shared_by_how_often_trials_count(make_record, problem):
    records = [make_record(trial, noise=1.5) for trial in range(8)]
    library, values = make_library(records, problem)
    library.folds = 5
    best = pick_trials(records, values, objective=OBJECTIVES["cross_entropy"], seed=0).out_of_bag
    ensemble, _ = make_ensemble(library, best=best, seed=0, adds_networks_on_all_rows=True)
    added = [member.on_all_rows for member in ensemble.members]
    assert sum(added) == 5
    assert 0 not in added
    assert added == sorted(added, reverse=True)
    assert [member.count for member in ensemble.members] == [5 + each for each in added]
    assert ensemble.parameters == 15 * (5 * len(added) + sum(added))
    limited = ensemble.limit(SearchSettings(max_parameters=ensemble.parameters - 1))
    assert not limited.too_large  # the folds alone are small enough
    assert {member.on_all_rows for member in limited.members} == {0}
    assert limited.parameters == 15 * 5 * len(added)
    assert ensemble.limit(SearchSettings(max_parameters=ensemble.parameters)) == ensemble
    assert ensemble.limit(SearchSettings(max_parameters=limited.parameters - 1)).too_large


def test_a_trial_alone_counts_once_if_its_folds_are_averaged(make_record, problem):
    records = [make_record(0, noise=0.1), *[make_record(trial, noise=9.0) for trial in (1, 2)]]
    library, values = make_library(records, problem)
    library.folds = 5
    best = pick_trials(records, values, objective=OBJECTIVES["cross_entropy"], seed=0).out_of_bag
    (member,) = make_ensemble(library, best=best, seed=0)[0].members
    assert (member.networks, member.count, member.label) == (1, 5, "0")
    ensemble, _ = make_ensemble(library, best=best, seed=0, adds_networks_on_all_rows=True)
    (member,) = ensemble.members
    assert (member.networks, member.on_all_rows, member.count) == (1, 5, 10)


def test_with_a_time_limit_it_is_exported_though_it_is_not_clearly_better(make_record, problem):
    records = [make_record(0, noise=0.1), *[make_record(trial, noise=9.0) for trial in (1, 2)]]
    library, values = make_library(records, problem)
    best = pick_trials(records, values, objective=OBJECTIVES["cross_entropy"], seed=0).out_of_bag
    assert make_ensemble(library, best=best, seed=0, always=True)[0].is_exported
