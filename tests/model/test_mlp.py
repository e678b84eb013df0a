import keras
import keras_tuner
import pytest

from tests.helpers.spaces import make_space
from tuner.model.mlp import MLPHyperModel
from tuner.model.width import count_parameters


def hypermodel(text, features=4, classes=3, epochs=10):
    return MLPHyperModel(make_space(text), features=features, classes=classes, epochs=epochs)


def build(text, **values):
    hp = keras_tuner.HyperParameters()
    hp.values = values
    return hypermodel(text).build(hp)


def layers(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


@pytest.mark.parametrize("depth", range(7))
def test_depth_counts_the_hidden_layers(depth):
    model = build(f"[network]\ndepth = {depth}" + ("\nunits = 5" if depth else ""))
    dense = layers(model, keras.layers.Dense)
    assert [layer.units for layer in dense] == [5] * depth + [3]
    assert dense[-1].activation is keras.activations.softmax
    assert model.count_params() == count_parameters(4, 3, depth=depth, units=5)


def test_dropout_follows_the_input_and_every_hidden_layer():
    model = build("[network]\ndepth = 2\n[regularizer]\ndropout = 0.5\ninput_dropout = 0.2\n")
    assert [layer.rate for layer in layers(model, keras.layers.Dropout)] == [0.2, 0.5, 0.5]


def test_the_penalty_is_on_every_kernel_the_output_layers_included():
    model = build('[network]\ndepth = 2\n[regularizer]\nkind = "l2"\nstrength = 0.1\n')
    assert len(model.losses) == 3


def test_the_optimizer_is_the_trials_sgd():
    text = "[sgd]\nlearning_rate = 0.03\nmomentum = [0.0, 0.8]\nnesterov = true\n"
    optimizer = build(text, momentum=0.8).optimizer
    assert isinstance(optimizer, keras.optimizers.SGD)
    assert float(optimizer.learning_rate) == pytest.approx(0.03)
    assert (optimizer.momentum, optimizer.nesterov) == (0.8, True)
    assert build(text, momentum=0.0).optimizer.nesterov is False


def test_a_parameter_budget_is_met_at_every_depth():
    text = "[network]\ndepth = { min = 1, max = 6 }\nparameters = 3000\n"
    for depth in range(1, 7):
        model = build(text, depth=depth)
        assert model.count_params() == pytest.approx(3000, rel=0.05)
    assert hypermodel(text).derived_hyperparameters({"depth": 1, "parameters": 3000}) == {
        "units": 375
    }


def test_a_trial_records_only_what_acts():
    text = (
        "[network]\ndepth = { min = 0, max = 2 }\nunits = [8, 16]\n"
        '[regularizer]\nkind = ["none", "l1"]\nstrength = { min = 1e-4, max = 1e-2, log = true }\n'
    )
    hp = keras_tuner.HyperParameters()
    hp.values = {"depth": 0, "kind": "none"}
    hypermodel(text).build(hp)
    assert not {"units", "activation", "dropout", "strength"} & set(hp.values)


def test_cosine_decays_the_learning_rate_by_epoch():
    hp = keras_tuner.HyperParameters()
    made = hypermodel('[sgd]\nschedule = "cosine"\nlearning_rate = 0.1\n', epochs=4)
    model = made.build(hp)
    x, y = keras.ops.ones((8, 4)), keras.ops.zeros(8)
    made.fit(hp, model, x, y, initial_epoch=2, epochs=3, verbose=0)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.05)
