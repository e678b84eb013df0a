"""Numbers, trials and hyperparameters in a reader's words."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from tuner.space import Value

__all__ = ["command", "configuration", "counted", "interval", "number", "score", "spoken"]


_SPOKEN = {"cross_entropy": "cross-entropy", "roc_auc": "ROC AUC"}


def number(value: Value) -> str:
    """Return a value with as many digits as a person wants to see.

    >>> number(0.0512345), number(3), number("l2"), number(0.00001)
    ('0.05123', '3', 'l2', '1e-05')
    """
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def configuration(values: Mapping[str, Value]) -> str:
    """Return hyperparameters in one line.

    >>> configuration({"depth": 2, "learning_rate": 0.05})
    'depth 2, learning_rate 0.05'
    """
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


def command(folder: Path, *words: str) -> str:
    """Return a command of this package about a study, for a terminal.

    Args:
        folder: The study's; its root is named where it is not the usual one.
        *words: The command and its arguments.

    >>> command(Path("mlruns/studies/a"), "report", "a")
    'python -m tuner report a'
    """
    root = folder.parents[1]
    named = () if root == Path("mlruns") else ("--root", str(root))
    return shlex.join(["python", "-m", "tuner", *words, *named])


def counted(count: int, noun: str) -> str:
    """Return a number of things.

    >>> counted(1, "trial"), counted(1200, "trial")
    ('1 trial', '1,200 trials')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


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


def spoken(name: str) -> str:
    """Return a name of a score or a hyperparameter as one says it.

    >>> spoken("learning_rate"), spoken("cross_entropy")
    ('learning rate', 'cross-entropy')
    """
    return _SPOKEN.get(name, name.replace("_", " "))
