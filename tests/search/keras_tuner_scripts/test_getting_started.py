"""Scripts like those of KerasTuner's first guides, with KFoldTuner in place of the tuner class."""

from functools import partial

import keras
import keras_tuner as kt
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tests.helpers.searches import Notes
from tuner import KFoldTuner, Listener, UserError


def build_model(hp):
    model = keras.Sequential([keras.Input((4,))])
    model.add(layers.Dense(hp.Int("units", 4, 8, step=4), activation="relu"))
    model.add(layers.Dense(3, activation="softmax"))
    model.compile(
        optimizer=keras.optimizers.Adam(hp.Float("lr", 1e-3, 1e-1, sampling="log")),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class MyHyperModel(kt.HyperModel):
    def build(self, hp):
        return build_model(hp)


class TunedFit(MyHyperModel):
    def fit(self, hp, model, *args, **kwargs):
        return model.fit(
            *args,
            batch_size=hp.Choice("batch_size", [8, 16, 32]),
            shuffle=hp.Boolean("shuffle"),
            **kwargs,
        )


class OwnEpochs(MyHyperModel):
    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, epochs=hp.Int("epochs", 2, 3), **kwargs)


class ReturnsNumber(MyHyperModel):
    def fit(self, hp, model, x, y, validation_data, **kwargs):
        if hp.Boolean("normalize"):
            x = (x - x.mean(axis=0)) / x.std(axis=0)
        model.fit(x, y, **kwargs)
        x_val, y_val = validation_data
        return float(np.mean(model.predict(x_val, verbose=0).argmax(axis=1) != y_val))


class OwnLoop(MyHyperModel):
    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        batch_size = hp.Int("batch_size", 8, 16, step=8)
        train_ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)
        validation_ds = tf.data.Dataset.from_tensor_slices(validation_data).batch(batch_size)
        optimizer = keras.optimizers.Adam(0.01)
        loss_fn = keras.losses.SparseCategoricalCrossentropy()
        mean = keras.metrics.Mean()

        @tf.function
        def train_step(rows, labels):
            with tf.GradientTape() as tape:
                loss = loss_fn(labels, model(rows))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

        for callback in callbacks:
            callback.set_model(model)
        for epoch in range(2):
            for rows, labels in train_ds:
                train_step(rows, labels)
            for rows, labels in validation_ds:
                mean.update_state(loss_fn(labels, model(rows)))
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs={"val_loss": float(mean.result())})
        return {"val_loss": float(mean.result())}


def test_a_build_function_is_searched_by_a_keras_objective(data, quick, capsys):
    (x, y), validation_data = data
    tuner = KFoldTuner(
        hypermodel=build_model,
        objective="val_accuracy",
        max_trials=2,
        executions_per_trial=2,
        overwrite=True,
        project_name="helloworld",
        **quick,
    )
    tuner.search_space_summary()
    assert "units (Int)" in capsys.readouterr().out
    tuner.search(x, y, epochs=2, validation_data=validation_data)
    progress = capsys.readouterr().err
    assert "note: validation_data is the test part: no trial sees its 12 rows" in progress
    assert "[2/2] trial " in progress
    assert len(tuner.study.record.split.test) == 12
    assert tuner.settings.repeats == 2  # executions_per_trial
    tuner.results_summary()
    summary = capsys.readouterr().out
    assert f"Results in {quick['directory']}/studies/helloworld" in summary
    assert 'Objective(name="val_accuracy", direction="max")' in summary
    best_hps = tuner.get_best_hyperparameters(5)
    assert len(best_hps) == 2
    assert set(best_hps[0].values) == {"units", "lr"}
    models = tuner.get_best_models()
    assert models[0].predict(x, verbose=0).shape == (48, 3)
    _, accuracy = models[0].evaluate(x, y, verbose=0)  # compiled as by build_model
    assert 0 <= accuracy <= 1
    assert not tuner.hypermodel.build(best_hps[0]).optimizer.iterations.numpy()
    trial = tuner.oracle.get_best_trials(1)[0]
    record = next(r for r in tuner.records if r.trial == int(trial.trial_id))
    assert trial.score == trial.metrics.get_best_value("val_accuracy") == record.result.score
    assert trial.metrics.get_best_step("val_accuracy") == trial.best_step
    assert trial.best_step == record.result.epoch - 1  # KerasTuner counts from 0
    assert tuner.oracle.get_trial(trial.trial_id) is trial
    assert len(repr(record)) < 1000  # a notebook shows it


@pytest.mark.parametrize("oracle", ["random", "grid", "bayesian", "tpe", "hyperband"])
def test_hyperparameters_of_fit_are_proposed_from_the_first_trial_on(oracle, tmp_path):
    tuner = KFoldTuner(
        TunedFit(), "val_loss", 40, oracle=oracle, epochs=9, directory=tmp_path, test_size=0.0
    )
    names = [hp.name for hp in tuner.oracle.get_space().space]
    assert names == ["units", "lr", "batch_size", "shuffle"]
    proposed = [tuner._search_oracle.ask() for _ in range(4)]
    sizes = [job.hyperparameters.values["batch_size"] for job in proposed]
    assert oracle == "grid" or len(set(sizes)) > 1


ORACLES = {
    "random": kt.oracles.RandomSearchOracle,
    "bayesian": partial(kt.oracles.BayesianOptimizationOracle, num_initial_points=6),
    "grid": kt.oracles.GridSearchOracle,
}


@pytest.mark.parametrize("make", ORACLES.values(), ids=ORACLES)
def test_kerastuners_own_oracles_propose_hyperparameters_of_fit_from_the_first_trial_on(
    make, tmp_path
):
    oracle = make(objective=kt.Objective("val_loss", "min"), max_trials=40, seed=3)
    oracle.verbose = 0
    tuner = KFoldTuner(TunedFit(), oracle=oracle, directory=tmp_path, test_size=0.0)
    names = [hp.name for hp in tuner.oracle.get_space().space]
    assert names == ["units", "lr", "batch_size", "shuffle"]
    trials = [tuner.oracle.create_trial(f"place {number}") for number in range(6)]
    proposed = [trial.hyperparameters.values for trial in trials if trial.status == "RUNNING"]
    assert all(set(values) == set(names) for values in proposed)
    varied = {values["shuffle"] for values in proposed} | {v["batch_size"] for v in proposed}
    assert len(varied) > 2


def test_batch_size_and_shuffling_are_tuned_in_lanes(data, quick):
    (x, y), _ = data
    notes = Notes()
    tuner = KFoldTuner(TunedFit(), "val_loss", max_trials=2, seed=3, listeners=[notes], **quick)
    tuner.search(x, y, epochs=2, verbose=0)
    assert notes.texts == []  # lanes trained all
    assert all(r.completed and "shuffle" in r.hyperparameters for r in tuner.records)


def test_fit_may_tune_the_number_of_epochs(data, quick):
    (x, y), _ = data
    tuner = KFoldTuner(OwnEpochs(), objective="val_loss", max_trials=2, seed=1, **quick)
    tuner.search(x, y, verbose=0)
    for record in tuner.study.read_trials():
        assert len(record.result.curves["loss"][0]) == record.hyperparameters["epochs"]


def test_rows_may_be_changed_in_fit_and_what_it_returns_does_not_count(data, quick):
    (x, y), validation_data = data
    tuner = KFoldTuner(ReturnsNumber(), max_trials=1, **quick)
    tuner.search(x, y, epochs=1, validation_data=validation_data, verbose=0)
    assert {record.result.status for record in tuner.records} == {"completed"}
    assert all("normalize" in record.hyperparameters for record in tuner.records)


def test_a_loop_of_its_own_trains_once_in_each_fold(data, quick):
    (x, y), validation_data = data
    tuner = KFoldTuner(OwnLoop(), kt.Objective("val_loss", "min"), max_trials=1, **quick)
    tuner.search(x, y, validation_data=validation_data, verbose=0)
    for record in tuner.records:
        assert record.completed, record.result.reason
        assert record.result.epoch == 1
        assert record.hyperparameters["batch_size"] in (8, 16)


def test_a_tuner_that_trains_by_itself_is_refused():
    class MyTuner(KFoldTuner):
        def run_trial(self, trial, *args, **kwargs):
            return (trial.hyperparameters.Float("x", -1.0, 1.0)) ** 2

    with pytest.raises(UserError) as error:
        MyTuner(build_model, max_trials=2)
    assert str(error.value) == (
        "MyTuner.run_trial is not called, since folds of many trials train side by side; train in "
        "HyperModel.fit, which is"
    )

    class WithEvent(KFoldTuner):
        def on_epoch_end(self, trial, model, epoch, logs=None):
            raise NotImplementedError

    with pytest.raises(UserError, match=r"WithEvent.on_epoch_end is not called, .*listeners=\[…\]"):
        WithEvent(build_model, max_trials=2)
    with pytest.raises(UserError, match="hypermodel: expected a "):
        KFoldTuner(objective="val_loss")


def test_calling_search_again_resumes_after_an_interrupt_and_at_the_end(data, quick, capsys):
    class Interrupt(Listener):
        ended = 0

        def on_trial_end(self, record):
            self.ended += 1
            if self.ended == 1:
                raise KeyboardInterrupt

    tuner = KFoldTuner(build_model, "val_loss", 2, listeners=[Interrupt()], **quick)
    with pytest.raises(KeyboardInterrupt):
        tuner.search(*data[0], epochs=1, verbose=0)
    folder = tuner.project_dir
    for ended in (1, 2):  # as in a notebook, where the cell runs again
        tuner.search(*data[0], epochs=1)
        assert f"{ended} trial{'s' * (ended - 1)} ended in earlier runs" in capsys.readouterr().err
        assert len(tuner.records) == 2
    assert tuner.project_dir == folder
    with pytest.raises(UserError, match="differs: the data are not the same"):
        tuner.search(data[0][0] + 1, data[0][1], epochs=1, verbose=0)


def test_an_optimizer_that_cannot_be_copied_is_refused(quick):
    class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

    with pytest.raises(UserError, match="optimizer: each network gets a copy, but it cannot be co"):
        KFoldTuner(build_model, "val_loss", 1, optimizer=keras.optimizers.SGD(OwnSchedule()))


def test_a_regression_is_refused_in_one_sentence(quick):
    def build(hp):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        model.compile("adam", "mean_squared_error", metrics=["mean_absolute_error"])
        return model

    rng = np.random.default_rng(0)
    tuner = KFoldTuner(build, objective="val_loss", max_trials=2, **quick)
    with pytest.raises(UserError) as error:
        tuner.search(rng.normal(size=(40, 4)), rng.normal(size=40), verbose=0)
    assert "\n" not in str(error.value)
