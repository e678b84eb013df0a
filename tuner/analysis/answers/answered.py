"""Whether the trials of a search answer the question of its space."""

from collections.abc import Sequence

from tuner.analysis.answers.binning import bin_trials
from tuner.analysis.answers.evidence import TrialEvidence
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.setting_records import Comparison
from tuner.space import Value
from tuner.study import ENOUGH_ROUNDS

__all__ = ["is_answered"]

_SIZES = ("depth", "units", "filters")  # the question is how much is needed


def is_answered(evidence: TrialEvidence) -> bool:
    """Return whether no setting is open that the answer depends on.

    Where the question is how large a network must be, the answer is the smallest setting that is
    not worse than the best. The others are asked about for eight rounds: until then a large
    difference shows, and a small one is not worth more trials. Depths with the same number of
    parameters are no sizes.

    Args:
        evidence: Its space compares a hyperparameter.
    """
    name = evidence.compared
    if name is None:
        return False
    comparison = compare_hyperparameter(evidence, name)
    if not comparison.not_told_apart:
        return False
    asks_for_size = name in _SIZES and not evidence.has_budget
    if not asks_for_size or comparison.rounds < ENOUGH_ROUNDS:
        return not comparison.open
    return _find_smallest(comparison, bin_trials(evidence, name).order) not in comparison.open


def _find_smallest(comparison: Comparison, order: Sequence[Value]) -> Value:
    """Return the smallest setting that is not told apart from the best."""
    return min(comparison.not_told_apart, key=order.index)
