"""Which networks a search exports: those of the folds, others trained on all rows, or both.

Those of the folds are there when a search ends, and differ in the rows that they have seen; others
on all rows have seen more, but take time that trials need. Both together are best where there is a
time limit, and time for both (docs/decisions.md has the figures). Without a limit an ensemble is of
five networks on all rows, which answer sooner.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tuner.folds import Split
from tuner.study.journal import EventKind
from tuner.study.search_end import ALL_ROWS_KEY
from tuner.training import TrialResult

if TYPE_CHECKING:
    from tuner.study.study import Study

__all__ = [
    "NETWORKS",
    "adds_networks_on_all_rows",
    "count_fold_networks",
    "count_seconds_to_best",
    "estimate_network_seconds",
    "exports_ensemble",
    "find_all_rows_share",
    "have_seen_most",
    "trains_on_all_rows",
]

NETWORKS = 5
"""Networks that are trained again for an ensemble. Each gains less than the last."""

_MOST_SHARE = 0.4  # of a time limit that training again may take on one core
_LEAST_ROWS = 0.7  # of all rows that each fold's networks must have seen


def find_all_rows_share(split: Split) -> float:
    """Return all training rows, as a share of those that a trial trains on over all its folds."""
    return len(split.train) / sum(len(fold.train) for fold in split.folds)


def estimate_network_seconds(best: Sequence[TrialResult], share: float) -> float:
    """Return about how long a network of an ensemble takes on all rows, on average.

    About half of its networks are of the best trial, which may be much slower than the others.

    Args:
        best: The best trials, at least one, the best of all first.
        share: As `find_all_rows_share` returns it.

    Returns:
        Seconds as a trial counts them, which trains its folds side by side.
    """
    seconds = [count_seconds_to_best(each) for each in best]
    return share * (seconds[0] + sum(seconds) / len(seconds)) / 2


def count_seconds_to_best(result: TrialResult) -> float:
    """Return the seconds that a trial took to its best epoch, or all if its curves are unknown."""
    epochs = len(result.curves["loss"][0]) if result.curves else result.epoch
    return result.seconds * result.epoch / max(epochs, 1)


def trains_on_all_rows(
    best: Sequence[TrialResult], split: Split, max_seconds: float | None
) -> bool:
    """Return whether networks of an ensemble are trained on all rows.

    They are if there is no time limit; if five networks take two fifths of the limit at most on one
    core; and if a fold's networks have seen much fewer than all rows, as with two folds.

    Args:
        best: The best trials, up to `NETWORKS`, the best of all first.
        split: The study's folds.
        max_seconds: The time limit of the search; None for no limit.
    """
    if max_seconds is None or not have_seen_most(split):
        return True
    network = estimate_network_seconds(best, find_all_rows_share(split))
    return NETWORKS * network <= _MOST_SHARE * max_seconds


def have_seen_most(split: Split) -> bool:
    """Return whether the networks of each fold have seen most of the rows."""
    return min(len(fold.train) for fold in split.folds) >= _LEAST_ROWS * len(split.train)


def count_fold_networks(study: "Study") -> int:
    """Return how many networks of folds an ensemble has of each of its trials.

    Args:
        study: The study. The limit of the run that ended its last trial decides.

    Returns:
        0 if all of its networks are trained on all rows.
    """
    split = study.record.split
    limited = _read_limit(study) is not None and have_seen_most(split)
    return len(split.folds) if limited else 0


def adds_networks_on_all_rows(study: "Study", completed: Sequence[TrialResult]) -> bool:
    """Return whether an ensemble of networks of folds also has some on all rows.

    The search that trained the last trial decides at its end; before, the best trials so far do.

    Args:
        study: The study. The limit of the run that ended its last trial decides.
        completed: The trials that have completed.
    """
    if not completed or not count_fold_networks(study):
        return False
    if (chosen := _read_choice(study)) is not None:
        return chosen
    to_loss = study.record.objective.to_loss
    best = sorted(completed, key=lambda result: to_loss(result.score))[:NETWORKS]
    return trains_on_all_rows(best, study.record.split, _read_limit(study))


def exports_ensemble(study: "Study") -> bool:
    """Return whether a search exports the ensemble whether or not it is clearly better.

    With a time limit it does, as it is more often better than worse (docs/decisions.md). Without
    one, the best network is exported alone unless the ensemble is clearly better, since it answers
    in a fifth of the time.
    """
    return _read_limit(study) is not None


def _read_limit(study: "Study") -> float | None:
    """Return the time limit of the run that ended the last trial.

    A later run without a trial exports nothing else.

    Returns:
        None if it had none, or kept no networks of folds, as those of earlier versions.
    """
    begun: dict[str, Any] = {}
    decisive = begun
    for event in study.journal.read():
        if event["event"] == EventKind.BEGUN:
            begun = event
        elif event["event"] == EventKind.TRIAL:
            decisive = begun
    limit = decisive.get("max_seconds") if decisive.get("fold_networks") else None
    return None if limit is None else float(limit)


def _read_choice(study: "Study") -> bool | None:
    """Return whether the search that trained the last trial had time for networks on all rows.

    Returns:
        None if it has not ended, or is of an earlier version.
    """
    chosen: bool | None = None
    for event in study.journal.read():
        if event["event"] == EventKind.TRIAL:
            chosen = None
        elif event["event"] == EventKind.STAGE:
            chosen = event["basis"].get(ALL_ROWS_KEY, chosen)
    return chosen
