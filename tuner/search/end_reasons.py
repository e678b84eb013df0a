"""Sentences that say why a search ended, or why it failed."""

from collections.abc import Sequence

from tuner.search.clock import Clock
from tuner.search.oracles import SearchOracle, make_key
from tuner.study import SearchSettings, TrialRecord

__all__ = ["describe_end", "describe_failure"]


def describe_end(
    records: Sequence[TrialRecord], settings: SearchSettings, *, clock: Clock, oracle: SearchOracle
) -> str:
    """Return why a search ended, in one sentence.

    Args:
        records: The finished trials.
        settings: The search settings.
        clock: The search's time limit.
        oracle: The search's oracle.
    """
    count = len(records)
    trials = "1 trial" if count == 1 else f"{count} trials"
    if count > settings.max_trials:
        return f"the study has {trials} already, and {settings.max_trials} were asked for"
    if count == settings.max_trials:
        return f"{trials} {'was' if count == 1 else 'were'} asked for"
    if clock.is_up():
        return f"{settings.max_seconds:g} seconds were over after {trials}"
    if oracle.exhausted:
        tried = len({make_key(record.hyperparameters) for record in records})
        return f"all {tried} configurations that the {settings.oracle} oracle has were tried"
    return f"the oracle ended the search after {trials}"


def describe_failure(records: Sequence[TrialRecord]) -> str:
    """Return why a search has no completed trial, in one sentence."""
    failed = [record for record in records if record.result.status == "failed"]
    first = min(failed, key=lambda record: record.trial, default=None)
    if first is None:
        return "no trial was completed"
    reason = f"trial {first.trial}: {first.result.reason}"
    if len(failed) == len(records):
        return f"every trial failed; {reason}"
    # the trials that led the race diverged, after they had beaten the others
    return f"no trial was completed; {reason}; search again with --no-racing"
