"""Compare the settings of a hyperparameter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tuner.analysis.answers.binning import bin_trials
from tuner.analysis.answers.draws import choose_best_of_draws
from tuner.analysis.answers.evidence import TrialEvidence
from tuner.analysis.setting_comparison import Comparison, compare_settings, find_untried_shares
from tuner.study import TrialRecord

__all__ = ["compare_hyperparameter", "list_compared_trials"]


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
