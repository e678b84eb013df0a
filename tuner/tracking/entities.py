"""Translates a study's records into MLflow's entities: params, a data set, a run name."""

import json
from collections.abc import Mapping
from typing import Any

from mlflow.entities import Dataset, DatasetInput, InputTag, Param

from tuner.study import StudyRecord, TrialRecord
from tuner.tracking.valid_names import MAX_RUN_NAME, make_valid_name, make_valid_value
from tuner.words import format_hyperparameters

__all__ = ["make_dataset_input", "make_params", "name_trial"]


def make_params(values: Mapping[str, Any]) -> list[Param]:
    """Return settings or hyperparameters as params."""
    return [Param(make_valid_name(name), make_valid_value(value)) for name, value in values.items()]


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


def name_trial(record: TrialRecord, study: StudyRecord) -> str:
    """Return a run name with the values that are not fixed, for the legends of charts.

    A first trial of the space has the name that it has there instead.
    """
    searched = study.list_searched(record)
    what = study.find_first_name(record.hyperparameters) or format_hyperparameters(searched)
    return f"trial {record.trial}: {what}"[:MAX_RUN_NAME]
