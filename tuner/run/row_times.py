"""Measures how long networks of some sizes take for one row, before a search that limits it."""

import math
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tuner.model.convolutions import Convolutions
from tuner.model.recipe import Recipe
from tuner.model.row_time import NetworkSize, RowTime
from tuner.run.prediction_times import trace_predictions
from tuner.run.preparing import restrict
from tuner.run.setup import Setup, make_hypermodel, make_hyperparameters
from tuner.training import TRAINERS

if TYPE_CHECKING:
    import keras

    from tuner.model.mlp import MLPHyperModel
    from tuner.model.tables.hypermodel import TableHyperModel

_Network: TypeAlias = tuple[NetworkSize, "keras.Model"]

__all__ = ["add_row_time", "measure_row_time"]

# Hidden layers and units of networks that take most of their time for the call, for layers, and for
# multiplications; and convolutional blocks and filters likewise.
_PERCEPTRONS = ((0, 0), (2, 8), (6, 8), (2, 512), (2, 1024))
_CONVOLUTIONS = ((1, 4), (2, 8), (1, 64))
_DRAWS = 12  # networks for tables; with eight the prediction of others was off by up to four fifths
_ROUNDS, _CALLS = 12, 20  # over all networks, so that a busy moment spoils only one of the rounds


def add_row_time(setup: Setup) -> Setup:
    """Return a setup with the time that a row takes, restricted to the networks that it allows."""
    return restrict(replace(setup, row_time=measure_row_time(setup)))


def measure_row_time(setup: Setup) -> RowTime:
    """Measure networks of a few sizes, and return what predicts the time of any other.

    They are measured as served models compute them (`tuner.run.prediction_times`), without being
    trained. It takes three seconds, and for a space of networks for tables about six.

    Args:
        setup: A space, and the data whose rows its networks take.
    """
    import tensorflow as tf

    TRAINERS[setup.settings.trainer]()  # sets TensorFlow's threads, as it does for the search
    from tuner.model.mlp import MLPHyperModel
    from tuner.serving.prediction_time import find_lowest_seconds

    hypermodel = make_hypermodel(setup)
    if isinstance(hypermodel, MLPHyperModel):
        networks = list(_list_perceptrons(hypermodel))
    else:
        networks = list(_list_table_networks(hypermodel))
    row = np.zeros((1, setup.dataset.x.shape[1]), np.float32)
    graphs = [trace_predictions(model, row) for _, model in networks]
    seconds = [math.inf] * len(networks)
    constant = tf.constant(row)
    for _ in range(_ROUNDS):
        for number, graph in enumerate(graphs):
            lowest = find_lowest_seconds(graph, constant, _CALLS)
            seconds[number] = min(seconds[number], lowest)
    return RowTime.fit([size for size, _ in networks], [1e6 * lowest for lowest in seconds])


def _list_perceptrons(hypermodel: "MLPHyperModel") -> Iterator[_Network]:
    """Yield networks to measure, with their sizes."""
    import keras

    for recipe in _list_recipes(hypermodel):
        inputs = keras.Input((hypermodel.features,))
        yield recipe, keras.Sequential([inputs, *hypermodel.make_layers(recipe)])


def _list_table_networks(hypermodel: "TableHyperModel") -> Iterator[_Network]:
    """Yield networks of the space to measure: their parts are many, so they are drawn."""
    for number in range(_DRAWS):
        values = hypermodel.space.sample(Random(number))
        hp = make_hyperparameters(values)
        served = hypermodel.make_served_network(hp, hypermodel.build(hp))
        yield hypermodel.describe_network(values), served


def _list_recipes(hypermodel: "MLPHyperModel") -> Iterator[Recipe]:
    """Yield recipes of networks to measure, on the rows of a hypermodel."""
    values = next(hypermodel.space.list_configurations(grid=True))
    features, classes = hypermodel.features, hypermodel.classes
    plain = replace(hypermodel.describe_network(values), activation="relu", convolutions=None)
    for depth, units in _PERCEPTRONS:
        yield replace(plain, widths=(features, *[units] * depth, classes))
    image = getattr(hypermodel, "image", None)
    if image is None:
        return
    for blocks, filters in _CONVOLUTIONS:
        if min(image[:2]) >> blocks:
            shape = {"blocks": blocks, "filters": filters}
            convolutions = Convolutions.from_values(shape, image)
            assert convolutions is not None  # there are blocks
            yield replace(plain, widths=(convolutions.features, classes), convolutions=convolutions)
