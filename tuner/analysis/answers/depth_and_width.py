"""How deep and how wide: the answers, and what a comparison of any other settings says."""

from tuner.analysis.answers.binning import cut
from tuner.analysis.answers.comparison_sentences import (
    compared,
    describe_comparison,
    find_pair,
)
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.overfitting import make_points
from tuner.analysis.answers.records import Answer
from tuner.analysis.setting_comparison import Comparison
from tuner.space import FloatRange, IntRange
from tuner.words import capitalize_first, join_words, round_to_error, say_interval, say_name

__all__ = ["any_answer", "depth_answer", "is_log", "width_answer"]


def depth_answer(evidence: Evidence) -> Answer:
    """Return how many hidden layers are best; of a budget, whether to go deep or wide."""
    budgets = {record.hyperparameters.get("parameters") for record in evidence.records} - {None}
    way = cut(evidence, "depth")
    comparison = compared(evidence, way)
    details = [*_without_layers(evidence, comparison), *_widths(evidence)]
    title = "Is it better to go deep or wide?" if budgets else "How many hidden layers are best?"
    return Answer(
        title=title,
        hyperparameters=("depth",),
        sentences=describe_comparison(evidence, "depth", way, comparison, details),
        settings=comparison,
        points=make_points(evidence, "depth"),
    )


def width_answer(evidence: Evidence) -> Answer:
    """Return how many units of a hidden layer are best, and the fewest that do as well."""
    way = cut(evidence, "units")
    comparison = compared(evidence, way)
    return Answer(
        title="How many units should a hidden layer have?",
        hyperparameters=("units",),
        sentences=describe_comparison(evidence, "units", way, comparison),
        settings=comparison,
        points=make_points(evidence, "units"),
        log=is_log(evidence, "units"),
    )


def any_answer(evidence: Evidence, name: str, title: str = "") -> Answer:
    """Return which settings of a hyperparameter are best, whatever it is."""
    way = cut(evidence, name)
    comparison = compared(evidence, way)
    return Answer(
        title=title or f"Which {say_name(name)} is best?",
        hyperparameters=(name,),
        sentences=describe_comparison(evidence, name, way, comparison),
        settings=comparison,
        points=make_points(evidence, name),
        log=is_log(evidence, name),
    )


def is_log(evidence: Evidence, name: str) -> bool:
    """Tell whether a hyperparameter is on a logarithmic scale.

    It is where its range says so, and where it is a list of numbers above 0 that span a factor
    of eight.
    """
    domain = evidence.domain(name)
    if isinstance(domain, IntRange | FloatRange):
        return domain.log
    values = [record.hyperparameters.get(name) for record in evidence.records]
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    return bool(numbers) and min(numbers) > 0 and max(numbers) >= 8 * min(numbers)


def _without_layers(evidence: Evidence, comparison: Comparison) -> list[str]:
    """Return whether hidden layers help at all, where none is one of the depths."""
    if not comparison.pairs:
        return []
    convolutional = any(record.hyperparameters.get("blocks") for record in evidence.records)
    best = comparison.settings[0].value
    pair = find_pair(comparison, best, 0)
    if best == 0:
        if convolutional:
            return ["Hidden layers behind the convolutional blocks are not shown to help."]
        return ["Hidden layers are not shown to help: depth 0 is a logistic regression."]
    if pair is None:
        return []
    low, high = sorted(abs(end) for end in pair.interval)
    half = (high - low) / 4
    if pair.told_apart:
        return [
            "Hidden layers help: without any the score is worse by "
            f"{round_to_error(abs(pair.difference), half)} ({say_interval(low, high)})."
        ]
    without = "depth 0" if convolutional else "depth 0, a logistic regression,"
    return [f"Hidden layers are not shown to help: {without} cannot be told apart from the best."]


def _widths(evidence: Evidence) -> list[str]:
    """Return the width that each depth has under its budget."""
    widths = {
        int(record.hyperparameters["depth"]): record.derived["units"]
        for record in evidence.records
        if "units" in record.derived and record.hyperparameters.get("depth")
    }
    budgets = {record.hyperparameters.get("parameters") for record in evidence.records} - {None}
    if len(budgets) != 1 or not widths:
        return []
    (budget,) = budgets
    each = join_words([f"{widths[depth]:,} at depth {depth}" for depth in sorted(widths)])
    return [
        capitalize_first(f"all have about {budget:,} parameters; units of a hidden layer: {each}.")
    ]
