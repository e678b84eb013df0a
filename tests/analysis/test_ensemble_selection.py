"""Which trials an ensemble is chosen from, against trying each in turn."""

from functools import partial

import numpy as np

from tests.helpers.ensembles import make_library
from tuner.analysis.ensemble_selection import NETWORKS, Library, Scoring, choose_members
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
    library, values = make_library([make_record(n, noise=3.0) for n in range(30)], problem)
    weights = np.zeros((60, 2))
    weights[:30, 0] = weights[30:, 1] = 1
    counts = library.choose(weights)
    losses = np.stack([values[record.trial] for record in library.records])
    for sample in range(2):
        order = np.argsort(losses @ weights[:, sample], kind="stable")
        assert counts[order[:20], sample].sum() == NETWORKS
    assert (counts[:, 0] != counts[:, 1]).any()


def test_what_is_judged_by_another_objective_is_chosen_by_its_own(make_record, problem):
    library, _ = make_library([make_record(trial, noise=1.5) for trial in range(8)], problem)
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
    score_clusters = {
        name: partial(truth.score_clusters, objective.row_values)
        for name, objective in OBJECTIVES.items()
    }
    results = [TrialResult(t, "completed", score=v.mean()) for t, v in values.items()]
    records = [TrialRecord(result.trial, {}, {}, result) for result in results]
    scoring = Scoring(truth, score_clusters, "cross_entropy", maximise=False)
    library = Library(records, values, probabilities=made.__getitem__, scoring=scoring)
    drawn = np.array([2.0, 0.0, 1.0, 3.0, 0.0, 0.0])
    (counts,) = library.choose(drawn[:, None]).T
    order = [record.trial for record in library.records]
    true_class = made[order][:, :, np.arange(24), y].reshape(5, 48)
    assert counts.tolist() == slow_choice(true_class, np.tile(drawn[groups], 2))
    expected = np.average(made[order], axis=0, weights=counts)
    np.testing.assert_allclose(library.average(counts), expected, rtol=1e-6)


def test_a_gain_does_not_pass_the_best_score(make_record, problem):
    library, _ = make_library([make_record(0, noise=0.01), make_record(1, noise=0.5)], problem)
    rows = len(problem.truth.y)
    library._repeat_gain = lambda index, objective: np.full(rows, 9.0)
    assert library.score((3, 0), "roc_auc").mean() == 1.0
    library._repeat_gain = lambda index, objective: np.full(rows, -9.0)
    assert abs(library.score((3, 0), "cross_entropy").mean()) < 1e-12


def test_more_trials_are_added_while_they_clearly_help():
    """Trials that are wrong on other rows help each other, and equal ones do not."""
    rng = np.random.default_rng(0)
    different = np.where(rng.uniform(size=(12, 2000)) < 0.2, 0.05, 0.9)
    equal = np.repeat(different[:1], 12, axis=0)
    pool, weights = np.ones((12, 3), bool), rng.integers(1, 3, (2000, 3)).astype(float)
    many, few = (
        choose_members(p, weights, pool=pool, parameters=np.ones(12), most=20)
        for p in (different, equal)
    )
    assert (many.sum(axis=0) > NETWORKS).all()
    assert (few.sum(axis=0) == NETWORKS).all()
    first = choose_members(different, weights, pool=pool, parameters=np.ones(12))
    assert (many >= first).all()
