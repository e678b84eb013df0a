"""Results of trials that nobody trained."""

from typing import Any

import numpy as np

from tests.helpers.problems import CLASSES
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES
from tuner.training import TrialResult
from tuner.training.result import compute_scores


def make_probabilities(problem: Problem, noise: float, *, seed: int) -> np.ndarray:
    """Make out-of-fold probabilities that are noise around the true classes."""
    logits = 2 * np.eye(CLASSES)[problem.y[problem.rows]]
    logits += noise * np.random.default_rng(seed).normal(size=logits.shape)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32)


def make_result(
    trial: int, probabilities: np.ndarray, problem: Problem, **fields: Any
) -> TrialResult:
    """Make the result of a completed trial of two epochs; `fields` replace its fields."""
    folds = len(problem.folds)
    curve = [[1.0 / (epoch + fold + 1) for epoch in range(2)] for fold in range(folds)]
    names = ("loss", "val_loss", "accuracy", "val_accuracy", "penalty")
    defaults = {
        "epoch": 2,
        "parameters": 15,
        "seconds": 0.5,
        "curves": dict.fromkeys(names, curve),
        "probabilities": probabilities,
    }
    scores = compute_scores(probabilities, problem, OBJECTIVES["cross_entropy"])
    return TrialResult(trial, "completed", **{**defaults, **scores, **fields})
