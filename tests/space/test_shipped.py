"""The contract of every space that ships, and of its way into KerasTuner and back.

A new space enters by its line in `search_spaces`.
"""

import json
import random
from itertools import islice

import keras_tuner
import pytest

import search_spaces
from tuner.space import (
    Choice,
    FloatRange,
    Hyperparameter,
    Space,
    from_keras_tuner,
    list_shipped_spaces,
    load_space,
    read_active_values,
    to_keras_tuner,
)


@pytest.fixture(params=list_shipped_spaces())
def space(request: pytest.FixtureRequest) -> Space:
    return load_space(request.param)


def test_every_file_is_listed() -> None:
    files = {path.stem for path in search_spaces.folder().glob("*.toml")}
    assert files == set(list_shipped_spaces())


def test_a_space_has_its_files_name_and_asks_a_question(space: Space) -> None:
    assert space.name in list_shipped_spaces()
    assert space.title.endswith("?")


def test_a_file_says_why(space: Space) -> None:
    text = (search_spaces.folder() / f"{space.name}.toml").read_text(encoding="utf-8")
    assert text.count("# ") >= 3


def test_a_sample_has_the_active_names_and_no_others(space: Space) -> None:
    rng = random.Random(0)
    for _ in range(50):
        values = space.sample(rng)
        active = [named.name for named in space.hyperparameters if named.is_active(values)]
        assert list(values) == list(dict.fromkeys(active))  # what has two conditions is there twice


def test_each_value_to_compare_can_be_pinned(space: Space) -> None:
    if space.compare is None:
        return
    for value in space.find_hyperparameter(space.compare).domain.values() or ():
        part = space.pin(space.compare, value)
        assert part.sample(random.Random(0))[space.compare] == value


def test_configurations_on_a_grid_are_distinct(space: Space) -> None:
    listed = [
        tuple(values.items()) for values in islice(space.list_configurations(grid=True), 2000)
    ]
    assert len(set(listed)) == len(listed)


def test_every_setting_has_several_configurations(space: Space) -> None:
    assert space.size() is None


def test_a_shipped_space_survives_json(space: Space) -> None:
    assert Space.from_dict(json.loads(json.dumps(space.to_dict()))) == space


def test_a_space_survives_keras_tuner(space: Space) -> None:
    back = from_keras_tuner(to_keras_tuner(space), name=space.name, title=space.title)
    assert back.hyperparameters == tuple(map(_as_keras_tuner_says_it, space.hyperparameters))


def _as_keras_tuner_says_it(named: Hyperparameter) -> Hyperparameter:
    domain = named.domain
    if isinstance(domain, FloatRange) and (values := domain.values()) is not None:
        return Hyperparameter(named.name, Choice(values), named.conditions)
    return named


def test_random_values_of_keras_tuner_have_the_active_names(space: Space) -> None:
    declared = to_keras_tuner(space)
    for _ in range(20):
        hp = keras_tuner.HyperParameters.from_config(declared.get_config())
        hp.values = {}
        hp.ensure_active_values()
        values = read_active_values(space, hp)
        active = {named.name for named in space.hyperparameters if named.is_active(values)}
        assert set(values) == active
