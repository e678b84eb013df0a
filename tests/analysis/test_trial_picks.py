"""The best and the smallest good trial, with corrected scores."""

from dataclasses import replace

import numpy as np
import pytest

from tuner.analysis import pick_trials
from tuner.errors import SearchFailed
from tuner.scoring import OBJECTIVES
from tuner.study import TrialRecord
from tuner.training import TrialResult

FAILED = TrialRecord(2, {}, {}, TrialResult.from_failure(2, "diverged", "it diverged"))


@pytest.mark.parametrize("objective", ["cross_entropy", "accuracy"])
def test_a_study_names_its_best_and_its_smallest(make_record, objective):
    sharp, blurred = make_record(0, noise=0.1, parameters=900), make_record(1, noise=3.0)
    better = np.linspace(0, 1, 60)
    values = {0: better, 1: better + 0.3}
    picks = pick_trials([sharp, blurred, FAILED], values, objective=OBJECTIVES[objective], seed=0)
    expected = 1 if objective == "accuracy" else 0
    assert picks.best.trial == picks.smallest.trial == expected
    record = [sharp, blurred][expected]
    assert picks.best.parameters == record.result.parameters
    assert picks.best.score == record.result.score
    assert picks.best.corrected_score == pytest.approx(values[expected].mean(), abs=0.02)
    low, high = picks.best.corrected_interval
    assert low < picks.best.corrected_score < high


def test_a_study_in_which_all_failed_names_nothing():
    with pytest.raises(SearchFailed) as error:
        pick_trials([FAILED], {}, objective=OBJECTIVES["cross_entropy"], seed=0)
    assert str(error.value) == ("no trial was completed, so there is no network to pick")


def test_a_mistake_of_another_trial_does_not_scale_the_chance_in_training(make_record):
    """A network that is sure of all rows has a tiny error, beside which any chance is large."""
    rng = np.random.default_rng(0)
    sure, other = (make_record(trial, parameters=10) for trial in (0, 1))
    noisy = (1e-6 + 1e-4 * rng.random((5, 20))).tolist()
    curves = {"loss": noisy, "val_loss": noisy}
    fields = {"curves": curves, "epoch": 10, "fold_scores": (1e-6,) * 5}
    errors = {"cross_entropy": 1e-8}
    sure = replace(sure, result=replace(sure.result, **fields, standard_errors=errors))
    values = {0: 1e-6 + 1e-7 * rng.random(60), 1: np.where(np.arange(60) == 7, 16.0, 0.0)}
    values[0][7] = 1e-3  # so that it depends on the sample which of the two is chosen
    chosen = pick_trials([sure, other], values, objective=OBJECTIVES["cross_entropy"], seed=0)
    low, high = chosen.best.corrected_interval
    over_rows = 16.0 / 60  # of one mistake
    assert chosen.best.trial == 0
    assert low == 0
    assert high < 4 * over_rows


def test_the_interval_of_a_share_ends_at_1(make_record):
    """Row values of an area under a curve may lie above 1, and their mean on fewer rows too."""
    values = {0: np.where(np.arange(60) % 20 == 0, 0.5, 1.02)}
    best = pick_trials([make_record(0)], values, objective=OBJECTIVES["accuracy"], seed=0).best
    assert best.corrected_interval[1] == 1.0
    worse = pick_trials(
        [make_record(0)], values, objective=OBJECTIVES["cross_entropy"], seed=0
    ).best
    assert worse.corrected_interval[1] > 1.0


def test_where_all_rows_are_right_a_smaller_network_does_as_well(make_record):
    """Each row's loss is larger, and yet no row shows which network would be wrong more often."""
    large, small = make_record(0, parameters=900), make_record(1, parameters=30)
    sure = np.linspace(1e-5, 1e-4, 60)
    for less_sure, expected in ((sure + 0.01, 1), (sure + 0.5, 0)):
        values = {0: sure, 1: less_sure}
        picks = pick_trials([large, small], values, objective=OBJECTIVES["cross_entropy"], seed=0)
        assert (picks.best.trial, picks.smallest.trial) == (0, expected)
    right = {0: np.ones(60), 1: np.where(np.arange(60) < 20, 0.0, 1.0)}
    picks = pick_trials([large, small], right, objective=OBJECTIVES["accuracy"], seed=0)
    assert picks.smallest.trial == 0
