"""Which networks a study names, and their scores corrected for having been picked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.errors import SearchFailed
from tuner.study import Pick, TrialRecord

__all__ = ["Selection", "corrected_score", "pick_best", "pick_smallest", "select"]

_REPETITIONS = 500  # bootstrap samples; their error is small beside that of the rows

# Takes losses (trials, rows), row weights (rows,) and parameters (trials,) to a trial's index.
Rule = Callable[[np.ndarray, np.ndarray, np.ndarray], int]


@dataclass(frozen=True, slots=True)
class Selection:
    """The networks that a study names.

    Attributes:
        best: The best mean objective.
        smallest: The fewest parameters within one standard error of the best.
    """

    best: Pick
    smallest: Pick


def select(
    records: Sequence[TrialRecord],
    row_values: Mapping[int, np.ndarray],
    *,
    maximise: bool,
    seed: int,
) -> Selection:
    """Pick the best and the smallest good network of a study.

    Args:
        records: The study's trials; those that failed are left out.
        row_values: The objective of each training row, shape `(rows,)`, by completed trial.
        maximise: Whether more is better.
        seed: Of the bootstrap.

    Raises:
        SearchFailed: No trial was completed.
    """
    # trials end in the order in which cores finish them, which no pick may depend on
    by_number = sorted(records, key=lambda record: record.trial)
    completed = [record for record in by_number if record.completed]
    if not completed:
        raise SearchFailed("no trial was completed, so there is no network to pick")
    values = np.stack([row_values[record.trial] for record in completed])
    losses = -values if maximise else values
    parameters = np.array([record.result.parameters for record in completed])
    picks = []
    for rule in (pick_best, pick_smallest):
        picked = completed[rule(losses, np.ones(losses.shape[1]), parameters)]
        corrected = corrected_score(losses, parameters, rule, seed=seed)
        picks.append(_pick(picked, -corrected if maximise else corrected))
    return Selection(*picks)


def _pick(record: TrialRecord, corrected: float) -> Pick:
    result = record.result
    return Pick(
        trial=record.trial,
        hyperparameters=record.hyperparameters,
        derived=record.derived,
        parameters=result.parameters,
        epoch=result.epoch,
        score=result.score,
        standard_error=result.standard_error,
        corrected_score=corrected,
        scores=result.scores,
        standard_errors=result.standard_errors,
    )


def pick_best(losses: np.ndarray, weights: np.ndarray, parameters: np.ndarray) -> int:
    """Return the trial with the least weighted mean loss; the smaller of equals.

    Args:
        losses: Shape `(trials, rows)`.
        weights: Shape `(rows,)`; how often each row counts.
        parameters: Shape `(trials,)`.
    """
    means = losses @ weights / weights.sum()
    return int(np.lexsort((parameters, means))[0])


def pick_smallest(losses: np.ndarray, weights: np.ndarray, parameters: np.ndarray) -> int:
    """Return the trial with the fewest parameters within one standard error of the best.

    The standard error is that of the difference to the best, paired over rows: two networks that
    are wrong on the same rows are told apart better than two that are not. (The one-standard-error
    rule is that of Breiman et al. 1984, section 3.4.3, there over folds and not paired.)

    Args:
        losses: Shape `(trials, rows)`.
        weights: Shape `(rows,)`; how often each row counts.
        parameters: Shape `(trials,)`.
    """
    best = pick_best(losses, weights, parameters)
    rows = weights.sum()
    differences = losses - losses[best]
    means = differences @ weights / rows
    variances = np.maximum(differences**2 @ weights / rows - means**2, 0.0) * rows / (rows - 1)
    close = np.flatnonzero(means <= np.sqrt(variances / rows))
    order = np.lexsort((means[close], parameters[close]))
    return int(close[order[0]])


def corrected_score(losses: np.ndarray, parameters: np.ndarray, rule: Rule, *, seed: int) -> float:
    """Return the mean loss of what a rule picks, on rows that it did not pick by.

    The bootstrap bias-corrected cross-validation of Tsamardinos, Greasidou and Borboudakis
    (2018, Machine Learning 107, algorithm 4): rows are drawn with replacement, the rule picks by
    the drawn ones, the pick is scored on the others, and the mean over repetitions removes the
    optimism of having picked the best of many.

    Args:
        losses: Out-of-fold loss of each trial on each row, shape `(trials, rows)`.
        parameters: Shape `(trials,)`.
        rule: Picks a trial.
        seed: Of the bootstrap.
    """
    if len(losses) == 1:
        return float(losses.mean())  # nothing was picked
    rng = np.random.default_rng([seed, losses.shape[0], losses.shape[1]])
    rows = losses.shape[1]
    scores: list[float] = []
    while len(scores) < _REPETITIONS:
        drawn = np.bincount(rng.integers(rows, size=rows), minlength=rows)
        if drawn.all():
            continue  # of very few rows, all may be drawn: none is left to score
        picked = rule(losses, drawn.astype(np.float64), parameters)
        scores.append(losses[picked][drawn == 0].mean())
    return float(np.mean(scores))
