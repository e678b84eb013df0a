"""A value of a hyperparameter, and its text for people."""

from typing import TypeAlias

__all__ = ["Value", "format_exactly"]

Value: TypeAlias = bool | int | float | str


def format_exactly(value: Value) -> str:
    """Return a value as in a space file, but a text without its quotes.

    >>> format_exactly(True), format_exactly(0.1), format_exactly("relu")
    ('true', '0.1', 'relu')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
