"""The ensemble that a study names."""

import numpy as np
import pytest

from tuner.analysis.ensemble import NETWORKS, Scoring, choose_members, make_ensemble
from tuner.errors import SearchFailed
from tuner.study import TrialRecord
from tuner.training import OBJECTIVES, TrialResult

rng = np.random.default_rng(0)


def slow_choice(true_class, weights):
    """The same choice, by trying each trial in turn."""
    counts = [0] * len(true_class)
    for _ in range(NETWORKS):
        losses = []
        for tried in range(len(true_class)):
            with_it = np.array(counts)
            with_it[tried] += 1
            mean = with_it @ true_class / with_it.sum()
            losses.append(np.average(-np.log(np.maximum(mean, 1e-7)), weights=weights))
        counts[int(np.argmin(losses))] += 1
    return counts


def scoring(problem, objective="cross_entropy"):
    y = problem.y[problem.rows]
    values = {name: lambda p, each=each: each.row_values(p, y) for name, each in OBJECTIVES.items()}
    return Scoring(y, values, objective, OBJECTIVES[objective].direction == "max")


def ensemble_of(records, problem, objective="cross_entropy", seed=0):
    by_trial = {record.trial: record.result.probabilities for record in records}
    return make_ensemble(records, by_trial.__getitem__, scoring(problem, objective), seed=seed)


def test_each_network_is_the_one_that_helps_most():
    true_class = rng.uniform(0.01, 1.0, (6, 40))
    weights = rng.integers(0, 3, 40).astype(float)
    np.testing.assert_array_equal(
        choose_members(true_class, weights), slow_choice(true_class, weights)
    )


def test_trials_that_are_wrong_on_different_rows_are_better_together(make_record, problem):
    ensemble = ensemble_of([make_record(trial, noise=1.5) for trial in range(8)], problem)
    assert ensemble.better
    assert sum(member.networks for member in ensemble.members) == NETWORKS
    assert ensemble.parameters == 15 * NETWORKS
    best = min(make_record(trial, noise=1.5).result.score for trial in range(8))
    assert ensemble.score < best


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
    failed = TrialRecord(0, {}, {}, TrialResult(0, "failed", "it diverged"))
    with pytest.raises(SearchFailed) as error:
        ensemble_of([failed], problem)
    assert str(error.value) == "no trial was completed, so there is no network to pick"
