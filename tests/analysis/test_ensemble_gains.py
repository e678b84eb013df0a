"""Whether trials have improved the ensemble."""

from types import SimpleNamespace

import numpy as np

from tuner.analysis import EnsembleGains
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import TrialRecord
from tuner.training import TrialResult

ROWS = 400


def make_gains(*right, groups=None):
    """Return the comparison of trials, each of which is sure of some rows and unsure of others."""
    probabilities = [np.where(rows, 0.95, 0.4) for rows in right]
    stacked = [np.stack([p, 1 - p], axis=1) for p in probabilities]
    study = SimpleNamespace(
        arrays=SimpleNamespace(read_probabilities=stacked.__getitem__),
        record=SimpleNamespace(objective=OBJECTIVES["cross_entropy"]),
    )
    truth = Truth(np.zeros(ROWS, int), groups)
    records = [
        TrialRecord(n, {}, {}, TrialResult(n, "completed", score=-float(np.log(p).mean())))
        for n, p in enumerate(probabilities)
    ]
    return EnsembleGains(study, truth).has_gained, records


def test_a_trial_that_is_right_on_other_rows_improves_the_ensemble():
    first = np.arange(ROWS) % 4 > 0
    has_gained, records = make_gains(first, first, np.arange(ROWS) % 4 < 3)
    assert has_gained([], records[:1])
    assert not has_gained(records[:1], records[:2])
    assert has_gained(records[:2], records)


def test_trials_that_failed_improve_nothing():
    has_gained, records = make_gains(np.arange(ROWS) % 4 > 0)
    failed = TrialRecord(1, {}, {}, TrialResult.from_failure(1, "diverged", "it diverged"))
    assert not has_gained([], [failed])
    assert not has_gained(records, [*records, failed])


def test_rows_of_one_group_count_once():
    rows = np.arange(ROWS)
    random = np.random.default_rng(0)
    first = random.random(ROWS) < 0.7
    second = np.where(rows < ROWS // 10, True, first)  # better on a tenth of the rows alone
    second[ROWS // 10 : ROWS // 10 + 2] = False
    has_gained, records = make_gains(first, second)
    assert has_gained(records[:1], records)
    has_gained, records = make_gains(first, second, groups=rows // (ROWS // 10))
    assert not has_gained(records[:1], records)  # which are a single group of ten
