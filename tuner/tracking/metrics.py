"""The metrics in MLflow of a trial, of a study, and of its exported model."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlflow.entities import Metric

from tuner.study import StudyRecord, TrialRecord
from tuner.tracking.metric_names import EPOCHS, STUDY_COUNTS, name_fold_curve, name_score
from tuner.tracking.scored_model import ScoredModel
from tuner.tracking.valid_names import make_valid_name

__all__ = ["list_unknown_metrics", "make_model_metrics", "make_study_metrics", "make_trial_metrics"]

# An older version wrote the best trial's scores at the time of the event. MLflow shows the last.
_LATER = 1  # millisecond
_MAX_DRAWN = 320  # entries of a metric; MLflow's charts draw a sample of more


def make_trial_metrics(record: TrialRecord, study: StudyRecord, time: int) -> Iterator[Metric]:
    """Yield a trial's scores without a step, then its mean curves and each fold's curve by epoch.

    MLflow's tables show the last entry of a metric. So a curve whose best epoch is not its last one
    has a second entry at its last step, with the value at the best epoch. Charts whose x-axis is
    `epochs` do not draw it, because that metric has one entry less. If MLflow samples the entries,
    `epochs` has a second one at the last step, too, so that the samples agree.

    Args:
        record: The trial.
        study: The study, whose folds weight the means.
        time: The time of every metric, in milliseconds since 1970.
    """
    result = record.result
    yield Metric("seconds", result.seconds, time, 0)
    if result.status == "failed":
        return
    yield Metric("score", result.score, time, 0)
    yield Metric("standard_error", result.standard_error, time, 0)
    yield Metric("parameters", result.parameters, time, 0)
    yield Metric("best_epoch", result.epoch, time, 0)
    for name, value in result.scores.items():
        metric = name_score(name, "val")
        has_curve = name in result.metrics or metric in result.curves
        if name != study.objective.name and not has_curve:
            yield Metric(metric, value, time, 0)
    # Only this curve is written for each fold; the journal has all curves. MLflow takes 0.1 ms for
    # a number, so that all curves of all folds would take a tenth of the search of a small network.
    folds = result.curves["val_loss"]
    curves = record.average_curves(study.split)
    curves |= {name_fold_curve(fold): curve for fold, curve in enumerate(folds)}
    curves |= {name_score(name, "val"): curve for name, curve in result.metrics.items()}
    epochs = len(folds[0])
    for epoch in range(1, epochs + 1):
        yield Metric(EPOCHS, epoch, time, epoch)
    if epochs > _MAX_DRAWN and result.epoch != epochs:
        yield Metric(EPOCHS, epochs, time + _LATER, epochs)
    for name, curve in curves.items():
        if name != "penalty" or any(curve):
            yield from _make_curve(make_valid_name(name), curve, result.epoch, time)


def _make_curve(name: str, values: list[float], best: int, time: int) -> Iterator[Metric]:
    """Yield one metric per epoch, the first at step 1; at the last step also the best epoch's.

    None is written of an epoch without a value.
    """
    for epoch, value in enumerate(values, start=1):
        if not math.isnan(value):
            yield Metric(name, value, time, epoch)
    if best != len(values) and not math.isnan(values[best - 1]):
        yield Metric(name, values[best - 1], time + _LATER, len(values))


def make_study_metrics(summary: Mapping[str, Any], time: int) -> list[Metric]:
    """Return how many trials a study has, and how long its last run took."""
    return [Metric(name, float(summary[name]), time, 0) for name in STUDY_COUNTS]


def make_model_metrics(
    model: ScoredModel, objective: str, time: int, model_id: str | None = None
) -> list[Metric]:
    """Return the scores of an exported model, for the study's run or for the model itself.

    Args:
        model: The model.
        objective: The objective of the search.
        time: The time of the event that has the scores, in milliseconds since 1970.
        model_id: MLflow's id of the model. None if MLflow does not have it.
    """
    return [
        Metric(name, value, time + _LATER, 0, model_id=model_id)
        for name, value in _list_scores(model, objective).items()
    ]


def list_unknown_metrics(
    known: Mapping[str, float], scores: Sequence[Metric], time: int
) -> list[Metric]:
    """Return NaN for each score that a run has of an earlier model, and the new one has not.

    MLflow can take no metric away.

    Args:
        known: The metrics that the run has.
        scores: Those of the new model.
        time: Their time, in milliseconds since 1970.
    """
    new = {score.key for score in scores}
    return [
        Metric(name, math.nan, time + _LATER, 0)
        for name, value in known.items()
        if name.startswith(("corrected_", "test_", "val_"))
        and name not in new
        and not math.isnan(value)
    ]


def _list_scores(model: ScoredModel, objective: str) -> dict[str, float]:
    pick = model.pick
    values = {name: pick.get(name) for name in ("score", "standard_error", "parameters")}
    if model.corrected is not None:
        values["corrected_score"], (low, high) = model.corrected
        values |= {"corrected_score_low": low, "corrected_score_high": high}
    for name, value in pick.get("scores", {}).items():
        if name != objective:
            values[name_score(name, "val")] = value
    for name, (value, error) in model.test.items():
        if name == objective:
            values |= {"test_score": value, "test_standard_error": error}
        else:
            values[name_score(name, "test")] = value
    return {name: float(value) for name, value in values.items() if value is not None}
