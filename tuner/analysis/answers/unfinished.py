"""Settings that the limit of epochs ended before they stopped getting better.

Until its last epoch such a network grows surer of what it predicts, which lowers its cross-entropy
and may change no prediction. A straight line that parts two classes is found in a few epochs by a
network without hidden layers, whose weights then grow for hundreds.
"""

import math
from collections.abc import Sequence

import numpy as np

from tuner.analysis.answers.evidence import TrialEvidence
from tuner.analysis.setting_records import Comparison, Setting
from tuner.analysis.significance import LEVEL, estimate_row_variances, run_t_test
from tuner.folds import Split
from tuner.scoring import add_unseen, compute_mean_and_error, pair_unseen
from tuner.study import ENOUGH_ROUNDS, TrialRecord

__all__ = ["list_unfinished", "spare_unfinished"]

# What decides how fast a network trains is judged by the epochs that it has; smoothed labels, or a
# penalty, keep a loss from falling for ever.
_SIZES = ("depth", "units", "filters", "blocks")

_DOUBLINGS = 5  # without hidden layers and without noise, 2.6 to 3.8 are needed after 50 epochs


def list_unfinished(evidence: TrialEvidence, settings: Sequence[Setting]) -> list[Setting]:
    """Return the settings whose best trial still got better when the limit of epochs ended it.

    Its folds' losses fell in the last epochs of its patience, by a one-sided t-test over folds.
    There are none of schedules that are planned for all epochs, whose end is their best, nor where
    `hyperband` decides on the epochs.

    Args:
        evidence: The study's evidence.
        settings: Settings with a completed trial.
    """
    limits = evidence.record.settings
    if limits.epochs <= limits.patience or limits.oracle == "hyperband":
        return []

    def is_unfinished(record: TrialRecord) -> bool:
        is_planned = record.hyperparameters.get("schedule", "constant") != "constant"
        is_last = record.result.epoch > limits.epochs - limits.patience
        return is_last and not is_planned and _still_falls(record, limits.patience)

    records = {record.trial: record for record in evidence.completed}
    return [s for s in settings if s.trial is not None and is_unfinished(records[s.trial])]


def _still_falls(record: TrialRecord, epochs: int) -> bool:
    """Return whether the losses of a trial's folds fell in its last epochs."""
    from scipy.special import stdtrit

    curves = np.asarray(record.result.curves.get("val_loss", ()), np.float64)
    if curves.ndim != 2 or curves.shape[1] <= epochs:
        return False
    fall, error = compute_mean_and_error(curves[:, -1 - epochs] - curves[:, -1])
    return fall > float(stdtrit(len(curves) - 1, 1 - LEVEL)) * error


def spare_unfinished(evidence: TrialEvidence, name: str, comparison: Comparison) -> Comparison:
    """Return a comparison that tells no size apart which more epochs alone may bring up.

    These are sizes that are behind by the cross-entropy, whose best trial the limit of epochs
    ended. It predicts as many rows right as that of the best size, and its loss falls fast enough.
    With groups none is spared: a group's loss does not say which of its rows are right. Sizes that
    more trials may tell apart are spared too, once there are enough of them to know.

    Args:
        evidence: The study's evidence.
        name: The name of the compared hyperparameter.
        comparison: The comparison of its settings.
    """
    if evidence.objective != "cross_entropy" or name not in _SIZES or evidence.space is None:
        return comparison
    rows = evidence.record.split.scored_rows
    if any(len(losses) < rows for losses in evidence.cluster_values.values()):
        return comparison
    tried = [setting for setting in comparison.settings if setting.trial is not None]
    still_open = comparison.open if comparison.rounds >= ENOUGH_ROUNDS else ()
    settled = set(comparison.not_told_apart) - set(still_open)
    unfinished = list_unfinished(evidence, [s for s in tried if s.value not in settled])
    records: dict[int | None, TrialRecord] = {r.trial: r for r in evidence.completed}

    def may_reach_best(setting: Setting) -> bool:
        own, best = records[setting.trial], records[tried[0].trial]
        values, split = evidence.cluster_values, evidence.record.split
        is_as_right = _is_as_right(values[own.trial], values[best.trial], split)
        return is_as_right and _falls_enough(own, best)

    return comparison.spare([s.value for s in unfinished if may_reach_best(s)])


def _is_as_right(losses: np.ndarray, best: np.ndarray, split: Split) -> bool:
    """Return whether a trial is not shown to predict fewer rows right, by the standard of evidence.

    A row counts as right if its class has more than half of the probability.

    Args:
        losses: The cross-entropy of each row, shape `(rows,)`.
        best: That of the best trial.
        split: The folds that both were validated on.
    """
    own, other = ((each < math.log(2)).astype(np.float64) for each in (losses, best))
    behind = float((other - own).mean())
    (variance,) = estimate_row_variances([other - own], [np.array([])], split)
    unseen = pair_unseen(max(0.0, add_unseen(own)), max(0.0, add_unseen(other)))
    return behind <= 0 or run_t_test(behind, variance.add(unseen)).p > LEVEL


def _falls_enough(record: TrialRecord, best: TrialRecord) -> bool:
    """Return whether the loss of a trial may make up for what it is behind.

    It may if some more doublings of the epochs would each take off as much as the last one did.
    """
    losses = np.mean(record.result.curves["val_loss"], axis=0)
    fall = losses[(len(losses) - 1) // 2] - losses[-1]
    return bool(record.result.score - best.result.score <= _DOUBLINGS * fall)
