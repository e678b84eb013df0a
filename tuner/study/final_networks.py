"""Whether an ensemble's networks are trained again on all rows, or are those of the folds.

Networks that are trained on all rows are at least as good as those of the folds, which have seen a
part of the rows only, but take time that trials need (docs/decisions.md has the figures). So they
are trained again unless that takes a large share of a search's time limit.
"""

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
]

NETWORKS = 5
"""Networks that are trained again for an ensemble. Each gains less than the last."""

_MOST_SHARE = 0.1  # of a time limit that training again may take
_LEAST_ROWS = 0.7  # of all rows that each fold's networks must have seen


def estimate_network_seconds(result: TrialResult, split: Split) -> float:
    """Return about how long a network takes on all rows, in seconds as a trial counts them."""
    share = len(split.train) / sum(len(fold.train) for fold in split.folds)
    epochs = len(result.curves["loss"][0]) if result.curves else result.epoch
    return result.seconds * share * result.epoch / max(epochs, 1)


def are_trained_again(result: TrialResult, split: Split, max_seconds: float | None) -> bool:
    """Return whether the networks of an ensemble are trained again on all rows.

    They are if there is no time limit; if five networks take a tenth of the limit at most; and if
    a fold's networks have seen much fewer than all rows, as with two folds or ordered rows.

    Args:
        result: The best trial.
        split: The study's folds.
        max_seconds: The time limit of the search; None for no limit.
    """
    least = min(len(fold.train) for fold in split.folds)
    if max_seconds is None or least < _LEAST_ROWS * len(split.train):
        return True
    return NETWORKS * estimate_network_seconds(result, split) <= _MOST_SHARE * max_seconds


def count_fold_networks(study: "Study", result: TrialResult) -> int:
    """Return how many networks of folds an ensemble has of each of its trials.

    Args:
        study: The study. The limit of the run that ended its last trial decides.
        result: The best trial.

    Returns:
        0 if its networks are trained again on all rows.
    """
    split = study.record.split
    return 0 if are_trained_again(result, split, _read_limit(study)) else len(split.folds)


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
