"""The trials in the order of their proposal."""

from dataclasses import replace

import numpy as np

from tests.helpers.charts import list_rows
from tuner.report.figures import draw_trials_over_time
from tuner.report.figures.trials import STATUSES
from tuner.report.figures.trials_over_time import compute_best_so_far


def test_the_best_so_far_changes_with_completed_trials_only(content):
    frame = content.trials.frame.assign(score=[3.0, 2.0, 2.5, np.nan, 0.1, 1.0])
    best = compute_best_so_far(replace(content.trials, frame=frame))
    assert best.best.tolist() == [3.0, 2.0, 1.0]
    assert best.trial.tolist() == [0, 1, 5]


def test_a_failed_trial_is_drawn_although_it_has_no_score(content):
    trials = content.trials
    assert "failed" in {row.get("status") for row in list_rows(draw_trials_over_time(trials))}
    scored = replace(trials, frame=trials.frame[trials.frame.status != "failed"])
    assert "failed" not in {row.get("status") for row in list_rows(draw_trials_over_time(scored))}


def test_the_legend_names_the_statuses_that_trials_have(content):
    trials = content.trials
    completed = replace(trials, frame=trials.frame[trials.frame.status == "completed"])
    for shown in (completed, trials):
        points = draw_trials_over_time(shown).to_dict()["layer"][1]
        there = [name for name in STATUSES if name in {*shown.frame.status}]
        assert points["encoding"]["color"]["scale"]["domain"] == there
        assert points["encoding"]["shape"]["scale"]["domain"] == there
