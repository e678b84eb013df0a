"""Which models of a custom hypermodel are refused."""

import keras
import keras_tuner
import pytest

from tests.helpers.training import CustomHyperModel
from tuner.api.kfold.function_hypermodel import Recompiled, read_hypermodel
from tuner.errors import SpaceError
from tuner.model.loss_weights import get_loss_weights
from tuner.model.shaped_rows import take_shaped_rows
from tuner.training.network_building import build_network


def make_model(*, outputs=3, loss="sparse_categorical_crossentropy", weights=None):
    layers = [keras.layers.Dense(outputs, activation="softmax")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    if loss:
        model.compile(optimizer="adam", loss=loss, loss_weights=weights)
    return model


def make_two_headed():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [keras.layers.Dense(3)(inputs) for _ in range(2)])
    model.compile("adam", ["sparse_categorical_crossentropy"] * 2)
    return model


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: "no model", "build must return a keras.Model; received 'no model'"),
        (
            lambda: make_model(loss=None),
            "build returned a model that is not compiled; call "
            'model.compile(optimizer=…, loss="sparse_categorical_crossentropy") before '
            "returning it",
        ),
        (
            lambda: make_model(loss="mse"),
            "loss must be one of a classifier that gives probabilities "
            "(sparse_categorical_crossentropy, categorical_crossentropy, binary_crossentropy); "
            "received mean_squared_error",
        ),
        (
            lambda: make_model(outputs=1, loss="binary_crossentropy"),
            "the network has 1 output, but the rows have 3 classes; end it with Dense(3), one "
            "output for each class, and compile it with sparse_categorical_crossentropy",
        ),
        (
            lambda: make_model(outputs=10),
            "the network has 10 outputs, but the rows have 3 classes; end it with Dense(3), one "
            "output for each class",
        ),
        (
            lambda: make_model(loss=keras.losses.BinaryCrossentropy(from_logits=True)),
            "binary_crossentropy of 3 logits is for rows of several classes at once; compile the "
            "network with categorical_crossentropy",
        ),
        (
            lambda: make_model(weights=[0.5]),
            "compile has loss_weights=[0.5], but a network is trained with the weight 1; leave "
            "loss_weights out, and multiply in a loss function of your own",
        ),
        (
            make_two_headed,
            "the network has 2 losses; a classifier has one output and one loss",
        ),
    ],
    ids=[
        "no model",
        "not compiled",
        "regression",
        "sigmoid of three classes",
        "outputs",
        "several classes at once",
        "a weighted loss",
        "two heads",
    ],
)
def test_a_model_that_is_no_classifier_of_the_rows_is_refused(make, message, problem):
    class Custom(keras_tuner.HyperModel):
        def build(self, hp):
            return make()

    with pytest.raises(SpaceError) as error:
        build_network(Custom(), keras_tuner.HyperParameters(), seed=0, problem=problem)
    assert str(error.value) == f"hypermodel Custom: {message}"


@pytest.mark.parametrize("weights", [1.0, [1], {"dense": 1.0}])
def test_a_loss_of_the_weight_1_is_taken(weights, problem):
    class Custom(keras_tuner.HyperModel):
        def build(self, hp):
            return make_model(weights=weights)

    build_network(Custom(), keras_tuner.HyperParameters(), seed=0, problem=problem)


def make_weighted_images(hp):
    layers = [keras.Input((2, 2)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential(layers)
    model.compile("sgd", "sparse_categorical_crossentropy", loss_weights=[5.0])
    return model


@pytest.mark.parametrize(
    "compile_again",
    [
        lambda hypermodel: take_shaped_rows(hypermodel, (2, 2)),
        lambda hypermodel: Recompiled(hypermodel, {"optimizer": "adam"}),
    ],
    ids=["flat rows", "another optimizer"],
)
def test_the_weight_of_a_loss_outlives_another_compile(compile_again):
    hypermodel = compile_again(read_hypermodel(make_weighted_images))
    assert get_loss_weights(hypermodel.build(keras_tuner.HyperParameters())) == [5.0]


def test_the_seed_determines_the_weights_of_a_custom_model():
    first, again, other = (
        build_network(CustomHyperModel(), keras_tuner.HyperParameters(), seed=seed).get_weights()
        for seed in (1, 1, 2)
    )
    assert (first[0] == again[0]).all()
    assert (first[0] != other[0]).any()


def test_a_network_that_does_not_know_its_input_is_built_for_the_rows(problem):
    class Late(CustomHyperModel):
        def build(self, hp):
            model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
            model.compile("adam", "sparse_categorical_crossentropy")
            return model

    model = build_network(Late(), keras_tuner.HyperParameters(), seed=0, problem=problem)
    assert model.input_shape[1:] == (4,)
