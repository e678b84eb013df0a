"""Scores, their standard errors, intervals and differences in words, and shares of rows."""

from collections.abc import Mapping, Sequence
from math import floor, log10

from tuner.words.names import say_name
from tuner.words.numbers import round_to_error, say_value

__all__ = [
    "counts_rows",
    "format_interval",
    "format_score",
    "get_told_share",
    "list_scores",
    "say_difference",
    "say_interval",
    "say_probability",
    "say_result",
    "say_right",
    "say_share",
    "say_shares",
]

_SMALL = 5e-5  # four decimals of it are zeros
_MOST_DECIMALS = 14  # of a percentage, which a float has no more of near 100


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

    >>> say_share(0.974), say_share(0.9997), say_share(0.99997), say_share(1.0)
    ('97.4 %', '99.97 %', '99.997 %', '100 %')
    """
    (percent,) = _format_percents([share], 0 if share == 1 else 1)
    return percent


def say_shares(shares: Sequence[float]) -> list[str]:
    """Return shares in percent, all with as many decimals as are needed to see a difference.

    A share below 1 is never called 100 %.

    >>> say_shares([0.991, 0.613]), say_shares([0.9721, 0.9689]), say_shares([0.9996, 0.5])
    (['99 %', '61 %'], ['97.2 %', '96.9 %'], ['99.96 %', '50.00 %'])
    >>> say_shares([0.99996, 0.5]), say_shares([1.0])
    (['99.996 %', '50.000 %'], ['100 %'])
    """
    difference = max(shares) - min(shares)
    return _format_percents(shares, 1 if 0 < difference < 0.02 else 0)


def _format_percents(shares: Sequence[float], decimals: int) -> list[str]:
    """Return shares in percent, with more decimals if one below 1 would be called 100 %."""
    largest = max((share for share in shares if share < 1), default=0.0)
    while decimals < _MOST_DECIMALS and round(100 * largest, decimals) >= 100:
        decimals += 1
    return [f"{100 * share:.{decimals}f} %" for share in shares]


def get_told_share(objective: str, accuracy: float | None) -> float | None:
    """Return the share of right rows, if a sentence beside an objective's score tells it.

    Args:
        objective: The objective's name.
        accuracy: The share of rows that are right; None if it is unknown.

    >>> get_told_share("cross_entropy", 0.9), get_told_share("balanced_accuracy", 0.9)
    (0.9, None)
    """
    return accuracy if counts_rows(objective) else None


def say_probability(probability: float) -> str:
    """Return a probability with three decimals, or with more if it would be 0 or 1.

    >>> say_probability(0.25), say_probability(0.00023), say_probability(0.99997)
    ('0.250', '0.0002', '0.99997')
    """
    decimals = 3
    while decimals < _MOST_DECIMALS and round(probability, decimals) in (0.0, 1.0):
        decimals += 1
    return f"{probability:.{decimals}f}" if 0 < probability < 1 else f"{probability:.3f}"


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


def say_difference(difference: float, interval: tuple[float, float]) -> str:
    """Return a difference without its sign and its interval, with the digits that are certain.

    >>> say_difference(-0.646, (-0.661, -0.631))
    '0.65, between 0.63 and 0.66'
    >>> say_difference(-0.014, (-0.061, 0.033))
    '0.01, between -0.03 and 0.06'
    >>> say_difference(-0.03, (-0.062, 0.002))
    '0.030, between -0.002 and 0.062'
    >>> say_difference(-0.016, (-0.032, 0.00004))
    '0.016, between 0.000 and 0.032'
    >>> say_difference(2e-8, (-3e-7, 4e-7))
    'less than 0.000001'
    """
    if max(map(abs, (difference, *interval))) < 0.5e-6:
        return "less than 0.000001"
    sign = -1 if difference < 0 else 1
    low, high = sorted(sign * end for end in interval)
    margin = (high - low) / 2
    decimals = 3 if margin <= 0 else min(max(-floor(log10(margin)), 2), 6)
    if float(f"{difference:.{decimals}f}") == 0:
        decimals = min(decimals + 1, 6)
    if any(abs(end) < 0.5 * 10**-decimals for end in (low, high) if end):
        decimals = min(decimals + 1, 6)
    numbers = (abs(difference), low, high)
    texts = [f"{round(number, decimals) + 0.0:.{decimals}f}" for number in numbers]  # no "-0.000"
    return f"{texts[0]}, between {texts[1]} and {texts[2]}"
