"""Guessing: the most frequent class for every row, compared with what a study exports."""

from dataclasses import replace

import numpy as np

from tuner.analysis.baseline_classifiers import predict_class_shares
from tuner.analysis.baselines import Baseline, JudgedBaseline, judge_baselines
from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.scores import Score
from tuner.folds import Split
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, Truth, compute_mean_and_error
from tuner.words import counts_rows

__all__ = ["is_right_more_often", "judge_guessing", "set_guessed_accuracy"]


def judge_guessing(
    problem: Problem, exported: OutOfBag, split: Split, *, objective: str
) -> JudgedBaseline | None:
    """Compare the majority class alone with what a study exports, at once: it is not trained.

    Args:
        problem: The study's rows and folds.
        exported: The out-of-bag values of choosing what is exported, by the objective.
        split: The study's folds.
        objective: The name of the study's objective.

    Returns:
        None where class weights train networks for another goal than the objective, which weighs
        all rows alike.
    """
    if problem.class_weight is not None and counts_rows(objective):
        return None
    probabilities, _ = predict_class_shares(problem, OBJECTIVES[objective], 0)
    if objective == "accuracy":  # as it is shown, of the class that most of all rows are of
        probabilities = _guess_always(problem.truth)
    guessing = Baseline("majority class", probabilities, 0.0)
    (judged,) = judge_baselines([guessing], exported, problem.truth, split, objective=objective)
    return set_guessed_accuracy(judged, problem.truth)


def set_guessed_accuracy(judged: JudgedBaseline, truth: Truth) -> JudgedBaseline:
    """Return the judged majority class with the share of the most frequent class of all rows.

    Among a fold's training rows another class may be the most frequent one.
    """
    right = truth.score_clusters(OBJECTIVES["accuracy"].row_values, _guess_always(truth))
    accuracy = Score(*compute_mean_and_error(right))
    return replace(judged, scores={**judged.scores, "accuracy": accuracy})


def is_right_more_often(exported: OutOfBag, truth: Truth) -> bool:
    """Return whether what a study exports is right on clearly more rows than a guess.

    If nothing could be learned, what networks say of rows that they have not seen would have
    nothing to do with these rows' classes, however the networks were trained. So chance over the
    rows alone decides, and no chance in training.

    Args:
        exported: The out-of-bag values of choosing it, by accuracy.
        truth: The true classes of the rows, whose most frequent one is guessed.
    """
    guessed = truth.score_clusters(OBJECTIVES["accuracy"].row_values, _guess_always(truth))
    gain = exported.with_training(0.0, guessed) - OutOfBag.from_values(guessed)
    return gain.interval[0] > 0


def _guess_always(truth: Truth) -> np.ndarray:
    """Return the most frequent class for every row as probabilities, shape `(rows, classes)`."""
    always = np.zeros((len(truth.y), int(truth.y.max()) + 1))
    always[:, np.bincount(truth.y).argmax()] = 1.0
    return always
