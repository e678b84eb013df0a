"""The best and the smallest good trial of a study, with corrected scores."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from tuner.analysis.bias_correction import (
    OutOfBag,
    clip_interval,
    evaluate_out_of_bag,
    make_procedure,
)
from tuner.analysis.picking_rules import Rule, pick_best, pick_smallest
from tuner.analysis.training_noise import compute_noise_ratio
from tuner.errors import NO_TRIAL, SearchFailed
from tuner.scoring import Objective, add_unseen_losses
from tuner.study import Pick, TrialRecord

__all__ = ["TrialPicks", "pick_trials"]


@dataclass(frozen=True, slots=True)
class TrialPicks:
    """The trials that a study picks.

    Attributes:
        best: The trial with the best mean objective.
        smallest: The trial with the fewest parameters within one standard error of the best.
        out_of_bag: The out-of-bag values of picking the best trial, without chance in training.
    """

    best: Pick
    smallest: Pick
    out_of_bag: OutOfBag = field(compare=False, repr=False)


# Over 40 lines: half of them describe the arguments.
def pick_trials(
    records: Sequence[TrialRecord],
    cluster_values: Mapping[int, np.ndarray],
    *,
    objective: Objective,
    seed: int,
    rows: int | None = None,
    compute_unseen: Callable[[int], float] = lambda trial: 0.0,
) -> TrialPicks:
    """Pick the best and the smallest good trial of a study.

    Args:
        records: The study's trials. Only completed ones are picked.
        cluster_values: The objective of each cluster by completed trial, shape `(clusters,)`.
        objective: What the values are of.
        seed: Seed of the bootstrap.
        rows: The number of rows. Defaults to the number of clusters.
        compute_unseen: Returns a trial's `compute_unseen_variance`. Defaults to 0.

    Raises:
        SearchFailed: No trial was completed.
    """
    completed = _sort_completed(records)
    values = np.stack([cluster_values[record.trial] for record in completed]).astype(np.float64)
    losses = -values if objective.maximise else values
    parameters = np.array([record.result.parameters for record in completed])
    clusters = losses.shape[1]

    def pick(rule: Rule) -> tuple[Pick, OutOfBag]:
        (index,) = rule(losses, np.ones((clusters, 1)), parameters)
        procedure = make_procedure(rule, losses, parameters, values)
        out_of_bag = evaluate_out_of_bag(procedure, clusters, seed=seed)
        record = completed[index]
        noise = compute_noise_ratio([(record, 1)], rows or clusters)
        whole = out_of_bag.with_training(noise, values[index])
        whole = whole.with_unseen(compute_unseen(record.trial))
        return _make_pick(record, whole, objective.maximise), out_of_bag

    best, out_of_bag = pick(pick_best)
    is_loss = objective.name == "cross_entropy"
    unseen = np.array([add_unseen_losses(own) if is_loss else 0.0 for own in losses])
    smallest, _ = pick(partial(pick_smallest, unseen=unseen))
    return TrialPicks(best, smallest, out_of_bag)


def _sort_completed(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Return the completed trials by number.

    Trials end in the order in which cores finish them, and a pick must not depend on it.
    """
    by_number = sorted(records, key=lambda record: record.trial)
    completed = [record for record in by_number if record.completed]
    if not completed:
        raise SearchFailed(NO_TRIAL)
    return completed


def _make_pick(record: TrialRecord, corrected: OutOfBag, maximise: bool) -> Pick:
    result = record.result
    return Pick(
        trial=record.trial,
        hyperparameters=record.hyperparameters,
        derived=record.derived,
        parameters=result.parameters,
        epoch=result.epoch,
        score=result.score,
        standard_error=result.standard_error,
        corrected_score=corrected.score,
        corrected_interval=clip_interval(*corrected.interval, maximise=maximise),
        scores=result.scores,
        standard_errors=result.standard_errors,
    )
