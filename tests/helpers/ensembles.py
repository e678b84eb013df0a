"""The trials that an ensemble is chosen from."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from tuner.analysis.ensemble_selection import Library, Scoring
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES
from tuner.study import TrialRecord


def make_scoring(problem: Problem, objective: str = "cross_entropy") -> Scoring:
    """Score predictions of a problem's rows."""
    truth = problem.truth
    score_clusters = {
        name: partial(truth.score_clusters, objective.row_values)
        for name, objective in OBJECTIVES.items()
    }
    return Scoring(truth, score_clusters, objective, OBJECTIVES[objective].direction == "max")


def make_library(
    records: Sequence[TrialRecord], problem: Problem, objective: str = "cross_entropy"
) -> tuple[Library, dict[int, np.ndarray]]:
    """Make a library of trials, and return it with their values by cluster."""
    by_trial = {record.trial: record.result.probabilities for record in records}
    scoring = make_scoring(problem, objective)
    score = scoring.score_clusters[objective]
    values = {trial: score(p) for trial, p in by_trial.items() if p is not None}
    return Library(records, values, probabilities=by_trial.__getitem__, scoring=scoring), values
