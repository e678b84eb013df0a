"""Names of scores and hyperparameters in words."""

__all__ = ["say_name"]

_NAMES = {"cross_entropy": "cross-entropy", "roc_auc": "ROC AUC"}


def say_name(name: str) -> str:
    """Return the name of a score or a hyperparameter as it stands in a sentence.

    >>> say_name("learning_rate"), say_name("cross_entropy"), say_name("roc_auc")
    ('learning rate', 'cross-entropy', 'ROC AUC')
    """
    return _NAMES.get(name, name.replace("_", " "))
