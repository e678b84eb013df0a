"""A limit on the time of one row is measured once, and kept with the study."""

from dataclasses import replace

import pytest

from tests.helpers.setups import make_setup
from tests.helpers.spaces import make_space
from tuner.errors import StudyError, UserError
from tuner.model.row_time import RowTime
from tuner.run import row_times
from tuner.run.opening import create_study, load_setup, match_setup
from tuner.run.preparing import prepare, restrict
from tuner.run.request import DataRequest, Destination
from tuner.run.row_times import measure_row_time
from tuner.run.searching import make_tuner
from tuner.run.setup import make_hypermodel
from tuner.study import SearchSettings

DEPTHS = "[network]\ndepth = { min = 0, max = 3 }\nunits = [8, 2000]\n"
TIMES = RowTime(call=50.0, layer=10.0, million=200.0)


@pytest.fixture(scope="module")
def setup():
    space = replace(make_space(DEPTHS), compare="depth")
    plain = make_setup(space)
    limited = replace(plain.settings, max_row_microseconds=85.0)
    return replace(plain, settings=limited)


def test_more_layers_and_more_weights_take_longer(setup):
    times, describe = measure_row_time(setup), make_hypermodel(setup).describe_network
    values = {**next(setup.space.list_configurations()), "activation": "relu"}
    small, deep, wide = (
        times.predict(describe({**values, "depth": depth, "units": units}))
        for depth, units in ((0, 8), (3, 8), (3, 2000))
    )
    assert 5 < small <= deep < wide < 1e5


def test_heads_take_longer_than_a_network_of_one(monkeypatch):
    monkeypatch.setattr(row_times, "_DRAWS", 5)
    space = make_space(
        "[network]\ndepth = [1, 2]\nunits = [8, 256]\nheads = [1, 16]\n"
        "[optimizer]\noptimizer = 'adamw'\n"
    )
    setup = make_setup(space)
    times, describe = measure_row_time(setup), make_hypermodel(setup).describe_network
    values = {**next(space.list_configurations()), "depth": 2, "units": 256}
    one, several = (times.predict(describe({**values, "heads": heads})) for heads in (1, 16))
    assert 5 < one < several < 1e5


def test_another_run_of_the_study_excludes_the_same_networks(setup, tmp_path):
    begun = restrict(replace(setup, row_time=TIMES))
    assert begun.space.count_settings() == 3
    assert begun.warnings == (
        "depth 3 has no network within --max-row-microseconds, and is left out",
    )
    study = create_study(begun, Destination(tmp_path, "study"))
    resumed = load_setup(study)
    assert (resumed.row_time, resumed.space) == (TIMES, begun.space)
    assert setup.lacks_row_time
    matched = match_setup(setup, study)
    assert (matched.row_time, matched.space) == (TIMES, begun.space)
    other = replace(setup, settings=replace(setup.settings, max_row_microseconds=95.0))
    with pytest.raises(StudyError, match=r"--max-row-microseconds is 85\.0 there and 95\.0 here"):
        match_setup(other, study)
    assert not make_tuner(resumed).oracle.allows(
        {**next(setup.space.list_configurations()), "depth": 3}
    )


def test_networks_of_a_hypermodel_are_not_limited_by_their_time(tmp_path):
    path = tmp_path / "own.py"
    path.write_text("import keras_tuner\n")
    settings = SearchSettings(max_row_microseconds=50.0)
    with pytest.raises(UserError) as error:
        prepare(f"{path}:Own", DataRequest("iris"), settings)
    assert str(error.value) == (
        "--max-row-microseconds: the prediction time of a hypermodel's networks is not known "
        "before they are built; give --max-parameters instead, or search a space"
    )
