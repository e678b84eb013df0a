"""Where networks underfit and overfit, by their training and validation loss.

The measure is the completed trial of a group with the least validation loss. A trial is good where
its own is larger by no more than the standard error of that one. What it loses beyond is of two
parts: how much larger its training loss is, and how much larger the gap between the two losses.
Where the first is the larger part it underfits, else it overfits. Both losses are the
cross-entropy of the data alone, as means over the folds' rows at the trial's epoch. The other
hyperparameters differ too, so that a trial may underfit by its learning rate; hence a span is
where each trial does so.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.records import Fit, Point, Span
from tuner.analysis.setting_comparison import group_by_hyperparameter
from tuner.space import Value
from tuner.study import TrialRecord

__all__ = ["find_spans", "make_points"]


def make_points(evidence: Evidence, name: str, group: str | None = None) -> tuple[Point, ...]:
    """Return the trials against a hyperparameter, by group and value.

    Pruned trials are among them, with what they had come to; failed ones have nothing to show.

    Args:
        evidence: The study's.
        name: The hyperparameter; trials in which it does not act are left out.
        group: The hyperparameter that puts them into groups.
    """
    own, groups = group_by_hyperparameter(name), group_by_hyperparameter(group or "")
    measures: dict[Value | None, tuple[float, float, float]] = {}
    points = []
    for record in evidence.records:
        value = own(record)
        if record.result.status == "failed" or isinstance(value, bool | str | None):
            continue
        train, validation = _losses(evidence, record)
        of = groups(record)
        if of not in measures:
            alike = [each for each in evidence.completed if groups(each) == of]
            measures[of] = _measure(evidence, alike or evidence.completed)
        points.append(
            Point(
                trial=record.trial,
                x=float(value),
                group=of,
                score=record.result.score,
                train_loss=train,
                validation_loss=validation,
                parameters=record.result.parameters,
                pruned=record.result.status == "pruned",
                fit=_fit(train, validation, measures[of]),
            )
        )
    return tuple(sorted(points, key=lambda point: (_rank(point.group), point.x, point.trial)))


def find_spans(points: Sequence[Point], *, stronger_is_less: bool = False) -> tuple[Span, ...]:
    """Return where the trials of each group underfit and overfit.

    From the strongest value on, and from the weakest on, as long as all trials of a value do so.

    Args:
        points: Trials against a strength, by group and value.
        stronger_is_less: Whether a smaller value regularizes more, as max-norm's radius does.
    """
    spans: list[Span] = []
    for group in dict.fromkeys(point.group for point in points):
        own = [point for point in points if point.group == group]
        weakest_first = own[::-1] if stronger_is_less else own
        spans += _span("underfits", weakest_first[::-1]) + _span("overfits", weakest_first)
    return tuple(spans)


def _span(fit: Literal["underfits", "overfits"], ordered: Sequence[Point]) -> list[Span]:
    within: list[Point] = []
    for _, of_value in groupby(ordered, key=lambda point: point.x):
        points = list(of_value)
        if any(point.fit != fit for point in points):
            break
        within += points
    if not within:
        return []
    values = [point.x for point in within]
    return [Span(within[0].group, fit, min(values), max(values), len(values))]


def _measure(evidence: Evidence, group: Sequence[TrialRecord]) -> tuple[float, float, float]:
    """Return the best trial's training loss, validation loss, and the standard error of this."""
    losses = {record.trial: _losses(evidence, record) for record in group}
    best = min(group, key=lambda record: losses[record.trial][1])
    return *losses[best.trial], best.result.standard_errors["cross_entropy"]


def _losses(evidence: Evidence, record: TrialRecord) -> tuple[float, float]:
    curves = record.average_curves(evidence.study.split)
    place = record.result.epoch - 1
    return curves["loss"][place], curves["val_loss"][place]


def _fit(train: float, validation: float, measure: tuple[float, float, float]) -> Fit:
    best_train, best_validation, error = measure
    if validation - best_validation <= error:
        return "good"
    wider = (validation - train) - (best_validation - best_train)
    return "underfits" if train - best_train > wider else "overfits"


def _rank(group: object) -> tuple[bool, float, str]:
    is_number = isinstance(group, int | float)
    return not is_number, float(group) if isinstance(group, int | float) else 0.0, str(group)
