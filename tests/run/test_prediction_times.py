"""How long predictions take: what is measured, once, and what cannot be."""

import time
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from tests.helpers.results import make_result
from tests.helpers.setups import make_hyperparameters, make_setup, write_untrained_study
from tests.helpers.spaces import make_space
from tuner.model.custom import HypermodelFile
from tuner.run.prediction_times import lacks_prediction_times, measure_prediction_times
from tuner.study import TrialRecord

WIDTHS = """
import keras
import keras_tuner


class Mine(keras_tuner.HyperModel):
    def build(self, hp):
        width = hp.Int("width", 1, 4096)
        rate = hp.Float("rate", 0.0, 1.0)
        if width == 13:
            raise ValueError("13 brings bad luck")
        model = keras.Sequential([
            keras.Input((4,)),
            keras.layers.Dense(width, activation="relu"),
            keras.layers.Dropout(rate),
            keras.layers.Dense(3, activation="softmax"),
        ])
        model.compile("adam", "sparse_categorical_crossentropy")
        return model
"""


@pytest.fixture
def own(tmp_path):
    (tmp_path / "own.py").write_text(WIDTHS)
    return make_setup(HypermodelFile(f"{tmp_path / 'own.py'}:Mine"))


def test_trials_of_one_shape_are_measured_once(setup, tmp_path):
    trials = [
        make_hyperparameters(2, 8),
        make_hyperparameters(0, 8),
        make_hyperparameters(2, 8, rate=0.2),
    ]
    study = write_untrained_study(setup, tmp_path, trials)
    assert lacks_prediction_times(study)
    measure_prediction_times(setup, study, seconds=600)
    assert not lacks_prediction_times(study)
    times = study.read_prediction_times()
    assert (times.completed, times.networks, times.notes) == (3, 2, ())
    assert times.device.endswith(("thread", "threads", "GPU"))
    assert times.trials[0] == times.trials[2]
    for found in times.trials.values():
        assert 0 < found.row < 0.1
        assert found.row == float(f"{found.row:.2g}")
        assert 0 < found.batch < 0.1


def test_networks_differ_by_their_convolutions(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "grey.npz", x=rng.random((30, 8, 8)), y=np.arange(30) % 3)
    space = make_space("[network]\nblocks = [1, 2]\nfilters = [2, 4]")
    setup = make_setup(space, str(tmp_path / "grey.npz"))
    shapes = [(1, 2), (1, 4), (2, 2), (1, 2)]
    dense = make_hyperparameters(1, 8)
    trials = [{**dense, "blocks": blocks, "filters": filters} for blocks, filters in shapes]
    study = write_untrained_study(setup, tmp_path, trials)
    measure_prediction_times(setup, study, seconds=600)
    assert study.read_prediction_times().networks == 3


def test_networks_for_tables_differ_by_their_parts(tmp_path):
    space = make_space(
        "[network]\ndepth = 1\nunits = 8\nheads = [1, 2]\nbiases = ['zero', 'data']\n"
        "[inputs]\nnumbers = ['plain', 'piecewise']\nbins = 4\nnumber_width = [2, 4]\n"
        "[optimizer]\noptimizer = 'adamw'\nlearning_rate = [0.1, 0.2]\n"
    )
    setup = make_setup(space)
    trials = list(space.list_configurations())
    assert len(trials) == 2 * 2 * 3 * 2  # plain numbers have no width
    study = write_untrained_study(setup, tmp_path, trials)
    measure_prediction_times(setup, study, seconds=60)
    assert study.read_prediction_times().networks == 2 * 3


def test_a_large_network_takes_longer_than_a_small_one(own, tmp_path):
    study = write_untrained_study(
        own, tmp_path, [{"width": 4096, "rate": 0.5}, {"width": 2, "rate": 0.5}]
    )
    measure_prediction_times(own, study, seconds=600)
    times = study.read_prediction_times()
    assert times.networks == 2
    assert times.trials[0].batch > 3 * times.trials[1].batch


def test_own_networks_that_compute_the_same_share_a_time(own, tmp_path):
    """What differs is a dropout rate, which acts in training only."""
    study = write_untrained_study(
        own, tmp_path, [{"width": 8, "rate": 0.1}, {"width": 8, "rate": 0.7}]
    )
    measure_prediction_times(own, study, seconds=600)
    times = study.read_prediction_times()
    assert (times.networks, len(times.trials)) == (1, 2)


def test_a_network_that_cannot_be_built_any_more_is_told_and_harms_no_other(own, tmp_path):
    study = write_untrained_study(
        own, tmp_path, [{"width": 13, "rate": 0.1}, {"width": 8, "rate": 0.7}]
    )
    measure_prediction_times(own, study, seconds=600)
    times = study.read_prediction_times()
    assert times.notes == ("Trial 0 has no prediction time: ValueError: 13 brings bad luck.",)
    assert set(times.trials) == {1}
    assert not lacks_prediction_times(study)  # it is not tried again and again


def test_a_hypermodel_that_is_gone_is_told(own, tmp_path):
    study = write_untrained_study(own, tmp_path, [{"width": 8, "rate": 0.1}])
    (tmp_path / "own.py").unlink()
    measure_prediction_times(own, study, seconds=600)
    times = study.read_prediction_times()
    assert times.trials == {}
    assert times.notes == (
        f"No prediction time could be measured: hypermodel file {tmp_path / 'own.py'} does not "
        "exist; give the path of a Python file.",
    )


def test_a_time_limit_is_held_to(setup, tmp_path, monkeypatch):
    study = write_untrained_study(
        setup, tmp_path, [make_hyperparameters(1, units) for units in range(2, 60)]
    )
    ticks = count()
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(ticks)))  # each look is a second
    measure_prediction_times(setup, study, seconds=10)
    assert study.read_prediction_times().networks == 1  # of six that are built in seven seconds
    assert next(ticks) < 100


def test_those_on_the_front_of_size_come_first(setup, tmp_path):
    study = write_untrained_study(
        setup, tmp_path, [make_hyperparameters(1, units) for units in range(2, 22)]
    )
    small = make_result(20, np.full((len(setup.truth.y), 3), 1 / 3, np.float32),
                        setup.problem, parameters=1)  # fmt: skip
    study.write_trial(
        TrialRecord(20, make_hyperparameters(0, 0), {}, replace(small, score=9.0)), {}
    )
    measure_prediction_times(setup, study, seconds=600)
    assert set(study.read_prediction_times().trials) == {*range(15), 20}


def test_trials_that_completed_since_then_are_measured_with_the_others(setup, tmp_path):
    study = write_untrained_study(setup, tmp_path, [make_hyperparameters(1, 2)])
    measure_prediction_times(setup, study, seconds=600)
    write_untrained_study(setup, tmp_path, [make_hyperparameters(1, 3)], first=1)
    assert lacks_prediction_times(study)
    measure_prediction_times(setup, study, seconds=600)
    assert set(study.read_prediction_times().trials) == {0, 1}
