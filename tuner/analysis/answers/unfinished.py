"""Settings that the limit of epochs ended before they stopped getting better.

Until its last epoch such a network grows surer of what it predicts, which lowers its cross-entropy
and may change no prediction. A straight line that parts two classes is found in a few epochs by a
network without hidden layers, whose weights then grow for hundreds.
"""

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
    trial the limit of epochs ended, and predicts as many rows right as that of the best setting:
    the difference of these shares is within 1.96 of its standard errors, as if they were of
    different rows. Of a few draws nothing is said: they may not have a network that trains.

    Args:
        evidence: The study's evidence.
        name: The name of the compared hyperparameter.
        comparison: The comparison of its settings.
    """
    if evidence.objective != "cross_entropy" or name in _OF_TRAINING:
        return comparison
    tried = [setting for setting in comparison.settings if setting.trial is not None]
    is_enough = comparison.share >= FEWEST_ROUNDS
    still_open = comparison.open if is_enough else ()
    settled = set(comparison.not_told_apart) - set(still_open)
    behind = [setting for setting in tried if setting.value not in settled]
    unfinished = list_unfinished(evidence, behind)
    if not unfinished:
        return comparison
    results = {record.trial: record.result for record in evidence.completed}

    def rate(setting: Setting) -> tuple[float, float]:
        assert setting.trial is not None
        result = results[setting.trial]
        return result.scores.get("accuracy", np.nan), result.standard_errors.get("accuracy", np.nan)

    most, its_error = rate(tried[0])

    def is_as_right(setting: Setting) -> bool:
        share, error = rate(setting)
        return bool(most - share <= NORMAL * np.hypot(error, its_error))  # never of no accuracy

    return comparison.spare_unfinished([s.value for s in unfinished if is_as_right(s)])
