"""The settings of a hyperparameter that are compared: its values, or what a range is cut into."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.setting_comparison import group_by_hyperparameter
from tuner.space import Value
from tuner.study import TrialRecord
from tuner.words import say_value

__all__ = ["Binning", "cut"]

_MOST_VALUES = 8  # a hyperparameter with so many values is compared value by value
_MOST_PARTS = 4
_TRIALS_OF_A_PART = 4


@dataclass(frozen=True, slots=True)
class Binning:
    """How trials are put into settings.

    Attributes:
        setting: Takes a trial to its setting; None where the hyperparameter does not act in it.
        order: All settings with a trial, from the smallest to the largest; of texts, by name.
        whole: Whether a setting is a single value.
    """

    setting: Callable[[TrialRecord], Value | None]
    order: tuple[Value, ...]
    whole: bool


def cut(evidence: Evidence, name: str) -> Binning:
    """Return the settings of a hyperparameter.

    Those with up to eight values are compared value by value. Others are cut at quantiles of the
    trials, pruned and failed ones among them, into at most four parts of about equally many
    trials; the quantiles are rounded to two digits, so that a part is called what it is.

    Args:
        evidence: The study's.
        name: The hyperparameter.
    """
    own = group_by_hyperparameter(name)
    values = [value for record in evidence.records if (value := own(record)) is not None]
    distinct = set(values)
    texts = any(isinstance(value, bool | str) for value in distinct)
    if texts:
        return Binning(own, tuple(sorted(distinct, key=str)), whole=True)
    domain = evidence.domain(name)
    size = len(distinct) if domain is None else domain.size()
    if size is not None and size <= _MOST_VALUES and len(distinct) <= _MOST_VALUES:
        return Binning(own, tuple(sorted(distinct, key=float)), whole=True)
    return _cut_at_quantiles(own, [float(value) for value in values])


def _cut_at_quantiles(own: Callable[[TrialRecord], Value | None], values: list[float]) -> Binning:
    parts = int(np.clip(len(values) // _TRIALS_OF_A_PART, 2, _MOST_PARTS))
    shares = np.arange(1, parts) / parts
    edges = sorted({float(f"{edge:.2g}") for edge in np.quantile(values, shares)})
    labels = _labels(edges)

    def setting(record: TrialRecord) -> Value | None:
        value = own(record)
        return None if value is None else labels[bisect_right(edges, float(value))]

    held = {labels[bisect_right(edges, value)] for value in values}
    return Binning(setting, tuple(label for label in labels if label in held), whole=False)


def _labels(edges: list[float]) -> list[str]:
    """Return what the parts are called; an edge belongs to the part above it."""
    words = [say_value(edge) for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(words)]
    return [f"below {words[0]}", *between, f"{words[-1]} or more"]
