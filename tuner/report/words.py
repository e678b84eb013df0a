"""Scores and their names in a reader's words."""

__all__ = ["interval", "milliseconds", "score", "spoken"]


_SPOKEN = {"cross_entropy": "cross-entropy", "roc_auc": "ROC AUC"}


def score(value: float, error: float) -> str:
    """Return a score with its standard error.

    >>> score(0.09653, 0.0179)
    '0.0965 ± 0.0179'
    """
    return f"{value:.4f} ± {error:.4f}"


def interval(ends: tuple[float, float]) -> str:
    """Return a 95 % interval.

    >>> interval((0.05, 0.125))
    '0.0500 to 0.1250'
    """
    return f"{ends[0]:.4f} to {ends[1]:.4f}"


def milliseconds(seconds: float) -> str:
    """Return a time to two digits.

    >>> milliseconds(0.00012), milliseconds(0.254)
    ('0.12', '250')
    """
    return f"{float(f'{1000 * seconds:.2g}'):g}"


def spoken(name: str) -> str:
    """Return a name of a score or a hyperparameter as one says it.

    >>> spoken("learning_rate"), spoken("cross_entropy")
    ('learning rate', 'cross-entropy')
    """
    return _SPOKEN.get(name, name.replace("_", " "))
