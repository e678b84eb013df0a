"""Scripts with other inputs, labels and networks than one array and one softmax."""

import keras
import keras_tuner as kt
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tests.helpers.searches import Notes
from tuner import KFoldTuner


def compile_softmax(model, loss="sparse_categorical_crossentropy", optimizer="adam"):
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def build_two_inputs(hp):
    first, second = keras.Input((2,), name="first"), keras.Input((2,), name="second")
    both = layers.concatenate([layers.Dense(hp.Choice("units", [4, 8]))(first), second])
    return compile_softmax(keras.Model([first, second], layers.Dense(3, "softmax")(both)))


class SubclassedModel(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.hidden = layers.Dense(units, activation="relu")
        self.out = layers.Dense(3, activation="softmax")

    def call(self, inputs):
        return self.out(self.hidden(inputs))


class Normalizing(kt.HyperModel):
    def build(self, hp):
        inputs = keras.Input((4,))
        hidden = layers.Dense(hp.Choice("units", [4, 8]))(layers.Normalization()(inputs))
        return compile_softmax(keras.Model(inputs, layers.Dense(3, "softmax")(hidden)))

    def adapt(self, hp, model, x):
        next(layer for layer in model.layers if hasattr(layer, "adapt")).adapt(x)


class Texts(kt.HyperModel):
    def build(self, hp):
        inputs = keras.Input((1,), dtype="string")
        words = layers.TextVectorization(20, output_sequence_length=3, name="words")
        embedded = layers.Embedding(20, hp.Choice("units", [4, 8]))(words(inputs))
        pooled = layers.GlobalAveragePooling1D()(embedded)
        return compile_softmax(keras.Model(inputs, layers.Dense(3, "softmax")(pooled)))

    def adapt(self, hp, model, x):
        model.get_layer("words").adapt(x)


class OwnStep(keras.Model):
    """A network with a training step of its own, whose logs have other names."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables))
        return {"my_loss": loss}


def build_own_step(hp):
    inputs = keras.Input((4,))
    hidden = layers.Dense(hp.Choice("units", [4, 8]))(inputs)
    model = OwnStep(inputs, layers.Dense(3, "softmax")(hidden))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def build_plain(loss="sparse_categorical_crossentropy", optimizer=None):
    def build(hp):
        hidden = layers.Dense(hp.Choice("units", [4, 8]), activation="relu")
        model = keras.Sequential([keras.Input((4,)), hidden, layers.Dense(3, "softmax")])
        return compile_softmax(model, loss, optimizer(hp) if optimizer else "adam")

    return build


def make_adamw(hp):
    decay = hp.Float("weight_decay", 1e-4, 1e-1, sampling="log")
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 4, 0.5)
    return keras.optimizers.AdamW(rate, weight_decay=decay)


# The hypermodel, and how the rows of a script are given.
SCRIPTS = {
    "several inputs by name": (
        build_two_inputs,
        lambda x, y: ({"first": x[:, :2], "second": x[:, 2:]}, y),
    ),
    "a dataset": (
        build_plain(),
        lambda x, y: (tf.data.Dataset.from_tensor_slices((x, y)).batch(16),),
    ),
    "one-hot labels": (
        build_plain("categorical_crossentropy"),
        lambda x, y: (x, keras.utils.to_categorical(y)),
    ),
    "preprocessing in the model": (Normalizing(), lambda x, y: (10 * x + 3, y)),
    "a subclassed model": (
        lambda hp: compile_softmax(SubclassedModel(hp.Choice("units", [4, 8]))),
        lambda x, y: (x, y),
    ),
    "texts": (Texts(), lambda x, y: (np.array([["a b"], ["c"], ["b c"]])[y], y)),
    "AdamW with a schedule": (build_plain(optimizer=make_adamw), lambda x, y: (x, y)),
}


@pytest.mark.parametrize(("hypermodel", "give"), SCRIPTS.values(), ids=SCRIPTS)
def test_other_inputs_labels_and_networks_are_searched(data, quick, hypermodel, give):
    (x, y), _ = data
    tuner = KFoldTuner(hypermodel, objective="val_accuracy", max_trials=1, **quick)
    tuner.search(*give(x, y), epochs=1, verbose=0)
    (record,) = tuner.records
    assert record.completed, record.result.reason
    assert tuner.study.arrays.read_probabilities(record.trial).shape == (48, 3)


def test_a_training_step_of_the_networks_own_is_followed_by_fit_which_is_said(data, quick):
    notes = Notes()
    tuner = KFoldTuner(build_own_step, "val_loss", 1, listeners=[notes], **quick)
    tuner.search(*data[0], epochs=3, verbose=0)
    (note,) = notes.texts
    assert note.endswith(
        "trained by fit, one fold after another: its network has a train_step of its own"
    )
    (record,) = tuner.study.read_trials()
    assert record.completed, record.result.reason
    for losses in record.result.curves["loss"]:
        assert losses == sorted(losses, reverse=True)  # each epoch trains
    (model,) = tuner.get_best_models()
    assert isinstance(model, OwnStep)


def test_validation_data_of_a_dataset_is_the_test_part(data, quick):
    (x, y), (x_val, y_val) = data
    train = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)
    test = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(16)
    tuner = KFoldTuner(build_plain(), "val_loss", 1, **quick)
    tuner.search(train, validation_data=test, epochs=1, verbose=0)
    split = tuner.study.record.split
    assert split.test.tolist() == list(range(48, 60))
    assert split.train.tolist() == list(range(48))
    np.testing.assert_array_equal(tuner.problem.x[48:], x_val)


def test_a_metric_of_compile_is_the_objective(data, quick):
    def build(hp):
        model = build_plain("categorical_crossentropy")(hp)
        f1 = keras.metrics.F1Score(average="macro", name="f1")
        model.compile("sgd", "categorical_crossentropy", metrics=["accuracy", f1])
        return model

    x, y = data[0]
    tuner = KFoldTuner(build, kt.Objective("val_f1", "max"), max_trials=1, **quick)
    stop = keras.callbacks.EarlyStopping("val_f1", mode="max", patience=1)
    tuner.search(x, keras.utils.to_categorical(y), epochs=3, callbacks=[stop], verbose=0)
    (trial,) = tuner.oracle.get_best_trials()
    assert tuner.oracle.objective == kt.Objective("val_f1", "max")
    assert trial.score == max(record.result.scores["f1"] for record in tuner.records)
    assert trial.metrics.get_best_value("val_accuracy") <= 1
