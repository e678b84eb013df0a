"""The networks and rows of `gpu.py`: one of each kind that is trained in its own way."""

from typing import Any

import numpy as np

__all__ = ["FOLDS", "list_kinds", "make_mlp", "make_problem"]

FOLDS, FEATURES, CLASSES = 5, 20, 4
PERCEPTRONS = """
[network]
depth = 2
units = 16
[sgd]
batch_size = 32
schedule = "cosine"
[regularizer]
kind = "elastic_net"
strength = 0.001
balance = 0.5
dropout = 0.2
input_dropout = 0.1
"""
CONVOLUTIONS = "network.blocks = 2\nnetwork.filters = 4\nsgd.batch_size = 32\n"
TABLES = """
[inputs]
scaling = "robust"
numbers = "periodic"
frequencies = 4
[network]
depth = 2
units = 16
activation = "selu"
[optimizer]
optimizer = "adamw"
learning_rate = 0.01
batch_size = 32
"""


def make_problem(rows: int, shape: tuple[int, ...] = (FEATURES,)) -> Any:
    """Return rows of four overlapping classes, and their folds."""
    from tuner.data import Scaling
    from tuner.folds import Splitter
    from tuner.problem import Problem

    rng = np.random.default_rng(0)
    y = np.arange(rows) % CLASSES
    features = int(np.prod(shape))
    x = rng.normal(size=(rows, features)) + rng.normal(size=(CLASSES, features))[y] / 2
    classes = [str(number) for number in range(CLASSES)]
    folds = Splitter(FOLDS, 0.0, 0).split(y, classes=classes).folds
    channels = shape[-1] if len(shape) > 1 else None
    scalings = np.full(features, Scaling.STANDARD)
    return Problem(x.astype(np.float32), y, folds, scalings, channels=channels)


def make_mlp(text: str, epochs: int) -> Any:
    """Return the perceptrons of a space."""
    from tuner.model.mlp import MLPHyperModel

    return MLPHyperModel(make_space(text), features=FEATURES, classes=CLASSES, epochs=epochs)


def make_space(text: str) -> Any:
    """Return the space of some tables of a space file."""
    from tuner.space import parse_space

    return parse_space(f'title = "Which?"\n{text}', name="gpu", file="gpu.toml")


def list_kinds(epochs: int) -> dict[str, tuple[Any, Any]]:
    """Return a hypermodel of each kind of network with its rows, by name."""
    import keras
    import keras_tuner

    from tuner.model.cnn import CNNHyperModel
    from tuner.model.tables.hypermodel import TableHyperModel
    from tuner.model.tables.layout import FeatureLayout

    class Own(keras_tuner.HyperModel):
        """A network that a person writes."""

        def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
            """Build and compile it."""
            layers = keras.layers
            parts = [layers.Dense(16, "relu"), layers.BatchNormalization(), layers.Dropout(0.2)]
            model = keras.Sequential(
                [keras.Input((FEATURES,)), *parts, layers.Dense(CLASSES, "softmax")]
            )
            model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
            return model

    image = (6, 6, 1)
    rows = make_problem(300)
    layout = FeatureLayout(FEATURES, FEATURES)
    known = {"classes": CLASSES, "epochs": epochs}
    return {
        "perceptrons": (make_mlp(PERCEPTRONS, epochs), rows),
        "convolutions": (
            CNNHyperModel(make_space(CONVOLUTIONS), image=image, **known),
            make_problem(300, image),
        ),
        "networks for tables": (
            TableHyperModel(make_space(TABLES), layout=layout, **known),
            rows,
        ),
        "a person's network": (Own(), rows),
    }
