"""Layers that learn from the training rows of each fold, and networks of several inputs."""

from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.training import hook, make_job, train
from tuner.data import Scaling
from tuner.training import TRAINERS, FinalJob, Plan
from tuner.training.adapting import find_leak
from tuner.training.lanes import LanesTrainer

PROBLEM = replace(make_problem(rows=45), scalings=None)
PLAN = Plan(epochs=2)
WORDS = np.array(["red", "green", "blue"], object)
TEXTS = replace(PROBLEM, x=WORDS[PROBLEM.y])


class Normalizing(keras_tuner.HyperModel):
    """Notes the rows with which each network is adapted."""

    def __init__(self):
        super().__init__()
        self.adapted = []

    def build(self, hp):
        inputs = keras.Input((4,))
        hidden = keras.layers.Normalization(name="normal")(inputs)
        model = keras.Model(inputs, keras.layers.Dense(3, "softmax")(hidden))
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        return model

    def adapt(self, hp, model, x):
        self.adapted.append(x)
        model.get_layer("normal").adapt(x)


class Reading(keras_tuner.HyperModel):
    def build(self, hp):
        model = keras.Sequential(
            [
                keras.Input((), dtype="string"),
                keras.layers.TextVectorization(
                    max_tokens=8, output_mode="multi_hot", pad_to_max_tokens=True, name="words"
                ),
                keras.layers.Dense(3, "softmax"),
            ]
        )
        model.compile(keras.optimizers.SGD(10.0), "sparse_categorical_crossentropy")
        return model

    def adapt(self, hp, model, x):
        model.get_layer("words").adapt(x)


class Mixed(keras_tuner.HyperModel):
    """A network of a number input, one of whole numbers, and one of texts."""

    def build(self, hp):
        inputs = {
            "rows": keras.Input((4,), name="rows"),
            "code": keras.Input((), name="code", dtype="int32"),
            "word": keras.Input((), name="word", dtype="string"),
        }
        word = keras.layers.StringLookup(vocabulary=list(WORDS), output_mode="one_hot")
        parts = [
            inputs["rows"],
            keras.layers.Embedding(2, 2)(inputs["code"]),
            word(inputs["word"]),
        ]
        joined = keras.layers.Concatenate()(parts)
        model = keras.Model(inputs, keras.layers.Dense(3, "softmax")(joined))
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        return model


def make_mixed_rows():
    x = {"rows": PROBLEM.x, "code": np.arange(45) % 2, "word": WORDS[np.arange(45) // 5 % 3]}
    return replace(PROBLEM, x=x)


@pytest.fixture(scope="module")
def scaled_by_the_package():
    """The result of `fit` on rows that the package scales itself."""
    plain = Normalizing()
    plain.adapt = None
    return train("fit", plain, replace(PROBLEM, scalings=np.full(4, Scaling.STANDARD)), PLAN)[0]


@pytest.fixture(scope="module")
def mixed_by_fit():
    return train("fit", Mixed(), make_mixed_rows(), PLAN)[0]


@pytest.mark.parametrize("trainer", ["lanes", "fit"])
def test_each_fold_adapts_its_network_to_its_training_rows_alone(trainer, scaled_by_the_package):
    hypermodel = Normalizing()
    result = train(trainer, hypermodel, PROBLEM, PLAN)[0]
    assert len(hypermodel.adapted) == len(PROBLEM.folds)
    for fold, rows in zip(PROBLEM.folds, hypermodel.adapted, strict=True):
        np.testing.assert_array_equal(rows, PROBLEM.x[fold.train])
    expected = scaled_by_the_package.curves["val_loss"]
    np.testing.assert_allclose(result.curves["val_loss"], expected, rtol=1e-4)


@pytest.mark.parametrize("trainer", ["lanes", "fit"])
def test_a_network_is_adapted_to_rows_that_are_scaled_as_it_gets_them(trainer):
    hypermodel = Normalizing()
    train(trainer, hypermodel, replace(PROBLEM, scalings=np.full(4, Scaling.STANDARD)), PLAN)
    for rows in hypermodel.adapted:
        np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(rows.std(axis=0), 1, rtol=1e-5)


def test_normalized_networks_train_in_lanes_and_share_a_program():
    trainer, notes = LanesTrainer(), []
    jobs = [make_job(trial) for trial in range(2)]
    train(trainer, Normalizing(), PROBLEM, hook(PLAN, on_note=notes.append), jobs)
    assert notes == []
    assert sum(program.traces for program in trainer.programs.used) == 1


@pytest.mark.parametrize("trainer", ["lanes", "fit"])
def test_a_final_network_is_adapted_to_all_training_rows(trainer):
    hypermodel = Normalizing()
    (network,) = TRAINERS[trainer]().train_on_all_rows(
        [FinalJob(make_job(), 1)], hypermodel, problem=PROBLEM, plan=PLAN
    )
    np.testing.assert_array_equal(hypermodel.adapted[-1], PROBLEM.x)
    shown = network.get_layer("normal")(PROBLEM.x)
    np.testing.assert_allclose(np.mean(shown, axis=0), 0, atol=1e-5)


def test_a_vocabulary_is_learned_in_each_fold_and_needs_fit():
    notes = []
    result = train("lanes", Reading(), TEXTS, hook(PLAN, on_note=notes.append))[0]
    assert notes == [
        "Reading is trained by fit, one fold after another: each fold adapts its layer words"
    ]
    assert result.scores["accuracy"] == 1.0


@pytest.mark.parametrize("make", [dict, lambda x: tuple(x.values())], ids=["names", "places"])
def test_networks_of_several_inputs_train_in_lanes_as_by_fit(make, mixed_by_fit):
    problem = make_mixed_rows()
    notes = []
    plan = hook(PLAN, on_note=notes.append)
    if make is dict:
        lanes = train("lanes", Mixed(), problem, plan)[0]
    else:

        class ByPlace(Mixed):
            def build(self, hp):
                model = super().build(hp)
                listed = keras.Model(list(model.input.values()), model.output)
                listed.compile(model.optimizer, model.loss)
                return listed

        problem = replace(problem, x=make(problem.x))
        lanes = train("lanes", ByPlace(), problem, plan)[0]
    fit = mixed_by_fit
    assert notes == []
    assert fit.status == "completed", fit.reason
    assert lanes.status == "completed", lanes.reason
    np.testing.assert_allclose(lanes.curves["val_loss"], fit.curves["val_loss"], rtol=1e-4)


@pytest.mark.parametrize("trainer", ["lanes", "fit"])
def test_row_weights_change_the_training_and_not_the_scores_of_rows(trainer):
    none = replace(PROBLEM, row_weights=np.zeros(45, np.float32))
    doubled = replace(PROBLEM, class_weight=np.array([2, 2, 2], np.float32))
    twice = replace(PROBLEM, row_weights=np.full(45, 2, np.float32))
    results = [train(trainer, Plain(), problem, PLAN)[0] for problem in (none, doubled, twice)]
    untrained, by_class, by_row = (np.array(result.curves["val_loss"]) for result in results)
    np.testing.assert_allclose(untrained[:, 0], untrained[:, 1], rtol=1e-6)
    np.testing.assert_allclose(by_class, by_row, rtol=1e-5)
    assert (by_row[:, 1] < by_row[:, 0]).all()


class Plain(Normalizing):
    """A network whose layers learn nothing before training."""

    def adapt(self, hp, model, x):
        pass


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Normalization,
        lambda **name: keras.layers.Discretization(num_bins=3, **name),
        keras.layers.IntegerLookup,
    ],
    ids=["normalization", "discretization", "lookup"],
)
@pytest.mark.parametrize("adapted", [False, True])
def test_a_build_that_adapts_a_layer_is_warned_of(layer, adapted):
    class Leaking(keras_tuner.HyperModel):
        def build(self, hp):
            own = layer(name="own")
            if adapted:
                own.adapt(np.arange(12).reshape(6, 2))
            return keras.Sequential([keras.Input((2,)), own])

    leak = find_leak(Leaking(), keras_tuner.HyperParameters())
    expected = (
        "Leaking: build adapts the layer own; if it does so with rows that folds hold out, scores "
        "are better than those of new rows. Adapt it in a method adapt(hp, model, x), which gets "
        "the training rows of each fold"
    )
    assert leak == (expected if adapted else None)
    Leaking.adapt = Normalizing.adapt
    assert find_leak(Leaking(), keras_tuner.HyperParameters()) is None
