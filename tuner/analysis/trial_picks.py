"""Which networks a study names, and their scores corrected for the choice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tuner.analysis.bias_correction import (
    OutOfBag,
    clip_interval,
    evaluate_out_of_bag,
    make_procedure,
)
from tuner.analysis.picking_rules import Rule, pick_best, pick_smallest
from tuner.errors import NO_TRIAL, SearchFailed
from tuner.study import Pick, TrialRecord

__all__ = ["TrialPicks", "find_front", "pick_trials"]


@dataclass(frozen=True, slots=True)
class TrialPicks:
    """The networks that a study names.

    Attributes:
        best: The best mean objective.
        smallest: The fewest parameters within one standard error of the best.
        out_of_bag: What choosing the best comes to on rows that it was not chosen by.
    """

    best: Pick
    smallest: Pick
    out_of_bag: OutOfBag = field(compare=False, repr=False)


def pick_trials(
    records: Sequence[TrialRecord],
    cluster_values: Mapping[int, np.ndarray],
    *,
    maximise: bool,
    seed: int,
) -> TrialPicks:
    """Pick the best and the smallest good network of a study.

    Args:
        records: The study's trials; those that failed are left out.
        cluster_values: The objective of each row, or group of rows, by completed trial; `(rows,)`.
        maximise: Whether more is better.
        seed: Of the bootstrap.

    Raises:
        SearchFailed: No trial was completed.
    """
    # trials end in the order in which cores finish them, which no pick may depend on
    by_number = sorted(records, key=lambda record: record.trial)
    completed = [record for record in by_number if record.completed]
    if not completed:
        raise SearchFailed(NO_TRIAL)
    values = np.stack([cluster_values[record.trial] for record in completed]).astype(np.float64)
    losses = -values if maximise else values
    parameters = np.array([record.result.parameters for record in completed])
    rows = losses.shape[1]

    def pick(rule: Rule) -> tuple[Pick, OutOfBag]:
        (picked,) = rule(losses, np.ones((rows, 1)), parameters)
        found = evaluate_out_of_bag(
            make_procedure(rule, losses, parameters, values), rows, seed=seed
        )
        interval = clip_interval(*found.interval, maximise=maximise)
        return _pick(completed[picked], found.score, interval), found

    best, found = pick(pick_best)
    smallest, _ = pick(pick_smallest)
    return TrialPicks(best, smallest, found)


def _parameters(record: TrialRecord) -> float:
    return record.result.parameters


def find_front(
    records: Sequence[TrialRecord],
    *,
    maximise: bool,
    cost: Callable[[TrialRecord], float] = _parameters,
) -> tuple[TrialRecord, ...]:
    """Return the front of score against what a network costs.

    A trial is on it if every trial that costs no more has a worse score. Of trials that are alike
    in both, the first by number is.

    Args:
        records: Trials; those that were not completed are left out.
        maximise: Whether more is better.
        cost: What a trial costs; its parameters where nothing else is said.

    Returns:
        The front, the cheapest first, which is also the worst first.
    """
    sign = -1 if maximise else 1
    order = sorted(
        (record for record in records if record.completed),
        key=lambda each: (cost(each), sign * each.result.score, each.trial),
    )
    front: list[TrialRecord] = []
    for record in order:
        if not front or sign * record.result.score < sign * front[-1].result.score:
            front.append(record)
    return tuple(front)


def _pick(record: TrialRecord, corrected: float, interval: tuple[float, float]) -> Pick:
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
        corrected_interval=interval,
        scores=result.scores,
        standard_errors=result.standard_errors,
    )
