"""Callbacks in cross-validation."""

from dataclasses import replace
from typing import ClassVar

import keras
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.training import (
    CustomHyperModel,
    assert_parity,
    assert_same,
    hook,
    make_job,
    train,
)
from tuner.errors import UserError
from tuner.training import TRAINERS, FinalJob, Plan
from tuner.training.callbacks import TrialCallbacks
from tuner.training.fold_data import FoldData

LOSSES = {"val_loss": [3.0, 2.0, 1.95, 2.1, 2.2, 1.0]}


def read(*callbacks, objective="cross_entropy"):
    return TrialCallbacks.from_callbacks(callbacks, objective)


def count_epochs(stopping, curves):
    """Return after how many epochs a trial with these curves ends."""
    for epochs in range(1, len(LOSSES["val_loss"]) + 1):
        if stopping.is_over({name: curve[:epochs] for name, curve in curves.items()}):
            return epochs
    return None


@pytest.mark.parametrize(
    ("arguments", "epochs"),
    [
        ({"patience": 2}, 5),
        ({"patience": 0}, 4),
        ({"patience": 2, "min_delta": 0.1}, 4),
        ({"patience": 2, "start_from_epoch": 3}, None),
        ({"patience": 3, "baseline": 1.5}, 4),
        ({"patience": 1, "mode": "max"}, 2),
    ],
)
def test_early_stopping_ends_a_trial_where_keras_would_end_training(arguments, epochs):
    callback = keras.callbacks.EarlyStopping("val_accuracy", **arguments)
    callback.monitor = "val_loss"
    (stopping,) = read(callback).stopping
    assert count_epochs(stopping, LOSSES) == epochs
    # Keras itself, on the same values
    callback.set_model(model := keras.Sequential())
    callback.mode = arguments.get("mode", "min")
    callback.on_train_begin()
    model.stop_training = False
    for epoch, loss in enumerate(LOSSES["val_loss"]):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    assert (epoch + 1 if model.stop_training else None) == epochs


def test_the_objective_is_monitored_by_its_keras_name():
    for name, objective in {"val_auc": "roc_auc", "val_f1": "max f1"}.items():
        (stopping,) = read(keras.callbacks.EarlyStopping(name), objective=objective).stopping
        assert (stopping.monitor.name, stopping.monitor.direction) == ("objective", "max")


def test_a_metric_of_the_networks_own_may_have_the_name_of_a_score():
    callback = keras.callbacks.EarlyStopping("val_auc", mode="max")
    (stopping,) = read(callback, objective="cross_entropy").stopping
    assert (stopping.monitor.name, stopping.monitor.direction) == ("val_auc", "max")


def test_the_learning_rate_follows_schedules_and_plateaus():
    def halve(epoch, rate):
        return rate / 2 if epoch else rate

    plateau = keras.callbacks.ReduceLROnPlateau(factor=0.1, patience=1, min_lr=1e-3)
    callbacks = read(keras.callbacks.LearningRateScheduler(halve), plateau)
    rates = [callbacks.find_learning_rate(epoch, 0.8, LOSSES) for epoch in range(6)]
    # losses rise after epochs 3 and 4, counted from 0
    assert rates == pytest.approx([0.8, 0.4, 0.2, 0.1, 0.005, 0.0005])
    assert callbacks.sets_rates
    alone = read(keras.callbacks.LearningRateScheduler(lambda epoch: 1.0 / (epoch + 1)))
    assert alone.find_learning_rate(3, 0.8, {}) == 0.25


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (
            lambda: keras.callbacks.ModelCheckpoint("best.keras"),
            "callbacks: ModelCheckpoint: the networks of folds are not kept; save what "
            "get_best_models() returns, which is trained on all rows",
        ),
        (
            lambda: keras.callbacks.EarlyStopping("val_f1"),
            "callbacks: EarlyStopping: give mode='min' or mode='max', too, if val_f1 is a metric "
            "of the network's own",
        ),
    ],
)
def test_callbacks_without_a_meaning_are_refused(callback, message):
    with pytest.raises(UserError) as error:
        read(callback())
    assert str(error.value) == message


class Recorder(keras.callbacks.Callback):
    """Records its events in a list that copies share."""

    events: ClassVar[list] = []

    def on_train_begin(self, logs=None):
        self.events.append("begin")

    def on_epoch_end(self, epoch, logs=None):
        self.events.append((epoch, "val_loss" in logs))
        if epoch == 1:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.events.append("end")


class Tuned(CustomHyperModel):
    """Its fit tunes arguments, and leaves the others to the search."""

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, shuffle=hp.Boolean("shuffle"), batch_size=8, **kwargs)


class OwnLoop(CustomHyperModel):
    """Its fit trains in its own way."""

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        assert callbacks == []
        for _ in range(2):
            model.train_on_batch(x, y)
        return {"my_score": float(model.evaluate(*validation_data, verbose=0)[0])}


def test_lanes_train_with_the_arguments_and_callbacks_of_fit_as_fit_does(problem):
    stop = keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=1.0)
    late = keras.callbacks.EarlyStopping("val_accuracy", patience=30)
    slow = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    plan = Plan(epochs=4, arguments={"epochs": 4, "callbacks": [stop, late, slow]})
    jobs = [make_job(0, shuffle=False), make_job(1, shuffle=True)]
    assert_parity(Tuned(), problem, plan, jobs)
    result = train("lanes", Tuned(), problem, plan, jobs)[0]
    assert len(result.curves["loss"][0]) == 2  # the loss does not fall by 1 within an epoch


def test_other_callbacks_are_called_in_each_fold_through_all_epochs(problem):
    Recorder.events = []
    plan = Plan(epochs=4, arguments={"callbacks": [Recorder()]})
    result = train("fit", CustomHyperModel(), problem, plan)[0]
    folds = len(problem.folds)
    expected = [*["begin", (0, True)] * folds, *[(1, True)] * folds, *["end"] * folds]
    assert Recorder.events == expected
    assert len(result.curves["loss"][0]) == 2  # all folds have asked to stop


class AsksOnce(keras.callbacks.Callback):
    """Asks to stop in one epoch alone, which is another one in each fold."""

    folds: ClassVar[list] = []

    def on_train_begin(self, logs=None):
        self.epoch = len(self.folds)
        self.folds.append(self)

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == self.epoch


def test_a_trial_ends_when_each_fold_has_asked_to_in_whatever_epoch(problem):
    AsksOnce.folds = []
    plan = Plan(epochs=9, patience=9, arguments={"callbacks": [AsksOnce()]})
    result = train("fit", CustomHyperModel(), problem, plan)[0]
    assert len(result.curves["loss"][0]) == len(problem.folds)


class Holder(keras.callbacks.Callback):
    """Holds rows, as a callback that computes a score of its own does."""

    kept: ClassVar[list] = []

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def on_train_begin(self, logs=None):
        self.kept.append(self.rows)


class HoldsRows(CustomHyperModel):
    """Its fit makes a callback of the rows that it is not to train on."""

    def fit(self, hp, model, x, y, validation_data, **kwargs):
        callbacks = [Holder(validation_data[0])]
        return model.fit(x, y, validation_data=validation_data, callbacks=callbacks)


def test_a_callback_that_fit_makes_of_rows_has_those_of_each_fold(problem):
    Holder.kept = []
    assert train("lanes", HoldsRows(), problem, Plan(epochs=2))[0].status == "completed"
    for number, (rows, fold) in enumerate(zip(Holder.kept, problem.folds, strict=True)):
        scaler = problem.fit_scaler(fold.train)
        expected = scaler.apply(problem.x)[fold.validation]
        np.testing.assert_array_equal(rows, expected, err_msg=f"fold {number}")


class NeedsManyRows(CustomHyperModel):
    """Its fit raises an error with a few rows."""

    def fit(self, hp, model, x, y, **kwargs):
        fall = 0.5 ** (1 / (len(x) // 32))
        slow = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * fall)
        return model.fit(x, y, callbacks=[slow], **kwargs)


def test_a_fit_for_which_a_few_rows_are_too_few_is_followed(problem):
    assert_parity(NeedsManyRows(), problem, Plan(epochs=2))


class SetsWeightsOfMany(CustomHyperModel):
    """Its fit sets weights before it raises an error with a few rows."""

    def fit(self, hp, model, x, y, **kwargs):
        model.set_weights([np.ones_like(weights) for weights in model.get_weights()])
        return model.fit(x, y, epochs=len(x) // (len(x) // 32), **kwargs)


def test_a_fit_that_sets_weights_trains_in_its_own_way_whatever_a_few_rows_do(problem):
    for trainer in ("fit", "lanes"):
        result = train(trainer, SetsWeightsOfMany(), problem, Plan(epochs=3))[0]
        assert result.status == "completed"
        assert len(result.curves["loss"][0]) == 1  # it is called once in each fold


def test_a_callback_that_fit_makes_in_the_final_training_has_all_rows(problem):
    Holder.kept = []
    finals = [FinalJob(make_job(), 2)]
    TRAINERS["fit"]().train_on_all_rows(finals, HoldsRows(), problem=problem, plan=Plan())
    assert list(map(len, Holder.kept)) == [len(problem.rows)]  # none is held out


class ScheduledByRows(CustomHyperModel):
    """Its fit makes a schedule, a patience and epochs of the rows."""

    def fit(self, hp, model, x, y, **kwargs):
        rate = keras.callbacks.LearningRateScheduler(lambda epoch, rate: abs(float(x[-1, 0])))
        stop = keras.callbacks.EarlyStopping(patience=len(x))
        return model.fit(x, y, epochs=len(x) // 20, callbacks=[rate, stop], **kwargs)


@pytest.mark.parametrize("rows", [80, 81])  # folds of one size, and of two
def test_what_acts_on_a_trial_is_made_of_the_rows_of_its_first_fold(rows):
    problem = make_problem(rows=rows, folds=2)
    assert_parity(ScheduledByRows(), problem, plan := Plan(epochs=9))
    result = train("fit", ScheduledByRows(), problem, plan)[0]
    assert len(result.curves["loss"][0]) == 2
    fold = FoldData(problem, 0)
    rate = abs(float(fold.take(fold.train)[-1, 0]))
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch: rate)
    given = replace(plan, arguments={"epochs": 2, "callbacks": [schedule]})
    assert_same(result, train("fit", CustomHyperModel(), problem, given)[0])


class SetsRate(CustomHyperModel):
    """Its fit sets the learning rate."""

    def fit(self, hp, model, *args, **kwargs):
        model.optimizer.learning_rate = 0.5
        return model.fit(*args, **kwargs)


class HalvesRate(CustomHyperModel):
    """Its fit would halve the learning rate in each call."""

    def fit(self, hp, model, *args, **kwargs):
        model.optimizer.learning_rate = float(model.optimizer.learning_rate) / 2
        return model.fit(*args, **kwargs)


class SetsWeights(CustomHyperModel):
    """Its fit begins with weights of its own."""

    def fit(self, hp, model, *args, **kwargs):
        model.set_weights([0 * weights for weights in model.get_weights()])
        return model.fit(*args, **kwargs)


def test_what_fit_sets_before_it_trains_acts_whichever_trainer_is_chosen(problem, capsys):
    notes = []
    plan = hook(Plan(epochs=3, arguments={"epochs": 3}), on_note=notes.append)
    results = {
        kind: train("lanes", kind(), problem, plan)[0]
        for kind in (CustomHyperModel, SetsRate, HalvesRate, SetsWeights)
    }
    assert_same(results[SetsRate], train("fit", SetsRate(), problem, plan)[0])
    assert "its fit sets the optimizer or which layers train" in notes[0]
    losses = {kind: result.curves["loss"][0] for kind, result in results.items()}
    assert losses[SetsRate][0] != losses[CustomHyperModel][0]
    # one call for all epochs
    assert len(losses[HalvesRate]) == len(losses[SetsWeights]) == 1
    assert all("trains in its own way" in note for note in notes[1:3])
    assert capsys.readouterr().out == ""


class Falling(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that cannot be described."""

    def __call__(self, step):
        return 0.5


class Scheduled(CustomHyperModel):
    """Its network has such a schedule, and a fit of its own."""

    def build(self, hp):
        model = super().build(hp)
        model.optimizer.learning_rate = Falling()
        return model

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, batch_size=8, **kwargs)


def test_a_schedule_that_cannot_be_described_is_no_obstacle(problem):
    result = train("fit", Scheduled(), problem, Plan(epochs=2))[0]
    assert (result.status, len(result.curves["loss"][0])) == ("completed", 2)


def test_schedules_begin_with_the_rate_that_fit_sets(problem):
    slow = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.01)
    plan = Plan(epochs=2, arguments={"epochs": 2, "callbacks": [slow]})
    with_schedule = train("lanes", SetsRate(), problem, plan)[0]
    alone = train("lanes", SetsRate(), problem, Plan(epochs=2))[0]
    assert len(with_schedule.curves["loss"][0]) == 2
    assert with_schedule.curves != alone.curves
    # what may change the rate is called in one training of all epochs
    plan = Plan(epochs=2, arguments={"epochs": 2, "callbacks": [AsksOnce()]})
    assert len(train("lanes", SetsRate(), problem, plan)[0].curves["loss"][0]) == 1


def test_a_training_loop_of_its_own_runs_once_in_each_fold(problem):
    result = train("fit", OwnLoop(), problem, Plan(epochs=4))[0]
    assert result.status == "completed"
    assert result.epoch == len(result.curves["loss"][0]) == 1
    assert result.probabilities.shape == (80, 3)
