"""Builds a trial's network ready for training: seeded, checked, with the metrics of the curves."""

from typing import Any

import keras
import keras_tuner

from tuner.errors import SpaceError

__all__ = ["build_network"]


def build_network(
    hypermodel: keras_tuner.HyperModel, hp: keras_tuner.HyperParameters, *, seed: int
) -> keras.Model:
    """Build and compile a trial's network with the initial weights of a seed.

    Args:
        hypermodel: Its `build` returns a compiled softmax classifier. If it has a method
            `initial_weights`, the network gets these weights.
        hp: The trial's hyperparameters.
        seed: Determines the initial weights and the dropout masks. Keras draws both from its
            global generator, which is seeded here, so that any custom model is reproducible.

    Raises:
        SpaceError: The model is not compiled, or its loss does not take class numbers.
    """
    keras.utils.set_random_seed(seed)
    model = hypermodel.build(hp)
    _check(model, hypermodel)
    model.compile(
        optimizer=model.optimizer,
        loss=model.loss,
        metrics=[
            keras.metrics.SparseCategoricalCrossentropy(name="cross_entropy"),
            keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
        ],
    )
    model.optimizer.build(model.trainable_variables)
    initial_weights = getattr(hypermodel, "initial_weights", None)
    if initial_weights is not None:  # the same for every trainer
        model.set_weights(initial_weights(hp, seed))
    return model


def _check(model: Any, hypermodel: keras_tuner.HyperModel) -> None:
    """Check that a hypermodel returned a compiled softmax classifier."""
    where = f"hypermodel {type(hypermodel).__name__}"
    if not isinstance(model, keras.Model):
        raise SpaceError(f"{where}: build must return a keras.Model; received {model!r}")
    if not model.compiled:
        raise SpaceError(
            f"{where}: build returned a model that is not compiled; call "
            'model.compile(optimizer=…, loss="sparse_categorical_crossentropy") before returning it'
        )
    if not model.built:
        raise SpaceError(
            f"{where}: build returned a model without weights; begin it with "
            "keras.Input(shape) so that it is built"
        )
    if getattr(model.loss, "from_logits", False):
        raise SpaceError(
            f"{where}: loss has from_logits=True, but predictions must be probabilities; end the "
            "network with a softmax and leave from_logits out"
        )
    name = model.loss if isinstance(model.loss, str) else getattr(model.loss, "name", "")
    if name != "sparse_categorical_crossentropy":
        raise SpaceError(
            f"{where}: loss must be sparse_categorical_crossentropy, since the classes are "
            f"numbers; received {name or repr(model.loss)}"
        )
