"""Networks that lanes cannot train are left to `fit`, with the reason."""

from typing import ClassVar

import keras
import pytest

from tests.helpers.problems import make_ordered_problem, make_problem
from tests.helpers.training import (
    CustomHyperModel,
    SteppingHyperModel,
    TenBatches,
    assert_parity,
    hook,
    make_job,
    train,
)
from tuner.training import Plan
from tuner.training.lanes import LanesTrainer
from tuner.training.lanes.interfaces import NeedsOwnFit
from tuner.training.lanes.keras_models import make_keras_trial


class Weighing(CustomHyperModel):
    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, class_weight={0: 2.0, 1: 1.0, 2: 1.0}, **kwargs)


class Raising(CustomHyperModel):
    def fit(self, hp, model, *args, **kwargs):
        raise ValueError("no rows")


class Untraceable(keras.layers.Layer):
    def call(self, inputs):
        return inputs * float(keras.ops.convert_to_numpy(keras.ops.mean(inputs)))

    def compute_output_shape(self, shape):
        return shape


def train_with_notes(hypermodel, problem, plan, jobs=()):
    trainer, notes = LanesTrainer(), []
    return train(trainer, hypermodel, problem, hook(plan, on_note=notes.append), jobs), notes


@pytest.mark.parametrize(
    ("hypermodel", "reason"),
    [
        (Weighing(), "its fit gives class_weight"),
        (Raising(), "its fit cannot be followed (ValueError: no rows)"),
        (SteppingHyperModel(), "its network has a train_step of its own"),
    ],
    ids=["class weights", "error", "train_step"],
)
def test_networks_that_need_their_own_fit_are_refused_with_the_reason(hypermodel, reason, problem):
    with pytest.raises(NeedsOwnFit) as error:
        make_keras_trial(make_job(), hypermodel, problem, Plan())
    assert str(error.value) == reason


@pytest.mark.parametrize("policy", ["float64", "mixed_bfloat16"])
def test_layers_of_another_precision_are_left_to_fit(policy, problem, plan):
    def add_layer(hp, inputs):
        return keras.layers.Dense(4, dtype=policy, name="other")(inputs)

    results, notes = train_with_notes(CustomHyperModel(add_layer), problem, plan)
    assert notes == [
        "CustomHyperModel is trained by fit, one fold after another: its layer other computes in "
        f"{policy}"
    ]
    fit = train("fit", CustomHyperModel(add_layer), problem, plan)
    assert results[0].status == "completed"
    assert results[0].curves == fit[0].curves


class Noise(keras.layers.Layer):
    """Draws from the generator that Keras has for all networks."""

    def call(self, inputs, training=False):
        return inputs + keras.random.normal(keras.ops.shape(inputs)) if training else inputs


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (
            keras.layers.SpectralNormalization(keras.layers.Dense(4, name="inner"), name="outer"),
            "a layer assigns outer/inner/kernel in its call",
        ),
        (
            Noise(),
            "a layer changes a variable that is none of the network's, such as that of random "
            "numbers without a SeedGenerator",
        ),
    ],
    ids=["a trainable weight", "a variable of no layer"],
)
def test_layers_that_change_other_variables_are_left_to_fit(layer, reason, problem, plan):
    def add_layer(hp, inputs):
        return layer.from_config(layer.get_config())(inputs)

    results, notes = train_with_notes(CustomHyperModel(add_layer), problem, plan)
    assert notes == [f"CustomHyperModel is trained by fit, one fold after another: {reason}"]
    fit = train("fit", CustomHyperModel(add_layer), problem, plan)
    assert results[0].status == "completed"
    assert results[0].curves == fit[0].curves


class Counting(keras.layers.Layer):
    """Counts its calls in a variable of its own, and has a metric, which trains nothing."""

    def __init__(self):
        super().__init__()
        self.mean = keras.metrics.Mean()
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        self.mean.update_state(inputs)
        if training:
            self.calls.assign(self.calls + 1)
        return inputs / (1 + self.calls)


def test_variables_that_are_not_trained_and_metrics_may_change(problem, plan):
    assert_parity(CustomHyperModel(lambda hp, inputs: Counting()(inputs)), problem, plan)


def test_refused_networks_are_trained_by_fit_and_the_reason_is_noted_once(problem):
    plan = Plan(epochs=1)
    jobs = [make_job(0), make_job(1)]
    results, notes = train_with_notes(Weighing(), problem, plan, jobs)
    assert notes == [
        "Weighing is trained by fit, one fold after another: its fit gives class_weight"
    ]
    fit = train("fit", Weighing(), problem, plan, jobs)
    for trial in (0, 1):
        assert results[trial].status == "completed"
        assert results[trial].curves == fit[trial].curves


def test_a_batch_size_by_the_rows_is_that_of_the_folds(problem, plan):
    assert_parity(TenBatches(), problem, plan)
    assert make_keras_trial(make_job(), TenBatches(), problem, plan).shape.batch_size == 4


@pytest.mark.parametrize("problem", [make_problem(rows=79, folds=2), make_ordered_problem()])
def test_folds_with_batches_of_different_sizes_are_left_to_fit(problem, plan):
    results, notes = train_with_notes(TenBatches(), problem, plan)
    assert notes == [
        "TenBatches is trained by fit, one fold after another: its fit gives each fold a "
        "batch_size by its number of rows"
    ]
    assert results[0].status == "completed"
    assert results[0].curves == train("fit", TenBatches(), problem, plan)[0].curves


class Loop(CustomHyperModel):
    """Its fit trains in its own way."""

    calls: ClassVar[list] = []

    def fit(self, hp, model, x, y, **kwargs):
        self.calls.append(len(x))
        model.train_on_batch(x, y)


def test_a_training_loop_of_its_own_is_found_with_a_few_rows(problem, plan):
    Loop.calls = []
    with pytest.raises(NeedsOwnFit, match="its fit trains in its own way"):
        make_keras_trial(make_job(), Loop(), problem, plan)
    assert Loop.calls == [8]


def test_a_network_that_cannot_be_traced_is_left_to_fit(problem, plan):
    hypermodel = CustomHyperModel(lambda hp, inputs: Untraceable()(inputs))
    results, (note,) = train_with_notes(hypermodel, problem, plan)
    assert note.startswith(
        "CustomHyperModel is trained by fit, one fold after another: its network cannot be traced: "
    )
    assert results[0].failure == "raised"  # fit cannot train it either; its reason is kept
    assert results[0].reason


def test_a_hypermodel_that_raises_an_error_fails_its_trial_alone(problem, plan):
    def add_slow_layers(hp, inputs):
        if hp.get("rate") > 0.05:
            raise ValueError("too fast")
        return inputs

    jobs = [make_job(trial, rate=rate) for trial, rate in enumerate((0.01, 0.1))]
    results, _ = train_with_notes(CustomHyperModel(add_slow_layers), problem, plan, jobs)
    assert results[0].status == "completed"
    assert (results[1].status, results[1].failure) == ("failed", "raised")
    assert results[1].reason == "ValueError: too fast"
