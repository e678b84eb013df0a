"""A trial on its way, without a network."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tuner.scoring import OBJECTIVES
from tuner.training import Hooks, Plan
from tuner.training.progress import TrialProgress
from tuner.training.race import Race

PROBLEM = make_problem()
LOGS = {name: [1.0, 1.0, 1.0] for name in ("loss", "accuracy", "penalty")}


def epoch(progress, sharpness):
    """Add an epoch whose probabilities are the truth, blurred."""
    out_of_fold = []
    for fold in PROBLEM.folds:
        noise = np.random.default_rng(len(fold.validation)).normal(size=(len(fold.validation), 3))
        logits = sharpness * np.eye(3)[PROBLEM.y[fold.validation]] + noise
        out_of_fold.append(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
    return progress.add_epoch(LOGS, out_of_fold)


def started(plan, trial=0):
    return TrialProgress(trial, PROBLEM, plan, parameters=9, epochs=None)


@pytest.fixture
def counted(monkeypatch):
    """The calls of the area under the curve, which is the slow one."""
    calls = []
    area = OBJECTIVES["roc_auc"]

    def row_values(probabilities, y):
        calls.append(len(y))
        return area.row_values(probabilities, y)

    monkeypatch.setitem(OBJECTIVES, "roc_auc", replace(area, row_values=row_values))
    return calls


def test_what_is_not_optimised_is_scored_at_a_trials_end_only(counted):
    race = Race(8, OBJECTIVES["cross_entropy"])
    progress = started(Plan(epochs=8, hooks=Hooks(race=race)))
    going_on = [epoch(progress, 1.0 + n) for n in range(7)]
    assert (going_on, counted) == ([True] * 7, [])
    assert not epoch(progress, 8.0)
    result = progress.make_result(1.0)
    assert counted == [60]
    assert set(result.scores) == set(OBJECTIVES)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=lambda each: each.name)
def test_any_objective_decides_the_best_epoch_and_the_race(objective):
    race = Race(7, objective)
    plan = Plan(epochs=7, objective=objective, hooks=Hooks(race=race))
    first = started(plan)
    for sharpness in (0.5, 3.0, 1.0, 0.5, 0.5, 0.5, 0.5):
        epoch(first, sharpness)
    assert first.make_result(1.0).epoch == 2
    race.settle(first.make_result(1.0))
    second = started(plan, trial=1)
    going_on = [epoch(second, sharpness) for sharpness in (0.2, 0.1, 0.1, 0.1, 0.1, 0.1)]
    assert going_on == [True] * 5 + [False]
    ((result, _),) = race.settle(second.make_result(1.0))
    assert (result.status, result.epoch) == ("pruned", 1)
    assert result.reason == "clearly worse than trial 0 after 6 epochs"
    assert len(result.curves["val_loss"][0]) == 6
    assert result.score == result.scores[objective.name]
