"""Numbers and hyperparameters in a person's words, on the terminal as on a page."""

from collections.abc import Mapping

from tuner.space import Value

__all__ = ["configuration", "counted", "number"]


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


def counted(count: int, noun: str) -> str:
    """Return a number of things.

    >>> counted(1, "trial"), counted(1200, "trial")
    ('1 trial', '1,200 trials')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
