"""The names of metrics in MLflow, each of one number.

The objective's mean is `score` with its `standard_error`. The other objectives are named as in
Keras: `val_accuracy` out of fold, `test_accuracy` on the held-out rows.
"""

from tuner.scoring import OBJECTIVES
from tuner.tracking.valid_names import make_valid_name

__all__ = [
    "EPOCHS",
    "STUDY_COUNTS",
    "list_study_metrics",
    "list_trial_metrics",
    "name_fold_curve",
    "name_score",
]

EPOCHS = "epochs"
"""The metric that counts the epochs of a trial: the x-axis of its curves."""

STUDY_COUNTS = ("trials", "completed", "pruned", "failed", "seconds")
"""The metrics of a study's run alone that a search's summary has under the same names."""


def name_score(objective: str, part: str) -> str:
    """Return the metric of an objective that a search did not optimise.

    Args:
        objective: The objective's name.
        part: `val` for the rows out of fold, `test` for the held-out rows.

    >>> name_score("accuracy", "val"), name_score("cross_entropy", "test")
    ('val_accuracy', 'test_loss')
    """
    return make_valid_name(f"{part}_{'loss' if objective == 'cross_entropy' else objective}")


def name_fold_curve(fold: int) -> str:
    """Return the metric with the validation loss of one fold."""
    return f"fold_{fold}/val_loss"


def list_trial_metrics() -> list[str]:
    """Return the metrics of a trial that are single numbers."""
    scores = [name_score(name, "val") for name in OBJECTIVES]
    return ["score", "standard_error", *scores, "parameters", "best_epoch", "seconds"]


def list_study_metrics() -> list[str]:
    """Return the metrics that a study's run has, and its trials' runs do not."""
    tests = [name_score(name, "test") for name in OBJECTIVES]
    corrected = ["corrected_score", "corrected_score_low", "corrected_score_high"]
    return [*corrected, "test_score", "test_standard_error", *tests, *STUDY_COUNTS]
