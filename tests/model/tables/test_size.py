"""The size of a network for tables, computed from its recipe, is that of the network."""

from math import prod

import pytest

from tests.helpers.table_networks import CLASSES, LAYOUT, make_recipe
from tuner.model.tables.network import build_network
from tuner.model.tables.size import measure_size

USUAL = {"depth": 1, "units": 5, "activation": "tanh", "input_dropout": 0.0, "kind": "none"}
USUAL |= {"optimizer": "adamw", "learning_rate": 0.01, "batch_size": 16, "schedule": "constant"}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"depth": 0},
        {"depth": 0, "numbers": "piecewise", "scaling_layer": True},
        {"depth": 3, "learned_slope": True, "scaling_layer": True, "numbers": "periodic"},
        {"numbers": "piecewise", "bins": 5, "number_width": 3, "scaling": "quantile"},
        {"one_hot": 2, "word_width": 2, "parametrization": "ntk"},
        {"depth": 2, "heads": 4, "normalization": "batch", "learned_slope": True},
        {"depth": 2, "normalization": "layer", "residual": True, "mixing": "mixup"},
    ],
    ids=str,
)
def test_the_parameters_are_those_of_the_network(values):
    network = build_network(make_recipe(**values), LAYOUT)
    parameters = sum(prod(weight.shape) for weight in network.trainable_weights)
    assert measure_size(USUAL | values, layout=LAYOUT, classes=CLASSES).parameters == parameters


def test_heads_multiply_the_products_but_not_the_kernels():
    one, four = (
        measure_size(USUAL | {"depth": 2, "heads": heads}, layout=LAYOUT, classes=CLASSES)
        for heads in (1, 4)
    )
    assert sum(map(prod, four.kernels)) == 4 * sum(map(prod, one.kernels))
    assert [kernel for kernel in four.kernels if len(kernel) == 3] == [
        (4, *kernel) for kernel in one.kernels[-3:]
    ]
    assert four.parameters < 4 * one.parameters
