"""The most parameters of a network, of spaces whose networks have recipes."""

import random
from dataclasses import replace
from functools import partial
from math import prod

import keras_tuner
import pytest

from tests.helpers.spaces import make_space
from tuner.errors import SpaceError
from tuner.model.cnn import CNNHyperModel
from tuner.model.mlp import MLPHyperModel
from tuner.model.recipe import read_recipe
from tuner.model.row_time import RowTime
from tuner.model.size_limit import SizeLimit
from tuner.model.tables.hypermodel import TableHyperModel
from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.size import measure_size
from tuner.space import (
    IntRange,
    is_tabular_space,
    list_shipped_spaces,
    load_space,
    to_keras_tuner,
)

SIZES = {"features": 16, "classes": 3}
UNITS = "[network]\ndepth = { min = 0, max = 3 }\nunits = { min = 2, max = 4000, log = true }\n"


def make_limit(parameters, microseconds=None, **sizes):
    describe = partial(read_recipe, **{**SIZES, **sizes})
    # 10 microseconds a call, 5 a layer, 1000 a million multiplications
    times = {"microseconds": microseconds, "row_time": RowTime(10.0, 5.0, 1000.0)}
    return SizeLimit.make(describe, parameters=parameters, **times)


def find_smallest(space, **sizes):
    """Return the number of parameters of the smallest network of a space, from the refusal."""
    with pytest.raises(SpaceError) as error:
        make_limit(1, **sizes).require_any(space)
    return int(str(error.value).rpartition(" ")[2])


@pytest.mark.parametrize("name", list_shipped_spaces())
def test_a_network_is_counted_as_keras_counts_it(name):
    space, rng = load_space(name), random.Random(0)
    if name == "cnn":
        hypermodel = CNNHyperModel(space, image=(12, 12, 1), classes=3, epochs=1)
    elif is_tabular_space(space):
        layout = FeatureLayout(features=16, numbers=4, levels=((4, 12),))
        hypermodel = TableHyperModel(space, layout=layout, classes=3, epochs=1)
    else:
        hypermodel = MLPHyperModel(space, **SIZES, epochs=1)
    for _ in range(3):
        values = space.sample(rng)
        hp = to_keras_tuner(space, keras_tuner.HyperParameters())
        hp.values = dict(values)
        weights = hypermodel.build(hp).trainable_weights
        parameters = sum(prod(weight.shape) for weight in weights)
        assert hypermodel.describe_network(values).parameters == parameters


def test_the_smallest_network_for_tables_embeds_nothing():
    layout = FeatureLayout(features=16, numbers=16)
    describe = partial(measure_size, layout=layout, classes=3)
    limit = SizeLimit.make(describe, parameters=51, microseconds=None, row_time=None)
    space = load_space("tabular")
    limit.require_any(space)
    linear = next(first.values for first in space.first if first.values["depth"] == 0)
    assert limit.allows(linear)
    assert not limit.allows({**linear, "numbers": "piecewise", "number_width": 4, "bins": 8})


def make_one_hot_space(levels):
    return make_space(
        f"[inputs]\none_hot = {levels}\nword_width = 8\n[network]\ndepth = [0, 1]\nunits = 64\n"
        '[optimizer]\noptimizer = "adamw"\nlearning_rate = 0.01\n'
    )


@pytest.mark.parametrize(
    ("levels", "columns", "classes"),
    [
        ([8, 64], ((10, 40),), 3),
        ("{min = 2, max = 400}", ((10, 20), (30, 40), (70, 300)), 10),
    ],
    ids=["a choice", "a range"],
)
def test_the_smallest_network_for_tables_may_have_more_levels_one_hot(levels, columns, classes):
    """A table of 40 embeddings has 320 weights, which is more than 40 of each of three classes."""
    space = make_one_hot_space(levels)
    width = 10 + sum(size for _, size in columns)
    describe = partial(measure_size, layout=FeatureLayout(width, 10, columns), classes=classes)
    listed = space if isinstance(levels, list) else make_one_hot_space([*range(2, 401)])
    smallest = min(describe(values).parameters for values in listed.list_configurations())
    limit = SizeLimit.make(describe, parameters=smallest, microseconds=None, row_time=None)
    limit.require_any(space)
    tighter = SizeLimit.make(describe, parameters=smallest - 1, microseconds=None, row_time=None)
    with pytest.raises(SpaceError, match=f"give at least {smallest}"):
        tighter.require_any(space)


def test_the_smallest_network_may_have_more_layers():
    """A pooling halves height and width, and so the first weights after it."""
    space = make_space("[network]\nblocks = [0, 2]\nfilters = [4, 8]\ndepth = 1\nunits = [5, 6]\n")
    without, smallest = 65 * 5 + 6 * 3, (9 + 1) * 4 + (9 * 4 + 1) * 8 + (2 * 2 * 8 + 1) * 5 + 6 * 3
    assert find_smallest(space, features=64, image=(8, 8, 1)) == min(without, smallest) == without
    found = find_smallest(space, features=784, image=(28, 28, 1))
    assert found == (9 + 1) * 4 + (9 * 4 + 1) * 8 + (7 * 7 * 8 + 1) * 5 + 6 * 3


def test_a_limit_below_the_smallest_network_is_refused():
    with pytest.raises(SpaceError) as error:
        make_limit(40).restrict(make_space(UNITS))
    assert str(error.value) == (
        "--max-parameters: the smallest network of space test has 43 parameters on these data, "
        "more than 40; give at least 43"
    )


def test_compared_settings_without_a_small_network_are_left_out_with_a_warning():
    space = load_space("mlp_depth")
    sizes = {depth: find_smallest(space.pin("depth", depth)) for depth in range(7)}
    kept, warnings = make_limit(sizes[3]).restrict(space)
    assert kept.find_hyperparameter("depth").domain == IntRange(0, 3)
    assert kept.count_settings() == 4
    assert warnings == ("depth 4, 5, 6 have no network within --max-parameters, and are left out",)
    assert make_limit(sizes[6]).restrict(space) == (space, ())
    hp = to_keras_tuner(kept)  # conditions that name what was left out do no harm
    assert hp.get("depth") == 0


def test_one_setting_is_no_comparison():
    space = load_space("mlp_depth")
    with pytest.raises(SpaceError) as error:
        make_limit(60).restrict(space)
    assert str(error.value) == (
        "--max-parameters: space mlp_depth compares settings of depth, and only 0 has networks "
        "within the limit on these data; raise the limit, or search a space that does not compare"
    )


def test_a_row_may_take_a_time_that_is_predicted_from_the_layers():
    space = make_space(UNITS)
    limit = make_limit(None, microseconds=20 + 19 * 9 / 1000)  # a hidden layer of nine units
    values = {**space.sample(random.Random(0)), "depth": 1, "units": 4000, "activation": "relu"}
    assert limit.narrow(values, space) == {**values, "units": 9}
    with pytest.raises(SpaceError) as error:
        make_limit(None, microseconds=12).restrict(space)
    assert str(error.value) == (
        "--max-row-microseconds: the fastest network of space test takes 16 microseconds a row on "
        "this machine, more than 12; give at least 16"
    )
    kept, _ = make_limit(10**6, microseconds=22).restrict(replace(space, compare="depth"))
    assert kept.find_hyperparameter("depth").domain == IntRange(0, 1)


def test_widths_in_any_order_are_narrowed_to_the_widest_that_are_allowed():
    space = make_space("[network]\ndepth = 2\nunits = [64, 8, 32, 16]\n")
    limit = make_limit(17 * 16 + 17 * 16 + 17 * 3)
    values = {**space.sample(random.Random(0)), "units": 64}
    assert limit.narrow(values, space) == {**values, "units": 16}
    assert make_limit(60).narrow(values, space) is None


def test_a_range_of_widths_is_narrowed_to_the_last_that_is_allowed():
    space, limit = make_space(UNITS), make_limit(5000)
    values = {**space.sample(random.Random(0)), "depth": 3, "units": 4000, "activation": "relu"}
    narrowed = limit.narrow(values, space)
    assert limit.allows(narrowed)
    assert not limit.allows({**narrowed, "units": narrowed["units"] + 1})


def test_the_allowed_configurations_of_a_finite_space_are_counted():
    space = make_space("[network]\ndepth = { min = 0, max = 2 }\nunits = [4, 8]\n")
    assert space.size() == make_limit(10**6).count_configurations(space) == 5
    assert make_limit(17 * 8 + 9 * 3).count_configurations(space) == 4
    infinite = make_space("[sgd]\nlearning_rate = { min = 0.1, max = 0.2 }\n")
    assert make_limit(10**6).count_configurations(infinite) is None
