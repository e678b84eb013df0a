"""The rule by which the threshold of two classes is chosen."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from tuner.argument_types import check_type
from tuner.errors import UserError, suggest_names

__all__ = ["ThresholdRule", "check_threshold_text"]

Counts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Rows of the first class predicted as the first and as the second class, then rows of the second
class predicted as the first and as the second: the confusion matrix, row by row."""

_RULES = ("accuracy", "balanced_accuracy", "f1=CLASS", "cost=CLASS:NUMBER,CLASS:NUMBER")
_BARE = _RULES[:2]
_SMALLEST = 1e-12  # of a denominator


def check_threshold_text(text: str) -> None:
    """Check the form of a rule, before the classes are known.

    Raises:
        UserError: It has none of the forms of a rule.
    """
    kind, _, argument = check_type("--threshold", text, "text").partition("=")
    known = [rule.partition("=")[0] for rule in _RULES]
    if kind not in known:
        raise UserError(f"--threshold: there is no rule {kind}; write one of {'; '.join(_RULES)}")
    if bool(argument) == (kind in _BARE):
        form = next(rule for rule in _RULES if rule.partition("=")[0] == kind)
        raise UserError(f"--threshold: {text} is no rule; write {form}")


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """What a threshold is chosen for.

    Attributes:
        text: The rule as the user wrote it.
        score: What to improve, of the counts of a confusion matrix.
        sign: 1 if a higher score is better, -1 if a lower one is.
    """

    text: str
    score: Callable[[Counts], np.ndarray]
    sign: int = 1

    @classmethod
    def parse(cls, text: str, classes: Sequence[str]) -> "ThresholdRule":
        """Return the rule that a text describes.

        `accuracy` and `balanced_accuracy` are those of the objectives. `f1=CLASS` is the harmonic
        mean of the recall and the precision of a class. `cost=A:1,B:5` is the mean cost of a row,
        where a mistake costs 1 for a row of class A and 5 for one of class B.

        Args:
            text: The rule.
            classes: The two classes, in the order of the network's outputs.

        Raises:
            UserError: It is no rule, names a class that is not there, or there are more classes.
        """
        check_threshold_text(text)
        if len(classes) != 2:
            raise UserError(
                f"--threshold: a threshold decides between two classes, and the data have "
                f"{len(classes)}; leave it out"
            )
        kind, _, argument = text.partition("=")
        match kind:
            case "accuracy":
                return cls(text, _accuracy)
            case "balanced_accuracy":
                return cls(text, _balanced_accuracy)
            case "f1":
                second = _find_class(argument, classes) == 1
                return cls(text, _f1 if second else lambda counts: _f1(counts[::-1]))
        first, second_cost = _read_costs(argument, classes)
        return cls(text, lambda counts: _mean_cost(counts, first, second_cost), sign=-1)


def _accuracy(counts: Counts) -> np.ndarray:
    return (counts[0] + counts[3]) / np.maximum(sum(counts), _SMALLEST)


def _balanced_accuracy(counts: Counts) -> np.ndarray:
    first = counts[0] / np.maximum(counts[0] + counts[1], _SMALLEST)
    second = counts[3] / np.maximum(counts[2] + counts[3], _SMALLEST)
    return (first + second) / 2


def _f1(counts: Counts) -> np.ndarray:
    return 2 * counts[3] / np.maximum(2 * counts[3] + counts[1] + counts[2], _SMALLEST)


def _mean_cost(counts: Counts, first: float, second: float) -> np.ndarray:
    return (first * counts[1] + second * counts[2]) / np.maximum(sum(counts), _SMALLEST)


def _find_class(name: str, classes: Sequence[str]) -> int:
    if name not in classes:
        raise UserError(f"--threshold: there is no class {name}; {suggest_names(name, classes)}")
    return classes.index(name)


def _read_costs(argument: str, classes: Sequence[str]) -> tuple[float, float]:
    """Return the cost of a mistake on a row of the first, and of the second class."""
    costs: dict[int, float] = {}
    (parts,) = csv.reader([argument], skipinitialspace=True)
    for part in parts:
        name, _, number = part.rpartition(":")
        try:
            cost = float(number)
        except ValueError:
            cost = -1.0
        if not name or not 0 < cost < inf:
            raise UserError(
                f"--threshold: {part} is no cost; write CLASS:NUMBER with a number above 0"
            )
        costs[_find_class(name, classes)] = cost
    if len(costs) != len(classes) or len(parts) != len(classes):
        raise UserError(
            f"--threshold: expected a cost for each class once, such as cost={classes[0]}:1,"
            f"{classes[1]}:5; received {argument}"
        )
    return costs[0], costs[1]
