"""The reference trainer: what other trainers are compared with must hold by itself first."""

from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.spaces import SMALL, make_space
from tuner.errors import SpaceError, UserError
from tuner.model.mlp import MLPHyperModel
from tuner.training import CURVES, TRAINERS, Job, Plan

REGULARIZED = {
    "none": 'kind = "none"',
    "l1": 'kind = "l1"\nstrength = 0.01',
    "l2": 'kind = "l2"\nstrength = 0.01',
    "elastic_net": 'kind = "elastic_net"\nstrength = 0.01\nbalance = 0.5',
    "max_norm": 'kind = "max_norm"\nradius = 1.0',
    "dropout": "dropout = 0.5",
}


def job(trial=0, **values):
    hp = keras_tuner.HyperParameters()
    hp.values = values
    return Job(trial, hp)


def hypermodel(text=SMALL, epochs=3):
    return MLPHyperModel(make_space(text), features=4, classes=3, epochs=epochs)


def train(problem, plan, model=None, jobs=None):
    trainer = TRAINERS["fit"]()
    jobs = jobs or [job(depth=1, learning_rate=0.1)]
    return list(trainer.train(jobs, model or hypermodel(), problem=problem, plan=plan))


def assert_same(first, second):
    assert first.curves == second.curves
    np.testing.assert_array_equal(first.probabilities, second.probabilities)


def test_every_row_is_predicted_by_the_fold_that_held_it_out(problem, plan):
    (result,) = train(problem, plan)
    assert result.probabilities.shape == (60, 3)
    np.testing.assert_allclose(result.probabilities.sum(axis=1), 1, atol=1e-5)
    assert set(result.curves) == set(CURVES)
    assert all(len(fold) == 3 for curve in result.curves.values() for fold in curve)
    assert result.parameters == 4 * 8 + 8 + 8 * 3 + 3


@pytest.mark.parametrize("line", REGULARIZED.values(), ids=REGULARIZED)
def test_a_trial_is_the_same_when_it_is_trained_again(problem, plan, line):
    text = f"[network]\nunits = 8\n[regularizer]\n{line}\n"
    first, second = (train(problem, plan, hypermodel(text), [job()])[0] for _ in range(2))
    assert first.status == "completed"
    assert_same(first, second)


def test_a_trial_does_not_depend_on_its_neighbours(problem, plan):
    jobs = [job(n, depth=n, learning_rate=0.1) for n in range(3)]
    together = {result.trial: result for result in train(problem, plan, jobs=jobs)}
    (alone,) = train(problem, plan, jobs=[jobs[1]])
    assert_same(together[1], alone)


def test_two_trials_of_equal_hyperparameters_draw_their_own_weights(problem, plan):
    first, second = train(problem, plan, jobs=[job(n, depth=1, learning_rate=0.1) for n in (0, 1)])
    assert first.curves["loss"] != second.curves["loss"]


def test_changed_validation_rows_change_nothing_of_what_their_fold_was_fitted_on(problem, plan):
    held_out = problem.folds[0].validation
    x = problem.x.copy()
    x[held_out] = 1000.0
    tampered = replace(problem, x=x)
    (before,), (after,) = train(problem, plan), train(tampered, plan)
    assert before.curves["loss"][0] == after.curves["loss"][0]
    assert before.curves["penalty"][0] == after.curves["penalty"][0]
    assert before.curves["val_loss"][0] != after.curves["val_loss"][0]
    assert before.curves["loss"][1] != after.curves["loss"][1]  # there they are training rows
    scalers = [p.fit_scaler(problem.folds[0].train) for p in (problem, tampered)]
    np.testing.assert_array_equal(scalers[0].mean, scalers[1].mean)
    np.testing.assert_array_equal(scalers[0].scale, scalers[1].scale)


def test_folds_of_unequal_size_and_a_last_partial_batch_lose_no_row(plan):
    (result,) = train(make_problem(rows=61), plan)
    assert result.probabilities.shape == (61, 3)
    assert np.isfinite(result.probabilities).all()


def test_the_epoch_is_the_best_mean_over_rows_and_the_same_for_all_folds(problem, plan):
    (result,) = train(
        problem, replace(plan, epochs=12, patience=3), jobs=[job(depth=2, learning_rate=0.3)]
    )
    mean = np.average(np.array(result.curves["val_loss"]), axis=0, weights=problem.fold_rows)
    assert result.epoch == mean.argmin() + 1
    assert result.score == pytest.approx(mean.min())
    epochs = {len(fold) for fold in result.curves["val_loss"]}
    assert epochs == {min(12, result.epoch + 3)}


def test_the_penalty_is_logged_on_its_own_and_is_no_part_of_the_loss(problem, plan):
    text = (
        '[network]\nunits = 8\n[regularizer]\nkind = "l2"\nstrength = {}\n[sgd]\n'
        "learning_rate = 1e-6\n"
    )
    weak, strong = (
        train(problem, replace(plan, epochs=1), hypermodel(text.format(s)), [job()])[0]
        for s in (1e-6, 1.0)
    )
    assert strong.curves["penalty"][0][0] == pytest.approx(
        weak.curves["penalty"][0][0] * 1e6, rel=1e-3
    )
    assert strong.curves["loss"][0] == pytest.approx(weak.curves["loss"][0], rel=1e-3)


def test_a_trial_that_diverges_fails_and_the_next_one_is_trained(problem, plan):
    text = "[network]\nunits = 8\n[sgd]\nlearning_rate = [0.1, 1e30]\n"
    diverged, sound = train(
        problem, plan, hypermodel(text), [job(0, learning_rate=1e30), job(1, learning_rate=0.1)]
    )
    assert (diverged.status, sound.status) == ("failed", "completed")
    assert diverged.reason == (
        "the loss of fold 0 is not finite in epoch 1; a smaller learning rate may help"
    )
    assert diverged.probabilities is None


class Own(keras_tuner.HyperModel):
    """A user's model; its last layer, loss and mood are what the tests vary."""

    activation, loss, compiled = "softmax", "sparse_categorical_crossentropy", True

    def build(self, hp):
        units = hp.Choice("units", [4, 8])
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(units),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(3, activation=self.activation),
            ]
        )
        if self.compiled:
            model.compile(optimizer="adam", loss=self.loss)
        return model


def test_a_users_own_model_is_trained_with_its_own_optimizer(problem, plan):
    (result,) = train(problem, plan, Own(), [job()])
    assert result.status == "completed"
    assert result.curves["loss"][0][-1] < result.curves["loss"][0][0]


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (
            {"compiled": False},
            SpaceError,
            "hypermodel Own: build returned a model that is not compiled; call "
            'model.compile(optimizer=…, loss="sparse_categorical_crossentropy") before '
            "returning it",
        ),
        (
            {"loss": "categorical_crossentropy"},
            SpaceError,
            "hypermodel Own: loss must be sparse_categorical_crossentropy, since the classes are "
            "numbers; received categorical_crossentropy",
        ),
        (
            {"activation": "relu"},
            UserError,
            "the network's outputs do not add up to one; end it with a softmax activation",
        ),
        (
            {"build": lambda self, hp: "no model"},
            SpaceError,
            "hypermodel Own: build must return a keras.Model; received 'no model'",
        ),
        (
            {"build": lambda self, hp: _unbuilt()},
            SpaceError,
            "hypermodel Own: build returned a model without weights; begin it with "
            "keras.Input(shape) so that it is built",
        ),
    ],
)
def test_a_users_model_that_is_no_softmax_classifier_is_refused(
    problem, plan, change, kind, message
):
    own = type("Own", (Own,), change)()
    with pytest.raises(kind) as error:
        train(problem, plan, own, [job()])
    assert str(error.value) == message


def _unbuilt():
    model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def test_a_users_model_that_raises_fails_its_trial_with_the_reason(problem, plan):
    def build(self, hp):
        raise ValueError("no such layer\nmore")

    (result,) = train(problem, plan, type("Own", (Own,), {"build": build})(), [job()])
    assert (result.status, result.failure) == ("failed", "raised")
    assert result.reason == "ValueError: no such layer more"


def test_a_users_model_for_other_features_fails_with_keras_reason_in_one_line(problem, plan):
    def build(self, hp):
        layers = [keras.Input((7,)), keras.layers.Dense(3, activation="softmax")]
        model = keras.Sequential(layers)
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        return model

    (result,) = train(problem, plan, type("Own", (Own,), {"build": build})(), [job()])
    assert "expected" in result.reason
    assert "7" in result.reason
    assert "\n" not in result.reason
    assert "\x1b" not in result.reason


def test_a_cosine_schedule_runs_over_the_planned_epochs(problem):
    text = '[network]\ndepth = 0\n[sgd]\nschedule = "{}"\n'
    cosine, constant = (
        train(problem, Plan(epochs=4, patience=4), hypermodel(text.format(s), epochs=4), [job()])
        for s in ("cosine", "constant")
    )
    assert cosine[0].curves["loss"][0][0] == constant[0].curves["loss"][0][0]
    assert cosine[0].curves["loss"][0][2:] != constant[0].curves["loss"][0][2:]
