"""The way of scikit-learn in `quality.py`: successive halving over `MLPClassifier`, all cores.

Of the space it has depth, units, the L2 penalty, learning rate, momentum and batch size. Other
penalties, dropout and the schedule are left out, and whether to stop early is searched instead:
`MLPClassifier` does so by the accuracy on a tenth of the rows.
"""

import os
import random
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from quality_run import Asked, Found
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import HalvingRandomSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

__all__ = ["by_halving"]

_FACTOR = 3
_PILOT = 0.1  # of the budget: what a fit costs is learned in it
_PILOT_ROWS = 2000  # at most: on a large table a single fit may take longer than the budget

Candidate = dict[str, list[Any]]


class RowScaler(TransformerMixin, BaseEstimator):
    """The scaling of this package as a step of a pipeline."""

    def __init__(self, scaled: np.ndarray) -> None:
        self.scaled = scaled

    def fit(self, x: np.ndarray, y: np.ndarray | None = None) -> "RowScaler":
        """Learn the moments of these rows."""
        from tuner.data import fit_scaler

        self.scaler_ = fit_scaler(x, np.arange(len(x)), self.scaled)
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Return scaled rows without missing numbers."""
        return self.scaler_.apply(x)


class LogLoss:
    """The score of a fitted pipeline on some rows: the negative log loss.

    A subset of the rows may lack a class, which then has probability 0.
    """

    def __init__(self, classes: int) -> None:
        self.classes = classes

    def probabilities(self, estimator: Any, x: np.ndarray) -> np.ndarray:
        """Return those of all classes, shape `(rows, classes)`."""
        told = np.zeros((len(x), self.classes))
        told[:, estimator.classes_] = estimator.predict_proba(x)
        return told

    def __call__(self, estimator: Any, x: np.ndarray, y: np.ndarray) -> float:
        """Return the score."""
        from tuner.scoring import OBJECTIVES

        losses = OBJECTIVES["cross_entropy"].row_values(self.probabilities(estimator, x), y)
        return -float(losses.mean())


def by_halving(asked: Asked) -> Iterator[Found]:
    """Search once a budget; a pilot says how many candidates to begin with."""
    warnings.simplefilter("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"  # those of the workers, which are processes
    ready = asked.prepared()
    before_search = asked.seconds()
    for budget in asked.budgets:
        yield _search(ready, budget, seed=asked.seed, before_search=before_search)


def _search(ready: Any, budget: float, *, seed: int, before_search: float) -> Found:
    started = time.perf_counter()
    problem, classes = ready.problem, len(ready.dataset.schema.classes)
    x, y = problem.x[problem.rows], problem.y[problem.rows]
    folds = [
        tuple(np.searchsorted(problem.rows, rows) for rows in (fold.train, fold.validation))
        for fold in problem.folds
    ]
    network = MLPClassifier(
        solver="sgd",
        max_iter=ready.settings.epochs,
        n_iter_no_change=ready.settings.patience,
        random_state=seed,
    )
    pipeline = make_pipeline(RowScaler(problem.scalings), network)
    order = np.random.default_rng(seed).permutation(folds[0][0])
    pilot_chance = random.Random(f"{seed} pilot")  # how often it is used is up to the clock
    cost = _pilot(
        pipeline,
        lambda: _candidate(ready.space, pilot_chance),
        rows=(x[order], y[order]),
        seconds=_PILOT * budget,
    )
    number = cost.candidates_for(
        budget - (time.perf_counter() - started),
        folds=len(folds),
        least=len(folds) * 2 * classes,  # as scikit-learn has it
        most=len(y),
    )
    score, chance = LogLoss(classes), random.Random(seed)
    search = HalvingRandomSearchCV(
        pipeline,
        [_candidate(ready.space, chance) for _ in range(number)],
        n_candidates=number,
        factor=_FACTOR,
        scoring=score,
        cv=folds,
        n_jobs=-1,
        random_state=seed,
        return_train_score=False,
    )
    search.fit(x, y)
    seconds = time.perf_counter() - started
    return Found(
        budget,
        trials=search.n_candidates_[0],
        completed=search.n_candidates_[-1],
        search_seconds=seconds - search.refit_time_,
        whole_seconds=before_search + seconds,
        configuration=search.best_params_,
        probabilities=score.probabilities(search.best_estimator_, problem.x[ready.split.test]),
    )


def _candidate(space: Any, chance: random.Random) -> Candidate:
    """Draw a configuration of the space that `MLPClassifier` can have."""
    values = space.sample(chance)
    while values["kind"] not in ("none", "l2"):
        values = space.sample(chance)
    # Keras adds λ Σ W² to a batch's mean loss, scikit-learn α/2 Σ W² over the batch's rows.
    alpha = 2.0 * values.get("strength", 0.0) * values["batch_size"]
    chosen = {
        "hidden_layer_sizes": (values.get("units", 0),) * values["depth"],
        "alpha": alpha,
        "learning_rate_init": values["learning_rate"],
        "momentum": values["momentum"],
        "batch_size": values["batch_size"],
        "early_stopping": chance.random() < 0.5,
    }
    return {f"mlpclassifier__{name}": [value] for name, value in chosen.items()}


@dataclass(frozen=True, slots=True)
class _Cost:
    """Seconds of a fit, all cores at work, as a mean over candidates.

    Attributes:
        fixed: Of any fit.
        row: Of each row of it.
    """

    fixed: float
    row: float

    def of_search(self, candidates: int, *, folds: int, least: int, most: int) -> float:
        """Return the seconds of a search, in the rounds that scikit-learn makes of it.

        Args:
            candidates: How many it begins with.
            folds: Fits of a candidate in a round.
            least: Rows of the first round, at least.
            most: All rows.
        """
        required = 1 + floor(log(candidates, _FACTOR))
        rows = max(least, most // _FACTOR ** (required - 1))
        rounds = min(required, 1 + floor(log(most // rows, _FACTOR)))
        seconds = 0.0
        for _ in range(rounds):
            seconds += candidates * folds * (self.fixed + self.row * rows)
            candidates, rows = ceil(candidates / _FACTOR), min(rows * _FACTOR, most)
        return seconds

    def candidates_for(self, seconds: float, **rounds: int) -> int:
        """Return how many candidates a search of so many seconds may begin with."""
        number = 1
        while self.of_search(number + 1, **rounds) <= seconds:
            number += 1
        return number


def _pilot(
    pipeline: Any,
    draw: Callable[[], Candidate],
    *,
    rows: Sequence[np.ndarray],
    seconds: float,
) -> _Cost:
    """Learn what a fit costs, from two sizes, in so many seconds and at least one round."""
    cores, sizes = os.cpu_count() or 1, [min(len(rows[0]), _PILOT_ROWS)]
    sizes.append(sizes[0] // _FACTOR)
    taken: list[list[float]] = []
    started = time.perf_counter()
    while not taken or time.perf_counter() - started < seconds:
        drawn = [draw() for _ in range(cores)]
        taken += Parallel(n_jobs=-1)(delayed(_seconds_of)(pipeline, c, rows, sizes) for c in drawn)
    many, few = np.nanmean(taken, axis=0) / cores
    row = max(many - few, 0.0) / (sizes[0] - sizes[1])
    return _Cost(fixed=max(many - row * sizes[0], 0.0), row=row)


def _seconds_of(
    pipeline: Any, candidate: Candidate, rows: Sequence[np.ndarray], sizes: Sequence[int]
) -> list[float]:
    """Return the seconds of a fit on the first rows, by their number."""
    warnings.simplefilter("ignore")
    values = {name: options[0] for name, options in candidate.items()}
    seconds = []
    for size in sizes:
        started = time.perf_counter()
        try:
            clone(pipeline).set_params(**values).fit(*(array[:size] for array in rows))
            seconds.append(time.perf_counter() - started)
        except ValueError:  # few rows may have a class only once, which early stopping refuses
            seconds.append(np.nan)
    return seconds
