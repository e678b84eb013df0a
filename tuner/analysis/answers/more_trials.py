"""Sentences on more trials: how many would answer a question, how long they take, and how."""

from math import ceil, sqrt

import numpy as np

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.pairs import Pair
from tuner.analysis.setting_records import Comparison
from tuner.analysis.significance import NORMAL
from tuner.space import Value
from tuner.study import FEWEST_ROUNDS
from tuner.words import say_seconds

__all__ = ["describe_more_trials", "say_more_trials"]

_TRIALS_PER_SETTING = 8  # with fewer, the luck of the draw hides all but large differences
_MOST_TIMES = 8  # beyond so many times the trials, an estimate from these trials is a guess


def say_more_trials(evidence: Evidence) -> str:
    """Return a sentence on how to get enough trials to compare the space's own settings."""
    size = evidence.most_trials
    if size is not None and size <= len(evidence.records):
        return f"The space has no more than these {size} trials."
    trials = _count_wanted_trials(evidence)
    trials = trials if size is None else min(trials, size)
    if "source" not in evidence.record.data:  # searched from Python
        return f"Search with `{_say_resume(evidence, trials)}` to learn more."
    return f"`{_say_resume(evidence, trials)}` continues up to {trials} trials."


def _count_wanted_trials(evidence: Evidence) -> int:
    own = evidence.space.compare if evidence.space else None
    settings = {record.hyperparameters.get(own or "") for record in evidence.records}
    wanted = max(_TRIALS_PER_SETTING * min(len(settings), 8), 2 * len(evidence.records))
    return 10 * ceil(wanted / 10)


def _say_resume(evidence: Evidence, trials: int) -> str:
    """Return the command for so many trials in all, or arguments of a Python program.

    If the last run had a time limit, another one comes with it, in which they are to end.
    """
    limit, seconds = evidence.max_seconds, 0
    if limit is not None:
        more = (trials - len(evidence.records)) * evidence.seconds_per_trial
        seconds = 10 * ceil((limit + more) / 10)
    if "source" not in evidence.record.data:
        return f"max_trials={trials}" + (f", max_seconds={seconds}" if limit else "")
    seconds_too = f" --max-seconds {seconds}" if limit else ""
    return f"{evidence.resume} --max-trials {trials}{seconds_too}"


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
    size = evidence.most_trials
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
    how = _say_resume(evidence, trials)
    if "source" not in evidence.record.data:  # searched from Python
        how = f"search with {how}"
    wanted_more = "one more trial" if more == 1 else f"about {more} more trials"
    return f"; {wanted_more} would, in {say_seconds(max(seconds, 1.0))}: {how}"


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
