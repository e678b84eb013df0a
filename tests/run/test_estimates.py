"""How many seconds a time limit keeps for what follows the search."""

from dataclasses import replace

import numpy as np
import pytest

from tuner.run.estimates import Estimates
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest
from tuner.study import SearchSettings


def test_a_time_limit_keeps_more_for_a_choice_by_roc_curves(setup):
    settings = replace(setup.settings, objective="roc_auc")
    by_curves = Estimates.from_setup(replace(setup, settings=settings)).picking
    assert 0 < Estimates.from_setup(setup).picking < by_curves < 1


# Seconds that were measured on two cores, as benchmarks/README.md has them.
@pytest.mark.parametrize(
    ("rows", "features", "trials", "page", "baselines"),
    [(1_437, 64, 20, 2, 4.5), (50_000, 50, 200, 3, 20)],
    ids=["digits", "large"],
)
def test_a_time_limit_keeps_what_was_measured_and_not_much_more(
    tmp_path, rows, features, trials, page, baselines
):
    x, y = np.zeros((rows, features), np.float32), np.arange(rows) % 10
    x[:, 0] = y
    np.savez(tmp_path / "made.npz", x=x, y=y)
    settings = SearchSettings(max_trials=trials, test_size=0.0)
    made = prepare("mlp_depth", DataRequest(str(tmp_path / "made.npz")), settings)
    estimates = Estimates.from_setup(made)
    assert page <= estimates.report <= 3 * page
    assert baselines <= estimates.baselines <= 2 * baselines


def test_a_time_limit_keeps_what_baselines_take_beyond_the_search(setup):
    estimates = replace(Estimates.from_setup(setup), baselines=10.0)
    after = estimates.after_search(60.0)
    assert 7 < after < 8
    assert estimates.after_search(4.0) == pytest.approx(after + 6.0)
