"""Trials whose hypermodel trains in its own way, such as by a loop over batches of its own."""

import time
from collections.abc import Sequence

from tuner.problem import Problem
from tuner.training.fit_fold_networks import keep_networks, read_network
from tuner.training.fit_network import FitNetwork
from tuner.training.fold_data import FoldData
from tuner.training.progress import TrialProgress
from tuner.training.result import TrialResult

__all__ = ["train_once_per_fold"]


def train_once_per_fold(
    network: FitNetwork, folds: Sequence[FoldData], problem: Problem, started: float
) -> TrialResult:
    """Train a trial by one call of its `fit` in each fold, to the end that `fit` finds.

    Such a trial has a single epoch. What `fit` returns does not count: the networks that it
    leaves are scored, as all others are.

    Args:
        network: A network of the trial.
        folds: The rows of each fold.
        problem: Rows and folds.
        started: When the trial began, by `time.perf_counter`.
    """
    logs: dict[str, list[float]] = {"loss": [], "accuracy": [], "penalty": []}
    out_of_fold, trained = [], []
    for fold in folds:
        network.fit_whole(fold)
        trained.append(read_network(network))
        scores = network.score_training_rows(fold)
        logs["loss"].append(scores["cross_entropy"])
        logs["accuracy"].append(scores["accuracy"])
        logs["penalty"].append(network.compute_penalty())
        out_of_fold.append(network.predict(fold, fold.validation))
    progress = TrialProgress(
        network.job.trial,
        problem,
        network.plan,
        parameters=network.parameters,
        epochs=1,
        metrics=network.metrics,
    )
    progress.add_epoch(logs, out_of_fold)
    result = progress.make_result(time.perf_counter() - started)
    keep_networks(network, problem, result, trained)
    return result
