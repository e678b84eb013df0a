"""Keras networks in lanes give the curves of `fit`."""

import keras
import pytest

from tests.helpers.problems import (
    CLASSES,
    make_ordered_problem,
    make_problem,
    make_rare_problem,
)
from tests.helpers.training import (
    CustomHyperModel,
    add_dense_layer,
    assert_parity,
    assert_same_losses_on_average,
    make_jobs,
    train,
)
from tuner.problem import Problem
from tuner.training import Plan

L = keras.layers


def add_convolution(hp, inputs):
    x = L.Reshape((2, 2, 1))(inputs)
    x = L.Conv2D(4, 2, padding="same", activation="relu")(x)
    return L.GlobalAveragePooling2D()(L.MaxPooling2D(1)(x))


def add_batch_normalization(hp, inputs):
    return L.Activation("relu")(L.BatchNormalization()(L.Dense(8)(inputs)))


class Spread(L.Layer):
    """Adds a loss of each row."""

    def call(self, inputs):
        self.add_loss(0.01 * keras.ops.mean(inputs**2, axis=1))
        return inputs


def add_residual(hp, inputs):
    x = Spread()(L.Dense(8, "tanh")(inputs))
    return L.LayerNormalization()(L.Add()([x, L.Dense(8, "tanh")(x)]))


@pytest.mark.parametrize(
    ("add_layers", "make_problem_of"),
    [
        (add_dense_layer, make_ordered_problem),
        (add_convolution, make_rare_problem),
        (add_batch_normalization, lambda: make_problem(rows=81, folds=2)),
        (add_residual, lambda: make_problem(rows=81, folds=2)),
    ],
    ids=["dense, folds that grow", "convolution, class weights", "batch norm", "residual"],
)
def test_networks_of_any_layers_give_fits_curves(plan, add_layers, make_problem_of):
    assert_parity(CustomHyperModel(add_layers), make_problem_of(), plan, rtol=1e-3)


def test_dropout_agrees_with_fit_in_distribution(problem):
    hypermodel = CustomHyperModel(lambda hp, x: L.Dropout(0.4)(L.Dense(8, "relu")(x)))
    plan = Plan(epochs=3, patience=9)
    fit, lanes = (
        train(trainer, hypermodel, problem, plan, make_jobs(3)).values()
        for trainer in ("fit", "lanes")
    )
    assert_same_losses_on_average(fit, lanes)


def test_images_are_taken_unchanged(problem, plan):
    class Images(CustomHyperModel):
        def build(self, hp):
            model = keras.Sequential(
                [
                    keras.Input((2, 2, 1)),
                    L.Conv2D(4, 2, activation="relu"),
                    L.Flatten(),
                    L.Dense(CLASSES, "softmax"),
                ]
            )
            model.compile("adam", "sparse_categorical_crossentropy")
            return model

    images = Problem(problem.x.reshape(-1, 2, 2, 1), problem.y, problem.folds)
    assert_parity(Images(), images, plan, rtol=1e-3)


def test_a_batch_size_that_fit_passes_on_is_followed(problem, plan):
    class Batched(CustomHyperModel):
        def fit(self, hp, model, *args, **kwargs):
            return model.fit(*args, batch_size=7, **kwargs)

    assert_parity(Batched(), problem, plan, rtol=1e-3)
