"""Says that the held-out rows are predicted much worse than the other rows promise."""

from math import hypot

from tuner.words.names import say_name
from tuner.words.scores import format_score

__all__ = ["say_held_out_gap"]

_MOST_ERRORS = 3.0  # of the difference; chance gives as much in about one study of a thousand


def say_held_out_gap(
    name: str,
    expected: tuple[float, float],
    test: tuple[float, float],
    *,
    maximise: bool,
    order: str | None = None,
) -> str:
    """Return a sentence on it; "" if chance explains the difference.

    Args:
        name: The objective.
        expected: The exported model's score by the other rows, and its standard error.
        test: Its score on the held-out rows, and its standard error.
        maximise: Whether a higher score is better.
        order: The column by which the held-out rows are the last. Defaults to none.

    >>> say_held_out_gap("accuracy", (0.9, 0.01), (0.89, 0.02), maximise=True)
    ''
    >>> print(say_held_out_gap("accuracy", (0.9, 0.01), (0.6, 0.03), maximise=True)[:73])
    The held-out rows are predicted much worse than the others promise: their
    """
    gap = expected[0] - test[0] if maximise else test[0] - expected[0]
    if not gap > _MOST_ERRORS * hypot(expected[1], test[1]):
        return ""
    which, advice = "held-out rows", "and see how these rows differ"
    if order is not None:
        which = f"held-out rows, the last by {order},"
        advice = "since later rows seem to differ from earlier ones"
    return (
        f"The {which} are predicted much worse than the others promise: their {say_name(name)} is "
        f"{format_score(*test)} where {format_score(*expected)} was expected. Expect what they "
        f"show, {advice}."
    )
