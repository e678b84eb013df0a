"""Compare the settings of a hyperparameter."""

from collections import Counter
from dataclasses import replace
from typing import Literal

from tuner.analysis.answers.binning import bin_trials
from tuner.analysis.answers.draws import leave_out_cut, list_compared_trials
from tuner.analysis.answers.evidence import TrialEvidence
from tuner.analysis.answers.unfinished import spare_unfinished
from tuner.analysis.setting_comparison import compare_settings, find_untried_shares
from tuner.analysis.setting_records import Comparison

__all__ = ["compare_hyperparameter"]


def compare_hyperparameter(evidence: TrialEvidence, name: str) -> Comparison:
    """Compare the settings of a hyperparameter; the evidence keeps the comparison."""
    made = evidence.comparisons.get(name)
    if made is None:
        made = evidence.comparisons[name] = _compare(evidence, name)
    # which setting learns nothing best is no question
    return made.without_differences() if evidence.learns_nothing else made


def _compare(evidence: TrialEvidence, name: str) -> Comparison:
    get_setting, trials = (
        bin_trials(evidence, name).get_setting,
        list_compared_trials(evidence, name),
    )
    made = compare_settings(
        leave_out_cut(trials, get_setting),
        evidence.cluster_values,
        get_setting=get_setting,
        split=evidence.record.split,
        objective=evidence.record.objective,
        untried=find_untried_shares(
            evidence.space, name, evidence.records, evidence.count_configurations
        ),
    )
    counts = Counter(get_setting(record) for record in evidence.records)
    settings = tuple(replace(each, trials=counts[each.value]) for each in made.settings)
    unit: Literal["draw", "trial"] = "trial" if trials is evidence.records else "draw"
    return spare_unfinished(evidence, name, replace(made, settings=settings, unit=unit))
