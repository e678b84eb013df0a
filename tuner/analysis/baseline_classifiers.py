"""The baselines' classifiers: class shares, logistic regression and gradient boosting.

Each takes a problem, an objective and a seed. It returns out-of-fold probabilities, in the shape
and order of a trial's, and notes on what was limited.

A fold is trained on one thread, because threads that wait for each other took twenty times as long
on a busy machine. If there is much work, the folds are trained in parallel processes, because
scikit-learn's handling of warnings is not safe in threads.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tuner.analysis.baseline_rows import (
    Arrays,
    count_bins,
    count_classes,
    estimate_work,
    fill_classes,
    scale,
    sort_rows,
)
from tuner.errors import UserError
from tuner.machine.processes import end_with, without_interrupts
from tuner.scoring import cross_entropy

if TYPE_CHECKING:
    from tuner.folds import Fold
    from tuner.problem import Problem
    from tuner.scoring import Objective

__all__ = [
    "describe_training",
    "predict_class_shares",
    "train_gradient_boosting",
    "train_logistic_regression",
]

Trained = tuple[np.ndarray, tuple[str, ...]]
"""Out-of-fold probabilities, and notes."""

ClassWeight: TypeAlias = str | dict[int, float] | None
"""As scikit-learn takes it: `balanced`, or a weight by the number of a class."""

_STEPS = 200  # most steps of the optimizer of logistic regression, for each penalty
_PENALTIES = (1.0, 100.0, 10_000.0)  # C of scikit-learn: the larger, the weaker
_MOST_PENALIZED = 2e6  # rows × features × classes of a fold; with more, the first penalty alone
_TOLERANCE = 1e-4  # of the gradient, for a penalty of 1: a weaker one leaves smaller gradients
_LEAST_GAIN = 1e-9  # of a score, that is no rounding
_LARGEST_STEP = 0.3  # of boosting
_PATIENCE = 4  # looks: a fold's boosting ends when none of so many is better than one before
_MOST_WORK = 4e9  # rounds × rows × features × classes of all folds: 25 seconds on two cores
_VERSION = 3  # increase it if a change of this module changes the results
_LIMIT = 3600.0  # seconds to wait for a fold's process, which may be stopped
_SIGNAL = re.compile(r"\b(SIG[A-Z]+)\(")
_MUCH_WORK = 6e8  # above this, processes are worth the time that they take to start


@dataclass(frozen=True, slots=True)
class _Boosting:
    """How trees are boosted.

    Attributes:
        rounds: The most rounds.
        step: The learning rate.
        leaves: The most leaves of a tree.
        look: Rounds between two evaluations of the objective.
    """

    rounds: int
    step: float
    leaves: int
    look: int


_FEW_ROWS = 2000
"""Up to so many training rows a tree takes time by its leaves, not by the rows."""

# With few rows, small trees do as well in a third of the time (docs/measurements.md).
_FEW = _Boosting(rounds=70, step=0.15, leaves=15, look=5)
_MANY = _Boosting(rounds=100, step=0.1, leaves=31, look=10)  # scikit-learn's defaults


def describe_training() -> dict[str, str | float]:
    """Return everything that the results depend on, besides rows, folds, objective and seed."""
    return {
        "version": _VERSION,
        "scikit-learn": version("scikit-learn"),
        "steps": _STEPS,
        "penalties": repr(_PENALTIES),
        "most penalized": _MOST_PENALIZED,
        "tolerance": _TOLERANCE,
        "few rows": repr(_FEW),
        "many rows": repr(_MANY),
        "largest step": _LARGEST_STEP,
        "most work": _MOST_WORK,
    }


def predict_class_shares(problem: Problem, objective: Objective, seed: int) -> Trained:
    """Predict for each row the shares of the classes among its fold's training rows."""

    def predict(fold: Fold) -> np.ndarray:
        counts = np.bincount(problem.y[fold.train], minlength=count_classes(problem))
        return np.tile(counts / counts.sum(), (len(fold.validation), 1))

    return sort_rows(problem, [predict(fold) for fold in problem.folds]), ()


def train_logistic_regression(problem: Problem, objective: Objective, seed: int) -> Trained:
    """Train a multinomial logistic regression on each fold, with the penalty that is best over all.

    A penalty that is fixed keeps it from being sure where a line parts the classes without noise.
    """
    once = estimate_work(problem)
    is_small = once <= _MOST_PENALIZED * len(problem.folds)
    penalties = _PENALTIES if is_small else _PENALTIES[:1]
    settings = (penalties, _STEPS, _get_class_weight(problem), seed)
    work = once * len(penalties) * _STEPS / 10
    fitted = _run_on_each_fold(_fit_logistic_regression, problem, work, settings)
    tried = [sort_rows(problem, [p for p, _ in own]) for own in zip(*fitted, strict=True)]
    best = _find_best(problem, objective, tried)
    unconverged = sum(not own[best][1] for own in fitted)
    note = (
        f"Logistic regression did not converge within {_STEPS} steps on {unconverged} of "
        f"{len(fitted)} folds, and was stopped there."
    )
    return tried[best], (note,) if unconverged else ()


def train_gradient_boosting(problem: Problem, objective: Objective, seed: int) -> Trained:
    """Train gradient-boosted trees, with the number of rounds that is best over all folds."""
    boosting = _choose_boosting(problem)
    ends_early = objective.name == "cross_entropy"  # others get better while it gets worse
    settings = (boosting, ends_early, _get_class_weight(problem), seed)
    work = estimate_work(problem) * boosting.rounds
    staged = _run_on_each_fold(_fit_gradient_boosting, problem, work, settings)
    count = max(map(len, staged))
    staged = [own + own[-1:] * (count - len(own)) for own in staged]  # of folds that ended early
    looks = [sort_rows(problem, by_fold) for by_fold in zip(*staged, strict=True)]
    best = _find_best(problem, objective, looks)
    most = boosting.rounds
    note = f"Gradient boosting was still improving after {most} rounds, and was stopped there."
    return looks[best], (note,) if best == most // boosting.look - 1 else ()


def _find_best(problem: Problem, objective: Objective, tried: Sequence[np.ndarray]) -> int:
    """Return which out-of-fold probabilities have the best score, the first of several."""
    scores = [problem.truth.score_clusters(objective.row_values, each).mean() for each in tried]
    losses = [objective.to_loss(float(score)) for score in scores]
    best = 0
    for place, loss in enumerate(losses):
        best = place if loss < losses[best] - _LEAST_GAIN else best
    return best


def _get_class_weight(problem: Problem) -> ClassWeight:
    """Return the class weights as scikit-learn takes them."""
    weights = problem.class_weight
    return dict(enumerate(weights.tolist())) if isinstance(weights, np.ndarray) else weights


def _choose_boosting(problem: Problem) -> _Boosting:
    """Return how to boost on a problem: a large one gets fewer rounds, of larger steps."""
    few = max(len(fold.train) for fold in problem.folds) <= _FEW_ROWS
    usual = _FEW if few else _MANY
    affordable = _MOST_WORK / estimate_work(problem) // usual.look * usual.look
    rounds = int(np.clip(affordable, usual.look, usual.rounds))
    step = min(usual.step * usual.rounds / rounds, _LARGEST_STEP)
    return replace(usual, rounds=rounds, step=step)


def _fit_logistic_regression(
    arrays: Arrays,
    classes: int,
    penalties: Sequence[float],
    steps: int,
    class_weight: ClassWeight,
    seed: int,
) -> list[tuple[np.ndarray, bool]]:
    """Return a fold's probabilities by each penalty, and whether the optimizer converged.

    Each penalty begins with what the stronger one before it came to.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    train, y, validation, _ = arrays
    model = LogisticRegression(
        max_iter=steps, class_weight=class_weight, random_state=seed, warm_start=True
    )
    fitted = []
    for penalty in penalties:
        model.set_params(C=penalty, tol=_TOLERANCE / penalty)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the baseline's notes say it
            model.fit(train, y)
        filled = fill_classes(model.predict_proba(validation), model.classes_, classes)
        fitted.append((filled, bool((model.n_iter_ < steps).all())))
    return fitted


def _fit_gradient_boosting(
    arrays: Arrays,
    classes: int,
    boosting: _Boosting,
    ends_early: bool,
    class_weight: ClassWeight,
    seed: int,
) -> list[np.ndarray]:
    """Return a fold's probabilities at every look; if it ends early, until they get worse."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    train, y, validation, validation_y = arrays
    model = HistGradientBoostingClassifier(
        learning_rate=boosting.step,
        max_leaf_nodes=boosting.leaves,
        max_bins=count_bins(train),
        early_stopping=False,
        warm_start=True,
        class_weight=class_weight,
        random_state=seed,
    )
    looks: list[np.ndarray] = []
    losses: list[float] = []
    at_once = _PATIENCE * boosting.look
    for begun in range(0, boosting.rounds, at_once):
        model.set_params(max_iter=min(begun + at_once, boosting.rounds))
        model.fit(train, y)
        for number, probabilities in enumerate(model.staged_predict_proba(validation), start=1):
            if number > begun and number % boosting.look == 0:
                filled = fill_classes(probabilities, model.classes_, classes).astype(np.float32)
                looks.append(filled)
                losses.append(float(cross_entropy(filled, validation_y).mean()))
        if ends_early and np.argmin(losses) < len(losses) - _PATIENCE:
            break
    return looks


def _run_on_each_fold(
    fit: Callable[..., Any], problem: Problem, work: float, settings: tuple[Any, ...]
) -> list[Any]:
    """Return the results of fitting each fold, in processes if there is much work.

    Raises:
        UserError: A process was ended, or does nothing any more.
    """
    from multiprocessing import TimeoutError as LateError

    from sklearn.utils.parallel import Parallel, delayed

    cores = min(_count_cores(), len(problem.folds)) if work > _MUCH_WORK else 1
    limit = _LIMIT if cores > 1 else None
    run = Parallel(n_jobs=cores, timeout=limit, return_as="generator")
    job, classes, here = delayed(_run_for), count_classes(problem), os.getpid()
    folds = (job(here, fit, scale(problem, fold), classes, *settings) for fold in problem.folds)
    try:
        with without_interrupts():  # which processes that start inherit: they would print them
            results = run(folds)
        return list(results)
    except BrokenExecutor as error:  # its message names the signal among much else
        signals = " and ".join(sorted(set(_SIGNAL.findall(str(error)))))
        reason = f"was ended by {signals}" if signals else "has ended"
    except LateError:
        reason = f"has not come to the end of a fold in {_LIMIT:,.0f} seconds"
    raise UserError(
        f"simple classifiers cannot be trained: a process that trains them {reason}; free memory, "
        "or end what stops it, and try again"
    )


def _run_for(parent: int, fit: Callable[..., Any], *arguments: Any) -> Any:
    """Fit a fold on one thread, in a process that ends with its parent or is the parent."""
    from threadpoolctl import threadpool_limits

    if os.getpid() != parent:
        end_with(parent)
    with threadpool_limits(1):
        return fit(*arguments)


def _count_cores() -> int:
    get_affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    return len(get_affinity(0)) if get_affinity else os.cpu_count() or 1
