"""Hypermodels that a Python program gives: instances, classes and functions."""

import keras
import keras_tuner
import numpy as np
import pytest

from tuner.errors import SpaceError
from tuner.model.hypermodel_object import HypermodelObject


class Images(keras_tuner.HyperModel):
    """Takes rows as images, two by three."""

    def __init__(self, classes=3):
        super().__init__()
        self.classes = classes

    def build(self, hp):
        layers = [keras.Input((2, 3)), keras.layers.Flatten(), keras.layers.Dense(self.classes)]
        model = keras.Sequential([*layers, keras.layers.Softmax()])
        model.compile(keras.optimizers.Adam(hp.Float("rate", 0.1, 0.2)), "kld")
        return model


def plain(hp):
    return Images().build(hp)


@pytest.mark.parametrize("given", [Images(), Images, plain], ids=["instance", "class", "function"])
def test_networks_of_images_take_flat_rows(given, tmp_path):
    taken = HypermodelObject.from_object(given)
    hypermodel = taken.make(features=6, classes=3, shape=(2, 3))
    assert taken.name == type(hypermodel).__name__ == ("plain" if given is plain else "Images")
    network = hypermodel.build(keras_tuner.HyperParameters())
    assert (network.loss, float(network.optimizer.learning_rate)) == ("kld", np.float32(0.1))
    assert network(np.zeros((5, 6))).shape == (5, 3)
    network.optimizer.build(network.trainable_variables)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")  # a warning would be an error
    np.testing.assert_array_equal(loaded(np.ones((1, 6))), network(np.ones((1, 6))))


class Learning(Images):
    """Has a layer that learns from images, and metrics."""

    def build(self, hp):
        rows = keras.Input((2, 3))
        known = keras.layers.Flatten()(keras.layers.Normalization(name="norm")(rows))
        model = keras.Model(rows, keras.layers.Dense(3, "softmax")(known))
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def adapt(self, hp, model, x):
        model.get_layer("norm").adapt(x)


def test_a_network_of_images_adapts_to_images_and_keeps_its_metrics():
    hypermodel = HypermodelObject.from_object(Learning()).make(features=6, classes=3, shape=(2, 3))
    network = hypermodel.build(keras_tuner.HyperParameters())
    rows = np.arange(60, dtype=np.float32).reshape(10, 6)
    hypermodel.adapt(None, network, rows)
    (learned,) = [layer for layer in network.layers[-1].layers if layer.name == "norm"]
    np.testing.assert_allclose(np.ravel(learned.mean), rows.reshape(-1, 3).mean(0))
    logs = network.evaluate(rows, np.zeros(10), verbose=0, return_dict=True)
    assert set(logs) == {"loss", "accuracy"}


def test_a_training_step_of_its_own_is_not_lost_in_a_network_of_images():
    class Stepping(keras.Model):
        def train_step(self, data):
            return {}

    def build(hp):
        rows = keras.Input((2, 3))
        model = Stepping(rows, keras.layers.Dense(3, "softmax")(keras.layers.Flatten()(rows)))
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    hypermodel = HypermodelObject.from_object(build).make(features=6, classes=3, shape=(2, 3))
    with pytest.raises(SpaceError, match=r"hypermodel build: its network has a train_step of its"):
        hypermodel.build(keras_tuner.HyperParameters())


def test_the_sizes_go_to_whoever_takes_them():
    hypermodel = HypermodelObject.from_object(Images).make(features=6, classes=4, shape=None)
    assert hypermodel.classes == 4


def test_other_code_and_other_values_are_described_otherwise():
    given = (Images, Images(3), Images(4), plain, len)
    described = [HypermodelObject.from_object(value).describe() for value in given]
    assert [each["hypermodel"] for each in described] == [*["Images"] * 3, "plain", "len"]
    assert len({str(each["arguments"]) for each in described}) == 5


def test_what_is_no_hypermodel_is_refused():
    with pytest.raises(SpaceError, match=r"space: int is none; give a name, .* build\(hp\)"):
        HypermodelObject.from_object(3)
