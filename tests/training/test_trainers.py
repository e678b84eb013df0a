"""What every trainer keeps: the contract of `Trainer`."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import (
    make_ordered_problem,
    make_rare_problem,
    make_repeated_problem,
)
from tests.helpers.training import CustomHyperModel, make_job, make_jobs, make_mlp, train
from tuner.folds import Fold
from tuner.problem import Problem
from tuner.training import TRAINERS, FinalJob, Hooks, Plan
from tuner.training.fold_networks import FoldNetworks

UNITS_8 = "[network]\nunits = 8\n"


@pytest.fixture(params=TRAINERS)
def trainer(request):
    return TRAINERS[request.param]()


def test_a_trial_of_fewer_epochs_is_the_beginning_of_a_longer_one(trainer, problem):
    plan = Plan(epochs=6, patience=9)
    hypermodel = make_mlp(f'{UNITS_8}[sgd]\nschedule = "cosine"\n', epochs=6)
    whole = train(trainer, hypermodel, problem, plan)[0]
    short = train(trainer, hypermodel, problem, plan, [replace(make_job(), epochs=2)])[0]
    assert short.curves == {
        name: [fold[:2] for fold in curve] for name, curve in whole.curves.items()
    }


@pytest.mark.parametrize(
    ("kind", "hypermodel"),
    [*[(name, CustomHyperModel()) for name in TRAINERS], ("lanes", make_mlp(UNITS_8))],
    ids=[*TRAINERS, "stacked lanes"],
)
def test_a_trial_of_the_first_fold_is_a_part_of_the_whole(kind, hypermodel, problem):
    """Whatever trains beside it; its networks are none of those that are kept."""
    trainer = TRAINERS[kind]()
    plan = Plan(epochs=2, patience=2, hooks=Hooks(fold_networks=FoldNetworks()))
    whole, one = make_job(), replace(make_job(), folds=1)
    results = train(trainer, hypermodel, problem, plan, [whole, replace(one, trial=1)])
    assert 0 in plan.hooks.fold_networks
    assert 1 not in plan.hooks.fold_networks
    first = train(trainer, hypermodel, problem, plan, [one])[0]
    for name, curve in results[0].curves.items():
        np.testing.assert_allclose(first.curves[name], curve[:1], rtol=1e-5)
    rows = problem.folds[0].validation
    assert len(first.probabilities) == len(results[1].probabilities) == len(rows)
    assert first.epoch == results[0].epoch  # the folds' mean may be least at another one
    expected = results[0].probabilities[np.searchsorted(problem.scored, np.sort(rows))]
    np.testing.assert_allclose(first.probabilities, expected, rtol=1e-4)
    assert first.score == pytest.approx(results[0].fold_scores[0], rel=1e-5)


def test_a_row_far_from_all_others_spoils_no_trial(trainer, problem, plan):
    x = problem.x.copy()
    x[problem.folds[0].validation[0], 0] = -3.4e38
    result = train(trainer, make_mlp(UNITS_8), replace(problem, x=x), plan)[0]
    assert result.status == "completed"
    assert np.isfinite(result.probabilities).all()


def test_no_trial_but_the_first_begins_without_the_time_for_it(trainer, problem):
    plan = Plan(epochs=1, patience=1, hooks=Hooks(begin=lambda job: job.trial == 2))
    if trainer.name == "lanes":
        trainer.machine.threads = 1  # so that one trial begins first
    assert list(train(trainer, CustomHyperModel(), problem, plan, make_jobs(3))) == [0, 2]


def test_rows_that_are_never_validated_have_no_score_and_nothing_is_written(
    trainer, plan, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    problem = make_ordered_problem()
    result = train(trainer, make_mlp(UNITS_8), problem, plan)[0]
    assert list(tmp_path.iterdir()) == []
    assert (len(problem.rows), len(problem.scored)) == (97, 76)
    assert result.probabilities.shape == (76, 3)
    np.testing.assert_array_equal(problem.truth.y, problem.y[problem.scored])


def test_the_first_repeat_is_the_result_without_others():
    plan = Plan(epochs=3, patience=3)
    hypermodel = make_mlp(f"{UNITS_8}[sgd]\nlearning_rate = 0.01\n")  # the last epoch is the best
    one, two = (
        train("lanes", hypermodel, make_repeated_problem(repeats, folds=2), plan)[0]
        for repeats in (1, 2)
    )
    assert one.probabilities.shape == (61, 3)
    assert two.probabilities.shape == (2, 61, 3)
    assert {len(curve) for curve in two.curves.values()} == {4}
    assert two.curves["loss"][:2] == one.curves["loss"]
    assert one.epoch == two.epoch == 3
    np.testing.assert_array_equal(two.probabilities[0], one.probabilities)
    assert abs(two.probabilities[0] - two.probabilities[1]).max() > 0.01


def test_class_weights_make_rare_classes_more_probable_and_leave_the_losses_unweighed():
    plan = Plan(epochs=12, patience=12)
    hypermodel = make_mlp(UNITS_8, epochs=12)
    rare = make_rare_problem()
    weighed, plain = (
        train("lanes", hypermodel, problem, plan)[0]
        for problem in (rare, replace(rare, class_weight=None))
    )
    before, after = (result.probabilities[:, 2].mean() for result in (plain, weighed))
    assert after > 1.5 * before
    # weights move the network away from the minimum of the rows' own loss
    assert np.mean(weighed.curves["loss"], axis=0)[-1] > np.mean(plain.curves["loss"], axis=0)[-1]


def train_finally(trainer, problem, plan, *final_jobs, hypermodel=None):
    jobs = final_jobs or [FinalJob(make_job(), 3)]
    networks = trainer.train_on_all_rows(
        jobs, hypermodel or make_mlp(UNITS_8), problem=problem, plan=plan
    )
    return [network.get_weights() for network in networks]


def test_the_final_training_sees_all_training_rows_and_repeats_itself(trainer, problem, plan):
    (first,), (second,) = (train_finally(trainer, problem, plan) for _ in range(2))
    for weights, again in zip(first, second, strict=True):
        np.testing.assert_array_equal(weights, again)
    *kept, out = problem.folds
    kept = [Fold(np.setdiff1d(fold.train, out.validation), fold.validation) for fold in kept]
    fewer = Problem(problem.x, problem.y, tuple(kept), problem.scalings)
    (other,) = train_finally(trainer, fewer, plan)
    assert not np.array_equal(first[0], other[0])


def test_several_networks_of_a_trial_differ_and_each_is_that_of_a_training_alone(
    trainer, problem, plan
):
    job = make_job()
    final_jobs = [FinalJob(job, 3), FinalJob(job, 2, network=1), FinalJob(job, 3, network=2)]
    together = train_finally(trainer, problem, plan, *final_jobs)
    for final, weights in zip(final_jobs, together, strict=True):
        (alone,) = train_finally(trainer, problem, plan, final)
        for beside, expected in zip(weights, alone, strict=True):
            np.testing.assert_array_equal(beside, expected)
    assert not np.allclose(together[0][0], together[2][0])


def test_the_final_training_takes_the_rows_that_are_never_validated_too(problem, plan):
    (whole,) = make_ordered_problem().merge_folds().folds
    np.testing.assert_array_equal(whole.train, np.arange(97))
    weights = train_finally(TRAINERS["lanes"](), make_ordered_problem(), plan)
    assert all(np.isfinite(weight).all() for weight in weights[0])


def test_the_final_training_is_weighed(trainer, plan):
    rare = make_rare_problem()
    (weighed,) = train_finally(trainer, rare, plan)
    (plain,) = train_finally(trainer, replace(rare, class_weight=None), plan)
    assert abs(weighed[0] - plain[0]).max() > 0.01
