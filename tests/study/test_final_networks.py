"""Whether an ensemble's networks are trained again on all rows."""

from types import SimpleNamespace

import numpy as np
import pytest

from tuner.folds import Fold, Split
from tuner.scoring import OBJECTIVES
from tuner.study import (
    adds_networks_on_all_rows,
    count_fold_networks,
    estimate_network_seconds,
    exports_ensemble,
    find_all_rows_share,
    trains_on_all_rows,
)
from tuner.training import TrialResult


def make_split(trained, folds=5, rows=100):
    every = np.arange(rows)
    fold = Fold(every[:trained], every[trained:])
    return Split(every, every[:0], (fold,) * folds)


def make_result(seconds, epoch=10):
    return TrialResult(0, "completed", epoch=epoch, seconds=seconds, curves={"loss": [[0.5] * 20]})


def test_a_network_takes_its_share_of_a_trial():
    whole, half = make_result(8.0, 20), make_result(8.0, 10)
    share = find_all_rows_share(make_split(80))
    assert estimate_network_seconds([whole], share) == pytest.approx(2.0)
    assert estimate_network_seconds([half], share) == pytest.approx(1.0)
    assert estimate_network_seconds([whole, half], share) == pytest.approx(1.75)  # most of the best
    assert estimate_network_seconds([half, whole], share) == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("seconds", "trained", "limit", "again"),
    [
        (1000.0, 80, None, True),
        (64.0, 80, 100.0, True),  # 5 networks take 40 s
        (64.1, 80, 100.0, False),
        (1000.0, 60, 100.0, True),  # networks of folds have seen too few rows
    ],
)
def test_networks_are_trained_again_if_there_is_time(seconds, trained, limit, again):
    assert trains_on_all_rows([make_result(seconds)], make_split(trained), limit) is again


def make_study(*events, trained=80):
    def read():
        return iter([{"event": kind, **rest} for kind, rest in events])

    split = make_split(trained)
    return SimpleNamespace(
        journal=SimpleNamespace(read=read),
        record=SimpleNamespace(split=split, objective=OBJECTIVES["cross_entropy"]),
    )


LIMITED = ("begun", {"max_seconds": 100.0, "fold_networks": True})
UNLIMITED = ("begun", {"max_seconds": None, "fold_networks": True})
OLDER = ("begun", {"max_seconds": 100.0})
TRIAL = ("trial", {})


@pytest.mark.parametrize(
    ("events", "folds"),
    [
        ([LIMITED, TRIAL], 5),
        ([LIMITED, TRIAL, UNLIMITED], 5),  # which trained no trial
        ([UNLIMITED, TRIAL, LIMITED], 0),
        ([LIMITED, TRIAL, UNLIMITED, TRIAL], 0),
        ([OLDER, TRIAL], 0),  # of an earlier version
        ([OLDER, TRIAL, LIMITED, TRIAL], 5),
        ([LIMITED], 0),
    ],
)
def test_the_run_of_the_last_trial_decides(events, folds):
    study = make_study(*events)
    assert count_fold_networks(study) == folds
    assert adds_networks_on_all_rows(study, [make_result(1.0)]) is (folds > 0)
    assert not adds_networks_on_all_rows(study, [make_result(1000.0)])
    assert not adds_networks_on_all_rows(study, [])
    assert exports_ensemble(study) is (folds > 0)


@pytest.mark.parametrize("had_time", [True, False])
def test_the_search_of_the_last_trial_says_whether_it_had_time_for_networks_on_all_rows(had_time):
    ended = ("stage", {"basis": {"kind": "seconds", "has_time_for_all_rows": had_time}})
    picked = ("stage", {"basis": {"on_all_rows": {"0": 5}}})
    for result in (make_result(1.0), make_result(1000.0)):
        study = make_study(LIMITED, TRIAL, ended, picked)
        assert adds_networks_on_all_rows(study, [result]) is had_time
        resumed = make_study(LIMITED, TRIAL, ended, LIMITED, TRIAL)  # and killed
        assert adds_networks_on_all_rows(resumed, [result]) is (result.seconds == 1.0)
        unlimited = make_study(LIMITED, TRIAL, ended, UNLIMITED, TRIAL)
        assert not adds_networks_on_all_rows(unlimited, [result])


def test_networks_of_folds_that_have_seen_few_rows_are_not_exported():
    study = make_study(LIMITED, TRIAL, trained=60)
    assert count_fold_networks(study) == 0
    assert not adds_networks_on_all_rows(study, [make_result(1.0)])
