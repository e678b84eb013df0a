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
