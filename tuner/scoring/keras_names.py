"""The objectives by the names that Keras and KerasTuner give them."""

from collections.abc import Mapping

from tuner.scoring.objectives import OBJECTIVES, Objective

__all__ = ["add_keras_names", "find_by_keras_name"]

_NAMES = {
    "loss": "cross_entropy",
    "crossentropy": "cross_entropy",
    "sparse_categorical_crossentropy": "cross_entropy",
    "categorical_crossentropy": "cross_entropy",
    "binary_crossentropy": "cross_entropy",
    "acc": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "binary_accuracy": "accuracy",
    "auc": "roc_auc",
}


def find_by_keras_name(name: str) -> Objective | None:
    """Return the objective that Keras names so, or that has this name; None if there is none.

    Keras puts `val_` before the name of a score on rows that were not trained on. All objectives
    are such scores.

    >>> find_by_keras_name("val_loss").name
    'cross_entropy'
    """
    if name in OBJECTIVES:
        return OBJECTIVES[name]
    if not name.startswith("val_"):
        return None
    short = name.removeprefix("val_").lower()
    return OBJECTIVES.get(_NAMES.get(short, short))


def add_keras_names(scores: Mapping[str, float], *names: str) -> dict[str, float]:
    """Return scores by their own names, and by Keras's `val_loss`, `val_accuracy` and others.

    Args:
        scores: The scores by the names of objectives.
        *names: Further names by which a score is asked for.
    """
    named = dict(scores)
    for name in ("val_loss", "val_accuracy", *names):
        known = find_by_keras_name(name)
        if known is not None and known.name in scores:
            named[name] = scores[known.name]
    return named
