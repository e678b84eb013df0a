"""Which learning rate for which batch size, and where training diverges."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tuner.analysis.answers.binning import cut
from tuner.analysis.answers.comparison_sentences import compared, describe_comparison
from tuner.analysis.answers.depth_and_width import is_log
from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.overfitting import make_points
from tuner.analysis.answers.records import Answer, Cell
from tuner.study import TrialRecord
from tuner.words import count_noun, join_words, say_score, say_value

__all__ = ["grid_answer", "has_diverged"]

_RATES = 5  # bins of the learning rate
_SIZES = 8  # batch sizes that have a row each; more are put into bins
_FEW_TRIALS = 3  # of a cell; its best one then stands for little

Bin = tuple[float, float]


def grid_answer(evidence: Evidence) -> Answer:
    """Return the best combination of learning rate and batch size, and where training diverges."""
    way = cut(evidence, "batch_size")
    comparison = compared(evidence, way)
    cells = _cells(evidence)
    return Answer(
        title="Which learning rate and batch size train best?",
        hyperparameters=("learning_rate", "batch_size"),
        sentences=(
            *_best(evidence, cells),
            *_best_of_each_size(evidence, cells),
            *_divergence(evidence),
            *describe_comparison(evidence, "batch_size", way, comparison),
        ),
        settings=comparison,
        points=make_points(evidence, "learning_rate", "batch_size"),
        cells=cells,
        log=is_log(evidence, "learning_rate"),
    )


def has_diverged(record: TrialRecord) -> bool:
    """Tell whether a trial failed since its loss was no finite number any more."""
    return record.result.failure == "diverged"


def _cells(evidence: Evidence) -> tuple[Cell, ...]:
    """Return the grid, by learning rate and then batch size.

    A learning rate is put into one of five bins of equal width on its scale, which together hold
    all of its range; batch sizes stand by themselves where they are eight at most.
    """
    both = [r for r in evidence.records if {"learning_rate", "batch_size"} <= {*r.hyperparameters}]
    rates, sizes = ([float(r.hyperparameters[n]) for r in both] for n in _NAMES)
    rate_bins = _bins(evidence, "learning_rate", rates, _RATES)
    size_bins = _bins(evidence, "batch_size", sizes, _SIZES)
    rate_places, size_places = _places(rates, rate_bins), _places(sizes, size_bins)
    return tuple(
        _cell(
            evidence,
            (rate_bin, size_bin),
            [
                record
                for record, rate, size in zip(both, rate_places, size_places, strict=True)
                if (rate, size) == (rate_place, size_place)
            ],
        )
        for rate_place, rate_bin in enumerate(rate_bins)
        for size_place, size_bin in enumerate(size_bins)
    )


_NAMES = ("learning_rate", "batch_size")


def _bins(evidence: Evidence, name: str, values: Sequence[float], most: int) -> list[Bin]:
    distinct = sorted(set(values))
    domain = evidence.domain(name)
    listed_values = domain is not None and domain.size() is not None
    if len(distinct) <= most and (listed_values or name == "batch_size"):
        return [(value, value) for value in distinct]
    low, high = (distinct[0], distinct[-1])
    if domain is not None:
        low, high = (float(end) for end in domain.bounds())
    if is_log(evidence, name):
        edges = np.geomspace(low, high, most + 1)
    else:
        edges = np.linspace(low, high, most + 1)
    return [(float(a), float(b)) for a, b in pairwise(edges)]


def _places(values: Sequence[float], bins: Sequence[Bin]) -> list[int]:
    """Return the bin of each value; the last bin holds its upper end as well."""
    lower = [low for low, _ in bins]
    return [max(int(np.searchsorted(lower, value, side="right")) - 1, 0) for value in values]


def _cell(evidence: Evidence, bins: tuple[Bin, Bin], own: Sequence[TrialRecord]) -> Cell:
    sign = -1 if evidence.maximise else 1
    completed = [record for record in own if record.completed]
    best = min(completed, key=lambda record: sign * record.result.score, default=None)
    return Cell(
        learning_rate=bins[0],
        batch_size=bins[1],
        trials=len(own),
        completed=len(completed),
        pruned=sum(record.result.status == "pruned" for record in own),
        diverged=sum(map(has_diverged, own)),
        trial=None if best is None else best.trial,
        score=None if best is None else best.result.score,
    )


def _best(evidence: Evidence, cells: Sequence[Cell]) -> list[str]:
    sign = -1 if evidence.maximise else 1
    scored_cells = [cell for cell in cells if cell.score is not None]
    if not scored_cells:
        return ["No trial was completed."]
    best = min(scored_cells, key=lambda cell: sign * (cell.score or 0.0))
    record = _trial(evidence, best)
    rate, size = (record.hyperparameters[name] for name in _NAMES)
    result = record.result
    few = best.trials < _FEW_TRIALS
    lie = "lies" if best.trials == 1 else "lie"
    return [
        f"The best combination that was tried is learning rate {say_value(rate)} with batch size "
        f"{say_value(size)} (trial {record.trial}): "
        f"{say_score(evidence.objective, result.score, result.standard_error)}."
        + (
            f" Only {count_noun(best.trials, 'trial')} {lie} in this cell of the grid: others may "
            "be as good."
            if few
            else ""
        )
    ]


def _best_of_each_size(evidence: Evidence, cells: Sequence[Cell]) -> list[str]:
    """Return the learning rate of the best trial of each batch size."""
    sign = -1 if evidence.maximise else 1
    best = []
    for size in sorted({cell.batch_size for cell in cells}):
        own = [cell for cell in cells if cell.batch_size == size and cell.score is not None]
        if own:
            cell = min(own, key=lambda cell: sign * (cell.score or 0.0))
            best.append(_trial(evidence, cell))
    if len(best) < 2:
        return []
    words = [
        f"{say_value(record.hyperparameters['learning_rate'])} with "
        f"{say_value(record.hyperparameters['batch_size'])}"
        for record in best
    ]
    return [f"The best learning rate of each batch size: {join_words(words)}."]


def _trial(evidence: Evidence, cell: Cell) -> TrialRecord:
    return next(record for record in evidence.records if record.trial == cell.trial)


def _rates(records: Sequence[TrialRecord]) -> list[float]:
    """Return the learning rates of the trials that have one."""
    values = [record.hyperparameters.get("learning_rate") for record in records]
    return [float(value) for value in values if value is not None]


def _divergence(evidence: Evidence) -> list[str]:
    diverged = [record for record in evidence.records if has_diverged(record)]
    total = count_noun(len(evidence.records), "trial")
    if not diverged:
        return [f"None of {total} diverged."]
    rates = _rates(diverged)
    if not rates:
        return [f"{len(diverged)} of {total} diverged."]
    others = _rates([r for r in evidence.records if r.result.status != "failed"])
    above = sum(rate >= min(rates) for rate in others)
    return [
        f"{len(diverged)} of {total} diverged, at learning rates of {say_value(min(rates))} and "
        f"more; {above or 'none'} of the others had such a rate."
    ]
