"""Which models of a custom hypermodel are refused."""

import keras
import keras_tuner
import pytest

from tests.helpers.training import CustomHyperModel
from tuner.errors import SpaceError
from tuner.training.network_building import build_network


def make_model(*, built=True, loss="sparse_categorical_crossentropy"):
    layers = [keras.layers.Dense(3, activation="softmax")]
    model = keras.Sequential([keras.Input((4,)), *layers] if built else layers)
    if loss:
        model.compile(optimizer="adam", loss=loss)
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
            lambda: make_model(built=False),
            "build returned a model without weights; begin it with keras.Input(shape) so that it "
            "is built",
        ),
        (
            lambda: make_model(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
            "loss has from_logits=True, but predictions must be probabilities; end the network "
            "with a softmax and leave from_logits out",
        ),
        (
            lambda: make_model(loss="categorical_crossentropy"),
            "loss must be sparse_categorical_crossentropy, since the classes are numbers; "
            "received categorical_crossentropy",
        ),
    ],
    ids=["no model", "not compiled", "not built", "logits", "loss"],
)
def test_a_model_that_is_no_softmax_classifier_is_refused(make, message):
    class Custom(keras_tuner.HyperModel):
        def build(self, hp):
            return make()

    with pytest.raises(SpaceError) as error:
        build_network(Custom(), keras_tuner.HyperParameters(), seed=0)
    assert str(error.value) == f"hypermodel Custom: {message}"


def test_the_seed_determines_the_weights_of_a_custom_model():
    first, again, other = (
        build_network(CustomHyperModel(), keras_tuner.HyperParameters(), seed=seed).get_weights()
        for seed in (1, 1, 2)
    )
    assert (first[0] == again[0]).all()
    assert (first[0] != other[0]).any()
