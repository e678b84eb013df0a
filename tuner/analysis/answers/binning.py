"""Put trials into settings, each value alone or a range in bins, and compare the settings."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from tuner.analysis.answers.draws import choose_best_of_draws
from tuner.analysis.answers.evidence import TrialEvidence
from tuner.analysis.setting_comparison import (
    Comparison,
    compare_settings,
    find_untried_shares,
    group_by_hyperparameter,
)
from tuner.space import Value
from tuner.study import TrialRecord
from tuner.words import say_value

__all__ = ["Binning", "bin_trials", "compare_hyperparameter", "list_compared_trials"]

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

    With up to eight values, each value is a setting. Otherwise the trials, pruned and failed ones
    included, are put into at most four bins of about equally many trials. The edges are quantiles,
    rounded to two digits so that a bin's name is exact.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter.
    """
    get_value = group_by_hyperparameter(name)
    values = [value for record in evidence.records if (value := get_value(record)) is not None]
    distinct = set(values)
    if any(isinstance(value, bool | str) for value in distinct):
        return Binning(name, get_value, tuple(sorted(distinct, key=str)))
    domain = evidence.find_domain(name)
    size = len(distinct) if domain is None else domain.size()
    if size is not None and size <= _MOST_VALUES and len(distinct) <= _MOST_VALUES:
        return Binning(name, get_value, tuple(sorted(distinct, key=float)))
    return _bin_at_quantiles(name, get_value, [float(value) for value in values])


def list_compared_trials(evidence: TrialEvidence, name: str) -> Sequence[TrialRecord]:
    """Return the trials that a comparison counts as independent of each other.

    They are all trials, unless the space compares another hyperparameter. Then all trials of a draw
    have the same value, and the best stands for them.

    Args:
        evidence: The study's evidence.
        name: The name of the hyperparameter whose settings are compared.
    """
    compared = evidence.compared
    if compared is None or not _is_drawn(evidence, name):
        return evidence.records
    return choose_best_of_draws(evidence.records, compared, name, maximise=evidence.maximise)


def _is_drawn(evidence: TrialEvidence, name: str) -> bool:
    """Return whether a hyperparameter is drawn once for all settings of the compared one."""
    is_given = any(name in record.hyperparameters for record in evidence.records)
    return is_given and evidence.compared not in (None, name)


def compare_hyperparameter(evidence: TrialEvidence, name: str) -> Comparison:
    """Compare the settings of a hyperparameter; the evidence keeps the comparison."""
    made = evidence.comparisons.get(name)
    if made is None:
        made = evidence.comparisons[name] = _compare(evidence, name)
    # which setting learns nothing best is no question
    return made.without_differences() if evidence.learns_nothing else made


def _compare(evidence: TrialEvidence, name: str) -> Comparison:
    get_setting = bin_trials(evidence, name).get_setting
    made = compare_settings(
        list_compared_trials(evidence, name),
        evidence.cluster_values,
        get_setting=get_setting,
        split=evidence.study.split,
        maximise=evidence.maximise,
        untried=find_untried_shares(
            evidence.space, name, evidence.records, evidence.count_configurations
        ),
    )
    counts = Counter(get_setting(record) for record in evidence.records)
    settings = tuple(replace(each, trials=counts[each.value]) for each in made.settings)
    unit: Literal["draw", "trial"] = "draw" if _is_drawn(evidence, name) else "trial"
    return replace(made, settings=settings, unit=unit)


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
