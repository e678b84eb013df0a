"""Names of scores and hyperparameters in words."""

from typing import Any

__all__ = ["name_label", "say_name", "say_subject"]

_NAMES = {"cross_entropy": "cross-entropy", "roc_auc": "ROC AUC"}


def say_name(name: str) -> str:
    """Return the name of a score or a hyperparameter as it stands in a sentence.

    >>> say_name("learning_rate"), say_name("cross_entropy"), say_name("roc_auc")
    ('learning rate', 'cross-entropy', 'ROC AUC')
    """
    return _NAMES.get(name, name.replace("_", " "))


# how the hyperparameters are called that a sentence cannot call by their name
_SUBJECTS = {
    "units": "the number of units",
    "filters": "the number of filters",
    "blocks": "the number of blocks",
    "kind": "the kind of regularizer",
    "nesterov": "Nesterov momentum",
    "scaling": "the scaling of numbers",
    "biases": "where biases begin",
    "length": "the length of the training",
    "one_hot": "the number of levels from which a column is embedded",
}


def say_subject(name: str) -> str:
    """Return a hyperparameter as the subject of a sentence.

    >>> say_subject("units"), say_subject("learning_rate")
    ('the number of units', 'the learning rate')
    """
    return _SUBJECTS.get(name, f"the {say_name(name)}")


def name_label(label: Any) -> str:
    """Return the name of the class that a program's label is of, as data are read.

    >>> name_label(True), name_label(1.0), name_label(0.5), name_label(3), name_label("1.0")
    ('true', '1', '0.5', '3', '1.0')
    """
    label = label.item() if hasattr(label, "item") else label
    if isinstance(label, bool):
        return str(label).lower()
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
