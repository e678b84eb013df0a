"""Whether an ensemble's networks are trained again on all rows, or are those of the folds.

Networks that are trained on all rows are at least as good as those of the folds, which have seen a
part of the rows only, but take time that trials need (docs/decisions.md has the figures). So they
are trained again unless that takes a large share of a search's time limit.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tuner.folds import Split
from tuner.study.journal import EventKind
from tuner.training import TrialResult

if TYPE_CHECKING:
    from tuner.study.study import Study

__all__ = [
    "NETWORKS",
    "are_trained_again",
    "count_fold_networks",
    "estimate_network_seconds",
    "exports_ensemble",
    "find_share",
]

NETWORKS = 5
"""Networks that are trained again for an ensemble. Each gains less than the last."""

_MOST_SHARE = 0.1  # of a time limit that training again may take
_LEAST_ROWS = 0.7  # of all rows that each fold's networks must have seen


def find_share(split: Split) -> float:
    """Return all training rows, as a share of those that a trial trains on over all its folds."""
    return len(split.train) / sum(len(fold.train) for fold in split.folds)


def estimate_network_seconds(best: Sequence[TrialResult], share: float) -> float:
    """Return about how long a network of some trials takes on all rows, on average.

    Args:
        best: The best trials, at least one; an ensemble has networks of several of them.
        share: As `find_share` returns it.

    Returns:
        Seconds as a trial counts them, which trains its folds side by side.
    """
    shares = [each.epoch / max(_count_epochs(each), 1) for each in best]
    seconds = [each.seconds * part for each, part in zip(best, shares, strict=True)]
    return share * sum(seconds) / len(seconds)


def _count_epochs(result: TrialResult) -> int:
    return len(result.curves["loss"][0]) if result.curves else result.epoch


def are_trained_again(best: Sequence[TrialResult], split: Split, max_seconds: float | None) -> bool:
    """Return whether the networks of an ensemble are trained again on all rows.

    They are if there is no time limit; if five networks take a tenth of the limit at most; and if
    a fold's networks have seen much fewer than all rows, as with two folds or ordered rows.

    Args:
        best: The best trials, up to `NETWORKS`.
        split: The study's folds.
        max_seconds: The time limit of the search; None for no limit.
    """
    least = min(len(fold.train) for fold in split.folds)
    if max_seconds is None or least < _LEAST_ROWS * len(split.train):
        return True
    network = estimate_network_seconds(best, find_share(split))
    return NETWORKS * network <= _MOST_SHARE * max_seconds


def count_fold_networks(study: "Study", best: Sequence[TrialResult]) -> int:
    """Return how many networks of folds an ensemble has of each of its trials.

    Args:
        study: The study. The limit of the run that ended its last trial decides.
        best: The best trials, up to `NETWORKS`.

    Returns:
        0 if its networks are trained again on all rows.
    """
    split = study.record.split
    return 0 if are_trained_again(best, split, _read_limit(study)) else len(split.folds)


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
