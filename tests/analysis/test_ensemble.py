"""The ensemble that a study names."""

from functools import partial

import numpy as np
import pytest

from tuner.analysis.ensemble import make_ensemble
from tuner.analysis.ensemble_selection import NETWORKS, Library, Scoring, choose_members
from tuner.analysis.trial_picks import pick_trials
from tuner.errors import SearchFailed
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import TrialRecord
from tuner.training import TrialResult


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
    truth = problem.truth
    values = {
        name: partial(truth.score_clusters, each.row_values) for name, each in OBJECTIVES.items()
    }
    return Scoring(truth, values, objective, OBJECTIVES[objective].direction == "max")


def library_of(records, problem, objective="cross_entropy"):
    by_trial = {record.trial: record.result.probabilities for record in records}
    of = scoring(problem, objective)
    values = {t: of.score_clusters[objective](p) for t, p in by_trial.items() if p is not None}
    return Library(records, values, probabilities=by_trial.__getitem__, scoring=of), values


def chosen_from(records, problem, objective="cross_entropy", seed=0):
    library, values = library_of(records, problem, objective)
    selection = pick_trials(records, values, maximise=library.scoring.maximise, seed=seed)
    return make_ensemble(library, best=selection.out_of_bag, seed=seed)


def ensemble_of(records, problem, objective="cross_entropy"):
    return chosen_from(records, problem, objective)[0]


def everything(true_class, weights):
    pool = np.ones((len(true_class), weights.shape[1]), bool)
    return choose_members(true_class, weights, pool=pool, parameters=np.ones(len(true_class)))


def test_each_network_is_the_one_that_helps_most():
    rng = np.random.default_rng(0)
    true_class = rng.uniform(0.01, 1.0, (6, 40))
    weights = rng.integers(0, 3, (40, 9)).astype(float)
    found = everything(true_class, weights)
    for counts, of_sample in zip(found.T, weights.T, strict=True):
        np.testing.assert_array_equal(counts, slow_choice(true_class, of_sample))


def test_a_trial_outside_the_pool_is_not_chosen():
    rng = np.random.default_rng(0)
    true_class = rng.uniform(0.01, 1.0, (6, 40))
    weights = np.ones((40, 2))
    pool = np.ones((6, 2), bool)
    pool[np.flatnonzero(everything(true_class, weights)[:, 0]), 1] = False
    found = choose_members(true_class, weights, pool=pool, parameters=np.ones(6))
    assert found[:, 0].sum() == found[:, 1].sum() == NETWORKS
    assert not found[~pool[:, 1], 1].any()


def test_of_equals_the_one_with_fewer_parameters_is_chosen():
    rng = np.random.default_rng(0)
    one, other = rng.uniform(0.01, 1.0, (2, 5000))
    true_class, weights = np.stack([one, other, one]), np.ones((5000, 3))
    pool, parameters = np.ones((3, 3), bool), np.array([30, 10, 20])
    found = choose_members(true_class, weights, pool=pool, parameters=parameters)
    assert (found[0] == 0).all()
    assert (found[2] > 0).all()


def test_the_pool_is_chosen_by_the_drawn_rows_too(make_record, problem):
    """Of 30 trials, which 20 may be members follows from the rows that count."""
    library, values = library_of([make_record(n, noise=3.0) for n in range(30)], problem)
    weights = np.zeros((60, 2))
    weights[:30, 0] = weights[30:, 1] = 1
    counts = library.choose(weights)
    losses = np.stack([values[record.trial] for record in library.records])
    for sample in range(2):
        order = np.argsort(losses @ weights[:, sample], kind="stable")
        assert counts[order[:20], sample].sum() == NETWORKS
    assert (counts[:, 0] != counts[:, 1]).any()


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
    failed = TrialRecord(0, {}, {}, TrialResult.from_failure(0, "diverged", "it diverged"))
    with pytest.raises(SearchFailed) as error:
        ensemble_of([failed], problem)
    assert str(error.value) == (
        "no trial was completed, so there is no network to pick; run tuner resume"
    )


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
        library, values = library_of(records, problem, "accuracy")
        whole = value(library.average(library.choose(np.ones((len(y), 1)))[:, 0]), y)
        gain = whole - values[library.records[0].trial]
        seems += gain.mean() > gain.std(ddof=1) / np.sqrt(len(y))
        found += ensemble.better
    assert found < seems
    assert found <= 4  # one standard error: of 20, 3 by chance


def test_what_is_judged_by_another_objective_is_chosen_by_its_own(make_record, problem):
    library, _ = library_of([make_record(trial, noise=1.5) for trial in range(8)], problem)
    y = problem.y[problem.rows]
    (counts,) = {tuple(each) for each in library.choose(np.ones((60, 1))).T}
    judged = library.make_ensemble_procedure("accuracy")(np.ones((60, 1)))
    expected = OBJECTIVES["accuracy"].row_values(library.average(counts), y)
    np.testing.assert_array_equal(judged, [expected])
    (best,) = library.make_best_procedure("accuracy")(np.ones((60, 1)))
    first = library.records[0].result.probabilities
    np.testing.assert_array_equal(best, OBJECTIVES["accuracy"].row_values(first, y))


def test_of_repeated_predictions_each_counts_and_of_groups_each_row():
    rng = np.random.default_rng(0)
    groups, y = np.arange(24) // 4, np.arange(24) % 3
    truth = Truth(y, groups)
    made = rng.dirichlet(np.ones(3), (5, 2, 24)).astype(np.float32)
    values = {
        t: truth.score_clusters(OBJECTIVES["cross_entropy"].row_values, made[t]) for t in range(5)
    }
    of = {name: partial(truth.score_clusters, each.row_values) for name, each in OBJECTIVES.items()}
    results = [TrialResult(t, "completed", score=v.mean()) for t, v in values.items()]
    records = [TrialRecord(result.trial, {}, {}, result) for result in results]
    scoring = Scoring(truth, of, "cross_entropy", maximise=False)
    library = Library(records, values, probabilities=made.__getitem__, scoring=scoring)
    drawn = np.array([2.0, 0.0, 1.0, 3.0, 0.0, 0.0])
    (counts,) = library.choose(drawn[:, None]).T
    order = [record.trial for record in library.records]
    true_class = made[order][:, :, np.arange(24), y].reshape(5, 48)
    assert counts.tolist() == slow_choice(true_class, np.tile(drawn[groups], 2))
    expected = np.average(made[order], axis=0, weights=counts)
    np.testing.assert_allclose(library.average(counts), expected, rtol=1e-6)
