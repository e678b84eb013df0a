"""Sentences that say why a search ended, or why it failed."""

from collections.abc import Iterable

from tuner.search.clock import Clock
from tuner.search.oracles import SearchOracle, make_key
from tuner.study import EndKind, SearchEnd, SearchSettings, TrialRecord
from tuner.words import count_noun

__all__ = ["describe_end", "describe_failure"]


# Over 40 lines: half of them describe the arguments.
def describe_end(
    count: int,
    settings: SearchSettings,
    *,
    clock: Clock,
    oracle: SearchOracle,
    ended_by: EndKind | None = None,
    running: bool = False,
) -> SearchEnd:
    """Return why a search ended.

    The clock is judged before the oracle: a search that the clock cut may have proposed every
    configuration without having trained them all.

    Args:
        count: How many trials have ended.
        settings: The search settings.
        clock: The search's time limit.
        oracle: The search's oracle.
        ended_by: The rule that ended it; None if none did.
        running: Whether a trial was proposed that has not ended.
    """
    sentences = {
        EndKind.ANSWERED: f"{count} trials answer the question",
        EndKind.WORK: f"the question is open after {count} trials, and more would take long",
        EndKind.PATIENCE: f"the last {settings.patience_trials} of {count} trials have not "
        "improved the ensemble",
    }
    if ended_by is not None:
        return SearchEnd(ended_by, sentences[ended_by], count)
    if end := SearchEnd.find_trial_limit(count, settings.max_trials):
        return end
    trials = "1 trial" if count == 1 else f"{count} trials"
    if clock.is_over():
        seconds = f"{settings.max_seconds:g} seconds"
        sentence = f"{seconds} leave no time for another trial after {trials}"
        if clock.is_up():  # the rest is for what follows
            sentence = f"the trials' share of {seconds} was over after {trials}"
            if not clock.has_ended_any:  # of a resumed search
                sentence = (
                    f"{seconds} leave no time for a trial beside about {clock.count_kept():.0f} "
                    "for what follows it, such as training networks of earlier trials again; give "
                    "more --max-seconds"
                )
        return SearchEnd(EndKind.SECONDS, sentence, count)
    if oracle.exhausted and not running:
        return SearchEnd(EndKind.EXHAUSTED, _describe_exhaustion(oracle, settings), count)
    return SearchEnd(EndKind.ORACLE, f"the oracle ended the search after {trials}", count)


def _describe_exhaustion(oracle: SearchOracle, settings: SearchSettings) -> str:
    trials = oracle.keras_tuner_oracle.trials.values()
    tried = len({make_key(trial.hyperparameters.values) for trial in trials})
    if not settings.limits_networks:
        if tried == 1:
            return f"the only configuration that the {settings.oracle} oracle has was tried"
        return f"all {tried} configurations that the {settings.oracle} oracle has were tried"
    return (
        f"the {settings.oracle} oracle found no network within the search's limits beyond "
        f"{count_noun(tried, 'configuration')}"
    )


def describe_failure(records: Iterable[TrialRecord]) -> str:
    """Return why a search has no completed trial, in one sentence."""
    records = list(records)
    failed = [record for record in records if record.result.status == "failed"]
    first = min(failed, key=lambda record: record.trial, default=None)
    if first is None:
        return "no trial was completed"
    reason = f"trial {first.trial}: {first.result.reason}"
    if len(failed) == len(records):
        return f"every trial failed; {reason}"
    # the trials that led the race diverged, after they had beaten the others
    return f"no trial was completed; {reason}; search again with --no-racing"
