"""Put trials into settings: each value alone, or a range in bins."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tuner.analysis.answers.draws import list_compared_trials
from tuner.analysis.answers.evidence import TrialEvidence
from tuner.analysis.setting_comparison import make_value_getter
from tuner.space import Value
from tuner.study import TrialRecord
from tuner.words import say_value

__all__ = ["Binning", "bin_trials"]

_MOST_VALUES = 8  # up to this many values, each is a setting
_MOST_BINS = 4
_TRIALS_PER_BIN = 4


@dataclass(frozen=True, slots=True)
class Binning:
    """The settings of a hyperparameter.

    Attributes:
        name: The name of the hyperparameter.
        get_setting: Returns the setting of a trial; None if the hyperparameter is inactive in it.
        order: All settings with a trial, from the smallest to the largest; texts by name.
    """

    name: str
    get_setting: Callable[[TrialRecord], Value | None]
    order: tuple[Value, ...]


def bin_trials(evidence: TrialEvidence, name: str) -> Binning:
    """Return the settings of a hyperparameter.

    With up to eight values, each value is a setting. Otherwise the trials that are compared, pruned
    and failed ones included, are put into at most four bins of about equally many. The edges are
    quantiles, rounded to two digits so that a bin's name is exact.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
    """
    get_value = make_value_getter(name)
    trials = list_compared_trials(evidence, name)
    values = [value for record in trials if (value := get_value(record)) is not None]
    distinct = set(values)
    if any(isinstance(value, bool | str) for value in distinct):
        return Binning(name, get_value, tuple(sorted(distinct, key=str)))
    domain = evidence.find_domain(name)
    size = len(distinct) if domain is None else domain.size()
    if size is not None and size <= _MOST_VALUES and len(distinct) <= _MOST_VALUES:
        return Binning(name, get_value, tuple(sorted(distinct, key=float)))
    return _bin_at_quantiles(name, get_value, [float(value) for value in values])


def _bin_at_quantiles(
    name: str, get_value: Callable[[TrialRecord], Value | None], values: list[float]
) -> Binning:
    bins = int(np.clip(len(values) // _TRIALS_PER_BIN, 2, _MOST_BINS))
    shares = np.arange(1, bins) / bins
    edges = sorted({float(f"{edge:.2g}") for edge in np.quantile(values, shares)})
    labels = _label_bins(edges)

    def get_setting(record: TrialRecord) -> Value | None:
        value = get_value(record)
        return None if value is None else labels[bisect_right(edges, float(value))]

    filled = {labels[bisect_right(edges, value)] for value in values}
    return Binning(name, get_setting, tuple(label for label in labels if label in filled))


def _label_bins(edges: list[float]) -> list[str]:
    """Return the names of the bins. An edge belongs to the bin above it."""
    words = [say_value(edge) for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(words)]
    return [f"below {words[0]}", *between, f"{words[-1]} or more"]
