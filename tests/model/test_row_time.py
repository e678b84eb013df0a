"""The time of one row, predicted from a network's recipe."""

from dataclasses import replace
from functools import partial

import pytest

from tuner.model.recipe import read_recipe
from tuner.model.row_time import RowTime
from tuner.model.tables.size import TableSize
from tuner.space import load_space

TIMES = RowTime(call=60.0, layer=7.0, million=250.0, block=30.0, block_million=5.0)
SHAPES = [(0, 4, 0, 8), (2, 64, 1, 8), (5, 16, 1, 64), (3, 900, 2, 16), (1, 300, 0, 8)]


def make_recipes():
    values = next(load_space("cnn").list_configurations(grid=True))
    read = partial(read_recipe, features=144, classes=3, image=(12, 12, 1))
    names = ("depth", "units", "blocks", "filters")
    return [
        read({**values, "activation": "relu", **dict(zip(names, shape, strict=True))})
        for shape in SHAPES
    ]


def test_multiplications_are_counted_where_they_are_made():
    network = make_recipes()[3]  # blocks of 16 and 32 filters on 12 by 12 and 6 by 6 pixels
    dense = 3 * 3 * 32 * 900 + 2 * 900 * 900 + 900 * 3
    convolutions = 144 * 9 * 16 + 36 * 9 * 16 * 32
    expected = 60 + 4 * 7 + 250 * dense / 1e6 + 2 * 30 + 5 * convolutions / 1e6
    assert TIMES.predict(network) == pytest.approx(expected)


def test_layers_whose_kernels_heads_share_have_a_cost_of_their_own():
    size = TableSize(kernels=[(10, 4), (8, 6, 50), (8, 50, 3)], parameters=0)
    times = replace(TIMES, shared=80.0)
    million = (10 * 4 + 8 * 6 * 50 + 8 * 50 * 3) / 1e6
    assert times.predict(size) == pytest.approx(60 + 7 + 2 * 80 + 250 * million)
    assert RowTime.from_dict({"call": 60.0, "layer": 7.0, "million": 250.0}).shared == 0.0


def test_the_parts_of_measured_times_are_found_again_and_kept():
    recipes = make_recipes()
    fitted = RowTime.fit(recipes, [TIMES.predict(recipe) for recipe in recipes])
    assert fitted.to_dict() == pytest.approx(TIMES.to_dict(), rel=0.01)
    assert RowTime.from_dict(fitted.to_dict()) == fitted
