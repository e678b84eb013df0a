"""The objectives by the names that Keras and KerasTuner give them."""

from collections.abc import Mapping

from tuner.scoring.objectives import OBJECTIVES, Objective, find_objective

__all__ = ["add_keras_names", "find_by_keras_name", "find_own_metric"]

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
# Words in the names of metrics that tell their direction.
_RISE = ("acc", "precision", "recall", "auc", "f1", "fbeta", "io_u", "iou", "specificity")
_FALL = ("loss", "error", "entropy", "hinge", "divergence", "poisson", "mse", "mae")


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


def find_own_metric(name: str, direction: str | None = None) -> Objective | None:
    """Return the objective that is a metric of the hypermodel's own.

    Args:
        name: Its name with `val_` before it, as Keras names it.
        direction: `min` or `max`; None to know it from the name.

    Returns:
        None if it is no such name, or tells no direction.

    >>> find_own_metric("val_f1").setting
    'max f1'
    """
    short = name.removeprefix("val_")
    if short == name or not short:
        return None
    if direction not in ("min", "max"):
        falls = any(word in short.lower() for word in _FALL)
        rises = any(word in short.lower() for word in _RISE)
        if falls == rises:
            return None
        direction = "min" if falls else "max"
    return find_objective(f"{direction} {short}")


def add_keras_names(scores: Mapping[str, float], *names: str) -> dict[str, float]:
    """Return scores by their own names, and by Keras's `val_loss`, `val_accuracy` and others.

    Args:
        scores: The scores by the names of objectives.
        *names: Further names by which a score is asked for.
    """
    named = dict(scores)
    for name in ("val_loss", "val_accuracy", *names):
        known = find_by_keras_name(name)
        own = name.removeprefix("val_")  # a metric of the hypermodel's own
        if known is not None and known.name in scores:
            named[name] = scores[known.name]
        elif known is None and own in scores:
            named[name] = scores[own]
    return named
