"""The answer on depth: whether hidden layers help, and whether to go deep or wide."""

from tuner.analysis.answers.comparison_sentences import describe_comparison
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.linear_networks import is_linear_at_depth_0
from tuner.analysis.answers.overfitting import make_points
from tuner.analysis.answers.records import Answer
from tuner.analysis.setting_records import Comparison
from tuner.words import join_words, round_to_error, say_interval

__all__ = ["depth_answer"]


def depth_answer(evidence: Evidence) -> Answer:
    """Answer how many hidden layers are best; with a parameter budget, whether deep or wide."""
    comparison = compare_hyperparameter(evidence, "depth")
    details = [*_describe_hidden_layers(evidence, comparison), *_describe_widths(evidence)]
    if evidence.has_budget:
        title = "Is it better to go deep or wide?"
    else:
        title = "How many hidden layers are best?"
    return Answer(
        title=title,
        hyperparameters=("depth",),
        sentences=describe_comparison(evidence, "depth", details),
        comparison=comparison,
        points=make_points(evidence, "depth"),
    )


def _describe_hidden_layers(evidence: Evidence, comparison: Comparison) -> list[str]:
    """Return whether hidden layers help at all, if depth 0 is compared.

    Of a depth 0 that is spared, since its loss still fell, the sentences of the comparison tell.
    """
    if not comparison.pairs:
        return []
    linear = is_linear_at_depth_0(evidence, comparison)
    if comparison.settings[0].value == 0:
        if any(record.hyperparameters.get("blocks") for record in evidence.records):
            return ["Nothing shows that hidden layers after the convolutional blocks help."]
        best = "depth 0, the best, is a logistic regression" if linear else "depth 0 is the best"
        return [f"Nothing shows that hidden layers help: {best}."]
    pair = comparison.find_pair(0)
    # by itself it may be told apart: then the comparison calls it open
    is_open = pair and not pair.told_apart and pair.interval[0] * pair.interval[1] > 0
    if pair is None or is_open or 0 in comparison.spared:
        return []
    low, high = sorted(abs(end) for end in pair.interval)
    if pair.told_apart:
        difference = round_to_error(abs(pair.difference), (high - low) / 4)
        return [
            "Hidden layers help: without them the score is worse by "
            f"{difference} ({say_interval(low, high)})."
        ]
    without = "depth 0, a logistic regression," if linear else "depth 0"
    return [f"Nothing shows that hidden layers help: {without} cannot be told apart from the best."]


def _describe_widths(evidence: Evidence) -> list[str]:
    """Return the width of each depth under a parameter budget, if there is one."""
    widths = {
        int(record.hyperparameters["depth"]): record.derived["units"]
        for record in evidence.records
        if "units" in record.derived and record.hyperparameters.get("depth")
    }
    budgets = {record.hyperparameters.get("parameters") for record in evidence.records} - {None}
    if len(budgets) != 1 or not widths:
        return []
    (budget,) = budgets
    units = join_words([f"{widths[depth]:,} units at depth {depth}" for depth in sorted(widths)])
    return [f"All have about {budget:,} parameters: each hidden layer has {units}."]
