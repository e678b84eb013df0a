"""Scripts that give `search` what `model.fit` takes."""

import keras
import numpy as np
import pytest
from keras import layers

from tests.helpers.searches import Notes
from tuner import KFoldTuner, UserError


def build_model(hp):
    hidden = layers.Dense(hp.Choice("units", [4, 8]), activation="relu")
    model = keras.Sequential([keras.Input((4,)), hidden, layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def make(quick):
    def make(**arguments):
        return KFoldTuner(build_model, "val_loss", 1, **{**quick, **arguments})

    return make


class Counting(keras.callbacks.Callback):
    """Counts batches over all copies, and keeps what it is told at the end of epochs."""

    batches, epochs = 0, []

    def on_train_batch_end(self, batch, logs=None):
        Counting.batches += 1

    def on_epoch_end(self, epoch, logs=None):
        Counting.epochs.append((epoch, self.params["epochs"], "val_top_1" in logs))


def test_callbacks_stop_trials_and_set_rates_in_lanes(make, data):
    notes = Notes()
    tuner = make(listeners=[notes])
    callbacks = [
        keras.callbacks.EarlyStopping(monitor="val_loss", patience=1, min_delta=10.0),
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1),
        keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9),
        keras.callbacks.TerminateOnNaN(),
    ]
    tuner.search(*data[0], epochs=9, callbacks=callbacks, verbose=0)
    assert notes.texts == []
    (record,) = tuner.study.read_trials()
    assert len(record.result.curves["loss"][0]) == 2


def test_a_search_that_was_refused_leaves_no_arguments(make, data):
    x, y = data[0]
    tuner = make(epochs=1)
    with pytest.raises(UserError):
        tuner.search(x, y[1:], epochs=2, class_weight="balanced", verbose=0)
    tuner.search(x, y, verbose=0)
    settings = tuner.study.record.settings
    assert (settings.epochs, settings.class_weight) == (1, None)


def test_a_callback_of_the_persons_own_and_the_batch_size(quick, data):
    def build(hp):
        model = build_model(hp)
        top = keras.metrics.SparseTopKCategoricalAccuracy(1, name="top_1")
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy", top])
        return model

    Counting.batches = 0
    tuner = KFoldTuner(build, "val_loss", 1, **quick)
    tuner.search(*data[0], epochs=2, batch_size=12, callbacks=Counting(), verbose=0)
    assert Counting.batches == 2 * 2 * 2  # folds, epochs, and batches of 24 rows
    assert Counting.epochs == [(0, 2, True), (0, 2, True), (1, 2, True), (1, 2, True)]


def test_a_trial_ends_by_a_metric_of_compile(quick, data):
    def build(hp):
        model = build_model(hp)
        top = keras.metrics.SparseTopKCategoricalAccuracy(3, name="top_3")
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=[top])
        return model

    def search(**arguments):
        tuner = KFoldTuner(build, "val_loss", 1, **quick)
        stop = keras.callbacks.EarlyStopping(patience=2, **arguments)
        tuner.search(*data[0], epochs=9, callbacks=[stop], verbose=0)
        return next(tuner.study.read_trials()).result

    result = search(monitor="val_top_3", mode="max")
    assert result.scores["top_3"] == 1.0  # of three classes
    assert len(result.curves["loss"][0]) == 3
    with pytest.raises(
        UserError, match=r"monitor='val_top_2' is no curve of a trial; .* val_top_3"
    ):
        search(monitor="val_top_2", mode="max")
    with pytest.raises(UserError, match="EarlyStopping: give mode='min' or mode='max', too"):
        search(monitor="val_top_3")


def test_weights_of_classes_and_rows_change_training_alone(make, data):
    losses = []
    for arguments in (
        {},
        {"class_weight": {0: 1.0, 1: 1.0, 2: 50.0}},
        {"sample_weight": np.linspace(0.1, 2, 48)},
    ):
        tuner = make()
        tuner.search(*data[0], epochs=1, verbose=0, **arguments)
        (record,) = tuner.records
        losses.append(record.result.score)
    assert len(set(losses)) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"validation_split": 0.2},
            "validation_split: the folds take its place: each row is scored by networks that were "
            "not trained on it; leave it out, and give KFoldTuner the number of folds (folds=5)",
        ),
        (
            {"steps_per_epoch": 3},
            "steps_per_epoch: an epoch visits each training row once; leave it out",
        ),
        (
            {"callbacks": [keras.callbacks.TensorBoard("/tmp/logs")]},
            "callbacks: TensorBoard: leave it out: tuner.open_study(project_name, directory)."
            "curves_dataframe() has each curve of each fold, and sync() writes them to MLflow",
        ),
        ({"batch_size": 0}, "batch_size: expected a whole number from 1; received 0"),
        ({"epochs": "3"}, "epochs: expected a whole number from 1; received '3'"),
        (
            {"callbacks": [None]},
            "callbacks: expected a keras.callbacks.Callback; received NoneType",
        ),
        (
            {"epoch": 3},
            "search has no argument epoch; did you mean epochs? Known are epochs, batch_size, "
            "shuffle, callbacks, class_weight, sample_weight, validation_data, validation_split, "
            "validation_batch_size, validation_steps, validation_freq, steps_per_epoch, "
            "initial_epoch",
        ),
        (
            {"validation_data": (np.zeros((3, 5)), np.zeros(3))},
            "validation_data: its rows are not like those of x and y (ValueError: all the input "
            "array dimensions except for the concatenation axis must match exactly, but along "
            "dimension 1, the array at index 0 has size 4 and the array at index 1 has size 5)",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_arguments_without_a_meaning_are_refused_by_name(make, data, arguments, message):
    with pytest.raises(UserError) as error:
        make().search(*data[0], verbose=0, **arguments)
    assert str(error.value) == message


def test_an_unknown_argument_is_refused_where_networks_are_compiled_anew_too(make, data):
    with pytest.raises(UserError, match="search has no argument epoch; did you mean epochs"):
        make(loss="sparse_categorical_crossentropy").search(*data[0], verbose=0, epoch=3)


def test_the_default_test_part_is_said_and_nothing_with_verbose_0(make, data, capfd):
    make(test_size=0.25).search(*data[0], epochs=1)
    said = capfd.readouterr()
    assert said.out == ""
    assert (
        "note: 12 rows of 48 are the test part, which no trial sees; to train on them too: "
        "KFoldTuner(…, test_size=0)" in said.err
    )
    make().search(*data[0], epochs=1, verbose=0)
    assert capfd.readouterr() == ("", "")
