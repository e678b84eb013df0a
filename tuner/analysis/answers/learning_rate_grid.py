"""The answer on learning rate and batch size: the best pair, and where training diverges."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tuner.analysis.answers.comparison_sentences import describe_comparison
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.hyperparameter import is_log
from tuner.analysis.answers.hyperparameter_comparison import compare_hyperparameter
from tuner.analysis.answers.overfitting import make_points
from tuner.analysis.answers.records import Answer, Cell
from tuner.study import TrialRecord
from tuner.words import count_noun, join_words, say_number, say_result, say_value

__all__ = ["grid_answer"]

_NAMES = ("learning_rate", "batch_size")
_RATES = 5  # bins of the learning rate
_SIZES = 8  # up to this many batch sizes have a row each; more are put into bins
_FEW_TRIALS = 3  # with fewer in a cell, its best one is not representative

Bin = tuple[float, float]


def grid_answer(evidence: Evidence) -> Answer:
    """Answer which pair of learning rate and batch size is best, and where training diverges."""
    cells = _make_cells(evidence)
    return Answer(
        title="Which learning rate and batch size train best?",
        hyperparameters=_NAMES,
        sentences=(
            *_describe_best(evidence, cells),
            *_describe_best_rates(evidence, cells),
            *_describe_divergence(evidence),
            *describe_comparison(evidence, "batch_size"),
        ),
        comparison=compare_hyperparameter(evidence, "batch_size"),
        points=make_points(evidence, "learning_rate", "batch_size"),
        cells=cells,
        log=is_log(evidence, "learning_rate"),
        group="batch_size",
    )


def _make_cells(evidence: Evidence) -> tuple[Cell, ...]:
    """Return the cells of the grid, by learning rate and then batch size.

    The range of the learning rate is divided into five bins of equal width on its scale. Each batch
    size has a row of its own if there are at most eight.
    """
    records = [r for r in evidence.records if {*_NAMES} <= {*r.hyperparameters}]
    rates, sizes = ([float(r.hyperparameters[name]) for r in records] for name in _NAMES)
    rate_bins = _make_bins(evidence, "learning_rate", rates, _RATES)
    size_bins = _make_bins(evidence, "batch_size", sizes, _SIZES)
    places = [*zip(_find_bins(rates, rate_bins), _find_bins(sizes, size_bins), strict=True)]
    return tuple(
        _make_cell(
            evidence,
            (rate_bin, size_bin),
            [r for r, place in zip(records, places, strict=True) if place == (row, column)],
        )
        for row, rate_bin in enumerate(rate_bins)
        for column, size_bin in enumerate(size_bins)
    )


def _make_bins(evidence: Evidence, name: str, values: Sequence[float], most: int) -> list[Bin]:
    distinct = sorted(set(values))
    domain = evidence.find_domain(name)
    is_list = domain is not None and domain.size() is not None
    if len(distinct) <= most and (is_list or name == "batch_size"):
        return [(value, value) for value in distinct]
    low, high = (distinct[0], distinct[-1])
    if domain is not None:
        low, high = (float(end) for end in domain.bounds())
    if is_log(evidence, name):
        edges = np.geomspace(low, high, most + 1)
    else:
        edges = np.linspace(low, high, most + 1)
    return [(float(a), float(b)) for a, b in pairwise(edges)]


def _find_bins(values: Sequence[float], bins: Sequence[Bin]) -> list[int]:
    """Return the number of each value's bin. The last bin includes its upper end."""
    lower = [low for low, _ in bins]
    return [max(int(np.searchsorted(lower, value, side="right")) - 1, 0) for value in values]


def _make_cell(evidence: Evidence, bins: tuple[Bin, Bin], records: Sequence[TrialRecord]) -> Cell:
    completed = [record for record in records if record.completed]
    best = min(completed, key=lambda record: evidence.to_loss(record.result.score), default=None)
    return Cell(
        learning_rate=bins[0],
        batch_size=bins[1],
        trials=len(records),
        completed=len(completed),
        pruned=sum(record.result.status == "pruned" for record in records),
        diverged=sum(record.diverged for record in records),
        trial=None if best is None else best.trial,
        score=None if best is None else best.result.score,
    )


def _describe_best(evidence: Evidence, cells: Sequence[Cell]) -> list[str]:
    scored = [cell for cell in cells if cell.score is not None]
    if not scored:
        return ["No trial was completed."]
    cell = _find_best(evidence, scored)
    record = _find_trial(evidence, cell)
    rate, size = (record.hyperparameters[name] for name in _NAMES)
    result = record.result
    number = say_number(result.score, result.standard_error)
    score = say_result(evidence.objective, number, result.scores.get("accuracy"))
    sentence = (
        f"The best combination that was tried is learning rate {say_value(rate)} with batch size "
        f"{say_value(size)} (trial {record.trial}): {score}."
    )
    if cell.trials < _FEW_TRIALS:
        verb = "is" if cell.trials == 1 else "are"
        sentence += (
            f" Only {count_noun(cell.trials, 'trial')} {verb} in this cell of the grid, so others "
            "may be as good."
        )
    return [sentence]


def _describe_best_rates(evidence: Evidence, cells: Sequence[Cell]) -> list[str]:
    """Return the learning rate of the best trial of each batch size."""
    best = []
    for size in sorted({cell.batch_size for cell in cells}):
        own = [cell for cell in cells if cell.batch_size == size and cell.score is not None]
        if own:
            best.append(_find_trial(evidence, _find_best(evidence, own)))
    if len(best) < 2:
        return []
    rates = [
        f"{say_value(record.hyperparameters['learning_rate'])} with "
        f"{say_value(record.hyperparameters['batch_size'])}"
        for record in best
    ]
    return [f"The best learning rate of each batch size: {join_words(rates)}."]


def _find_best(evidence: Evidence, scored: Sequence[Cell]) -> Cell:
    return min(scored, key=lambda cell: evidence.to_loss(cell.score or 0.0))


def _find_trial(evidence: Evidence, cell: Cell) -> TrialRecord:
    return next(record for record in evidence.records if record.trial == cell.trial)


def _get_rates(records: Sequence[TrialRecord]) -> list[float]:
    """Return the learning rates of the trials that have one."""
    values = [record.hyperparameters.get("learning_rate") for record in records]
    return [float(value) for value in values if value is not None]


def _describe_divergence(evidence: Evidence) -> list[str]:
    diverged = [record for record in evidence.records if record.diverged]
    total = count_noun(len(evidence.records), "trial")
    if not diverged:
        return [f"None of {total} diverged."]
    rates = _get_rates(diverged)
    if not rates:
        return [f"{len(diverged)} of {total} diverged."]
    others = _get_rates([r for r in evidence.records if r.result.status != "failed"])
    above = sum(rate >= min(rates) for rate in others)
    return [
        f"{len(diverged)} of {total} diverged, at learning rates of {say_value(min(rates))} and "
        f"more; {above or 'none'} of the others had such a rate."
    ]
