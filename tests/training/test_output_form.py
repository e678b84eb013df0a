"""Output forms: which outputs, losses and labels a hypermodel's network may have."""

from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.training import train
from tuner.errors import SpaceError, UserError
from tuner.training import Plan
from tuner.training.output_form import find_output_form

losses = keras.losses
PLAN = Plan(epochs=2)
THREE = make_problem(rows=45, folds=2)
TWO = replace(THREE, y=(THREE.y > 0).astype(np.int64))


def focus(labels, outputs):
    """Return the cross-entropy of one-hot labels, as a function of the person's own."""
    return losses.categorical_crossentropy(labels, outputs)


class Network(keras_tuner.HyperModel):
    def __init__(self, outputs, activation, loss):
        super().__init__()
        self.outputs, self.activation, self.loss = outputs, activation, loss

    def build(self, hp):
        inputs = keras.Input((4,))
        hidden = keras.layers.Dense(6, "relu")(inputs)
        model = keras.Model(inputs, keras.layers.Dense(self.outputs, self.activation)(hidden))
        model.compile(keras.optimizers.SGD(0.1), self.loss)
        return model


SOFTMAX = Network(3, "softmax", "sparse_categorical_crossentropy")
SAME_AS_SOFTMAX = {
    "logits": Network(3, None, losses.SparseCategoricalCrossentropy(from_logits=True)),
    "one-hot": Network(3, "softmax", "categorical_crossentropy"),
    "one-hot logits": Network(3, None, losses.CategoricalCrossentropy(from_logits=True)),
    "own loss": Network(3, "softmax", focus),
}


class TwoLogits(Network):
    """The softmax of a logit and a zero, whose probabilities are those of a sigmoid."""

    def build(self, hp):
        logit = super().build(hp)
        logits = keras.layers.ZeroPadding1D((1, 0))(logit.output[..., None])[..., 0]
        model = keras.Model(logit.input, keras.layers.Softmax()(logits))
        model.compile(keras.optimizers.SGD(0.1), self.loss)
        return model


TWO_CLASSES = TwoLogits(1, None, "sparse_categorical_crossentropy")
SIGMOID = Network(1, "sigmoid", "binary_crossentropy")
SAME_AS_TWO_CLASSES = {
    "sigmoid": SIGMOID,
    "logit": Network(1, None, losses.BinaryCrossentropy(from_logits=True)),
}
SAME_AS = {**SAME_AS_SOFTMAX, **SAME_AS_TWO_CLASSES}
# Each head once by fit, to which it matters less than to lanes.
BY_FIT = ("one-hot logits", "own loss", "sigmoid", "logit")


def run(trainer, hypermodel, problem):
    return train(trainer, hypermodel, problem, PLAN)[0]


@pytest.fixture(scope="module")
def references():
    return {
        "softmax": run("fit", SOFTMAX, THREE),
        "two classes": run("fit", TWO_CLASSES, TWO),
    }


@pytest.mark.parametrize(
    ("trainer", "name"),
    [*[("lanes", name) for name in SAME_AS], *[("fit", name) for name in BY_FIT]],
)
def test_forms_of_the_same_network_give_the_same_probabilities(references, trainer, name):
    hypermodel = SAME_AS[name]
    reference, problem = ("softmax", THREE) if name in SAME_AS_SOFTMAX else ("two classes", TWO)
    expected = references[reference]
    one_hot = hypermodel.loss is focus
    result = run(trainer, hypermodel, replace(problem, one_hot=one_hot))
    for curve in ("loss", "val_loss", "accuracy", "val_accuracy"):
        np.testing.assert_allclose(
            result.curves[curve], expected.curves[curve], rtol=2e-4, err_msg=curve
        )
    assert result.probabilities.shape == (45, problem.classes)
    np.testing.assert_allclose(result.probabilities, expected.probabilities, atol=1e-5)
    np.testing.assert_allclose(result.probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("hypermodel", [SOFTMAX, *SAME_AS.values()])
def test_an_output_form_adds_layers_of_keras_that_give_probabilities(hypermodel):
    problem = TWO if hypermodel.outputs == 1 else THREE
    model = hypermodel.build(None)
    form = find_output_form(model, problem, "test")
    outputs = model.predict(problem.x, verbose=0)
    expected = np.asarray(form.to_probabilities(outputs))
    given = form.add_probabilities(model, (4,)).predict(problem.x, verbose=0)
    np.testing.assert_allclose(given, expected, atol=1e-6)
    back = np.asarray(form.to_probabilities(form.to_outputs(expected)))
    np.testing.assert_allclose(back, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
def test_probabilities_are_in_float32_whatever_the_network_computes_in(dtype):
    layer = keras.layers.Dense(3, "softmax", dtype=dtype)
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile("sgd", "sparse_categorical_crossentropy")
    form = find_output_form(model, THREE, "network")
    probabilities = np.asarray(form.to_probabilities(model.predict(THREE.x, verbose=0)))
    given = form.add_probabilities(model, (4,)).predict(THREE.x, verbose=0)
    assert probabilities.dtype == given.dtype == np.float32
    np.testing.assert_array_equal(given, probabilities)


@pytest.mark.parametrize("trainer", ["lanes", "fit"])
def test_label_smoothing_changes_the_training_and_not_how_rows_are_scored(references, trainer):
    smooth = Network(3, "softmax", losses.CategoricalCrossentropy(label_smoothing=0.5))
    result, sharp = run(trainer, smooth, THREE), references["softmax"]
    # the first batches are nearly those of the untrained network, whose loss is not smoothed
    np.testing.assert_allclose(result.curves["loss"][0][0], sharp.curves["loss"][0][0], rtol=0.1)
    assert result.probabilities.max() < sharp.probabilities.max()
    rows = np.arange(45), THREE.y
    assert result.score == pytest.approx(-np.log(result.probabilities[rows]).mean(), rel=1e-5)


def test_an_output_for_each_time_step_is_refused():
    rows = keras.Input((4,))
    steps = keras.layers.Reshape((2, 2))(rows)
    model = keras.Model(rows, keras.layers.Dense(3, "softmax")(steps))
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(
        SpaceError, match=r"one output of shape \(rows, classes\); received \(None, 2"
    ):
        find_output_form(model, THREE, "hypermodel Steps")
    assert find_output_form(model, THREE, "a network of two", may_have_heads=True).heads == 2


def test_outputs_that_are_no_probabilities_are_refused():
    linear = Network(1, None, "binary_crossentropy")
    with pytest.raises(UserError) as error:
        run("fit", linear, TWO)
    assert str(error.value) == (
        "the network's outputs are not between 0 and 1; end it with a sigmoid or softmax "
        "activation, or give its loss from_logits=True"
    )
