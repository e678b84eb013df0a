"""Scores, their standard errors and intervals in words."""

from collections.abc import Mapping

from tuner.words.names import say_name
from tuner.words.numbers import round_to_error, say_value

__all__ = [
    "counts_rows",
    "format_interval",
    "format_score",
    "get_told_share",
    "list_scores",
    "say_interval",
    "say_result",
    "say_right",
    "say_share",
]

_SMALL = 5e-5  # four decimals of it are zeros


def format_score(score: float, error: float) -> str:
    """Return a score and its standard error with four decimals, and smaller ones with two digits.

    >>> format_score(0.09653, 0.0179), format_score(1.24e-06, 3e-07)
    ('0.0965 ± 0.0179', '1.2e-6 ± 3e-7')
    """
    if 0 < error < _SMALL and abs(score) < _SMALL:
        return f"{say_value(score)} ± {say_value(error)}"
    return f"{score:.4f} ± {error:.4f}"


def list_scores(scores: Mapping[str, tuple[float, float]]) -> str:
    """Return scores in one line, under their own names, accuracy first.

    Args:
        scores: Each score and its standard error, by name.

    >>> list_scores({"accuracy": (0.975, 0.004), "roc_auc": (0.9, 0.01)})
    'accuracy 0.9750 ± 0.0040, roc_auc 0.9000 ± 0.0100'
    """
    ordered = sorted(scores.items(), key=lambda item: item[0] != "accuracy")
    return ", ".join(f"{name} {format_score(*score)}" for name, score in ordered)


def format_interval(interval: tuple[float, float]) -> str:
    """Return the ends of an interval with four decimals, and smaller ones with two digits.

    >>> format_interval((0.05, 0.125)), format_interval((2e-07, 3.1e-06))
    ('0.0500 to 0.1250', '2e-7 to 3.1e-6')
    """
    low, high = interval
    if 0 < max(abs(low), abs(high)) < _SMALL:
        return f"{say_value(low)} to {say_value(high)}"
    return f"{low:.4f} to {high:.4f}"


def say_share(share: float) -> str:
    """Return a share in percent; one below 1 is never called 100 %.

    >>> say_share(0.974), say_share(0.9997), say_share(1.0)
    ('97.4 %', '99.97 %', '100 %')
    """
    decimals = 2 if 0.9995 <= share < 1 else 0 if share == 1 else 1
    return f"{100 * share:.{decimals}f} %"


def get_told_share(objective: str, accuracy: float | None) -> float | None:
    """Return the share of right rows, if a sentence beside an objective's score tells it.

    Args:
        objective: The objective's name.
        accuracy: The share of rows that are right; None if it is unknown.

    >>> get_told_share("cross_entropy", 0.9), get_told_share("balanced_accuracy", 0.9)
    (0.9, None)
    """
    return accuracy if counts_rows(objective) else None


def say_right(share: float) -> str:
    """Return the share of rows that are predicted right.

    >>> say_right(0.974)
    '97.4 % of rows are right'
    """
    return f"{say_share(share)} of rows are right"


def say_result(objective: str, score: str, accuracy: float | None, detail: str = "") -> str:
    """Return a result: the share of rows that are right, then the score in brackets.

    Args:
        objective: The objective's name.
        score: The score in words, without its name.
        accuracy: The share of rows that are right; None if it is unknown.
        detail: What else is known of the score, such as its interval. Defaults to "" for nothing.

    >>> say_result("cross_entropy", "0.097 ± 0.018", 0.974)
    '97.4 % of rows are right (cross-entropy 0.097 ± 0.018)'
    >>> say_result("accuracy", "0.974 ± 0.004", 0.974), say_result("roc_auc", "0.999", None)
    ('97.4 % of rows are right (accuracy 0.974 ± 0.004)', 'ROC AUC 0.999')
    >>> say_result("accuracy", "0.974", 0.974, "95 % interval 0.96 to 0.98")
    '97.4 % of rows are right (accuracy 0.974, 95 % interval 0.96 to 0.98)'
    >>> say_result("balanced_accuracy", "0.53", 0.9, "95 % interval 0.48 to 0.58")
    'balanced accuracy 0.53 (95 % interval 0.48 to 0.58)'
    """
    named = f"{say_name(objective)} {score}"
    share = get_told_share(objective, accuracy)
    if share is not None:
        return f"{say_right(share)} ({named}{f', {detail}' if detail else ''})"
    return f"{named} ({detail})" if detail else named


def counts_rows(objective: str) -> bool:
    """Return whether an objective counts all rows alike, not all classes.

    Only then the share of rows that are right says how good it is: with nine rows of ten in one
    class, guessing is right in 90 % of rows.

    >>> counts_rows("cross_entropy"), counts_rows("balanced_accuracy")
    (True, False)
    """
    return objective not in ("balanced_accuracy", "roc_auc")


def say_interval(low: float, high: float) -> str:
    """Return a 95 % interval, with as many digits as its width leaves certain.

    >>> say_interval(0.0812, 0.1523)
    '95 % interval 0.081 to 0.152'
    """
    error = (high - low) / 4
    return f"95 % interval {round_to_error(low, error)} to {round_to_error(high, error)}"
