"""The reference trainer: the tests of other trainers rely on it."""

from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.training import (
    REGULARIZERS,
    CustomHyperModel,
    assert_same,
    make_job,
    make_jobs,
    make_mlp,
    train,
)
from tuner.errors import DataError, UserError
from tuner.training import CURVES, Plan

DEPTH_1 = {"depth": 1, "learning_rate": 0.1}


PLAN = Plan(epochs=3, patience=3, seed=1)


@pytest.fixture(scope="module")
def trained():
    """Two trials, which several tests look at."""
    return train("fit", make_mlp(), make_problem(rows=80, folds=2), PLAN, make_jobs(2, **DEPTH_1))


def test_every_row_is_predicted_by_the_fold_that_held_it_out(trained):
    result = trained[0]
    assert result.probabilities.shape == (80, 3)
    np.testing.assert_allclose(result.probabilities.sum(axis=1), 1, atol=1e-5)
    assert set(result.curves) == set(CURVES)
    assert all(len(fold) == 3 for curve in result.curves.values() for fold in curve)
    assert result.parameters == 4 * 8 + 8 + 8 * 3 + 3


# dropout with each kind that adds to the loss or to the step
@pytest.mark.parametrize("kind", ["none", "elastic_net", "max_norm"])
def test_a_trial_is_the_same_when_it_is_trained_again(problem, plan, kind):
    hypermodel = make_mlp(
        f"[network]\nunits = 8\n[regularizer]\n{REGULARIZERS[kind]}\ndropout = 0.5\n"
    )
    first, second = (train("fit", hypermodel, problem, plan)[0] for _ in range(2))
    assert first.status == "completed"
    assert_same(first, second)


def test_a_trial_does_not_depend_on_its_neighbours_but_draws_its_own_weights(trained, problem):
    alone = train("fit", make_mlp(), problem, PLAN, make_jobs(2, **DEPTH_1)[1:])
    assert_same(trained[1], alone[1])
    assert trained[0].curves["loss"] != trained[1].curves["loss"]


def test_changed_validation_rows_change_nothing_of_what_their_fold_was_fitted_on(trained, problem):
    held_out = problem.folds[0].validation
    x = problem.x.copy()
    x[held_out] = 1000.0
    tampered = replace(problem, x=x)
    before = trained[0]
    after = train("fit", make_mlp(), tampered, PLAN, make_jobs(1, **DEPTH_1))[0]
    assert before.curves["loss"][0] == after.curves["loss"][0]
    assert before.curves["penalty"][0] == after.curves["penalty"][0]
    assert before.curves["val_loss"][0] != after.curves["val_loss"][0]
    assert before.curves["loss"][1] != after.curves["loss"][1]  # there they are training rows
    scalers = [p.fit_scaler(problem.folds[0].train) for p in (problem, tampered)]
    np.testing.assert_array_equal(scalers[0].mean, scalers[1].mean)
    np.testing.assert_array_equal(scalers[0].scale, scalers[1].scale)


def test_folds_of_unequal_size_and_a_last_partial_batch_lose_no_row(plan):
    jobs = make_jobs(1, **DEPTH_1)
    result = train("fit", make_mlp(), make_problem(rows=61, folds=2), plan, jobs)[0]
    assert result.probabilities.shape == (61, 3)
    assert np.isfinite(result.probabilities).all()


def test_the_epoch_is_the_best_mean_over_rows_and_the_same_for_all_folds(problem, plan):
    jobs = make_jobs(1, depth=2, learning_rate=0.3)
    longer = replace(plan, epochs=12, patience=3)
    result = train("fit", make_mlp(), problem, longer, jobs)[0]
    mean = np.average(np.array(result.curves["val_loss"]), axis=0, weights=problem.fold_rows)
    assert result.epoch == mean.argmin() + 1
    assert result.score == pytest.approx(mean.min())
    epochs = {len(fold) for fold in result.curves["val_loss"]}
    assert epochs == {min(12, result.epoch + 3)}


def test_the_penalty_is_logged_on_its_own_and_is_no_part_of_the_loss(problem, plan):
    weak, strong = (
        train(
            "fit",
            make_mlp(
                f'[network]\nunits = 8\n[regularizer]\nkind = "l2"\nstrength = {strength}\n[sgd]\n'
                "learning_rate = 1e-6\n"
            ),
            problem,
            replace(plan, epochs=1),
        )[0]
        for strength in (1e-6, 1.0)
    )
    penalties = (result.curves["penalty"][0][0] for result in (weak, strong))
    assert next(penalties) * 1e6 == pytest.approx(next(penalties), rel=1e-3)
    assert strong.curves["loss"][0] == pytest.approx(weak.curves["loss"][0], rel=1e-3)


def test_a_trial_that_diverges_fails_and_the_next_one_is_trained(problem, plan):
    hypermodel = make_mlp("[network]\nunits = 8\n[sgd]\nlearning_rate = [0.1, 1e30]\n")
    jobs = [make_job(0, learning_rate=1e30), make_job(1, learning_rate=0.1)]
    results = train("fit", hypermodel, problem, plan, jobs)
    assert (results[0].status, results[0].failure) == ("failed", "diverged")
    assert results[0].reason == (
        "the loss of fold 0 is not finite in epoch 1; a smaller learning rate may help"
    )
    assert results[0].probabilities is None
    assert results[1].status == "completed"


def test_a_custom_model_is_trained_with_its_own_optimizer(problem, plan):
    hypermodel = CustomHyperModel(
        lambda hp, inputs: keras.layers.BatchNormalization()(keras.layers.Dense(8)(inputs))
    )
    result = train("fit", hypermodel, problem, plan)[0]
    assert result.status == "completed"
    assert result.curves["loss"][0][-1] < result.curves["loss"][0][0]


def test_outputs_that_are_no_probabilities_are_refused(problem, plan):
    class Linear(keras_tuner.HyperModel):
        def build(self, hp):
            model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "relu")])
            model.compile("adam", "sparse_categorical_crossentropy")
            return model

    with pytest.raises(UserError) as error:
        train("fit", Linear(), problem, plan)
    assert str(error.value) == (
        "the network's outputs do not add up to one; end it with a softmax activation"
    )


def test_a_custom_model_that_raises_an_error_fails_its_trial_with_the_reason(problem, plan):
    class Raising(keras_tuner.HyperModel):
        def build(self, hp):
            raise ValueError("no such layer\nmore")

    result = train("fit", Raising(), problem, plan)[0]
    assert (result.status, result.failure) == ("failed", "raised")
    assert result.reason == "ValueError: no such layer more"


def test_a_custom_model_for_other_features_is_refused(problem, plan):
    class Wider(keras_tuner.HyperModel):
        def build(self, hp):
            model = keras.Sequential([keras.Input((7,)), keras.layers.Dense(3, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy")
            return model

    with pytest.raises(DataError, match=r"Wider: the network takes rows of shape \(7,\), "):
        train("fit", Wider(), problem, plan)


def test_a_cosine_schedule_runs_over_the_planned_epochs(problem):
    cosine, constant = (
        train(
            "fit",
            make_mlp(f'[network]\ndepth = 0\n[sgd]\nschedule = "{schedule}"\n', epochs=4),
            problem,
            Plan(epochs=4, patience=4),
        )[0]
        for schedule in ("cosine", "constant")
    )
    assert cosine.curves["loss"][0][0] == constant.curves["loss"][0][0]
    assert cosine.curves["loss"][0][2:] != constant.curves["loss"][0][2:]
