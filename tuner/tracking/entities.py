"""Translates a study's records into MLflow's entities: params, metrics, a data set, a run name."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

from tuner.space import Value
from tuner.study import StudyRecord, TrialRecord
from tuner.words import format_hyperparameters

__all__ = [
    "make_dataset_input",
    "make_params",
    "make_summary_metrics",
    "make_trial_metrics",
    "name_trial",
]

# Only this curve is written for each fold; the journal has all curves. MLflow takes 0.1 ms for a
# number, so that all curves of all folds would take a tenth of the search of a small network.
_FOLD_CURVE = "val_loss"
_BEST_METRICS = ("score", "standard_error", "corrected_score", "parameters")
_STUDY_METRICS = ("trials", "completed", "pruned", "failed", "seconds", "test_score")


def make_params(values: Mapping[str, Any]) -> list[Param]:
    """Return settings or hyperparameters as params."""
    return [Param(name, str(value)) for name, value in values.items()]


def make_dataset_input(record: StudyRecord) -> DatasetInput:
    """Return the study's data set as an input of its run."""
    data = record.data
    profile = json.dumps({"num_rows": data["rows"], "classes": len(data["classes"])})
    dataset = Dataset(
        name=data["name"],
        digest=str(data.get("fingerprint", ""))[:32] or "unknown",
        source_type="local",
        source=json.dumps({"source": data.get("source", data["name"])}),
        profile=profile,
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def make_trial_metrics(record: TrialRecord, study: StudyRecord, time: int) -> Iterator[Metric]:
    """Yield a trial's scores without a step, then its mean curves and each fold's curve by epoch.

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
        yield Metric(f"cv_{name}", value, time, 0)
    for name, curve in record.average_curves(study.split).items():
        if any(curve):
            yield from _make_curve(name, curve, time)
    for fold, curve in enumerate(result.curves[_FOLD_CURVE]):
        yield from _make_curve(f"fold_{fold}/{_FOLD_CURVE}", curve, time)


def _make_curve(name: str, values: list[float], time: int) -> Iterator[Metric]:
    """Yield one metric per epoch; the first epoch is step 1."""
    return (Metric(name, value, time, epoch) for epoch, value in enumerate(values, start=1))


def make_summary_metrics(summary: Mapping[str, Any], time: int) -> list[Metric]:
    """Return the best trial's numbers, named as those of a trial, and the study's own."""
    best = summary["best"]
    low, high = best["corrected_interval"]
    values = {
        **{name: best[name] for name in _BEST_METRICS},
        "corrected_score_low": low,
        "corrected_score_high": high,
        **{name: summary[name] for name in _STUDY_METRICS if summary[name] is not None},
    }
    return [Metric(name, float(value), time, 0) for name, value in values.items()]


def name_trial(record: TrialRecord, study: StudyRecord) -> str:
    """Return a run name with the values that differ between trials, for the legends of charts."""
    values: dict[str, Value] = {**record.hyperparameters, **record.derived}
    varied = {name: value for name, value in values.items() if name not in study.fixed}
    return f"trial {record.trial}: {format_hyperparameters(varied)}"
