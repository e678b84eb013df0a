"""Where networks underfit and overfit, by their training and validation loss.

A trial fits well if its validation loss exceeds the lowest of its group by at most the standard
error of the lowest. Otherwise the excess has two parts: a higher training loss, and a wider gap
between the two losses. The trial underfits if the first part is larger, and overfits if not. Its
training loss is the lowest of all its epochs: a network that overfits at once has its best epoch
early, where its training loss is still high.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from tuner.analysis.answers.evidence import Evidence
from tuner.analysis.answers.records import Fit, Point, Span
from tuner.analysis.setting_comparison import make_value_getter
from tuner.space import Value
from tuner.study import TrialRecord

__all__ = ["find_spans", "make_points"]


class _Best(NamedTuple):
    """The trial of a group with the lowest validation loss.

    Attributes:
        lowest_train_loss: The lowest training loss of its epochs.
        validation_loss: Its validation loss.
        standard_error: The standard error of its validation loss.
    """

    lowest_train_loss: float
    validation_loss: float
    standard_error: float


def make_points(evidence: Evidence, name: str, group: str | None = None) -> tuple[Point, ...]:
    """Return the trials as points against a hyperparameter, by group and value.

    A trial is compared with the completed trial of its group that has the lowest validation loss,
    or with the lowest of all groups if its own has no completed trial. Pruned trials have the
    losses that they had reached. Failed trials have no point.

    Args:
        evidence: The study's evidence.
        name: The hyperparameter. Trials in which it is inactive have no point.
        group: The hyperparameter that defines the groups; None for a single group.
    """
    get_value, get_group = make_value_getter(name), make_value_getter(group or "")
    best: dict[Value | None, _Best] = {}
    points = []
    for record in evidence.records:
        value = get_value(record)
        if record.result.status == "failed" or isinstance(value, bool | str | None):
            continue
        train, validation, lowest = _read_losses(evidence, record)
        own_group = get_group(record)
        if own_group not in best:
            alike = [other for other in evidence.completed if get_group(other) == own_group]
            best[own_group] = _find_best(evidence, alike or evidence.completed)
        points.append(
            Point(
                trial=record.trial,
                x=float(value),
                group=own_group,
                score=record.result.score,
                train_loss=train,
                validation_loss=validation,
                parameters=record.result.parameters,
                pruned=record.result.status == "pruned",
                fit=_classify_fit(lowest, validation, best[own_group]),
            )
        )
    return tuple(sorted(points, key=lambda point: (_rank(point.group), point.x, point.trial)))


def find_spans(points: Sequence[Point], *, stronger_is_less: bool = False) -> tuple[Span, ...]:
    """Return the ranges of values in which all trials of a group underfit or overfit.

    A span starts at the strongest or weakest value, and goes on while all trials of a value
    underfit or overfit. Other hyperparameters vary too, so a single trial can underfit for another
    reason, such as its learning rate.

    Args:
        points: Trials against a strength, by group and value.
        stronger_is_less: Whether a smaller value regularizes more, as with the radius of max-norm.
    """
    spans: list[Span] = []
    for group in dict.fromkeys(point.group for point in points):
        own = [point for point in points if point.group == group]
        weakest_first = own[::-1] if stronger_is_less else own
        spans += _find_span("underfits", weakest_first[::-1])
        spans += _find_span("overfits", weakest_first)
    return tuple(spans)


def _find_span(fit: Literal["underfits", "overfits"], ordered: Sequence[Point]) -> list[Span]:
    within: list[Point] = []
    for _, same_value in groupby(ordered, key=lambda point: point.x):
        points = list(same_value)
        if any(point.fit != fit for point in points):
            break
        within += points
    if not within:
        return []
    values = [point.x for point in within]
    return [Span(within[0].group, fit, min(values), max(values), len(values))]


def _find_best(evidence: Evidence, group: Sequence[TrialRecord]) -> _Best:
    losses = {record.trial: _read_losses(evidence, record) for record in group}
    best = min(group, key=lambda record: losses[record.trial][1])
    _, validation, lowest = losses[best.trial]
    return _Best(lowest, validation, best.result.standard_errors["cross_entropy"])


def _read_losses(evidence: Evidence, record: TrialRecord) -> tuple[float, float, float]:
    """Return the training and validation loss at the trial's epoch, and the lowest training loss.

    All are the cross-entropy of the data alone, as means over the folds' rows.
    """
    curves = record.average_curves(evidence.record.split)
    index = record.result.epoch - 1
    return curves["loss"][index], curves["val_loss"][index], min(curves["loss"])


def _classify_fit(lowest_train_loss: float, validation_loss: float, best: _Best) -> Fit:
    excess = validation_loss - best.validation_loss
    if excess <= best.standard_error:
        return "good"
    higher = lowest_train_loss - best.lowest_train_loss
    return "underfits" if higher > excess - higher else "overfits"


def _rank(group: object) -> tuple[bool, float, str]:
    """Return a sort key that puts numbers in order before texts."""
    is_number = isinstance(group, int | float)
    return not is_number, float(group) if isinstance(group, int | float) else 0.0, str(group)
