"""How many more trials would answer a question, and how long they would take."""

from math import ceil, sqrt

import numpy as np

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_records import Comparison
from tuner.analysis.significance import NORMAL
from tuner.space import Value
from tuner.study import FEWEST_ROUNDS
from tuner.words import say_seconds

__all__ = ["describe_more_trials"]

_MOST_TIMES = 8  # beyond so many times the trials, an estimate from these trials is a guess


def describe_more_trials(evidence: Evidence, comparison: Comparison, pair: Pair[Value]) -> str:
    """Return what would answer a question that is open, as the end of a sentence.

    The variance of the best of m draws falls about with 1 / m², where draws are spread evenly near
    the best. So many draws are wanted that luck is small enough either to tell the difference, or
    to say that it is within what two single networks differ by. With fewer than `FEWEST_ROUNDS`
    nothing is settled.

    Args:
        evidence: The study's evidence.
        comparison: The comparison that does not answer it.
        pair: The best setting and the one that cannot be told apart from it.

    Returns:
        Empty if the space has no more trials.
    """
    size = None if evidence.space is None else evidence.count_configurations(evidence.space)
    if size is not None and size <= len(evidence.records):
        return ""
    settings = sum(setting.trial is not None for setting in comparison.settings)
    times = _count_times(comparison, pair)
    rounds = max(ceil(comparison.rounds * times), FEWEST_ROUNDS)
    wanted = settings * rounds
    trials = max(wanted, len(evidence.records) + settings)
    trials = trials if size is None else min(trials, size)
    more = trials - len(evidence.records)
    seconds = more * evidence.seconds_per_trial
    if times == _MOST_TIMES and trials == size:
        return f"; whether the {more:,} more trials that the space has would do is uncertain"
    if times == _MOST_TIMES:
        return f"; it would take more than {more:,} more trials, and {say_seconds(seconds)}"
    how = evidence.say_resume(trials)
    if "source" not in evidence.record.data:  # searched from Python
        how = f"search with {how}"
    return f"; about {more} more trials would, in {say_seconds(max(seconds, 1.0))}: {how}"


def _count_times(comparison: Comparison, pair: Pair[Value]) -> float:
    """Return how many times as many draws are wanted."""
    total = ((pair.interval[1] - pair.interval[0]) / 2 / NORMAL) ** 2
    single = min(comparison.single_errors[comparison.pairs.index(pair)] ** 2, total)
    tests = max(len(comparison.pairs), 1)
    needed = (abs(pair.difference) / (NORMAL * sqrt(1 + np.log(tests) / 2))) ** 2
    allowed = max(needed - single, single / 2)
    if allowed <= 0 or total <= single:
        return 2.0
    return float(np.clip(sqrt((total - single) / allowed), 1.5, _MOST_TIMES))
