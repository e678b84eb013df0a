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
from tuner.analysis.significance import NORMAL
from tuner.space.keys import KEYS
from tuner.study import FEWEST_ROUNDS, TrialRecord

__all__ = ["list_unfinished", "spare_unfinished"]

# They decide how fast a network trains, so that the limit of epochs is part of the question.
_OF_TRAINING = frozenset(key.name for key in KEYS if key.table in ("sgd", "optimizer"))

_DOUBLINGS = 5  # without hidden layers and without noise, 2.6 to 3.8 are needed after 50 epochs


def list_unfinished(evidence: TrialEvidence, settings: Sequence[Setting]) -> list[Setting]:
    """Return the settings whose best trial the limit of epochs ended.

    There are none of schedules that are planned for all epochs, whose end is their best, nor where
    `hyperband` decides on the epochs.

    Args:
        evidence: The study's evidence.
        settings: Settings with a completed trial.
    """
    limits = evidence.study.settings
    if limits.epochs <= limits.patience or limits.oracle == "hyperband":
        return []

    def is_unfinished(record: TrialRecord) -> bool:
        is_planned = record.hyperparameters.get("schedule", "constant") != "constant"
        return not is_planned and record.result.epoch > limits.epochs - limits.patience

    records = {record.trial: record for record in evidence.completed}
    return [s for s in settings if s.trial is not None and is_unfinished(records[s.trial])]


def spare_unfinished(evidence: TrialEvidence, name: str, comparison: Comparison) -> Comparison:
    """Return a comparison that tells no setting apart which more epochs alone may bring up.

    These are settings that are behind by the cross-entropy, or may be after more trials, whose best
    trial the limit of epochs ended. It predicts as many rows right as that of the best setting, and
    its loss falls fast enough. Of a few draws nothing is said: they may not have a network that
    trains.

    Args:
        evidence: The study's evidence.
        name: The name of the compared hyperparameter.
        comparison: The comparison of its settings.
    """
    if evidence.objective != "cross_entropy" or name in _OF_TRAINING:
        return comparison
    tried = [setting for setting in comparison.settings if setting.trial is not None]
    still_open = comparison.open if comparison.share >= FEWEST_ROUNDS else ()
    settled = set(comparison.not_told_apart) - set(still_open)
    unfinished = list_unfinished(evidence, [s for s in tried if s.value not in settled])
    records: dict[int | None, TrialRecord] = {r.trial: r for r in evidence.completed}

    def may_reach_best(setting: Setting) -> bool:
        pair = records[setting.trial], records[tried[0].trial]
        return _is_as_right(*pair) and _falls_enough(*pair)

    return comparison.spare_unfinished([s.value for s in unfinished if may_reach_best(s)])


def _is_as_right(record: TrialRecord, best: TrialRecord) -> bool:
    """Return whether the shares of right rows differ by 1.96 standard errors at most.

    The error is that of shares of different rows, which is too large for those of the same ones.
    """
    own, other = record.result, best.result
    if "accuracy" not in own.scores or "accuracy" not in other.scores:
        return False
    error = math.hypot(own.standard_errors["accuracy"], other.standard_errors["accuracy"])
    return other.scores["accuracy"] - own.scores["accuracy"] <= NORMAL * error


def _falls_enough(record: TrialRecord, best: TrialRecord) -> bool:
    """Return whether the loss of a trial may make up for what it is behind.

    It may if some more doublings of the epochs would each take off as much as the last one did.
    """
    curves = record.result.curves.get("val_loss", ())
    if not len(curves):
        return False
    losses = np.minimum.accumulate(np.mean(curves, axis=0))
    fall = losses[(len(losses) - 1) // 2] - losses[-1]
    return bool(record.result.score - best.result.score <= _DOUBLINGS * fall)
