"""Whether an ensemble's networks are trained again on all rows."""

import numpy as np
import pytest

from tuner.folds import Fold, Split
from tuner.study import are_trained_again
from tuner.study.final_networks import estimate_network_seconds
from tuner.training import TrialResult


def make_split(trained, folds=5, rows=100):
    every = np.arange(rows)
    fold = Fold(every[:trained], every[trained:])
    return Split(every, every[:0], (fold,) * folds)


def make_result(seconds, epoch=10):
    return TrialResult(0, "completed", epoch=epoch, seconds=seconds, curves={"loss": [[0.5] * 20]})


def test_a_network_takes_its_share_of_a_trial():
    assert estimate_network_seconds(make_result(8.0, 20), make_split(80)) == pytest.approx(2.0)
    assert estimate_network_seconds(make_result(8.0, 10), make_split(80)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("seconds", "trained", "limit", "again"),
    [
        (1000.0, 80, None, True),
        (16.0, 80, 100.0, True),  # 5 networks take 10 s
        (16.1, 80, 100.0, False),
        (1000.0, 60, 100.0, True),  # networks of folds have seen too few rows
    ],
)
def test_networks_are_trained_again_if_there_is_time(seconds, trained, limit, again):
    assert are_trained_again(make_result(seconds), make_split(trained), limit) is again
